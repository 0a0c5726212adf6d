//! What is known of a host group's pace: its gap, how it is slowed, and until when it is left alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::{sync::Semaphore, time::Instant};

use super::{
    patience::{Patience, Slowed},
    states::Forgettable,
};
use crate::{HostGroup, HostMemory};

/// The gate of a host group.
pub(super) struct Group {
    pub(super) slots: Arc<Semaphore>,
    /// When the last request began. Held while waiting for one's turn: an async lock, for it is
    /// the queue itself.
    pub(super) last_start: tokio::sync::Mutex<Option<Instant>>,
    key: HostGroup,
    mood: Mutex<Mood>,
}

/// How the group takes our requests.
pub(super) struct Mood {
    pub(super) patience: Patience,
    pub(super) slowed: Slowed,
    /// When the gap after the last request ends.
    pub(super) settled: Instant,
}

impl Group {
    pub(super) fn new(key: HostGroup, concurrency: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(concurrency)),
            last_start: tokio::sync::Mutex::new(None),
            key,
            mood: Mutex::new(Mood {
                patience: Patience::default(),
                slowed: Slowed::default(),
                settled: Instant::now(),
            }),
        }
    }

    pub(super) fn mood(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is worth remembering of it.
    pub(super) fn memory(&self) -> HostMemory {
        let now = Instant::now();
        let mut mood = self.mood();
        HostMemory {
            key: format!("{GROUP}{}", self.key),
            blocked_until: mood.patience.blocked(now).map(|(_, until)| until),
            backoff: mood.patience.level(now),
            slowed: mood.slowed.level(now),
            crawl_delay: None,
            at: Timestamp::now(),
        }
    }
}

/// How the keys of groups' memories begin.
const GROUP: &str = "group:";

/// The group that a memory is of.
pub(super) fn group_of(key: &str) -> Option<HostGroup> {
    let text = key.strip_prefix(GROUP)?;
    Some(match text.parse() {
        Ok(address) => HostGroup::Address(address),
        Err(_) => HostGroup::Domain(text.to_owned()),
    })
}

impl Forgettable for Group {
    fn is_idle(&self, now: Instant) -> bool {
        let mut mood = self.mood();
        mood.settled <= now && mood.patience.is_idle(now) && mood.slowed.level(now) == 0
    }
}
