//! The dead: messages that nobody will work on any more, with their history in the headers.

use beffroi_model::{Job, Lane};
use jiff::Timestamp;
use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicGetOptions},
    types::{AMQPValue, FieldTable},
};

use super::{call, names::Names};
use crate::{DeadLetter, QueueError, message};

const REASON: &str = "x-beffroi-reason";
const BURIED_AT: &str = "x-beffroi-buried-at";
const ATTEMPT: &str = "x-beffroi-attempt";
/// The broker's own, when it dead-letters by itself.
const BROKER_REASON: &str = "x-first-death-reason";

/// A message to bury.
#[derive(Debug)]
pub(super) struct Grave {
    pub(super) lane: Lane,
    pub(super) payload: Vec<u8>,
    pub(super) headers: FieldTable,
}

impl Grave {
    pub(super) fn of_job(job: &Job, reason: &str, now: Timestamp) -> Self {
        let mut headers = headers(reason, now);
        headers.insert(ATTEMPT.into(), AMQPValue::LongLongInt(job.attempt.into()));
        Self {
            lane: job.lane.clone(),
            payload: message::encode(job),
            headers,
        }
    }

    /// A message that cannot be read, as it is.
    pub(super) fn of_unreadable(
        lane: &Lane,
        payload: Vec<u8>,
        reason: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            lane: lane.clone(),
            payload,
            headers: headers(reason, now),
        }
    }
}

fn headers(reason: &str, now: Timestamp) -> FieldTable {
    let mut headers = FieldTable::default();
    headers.insert(REASON.into(), AMQPValue::LongString(reason.into()));
    headers.insert(
        BURIED_AT.into(),
        AMQPValue::LongString(now.to_string().into()),
    );
    headers
}

/// Takes up to `limit` dead letters out of their queue.
pub(super) async fn take(
    channel: &Channel,
    names: &Names,
    limit: usize,
) -> Result<Vec<DeadLetter>, QueueError> {
    let mut letters = Vec::new();
    while letters.len() < limit {
        let next = channel.basic_get(names.dead_queue(), BasicGetOptions::default());
        let Some(got) = call("read a dead letter", next).await? else {
            break;
        };
        let acked = got.delivery.ack(BasicAckOptions::default());
        call("acknowledge a dead letter", acked).await?;
        letters.push(read(got.delivery));
    }
    Ok(letters)
}

fn read(delivery: Delivery) -> DeadLetter {
    let headers = delivery.properties.headers().clone().unwrap_or_default();
    let text = |name: &str| match headers.inner().get(name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        _ => None,
    };
    DeadLetter {
        payload: delivery.data,
        lane: delivery.routing_key.to_string(),
        reason: text(REASON)
            .or_else(|| text(BROKER_REASON))
            .unwrap_or_default(),
        buried_at: text(BURIED_AT).and_then(|text| text.parse().ok()),
    }
}
