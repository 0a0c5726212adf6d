//! Whether two ways of doing a run left the same facts, figures and judgement.

use std::collections::BTreeMap;

use beffroi_model::RunId;
use clickhouse::Row;
use serde::Deserialize;

use crate::{Store, StoreError};

#[derive(Row, Deserialize)]
struct ChecksumRow {
    table_name: String,
    checksum: u64,
}

impl Store {
    /// The content of each table of facts for a run, in one number a table: the same whoever did the
    /// work, when, in which order and how often. A table in which the run has no row is left out. What
    /// the policies have removed is no longer counted. Reads whole tables: for tests and doubts.
    pub async fn checksums(&self, run: &RunId) -> Result<BTreeMap<String, u64>, StoreError> {
        self.checksums_of(run, "facts").await
    }

    /// The same of what was computed from the facts: the figures of the night, and its judgement by every
    /// version of the index. They follow the end of the run's windows, so that two runs of one night are
    /// told apart by them.
    pub async fn figure_checksums(&self, run: &RunId) -> Result<BTreeMap<String, u64>, StoreError> {
        self.checksums_of(run, "figures").await
    }

    async fn checksums_of(
        &self,
        run: &RunId,
        content: &str,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows = self
            .client
            .query_raw(include_str!("queries/checksums.sql"))
            .param("run_id", run.as_str())
            .param("content", content)
            .fetch_all::<ChecksumRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "compute the checksums",
                source,
            })?;
        Ok(rows
            .into_iter()
            .map(|row| (row.table_name, row.checksum))
            .collect())
    }
}
