//! The connection: one client for every server.
//!
//! The crate's own HTTP client leaves Nagle's algorithm on, which costs 40 ms for each small insert
//! (measured); ours turns it off and lets idle connections go before the server does.

use std::time::{Duration, Instant};

use clickhouse::Client;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::Url;

use crate::{StoreError, StoreSettings, error};

/// ClickHouse closes idle connections after 3 s by default; ours go before.
const IDLE_TIMEOUT: Duration = Duration::from_secs(2);

/// A ClickHouse database. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) settings: StoreSettings,
    /// Address without a password, for messages.
    pub(crate) address: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// A client for the server named by the settings (whose `url` is an address by now, not
    /// `embedded`). Does not connect yet.
    pub fn try_new(settings: StoreSettings) -> Result<Self, StoreError> {
        let mut url = Url::parse(&settings.url).map_err(|problem| StoreError::Url {
            url: "…".to_owned(),
            problem: problem.to_string(),
        })?;
        let user = if url.username().is_empty() {
            settings.user.clone()
        } else {
            percent_decode(url.username())
        };
        let password = match url.password() {
            Some(password) => percent_decode(password),
            None => settings.password.clone(),
        };
        // Cannot fail for http and https, the only schemes accepted.
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        if cleared.is_err() || !matches!(url.scheme(), "http" | "https") {
            return Err(StoreError::Url {
                url: url.to_string(),
                problem: "not an http or https address".to_owned(),
            });
        }
        let address = url.to_string();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_keepalive(Some(Duration::from_secs(60)));
        connector.set_connect_timeout(Some(Duration::from_secs(5)));
        connector.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let http = HttpClient::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(https);
        let mut client = Client::with_http_client(http).with_url(&address);
        if !user.is_empty() {
            client = client.with_user(user).with_password(password);
        }
        // No repeat lies in another partition than what it repeats (migrations/README.md): FINAL need not
        // look through the months that a statement does not ask for.
        let client = client.with_setting("do_not_merge_across_partitions_select_final", "1");
        Ok(Self {
            client: client.with_database(&settings.database),
            settings,
            address,
        })
    }

    /// The server's address, without a password.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the server answers, at most `connect_timeout`, and creates the database when it
    /// is missing.
    pub async fn connect(&self) -> Result<(), StoreError> {
        let begin = Instant::now();
        let mut pause = Duration::from_millis(100);
        // The database may not exist yet, so the first statements name none.
        let bare = self.client.clone().with_database("system");
        let create = format!("CREATE DATABASE IF NOT EXISTS `{}`", self.settings.database);
        loop {
            let error = match bare.query(&create).execute().await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            // 516: authentication failed; 192 and 193: unknown user, wrong password.
            if matches!(error::server_code(&error), Some(516 | 192 | 193)) {
                return Err(StoreError::Denied {
                    url: self.address.clone(),
                    source: error,
                });
            }
            if !error::is_transient(&error) {
                return Err(StoreError::Query {
                    action: "create the database",
                    source: error,
                });
            }
            if begin.elapsed() + pause > self.settings.connect_timeout {
                return Err(StoreError::Unreachable {
                    url: self.address.clone(),
                    tried_secs: begin.elapsed().as_secs(),
                    source: error,
                });
            }
            tracing::debug!(
                store.address = self.address,
                "the store does not answer yet"
            );
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }
}

fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> StoreSettings {
        StoreSettings {
            url: url.to_owned(),
            ..StoreSettings::default()
        }
    }

    #[test]
    fn a_password_in_the_url_never_shows() {
        let store = Store::try_new(settings("http://ana:s%40cret@127.0.0.1:8123")).unwrap();
        assert_eq!(store.address(), "http://127.0.0.1:8123/");
        assert!(!format!("{store:?} {:?}", store.settings).contains("cret"));
    }

    #[test]
    fn what_is_no_http_address_is_refused_with_the_key() {
        for bad in ["tcp://127.0.0.1:9000", "127.0.0.1:8123", ""] {
            let message = Store::try_new(settings(bad)).unwrap_err().to_string();
            assert!(
                message.contains("store.url") && message.contains("expected"),
                "{message}"
            );
        }
    }
}
