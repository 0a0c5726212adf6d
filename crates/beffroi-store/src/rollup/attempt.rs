//! One attempt at a night: tables of its own, filled statement by statement, put in the place of the old
//! figures when they are whole, and dropped.

use std::time::Instant;

use clickhouse::query::Query;
use serde::Serialize;

use super::{
    nights::{JudgedNight, Weeks},
    parts::Part,
};
use crate::{Day, Store, StoreError, swap::attempt_digits};

/// The tables that attempts fill.
pub(super) const TABLES: [&str; 10] = [
    "post_reading",
    "post_figure",
    "thread_figure",
    "night_account",
    "account_figure",
    "presence_figure",
    "presence_event",
    "stratum_coverage",
    "uncovered_account",
    "collectivity_figure",
];

/// Memory from which a statement goes on on disk.
const EXTERNAL_BYTES: &str = "800000000";

/// What was computed of one table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableReport {
    /// Which.
    pub table: &'static str,
    /// Rows that it has now of the night, or of the night's weeks.
    pub rows: u64,
    /// How long it took, seconds.
    pub secs: f64,
}

/// An attempt.
pub(super) struct Attempt<'a> {
    pub(super) store: &'a Store,
    pub(super) night: &'a JudgedNight,
    pub(super) weeks: Weeks,
    /// The night up to which its posts are taken as they were computed last; the first day of all: none.
    pub(super) since: Day,
    /// Eight hexadecimal digits that no other attempt has.
    id: String,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(store: &'a Store, night: &'a JudgedNight, since: Day) -> Self {
        Self {
            store,
            night,
            weeks: Weeks::of(night.night),
            since,
            id: attempt_digits(),
        }
    }

    /// The attempt's own table of that name.
    pub(super) fn own(&self, table: &str) -> String {
        format!("{table}_{}", self.id)
    }

    /// Makes an empty table of the attempt's own, of the same shape as another.
    pub(super) async fn make(&self, table: &str, like: &str) -> Result<(), StoreError> {
        self.store.make_attempt(&self.own(table), like).await
    }

    /// The same in memory, for a part at a time.
    pub(super) async fn make_in_memory(&self, table: &str, like: &str) -> Result<(), StoreError> {
        let sql = format!("CREATE TABLE {} AS {like} ENGINE = Memory", self.own(table));
        self.store
            .execute(&sql, "make a table for an attempt at figures")
            .await
    }

    /// Empties the attempt's own table.
    pub(super) async fn empty(&self, table: &str) -> Result<(), StoreError> {
        let sql = format!("TRUNCATE TABLE {}", self.own(table));
        self.store
            .execute(&sql, "empty a table of an attempt at figures")
            .await
    }

    /// Makes a table of the attempt's own from the result of a statement.
    pub(super) async fn make_of(
        &self,
        table: &str,
        select: &str,
        bind: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "CREATE TABLE {} ENGINE = MergeTree ORDER BY account_id AS\n{select}",
            self.own(table)
        );
        self.run(&sql, bind).await
    }

    /// Fills the attempt's own table.
    pub(super) async fn fill(
        &self,
        table: &str,
        select: &str,
        bind: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        self.run(&format!("INSERT INTO {}\n{select}", self.own(table)), bind)
            .await
    }

    async fn run(&self, sql: &str, bind: impl Fn(Query) -> Query) -> Result<(), StoreError> {
        let query = self
            .store
            .client
            .query_raw(sql)
            .with_setting("max_bytes_before_external_group_by", EXTERNAL_BYTES)
            .with_setting("max_bytes_before_external_sort", EXTERNAL_BYTES)
            // What else is in force on a server would give 0 for NULL, or the other way round.
            .with_setting("join_use_nulls", "0")
            .with_setting("union_default_mode", "ALL")
            .param("night", shown(self.night.night))
            .param("run_id", &self.night.run_id)
            .param("first_week", shown(self.weeks.first))
            .param("last_week", shown(self.weeks.last))
            .param("since", shown(self.since));
        bind(query)
            .execute()
            .await
            .map_err(|source| StoreError::Query {
                action: "compute figures",
                source,
            })
    }

    /// Puts the attempt's rows in the place of those partitions of the table. Each is replaced at once.
    pub(super) async fn replace(
        &self,
        table: &'static str,
        partitions: impl Iterator<Item = String>,
        begun: Instant,
    ) -> Result<TableReport, StoreError> {
        let own = self.own(table);
        let rows = self.store.swap_in(&own, table, partitions).await?;
        let report = TableReport {
            table,
            rows,
            secs: begun.elapsed().as_secs_f64(),
        };
        tracing::info!(
            figures.night = shown(self.night.night),
            figures.table = table,
            figures.rows = report.rows,
            duration_ms = begun.elapsed().as_millis() as u64,
            "figures computed"
        );
        Ok(report)
    }

    /// Drops the attempt's own table.
    pub(super) async fn drop(&self, table: &str) -> Result<(), StoreError> {
        self.store.drop_attempt(&self.own(table)).await
    }
}

/// Binds the part of the accounts that a statement is about.
pub(super) fn with_part(query: Query, part: &Part) -> Query {
    query
        .param("first_account", part.first.to_string())
        .param("end_account", part.end.to_string())
}

/// A day as SQL has it.
pub(super) fn shown(day: Day) -> String {
    day.date().to_string()
}
