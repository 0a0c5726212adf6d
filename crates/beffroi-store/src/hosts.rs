//! What is remembered of hosts from night to night: what they asked for, where they stand, and which
//! addresses are shared fronts.

use std::{collections::HashSet, net::IpAddr};

use beffroi_model::RunId;
use clickhouse::Row;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Day, Millis, Store, StoreError, rows};

/// Levels of back-off that were not touched for so long are forgiven.
const FORGIVEN_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// `host_memory`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct HostMemoryRow {
    pub key: String,
    pub blocked_until: Option<Millis>,
    pub backoff: u8,
    pub slowed: u8,
    pub crawl_delay_ms: Option<u32>,
    pub written_at: Millis,
}

/// `host_seen`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct HostSeenRow {
    pub host: String,
    pub address: String,
    pub domain: String,
    pub night: Day,
    pub seen_at: Millis,
}

/// `run_front`.
#[derive(Debug, Row, Serialize, Deserialize)]
struct RunFrontRow {
    run_id: String,
    night: Day,
    address: String,
    fixed_at: Millis,
}

#[derive(Row, Deserialize)]
struct KnownAddressRow {
    host: String,
    address: String,
}

#[derive(Row, Deserialize)]
struct AddressRow {
    address: String,
}

impl Store {
    /// Writes what hosts have asked for. Of two rows of a key the later one counts, whoever wrote it
    /// and in whatever order they arrive.
    pub async fn write_host_memories(&self, rows: &[HostMemoryRow]) -> Result<(), StoreError> {
        self.insert_rows("host_memory", rows).await
    }

    /// What still matters at `now` of what hosts have asked for: those that may not be asked yet, and
    /// those whose levels of back-off were written in the last two days.
    pub async fn host_memories(&self, now: Timestamp) -> Result<Vec<HostMemoryRow>, StoreError> {
        let fresh_since = now.saturating_sub(FORGIVEN_AFTER).unwrap_or(now);
        self.client
            .query_raw(include_str!("queries/hosts/memories.sql"))
            .param("now", now.as_millisecond())
            .param("fresh_since", fresh_since.as_millisecond().max(0))
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read what hosts have asked for",
                source,
            })
    }

    /// Writes where hosts were seen.
    pub async fn write_hosts_seen(&self, rows: &[HostSeenRow]) -> Result<(), StoreError> {
        self.insert_rows("host_seen", rows).await
    }

    /// Each host of the last 60 nights with the address at which it was last seen.
    pub async fn known_addresses(&self) -> Result<Vec<(String, IpAddr)>, StoreError> {
        let rows = self
            .client
            .query_raw(include_str!("queries/hosts/known_addresses.sql"))
            .fetch_all::<KnownAddressRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the hosts' addresses",
                source,
            })?;
        rows.into_iter()
            .map(|row| Ok((row.host, address("host_seen.address", &row.address)?)))
            .collect()
    }

    /// Addresses behind which more registrable domains than this were seen in the last 60 nights.
    pub async fn shared_fronts(&self, more_than: u32) -> Result<Vec<IpAddr>, StoreError> {
        let rows = self
            .client
            .query_raw(include_str!("queries/hosts/shared_fronts.sql"))
            .param("more_than", more_than)
            .fetch_all::<AddressRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "look for shared fronts",
                source,
            })?;
        rows.iter()
            .map(|row| address("host_seen.address", &row.address))
            .collect()
    }

    /// Fixes the fronts of a run while it is planned: those that its workers will read with
    /// [`Store::fronts_of`], whatever is learnt meanwhile. A run that has some keeps them.
    pub async fn fix_fronts(
        &self,
        run: &RunId,
        more_than: u32,
    ) -> Result<HashSet<IpAddr>, StoreError> {
        let fixed = self.fronts_of(run).await?;
        if !fixed.is_empty() {
            return Ok(fixed);
        }
        let fronts = self.shared_fronts(more_than).await?;
        let row = |front: &IpAddr| RunFrontRow {
            run_id: run.to_string(),
            night: rows::night(run),
            address: front.to_string(),
            fixed_at: Millis::now(),
        };
        let rows: Vec<RunFrontRow> = fronts.iter().map(row).collect();
        self.insert_rows("run_front", &rows).await?;
        Ok(fronts.into_iter().collect())
    }

    /// The shared fronts that a run reckons with.
    pub async fn fronts_of(&self, run: &RunId) -> Result<HashSet<IpAddr>, StoreError> {
        let rows = self
            .client
            .query_raw(include_str!("queries/hosts/fronts_of.sql"))
            .param("run_id", run.as_str())
            .fetch_all::<AddressRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the run's shared fronts",
                source,
            })?;
        rows.iter()
            .map(|row| address("run_front.address", &row.address))
            .collect()
    }
}

/// Reads an address back.
fn address(column: &'static str, text: &str) -> Result<IpAddr, StoreError> {
    text.parse()
        .map_err(|problem: std::net::AddrParseError| StoreError::Corrupt {
            column,
            value: text.to_owned(),
            problem: problem.to_string(),
        })
}
