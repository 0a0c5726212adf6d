//! The queue in the memory of this process, with the manners of a broker: lanes with one active
//! consumer, a bound on unsettled deliveries, jobs put off, redelivery of what is dropped.
//!
//! Jobs are kept as their messages, some 500 bytes each. Locks are held for a push or a pop, never
//! across a wait.

mod workers;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    num::NonZero,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beffroi_model::{Job, Lane};
use jiff::Timestamp;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use workers::Workers;

use crate::{
    Announcements, DeadLetter, Delivery, Hold, QueueError,
    delivery::{self},
    message,
};

/// The queue.
#[derive(Debug, Clone)]
pub(crate) struct InProcess {
    prefetch: NonZero<u16>,
    lanes: Arc<Mutex<HashMap<Lane, Arc<LaneQueue>>>>,
    dead: Arc<Mutex<VecDeque<DeadLetter>>>,
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
        lock(&self.dead).push_back(DeadLetter {
            payload: message::encode(job),
            lane: job.lane.to_string(),
            reason: reason.to_owned(),
            buried_at: Some(Timestamp::now()),
        });
    }

    pub(crate) fn consume(
        &self,
        lane: &Lane,
        at_most: Option<NonZero<u16>>,
    ) -> Result<Consumer, QueueError> {
        let prefetch = at_most.map_or(self.prefetch, |it| it.min(self.prefetch));
        Ok(Consumer {
            lane: self.lane(lane)?,
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

    pub(crate) fn take_dead(&self, limit: usize) -> Vec<DeadLetter> {
        let mut dead = lock(&self.dead);
        let count = limit.min(dead.len());
        dead.drain(..count).collect()
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tokio::time::{advance, timeout};

    use super::*;
    use crate::message::tests::job;

    const NEVER: Duration = Duration::from_secs(3600 * 24);

    fn queue(prefetch: u16) -> (InProcess, Lane) {
        let queue = InProcess::new(NonZero::new(prefetch).unwrap());
        let lane = Lane::host(0);
        queue.declare(std::slice::from_ref(&lane));
        (queue, lane)
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_come_in_order_and_no_more_than_the_prefetch_at_once() {
        let (queue, lane) = queue(2);
        let jobs: Vec<Job> = (0..3).map(|number| job(&lane, number)).collect();
        queue.publish(&jobs).unwrap();
        let mut consumer = queue.consume(&lane, None).unwrap();
        let first = consumer.next().await;
        let second = consumer.next().await;
        assert_eq!([first.job(), second.job()], [&jobs[0], &jobs[1]]);
        assert!(
            timeout(NEVER, consumer.next()).await.is_err(),
            "the prefetch is used up"
        );
        second.ack().await.unwrap();
        assert_eq!(consumer.next().await.job(), &jobs[2]);
        assert_eq!(first.job(), &jobs[0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_lane_takes_fewer_at_once_and_never_more_than_all() {
        let (queue, lane) = queue(2);
        let jobs: Vec<Job> = (0..4).map(|number| job(&lane, number)).collect();
        queue.publish(&jobs).unwrap();
        for (asked, held) in [(1, 1), (9, 2)] {
            let mut consumer = queue.consume(&lane, NonZero::new(asked)).unwrap();
            let mut taken = Vec::new();
            while let Ok(delivery) = timeout(NEVER, consumer.next()).await {
                taken.push(delivery);
            }
            assert_eq!(taken.len(), held);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_put_off_comes_when_it_is_due_also_to_one_who_waits_already() {
        let (queue, lane) = queue(8);
        let mut consumer = queue.consume(&lane, None).unwrap();
        let begun = Instant::now();
        let waiting = tokio::spawn(async move {
            let delivery = consumer.next().await;
            (delivery.job().clone(), Instant::now())
        });
        tokio::task::yield_now().await;
        queue
            .publish_after(&job(&lane, 1), Duration::from_secs(600))
            .unwrap();
        queue
            .publish_after(&job(&lane, 2), Duration::from_secs(60))
            .unwrap();
        assert_eq!(queue.depth(std::slice::from_ref(&lane)).unwrap(), 0);
        let (first, at) = waiting.await.unwrap();
        assert_eq!(first, job(&lane, 2));
        assert_eq!(at - begun, Duration::from_secs(60));
        advance(Duration::from_secs(600)).await;
        // The one that was dropped unsettled, and the one that is due now.
        assert_eq!(queue.depth(std::slice::from_ref(&lane)).unwrap(), 2);
        assert_eq!(queue.purge(std::slice::from_ref(&lane)).unwrap(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_consumer_waits_for_the_last_delivery_of_the_one_before() {
        let (queue, lane) = queue(8);
        queue.publish(&[job(&lane, 1), job(&lane, 2)]).unwrap();
        let mut active = queue.consume(&lane, None).unwrap();
        let held = active.next().await;
        let mut standby = queue.consume(&lane, None).unwrap();
        drop(active);
        assert!(
            timeout(NEVER, standby.next()).await.is_err(),
            "a delivery is unsettled"
        );
        held.ack().await.unwrap();
        assert_eq!(standby.next().await.job(), &job(&lane, 2));
    }

    #[tokio::test]
    async fn many_jobs_are_each_done_once_while_consumers_come_and_go() {
        let (queue, lane) = queue(16);
        let jobs: Vec<Job> = (0..500).map(|number| job(&lane, number)).collect();
        queue.publish(&jobs).unwrap();
        let mut done = HashSet::new();
        let mut dropped = 0;
        while done.len() < jobs.len() {
            let mut consumer = queue.consume(&lane, None).unwrap();
            for turn in 0..10 {
                let Ok(delivery) = timeout(Duration::from_millis(1), consumer.next()).await else {
                    break;
                };
                if turn % 3 == 0 && dropped < 100 {
                    dropped += 1;
                } else {
                    assert!(
                        done.insert(delivery.job().job_id),
                        "delivered after its end"
                    );
                    delivery.ack().await.unwrap();
                }
            }
        }
        assert_eq!(queue.depth(std::slice::from_ref(&lane)).unwrap(), 0);
    }
}
