//! The workers, by the heartbeats that are heard of them.

use std::collections::BTreeMap;

use beffroi_worker::{WorkerReport, WorkerState};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How long a worker that is not heard is still told of. Who left says so, and is forgotten at once.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);

/// A worker that has not been heard for so long is thought to be gone, and its lanes free.
pub(super) const SILENCE: SignedDuration = SignedDuration::from_secs(10);

/// The workers heard lately, each by its newest heartbeat.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    by_session: BTreeMap<Uuid, Heard>,
}

/// A worker's newest heartbeat.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) report: WorkerReport,
    /// When it came; of one that was there before we listened, when it was sent, by its sender's clock.
    pub(super) at: Timestamp,
}

impl Fleet {
    /// Takes note of a heartbeat; one that cannot be read is passed over.
    pub(super) fn hear(&mut self, payload: &[u8], is_history: bool, now: Timestamp) {
        let Ok(report) = WorkerReport::decode(payload) else {
            return;
        };
        // A clock that is ahead makes nobody younger than now.
        let at = if is_history {
            report.sent_at.min(now)
        } else {
            now
        };
        let known = self.by_session.get(&report.session);
        if known.is_none_or(|known| known.report.sequence < report.sequence) {
            self.by_session.insert(report.session, Heard { report, at });
        }
    }

    /// Forgets who has not been heard for long, and who said that it leaves and is silent since.
    pub(super) fn forget(&mut self, now: Timestamp) {
        self.by_session.retain(|_, heard| {
            let silent = now.duration_since(heard.at);
            let has_left = heard.report.state == WorkerState::Leaving && silent > SILENCE;
            silent <= REMEMBERED && !has_left
        });
    }

    /// The workers, by name.
    pub(super) fn workers(&self) -> Vec<&Heard> {
        let mut workers: Vec<&Heard> = self.by_session.values().collect();
        workers.sort_by_key(|heard| (&heard.report.worker, heard.report.started_at));
        workers
    }
}

impl Heard {
    /// Since when nothing was heard of it.
    pub(super) fn silence(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.at).max(SignedDuration::ZERO)
    }

    /// Whether it is thought to be there.
    pub(super) fn is_heard(&self, now: Timestamp) -> bool {
        self.silence(now) <= SILENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, sequence: u64, sent_at: Timestamp) -> WorkerReport {
        WorkerReport {
            worker: name.to_owned(),
            session: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
            sequence,
            sent_at,
            state: WorkerState::Working,
            ..WorkerReport::default()
        }
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + secs).unwrap()
    }

    #[test]
    fn the_newest_heartbeat_counts_in_whatever_order_they_come() {
        let mut fleet = Fleet::default();
        let now = at(0);
        fleet.hear(&report("a", 7, at(-1)).encode(), true, now);
        fleet.hear(&report("a", 6, at(-2)).encode(), true, now);
        fleet.hear(b"what is this", false, now);
        assert_eq!(fleet.workers().len(), 1);
        assert_eq!(fleet.workers()[0].report.sequence, 7);
        assert_eq!(fleet.workers()[0].at, at(-1));
        fleet.hear(&report("a", 8, at(100)).encode(), false, now);
        assert_eq!(fleet.workers()[0].at, now);
    }

    #[test]
    fn who_is_silent_is_remembered_for_a_while_and_who_left_is_not() {
        let mut fleet = Fleet::default();
        fleet.hear(&report("a", 1, at(0)).encode(), false, at(0));
        let leaving = WorkerReport {
            state: WorkerState::Leaving,
            ..report("b", 1, at(0))
        };
        fleet.hear(&leaving.encode(), false, at(0));
        fleet.forget(at(11));
        let names: Vec<&str> = fleet
            .workers()
            .iter()
            .map(|it| it.report.worker.as_str())
            .collect();
        assert_eq!(names, ["a"]);
        assert!(!fleet.workers()[0].is_heard(at(11)));
        fleet.forget(at(61));
        assert!(fleet.workers().is_empty());
    }
}
