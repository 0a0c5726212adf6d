//! Where leases are written down, so that every worker knows of all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::BucketId;

/// A lease as it is written. A later one with the same id replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The lease's own id.
    pub id: Uuid,
    /// Of which bucket.
    pub bucket: BucketId,
    /// When it was taken. It is used for a short time after this only.
    pub reserved_at: Timestamp,
    /// How much was taken, in the bucket's unit.
    pub reserved: u64,
    /// How much of it was used; `None` while it is in use, or when its worker died.
    pub spent: Option<u64>,
}

impl Entry {
    /// What counts against the allowance.
    pub fn counted(&self) -> u64 {
        self.spent.unwrap_or(self.reserved)
    }
}

/// Why the journal could not be read or written. Nothing is spent then.
#[derive(Debug, thiserror::Error)]
#[error("the budget ledger could not be {what}")]
pub struct JournalError {
    /// `read` or `written`.
    pub what: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Keeps entries for all workers. What was written must be seen by every read that begins afterwards,
/// whoever reads: the ledger's promise rests on that alone.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes entries; returns when they are durable.
    async fn write(&self, entries: &[Entry]) -> Result<(), JournalError>;

    /// The entries of a bucket that were reserved at `since` or later, each in its last form.
    async fn read(&self, bucket: &BucketId, since: Timestamp) -> Result<Vec<Entry>, JournalError>;
}

/// A journal that ends with the program: for one-shot commands and tests.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    entries: Mutex<BTreeMap<Uuid, Entry>>,
}

impl MemoryJournal {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<Uuid, Entry>> {
        // Plain values, whole at any moment.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn write(&self, entries: &[Entry]) -> Result<(), JournalError> {
        let written = entries.iter().map(|entry| (entry.id, entry.clone()));
        self.entries().extend(written);
        Ok(())
    }

    async fn read(&self, bucket: &BucketId, since: Timestamp) -> Result<Vec<Entry>, JournalError> {
        let entries = self.entries();
        let wanted = entries
            .values()
            .filter(|entry| entry.bucket == *bucket && entry.reserved_at >= since);
        Ok(wanted.cloned().collect())
    }
}
