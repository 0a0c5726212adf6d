//! Carrying out a batch of jobs of one platform, from the look-up to the acknowledgement.
//!
//! The order is the promise: first the found accounts' jobs enter the plan and the queue, then the
//! job's own rows are made durable, its outcome last, then the job is acknowledged. Whatever fails
//! before leaves the job in the queue; a job that has its outcome has nothing left to do.

use std::{collections::HashSet, sync::Arc, time::Duration};

use beffroi_connectors::{Connector, MeasureRequest, Measured};
use beffroi_model::{Failed, Job, Measurement, Outcome, Platform};
use beffroi_plan::{Lanes, Night, discovered_job};
use beffroi_queue::{Delivery, Queue};
use beffroi_store::{JobRow, JobRows, Writer, WriterStopped};
use futures::future;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    WorkerSettings,
    backoff::{Next, next_try},
    known::{KnownRun, KnownRuns},
    lookup::Lookups,
};

/// Pause before a job that could not be ended is given back to the queue.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(1);

/// What all batches share.
pub(crate) struct Context {
    pub(crate) queue: Queue,
    pub(crate) lanes: Arc<Lanes>,
    /// Platforms whose finds are measured.
    pub(crate) measurable: HashSet<Platform>,
    pub(crate) lookups: Lookups,
    pub(crate) writer: Writer,
    pub(crate) runs: KnownRuns,
    pub(crate) settings: WorkerSettings,
    pub(crate) stop: CancellationToken,
}

/// A batch's place among the visits under way, shared by its jobs.
type Slot = Arc<OwnedSemaphorePermit>;

/// Jobs taken together.
pub(crate) struct Batch {
    pub(crate) deliveries: Vec<Delivery>,
    /// Who measures the accounts of their lane.
    pub(crate) connector: Arc<dyn Connector>,
    /// Their places among the jobs that are looked up ahead.
    pub(crate) ahead: OwnedSemaphorePermit,
    /// Where their places among the visits are had.
    pub(crate) visits: Arc<Semaphore>,
}

impl Batch {
    pub(crate) async fn carry_out(self, context: Arc<Context>) {
        let Self {
            deliveries,
            connector,
            ahead,
            visits,
        } = self;
        let Some((deliveries, requests)) = context.look_up(deliveries).await else {
            // The store refuses look-ups for good: nothing can be done here any more.
            context.stop.cancel();
            return;
        };
        if deliveries.is_empty() {
            return;
        }
        let count = u32::try_from(deliveries.len()).expect("a batch is small");
        let permit = tokio::select! {
            // Deliveries that were not begun are dropped, and go back to the queue.
            () = context.stop.cancelled() => return,
            permit = visits.acquire_many_owned(count) => permit,
        };
        let permit = permit.expect("the semaphore is never closed");
        drop(ahead);
        let measured = context.measure(connector, &deliveries, requests).await;
        // The slot is kept until the writer has taken the rows, so that a slow store slows the visits
        // and memory stays bounded; waiting for them to be durable needs none.
        let slot = Arc::new(permit);
        let ends = deliveries
            .into_iter()
            .zip(measured)
            .map(|(delivery, measured)| context.conclude(delivery, measured, Arc::clone(&slot)));
        let ends: Vec<_> = ends.collect();
        drop(slot);
        future::join_all(ends).await;
    }
}

impl Context {
    /// Drops (acknowledges) the jobs that have ended already and gathers the others' requests.
    async fn look_up(
        &self,
        deliveries: Vec<Delivery>,
    ) -> Option<(Vec<Delivery>, Vec<MeasureRequest>)> {
        let known = future::join_all(
            deliveries
                .iter()
                .map(|delivery| self.lookups.known(delivery.job())),
        )
        .await;
        let mut kept = Vec::with_capacity(deliveries.len());
        let mut requests = Vec::with_capacity(deliveries.len());
        for (delivery, known) in deliveries.into_iter().zip(known) {
            let known = known?;
            if known.has_ended {
                tracing::debug!(job.id = %delivery.job().job_id, "job has ended already");
                acknowledge(delivery).await;
                continue;
            }
            let job = delivery.job();
            requests.push(MeasureRequest {
                account: job.account.clone(),
                subjects: job.subjects.clone(),
                as_of: job.as_of,
                previous_state: known.previous_state,
                carried: job.carried.clone(),
            });
            kept.push(delivery);
        }
        Some((kept, requests))
    }

    /// Lets the connector measure. A connector that panics or miscounts is a bug of ours: the jobs
    /// end as failed, and the worker goes on.
    async fn measure(
        &self,
        connector: Arc<dyn Connector>,
        deliveries: &[Delivery],
        requests: Vec<MeasureRequest>,
    ) -> Vec<Measured> {
        let platform = connector.platform();
        let bug = |what: &str| {
            tracing::error!(%platform, "{what}: a bug of the connector");
            let outcome = Outcome::Failed(Failed::Internal);
            let now = Timestamp::now();
            let internal = |delivery: &Delivery| Measured {
                measurement: Measurement::without_figures(
                    delivery.job().account.clone(),
                    outcome,
                    now,
                ),
                retry: None,
                elsewhere: None,
            };
            deliveries.iter().map(internal).collect()
        };
        let is_misled = |delivery: &Delivery| delivery.job().account.platform != platform;
        if deliveries.iter().any(is_misled) {
            return bug("a job of another platform is in this lane");
        }
        // A task of its own, so that a panic ends the task and not the lane.
        let task = tokio::spawn(async move { connector.measure(&requests).await });
        match task.await {
            Ok(measured) if measured.len() == deliveries.len() => measured,
            Ok(_) => bug("the connector lost an account"),
            Err(_) => bug("the connector panicked"),
        }
    }

