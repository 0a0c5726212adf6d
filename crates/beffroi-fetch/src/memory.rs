//! What is worth remembering of hosts beyond this process: who asked for patience, and where they are.
//!
//! The client keeps what has changed until it is asked (`FetchClient::news`); what another process
//! knew is handed to it by `FetchClient::recall`. It knows nothing of where memories are kept.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::Notify;

/// What a host, a host group or an API asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostMemory {
    /// Of whom: `host` or `host:port`; `group:` and the text of a [`HostGroup`](crate::HostGroup); or
    /// `api:`, host, `/` and whose rate it is (a hash, the same in every process).
    pub key: String,
    /// No request before this moment. Never earlier than what the server named.
    pub blocked_until: Option<Timestamp>,
    /// Doublings of the wait that an offence without a named moment brings, less what was forgiven.
    pub backoff: u8,
    /// Doublings of a group's interval.
    pub slowed: u8,
    /// `Crawl-delay` of the host's robots.txt.
    pub crawl_delay: Option<Duration>,
    /// When this was so.
    pub at: Timestamp,
}

/// The address at which a website was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSeen {
    /// The host, in lower case, without a port.
    pub host: String,
    /// The lowest of its addresses, by which its group is told.
    pub address: IpAddr,
    /// When.
    pub at: Timestamp,
}

/// What has become known since it was last asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// The memories that changed, each as it is now.
    pub memories: Vec<HostMemory>,
    /// The sites seen: each host once a day.
    pub seen: Vec<HostSeen>,
}

/// Sightings kept at the most while nobody asks for them: several nights' worth.
const MOST_SEEN: usize = 200_000;

/// What nobody has asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Notebook {
    pages: Mutex<Pages>,
    has_changed: Notify,
}

#[derive(Debug, Default)]
struct Pages {
    memories: HashMap<String, HostMemory>,
    seen: Vec<HostSeen>,
    /// The day whose hosts are held in `seen_today`, in days since 1970.
    day: i64,
    seen_today: HashSet<String>,
}

impl Notebook {
    pub(crate) fn remember(&self, memory: HostMemory) {
        self.pages().memories.insert(memory.key.clone(), memory);
        self.has_changed.notify_waiters();
    }

    pub(crate) fn saw(&self, host: &str, address: IpAddr) {
        let at = Timestamp::now();
        let day = at.as_second().div_euclid(24 * 3600);
        let mut pages = self.pages();
        if pages.day != day {
            pages.day = day;
            pages.seen_today.clear();
        }
        if pages.seen_today.contains(host) || pages.seen.len() >= MOST_SEEN {
            return;
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if pages.seen_today.insert(host.clone()) {
            pages.seen.push(HostSeen { host, address, at });
        }
    }

    pub(crate) fn take(&self) -> News {
        let mut pages = self.pages();
        News {
            memories: pages.memories.drain().map(|(_, memory)| memory).collect(),
            seen: std::mem::take(&mut pages.seen),
        }
    }

    /// Returns once there is a memory that has not been taken.
    pub(crate) async fn has_memories(&self) {
        loop {
            // Made before the look, so that nothing which happens in between is missed.
            let has_changed = self.has_changed.notified();
            if !self.pages().memories.is_empty() {
                return;
            }
            has_changed.await;
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(key: &str, backoff: u8) -> HostMemory {
        HostMemory {
            key: key.to_owned(),
            blocked_until: None,
            backoff,
            slowed: 0,
            crawl_delay: None,
            at: Timestamp::now(),
        }
    }

    #[test]
    fn a_host_is_seen_once_a_day_and_a_memory_is_the_last_one() {
        let notebook = Notebook::default();
        for host in ["www.a.fr", "WWW.a.fr.", "b.fr", "www.a.fr"] {
            notebook.saw(host, "192.0.2.1".parse().unwrap());
        }
        for level in 1..=3 {
            notebook.remember(memory("a.fr", level));
        }
        let news = notebook.take();
        let hosts: Vec<&str> = news.seen.iter().map(|seen| seen.host.as_str()).collect();
        assert_eq!(hosts, ["www.a.fr", "b.fr"]);
        assert_eq!(news.memories.len(), 1);
        assert_eq!(news.memories[0].backoff, 3);
        notebook.saw("b.fr", "192.0.2.2".parse().unwrap());
        assert_eq!(notebook.take(), News::default());
    }

    #[tokio::test]
    async fn whoever_waits_for_news_is_woken_by_a_memory_and_not_by_a_sighting() {
        let notebook = Notebook::default();
        let mut waiting = std::pin::pin!(notebook.has_memories());
        assert!(futures::poll!(&mut waiting).is_pending());
        notebook.saw("a.fr", "192.0.2.1".parse().unwrap());
        assert!(futures::poll!(&mut waiting).is_pending());
        notebook.remember(memory("a.fr", 1));
        waiting.await;
        notebook.has_memories().await;
        notebook.take();
        assert!(futures::poll!(std::pin::pin!(notebook.has_memories())).is_pending());
    }
}
