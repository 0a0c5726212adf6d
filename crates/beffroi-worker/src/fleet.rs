//! The workers that are heard, and what follows for this one: which lanes it should hold.
//!
//! Every worker announces itself every second and hears all others. Who has not been heard for five
//! heartbeats is taken for gone. A worker that does not hear itself knows that it is the broker
//! that is away, and leaves everything as it is.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use beffroi_model::Lane;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    LaneFilter, WorkerReport, WorkerState,
    ownership::{Member, lanes_of},
};

/// Time between two heartbeats.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(1);

/// Who has not been heard for so long is gone.
const UNHEARD: Duration = Duration::from_secs(5);

/// After a change others may follow at once (a fleet is started, a fleet is rolled): lanes change
/// hands when it has been quiet for so long.
const SETTLE: Duration = Duration::from_millis(500);

/// ... but no later than this after the first change.
const SETTLE_AT_MOST: Duration = Duration::from_secs(2);

/// A worker that starts listens for so long before it says that it works.
pub(crate) const LISTEN_FIRST: Duration = Duration::from_millis(2_500);

/// The workers that are heard.
#[derive(Debug)]
pub(crate) struct Fleet {
    own: Member,
    hold: Duration,
    others: HashMap<Uuid, Heard>,
    heard_self_at: Option<Instant>,
    /// The first and the last change since the lanes were shared out.
    changed: Option<(Instant, Instant)>,
    lanes: BTreeSet<Lane>,
}

#[derive(Debug)]
struct Heard {
    member: Member,
    at: Instant,
    sequence: u64,
    /// Whether it is at work: neither starting nor leaving.
    takes_part: bool,
}

/// Why this worker may not take part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "worker `{other}` holds lanes for {theirs:?} at a time and this one for {ours:?}; `queue.hold` must \
     be the same for all workers of a broker"
)]
pub struct HoldsDiffer {
    /// The other worker's name.
    pub other: String,
    /// Its `queue.hold`.
    pub theirs: Duration,
    /// This one's.
    pub ours: Duration,
}

impl Fleet {
    /// A worker that has heard nobody yet.
    pub(crate) fn new(own: Member, hold: Duration) -> Self {
        Self {
            own,
            hold,
            others: HashMap::new(),
            heard_self_at: None,
            changed: None,
            lanes: BTreeSet::new(),
        }
    }

    /// Takes note of a heartbeat.
    pub(crate) fn hear(&mut self, report: &WorkerReport, at: Instant) -> Result<(), HoldsDiffer> {
        let filter = LaneFilter::of_heartbeat(&report.wants);
        let takes_part = report.state == WorkerState::Working && filter.is_some();
        if report.session == self.own.session {
            // Until it has said that it works, the others do not reckon with it.
            if takes_part {
                if self.heard_self_at.is_none() {
                    // Others that start with us may be heard in a moment.
                    self.note_change(at);
                }
                self.heard_self_at = Some(at);
            }
            return Ok(());
        }
        let theirs = Duration::from_millis(report.hold_ms);
        if theirs != self.hold && takes_part {
            return Err(HoldsDiffer {
                other: report.worker.clone(),
                theirs,
                ours: self.hold,
            });
        }
        let before = self.others.get(&report.session);
        if before.is_some_and(|before| before.sequence >= report.sequence) {
            return Ok(()); // delivered again
        }
        if before.is_some_and(|before| before.takes_part) != takes_part {
            self.note_change(at);
        }
        let heard = Heard {
            member: Member {
                session: report.session,
                name: report.worker.clone(),
                // Whose patterns cannot be read takes nothing that this version knows.
                filter: filter.unwrap_or_default(),
            },
            at,
            sequence: report.sequence,
            takes_part,
        };
        self.others.insert(report.session, heard);
        Ok(())
    }

    /// The lanes that this worker should hold now, out of all.
    pub(crate) fn lanes(&mut self, all: &[Lane], now: Instant) -> &BTreeSet<Lane> {
        let is_deaf = self
            .heard_self_at
            .is_none_or(|heard| now.duration_since(heard) > UNHEARD);
        if is_deaf {
            // It is the broker that is away, or not here yet.
            return &self.lanes;
        }
        let is_gone = |heard: &Heard| now.duration_since(heard.at) > UNHEARD;
        if self.others.values().any(|it| it.takes_part && is_gone(it)) {
            self.note_change(now);
        }
        self.others.retain(|_, heard| !is_gone(heard));
        if let Some((first, last)) = self.changed
            && (now >= last + SETTLE || now >= first + SETTLE_AT_MOST)
        {
            self.changed = None;
            let members: Vec<Member> = self.members().collect();
            self.lanes = lanes_of(self.own.session, &members, all);
            let (workers, lanes) = (members.len(), self.lanes.len());
            tracing::info!(workers, lanes, "lanes shared out");
        }
        &self.lanes
    }

    /// How many workers take part, this one included.
    pub(crate) fn size(&self) -> usize {
        self.members().count()
    }

