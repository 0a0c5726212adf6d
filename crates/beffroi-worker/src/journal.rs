//! The budget ledger's journal, in the store.

use async_trait::async_trait;
use beffroi_budget::{BucketId, Entry, Journal, JournalError};
use beffroi_store::{BudgetEntryRow, Store};
use jiff::Timestamp;

/// The store, as the journal of what was reserved and spent.
#[derive(Debug, Clone)]
pub struct StoreJournal {
    store: Store,
    worker: String,
}

impl StoreJournal {
    /// Entries are written under the worker's name.
    pub fn new(store: Store, worker: String) -> Self {
        Self { store, worker }
    }
}

#[async_trait]
impl Journal for StoreJournal {
    async fn write(&self, entries: &[Entry]) -> Result<(), JournalError> {
        let rows: Vec<BudgetEntryRow> = entries.iter().map(|it| row(it, &self.worker)).collect();
        let written = self.store.write_budget_entries(&rows).await;
        written.map_err(|error| JournalError {
            what: "written",
            source: error.into(),
        })
    }

    async fn read(&self, bucket: &BucketId, since: Timestamp) -> Result<Vec<Entry>, JournalError> {
        let platform = bucket.platform.to_string();
        let rows = (self.store)
            .budget_entries(&platform, &bucket.credential, &bucket.bucket, since)
            .await;
        let rows = rows.map_err(|error| JournalError {
            what: "read",
            source: error.into(),
        })?;
        Ok(rows.into_iter().map(|row| entry(row, bucket)).collect())
    }
}

fn row(entry: &Entry, worker: &str) -> BudgetEntryRow {
    BudgetEntryRow {
        platform: entry.bucket.platform.to_string(),
        credential: entry.bucket.credential.clone(),
        bucket: entry.bucket.bucket.clone(),
        entry_id: entry.id,
        reserved_at: entry.reserved_at.into(),
        reserved: entry.reserved,
        spent: entry.spent,
        worker: worker.to_owned(),
        version: u8::from(entry.spent.is_some()),
    }
}

fn entry(row: BudgetEntryRow, bucket: &BucketId) -> Entry {
    Entry {
        id: row.entry_id,
        bucket: bucket.clone(),
        reserved_at: row.reserved_at.timestamp(),
        reserved: row.reserved,
        spent: row.spent,
    }
}
