//! The queue: one interface over its two engines.

use std::{num::NonZero, time::Duration};

use beffroi_model::{Job, Lane};

use crate::{
    Announcements, Consumer, DeadLetters, QueueError, QueueSettings, QueueUrl,
    dead::DeadLettersEngine, delivery::ConsumerEngine, in_process::InProcess, rabbitmq::RabbitMq,
};

/// Where jobs wait. Cheap to clone; clones are the same queue.
#[derive(Debug, Clone)]
pub struct Queue {
    engine: Engine,
}

#[derive(Debug, Clone)]
enum Engine {
    InProcess(InProcess),
    RabbitMq(RabbitMq),
}

/// What waits in a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneDepth {
    /// The lane.
    pub lane: Lane,
    /// Jobs that wait: not those taken, nor those put off.
    pub ready: u64,
    /// Consumers, as far as they are counted: none when there is none. RabbitMQ 3.10 leaves out those
    /// in line.
    pub consumers: u32,
}

/// Jobs that were put off by one delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryDepth {
    /// The delay.
    pub delay: Duration,
    /// Jobs of any lane that wait for it to pass.
    pub waiting: u64,
}

impl Queue {
    /// Opens the configured queue; tries to reach a broker for at most `connect_timeout`.
    pub async fn connect(settings: &QueueSettings) -> Result<Self, QueueError> {
        let engine = match &settings.url {
            QueueUrl::InProcess => Engine::InProcess(InProcess::new(settings.prefetch)),
            QueueUrl::RabbitMq(uri) => Engine::RabbitMq(RabbitMq::connect(uri, settings).await?),
        };
        Ok(Self { engine })
    }

