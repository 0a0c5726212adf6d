//! What connectors left at their last visit.

use std::collections::HashMap;

use beffroi_model::{AccountId, RunId};
use clickhouse::Row;
use serde::Deserialize;
use uuid::Uuid;

use crate::{Store, StoreError, rows};

#[derive(Row, Deserialize)]
struct StateRow {
    #[serde(with = "clickhouse::serde::uuid")]
    account_id: Uuid,
    state: String,
}

impl Store {
    /// The state that each account's connector left in its last run before the night of `run`: one
    /// query for the accounts of many jobs. The run's own states are left out, so that a job that
    /// runs twice sees the same both times.
    pub async fn previous_states(
        &self,
        run: &RunId,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, String>, StoreError> {
        if accounts.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<String> = accounts.iter().map(AccountId::to_string).collect();
        let rows = self
            .client
            .query_raw(include_str!("queries/previous_states.sql"))
            .param("accounts", ids)
            .param("run_id", run.as_str())
            .param("night", rows::night(run).0)
            .fetch_all::<StateRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the connectors' states",
                source,
            })?;
        Ok(rows
            .into_iter()
            .map(|row| (AccountId::from_uuid(row.account_id), row.state))
            .collect())
    }
}
