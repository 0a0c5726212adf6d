//! `[store]` of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where the time series are kept and how they are written.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// `embedded` (a ClickHouse that beffroi starts by itself, the default) or the address of a
    /// ClickHouse HTTP interface: `http://user:password@host:8123`.
    pub url: String,
    /// Database; created when missing. Default `beffroi`.
    pub database: String,
    /// User, when the URL names none. Default: empty, the server's `default` user.
    pub user: String,
    /// Password, when the URL holds none. Better given by the environment:
    /// `BEFFROI_STORE__PASSWORD`.
    pub password: String,
    /// Rows after which a batch is sent even when `flush_interval` has not passed, and at which no
    /// more are gathered while the one before is still being sent. The larger, the less the server
    /// has to merge, and the more memory the worker wants: it may hold two batches. Default 30,000.
    pub batch_rows: usize,
    /// Time after which a batch is sent even when it is not full. Default 1 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub flush_interval: Duration,
    /// How long a server that cannot be reached is waited for at the start. Default 30 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub connect_timeout: Duration,
    /// How long the writer goes on trying when the server is away in the middle of a run, before
    /// the run is interrupted (nothing is lost: unwritten jobs stay unacknowledged). Default 10 min.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub give_up_after: Duration,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            url: "embedded".to_owned(),
            database: "beffroi".to_owned(),
            user: String::new(),
            password: String::new(),
            batch_rows: 30_000,
            flush_interval: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(30),
            give_up_after: Duration::from_secs(600),
        }
    }
}

impl StoreSettings {
    /// Whether beffroi is to start the engine by itself.
    pub fn is_embedded(&self) -> bool {
        self.url == "embedded"
    }
}

impl std::fmt::Debug for StoreSettings {
    /// Prints neither the password nor the URL's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreSettings")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}
