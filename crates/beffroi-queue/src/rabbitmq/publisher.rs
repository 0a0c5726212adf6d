//! Publishing: every message mandatory and confirmed, many under way at once, repeated on a new
//! connection until the broker has said that it has them.

use std::time::Duration;

use beffroi_model::{Job, Lane};
use futures::{StreamExt, stream};
use lapin::{
    BasicProperties, Channel, Confirmation,
    message::Delivery,
    options::BasicPublishOptions,
    types::{AMQPValue, FieldTable, ShortString},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    CALL_TIMEOUT,
    dead::Grave,
    link::{Link, Session},
};
use crate::{QueueError, message};

/// Messages sent and not yet confirmed, of all publishers of this process together: 500 reach the
/// broker's full rate (17,000 a second, measured with 3.10) and bound what a crash can repeat.
pub(super) const WINDOW: usize = 500;

/// Pause after a failure, so that a broker that refuses is not asked in a tight circle.
const PAUSE: Duration = Duration::from_millis(200);

/// Persistent: stored before it is confirmed.
const PERSISTENT: u8 = 2;

/// A message on its way.
#[derive(Debug)]
pub(super) struct Message {
    exchange: ShortString,
    routing_key: ShortString,
    /// None for what belongs to no lane.
    lane: Option<Lane>,
    payload: Vec<u8>,
    properties: BasicProperties,
}

impl Message {
    pub(super) fn of_job(exchange: ShortString, job: &Job) -> Self {
        let id = job.job_id.to_string();
        Self {
            exchange,
            routing_key: job.lane.as_str().into(),
            lane: Some(job.lane.clone()),
            payload: message::encode(job),
            properties: json(FieldTable::default()).with_message_id(id.into()),
        }
    }

    pub(super) fn of_grave(exchange: ShortString, grave: Grave) -> Self {
        Self {
            exchange,
            routing_key: grave.lane.as_str().into(),
            lane: Some(grave.lane),
            payload: grave.payload,
            properties: json(grave.headers),
        }
    }

    /// A message that was delivered, as it was, to go another way.
    pub(super) fn again(exchange: ShortString, delivered: Delivery) -> Self {
        Self {
            exchange,
            routing_key: delivered.routing_key,
            lane: None,
            payload: delivered.data,
            properties: delivered.properties,
        }
    }

    /// To the stream of workers, over the exchange that routes by the queue's name.
    pub(super) fn to_workers(
        stream: ShortString,
        payload: Vec<u8>,
        header: Option<(&str, &str)>,
    ) -> Self {
        let mut headers = FieldTable::default();
        if let Some((name, text)) = header {
            headers.insert(name.into(), AMQPValue::LongString(text.into()));
        }
        Self {
            exchange: "".into(),
            routing_key: stream,
            lane: None,
            payload,
            properties: json(headers),
        }
    }
}

fn json(headers: FieldTable) -> BasicProperties {
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/json".into())
        .with_headers(headers)
}

/// Why a message is not known to be stored.
#[derive(Debug)]
pub(super) enum Failure {
    /// Trying again may help.
    Transient(Option<lapin::Error>),
    /// No queue takes it.
    Unroutable,
}

impl Failure {
    pub(super) fn into_source(self) -> Option<lapin::Error> {
        match self {
            Self::Transient(source) => source,
            Self::Unroutable => None,
        }
    }
}

/// The publisher of this process.
#[derive(Debug)]
pub(super) struct Publisher {
    link: Link,
    patience: Duration,
    window: Semaphore,
}

