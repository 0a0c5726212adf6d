//! Exchanges and queues: declared, measured, emptied.

use beffroi_model::Lane;
use lapin::{
    Channel, ExchangeKind, Queue,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions, QueuePurgeOptions},
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{AMQPValue, FieldTable, ShortString},
};

use super::{call, names::Names};
use crate::{LaneDepth, QueueError, RetryDepth, tier::RetryTier};

/// As good as none: 3.10 refuses -1, which says so in 4.x.
const NO_LIMIT: i64 = i32::MAX as i64;

/// What all lanes share: the exchange of jobs, the retry tiers, the dead.
pub(super) async fn declare_shared(channel: &Channel, names: &Names) -> Result<(), QueueError> {
    declare_exchange(channel, names.jobs_exchange(), ExchangeKind::Direct).await?;
    declare_exchange(channel, names.dead_exchange(), ExchangeKind::Fanout).await?;
    // Looking at a letter counts as a delivery, and 4.x has a limit of 20 where none is set.
    let dead = Arguments::quorum().with("x-delivery-limit", AMQPValue::LongLongInt(NO_LIMIT));
    declare_queue(channel, names.dead_queue(), dead).await?;
    bind(channel, names.dead_queue(), names.dead_exchange(), "").await?;
    for tier in RetryTier::ALL {
        // Jobs are published under their lane to the tier's own exchange, because the routing key
        // is kept when they are dead-lettered back.
        let ttl_ms = i64::try_from(tier.delay().as_millis()).expect("an hour at most");
        let arguments = Arguments::quorum()
            .dead_letter_to(names.jobs_exchange())
            .with("x-message-ttl", AMQPValue::LongLongInt(ttl_ms));
        declare_exchange(channel, names.retry_exchange(tier), ExchangeKind::Fanout).await?;
        declare_queue(channel, names.retry_queue(tier), arguments).await?;
        bind(
            channel,
            names.retry_queue(tier),
            names.retry_exchange(tier),
            "",
        )
        .await?;
    }
    Ok(())
}

/// How long the stream of workers keeps what they announce. Whoever looks further back than a minute
/// or two is a human.
const ANNOUNCEMENTS_KEPT: &str = "1h";

/// A stream forgets whole segments, so they are small: some thousand announcements.
const ANNOUNCEMENTS_SEGMENT_BYTES: i64 = 1_000_000;

/// The stream in which workers announce themselves. Harmless to repeat.
pub(super) async fn declare_workers(channel: &Channel, names: &Names) -> Result<(), QueueError> {
    let arguments = Arguments::stream()
        .with("x-max-age", text(ANNOUNCEMENTS_KEPT))
        .with(
            "x-stream-max-segment-size-bytes",
            AMQPValue::LongLongInt(ANNOUNCEMENTS_SEGMENT_BYTES),
        );
    declare_queue(channel, names.workers_stream(), arguments)
        .await
        .map(drop)
}

/// The queue of a lane. The delivery limit is always set, because 4.x has one by default and 3.10
/// has none.
pub(super) async fn declare_lane(
    channel: &Channel,
    names: &Names,
    lane: &Lane,
    delivery_limit: u32,
) -> Result<(), QueueError> {
    let arguments = Arguments::quorum()
        .dead_letter_to(names.dead_exchange())
        .with("x-single-active-consumer", AMQPValue::Boolean(true))
        .with(
            "x-delivery-limit",
            AMQPValue::LongLongInt(delivery_limit.into()),
        );
    declare_queue(channel, names.lane_queue(lane), arguments).await?;
    bind(
        channel,
        names.lane_queue(lane),
        names.jobs_exchange(),
        lane.as_str(),
    )
    .await
}

/// Where whoever lets go of a lane leaves its baton (see `life.rs`). A quorum queue, because a baton that
/// was taken must not come back with a broker that was killed.
pub(super) async fn declare_baton(
    channel: &Channel,
    names: &Names,
    lane: &Lane,
) -> Result<(), QueueError> {
    let arguments = Arguments::quorum()
        .with("x-max-length", AMQPValue::LongLongInt(1))
        .with("x-overflow", text("drop-head"));
    declare_queue(channel, names.baton_queue(lane), arguments)
        .await
        .map(drop)
}

/// Messages that are ready in the lane's queue.
pub(super) async fn depth(
    channel: &Channel,
    names: &Names,
    lane: &Lane,
) -> Result<u64, QueueError> {
    let queue = inspect(channel, names.lane_queue(lane)).await;
    queue
        .map(|queue| queue.message_count().into())
        .map_err(|error| unroutable(error, lane))
}

