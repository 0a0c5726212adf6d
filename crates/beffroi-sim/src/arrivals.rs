//! Who asked which host when, for proofs about several crawlers at once. Kept only where the settings
//! ask for it: the list grows with every request.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// When it arrived, milliseconds since 1970.
    pub at_ms: i64,
    /// The host asked, without its port.
    pub host: String,
    /// The address of the host, by its number in the world: hosts on one server have one number.
    pub address: u32,
    /// What the crawler called itself.
    pub agent: String,
}

/// The list.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<Vec<Arrival>>);

impl Arrivals {
    pub(crate) fn note(&self, host: &str, address: u32, agent: &str) {
        let arrival = Arrival {
            at_ms: Timestamp::now().as_millisecond(),
            host: host.to_owned(),
            address,
            agent: agent.to_owned(),
        };
        self.list().push(arrival);
    }

    /// All of them in order, a line of JSON each.
    pub(crate) fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for arrival in self.list().iter() {
            serde_json::to_writer(&mut lines, arrival).expect("an arrival holds plain values");
            lines.push(b'\n');
        }
        lines
    }

    /// Their moments by address.
    pub(crate) fn by_address(&self) -> HashMap<u32, Vec<i64>> {
        let mut moments: HashMap<u32, Vec<i64>> = HashMap::new();
        for arrival in self.list().iter() {
            moments
                .entry(arrival.address)
                .or_default()
                .push(arrival.at_ms);
        }
        moments
    }

    /// A list stays usable after a panic elsewhere: it is only appended to.
    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
