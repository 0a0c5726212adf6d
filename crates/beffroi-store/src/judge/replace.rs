//! A night of a table of judgements is replaced whole (`swap`).

use std::marker::PhantomData;

use clickhouse::{Row, RowOwned, RowWrite};

use super::{
    AccountScoreRow, AccountTrendRow, AlertRow, CollectivityScoreRow, DiscoveryRecallRow, failed,
};
use crate::{
    Day, Store, StoreError,
    swap::{attempt_digits, partition_of},
};

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
        self.drop_leftovers(&[T::TABLE]).await?;
        let attempt = format!("{}_{}", T::TABLE, attempt_digits());
        self.make_attempt(&attempt, T::TABLE).await?;
        Ok(Replacement {
            store: self.clone(),
            night,
            attempt,
            rows: PhantomData,
        })
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
        let partition = std::iter::once(partition_of(self.night));
        let swapped = (self.store).swap_in(&self.attempt, T::TABLE, partition);
        swapped.await.map(drop)
    }
}
