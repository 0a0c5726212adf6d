//! The worker: one task a lane takes jobs, one task a batch carries them out.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use beffroi_budget::Ledger;
use beffroi_connectors::Connector;
use beffroi_model::Lane;
use beffroi_plan::Lanes;
use beffroi_queue::{Consumer, Delivery, Queue, QueueError};
use beffroi_store::{Store, Writer, WriterError, WriterTask};
use tokio::{sync::Semaphore, task::JoinSet, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    WorkerSettings,
    batch::{Batch, Context},
    known::KnownRuns,
    lookup::Lookups,
};

/// A worker: takes jobs from its lanes until it is told to stop.
pub struct Worker {
    queue: Queue,
    connectors: BTreeMap<Lane, Arc<dyn Connector>>,
    ledger: Ledger,
    settings: WorkerSettings,
    context: Arc<Context>,
    writer_task: WriterTask,
    stop: CancellationToken,
}

/// What a worker works with.
pub struct Means {
    /// Where the jobs are.
    pub queue: Queue,
    /// Where the figures go.
    pub store: Store,
    /// Which lanes there are, the same for all who plan and work.
    pub lanes: Arc<Lanes>,
    /// Who measures the accounts of each lane.
    pub connectors: BTreeMap<Lane, Arc<dyn Connector>>,
    /// What may be spent: the connectors'.
    pub ledger: Ledger,
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
    /// A part stopped by itself; the log holds the reason.
    #[error("the worker stopped because look-ups in the store failed for good; see the log")]
    Lookups,
}

impl Worker {
    /// A worker for all lanes that have a connector.
    pub fn new(means: Means, settings: WorkerSettings, stop: CancellationToken) -> Self {
        let Means {
            queue,
            store,
            lanes,
            connectors,
            ledger,
        } = means;
        let measurable = connectors.values().map(|it| it.platform()).collect();
        let (lookups, _answers_until_dropped) = Lookups::start(store.clone());
        let (writer, writer_task) = Writer::start(store.clone());
        let context = Context {
            queue: queue.clone(),
            lanes,
            measurable,
            lookups,
            writer,
            runs: KnownRuns::new(store),
            settings: settings.clone(),
            stop: stop.clone(),
        };
        Self {
            queue,
            connectors,
            ledger,
            settings,
            context: Arc::new(context),
            writer_task,
            stop,
        }
    }

    /// Works until `stop` is cancelled, then lets the jobs under way end (at most `drain_timeout`),
    /// writes what they brought, acknowledges them and leaves. Jobs not begun stay in the queue.
    pub async fn run(self) -> Result<(), WorkerError> {
        // A worker may be there before the first run is.
        let lanes: Vec<Lane> = self.connectors.keys().cloned().collect();
        self.queue.declare(&lanes).await?;
        let sites = Slots::new(self.settings.max_sites_in_flight);
        let tasks = TaskTracker::new();
        let mut lanes = JoinSet::new();
        for (lane, connector) in self.connectors {
            let slots = if lane.as_str().starts_with("host.") {
                sites.clone()
            } else {
                Slots::new(self.settings.max_accounts_in_flight)
            };
            let lane_task = LaneTask {
                consumer: (self.queue)
                    .consume_at_most(&lane, connector.prefetch())
                    .await?,
                connector,
                slots,
                context: Arc::clone(&self.context),
                tasks: tasks.clone(),
                linger: self.settings.batch_linger,
                stop: self.stop.clone(),
            };
            lanes.spawn(lane_task.run());
        }
        let mut first_error = None;
        while let Some(ended) = lanes.join_next().await {
            if let Err(error) = ended.expect("a lane's task neither panics nor is aborted") {
                self.stop.cancel();
                first_error.get_or_insert(error);
            }
        }
        tasks.close();
        let drained = time::timeout(self.settings.drain_timeout, tasks.wait()).await;
        if drained.is_err() {
            tracing::warn!(
                jobs = tasks.len(),
                "jobs under way did not end in time; they stay in the queue"
            );
        }
        if let Err(error) = self.ledger.close().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what was not spent could not be given back: it counts as spent"
            );
        }
        // The last writer is dropped with the context; tasks left behind hold it, and are given up
        // with the program.
        drop(self.context);
        if drained.is_ok() {
            self.writer_task.finish().await?;
        }
        first_error.map_or(Ok(()), Err)
    }
}

/// The places of jobs on their way through this worker, which bound its memory. As many jobs as are
/// being visited may be looked up in the store ahead of their visits, so that no visit waits for it.
#[derive(Debug, Clone)]
struct Slots {
    ahead: Arc<Semaphore>,
    visits: Arc<Semaphore>,
}

impl Slots {
    fn new(visits: usize) -> Self {
        Self {
            ahead: Arc::new(Semaphore::new(visits)),
            visits: Arc::new(Semaphore::new(visits)),
        }
    }
}

struct LaneTask {
    consumer: Consumer,
    connector: Arc<dyn Connector>,
    slots: Slots,
    context: Arc<Context>,
    tasks: TaskTracker,
    linger: Duration,
    stop: CancellationToken,
}

impl LaneTask {
    async fn run(mut self) -> Result<(), WorkerError> {
        loop {
            let next = tokio::select! {
                () = self.stop.cancelled() => break,
                next = self.consumer.next() => next,
            };
            let Some(first) = next else { break };
            let deliveries = self.fill(first).await;
            let count = u32::try_from(deliveries.len()).expect("a batch is small");
            let ahead = tokio::select! {
                () = self.stop.cancelled() => break,
                ahead = Arc::clone(&self.slots.ahead).acquire_many_owned(count) => ahead,
            };
            let batch = Batch {
                deliveries,
                connector: Arc::clone(&self.connector),
                ahead: ahead.expect("the semaphore is never closed"),
                visits: Arc::clone(&self.slots.visits),
            };
            self.tasks.spawn(batch.carry_out(Arc::clone(&self.context)));
        }
        // Deliveries that were taken but not begun are dropped here, and go back to the queue.
        self.consumer.close().await?;
        Ok(())
    }

    /// Waits a little for more jobs when the platform answers many accounts in one call.
    async fn fill(&mut self, first: Delivery) -> Vec<Delivery> {
        let wanted = self.connector.batch_size().get();
        let mut deliveries = vec![first];
        if wanted == 1 {
            return deliveries;
        }
        let deadline = time::Instant::now() + self.linger;
        while deliveries.len() < wanted {
            match time::timeout_at(deadline, self.consumer.next()).await {
                Ok(Some(delivery)) => deliveries.push(delivery),
                Ok(None) | Err(_) => break,
            }
        }
        deliveries
    }
}
