//! Whether two ways of doing a run left the same facts.

use std::collections::BTreeMap;

use beffroi_model::RunId;
use clickhouse::Row;
use serde::Deserialize;

use crate::{Store, StoreError};

/// The tables that hold figures, not facts.
const FIGURES: [&str; 6] = [
    "post_figure",
    "thread_figure",
    "account_figure",
    "presence_figure",
    "stratum_coverage",
    "presence_event",
];

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
        self.checksums_of(run, false).await
    }

    /// The same of the figures that were computed from the facts. They follow the end of the run's
    /// windows, so that two runs of one night are told apart by them.
    pub async fn figure_checksums(&self, run: &RunId) -> Result<BTreeMap<String, u64>, StoreError> {
        self.checksums_of(run, true).await
    }

    async fn checksums_of(
        &self,
        run: &RunId,
        is_figures: bool,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows = self
            .client
            .query_raw(include_str!("queries/checksums.sql"))
            .param("run_id", run.as_str())
            .param("figures", FIGURES.to_vec())
            .param("is_figures", is_figures)
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
