//! `[worker]` of the configuration.

use std::{net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::LaneFilter;

/// How a worker works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSettings {
    /// Name under which outcomes are recorded. Default: empty, the host's name and the process id.
    pub name: String,
    /// Lanes it works in: their names (`api.youtube.main`), or beginnings (`host.*`, `api.*`).
    /// Default: empty, all.
    pub lanes: LaneFilter,
    /// Where `beffroi worker` and `beffroi run` answer `GET /metrics`, `/livez` and `/readyz`: address
    /// and port, `127.0.0.1:9464`; port 0 takes a free one. Whoever reaches it may ask. Default: empty,
    /// nowhere.
    #[serde(with = "listen_address")]
    pub listen: Option<SocketAddr>,
    /// Websites being visited at once, over all host lanes. Most of them wait for their host's pace,
    /// so this is far above the connections in use. Default 600.
    pub max_sites_in_flight: usize,
    /// Accounts being measured at once in each API lane. Default 256.
    pub max_accounts_in_flight: usize,
    /// Tries of a job whose failure may pass, the first included. Default 3.
    pub max_tries: u16,
    /// Pause before the second try; each further one is four times as long. Default 1 min.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retry_pause: Duration,
    /// The longest that a job is put off, whatever the server asks for: beyond, it ends as failed
    /// tonight and is tried tomorrow. Default 1 h, the longest delay of the queue.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub max_put_off: Duration,
    /// How long a job may be held, in the hand of a worker, before it is put back with a due time: a
    /// broker gives a consumer up that holds one for half an hour. Default 15 min.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub max_held: Duration,
    /// A job whose host still wants no request so long after the run was planned ends as failed.
    /// Default 12 h.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub give_up_after: Duration,
    /// How long a lane waits for more jobs to fill a call that answers many. Default 300 ms.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub batch_linger: Duration,
    /// How long visits under way may take to end when another worker is to have their lane. The others
    /// are dropped and done again by that worker. Default 2 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub let_go_timeout: Duration,
    /// How long jobs under way may take to end when the worker is asked to stop: where the queue is in
    /// process, visits; everywhere, the writing of what was measured. Default 60 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub drain_timeout: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            lanes: LaneFilter::default(),
            listen: None,
            max_sites_in_flight: 600,
            max_accounts_in_flight: 256,
            max_tries: 3,
            retry_pause: Duration::from_secs(60),
            max_put_off: Duration::from_secs(3600),
            max_held: Duration::from_secs(15 * 60),
            give_up_after: Duration::from_secs(12 * 3600),
            batch_linger: Duration::from_millis(300),
            let_go_timeout: Duration::from_secs(2),
            drain_timeout: Duration::from_secs(60),
        }
    }
}

/// An address to listen at, or an empty text.
mod listen_address {
    use std::net::SocketAddr;

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(
        address: &Option<SocketAddr>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match address {
            Some(address) => serializer.collect_str(address),
            None => serializer.serialize_str(""),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SocketAddr>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(None);
        }
        let expected =
            "expected an address and a port (`127.0.0.1:9464`, `[::1]:9464`), or nothing";
        let wrong = |_| D::Error::custom(format!("found `{text}`, {expected}"));
        text.parse().map(Some).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen_is_an_address_with_its_port_or_nothing() {
        let read = |text: &str| {
            let json = serde_json::json!({ "listen": text });
            serde_json::from_value::<WorkerSettings>(json).map(|it| it.listen)
        };
        assert_eq!(read("").unwrap(), None);
        let address = "127.0.0.1:9464".parse().unwrap();
        assert_eq!(read("127.0.0.1:9464").unwrap(), Some(address));
        for wrong in ["9464", "localhost:9464", "127.0.0.1", "127.0.0.1:99999"] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains(&format!("found `{wrong}`")), "{error}");
        }
    }
}
