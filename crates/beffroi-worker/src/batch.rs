//! Carrying out a batch of jobs of one lane: from the taking to what was measured.
//!
//! While the lane is held. Whatever is dropped on the way (the lane was lost, another worker is to
//! have it) gives its jobs back to the queue.

use std::{collections::HashSet, sync::Arc, time::Duration};

use beffroi_archive::{Archive, ArchivedRequest, Visit};
use beffroi_connectors::{Connector, MeasureRequest, Measured};
use beffroi_fetch::{FetchClient, recorded};
use beffroi_model::{Failed, Job, JobId, Measurement, Outcome, Platform, RunId};
use beffroi_plan::Lanes;
use beffroi_queue::{Delivery, Hold, Queue};
use beffroi_store::Writer;
use futures::future;
use jiff::Timestamp;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    LaneMetrics, WorkerSettings,
    crowd::{Crowd, Place},
    ending::{PAUSE_AFTER_HOLDING, acknowledge, leave_in_queue},
    hosts::Hosts,
    in_flight::{InFlight, Underway},
    known::KnownRuns,
    lane_task::Slots,
    lookup::Lookups,
    ownership::is_host,
};

/// What all batches share.
pub(crate) struct Context {
    pub(crate) queue: Queue,
    pub(crate) client: FetchClient,
    pub(crate) archive: Option<Archive>,
    pub(crate) lanes: Arc<Lanes>,
    /// Platforms whose finds are measured.
    pub(crate) measurable: HashSet<Platform>,
    pub(crate) lookups: Lookups,
    pub(crate) writer: Writer,
    pub(crate) runs: KnownRuns,
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) settings: WorkerSettings,
    /// Jobs of one host that a lane may have in hand.
    pub(crate) most_of_a_host: usize,
    pub(crate) stop: CancellationToken,
}

/// A batch's place among the visits under way, shared by its jobs.
pub(crate) type Slot = Arc<OwnedSemaphorePermit>;

/// Jobs taken together.
pub(crate) struct Batch {
    pub(crate) deliveries: Vec<Delivery>,
    /// Who measures the accounts of their lane.
    pub(crate) connector: Arc<dyn Connector>,
    /// Where their places are had.
    pub(crate) slots: Slots,
    pub(crate) grip: Grip,
    /// The jobs in hand of their lane.
    pub(crate) crowd: Crowd,
    pub(crate) metrics: LaneMetrics,
}

/// How long a lane's jobs may be worked on.
#[derive(Debug, Clone)]
pub(crate) struct Grip {
    /// The hold under which they were taken.
    pub(crate) hold: Hold,
    /// Cancelled when no visit is to begin any more.
    pub(crate) let_go: CancellationToken,
    /// Cancelled when visits are to be dropped.
    pub(crate) abandoned: CancellationToken,
    /// Cancelled when everything is to be dropped.
    pub(crate) released: CancellationToken,
}

/// A job in hand.
pub(crate) struct InHand {
    pub(crate) delivery: Delivery,
    pub(crate) metrics: LaneMetrics,
    _underway: Underway,
    _place: Option<Place>,
}

/// A job's visit, as far as it got.
enum Visited {
    Measured(Vec<Measured>, Slot),
    /// It was held for too long.
    HeldTooLong,
    /// The lane was lost or is to be let go of.
    Dropped,
}

impl Batch {
    /// Brings the jobs to their ends, or leaves them in the queue. Whatever is dropped on the way
    /// gives its job back.
    pub(crate) async fn carry_out(self, context: Arc<Context>) {
        let released = self.grip.released.clone();
        // Boxed, since thousands may wait for their places.
        let work = Box::pin(self.work(context));
        tokio::select! {
            biased;
            () = released.cancelled() => {}
            () = work => {}
        }
    }

