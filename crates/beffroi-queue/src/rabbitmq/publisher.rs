//! Publishing: every message mandatory and confirmed, many under way at once, repeated on a new
//! connection until the broker has said that it has them.

use std::time::Duration;

use beffroi_model::{Job, Lane};
use futures::{StreamExt, stream};
use lapin::{
    BasicProperties, Channel, Confirmation,
    options::BasicPublishOptions,
    types::{AMQPValue, FieldTable, ShortString},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};

use super::{CALL_TIMEOUT, dead::Grave, link::Link};
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
                    let (failed, last_error) = self.publish_once(channel, unconfirmed).await?;
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
        channel: &Channel,
        messages: Vec<Message>,
    ) -> Result<(Vec<Message>, Option<lapin::Error>), QueueError> {
        let attempts = messages.into_iter().map(|message| async {
            let result = self.attempt(channel, &message).await;
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
                    let lane = message
                        .lane
                        .expect("what goes over our exchanges has a lane");
                    return Err(QueueError::Unroutable { lane });
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
        let publishing = async {
            let session = self.link.session(patience).await.map_err(broken)?;
            if session.connection().status().blocked() {
                return Err(Failure::Transient(None));
            }
            let channel = session.confirming().await.map_err(broken)?;
            send(channel, message).await
        };
        let published = timeout(patience, publishing).await;
        published.unwrap_or(Err(Failure::Transient(None)))
    }

    async fn attempt(&self, channel: &Channel, message: &Message) -> Result<(), Failure> {
        let _permit = self
            .window
            .acquire()
            .await
            .expect("the window is never closed");
        send(channel, message).await
    }
}

/// Publishes a message and waits for the broker's word.
async fn send(channel: &Channel, message: &Message) -> Result<(), Failure> {
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
    match timeout(CALL_TIMEOUT, confirmed).await {
        // A message that was sent back is acknowledged all the same.
        Ok(Ok(Confirmation::Ack(None))) => Ok(()),
        Ok(Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_)))) => {
            Err(Failure::Unroutable)
        }
        Ok(Ok(Confirmation::Nack(None))) => Err(Failure::Transient(None)),
        Ok(Ok(Confirmation::NotRequested)) => {
            unreachable!("the channel is in confirm mode")
        }
        Ok(Err(error)) => Err(Failure::Transient(Some(error))),
        Err(_) => Err(Failure::Transient(None)),
    }
}