    fn members(&self) -> impl Iterator<Item = Member> {
        let others = self.others.values().filter(|heard| heard.takes_part);
        let others = others.map(|heard| heard.member.clone());
        others.chain([self.own.clone()])
    }

    fn note_change(&mut self, now: Instant) {
        let (first, last) = self.changed.unwrap_or((now, now));
        self.changed = Some((first, last.max(now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Duration = Duration::from_secs(5);

    fn member(number: u128) -> Member {
        Member {
            session: Uuid::from_u128(number),
            name: format!("worker-{number}"),
            filter: LaneFilter::default(),
        }
    }

    fn heartbeat(number: u128, sequence: u64, state: WorkerState) -> WorkerReport {
        WorkerReport {
            session: Uuid::from_u128(number),
            worker: format!("worker-{number}"),
            sequence,
            state,
            hold_ms: 5_000,
            ..WorkerReport::default()
        }
    }

    /// Workers 1 to 3 at the seconds given.
    struct World {
        begin: Instant,
        all: Vec<Lane>,
        fleet: Fleet,
    }

    impl World {
        fn new() -> Self {
            let begin = Instant::now();
            Self {
                begin,
                all: (0..60).map(Lane::host).collect(),
                fleet: Fleet::new(member(1), HOLD),
            }
        }

        fn at(&self, second: f64) -> Instant {
            self.begin + Duration::from_secs_f64(second)
        }

        fn hear(&mut self, second: f64, number: u128, state: WorkerState) {
            let sequence = (second * 10.0) as u64 + 1;
            let at = self.at(second);
            let report = heartbeat(number, sequence, state);
            self.fleet.hear(&report, at).unwrap();
        }

        fn wanted(&mut self, second: f64) -> usize {
            let at = self.at(second);
            self.fleet.lanes(&self.all, at).len()
        }
    }

    use WorkerState::{Leaving, Starting, Working};

    #[test]
    fn a_worker_wants_its_lanes_once_it_is_heard_and_shares_them_with_those_that_work() {
        let mut world = World::new();
        assert_eq!(world.wanted(1.0), 0, "nobody heard it yet");
        world.hear(1.0, 1, Starting);
        world.hear(1.0, 2, Working);
        assert_eq!(world.wanted(1.5), 0, "the others do not reckon with it yet");
        world.hear(2.5, 1, Working);
        assert_eq!(world.wanted(2.6), 0, "others may be heard in a moment");
        assert_eq!(world.wanted(3.0), 30);
        world.hear(3.0, 3, Starting);
        assert_eq!(world.wanted(3.9), 30, "one that starts has no lanes");
        world.hear(4.0, 3, Working);
        assert_eq!(world.wanted(4.3), 30, "more may follow");
        assert_eq!(world.wanted(4.6), 20);
    }

    #[test]
    fn who_leaves_is_done_without_at_once_and_who_is_silent_after_five_seconds() {
        let mut world = World::new();
        for (number, second) in [(1, 0.1), (2, 0.1), (3, 0.1)] {
            world.hear(second, number, Working);
        }
        assert_eq!(world.wanted(0.7), 20);
        world.hear(1.0, 3, Leaving);
        assert_eq!(world.wanted(1.6), 30);
        world.hear(1.7, 3, Leaving);
        world.hear(5.0, 1, Working);
        assert_eq!(world.wanted(5.0), 30);
        assert_eq!(world.wanted(5.2), 30, "not yet");
        assert_eq!(world.wanted(5.8), 60);
    }

    #[test]
    fn who_does_not_hear_himself_changes_nothing() {
        let mut world = World::new();
        world.hear(0.1, 1, Working);
        world.hear(0.1, 2, Working);
        assert_eq!(world.wanted(0.7), 30);
        assert_eq!(world.wanted(60.0), 30, "it is the broker that is away");
        world.hear(60.0, 1, Working);
        world.hear(60.1, 2, Working);
        assert_eq!(world.wanted(61.0), 30);
    }

    #[test]
    fn steady_heartbeats_and_old_ones_change_nothing() {
        let mut world = World::new();
        for tick in 0..30 {
            let second = f64::from(tick) * 2.0;
            world.hear(second, 1, Working);
            world.hear(second + 0.1, 2, Working);
            world.hear(second + 0.2, 3, Working);
        }
        assert_eq!(world.wanted(60.0), 20);
        assert_eq!(world.fleet.changed, None);
        let at = world.at(60.1);
        world.fleet.hear(&heartbeat(2, 3, Leaving), at).unwrap();
        assert_eq!(world.fleet.changed, None, "delivered again");
        assert_eq!(world.fleet.size(), 3);
    }

    #[test]
    fn another_hold_is_refused() {
        let mut world = World::new();
        let other = WorkerReport {
            hold_ms: 2_000,
            ..heartbeat(2, 1, Working)
        };
        let refused = world.fleet.hear(&other, world.begin).unwrap_err();
        assert!(refused.to_string().contains("`worker-2`"), "{refused}");
        assert!(refused.to_string().contains("`queue.hold`"), "{refused}");
    }
}
