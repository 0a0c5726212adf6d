//! The queue over RabbitMQ. Only what 3.10 and 4.x both have: durable quorum queues, confirms,
//! mandatory routing, single active consumers, delivery limits, TTL with dead-lettering.
//!
//! Two connections: RabbitMQ stops reading from a connection that publishes while it is short of
//! memory or disk, and acknowledgements must still get through then.

mod dead;
mod lane;
mod life;
mod link;
mod names;
mod publisher;
mod topology;
mod unreadable;
mod workers;

use std::{future::Future, num::NonZero, sync::Arc, time::Duration};

use beffroi_model::{Job, Lane};
use jiff::Timestamp;
use lapin::uri::AMQPUri;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Announcements, LaneDepth, QueueError, QueueSettings, RetryDepth, tier::RetryTier};

pub(crate) use dead::DeadPass;
pub(crate) use lane::{Consumer, Parting, Receipt};

use dead::Grave;
use lane::LaneTask;
use link::Link;
use names::Names;
use publisher::{Message, Publisher, WINDOW};
use workers::Announcer;

/// How long the broker may take to answer one call. Declaring a quorum queue on a busy broker takes
/// seconds; more than this is an outage.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

const PUBLISHING_HEARTBEAT_SECS: u16 = 10;

/// Short, because a lane goes to the next worker only when the broker misses the one before: 8 to 12
/// seconds after a machine has vanished without a word. With the rest that follows (six seconds, unless
/// `queue.hold` says otherwise) somebody works the lane again within 20.
const CONSUMING_HEARTBEAT_SECS: u16 = 4;

/// How long `close` waits for unsettled deliveries.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// The queue.
#[derive(Debug, Clone)]
pub(crate) struct RabbitMq {
    broker: Arc<Broker>,
    announcer: Arc<Announcer>,
}