    async fn work(self, context: Arc<Context>) {
        let Self {
            deliveries,
            connector,
            slots,
            grip,
            crowd,
            metrics,
        } = self;
        let waiting = metrics.waiting(deliveries.len());
        let held_until = Instant::now() + context.settings.max_held;
        let count = u32::try_from(deliveries.len()).expect("a batch is small");
        let ahead = tokio::select! {
            biased;
            () = grip.hold.lost() => return metrics.given_back(deliveries.len()),
            () = grip.let_go.cancelled() => return metrics.given_back(deliveries.len()),
            () = sleep_until(held_until) => return context.park_all(deliveries, &metrics).await,
            ahead = Arc::clone(&slots.ahead).acquire_many_owned(count) => ahead,
        };
        let ahead = ahead.expect("the semaphore is never closed");
        let beginning = context.begin(deliveries, &crowd, &metrics);
        let begun = tokio::select! {
            biased;
            () = grip.hold.lost() => return metrics.given_back(count as usize),
            () = grip.let_go.cancelled() => return metrics.given_back(count as usize),
            () = sleep_until(held_until) => return metrics.given_back(count as usize),
            begun = beginning => begun,
        };
        let Some((in_hand, requests)) = begun else {
            // The store refuses look-ups for good: nothing can be done here any more.
            context.stop.cancel();
            return;
        };
        if in_hand.is_empty() {
            return;
        }
        drop(waiting);
        let in_flight = metrics.in_flight(in_hand.len());
        let visit = context.visit(connector, &in_hand, requests, ahead, &slots.visits, &grip);
        let visited = tokio::select! {
            biased;
            () = grip.hold.lost() => Visited::Dropped,
            () = grip.abandoned.cancelled() => Visited::Dropped,
            () = sleep_until(held_until) => Visited::HeldTooLong,
            visited = visit => visited,
        };
        let (measured, slot) = match visited {
            Visited::Measured(measured, slot) => (measured, slot),
            Visited::HeldTooLong => {
                let deliveries = in_hand.into_iter().map(|it| it.delivery).collect();
                return context.park_all(deliveries, &metrics).await;
            }
            Visited::Dropped => return metrics.given_back(in_hand.len()),
        };
        drop(in_flight);
        // The slot is kept until the writer has taken the rows, so that a slow store slows the visits
        // and memory stays bounded; waiting for them to be durable needs none.
        let ends = in_hand
            .into_iter()
            .zip(measured)
            .map(|(in_hand, measured)| context.conclude(in_hand, measured, Arc::clone(&slot)));
        let ends: Vec<_> = ends.collect();
        drop(slot);
        future::join_all(ends).await;
    }
}

