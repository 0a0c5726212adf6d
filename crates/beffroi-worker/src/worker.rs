//! The worker: holds the lanes that are its own, and lets go of the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use beffroi_archive::Archive;
use beffroi_budget::Ledger;
use beffroi_connectors::Connector;
use beffroi_fetch::FetchClient;
use beffroi_model::Lane;
use beffroi_plan::Lanes;
use beffroi_queue::{Queue, QueueError};
use beffroi_store::{Store, StoreError, Writer, WriterError, WriterTask};
use tokio::{sync::watch, task::JoinSet, time};
use tokio_util::sync::CancellationToken;

use crate::{
    Fences, Health, Metrics, WorkerSettings,
    batch::Context,
    fleet::HEARTBEAT,
    hosts::Hosts,
    known::KnownRuns,
    lane_task::{LaneTask, Slots},
    lookup::Lookups,
    membership::{Membership, MembershipError},
    ownership::is_host,
};

/// How often the clock is compared with the store's.
const CLOCK_EVERY: Duration = Duration::from_secs(60);

/// A worker: takes jobs from its lanes until it is told to stop.
pub struct Worker {
    connectors: BTreeMap<Lane, Arc<dyn Connector>>,
    fences: Fences,
    ledger: Ledger,
    context: Arc<Context>,
    writer_task: WriterTask,
    sites: Slots,
    store: Store,
    metrics: Metrics,
    health: Health,
    /// `None` where the queue is in process: then all lanes are this worker's.
    membership: Option<Membership>,
    stop: CancellationToken,
}

/// What a worker works with.
pub struct Means {
    /// Where the jobs are.
    pub queue: Queue,
    /// Where the figures go.
    pub store: Store,
    /// Through which the connectors ask.
    pub client: FetchClient,
    /// Which lanes there are, the same for all who plan and work.
    pub lanes: Arc<Lanes>,
    /// What the connectors' clients heed.
    pub fences: Fences,
    /// Who measures the accounts of each lane.
    pub connectors: BTreeMap<Lane, Arc<dyn Connector>>,
    /// What may be spent: the connectors'.
    pub ledger: Ledger,
    /// Where answers are kept; `None`: nowhere.
    pub archive: Option<Archive>,
    /// What is counted.
    pub metrics: Metrics,
    /// How the process is.
    pub health: Health,
}

