//! Taking part: announcing oneself, hearing the others, and telling which lanes follow from it.

use std::{collections::BTreeSet, time::Duration};

use beffroi_model::Lane;
use beffroi_queue::{Queue, QueueError};
use tokio::{
    sync::watch,
    time::{self, Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Health, Metrics, WorkerReport, WorkerSettings, WorkerState,
    fleet::{Fleet, HEARTBEAT, HoldsDiffer, LISTEN_FIRST},
    ownership::Member,
};

/// How far back heartbeats are read at the start.
const REACH: Duration = Duration::from_secs(10);

/// How often it is looked who has fallen silent.
const LOOK: Duration = Duration::from_millis(250);

/// How long the last word may take.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Why a worker cannot take part any more.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// The queue.
    #[error("the other workers cannot be heard")]
    Queue(#[from] QueueError),
    /// Another worker works by another rule.
    #[error(transparent)]
    HoldsDiffer(#[from] HoldsDiffer),
}

/// A worker among others.
pub(crate) struct Membership {
    queue: Queue,
    fleet: Fleet,
    report: WorkerReport,
    metrics: Metrics,
    health: Health,
}

impl Membership {
    /// Not yet taking part. `hold` is for how long lanes are held.
    pub(crate) fn new(
        queue: Queue,
        settings: &WorkerSettings,
        hold: Duration,
        metrics: Metrics,
        health: Health,
    ) -> Self {
        let hold_ms = u64::try_from(hold.as_millis()).unwrap_or(u64::MAX);
        let wants = settings.lanes.patterns();
        let report = WorkerReport::new(settings.name.clone(), hold_ms, wants);
        let own = Member {
            session: report.session,
            name: settings.name.clone(),
            filter: settings.lanes.clone(),
        };
        Self {
            fleet: Fleet::new(own, hold),
            queue,
            report,
            metrics,
            health,
        }
    }

    /// Takes part until `stop` is cancelled, then tells the others that it leaves. `tell` is told
    /// whenever other lanes are to be held.
    pub(crate) async fn take_part(
        mut self,
        lanes: Vec<Lane>,
        tell: watch::Sender<BTreeSet<Lane>>,
        stop: CancellationToken,
    ) -> Result<(), MembershipError> {
        let mut announcements = self.queue.announcements(REACH).await?;
        let begin = Instant::now();
        let mut state = WorkerState::Starting;
        let mut heartbeats = time::interval(HEARTBEAT);
        let mut looks = time::interval(LOOK);
        for ticks in [&mut heartbeats, &mut looks] {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let end = loop {
            tokio::select! {
                () = stop.cancelled() => break Ok(()),
                heard = announcements.next() => {
                    let Some(heard) = heard else { break Ok(()) };
                    let report = match WorkerReport::decode(&heard.payload) {
                        Ok(report) => report,
                        Err(error) => {
                            tracing::debug!(error = &error as &dyn std::error::Error, "not heard");
                            continue;
                        }
                    };
                    self.metrics.heartbeat_heard();
                    if let Err(differ) = self.fleet.hear(&report, heard.received_at) {
                        break Err(differ.into());
                    }
                }
                _ = looks.tick() => {
                    if state == WorkerState::Starting && begin.elapsed() >= LISTEN_FIRST {
                        state = WorkerState::Working;
                        heartbeats.reset_immediately();
                    }
                }
                _ = heartbeats.tick() => self.announce(state),
            }
            self.metrics.workers_known(self.fleet.size());
            let now = Instant::now();
            let wanted = self.fleet.lanes(&lanes, now);
            tell.send_if_modified(|told| {
                let differs = *told != *wanted;
                if differs {
                    told.clone_from(wanted);
                }
                differs
            });
        };
        // The lanes are let go of while the others hear it.
        drop(tell);
        self.health.leaving();
        let leaving = self.announcement(WorkerState::Leaving);
        // Where it is not heard, the others miss the heartbeats.
        let _ = time::timeout(LAST_WORD, leaving).await;
        end
    }

    /// Sends a heartbeat; the next one is not held up where the broker is slow.
    fn announce(&mut self, state: WorkerState) {
        tokio::spawn(self.announcement(state));
    }

    fn announcement(&mut self, state: WorkerState) -> impl Future<Output = ()> + Send + use<> {
        self.report.state = state;
        self.report.next();
        self.metrics.fill(&mut self.report);
        let payload = self.report.encode();
        let (queue, health) = (self.queue.clone(), self.health.clone());
        async move {
            if queue.announce(payload).await {
                health.announced();
            }
        }
    }
}
