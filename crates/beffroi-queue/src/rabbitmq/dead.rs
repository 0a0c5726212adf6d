//! The dead: messages that nobody will work on any more, with their history in the headers.

use beffroi_model::{Job, Lane};
use jiff::Timestamp;
use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicGetOptions, BasicNackOptions, BasicQosOptions},
    types::{AMQPValue, FieldTable, ShortString},
};
use tokio::time::{Duration, Instant, sleep};

use super::{
    Broker, call,
    publisher::{self, WINDOW},
    topology,
};
use crate::{DeadLetter, Departure, QueueError, message};

const REASON: &str = "x-beffroi-reason";
const BURIED_AT: &str = "x-beffroi-buried-at";
const ATTEMPT: &str = "x-beffroi-attempt";
/// The broker's own, when it dead-letters by itself.
const BROKER_REASON: &str = "x-first-death-reason";
/// The broker's account of the queues that a message left.
const DEATHS: &str = "x-death";

/// How long the end of a pass waits for what it gave back.
const GIVING_BACK: Duration = Duration::from_secs(2);

/// A message to bury.
#[derive(Debug)]
pub(super) struct Grave {
    pub(super) lane: Lane,
    pub(super) payload: Vec<u8>,
    pub(super) headers: FieldTable,
}

impl Grave {
    pub(super) fn of_job(job: &Job, reason: &str, now: Timestamp) -> Self {
        let mut headers = FieldTable::default();
        insert_burial(&mut headers, reason, now);
        headers.insert(ATTEMPT.into(), AMQPValue::LongLongInt(job.attempt.into()));
        Self {
            lane: job.lane.clone(),
            payload: message::encode(job),
            headers,
        }
    }

    /// A message that cannot be read, as it is, with the headers it has.
    pub(super) fn of_unreadable(
        lane: &Lane,
        payload: Vec<u8>,
        mut headers: FieldTable,
        reason: &str,
        now: Timestamp,
    ) -> Self {
        insert_burial(&mut headers, reason, now);
        Self {
            lane: lane.clone(),
            payload,
            headers,
        }
    }
}

fn insert_burial(headers: &mut FieldTable, reason: &str, now: Timestamp) {
    headers.insert(REASON.into(), AMQPValue::LongString(reason.into()));
    headers.insert(
        BURIED_AT.into(),
        AMQPValue::LongString(now.to_string().into()),
    );
}

/// A pass over the dead queue: each letter is fetched and held until it is taken, or given back with
/// the channel.
#[derive(Debug)]
pub(crate) struct DeadPass {
    channel: Channel,
    queue: ShortString,
    /// Letters still to be seen of those that were there at the beginning.
    left: u32,
    current: Option<u64>,
    /// Letters fetched and not taken.
    kept: u32,
}

impl DeadPass {
    pub(super) async fn begin(channel: Channel, queue: ShortString) -> Result<Self, QueueError> {
        let there = topology::inspect(&channel, queue.clone()).await?;
        Ok(Self {
            channel,
            queue,
            left: there.message_count(),
            current: None,
            kept: 0,
        })
    }

    pub(crate) async fn next(&mut self) -> Result<Option<DeadLetter>, QueueError> {
        self.current = None;
        if self.left == 0 {
            return Ok(None);
        }
        let Some(letter) = get(&self.channel, &self.queue).await? else {
            self.left = 0;
            return Ok(None);
        };
        self.left -= 1;
        self.kept += 1;
        self.current = Some(letter.delivery_tag);
        Ok(Some(read(letter)))
    }

    pub(crate) async fn take(&mut self) -> Result<(), QueueError> {
        let Some(tag) = self.current.take() else {
            return Ok(());
        };
        self.kept -= 1;
        let acked = self.channel.basic_ack(tag, BasicAckOptions::default());
        call("acknowledge a dead letter", acked).await?;
        // An acknowledgement has no answer; a call after it on the same channel has.
        let after = self.channel.basic_qos(0, BasicQosOptions::default());
        call("acknowledge a dead letter", after).await
    }