impl Context {
    /// Takes the jobs in hand: puts off those whose host has too many, waits for those that are under
    /// way here already, drops (acknowledges) those that have ended, and gathers the others' requests.
    async fn begin(
        &self,
        deliveries: Vec<Delivery>,
        crowd: &Crowd,
        metrics: &LaneMetrics,
    ) -> Option<(Vec<InHand>, Vec<MeasureRequest>)> {
        let mut deliveries = deliveries;
        // In one order for all batches, so that no two wait for each other.
        deliveries.sort_by_key(|delivery| delivery.job().job_id);
        let mut in_hand: Vec<InHand> = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let job = delivery.job();
            if in_hand
                .last()
                .is_some_and(|last| last.delivery.job().job_id == job.job_id)
            {
                metrics.repeated();
                self.park(delivery, PAUSE_AFTER_HOLDING, &[], metrics).await;
                continue;
            }
            let place = match self.place(job, crowd) {
                Ok(place) => place,
                Err(delay) => {
                    self.park(delivery, delay, &[], metrics).await;
                    continue;
                }
            };
            let underway = self.in_flight.enter(job.job_id).await;
            in_hand.push(InHand {
                delivery,
                metrics: metrics.clone(),
                _underway: underway,
                _place: place,
            });
        }
        let known = in_hand
            .iter()
            .map(|it| self.lookups.known(it.delivery.job()));
        let known = future::join_all(known).await;
        let mut kept = Vec::with_capacity(in_hand.len());
        let mut requests = Vec::with_capacity(in_hand.len());
        for (it, known) in in_hand.into_iter().zip(known) {
            let known = known?;
            let job = it.delivery.job();
            if known.has_ended {
                tracing::debug!(job.id = %job.job_id, "job has ended already");
                metrics.repeated();
                acknowledge(it.delivery).await;
                continue;
            }
            if let Err(error) = self.runs.get(&job.run_id).await {
                leave_in_queue(job, &error).await;
                continue;
            }
            requests.push(MeasureRequest {
                account: job.account.clone(),
                subjects: job.subjects.clone(),
                as_of: job.as_of,
                previous_state: known.previous_state,
                carried: job.carried.clone(),
            });
            kept.push(it);
        }
        Some((kept, requests))
    }

    /// A place among the jobs of its host, which only lanes of websites need; or for how long the job
    /// is to be put off.
    fn place(&self, job: &Job, crowd: &Crowd) -> Result<Option<Place>, Duration> {
        if !is_host(&job.lane) {
            return Ok(None);
        }
        let pace = self.client.host_interval();
        crowd.enter(job, self.most_of_a_host, pace).map(Some)
    }

    /// Waits for a place among the visits, then measures.
    async fn visit(
        &self,
        connector: Arc<dyn Connector>,
        in_hand: &[InHand],
        requests: Vec<MeasureRequest>,
        ahead: OwnedSemaphorePermit,
        visits: &Arc<Semaphore>,
        grip: &Grip,
    ) -> Visited {
        let count = u32::try_from(in_hand.len()).expect("a batch is small");
        let permit = tokio::select! {
            biased;
            () = grip.let_go.cancelled() => return Visited::Dropped,
            permit = Arc::clone(visits).acquire_many_owned(count) => permit,
        };
        let permit = permit.expect("the semaphore is never closed");
        drop(ahead);
        let measured = self.measure(connector, in_hand, requests).await;
        Visited::Measured(measured, Arc::new(permit))
    }

    /// Lets the connector measure. A connector that panics or miscounts is a bug of ours: the jobs
    /// end as failed, and the worker goes on.
    async fn measure(
        &self,
        connector: Arc<dyn Connector>,
        in_hand: &[InHand],
        requests: Vec<MeasureRequest>,
    ) -> Vec<Measured> {
        let platform = connector.platform();
        let bug = |what: &str| {
            tracing::error!(%platform, "{what}: a bug of the connector");
            let outcome = Outcome::Failed(Failed::Internal);
            let now = Timestamp::now();
            let internal = |it: &InHand| {
                let account = it.delivery.job().account.clone();
                Measured {
                    measurement: Measurement::without_figures(account, outcome, now),
                    retry: None,
                    elsewhere: None,
                }
            };
            in_hand.iter().map(internal).collect()
        };
        let is_misled = |it: &InHand| it.delivery.job().account.platform != platform;
        if in_hand.iter().any(is_misled) {
            return bug("a job of another platform is in this lane");
        }
        // A task of its own, so that a panic ends the task and not the lane; and ended with this one,
        // so that a visit that is dropped asks nothing more.
        let kept = connector.kept_answers();
        let keeping = self.archive.clone().zip(kept);
        let jobs: Vec<(RunId, JobId)> = in_hand
            .iter()
            .map(|it| it.delivery.job())
            .map(|job| (job.run_id.clone(), job.job_id))
            .collect();
        let visit = tokio::spawn(async move {
            let Some((archive, kept)) = keeping else {
                return connector.measure(&requests).await;
            };
            let (measured, recording) = recorded(connector.measure(&requests)).await;
            let requests = jobs.into_iter().zip(requests);
            let visit = Visit {
                platform,
                program: env!("CARGO_PKG_VERSION").to_owned(),
                at: Timestamp::now(),
                requests: requests
                    .map(|((run_id, job_id), request)| ArchivedRequest {
                        run_id,
                        job_id,
                        request,
                    })
                    .collect(),
                recording,
            };
            // On the disk before the job goes on.
            archive.keep(visit, kept).await;
            measured
        });
        match AbortOnDropHandle::new(visit).await {
            Ok(measured) if measured.len() == in_hand.len() => measured,
            Ok(_) => bug("the connector lost an account"),
            Err(_) => bug("the connector panicked"),
        }
    }
}
