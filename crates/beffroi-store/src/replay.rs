//! Observations that were read again from archived answers.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Day, JobRows, Millis, Store, StoreError};

/// What is stored of an account in a run.
pub const ACCOUNT: &str = include_str!("queries/replay/account.sql");

/// Of its posts.
pub const POSTS: &str = include_str!("queries/replay/posts.sql");

/// What its posts show, where they were last seen in that run.
pub const KINDS: &str = include_str!("queries/replay/kinds.sql");

/// Of the threads under them.
pub const THREADS: &str = include_str!("queries/replay/threads.sql");

/// `correction`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct CorrectionRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub run_id: String,
    pub night: Day,
    pub platform: String,
    pub table_name: String,
    pub row_key: String,
    pub column_name: String,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    pub program: String,
    pub replayed_at: Millis,
}

impl Store {
    /// Replaces observations by corrected ones, whose `observed_at` is later than that of those they
    /// replace. The old values are written down first: a crash in between is repeated by the next replay,
    /// and never loses one.
    pub async fn write_corrected(
        &self,
        rows: &JobRows,
        corrections: &[CorrectionRow],
    ) -> Result<(), StoreError> {
        self.insert_rows("correction", corrections).await?;
        self.insert_rows("post", &rows.posts).await?;
        self.insert_rows("post_observation", &rows.post_observations)
            .await?;
        self.insert_rows("dialogue", &rows.dialogues).await?;
        self.insert_rows("account_observation", &rows.account_observations)
            .await
    }
}
