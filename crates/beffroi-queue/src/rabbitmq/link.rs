//! A connection that is made again when it breaks.
//!
//! Whoever needs it asks for the session; the first to find it broken connects anew while the others
//! wait for the same attempt.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable};
use lapin::{
    Channel, Connection, ConnectionProperties,
    options::ConfirmSelectOptions,
    protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError},
    uri::AMQPUri,
};
use tokio::{sync::OnceCell, time::timeout};

use super::call;
use crate::{QueueError, url::address};

/// How long one attempt may take; a host that swallows packets must not use up the patience.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to the broker, for one use.
#[derive(Debug)]
pub(super) struct Link {
    uri: AMQPUri,
    use_name: &'static str,
    live: tokio::sync::Mutex<Option<Arc<Session>>>,
}

/// One life of a connection.
#[derive(Debug)]
pub(super) struct Session {
    connection: Connection,
    confirming: OnceCell<Channel>,
}

impl Session {
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The session's channel on which every message is confirmed.
    pub(super) async fn confirming(&self) -> Result<&Channel, QueueError> {
        let open = || async {
            let channel = call("open a channel", self.connection.create_channel()).await?;
            let options = ConfirmSelectOptions::default();
            call("promise confirmations", channel.confirm_select(options)).await?;
            Ok(channel)
        };
        self.confirming.get_or_try_init(open).await
    }

    /// Whether the broker has said that it takes nothing from this connection now.
    pub(super) fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    fn is_alive(&self) -> bool {
        let confirming = self.confirming.get();
        self.connection.status().connected()
            && confirming.is_none_or(|channel| channel.status().connected())
    }
}

impl Link {
    /// `heartbeat_secs` unless the address says otherwise: we give the broker up after twice this
    /// without a byte, RabbitMQ gives us up after two to three times this.
    pub(super) fn new(uri: &AMQPUri, use_name: &'static str, heartbeat_secs: u16) -> Self {
        let mut uri = uri.clone();
        uri.query.heartbeat.get_or_insert(heartbeat_secs);
        Self {
            uri,
            use_name,
            live: tokio::sync::Mutex::default(),
        }
    }

    /// The living session; connects, again and again for at most `patience`, when there is none.
    pub(super) async fn session(&self, patience: Duration) -> Result<Arc<Session>, QueueError> {
        let mut live = self.live.lock().await;
        if let Some(session) = live.as_ref().filter(|session| session.is_alive()) {
            return Ok(Arc::clone(session));
        }
        let was_connected = live.take().is_some();
        if was_connected {
            tracing::warn!(
                broker.address = self.address(),
                link = self.use_name,
                "connection lost"
            );
        }
        let session = Arc::new(Session {
            connection: self.connect(patience).await?,
            confirming: OnceCell::new(),
        });
        if was_connected {
            tracing::info!(
                broker.address = self.address(),
                link = self.use_name,
                "connected again"
            );
        }
        Ok(Arc::clone(live.insert(session)))
    }

    /// Whether the broker has said that it takes nothing from this connection now.
    pub(super) fn is_blocked(&self) -> bool {
        // Who is connecting is not known to be blocked.
        let Ok(live) = self.live.try_lock() else {
            return false;
        };
        let session = live.as_ref().filter(|session| session.is_alive());
        session.is_some_and(|session| session.is_blocked())
    }

    /// Forgets a session that does not do its work although it looks alive.
    pub(super) async fn discard(&self, session: &Arc<Session>) {
        let mut live = self.live.lock().await;
        if live.as_ref().is_some_and(|live| Arc::ptr_eq(live, session)) {
            *live = None;
        }
    }

    /// Takes leave of the broker.
    pub(super) async fn close(&self) {
        let Some(session) = self.live.lock().await.take() else {
            return;
        };
        let bye = session.connection.close(200, "done".into());
        if let Err(error) = call("close a connection", bye).await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "connection was gone already"
            );
        }
    }

    async fn connect(&self, patience: Duration) -> Result<Connection, QueueError> {
        let last_error = Mutex::new(None);
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(2))
            .with_jitter()
            .without_max_times();
        let attempts = (|| self.attempt())
            .retry(backoff)
            .when(|failure| !matches!(failure, Failure::Refused(_)))
            .notify(|failure, _| {
                if let Failure::Broken(error) = failure {
                    let mut last = last_error.lock().unwrap_or_else(PoisonError::into_inner);
                    *last = Some(error.clone());
                }
            });
        let address = self.address();
        let connected = timeout(patience, attempts).await;
        match connected {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(Failure::Refused(source))) => Err(QueueError::Refused { address, source }),
            Ok(Err(Failure::Broken(_) | Failure::Silent)) | Err(_) => {
                Err(QueueError::Unreachable {
                    address,
                    patience,
                    source: last_error
                        .into_inner()
                        .unwrap_or_else(PoisonError::into_inner),
                })
            }
        }
    }

    async fn attempt(&self) -> Result<Connection, Failure> {
        let name = format!("beffroi {}", self.use_name);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connecting = Connection::connect_uri(self.uri.clone(), properties);
        match timeout(ATTEMPT_TIMEOUT, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) if is_refusal(&error) => Err(Failure::Refused(error)),
            Ok(Err(error)) => Err(Failure::Broken(error)),
            Err(_) => Err(Failure::Silent),
        }
    }

    fn address(&self) -> String {
        address(&self.uri)
    }
}

/// Why an attempt to connect failed.
enum Failure {
    /// Trying again would not help.
    Refused(lapin::Error),
    Broken(lapin::Error),
    Silent,
}

/// Whether the broker understood us and said no.
fn is_refusal(error: &lapin::Error) -> bool {
    let lapin::ErrorKind::ProtocolError(error) = error.kind() else {
        return false;
    };
    matches!(
        error.kind(),
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
            | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED)
    )
}
