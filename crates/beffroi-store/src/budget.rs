//! The budget ledger's entries.

use clickhouse::Row;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Millis, Store, StoreError};

/// `budget_entry`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct BudgetEntryRow {
    pub platform: String,
    pub credential: String,
    pub bucket: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub entry_id: Uuid,
    pub reserved_at: Millis,
    pub reserved: u64,
    pub spent: Option<u64>,
    pub worker: String,
    pub version: u8,
}

impl Store {
    /// Writes entries. When it returns, every reader of this server sees them. A cluster of replicas
    /// keeps that promise only with `insert_quorum` and `select_sequential_consistency`.
    pub async fn write_budget_entries(&self, rows: &[BudgetEntryRow]) -> Result<(), StoreError> {
        self.insert_rows("budget_entry", rows).await
    }

    /// The entries of a bucket that were reserved at `since` or later, each in its last version.
    pub async fn budget_entries(
        &self,
        platform: &str,
        credential: &str,
        bucket: &str,
        since: Timestamp,
    ) -> Result<Vec<BudgetEntryRow>, StoreError> {
        self.client
            .query_raw(include_str!("queries/budget_entries.sql"))
            .param("platform", platform)
            .param("credential", credential)
            .param("bucket", bucket)
            .param("since", since.as_millisecond().max(0))
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the budget ledger",
                source,
            })
    }
}
