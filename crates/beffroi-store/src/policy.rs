//! The table of what the platforms' terms allow, for analysts and for the views `v_public_…`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::{Millis, Store, StoreError};

/// `policy`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct PolicyRow {
    pub platform: String,
    pub metric: String,
    pub store_days: Option<u16>,
    pub store_source: String,
    pub combine: u8,
    pub combine_source: String,
    pub publish: String,
    pub notice: String,
    pub publish_source: String,
    pub written_at: Millis,
}

impl Store {
    /// Writes the policies; those of before are replaced by key, and there are always all of them.
    pub async fn write_policies(&self, policies: &[PolicyRow]) -> Result<(), StoreError> {
        self.insert_rows("policy", policies).await
    }
}