    /// Waits a little until the queue has them again, so that the next pass finds them in their order:
    /// the broker answers before.
    pub(crate) async fn close(self) -> Result<(), QueueError> {
        let given_back = BasicNackOptions {
            multiple: true,
            requeue: true,
        };
        if self.kept > 0 {
            // 0: all that this channel holds.
            let given_back = self.channel.basic_nack(0, given_back);
            call("give dead letters back", given_back).await?;
        }
        let deadline = Instant::now() + GIVING_BACK;
        while Instant::now() < deadline {
            let there = topology::inspect(&self.channel, self.queue.clone()).await?;
            if there.message_count() >= self.kept {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        let closed = self.channel.close(200, "done".into());
        call("close a channel", closed).await
    }
}

/// Moves what is left in the former dead queue to where the dead are now. Whoever has just upgraded
/// does, several at once may; a letter is there twice when the program dies between two steps.
pub(super) async fn move_former(broker: &Broker, channel: &Channel) -> Result<(), QueueError> {
    let former = broker.names.former_dead_queue();
    match topology::inspect(channel, former.clone()).await {
        Ok(_) => {}
        Err(error) if topology::is_not_found(&error) => return Ok(()),
        Err(error) => return Err(error),
    }
    topology::unbind_former_dead(channel, &broker.names).await?;
    let mut moved = 0;
    loop {
        let mut letters = Vec::new();
        let mut last_tag = 0;
        while letters.len() < WINDOW {
            let Some(letter) = get(channel, &former).await? else {
                break;
            };
            last_tag = letter.delivery_tag;
            letters.push(publisher::Message::again(
                broker.names.dead_exchange(),
                letter,
            ));
        }
        if letters.is_empty() {
            break;
        }
        moved += letters.len();
        broker.publisher.publish(letters).await?;
        let acked = channel.basic_ack(last_tag, BasicAckOptions { multiple: true });
        call("acknowledge dead letters", acked).await?;
    }
    if moved > 0 {
        tracing::info!(letters = moved, "dead letters of the former queue moved");
    }
    Ok(())
}

async fn get(channel: &Channel, queue: &ShortString) -> Result<Option<Delivery>, QueueError> {
    let next = channel.basic_get(queue.clone(), BasicGetOptions::default());
    let got = call("read a dead letter", next).await?;
    Ok(got.map(|got| got.delivery))
}

fn read(delivery: Delivery) -> DeadLetter {
    let headers = delivery.properties.headers().clone().unwrap_or_default();
    let history = history(&headers);
    let departed_at = history.first().and_then(|last| last.at);
    let reason = text(&headers, REASON).or_else(|| text(&headers, BROKER_REASON));
    let buried_at = text(&headers, BURIED_AT).and_then(|text| text.parse().ok());
    DeadLetter {
        id: DeadLetter::id_of(&delivery.data),
        payload: delivery.data,
        lane: delivery.routing_key.to_string(),
        reason: reason.unwrap_or_default(),
        buried_at: buried_at.or(departed_at),
        history,
    }
}

/// The broker's own account, the last departure first.
fn history(headers: &FieldTable) -> Vec<Departure> {
    let Some(AMQPValue::FieldArray(deaths)) = headers.inner().get(DEATHS) else {
        return Vec::new();
    };
    deaths.as_slice().iter().filter_map(departure).collect()
}

fn departure(death: &AMQPValue) -> Option<Departure> {
    let AMQPValue::FieldTable(death) = death else {
        return None;
    };
    let count = match death.inner().get("count") {
        Some(AMQPValue::LongLongInt(count)) => u64::try_from(*count).ok()?,
        _ => 1,
    };
    let at = match death.inner().get("time") {
        Some(AMQPValue::Timestamp(secs)) => i64::try_from(*secs).ok(),
        _ => None,
    };
    Some(Departure {
        queue: text(death, "queue")?,
        reason: text(death, "reason")?,
        count,
        at: at.and_then(|secs| Timestamp::from_second(secs).ok()),
    })
}

/// The text of a header.
pub(super) fn text(headers: &FieldTable, name: &str) -> Option<String> {
    match headers.inner().get(name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        _ => None,
    }
}
