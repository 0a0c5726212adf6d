//! Messages that are no jobs of ours.
//!
//! What a newer program wrote for readers as new as itself is put back for them, minute after minute:
//! while the workers of a fleet are upgraded one after the other, some newer one takes it in the end.
//! What nobody can read is buried.

use beffroi_model::Lane;
use jiff::Timestamp;
use lapin::{
    message::Delivery,
    types::{AMQPValue, FieldTable},
};

use super::{Broker, dead::Grave, publisher::Message};
use crate::{QueueError, message::Unreadable, tier::RetryTier};

/// Header: how often a message has been put back.
const ROUNDS: &str = "x-beffroi-rounds";

/// The delay of a round.
const ROUND: RetryTier = RetryTier::OneMinute;

/// A day: longer than any upgrade takes, and soon enough for the night that it belongs to to be told
/// about.
const MAX_ROUNDS: i64 = 24 * 60;

/// Puts it where it belongs. Once it returns `Ok`, the message may be acknowledged.
pub(super) async fn put_aside(
    broker: &Broker,
    lane: &Lane,
    message: Delivery,
    unreadable: &Unreadable,
) -> Result<(), QueueError> {
    let headers = message.properties.headers().clone().unwrap_or_default();
    let round = rounds(&headers) + 1;
    let reason = match unreadable {
        Unreadable::NeedsNewer { .. } if round <= MAX_ROUNDS => {
            if round == 1 {
                tracing::warn!(lane = %lane, reason = %unreadable, "message put back for newer workers");
            }
            return put_back(broker, message, headers, round).await;
        }
        Unreadable::NeedsNewer { .. } => format!(
            "{unreadable}; no newer worker took it in {MAX_ROUNDS} minutes: upgrade the workers, then replay it"
        ),
        Unreadable::NotAJob(_) => unreadable.to_string(),
    };
    tracing::warn!(lane = %lane, reason, "message buried");
    let now = Timestamp::now();
    let grave = Grave::of_unreadable(lane, message.data, headers, &reason, now);
    broker.bury(grave).await
}

/// As it is, save for the number of the round.
async fn put_back(
    broker: &Broker,
    mut message: Delivery,
    mut headers: FieldTable,
    round: i64,
) -> Result<(), QueueError> {
    headers.insert(ROUNDS.into(), AMQPValue::LongLongInt(round));
    message.properties = message.properties.with_headers(headers);
    let exchange = broker.names.retry_exchange(ROUND);
    let again = Message::again(exchange, message);
    broker.publisher.publish(vec![again]).await
}

fn rounds(headers: &FieldTable) -> i64 {
    match headers.inner().get(ROUNDS) {
        Some(AMQPValue::LongLongInt(rounds)) => *rounds,
        _ => 0,
    }
}