/// The same with those who consume; none when there is no such lane, and then the channel is closed.
pub(super) async fn lane_depth(
    channel: &Channel,
    names: &Names,
    lane: &Lane,
) -> Result<Option<LaneDepth>, QueueError> {
    match inspect(channel, names.lane_queue(lane)).await {
        Ok(queue) => Ok(Some(LaneDepth {
            lane: lane.clone(),
            ready: queue.message_count().into(),
            consumers: queue.consumer_count(),
        })),
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn retry_depths(
    channel: &Channel,
    names: &Names,
) -> Result<Vec<RetryDepth>, QueueError> {
    let mut depths = Vec::new();
    for tier in RetryTier::ALL {
        let queue = inspect(channel, names.retry_queue(tier)).await?;
        depths.push(RetryDepth {
            delay: tier.delay(),
            waiting: queue.message_count().into(),
        });
    }
    Ok(depths)
}

/// Asks for a queue without making it. The broker closes the channel when there is none.
pub(super) async fn inspect(channel: &Channel, name: ShortString) -> Result<Queue, QueueError> {
    let options = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::durable()
    };
    let answer = channel.queue_declare(name, options, FieldTable::default());
    call("count messages", answer).await
}

/// Nothing is routed to the former dead queue any more.
pub(super) async fn unbind_former_dead(channel: &Channel, names: &Names) -> Result<(), QueueError> {
    let unbound = channel.queue_unbind(
        names.former_dead_queue(),
        names.dead_exchange(),
        "".into(),
        FieldTable::default(),
    );
    call("unbind the former dead queue", unbound).await
}

/// Throws away what is ready in the lane's queue; returns how many.
pub(super) async fn purge(
    channel: &Channel,
    names: &Names,
    lane: &Lane,
) -> Result<u64, QueueError> {
    let answer = channel.queue_purge(names.lane_queue(lane), QueuePurgeOptions::default());
    let purged = call("empty a lane", answer).await;
    purged
        .map(u64::from)
        .map_err(|error| unroutable(error, lane))
}

/// Names the lane when the broker says that it has no such queue.
pub(super) fn unroutable(error: QueueError, lane: &Lane) -> QueueError {
    if is_not_found(&error) {
        return QueueError::Unroutable { lane: lane.clone() };
    }
    error
}

/// Whether the broker said that it has no such queue.
pub(super) fn is_not_found(error: &QueueError) -> bool {
    let QueueError::Outage {
        source: Some(source),
        ..
    } = error
    else {
        return false;
    };
    soft_error(source) == Some(AMQPSoftError::NOTFOUND)
}

/// The broker's refusal of one call, after which only its channel is closed.
fn soft_error(error: &lapin::Error) -> Option<AMQPSoftError> {
    match error.kind() {
        lapin::ErrorKind::ProtocolError(error) => match error.kind() {
            AMQPErrorKind::Soft(soft) => Some(soft.clone()),
            AMQPErrorKind::Hard(_) => None,
        },
        _ => None,
    }
}

/// Properties of a queue.
struct Arguments(FieldTable);

impl Arguments {
    fn stream() -> Self {
        Self(FieldTable::default()).with("x-queue-type", text("stream"))
    }

    fn quorum() -> Self {
        Self(FieldTable::default()).with("x-queue-type", text("quorum"))
    }

    /// Dead letters move only once the exchange has stored them, which RabbitMQ offers only
    /// together with refusing (rather than dropping) when a queue is full.
    fn dead_letter_to(self, exchange: ShortString) -> Self {
        self.with("x-dead-letter-exchange", text(exchange.as_str()))
            .with("x-dead-letter-strategy", text("at-least-once"))
            .with("x-overflow", text("reject-publish"))
    }

    fn with(mut self, name: &str, value: AMQPValue) -> Self {
        self.0.insert(name.into(), value);
        self
    }
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

async fn declare_exchange(
    channel: &Channel,
    name: ShortString,
    kind: ExchangeKind,
) -> Result<(), QueueError> {
    let options = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let answer = channel.exchange_declare(name.clone(), kind, options, FieldTable::default());
    call("declare an exchange", answer)
        .await
        .map_err(|error| refused(error, &name))
}

async fn declare_queue(
    channel: &Channel,
    name: ShortString,
    arguments: Arguments,
) -> Result<Queue, QueueError> {
    let options = QueueDeclareOptions::durable();
    let answer = channel.queue_declare(name.clone(), options, arguments.0);
    call("declare a queue", answer)
        .await
        .map_err(|error| refused(error, &name))
}

async fn bind(
    channel: &Channel,
    queue: ShortString,
    exchange: ShortString,
    routing_key: &str,
) -> Result<(), QueueError> {
    let options = QueueBindOptions::default();
    let bound = channel.queue_bind(
        queue.clone(),
        exchange,
        routing_key.into(),
        options,
        FieldTable::default(),
    );
    call("bind a queue", bound)
        .await
        .map_err(|error| refused(error, &queue))
}

/// Names the exchange or queue that the broker refuses to declare.
fn refused(error: QueueError, name: &ShortString) -> QueueError {
    match error {
        QueueError::Outage {
            source: Some(source),
            ..
        } if soft_error(&source).is_some() => QueueError::Topology {
            name: name.to_string(),
            source,
        },
        error => error,
    }
}
