//! Tables of figures are replaced by whole partitions: an attempt fills a table of its own, whose
//! partitions then take the place of the old ones, each in a single step. Whatever an attempt that was cut
//! off left behind is dropped by the next; what it still inserts lands in a table that is thrown away.

use crate::{Day, Store, StoreError};

/// Eight hexadecimal digits that no other attempt has: what its tables' names end with.
pub(crate) fn attempt_digits() -> String {
    let mut random = [0; 4];
    getrandom::fill(&mut random).expect("the system gives random bytes");
    format!("{:08x}", u32::from_be_bytes(random))
}

/// The id of the partition of a day.
pub(crate) fn partition_of(day: Day) -> String {
    day.date().strftime("%Y%m%d").to_string()
}

impl Store {
    /// Drops what attempts at these tables have left that were cut short. To be called by who holds the
    /// lease.
    pub(crate) async fn drop_leftovers(&self, tables: &[&str]) -> Result<(), StoreError> {
        let left: Vec<String> = self
            .client
            .query_raw(include_str!("queries/attempt_leftovers.sql"))
            .param("tables", tables)
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "look for attempts that were cut short",
                source,
            })?;
        for table in left {
            tracing::info!(table, "dropping what an attempt left that was cut short");
            self.drop_attempt(&table).await?;
        }
        Ok(())
    }

    /// Makes an attempt's empty table, of the same shape as another.
    pub(crate) async fn make_attempt(&self, own: &str, like: &str) -> Result<(), StoreError> {
        let sql = format!("CREATE TABLE {own} AS {like}");
        self.execute(&sql, "make the table of an attempt").await
    }

    /// Drops an attempt's table.
    pub(crate) async fn drop_attempt(&self, own: &str) -> Result<(), StoreError> {
        let sql = format!("DROP TABLE IF EXISTS {own} SYNC");
        self.execute(&sql, "drop the table of an attempt").await
    }

    /// Puts the rows of an attempt's table in the place of those partitions of another, and drops it. Gives
    /// its rows.
    pub(crate) async fn swap_in(
        &self,
        own: &str,
        table: &str,
        partitions: impl Iterator<Item = String>,
    ) -> Result<u64, StoreError> {
        let rows: u64 = self
            .client
            .query_raw(&format!("SELECT count() FROM {own}"))
            .fetch_one()
            .await
            .map_err(|source| StoreError::Query {
                action: "count the rows of an attempt",
                source,
            })?;
        let filled = self.partitions(own).await?;
        for partition in partitions {
            // The server refuses to replace by nothing.
            let sql = if filled.contains(&partition) {
                format!("ALTER TABLE {table} REPLACE PARTITION ID '{partition}' FROM {own}")
            } else {
                format!("ALTER TABLE {table} DROP PARTITION ID '{partition}'")
            };
            self.execute(&sql, "put new rows in the place of the old ones")
                .await?;
        }
        self.drop_attempt(own).await?;
        Ok(rows)
    }

    /// The partitions of a table that hold anything.
    pub(crate) async fn partitions(&self, table: &str) -> Result<Vec<String>, StoreError> {
        self.client
            .query_raw(include_str!("queries/partitions.sql"))
            .param("table", table)
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "look which partitions there are",
                source,
            })
    }
}
