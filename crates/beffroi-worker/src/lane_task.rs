//! Working one lane, from the moment it is wanted until it is let go of.

use std::{sync::Arc, time::Duration};

use beffroi_connectors::Connector;
use beffroi_model::Lane;
use beffroi_queue::{Consumer, Delivery, Hold};
use tokio::{sync::Semaphore, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    HoldEnd, LaneMetrics,
    batch::{Batch, Context, Grip},
    crowd::Crowd,
    fence::LaneFence,
    worker::WorkerError,
};

/// How long jobs that were measured may take to be written and acknowledged, once the lane is to be
/// let go of.
const WRITING_TIMEOUT: Duration = Duration::from_secs(5);

/// The places of jobs on their way through this worker, which bound its memory. As many jobs as are
/// being visited may be looked up in the store ahead of their visits, so that no visit waits for it.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    pub(crate) ahead: Arc<Semaphore>,
    pub(crate) visits: Arc<Semaphore>,
}

impl Slots {
    pub(crate) fn new(visits: usize) -> Self {
        Self {
            ahead: Arc::new(Semaphore::new(visits)),
            visits: Arc::new(Semaphore::new(visits)),
        }
    }
}

pub(crate) struct LaneTask {
    pub(crate) lane: Lane,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) fence: Arc<LaneFence>,
    pub(crate) slots: Slots,
    pub(crate) context: Arc<Context>,
    pub(crate) metrics: LaneMetrics,
    /// Cancelled when the worker stops.
    pub(crate) stopped: CancellationToken,
    /// Cancelled when the lane is to be let go of.
    pub(crate) let_go: CancellationToken,
    /// How long visits may take to end then.
    pub(crate) let_go_timeout: Duration,
}

impl LaneTask {
    pub(crate) async fn run(self) -> Result<(), WorkerError> {
        let consuming = (self.context.queue).consume_at_most(&self.lane, self.connector.prefetch());
        let mut consumer = tokio::select! {
            () = self.let_go.cancelled() => return Ok(()),
            consumer = consuming => consumer?,
        };
        let tasks = TaskTracker::new();
        let abandoned = CancellationToken::new();
        let released = CancellationToken::new();
        let crowd = Crowd::default();
        let grip = |hold: Hold| Grip {
            hold,
            let_go: self.let_go.clone(),
            abandoned: abandoned.clone(),
            released: released.clone(),
        };
        loop {
            let next = tokio::select! {
                () = self.let_go.cancelled() => break,
                next = consumer.next() => next,
            };
            let Some(first) = next else { break };
            let hold = first.hold().clone();
            if self.fence.begin(&hold) {
                tasks.spawn(self.open_fence(hold.clone()));
            }
            let deliveries = self.fill(&mut consumer, first).await;
            self.metrics.taken(deliveries.len());
            let batch = Batch {
                deliveries,
                connector: Arc::clone(&self.connector),
                slots: self.slots.clone(),
                grip: grip(hold),
                crowd: crowd.clone(),
                metrics: self.metrics.clone(),
            };
            tasks.spawn(batch.carry_out(Arc::clone(&self.context)));
        }
        // Jobs that were taken but not begun are dropped, and go back to the queue. The lane is let go of
        // when the last one is settled: nobody else is active before.
        let closed = consumer.close().await;
        let mut is_written = true;
        tasks.close();
        if time::timeout(self.let_go_timeout, tasks.wait())
            .await
            .is_err()
        {
            abandoned.cancel();
            if time::timeout(WRITING_TIMEOUT, tasks.wait()).await.is_err() {
                tracing::warn!(
                    lane = %self.lane,
                    jobs = tasks.len(),
                    "jobs could not be written in time; they stay in the queue"
                );
                is_written = false;
                released.cancel();
                tasks.wait().await;
            }
        }
        self.metrics.hold_ended(if self.stopped.is_cancelled() {
            HoldEnd::Leaving
        } else {
            HoldEnd::Yielded
        });
        let parting = closed?;
        // Whoever takes the lane over reads what the hosts have asked for.
        let written = self.context.hosts.written();
        if is_written && time::timeout(WRITING_TIMEOUT, written).await.is_ok() {
            parting.silent();
        }
        Ok(())
    }

    /// Lets the lane's hosts be asked once what is remembered of them is known; ends with the hold.
    fn open_fence(&self, hold: Hold) -> impl Future<Output = ()> + Send + use<> {
        let hosts = Arc::clone(&self.context.hosts);
        let fence = Arc::clone(&self.fence);
        let metrics = self.metrics.clone();
        let let_go = self.let_go.clone();
        let begun = time::Instant::now();
        metrics.hold_begun();
        async move {
            tokio::select! {
                () = hold.lost() => return metrics.hold_ended(HoldEnd::Lost),
                () = let_go.cancelled() => return,
                () = hosts.recall_since(hold.since()) => fence.open(&hold),
            }
            metrics.first_job_after(begun.elapsed());
            tokio::select! {
                () = hold.lost() => metrics.hold_ended(HoldEnd::Lost),
                () = let_go.cancelled() => {}
            }
        }
    }

    /// Waits a little for more jobs when the platform answers many accounts in one call.
    async fn fill(&self, consumer: &mut Consumer, first: Delivery) -> Vec<Delivery> {
        let wanted = self.connector.batch_size().get();
        let mut deliveries = vec![first];
        if wanted == 1 {
            return deliveries;
        }
        let deadline = time::Instant::now() + self.context.settings.batch_linger;
        while deliveries.len() < wanted {
            match time::timeout_at(deadline, consumer.next()).await {
                Ok(Some(delivery)) => deliveries.push(delivery),
                Ok(None) | Err(_) => break,
            }
        }
        deliveries
    }
}
