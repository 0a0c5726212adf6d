//! The stream of workers: every worker writes its heartbeats into it and reads everybody's.
//!
//! A stream rather than a queue for each worker: it keeps the last hour by itself, any number reads it
//! without taking anything away, and a worker that dies leaves nothing behind.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures::StreamExt;
use lapin::{
    message::Delivery as StreamMessage,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::{AMQPValue, FieldTable},
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    Broker, call,
    dead::text as header_text,
    publisher::{Failure, Message},
    topology,
};
use crate::{Announcement, Announcements, QueueError, announcement::AnnouncementsEngine};

/// How long an announcement may be on its way; the next one is newer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long `announce` waits to see it sent.
const ANNOUNCE_TIMEOUT: Duration = Duration::from_secs(2);

/// Pause before the stream is read again after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Announcements that the broker sends ahead of their acknowledgement, which bounds what waits in
/// memory for a reader that does not read.
const PREFETCH: u16 = 200;

/// Header of the message that a reader sends itself to know where history ends. It holds the reader's
/// own text.
const MARK: &str = "x-beffroi-mark";

/// How long the mark may take to come, once it was sent; after that we do not believe that we read
/// where it is.
const MARK_PATIENCE: Duration = Duration::from_secs(10);

/// Position of a message in the stream.
const OFFSET: &str = "x-stream-offset";

/// The newest announcement of this process, and its number.
type Newest = (u64, Vec<u8>);

/// Sends the newest announcement whenever there is one, never two at once.
#[derive(Debug)]
pub(super) struct Announcer {
    newest: watch::Sender<Newest>,
    /// Number of the last one that was sent.
    sent: watch::Receiver<u64>,
}

impl Announcer {
    pub(super) fn start(broker: &Arc<Broker>) -> Self {
        let (newest, newest_of_task) = watch::channel((0, Vec::new()));
        let (sent_of_task, sent) = watch::channel(0);
        let task = announce_newest(Arc::clone(broker), newest_of_task, sent_of_task);
        broker.tasks.spawn(task);
        Self { newest, sent }
    }

    /// Hands it over, and waits a little to see it sent. Whether it was.
    pub(super) async fn announce(&self, payload: Vec<u8>) -> bool {
        let mut number = 0;
        self.newest.send_modify(|newest| {
            number = newest.0 + 1;
            *newest = (number, payload);
        });
        let mut sent = self.sent.clone();
        let is_sent = timeout(ANNOUNCE_TIMEOUT, sent.wait_for(|sent| *sent >= number));
        matches!(is_sent.await, Ok(Ok(_)))
    }
}

async fn announce_newest(
    broker: Arc<Broker>,
    mut newest: watch::Receiver<Newest>,
    sent: watch::Sender<u64>,
) {
    let closing = broker.closing.clone();
    let announcing = async {
        // Ends when the last handle of the queue is gone.
        while newest.changed().await.is_ok() {
            let (number, payload) = newest.borrow_and_update().clone();
            let message = Message::to_workers(broker.names.workers_stream(), payload, None);
            match send(&broker, &message).await {
                Ok(()) => {
                    sent.send_replace(number);
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::debug!(error, "announcement dropped");
                }
            }
        }
    };
    tokio::select! {
        () = announcing => {}
        () = closing.cancelled() => {}
    }
}

/// Sends it once, making the stream where there is none.
async fn send(broker: &Broker, message: &Message) -> Result<(), QueueError> {
    match broker
        .publisher
        .publish_once_within(PATIENCE, message)
        .await
    {
        Err(Failure::Unroutable) => {
            declare(broker).await?;
            let again = broker.publisher.publish_once_within(PATIENCE, message);
            again.await.map_err(|failure| broken(failure.into_source()))
        }
        sent => sent.map_err(|failure| broken(failure.into_source())),
    }
}

async fn declare(broker: &Broker) -> Result<(), QueueError> {
    let session = broker.publisher.link().session(PATIENCE).await?;
    let channel = call("open a channel", session.connection().create_channel()).await?;
    topology::declare_workers(&channel, &broker.names).await
}

/// Begins to read what was announced in the last `reach`, and all that comes.
pub(super) async fn listen(
    broker: &Arc<Broker>,
    reach: Duration,
) -> Result<Announcements, QueueError> {
    declare(broker).await?;
    // One: what is not asked for stays with the client library, bounded by PREFETCH.
    let (outbox, inbox) = mpsc::channel(1);
    let reader = Reader {
        broker: Arc::clone(broker),
        start: Start::Reach(reach),
        reach,
        outbox,
    };
    broker.tasks.spawn(reader.run());
    Ok(Announcements {
        engine: AnnouncementsEngine::RabbitMq(inbox),
    })
}

/// Where reading begins.
#[derive(Debug, Clone, Copy)]
enum Start {
    Reach(Duration),
    Offset(i64),
}