impl Publisher {
    pub(super) fn new(link: Link, patience: Duration) -> Self {
        Self {
            link,
            patience,
            window: Semaphore::new(WINDOW),
        }
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// Returns when all messages, a [`WINDOW`] at most, are stored and routed.
    pub(super) async fn publish(&self, mut unconfirmed: Vec<Message>) -> Result<(), QueueError> {
        let deadline = Instant::now() + self.patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let session = self.link.session(left).await?;
            let last_error = match session.confirming().await {
                Ok(channel) => {
                    let (failed, last_error) = self
                        .publish_once(&session, channel, unconfirmed, deadline)
                        .await?;
                    if failed.is_empty() {
                        return Ok(());
                    }
                    unconfirmed = failed;
                    last_error
                }
                Err(QueueError::Outage { source, .. }) => source,
                Err(error) => return Err(error),
            };
            if Instant::now() >= deadline {
                return Err(QueueError::Outage {
                    action: "confirm messages",
                    patience: self.patience,
                    source: last_error,
                });
            }
            tracing::debug!(messages = unconfirmed.len(), "publishing again");
            self.link.discard(&session).await;
            sleep(PAUSE).await;
        }
    }

    /// Publishes each message once; returns those that are not known to be stored.
    async fn publish_once(
        &self,
        session: &Session,
        channel: &Channel,
        messages: Vec<Message>,
        deadline: Instant,
    ) -> Result<(Vec<Message>, Option<lapin::Error>), QueueError> {
        let attempts = messages.into_iter().map(|message| async {
            let _permit = self
                .window
                .acquire()
                .await
                .expect("the window is never closed");
            let result = send(session, channel, &message, deadline).await;
            (message, result)
        });
        let mut attempts = stream::iter(attempts).buffer_unordered(WINDOW);
        let mut failed = Vec::new();
        let mut last_error = None;
        while let Some((message, result)) = attempts.next().await {
            match result {
                Ok(()) => {}
                Err(Failure::Transient(error)) => {
                    last_error = error.or(last_error);
                    failed.push(message);
                }
                Err(Failure::Unroutable) => {
                    return Err(match message.lane {
                        Some(lane) => QueueError::Unroutable { lane },
                        None => QueueError::Outage {
                            action: "route a message",
                            patience: Duration::ZERO,
                            source: None,
                        },
                    });
                }
            }
        }
        Ok((failed, last_error))
    }

    /// Publishes a message of which a newer one will come soon: once, and not at all while the broker
    /// takes nothing from publishers.
    pub(super) async fn publish_once_within(
        &self,
        patience: Duration,
        message: &Message,
    ) -> Result<(), Failure> {
        let broken = |error| match error {
            QueueError::Outage { source, .. } | QueueError::Unreachable { source, .. } => {
                Failure::Transient(source)
            }
            _ => Failure::Transient(None),
        };
        let deadline = Instant::now() + patience;
        let publishing = async {
            let session = self.link.session(patience).await.map_err(broken)?;
            if session.is_blocked() {
                return Err(Failure::Transient(None));
            }
            let channel = session.confirming().await.map_err(broken)?;
            send(&session, channel, message, deadline).await
        };
        let published = timeout_at(deadline, publishing).await;
        published.unwrap_or(Err(Failure::Transient(None)))
    }
}

/// Publishes a message and waits for the broker's word. A broker that is short of memory or disk reads
/// nothing until it is well again: then we wait for it, until the deadline, on the same connection. On
/// another it would be as deaf, and would have the message twice in the end.
async fn send(
    session: &Session,
    channel: &Channel,
    message: &Message,
    deadline: Instant,
) -> Result<(), Failure> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let confirmed = async {
        let confirm = channel.basic_publish(
            message.exchange.clone(),
            message.routing_key.clone(),
            options,
            &message.payload,
            message.properties.clone(),
        );
        confirm.await?.await
    };
    tokio::pin!(confirmed);
    let confirmation = loop {
        let answer = timeout(CALL_TIMEOUT, &mut confirmed).await;
        let is_patient = session.is_blocked() && Instant::now() < deadline;
        match answer {
            Ok(answer) => break answer.map_err(|error| Failure::Transient(Some(error)))?,
            Err(_) if is_patient => {}
            Err(_) => return Err(Failure::Transient(None)),
        }
    };
    match confirmation {
        // A message that was sent back is acknowledged all the same.
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)) => Err(Failure::Unroutable),
        Confirmation::Nack(None) => Err(Failure::Transient(None)),
        Confirmation::NotRequested => unreachable!("the channel is in confirm mode"),
    }
}
