//! Finds that were made by older rules of account URLs.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Store, StoreError};

/// Changes in one statement: they travel in the request's address, of which ClickHouse takes 128 KiB a
/// parameter, and an address may be long.
const CHANGES: usize = 100;

/// An account that older rules found, by one of its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct OldFind {
    /// The platform's word.
    pub platform: String,
    /// Its id.
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    /// Its handle by those rules.
    pub handle: String,
    /// The address.
    pub url: String,
    /// Rows that say so.
    pub finds: u64,
    /// Bodies whose account it would be.
    pub bodies: u64,
}

/// What becomes of an [`OldFind`]; texts are empty where it is no account any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields of the successor's row")]
pub struct Reread {
    pub account_id: Uuid,
    pub url: String,
    pub new_platform: String,
    pub new_account_id: Uuid,
    pub new_handle: String,
    pub new_url: String,
}

impl Store {
    /// The accounts in force that discovery found by rules before this version.
    pub async fn old_finds(&self, rules_version: u32) -> Result<Vec<OldFind>, StoreError> {
        self.client
            .query_raw(include_str!("queries/reparse/finds.sql"))
            .param("rules_version", rules_version)
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the finds of older rules",
                source,
            })
    }

    /// Writes the successors, then takes the old finds out of force: cut short in between, a repeat
    /// ends it.
    pub async fn supersede_finds(
        &self,
        changes: &[Reread],
        rules_version: u32,
    ) -> Result<(), StoreError> {
        for part in changes.chunks(CHANGES) {
            let json = serde_json::to_string(part).expect("texts and ids are plain JSON");
            for sql in [
                include_str!("queries/reparse/successors.sql"),
                include_str!("queries/reparse/supersede.sql"),
            ] {
                self.client
                    .query_raw(sql)
                    .param("rules_version", rules_version)
                    .param("changes", &json)
                    .execute()
                    .await
                    .map_err(|source| StoreError::Query {
                        action: "rewrite finds by the present rules",
                        source,
                    })?;
            }
        }
        Ok(())
    }
}
