//! How a job ends, or goes on elsewhere or later.
//!
//! The order is the promise: first the found accounts' jobs enter the plan and the queue, then the
//! job's own rows are made durable, its outcome last, then the job is acknowledged. Whatever fails
//! before leaves the job in the queue; a job that has its outcome has nothing left to do. A job that
//! goes on is published again before it is acknowledged.

use std::{sync::Arc, time::Duration};

use beffroi_connectors::{Elsewhere, Measured, Retry};
use beffroi_model::{FetchRecord, Job, Measurement, Try};
use beffroi_plan::{Night, discovered_job};
use beffroi_queue::Delivery;
use beffroi_store::{JobRow, JobRows, WriterStopped};
use jiff::{SignedDuration, Timestamp};

use crate::{
    LaneMetrics,
    backoff::{Next, next_try},
    batch::{Context, InHand, Slot},
    known::KnownRun,
};

/// Pause before a job that could not be ended is given back to the queue.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(1);

/// How long a job is put off that was held for too long, or is there twice.
pub(crate) const PAUSE_AFTER_HOLDING: Duration = Duration::from_secs(10);

impl Context {
    /// Ends one job, or puts it off, or hands it over.
    pub(crate) async fn conclude(&self, in_hand: InHand, measured: Measured, slot: Slot) {
        // The rest of it is dropped when the job has ended.
        let InHand {
            delivery, metrics, ..
        } = in_hand;
        let job = delivery.job();
        let Measured {
            measurement,
            retry,
            elsewhere,
        } = measured;
        metrics.visited(&measurement.fetches);
        if let Some(elsewhere) = elsewhere {
            return self
                .hand_over(delivery, elsewhere, &measurement.fetches, &metrics)
                .await;
        }
        if let Some(retry) = retry {
            match self.next(job, retry, Timestamp::now()) {
                Next::TryAgain(delay) => {
                    return self.put_off(delivery, &measurement, delay, &metrics).await;
                }
                Next::Wait(delay) => {
                    let fetches = &measurement.fetches;
                    return self.park(delivery, delay, fetches, &metrics).await;
                }
                // What was measured is kept, although a part of it was not reached.
                Next::GiveUp if measurement.outcome.reason().is_none() => {}
                Next::GiveUp => {
                    let reason = measurement.outcome.reason().unwrap_or_default();
                    let last = self.with_try(job, reason);
                    if let Err(error) = self.queue.bury(&last, reason).await {
                        return leave_in_queue(job, &error).await;
                    }
                    metrics.buried();
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
        let outcome = measurement.outcome;
        drop(measurement);
        if let Err(error) = self.write_durably(rows, Some(slot)).await {
            return leave_in_queue(job, &error).await;
        }
        metrics.ended(outcome);
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

    /// What becomes of a failure that may pass.
    fn next(&self, job: &Job, retry: Retry, now: Timestamp) -> Next {
        let give_up_after = self.settings.give_up_after;
        let age = SignedDuration::try_from(give_up_after).unwrap_or(SignedDuration::MAX);
        if !retry.has_asked && now.duration_since(job.as_of) > age {
            return Next::GiveUp;
        }
        next_try(&self.settings, job.attempt, retry, now)
    }

    /// The job, with the try that has just failed in its history.
    fn with_try(&self, job: &Job, reason: &str) -> Job {
        let mut job = job.clone();
        job.tries.push(Try {
            at: Timestamp::now(),
            worker: self.settings.name.clone(),
            reason: reason.to_owned(),
        });
        job
    }

    /// Puts off a job that was tried.
    async fn put_off(
        &self,
        delivery: Delivery,
        measurement: &Measurement,
        delay: Duration,
        metrics: &LaneMetrics,
    ) {
        metrics.put_off();
        let job = delivery.job();
        let reason = measurement.outcome.reason().unwrap_or_default();
        let again = Job {
            attempt: job.attempt + 1,
            ..self.with_try(job, reason)
        };
        self.later(delivery, again, delay, &measurement.fetches)
            .await;
    }

    /// Puts off a job that was not tried: it costs none of its tries.
    pub(crate) async fn park(
        &self,
        delivery: Delivery,
        delay: Duration,
        fetches: &[FetchRecord],
        metrics: &LaneMetrics,
    ) {
        metrics.parked();
        let job = delivery.job();
        let again = Job {
            parked: job.parked.saturating_add(1),
            ..job.clone()
        };
        self.later(delivery, again, delay, fetches).await;
    }

    /// Puts off jobs that were held for too long.
    pub(crate) async fn park_all(&self, deliveries: Vec<Delivery>, metrics: &LaneMetrics) {
        for delivery in deliveries {
            self.park(delivery, PAUSE_AFTER_HOLDING, &[], metrics).await;
        }
    }

    /// Publishes the job again for later, then lets go of this delivery.
    async fn later(
        &self,
        delivery: Delivery,
        again: Job,
        delay: Duration,
        fetches: &[FetchRecord],
    ) {
        let job = delivery.job();
        tracing::debug!(
            job.id = %job.job_id,
            account.handle = job.account.handle,
            job.attempt = again.attempt,
            job.parked = again.parked,
            delay_secs = delay.as_secs(),
            "job put off"
        );
        if let Err(error) = self.write_fetches(job, fetches).await {
            return leave_in_queue(job, &error).await;
        }
        match self.queue.publish_after(&again, delay).await {
            Ok(()) => acknowledge(delivery).await,
            Err(error) => leave_in_queue(job, &error).await,
        }
    }

    /// Publishes the job into the lane of the hosts to which its way led, then lets go of this
    /// delivery.
    async fn hand_over(
        &self,
        delivery: Delivery,
        elsewhere: Elsewhere,
        fetches: &[FetchRecord],
        metrics: &LaneMetrics,
    ) {
        metrics.handed_over();
        let job = delivery.job();
        let Elsewhere { group, carried } = elsewhere;
        let lane = self.lanes.of_group(&group.to_string());
        tracing::debug!(
            job.id = %job.job_id,
            account.handle = job.account.handle,
            from = %job.lane,
            to = %lane,
            "job handed over"
        );
        if let Err(error) = self.write_fetches(job, fetches).await {
            return leave_in_queue(job, &error).await;
        }
        let onward = Job {
            lane,
            carried: Some(carried),
            ..job.clone()
        };
        match self.queue.publish(&[onward]).await {
            Ok(()) => acknowledge(delivery).await,
            Err(error) => leave_in_queue(job, &error).await,
        }
    }

    /// Writes the exchanges of a visit that did not end its job.
    async fn write_fetches(&self, job: &Job, fetches: &[FetchRecord]) -> Result<(), WriterStopped> {
        if fetches.is_empty() {
            return Ok(());
        }
        let rows = JobRows::of_failed_try(job, fetches);
        self.writer.write(rows).await.map(drop)
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

pub(crate) async fn acknowledge(delivery: Delivery) {
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
pub(crate) async fn leave_in_queue(
    job: &Job,
    error: &(dyn std::error::Error + Send + Sync + 'static),
) {
    tracing::warn!(
        job.id = %job.job_id,
        account.handle = job.account.handle,
        error = error as &dyn std::error::Error,
        "job left in the queue"
    );
    tokio::time::sleep(PAUSE_AFTER_FAULT).await;
}