impl Start {
    fn argument(self) -> AMQPValue {
        match self {
            Self::Reach(Duration::ZERO) => text("next"),
            // A time to look back, by the broker's own clock; it rounds to whole chunks of the stream.
            Self::Reach(reach) => text(&format!("{}s", reach.as_secs().max(1))),
            Self::Offset(offset) => AMQPValue::LongLongInt(offset),
        }
    }
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

struct Reader {
    broker: Arc<Broker>,
    start: Start,
    reach: Duration,
    outbox: mpsc::Sender<Announcement>,
}

impl Reader {
    /// Reads until nobody listens or the queue is closed, over lost connections.
    async fn run(mut self) {
        let closing = self.broker.closing.clone();
        let outbox = self.outbox.clone();
        let reading = async {
            loop {
                if let Err(error) = self.read().await {
                    let error = &error as &dyn std::error::Error;
                    tracing::debug!(error, "reading what workers announce again");
                }
                sleep(PAUSE).await;
            }
        };
        tokio::select! {
            () = reading => {}
            () = outbox.closed() => {}
            () = closing.cancelled() => {}
        }
    }

    /// Reads over one channel until it breaks.
    async fn read(&mut self) -> Result<(), QueueError> {
        let broker = Arc::clone(&self.broker);
        let patience = broker.settings.outage_timeout;
        let session = broker.consuming.session(patience).await?;
        let channel = call("open a channel", session.connection().create_channel()).await?;
        // A broker that lost its disk has no stream.
        topology::declare_workers(&channel, &broker.names).await?;
        let bounded = channel.basic_qos(PREFETCH, BasicQosOptions::default());
        call("bound the stream of workers", bounded).await?;
        if matches!(self.start, Start::Reach(reach) if !reach.is_zero()) {
            break_silence(&broker).await;
        }
        let mut arguments = FieldTable::default();
        arguments.insert(OFFSET.into(), self.start.argument());
        let consuming = channel.basic_consume(
            broker.names.workers_stream(),
            "".into(),
            BasicConsumeOptions::default(),
            arguments,
        );
        let mut messages = match call("read the stream of workers", consuming).await {
            Ok(messages) => messages,
            Err(error) => {
                self.start_afresh();
                return Err(error);
            }
        };
        let mark = mark();
        let marking = send_mark(&broker, &mark);
        tokio::pin!(marking);
        let (mut is_history, mut marked_at) = (true, None);
        loop {
            let message = tokio::select! {
                () = &mut marking, if marked_at.is_none() => {
                    marked_at = Some(Instant::now());
                    continue;
                }
                message = messages.next() => message,
                () = overdue(marked_at), if is_history => {
                    self.start_afresh();
                    return Err(broken(None));
                }
            };
            let Some(message) = message else {
                return Ok(());
            };
            let message = message.map_err(|source| broken(Some(source)))?;
            let headers = message.properties.headers().as_ref();
            if let Some(offset) = headers.and_then(offset) {
                self.start = Start::Offset(offset + 1);
            }
            match headers.and_then(|headers| header_text(headers, MARK)) {
                Some(found) if found == mark => is_history = false,
                // Another reader's.
                Some(_) => {}
                None => {
                    let announcement = Announcement {
                        payload: message.data.clone(),
                        received_at: Instant::now(),
                        is_history,
                    };
                    if self.outbox.send(announcement).await.is_err() {
                        return Ok(());
                    }
                }
            }
            acknowledge(&message).await?;
        }
    }

    /// The offset we know may be one of a stream that was deleted, and beyond the end of the new one.
    fn start_afresh(&mut self) {
        self.start = Start::Reach(self.reach);
    }
}

/// Puts something into the stream before it is read from a time on. Where nothing is as young as that
/// time, RabbitMQ begins at the end instead and looks for it a second time; what is announced between
/// the two would be read by nobody (`init_offset_reader` in `osiris_log.erl`; seen with 3.10 under load).
async fn break_silence(broker: &Broker) {
    let (stream, mark) = (broker.names.workers_stream(), mark());
    let message = Message::to_workers(stream, Vec::new(), Some((MARK, &mark)));
    if let Err(error) = send(broker, &message).await {
        // Then hardly anybody else announces either.
        let error = &error as &dyn std::error::Error;
        tracing::debug!(error, "the stream of workers is read as it is");
    }
}

/// Sends the mark, again and again until it is there.
async fn send_mark(broker: &Broker, mark: &str) {
    let stream = broker.names.workers_stream();
    let message = Message::to_workers(stream, Vec::new(), Some((MARK, mark)));
    while let Err(error) = send(broker, &message).await {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "mark in the stream of workers not sent"
        );
        sleep(PAUSE).await;
    }
}

/// Returns when the mark should have come.
async fn overdue(marked_at: Option<Instant>) {
    match marked_at {
        Some(at) => sleep_until(at + MARK_PATIENCE).await,
        None => std::future::pending().await,
    }
}

/// Streams want it too: it makes room in the prefetch.
async fn acknowledge(message: &StreamMessage) -> Result<(), QueueError> {
    let acked = message.acker.ack(BasicAckOptions::default()).await;
    acked.map(|_| ()).map_err(|source| broken(Some(source)))
}

fn broken(source: Option<lapin::Error>) -> QueueError {
    QueueError::Outage {
        action: "carry what workers announce",
        patience: PATIENCE,
        source,
    }
}

/// A text that no other reader has.
fn mark() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.as_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{nanos}-{count}", std::process::id())
}

fn offset(headers: &FieldTable) -> Option<i64> {
    match headers.inner().get(OFFSET)? {
        AMQPValue::LongLongInt(offset) => Some(*offset),
        _ => None,
    }
}
