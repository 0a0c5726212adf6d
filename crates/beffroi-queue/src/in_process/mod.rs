//! The queue in the memory of this process, with the manners of a broker: lanes with one active
//! consumer, a bound on unsettled deliveries, jobs put off, redelivery of what is dropped.
//!
//! Jobs are kept as their messages, some 500 bytes each. Locks are held for a push or a pop, never
//! across a wait.

mod dead;
#[cfg(test)]
mod tests;
mod workers;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    num::NonZero,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use beffroi_model::{Job, Lane};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

pub(crate) use dead::DeadPass;

use dead::Dead;
use workers::Workers;

use crate::{
    Announcements, Delivery, Hold, LaneDepth, QueueError, RetryDepth, delivery, message,
    tier::RetryTier,
};

/// The queue.
#[derive(Debug, Clone)]
pub(crate) struct InProcess {
    pub(crate) prefetch: NonZero<u16>,
    lanes: Arc<Mutex<HashMap<Lane, Arc<LaneQueue>>>>,
    dead: Arc<Dead>,
    workers: Arc<Workers>,
}

/// One lane.
#[derive(Debug)]
struct LaneQueue {
    jobs: Mutex<LaneJobs>,
    /// Told when a job came or came back.
    arrival: Notify,
    /// Its one permit is with the active consumer and its deliveries.
    active: Arc<Semaphore>,
    /// Active and in line.
    consumers: AtomicU32,
}

#[derive(Debug, Default)]
struct LaneJobs {
    ready: VecDeque<Waiting>,
    /// By the moment they are due, then by order of arrival.
    put_off: BTreeMap<(Instant, u64), Box<[u8]>>,
    next_number: u64,
}

#[derive(Debug)]
struct Waiting {
    message: Box<[u8]>,
    redelivered: bool,
}

impl LaneJobs {
    /// Makes ready what is due.
    fn wake(&mut self, now: Instant) {
        let later = self.put_off.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut self.put_off, later);
        self.ready.extend(due.into_values().map(|message| Waiting {
            message,
            redelivered: false,
        }));
    }

    fn next_due(&self) -> Option<Instant> {
        self.put_off.first_key_value().map(|((due, _), _)| *due)
    }
}

impl LaneQueue {
    fn new() -> Self {
        Self {
            jobs: Mutex::default(),
            arrival: Notify::new(),
            active: Arc::new(Semaphore::new(1)),
            consumers: AtomicU32::new(0),
        }
    }

    fn jobs(&self) -> MutexGuard<'_, LaneJobs> {
        lock(&self.jobs)
    }
}

/// Nothing under these locks panics midway, so a poisoned one is as good as new.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl InProcess {
    pub(crate) fn new(prefetch: NonZero<u16>) -> Self {
        Self {
            prefetch,
            lanes: Arc::default(),
            dead: Arc::default(),
            workers: Arc::default(),
        }
    }

    pub(crate) fn declare(&self, lanes: &[Lane]) {
        let mut known = lock(&self.lanes);
        for lane in lanes {
            known
                .entry(lane.clone())
                .or_insert_with(|| Arc::new(LaneQueue::new()));
        }
    }

    fn lane(&self, lane: &Lane) -> Result<Arc<LaneQueue>, QueueError> {
        let known = lock(&self.lanes);
        known
            .get(lane)
            .cloned()
            .ok_or_else(|| QueueError::Unroutable { lane: lane.clone() })
    }

    pub(crate) fn publish(&self, jobs: &[Job]) -> Result<(), QueueError> {
        for job in jobs {
            let lane = self.lane(&job.lane)?;
            lane.jobs().ready.push_back(Waiting {
                message: message::encode(job).into(),
                redelivered: false,
            });
            lane.arrival.notify_one();
        }
        Ok(())
    }

    pub(crate) fn publish_after(&self, job: &Job, delay: Duration) -> Result<(), QueueError> {
        let lane = self.lane(&job.lane)?;
        let due = Instant::now() + delay;
        {
            let mut jobs = lane.jobs();
            let number = jobs.next_number;
            jobs.next_number += 1;
            jobs.put_off
                .insert((due, number), message::encode(job).into());
        }
        // The consumer may have to wake earlier than it thought.
        lane.arrival.notify_one();
        Ok(())
    }

    pub(crate) fn bury(&self, job: &Job, reason: &str) {
        self.dead.bury(job, reason);
    }

    pub(crate) fn dead_letters(&self) -> DeadPass {
        DeadPass::new(Arc::clone(&self.dead))
    }

    pub(crate) fn dead_count(&self) -> u64 {
        self.dead.count()
    }

    pub(crate) fn consume(
        &self,
        lane: &Lane,
        at_most: Option<NonZero<u16>>,
    ) -> Result<Consumer, QueueError> {
        let prefetch = at_most.map_or(self.prefetch, |it| it.min(self.prefetch));
        let lane = self.lane(lane)?;
        lane.consumers.fetch_add(1, Ordering::Relaxed);
        Ok(Consumer {
            lane,
            turn: None,
            slots: Arc::new(Semaphore::new(prefetch.get().into())),
        })
    }

    pub(crate) fn depth(&self, lanes: &[Lane]) -> Result<u64, QueueError> {
        let mut depth = 0;
        for lane in lanes {
            let lane = self.lane(lane)?;
            let mut jobs = lane.jobs();
            jobs.wake(Instant::now());
            depth += jobs.ready.len() as u64;
        }
        Ok(depth)
    }

    pub(crate) fn depths(&self, lanes: &[Lane]) -> Vec<LaneDepth> {
        let mut depths = Vec::new();
        for lane in lanes {
            let Ok(queue) = self.lane(lane) else { continue };
            let mut jobs = queue.jobs();
            jobs.wake(Instant::now());
            depths.push(LaneDepth {
                lane: lane.clone(),
                ready: jobs.ready.len() as u64,
                consumers: queue.consumers.load(Ordering::Relaxed),
            });
        }
        depths
    }

    /// Nothing waits in tiers here; what is put off is counted under the tier of what is left.
    pub(crate) fn retry_depths(&self) -> Vec<RetryDepth> {
        let mut depths = RetryTier::ALL.map(|tier| RetryDepth {
            delay: tier.delay(),
            waiting: 0,
        });
        let now = Instant::now();
        for lane in lock(&self.lanes).values() {
            for (due, _) in lane.jobs().put_off.keys() {
                let tier = RetryTier::at_least(due.saturating_duration_since(now));
                let of_tier = depths.iter_mut().find(|it| it.delay == tier.delay());
                of_tier.expect("every tier is there").waiting += 1;
            }
        }
        depths.to_vec()
    }

    pub(crate) fn purge(&self, lanes: &[Lane]) -> Result<u64, QueueError> {
        let mut purged = 0;
        for lane in lanes {
            let lane = self.lane(lane)?;
            let mut jobs = lane.jobs();
            jobs.wake(Instant::now());
            purged += jobs.ready.drain(..).len() as u64;
        }
        Ok(purged)
    }

    pub(crate) fn announce(&self, payload: Vec<u8>) {
        self.workers.announce(payload);
    }

    pub(crate) fn announcements(&self, reach: Duration) -> Announcements {
        self.workers.listen(reach)
    }
}

