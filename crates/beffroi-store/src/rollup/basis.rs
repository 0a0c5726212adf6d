//! On what a roll-up of posts goes on. Of a closed post nothing changes any more, so that a night need only
//! look at its own readings, and takes all else as the roll-up before left it. That holds as long as that
//! one was of the newest night, and nothing of the nights before came in since: late rows, repeats and
//! corrections are seen by counts and sums of times, and then everything is computed from the facts.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{attempt::shown, nights::JudgedNight};
use crate::{Day, Store, StoreError};

/// Computes the readings of posts.
pub(super) const POST_READING: &str = include_str!("../queries/rollup/post_reading.sql");

/// Computes the figures of posts from their readings.
pub(super) const POST_FIGURE: &str = include_str!("../queries/rollup/post_figure.sql");

/// Nights in which nothing may have changed. What is older does change, where a platform's figures may be
/// kept for a month only; that is done to the figures too.
const NIGHTS_COMPARED: u16 = 28;

/// What is stored of some source and night.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub(super) struct Fact {
    source: String,
    night: Day,
    rows: u64,
    /// Sum of the times of the rows, milliseconds; it may wrap.
    times: u64,
}

/// Those of some nights, of any others nothing.
fn between(facts: &[Fact], first: Day, last: Day) -> impl Iterator<Item = &Fact> {
    (facts.iter()).filter(move |it| it.night >= first && it.night <= last)
}

#[derive(Row, Deserialize)]
struct BasisRow {
    night: Day,
    statements: String,
    facts: String,
}

/// SHA-256 of what computes posts: a basis that other statements made is none.
fn statements() -> String {
    let mut digest = Sha256::new();
    digest.update(POST_READING);
    digest.update(POST_FIGURE);
    (digest.finalize().iter())
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Store {
    /// What is stored of the nights that a roll-up of that night rests on.
    pub(super) async fn facts_stored(&self, night: Day) -> Result<Vec<Fact>, StoreError> {
        let first = Day(night.0.saturating_sub(2 * NIGHTS_COMPARED));
        self.client
            .query_raw(include_str!("../queries/rollup/facts.sql"))
            .param("first_night", shown(first))
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "look what is stored",
                source,
            })
    }

    /// The night from whose figures of posts that night's can go on, if from any. From now on nobody's
    /// can, until [`Self::write_basis`].
    pub(super) async fn take_basis(
        &self,
        night: Day,
        facts: &[Fact],
    ) -> Result<Option<Day>, StoreError> {
        let basis: Option<BasisRow> = self
            .client
            .query(include_str!("../queries/rollup/basis.sql"))
            .fetch_optional()
            .await
            .map_err(|source| StoreError::Query {
                action: "read on what figures can go on",
                source,
            })?;
        self.execute("TRUNCATE TABLE figure_basis", "begin to compute figures")
            .await?;
        let Some(basis) = basis else {
            return Ok(None);
        };
        // What cannot be read any more is no basis.
        let before: Vec<Fact> = serde_json::from_str(&basis.facts).unwrap_or_default();
        let first = Day(night.0.saturating_sub(NIGHTS_COMPARED));
        let goes_on = basis.night < night
            && basis.night >= first
            && basis.statements == statements()
            && before.iter().all(|it| it.night <= basis.night)
            && between(&before, first, basis.night).eq(between(facts, first, basis.night));
        if !goes_on {
            tracing::info!(
                figures.night = shown(night),
                figures.basis = shown(basis.night),
                "what was stored before has changed: all posts are computed from the facts"
            );
        }
        Ok(goes_on.then_some(basis.night))
    }

    /// Says that the newest night's figures are whole, and what was stored when they were begun.
    pub(super) async fn write_basis(
        &self,
        night: &JudgedNight,
        facts: &[Fact],
    ) -> Result<(), StoreError> {
        let facts = serde_json::to_string(facts).expect("names and numbers are JSON");
        self.client
            .query_raw(include_str!("../queries/rollup/write_basis.sql"))
            .param("night", shown(night.night))
            .param("run_id", &night.run_id)
            .param("statements", statements())
            .param("facts", facts)
            .execute()
            .await
            .map_err(|source| StoreError::Query {
                action: "say what the figures rest on",
                source,
            })
    }
}
