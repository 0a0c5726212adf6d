//! A night of a table of judgements is replaced whole: an attempt fills a table of its own, whose
//! partition then takes the place of the old one in a single step. Whatever an attempt that was cut off
//! left behind is dropped by the next.

use std::marker::PhantomData;

use clickhouse::{Row, RowOwned, RowWrite};

use super::{
    AccountScoreRow, AccountTrendRow, AlertRow, CollectivityScoreRow, DiscoveryRecallRow, failed,
};
use crate::{Day, Store, StoreError};

/// Rows of an insert.
const INSERT_ROWS: usize = 50_000;

/// A row of a table that is replaced by nights.
pub trait JudgedTable: RowOwned + RowWrite + Row {
    /// The table.
    const TABLE: &'static str;
}

macro_rules! judged_table {
    ($row:ty, $table:literal) => {
        impl JudgedTable for $row {
            const TABLE: &'static str = $table;
        }
    };
}

judged_table!(AccountScoreRow, "account_score");
judged_table!(CollectivityScoreRow, "collectivity_score");
judged_table!(AccountTrendRow, "account_trend");
judged_table!(AlertRow, "alert");
judged_table!(DiscoveryRecallRow, "discovery_recall");

/// An attempt to replace a night of a table. Until `commit` the night is as it was.
#[derive(Debug)]
pub struct Replacement<T> {
    store: Store,
    night: Day,
    /// The table of the attempt.
    attempt: String,
    rows: PhantomData<T>,
}

impl Store {
    /// Begins to replace a night. Only one attempt may be under way on a table: tables that earlier ones
    /// left are dropped.
    pub async fn begin_replacement<T: JudgedTable>(
        &self,
        night: Day,
    ) -> Result<Replacement<T>, StoreError> {
        let leftovers: Vec<String> = self
            .client
            .query_raw(include_str!("../queries/judge/leftovers.sql"))
            .param("table", T::TABLE)
            .fetch_all()
            .await
            .map_err(failed("look for what attempts left"))?;
        for leftover in leftovers {
            self.drop_attempt(&leftover).await?;
        }
        let mut random = [0; 4];
        // Without chance from the system the name is the same each time, which leftovers bear too.
        let _ = getrandom::fill(&mut random);
        let attempt = format!("{}_{:08x}", T::TABLE, u32::from_be_bytes(random));
        self.execute(
            &format!("CREATE TABLE {attempt} AS {}", T::TABLE),
            "make the table of an attempt",
        )
        .await?;
        Ok(Replacement {
            store: self.clone(),
            night,
            attempt,
            rows: PhantomData,
        })
    }

    async fn drop_attempt(&self, attempt: &str) -> Result<(), StoreError> {
        let drop = format!("DROP TABLE IF EXISTS {attempt} SYNC");
        self.execute(&drop, "drop the table of an attempt").await
    }

    /// Replaces a night by these rows.
    pub async fn replace_night<T: JudgedTable>(
        &self,
        night: Day,
        rows: &[T],
    ) -> Result<(), StoreError> {
        let replacement = self.begin_replacement::<T>(night).await?;
        replacement.add(rows).await?;
        replacement.commit().await
    }
}

impl<T: JudgedTable> Replacement<T> {
    /// Keeps the rows of the night that other versions of the index gave than these.
    pub async fn keep_other_versions(&self, versions: &[&str]) -> Result<(), StoreError> {
        let keep = format!(
            "INSERT INTO {} SELECT * FROM {} WHERE night = {{night:Date}} \
             AND NOT has({{versions:Array(String)}}, toString(index_version))",
            self.attempt,
            T::TABLE
        );
        self.store
            .client
            .query_raw(&keep)
            .param("night", self.night.date().to_string())
            .param("versions", versions)
            .execute()
            .await
            .map_err(failed("keep what other versions gave"))
    }

    /// Adds rows of the night.
    pub async fn add(&self, rows: &[T]) -> Result<(), StoreError> {
        for part in rows.chunks(INSERT_ROWS) {
            self.store.insert_rows(&self.attempt, part).await?;
        }
        Ok(())
    }

    /// Puts the rows in the place of the night's old ones.
    pub async fn commit(self) -> Result<(), StoreError> {
        let count: u64 = self
            .store
            .client
            .query(&format!("SELECT count() FROM {}", self.attempt))
            .fetch_one()
            .await
            .map_err(failed("count the rows of an attempt"))?;
        let (table, date) = (T::TABLE, self.night.date());
        // The server refuses to replace by nothing.
        let replace = match count {
            0 => format!("ALTER TABLE {table} DROP PARTITION '{date}'"),
            _ => format!(
                "ALTER TABLE {table} REPLACE PARTITION '{date}' FROM {}",
                self.attempt
            ),
        };
        self.store.execute(&replace, "replace the night").await?;
        self.store.drop_attempt(&self.attempt).await
    }
}