/// Why a worker ended otherwise than by being told to.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The queue.
    #[error("the queue failed")]
    Queue(#[from] QueueError),
    /// The store.
    #[error(transparent)]
    Writer(#[from] WriterError),
    /// The other workers.
    #[error(transparent)]
    Membership(#[from] MembershipError),
    /// The machine's clock is off: what it writes would be wrong.
    #[error(transparent)]
    Clock(StoreError),
    /// A part stopped by itself; the log holds the reason.
    #[error("the worker stopped because look-ups in the store failed for good; see the log")]
    Lookups,
}

impl Worker {
    /// A worker for those of the lanes that have a connector, and that its settings name.
    pub fn new(means: Means, settings: WorkerSettings, stop: CancellationToken) -> Self {
        let Means {
            queue,
            store,
            client,
            lanes,
            fences,
            mut connectors,
            ledger,
            archive,
            metrics,
            health,
        } = means;
        let all: Vec<Lane> = connectors.keys().cloned().collect();
        for pattern in settings.lanes.idle(&all) {
            tracing::warn!(%pattern, "no lane is called so: see `worker.lanes`");
        }
        let measurable = connectors.values().map(|it| it.platform()).collect();
        connectors.retain(|lane, _| settings.lanes.includes(lane));
        let (lookups, _answers_until_dropped) = Lookups::start(store.clone(), metrics.clone());
        let (writer, writer_task) = Writer::start(store.clone());
        let (written, blocked) = (writer.watch(), queue.clone());
        metrics.before_reading(move |metrics| {
            let counts = written.counts();
            metrics.writer(
                counts.jobs_waiting,
                counts.rows_written,
                counts.tries_failed,
            );
            metrics.queue_blocked(blocked.is_blocked());
        });
        let hosts = Hosts::new(store.clone(), client.clone());
        let membership = queue.hold_time().map(|hold| {
            Membership::new(
                queue.clone(),
                &settings,
                hold,
                metrics.clone(),
                health.clone(),
            )
        });
        let most_of_a_host = (usize::from(queue.prefetch().get()) / 2).max(1);
        let context = Context {
            queue,
            client,
            archive,
            lanes,
            measurable,
            lookups,
            writer,
            runs: KnownRuns::new(store.clone(), Arc::clone(&hosts)),
            hosts,
            in_flight: Arc::default(),
            most_of_a_host,
            settings,
            stop: stop.clone(),
        };
        Self {
            sites: Slots::new(context.settings.max_sites_in_flight),
            connectors,
            fences,
            ledger,
            context: Arc::new(context),
            store,
            metrics,
            health,
            writer_task,
            membership,
            stop,
        }
    }

    /// Works until `stop` is cancelled, then lets go of its lanes (visits under way may end for
    /// `let_go_timeout`, or, where no other worker waits for them, for `drain_timeout`), writes what
    /// they brought, acknowledges it and leaves. Jobs not begun stay in the queue.
    pub async fn run(mut self) -> Result<(), WorkerError> {
        // A worker may be there before the first run is.
        let lanes: Vec<Lane> = self.connectors.keys().cloned().collect();
        self.context.queue.declare(&lanes).await?;
        let end_of_news = CancellationToken::new();
        let news = tokio::spawn(Arc::clone(&self.context.hosts).keep(end_of_news.clone()));
        let (tell, wanted) = watch::channel(BTreeSet::new());
        let is_shared = self.membership.is_some();
        let membership = match self.membership.take() {
            Some(membership) => {
                let taking_part = membership.take_part(lanes, tell, self.stop.clone());
                tokio::spawn(taking_part)
            }
            None => {
                tell.send_replace(lanes.into_iter().collect());
                tokio::spawn(work_alone(tell, self.health.clone(), self.stop.clone()))
            }
        };
        let clock = tokio::spawn(watch_clock(
            self.store.clone(),
            self.metrics.clone(),
            self.stop.clone(),
        ));
        let worked = self.hold_lanes(wanted, is_shared).await;
        self.stop.cancel();
        let parted = membership
            .await
            .expect("taking part neither panics nor is aborted");
        if let Err(error) = self.ledger.close().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what was not spent could not be given back: it counts as spent"
            );
        }
        end_of_news.cancel();
        news.await.expect("the keeping of news does not panic");
        // The last writer is dropped with the context.
        let drain_timeout = self.context.settings.drain_timeout;
        drop(self.context);
        match time::timeout(drain_timeout, self.writer_task.finish()).await {
            Ok(written) => written?,
            Err(_) => {
                tracing::warn!("rows could not be written in time; their jobs stay in the queue");
            }
        }
        parted?;
        clock.await.expect("a look at the clock does not panic")?;
        worked
    }

    /// Holds the wanted lanes, as they change, until the worker is stopped or one of them fails.
    async fn hold_lanes(
        &self,
        mut wanted: watch::Receiver<BTreeSet<Lane>>,
        is_shared: bool,
    ) -> Result<(), WorkerError> {
        let mut held: BTreeMap<Lane, CancellationToken> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        let mut worked = Ok(());
        loop {
            let is_stopped = self.stop.is_cancelled();
            let target = if is_stopped {
                BTreeSet::new()
            } else {
                wanted.borrow_and_update().clone()
            };
            for (_, let_go) in held.iter().filter(|(lane, _)| !target.contains(*lane)) {
                let_go.cancel();
            }
            // A lane that is being let go of is begun anew once that has ended.
            for lane in target
                .iter()
                .filter(|lane| !held.contains_key(*lane))
                .cloned()
                .collect::<Vec<_>>()
            {
                let Some(task) = self.lane_task(&lane, is_shared) else {
                    continue;
                };
                held.insert(lane.clone(), task.let_go.clone());
                tasks.spawn(async move { (lane, task.run().await) });
            }
            if is_stopped && tasks.is_empty() {
                return worked;
            }
            tokio::select! {
                () = self.stop.cancelled(), if !is_stopped => {}
                changed = wanted.changed(), if !is_stopped => if changed.is_err() {
                    // Taking part has ended, and tells why.
                    self.stop.cancel();
                },
                Some(ended) = tasks.join_next() => {
                    let (lane, end) = ended.expect("a lane's task neither panics nor is aborted");
                    let was_let_go = held.remove(&lane).is_some_and(|it| it.is_cancelled());
                    if end.is_err() || !was_let_go {
                        self.stop.cancel();
                    }
                    worked = worked.and(end);
                }
            }
        }
    }

    fn lane_task(&self, lane: &Lane, is_shared: bool) -> Option<LaneTask> {
        let settings = &self.context.settings;
        let connector = Arc::clone(self.connectors.get(lane)?);
        Some(LaneTask {
            lane: lane.clone(),
            metrics: self.metrics.lane(lane, connector.platform()),
            connector,
            stopped: self.stop.clone(),
            fence: self.fences.of(lane),
            slots: if is_host(lane) {
                self.sites.clone()
            } else {
                Slots::new(settings.max_accounts_in_flight)
            },
            context: Arc::clone(&self.context),
            let_go: CancellationToken::new(),
            let_go_timeout: if is_shared {
                settings.let_go_timeout
            } else {
                settings.drain_timeout
            },
        })
    }
}

/// What taking part is where nobody else does: all lanes stay wanted until `stop`.
async fn work_alone(
    tell: watch::Sender<BTreeSet<Lane>>,
    health: Health,
    stop: CancellationToken,
) -> Result<(), MembershipError> {
    while !stop.is_cancelled() {
        health.announced();
        let _ = time::timeout(HEARTBEAT, stop.cancelled()).await;
    }
    health.leaving();
    drop(tell);
    Ok(())
}

/// Stops the worker when the machine's clock goes astray. A store that is away tells nothing.
async fn watch_clock(
    store: Store,
    metrics: Metrics,
    stop: CancellationToken,
) -> Result<(), WorkerError> {
    let watching = async {
        loop {
            if let Ok(offset) = store.clock_offset().await {
                metrics.clock_offset(offset);
            }
            if let Err(error @ StoreError::Clock { .. }) = store.check_clock().await {
                return error;
            }
            time::sleep(CLOCK_EVERY).await;
        }
    };
    match stop.run_until_cancelled(watching).await {
        Some(error) => {
            stop.cancel();
            Err(WorkerError::Clock(error))
        }
        None => Ok(()),
    }
}