    /// Ends one job, or puts it off.
    async fn conclude(&self, delivery: Delivery, measured: Measured, slot: Slot) {
        let job = delivery.job();
        let Measured {
            measurement, retry, ..
        } = measured;
        if let Some(retry) = retry {
            let now = Timestamp::now();
            match next_try(&self.settings, job.attempt, retry.not_before, now) {
                Next::TryAgain(delay) => {
                    return self.put_off(delivery, &measurement, delay).await;
                }
                Next::GiveUp => {
                    let reason = measurement.outcome.reason().unwrap_or_default();
                    if let Err(error) = self.queue.bury(job, reason).await {
                        return leave_in_queue(job, &error).await;
                    }
                }
            }
        }
        let known = match self.runs.get(&job.run_id).await {
            Ok(known) => known,
            Err(error) => return leave_in_queue(job, &error).await,
        };
        let now = Timestamp::now();
        let found = self.jobs_of_finds(job, &measurement, &known);
        if !found.is_empty() {
            let plan = JobRows {
                jobs: found.iter().map(|job| JobRow::of(job, now)).collect(),
                ..JobRows::default()
            };
            if let Err(error) = self.write_durably(plan, None).await {
                return leave_in_queue(job, &error).await;
            }
            if let Err(error) = self.queue.publish(&found).await {
                return leave_in_queue(job, &error).await;
            }
            known.published(found.iter().map(|job| job.job_id));
        }
        let rows = JobRows::of(job, &measurement, &self.settings.name, now);
        drop(measurement);
        if let Err(error) = self.write_durably(rows, Some(slot)).await {
            return leave_in_queue(job, &error).await;
        }
        acknowledge(delivery).await;
    }

    /// Writes rows, lets go of the slot once the writer has them, and waits until they are in the
    /// store. When the writer has given up, so does this worker.
    async fn write_durably(&self, rows: JobRows, slot: Option<Slot>) -> Result<(), WriterStopped> {
        let taken = self.writer.write(rows).await;
        drop(slot);
        let durable = match taken {
            Ok(durable) => durable.wait().await,
            Err(stopped) => Err(stopped),
        };
        if durable.is_err() {
            self.stop.cancel();
        }
        durable
    }

    /// Publishes the job again for later, then lets go of this delivery.
    async fn put_off(&self, delivery: Delivery, measurement: &Measurement, delay: Duration) {
        let job = delivery.job();
        tracing::debug!(
            job.id = %job.job_id,
            account.handle = job.account.handle,
            reason = measurement.outcome.reason(),
            delay_secs = delay.as_secs(),
            "job put off"
        );
        let rows = JobRows::of_failed_try(job, &measurement.fetches);
        if let Err(error) = self.writer.write(rows).await {
            return leave_in_queue(job, &error).await;
        }
        let again = Job {
            attempt: job.attempt + 1,
            ..job.clone()
        };
        match self.queue.publish_after(&again, delay).await {
            Ok(()) => acknowledge(delivery).await,
            Err(error) => leave_in_queue(job, &error).await,
        }
    }

    /// Jobs for the accounts found, that this run asks for and has not in its queue yet.
    fn jobs_of_finds(&self, job: &Job, measurement: &Measurement, known: &KnownRun) -> Vec<Job> {
        let night = Night {
            run_id: job.run_id.clone(),
            as_of: job.as_of,
            lanes: Arc::clone(&self.lanes),
        };
        let mut jobs: Vec<Job> = Vec::new();
        for find in &measurement.finds {
            let platform = find.account.platform;
            let is_wanted = find.confidence.is_accepted()
                && self.measurable.contains(&platform)
                && known.scope.includes_platform(platform);
            if !is_wanted {
                continue;
            }
            let subject = job
                .subjects
                .iter()
                .find(|s| s.collectivity_id == find.collectivity_id);
            let found = discovered_job(
                &night,
                find.account.clone(),
                subject.cloned().into_iter().collect(),
            );
            let is_new = found.job_id != job.job_id
                && known.is_new(found.job_id)
                && jobs.iter().all(|other| other.job_id != found.job_id);
            if is_new {
                jobs.push(found);
            }
        }
        jobs
    }
}

async fn acknowledge(delivery: Delivery) {
    let job_id = delivery.job().job_id;
    if let Err(error) = delivery.ack().await {
        // It will be delivered again, found to have ended, and acknowledged then.
        tracing::warn!(
            job.id = %job_id,
            error = &error as &dyn std::error::Error,
            "an acknowledgement did not reach the queue"
        );
    }
}

/// Logs why; the caller then drops the delivery unacknowledged, and the queue delivers the job again.
/// A moment is waited, so that a fault that lasts does not spin.
async fn leave_in_queue(job: &Job, error: &(dyn std::error::Error + Send + Sync + 'static)) {
    tracing::warn!(
        job.id = %job.job_id,
        account.handle = job.account.handle,
        error = error as &dyn std::error::Error,
        "job left in the queue"
    );
    tokio::time::sleep(PAUSE_AFTER_FAULT).await;
}