/// A consumer of a lane, active or in line.
#[derive(Debug)]
pub(crate) struct Consumer {
    lane: Arc<LaneQueue>,
    /// The lane's one turn, once it is ours; shared with our deliveries, so that the next consumer
    /// starts only after the last of them is settled.
    turn: Option<Arc<Turn>>,
    /// One for each delivery that may be unsettled.
    slots: Arc<Semaphore>,
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.lane.consumers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The lane's one turn. Its hold ends with it, and before the next one can begin.
#[derive(Debug)]
struct Turn {
    hold: Hold,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.hold.end();
    }
}

impl Consumer {
    pub(crate) async fn next(&mut self) -> Delivery {
        let slot = acquire(&self.slots).await;
        let turn = match &self.turn {
            Some(turn) => Arc::clone(turn),
            None => {
                let permit = acquire(&self.lane.active).await;
                let turn = Turn {
                    hold: Hold::for_ever(),
                    _permit: permit,
                };
                Arc::clone(self.turn.insert(Arc::new(turn)))
            }
        };
        let Waiting {
            message,
            redelivered,
        } = self.take().await;
        let job = message::decode(&message).expect("we wrote it ourselves");
        let hold = turn.hold.clone();
        let receipt = Receipt {
            lane: Arc::clone(&self.lane),
            message: Some(message),
            _slot: slot,
            _turn: turn,
        };
        let receipt = delivery::Receipt::InProcess(receipt);
        Delivery::new(job, redelivered, hold, receipt)
    }

    /// Waits for a job. A notice that comes between the look and the wait is kept by `Notify`.
    async fn take(&self) -> Waiting {
        loop {
            let next_due = {
                let mut jobs = self.lane.jobs();
                jobs.wake(Instant::now());
                if let Some(waiting) = jobs.ready.pop_front() {
                    return waiting;
                }
                jobs.next_due()
            };
            let arrival = self.lane.arrival.notified();
            match next_due {
                None => arrival.await,
                Some(due) => tokio::select! {
                    () = arrival => {}
                    () = sleep_until(due) => {}
                },
            }
        }
    }
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let permit = Arc::clone(semaphore).acquire_owned().await;
    permit.expect("the semaphore is never closed")
}

/// The right to settle a delivery; dropped unused, it gives the job back to the front of its lane.
#[derive(Debug)]
pub(crate) struct Receipt {
    lane: Arc<LaneQueue>,
    message: Option<Box<[u8]>>,
    _slot: OwnedSemaphorePermit,
    _turn: Arc<Turn>,
}

impl Receipt {
    pub(crate) fn ack(mut self) {
        self.message = None;
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(message) = self.message.take() {
            self.lane.jobs().ready.push_front(Waiting {
                message,
                redelivered: true,
            });
            self.lane.arrival.notify_one();
        }
    }
}
