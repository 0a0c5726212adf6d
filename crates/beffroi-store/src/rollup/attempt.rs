//! One attempt at a night: tables of its own, filled statement by statement, put in the place of the old
//! figures when they are whole, and dropped.

use std::time::Instant;

use clickhouse::{Row, query::Query};
use serde::{Deserialize, Serialize};

use super::{
    nights::{JudgedNight, Weeks},
    parts::Part,
};
use crate::{Day, Store, StoreError};

/// Memory from which a statement goes on on disk.
const EXTERNAL_BYTES: &str = "400000000";

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

#[derive(Row, Deserialize)]
struct NameRow {
    name: String,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(store: &'a Store, night: &'a JudgedNight, since: Day) -> Self {
        let mut random = [0; 4];
        getrandom::fill(&mut random).expect("the system gives random bytes");
        let digits = random.map(|byte| format!("{byte:02x}"));
        Self {
            store,
            night,
            weeks: Weeks::of(night.night),
            since,
            id: digits.concat(),
        }
    }

    /// The attempt's own table of that name.
    pub(super) fn own(&self, table: &str) -> String {
        format!("{table}_{}", self.id)
    }

    /// Makes an empty table of the attempt's own, of the same shape as another.
    pub(super) async fn make(&self, table: &str, like: &str) -> Result<(), StoreError> {
        let sql = format!("CREATE TABLE {} AS {like}", self.own(table));
        self.store
            .execute(&sql, "make a table for an attempt at figures")
            .await
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
            // No repeat lies in another partition than what it repeats (migrations/README.md), so that
            // months that are merged need not be looked through for any.
            .with_setting("do_not_merge_across_partitions_select_final", "1")
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

    /// Rows of the attempt's own table.
    pub(super) async fn rows(&self, table: &str) -> Result<u64, StoreError> {
        let sql = format!("SELECT count() FROM {}", self.own(table));
        (self.store.client.query_raw(&sql).fetch_one().await).map_err(|source| StoreError::Query {
            action: "count the figures",
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
        let rows = self.rows(table).await?;
        let filled = self.store.partitions(&own).await?;
        for partition in partitions {
            let sql = if filled.contains(&partition) {
                format!("ALTER TABLE {table} REPLACE PARTITION ID '{partition}' FROM {own}")
            } else {
                format!("ALTER TABLE {table} DROP PARTITION ID '{partition}'")
            };
            self.store
                .execute(&sql, "put new figures in the place of the old ones")
                .await?;
        }
        self.drop(table).await?;
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
        let sql = format!("DROP TABLE IF EXISTS {} SYNC", self.own(table));
        self.store
            .execute(&sql, "drop a table of an attempt at figures")
            .await
    }
}

impl Store {
    /// Drops what attempts have left that were cut short. To be called by who holds the lease.
    pub(super) async fn drop_leftovers(&self) -> Result<(), StoreError> {
        let sql = include_str!("../queries/rollup/leftovers.sql");
        let left: Vec<NameRow> =
            (self.client.query(sql).fetch_all().await).map_err(|source| StoreError::Query {
                action: "look for attempts that were cut short",
                source,
            })?;
        for NameRow { name } in left {
            tracing::info!(
                table = name,
                "dropping what a roll-up left that was cut short"
            );
            self.execute(
                &format!("DROP TABLE IF EXISTS {name} SYNC"),
                "drop a table of an attempt at figures",
            )
            .await?;
        }
        Ok(())
    }

    /// The partitions of a table that hold anything.
    pub(super) async fn partitions(&self, table: &str) -> Result<Vec<String>, StoreError> {
        self.client
            .query_raw(include_str!("../queries/rollup/partitions.sql"))
            .param("table", table)
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "look which partitions there are",
                source,
            })
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

/// The id of the partition of a day.
pub(super) fn partition_of(day: Day) -> String {
    let date = day.date();
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}