    /// Makes the lanes exist. Harmless to repeat.
    pub async fn declare(&self, lanes: &[Lane]) -> Result<(), QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => {
                queue.declare(lanes);
                Ok(())
            }
            Engine::RabbitMq(queue) => queue.declare(lanes).await,
        }
    }

    /// Puts jobs into their lanes. When it returns `Ok`, all are stored and routed; otherwise some
    /// may be. They may line up in another order than given. Waits out a broker's absence for at most `outage_timeout`; then, or when it is
    /// dropped midway, a job may be there twice.
    pub async fn publish(&self, jobs: &[Job]) -> Result<(), QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => queue.publish(jobs),
            Engine::RabbitMq(queue) => queue.publish(jobs).await,
        }
    }

    /// Puts a job into its lane once `delay` has passed. RabbitMQ has a few delays (10 and 30 seconds,
    /// 1, 3, 10 and 30 minutes, 1 hour): the next longer one is taken, and the longest for more than an
    /// hour, so who takes the job looks whether its time has come.
    pub async fn publish_after(&self, job: &Job, delay: Duration) -> Result<(), QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => queue.publish_after(job, delay),
            Engine::RabbitMq(queue) => queue.publish_after(job, delay).await,
        }
    }

    /// Puts a job that is given up among the dead, with the reason.
    pub async fn bury(&self, job: &Job, reason: &str) -> Result<(), QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => {
                queue.bury(job, reason);
                Ok(())
            }
            Engine::RabbitMq(queue) => queue.bury(job, reason).await,
        }
    }

    /// For how long at a time lanes are held; `None` in process, where nobody else can hold them.
    pub fn hold_time(&self) -> Option<Duration> {
        match &self.engine {
            Engine::InProcess(_) => None,
            Engine::RabbitMq(queue) => Some(queue.settings().hold),
        }
    }

    /// Jobs of a lane that may be taken and not yet acknowledged.
    pub fn prefetch(&self) -> NonZero<u16> {
        match &self.engine {
            Engine::InProcess(queue) => queue.prefetch,
            Engine::RabbitMq(queue) => queue.settings().prefetch,
        }
    }

    /// Becomes the lane's consumer, or waits in line to be: then `next` answers when the consumers
    /// before have let go of the lane.
    pub async fn consume(&self, lane: &Lane) -> Result<Consumer, QueueError> {
        self.consume_at_most(lane, None).await
    }

    /// The same, with a bound of its own, below the settings' `prefetch`, for the jobs taken and not yet
    /// acknowledged: a broker gives up a consumer that keeps a job for half an hour, so that a slow lane
    /// must not take more than it can end before.
    pub async fn consume_at_most(
        &self,
        lane: &Lane,
        at_most: Option<NonZero<u16>>,
    ) -> Result<Consumer, QueueError> {
        let engine = match &self.engine {
            Engine::InProcess(queue) => ConsumerEngine::InProcess(queue.consume(lane, at_most)?),
            Engine::RabbitMq(queue) => {
                ConsumerEngine::RabbitMq(queue.consume(lane, at_most).await?)
            }
        };
        Ok(Consumer { engine })
    }

    /// Jobs that wait in these lanes: not those taken, nor those put off.
    pub async fn depth(&self, lanes: &[Lane]) -> Result<u64, QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => queue.depth(lanes),
            Engine::RabbitMq(queue) => queue.depth(lanes).await,
        }
    }

    /// Throws away the jobs that wait in these lanes: not those taken, nor those put off. Returns
    /// how many.
    pub async fn purge(&self, lanes: &[Lane]) -> Result<u64, QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => queue.purge(lanes),
            Engine::RabbitMq(queue) => queue.purge(lanes).await,
        }
    }

    /// How much waits in each of these lanes, and how many stand by it. Lanes that do not exist are
    /// left out.
    pub async fn depths(&self, lanes: &[Lane]) -> Result<Vec<LaneDepth>, QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => Ok(queue.depths(lanes)),
            Engine::RabbitMq(queue) => queue.depths(lanes).await,
        }
    }

    /// Jobs that were put off, by how long, the shortest delay first.
    pub async fn retry_depths(&self) -> Result<Vec<RetryDepth>, QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => Ok(queue.retry_depths()),
            Engine::RabbitMq(queue) => queue.retry_depths().await,
        }
    }

    /// Begins a pass over the dead letters that are there now: to look at them, and to take some.
    pub async fn dead_letters(&self) -> Result<DeadLetters, QueueError> {
        let engine = match &self.engine {
            Engine::InProcess(queue) => DeadLettersEngine::InProcess(queue.dead_letters()),
            Engine::RabbitMq(queue) => DeadLettersEngine::RabbitMq(queue.dead_letters().await?),
        };
        Ok(DeadLetters { engine })
    }

    /// How many dead letters there are, without those that a pass is looking at.
    pub async fn dead_count(&self) -> Result<u64, QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => Ok(queue.dead_count()),
            Engine::RabbitMq(queue) => queue.dead_count().await,
        }
    }

    /// Whether the broker, short of memory or disk, takes nothing from publishers now. Publishing then
    /// waits, for `outage_timeout` at the most; deliveries and acknowledgements go on. It says so
    /// only to who has tried to publish since it is short.
    pub fn is_blocked(&self) -> bool {
        match &self.engine {
            Engine::InProcess(_) => false,
            Engine::RabbitMq(queue) => queue.is_blocked(),
        }
    }

    /// Tells all workers, this one too. Only the newest announcement matters: one that cannot be sent
    /// within seconds is dropped, and one not yet sent gives way to the next. Returns whether it was
    /// sent, after two seconds at the most.
    pub async fn announce(&self, payload: Vec<u8>) -> bool {
        match &self.engine {
            Engine::InProcess(queue) => {
                queue.announce(payload);
                true
            }
            Engine::RabbitMq(queue) => queue.announce(payload).await,
        }
    }

    /// What was announced in the last `reach` (by the broker's clock; some a little older may be
    /// among it, and no more than an hour is kept), and from then on all that is announced.
    pub async fn announcements(&self, reach: Duration) -> Result<Announcements, QueueError> {
        match &self.engine {
            Engine::InProcess(queue) => Ok(queue.announcements(reach)),
            Engine::RabbitMq(queue) => queue.announcements(reach).await,
        }
    }

    /// Takes leave of the broker once the lanes are let go of, for which unsettled deliveries have
    /// a few seconds; what is unsettled then is delivered again. Closes all clones.
    pub async fn close(&self) {
        match &self.engine {
            Engine::InProcess(_) => {}
            Engine::RabbitMq(queue) => queue.close().await,
        }
    }
}