/// What the queue's handles and tasks share.
#[derive(Debug)]
struct Broker {
    settings: QueueSettings,
    names: Names,
    publisher: Publisher,
    consuming: Link,
    /// Of lanes, and of those who announce and listen.
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl RabbitMq {
    pub(crate) async fn connect(
        uri: &AMQPUri,
        settings: &QueueSettings,
    ) -> Result<Self, QueueError> {
        let broker = Broker {
            names: Names::new(&settings.prefix),
            publisher: Publisher::new(
                Link::new(uri, "publish", PUBLISHING_HEARTBEAT_SECS),
                settings.outage_timeout,
            ),
            consuming: Link::new(uri, "consume", CONSUMING_HEARTBEAT_SECS),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            settings: settings.clone(),
        };
        broker
            .publisher
            .link()
            .session(settings.connect_timeout)
            .await?;
        broker.consuming.session(settings.connect_timeout).await?;
        let broker = Arc::new(broker);
        Ok(Self {
            announcer: Arc::new(Announcer::start(&broker)),
            broker,
        })
    }

    pub(crate) fn settings(&self) -> &QueueSettings {
        &self.broker.settings
    }

    pub(crate) async fn declare(&self, lanes: &[Lane]) -> Result<(), QueueError> {
        let Broker {
            names, settings, ..
        } = &*self.broker;
        let channel = self.channel().await?;
        topology::declare_shared(&channel, names).await?;
        // A channel of its own: the broker closes it where there is no such queue.
        dead::move_former(&self.broker, &self.channel().await?).await?;
        for lane in lanes {
            topology::declare_lane(&channel, names, lane, settings.delivery_limit).await?;
            topology::declare_baton(&channel, names, lane).await?;
        }
        // Closing is good manners; the broker closes it with the connection anyway.
        let _ = call("close a channel", channel.close(200, "done".into())).await;
        Ok(())
    }

    pub(crate) async fn publish(&self, jobs: &[Job]) -> Result<(), QueueError> {
        let exchange = self.broker.names.jobs_exchange();
        // A window at a time, so that a million jobs are not a million messages in memory.
        for window in jobs.chunks(WINDOW) {
            let of_job = |job| Message::of_job(exchange.clone(), job);
            let messages = window.iter().map(of_job).collect();
            self.broker.publisher.publish(messages).await?;
        }
        Ok(())
    }

    pub(crate) async fn publish_after(&self, job: &Job, delay: Duration) -> Result<(), QueueError> {
        let exchange = self.broker.names.retry_exchange(RetryTier::at_least(delay));
        self.broker
            .publisher
            .publish(vec![Message::of_job(exchange, job)])
            .await
    }

    pub(crate) async fn bury(&self, job: &Job, reason: &str) -> Result<(), QueueError> {
        self.broker
            .bury(Grave::of_job(job, reason, Timestamp::now()))
            .await
    }

    pub(crate) async fn consume(
        &self,
        lane: &Lane,
        at_most: Option<NonZero<u16>>,
    ) -> Result<Consumer, QueueError> {
        let usual = self.broker.settings.prefetch;
        let prefetch = at_most.map_or(usual, |it| it.min(usual));
        LaneTask::start(Arc::clone(&self.broker), lane, prefetch).await
    }

    pub(crate) async fn depth(&self, lanes: &[Lane]) -> Result<u64, QueueError> {
        let channel = self.channel().await?;
        let mut depth = 0;
        for lane in lanes {
            depth += topology::depth(&channel, &self.broker.names, lane).await?;
        }
        Ok(depth)
    }

    pub(crate) async fn purge(&self, lanes: &[Lane]) -> Result<u64, QueueError> {
        let channel = self.channel().await?;
        let mut purged = 0;
        for lane in lanes {
            purged += topology::purge(&channel, &self.broker.names, lane).await?;
        }
        Ok(purged)
    }

    pub(crate) async fn depths(&self, lanes: &[Lane]) -> Result<Vec<LaneDepth>, QueueError> {
        let mut channel = self.channel().await?;
        let mut depths = Vec::new();
        for lane in lanes {
            match topology::lane_depth(&channel, &self.broker.names, lane).await? {
                Some(depth) => depths.push(depth),
                None => channel = self.channel().await?,
            }
        }
        Ok(depths)
    }

    pub(crate) async fn retry_depths(&self) -> Result<Vec<RetryDepth>, QueueError> {
        let channel = self.channel().await?;
        topology::retry_depths(&channel, &self.broker.names).await
    }

    pub(crate) async fn dead_letters(&self) -> Result<DeadPass, QueueError> {
        DeadPass::begin(self.channel().await?, self.broker.names.dead_queue()).await
    }

    pub(crate) async fn dead_count(&self) -> Result<u64, QueueError> {
        let channel = self.channel().await?;
        let queue = topology::inspect(&channel, self.broker.names.dead_queue()).await?;
        Ok(queue.message_count().into())
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.broker.publisher.link().is_blocked()
    }

    pub(crate) async fn announce(&self, payload: Vec<u8>) -> bool {
        self.announcer.announce(payload).await
    }

    pub(crate) async fn announcements(&self, reach: Duration) -> Result<Announcements, QueueError> {
        workers::listen(&self.broker, reach).await
    }

    pub(crate) async fn close(&self) {
        let Broker { tasks, closing, .. } = &*self.broker;
        closing.cancel();
        tasks.close();
        if timeout(CLOSE_PATIENCE, tasks.wait()).await.is_err() {
            tracing::warn!(
                lanes = tasks.len(),
                "unsettled jobs are given back to the broker"
            );
        }
        self.broker.publisher.link().close().await;
        self.broker.consuming.close().await;
    }

    /// A channel of its own for a few calls: a refused call closes its channel. Not on the connection
    /// that publishes, from which a broker in need does not even read questions.
    async fn channel(&self) -> Result<lapin::Channel, QueueError> {
        let patience = self.broker.settings.outage_timeout;
        let session = self.broker.consuming.session(patience).await?;
        call("open a channel", session.connection().create_channel()).await
    }
}

impl Broker {
    async fn bury(&self, grave: Grave) -> Result<(), QueueError> {
        let message = Message::of_grave(self.names.dead_exchange(), grave);
        self.publisher.publish(vec![message]).await
    }
}

/// One call to the broker, which must answer within [`CALL_TIMEOUT`].
async fn call<T>(
    action: &'static str,
    answer: impl Future<Output = lapin::Result<T>>,
) -> Result<T, QueueError> {
    let failed = |source| QueueError::Outage {
        action,
        patience: CALL_TIMEOUT,
        source,
    };
    match timeout(CALL_TIMEOUT, answer).await {
        Ok(answer) => answer.map_err(|error| failed(Some(error))),
        Err(_) => Err(failed(None)),
    }
}
