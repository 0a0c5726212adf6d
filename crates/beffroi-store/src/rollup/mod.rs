//! Figures: what a judged night's raw facts come to, computed once by SQL and put in the place of what was
//! there before, whole. So repeats, late rows and inserts that were sent again cannot spoil them.
//!
//! The posts of a night go on from those of the night before, where nothing else has come since (`basis`).
//!
//! An attempt fills tables of its own and swaps them in with `REPLACE PARTITION`; one that is cut short
//! leaves the old figures as they were, and its tables are dropped by the next. One at a time, kept by a
//! lease. The statements are in `src/queries/rollup`.

mod attempt;
mod basis;
mod nights;
mod parts;
mod settings;
mod thinning;

use std::time::Instant;

use clickhouse::Row;
use serde::{Deserialize, Serialize};

pub use self::{
    attempt::TableReport,
    nights::{JudgedNight, kept_nights},
    settings::FigureSettings,
};
use self::{
    attempt::{Attempt, TABLES, shown, with_part},
    parts::{Part, parts},
};
use crate::{Claimant, Day, LeaseRefused, Store, StoreError, swap::partition_of};

/// What the lease is called.
const LEASE: &str = "rollup";

/// Lengths of the windows, days: those of `config/metrics.toml`.
const WINDOWS: [u16; 4] = [7, 28, 90, 365];

/// Days before the first week whose posts are read too: the past of those that are judged.
const PAST_DAYS: u16 = 365;

/// What was computed for one night.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RollupReport {
    /// The night's run.
    pub run_id: String,
    /// Each table, in the order in which they were computed.
    pub tables: Vec<TableReport>,
    /// Partitions of older nights that were dropped.
    pub thinned: u64,
    /// The night from whose figures of posts these go on; none: all posts were computed from the facts.
    pub posts_since: Option<Day>,
    /// How long all of it took, seconds.
    pub secs: f64,
}

/// Why a night's figures were not computed.
#[derive(Debug, thiserror::Error)]
pub enum RollupError {
    /// Another computes figures, or the store could not say.
    #[error("the figures are being computed already: {0}")]
    Refused(#[from] LeaseRefused),
    /// The store was away for so long that another may compute them.
    #[error("the store was away for too long: another may compute the figures by now")]
    Lost,
    /// A statement failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Computes the figures of a judged night and of the weeks whose posts it still read, in the place of
    /// those that were there, and drops those of old nights.
    pub async fn rollup(
        &self,
        night: &JudgedNight,
        settings: &FigureSettings,
        claimant: &Claimant,
    ) -> Result<RollupReport, RollupError> {
        let lease = self.lease(LEASE, claimant).await?;
        let result = tokio::select! {
            result = self.figures_of(night, settings) => result.map_err(RollupError::from),
            () = lease.lost() => Err(RollupError::Lost),
        };
        if let Err(error) = lease.release().await {
            // It ends by itself.
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "the lease was not released"
            );
        }
        result
    }

    async fn figures_of(
        &self,
        night: &JudgedNight,
        settings: &FigureSettings,
    ) -> Result<RollupReport, StoreError> {
        let begun = Instant::now();
        self.drop_leftovers(&TABLES).await?;
        let judged = self.judged_nights().await?;
        let facts = self.facts_stored(night.night).await?;
        let since = self.take_basis(night.night, &facts).await?;
        let attempt = Attempt::new(self, night, since.unwrap_or(Day(0)));
        let posts_of_year = self.posts_before(&attempt).await?;
        let parts = parts(posts_of_year);
        let mut tables = Vec::new();
        tables.push(attempt.post_figure(&parts).await?);
        tables.push(attempt.thread_figure(&parts).await?);
        tables.push(attempt.presence_figure().await?);
        tables.push(attempt.presence_event().await?);
        let accounts = Instant::now();
        // What the attempt's own tables of accounts are made of is replaced by now.
        attempt.night_account().await?;
        tables.push(attempt.account_figure(posts_of_year, accounts).await?);
        tables.extend(attempt.coverage(settings.min_coverage).await?);
        attempt.drop("night_account").await?;
        tables.push(attempt.collectivity_figure().await?);
        let thinned = self.thin_out(&judged, settings.keep_nights.get()).await?;
        if judged
            .last()
            .is_some_and(|newest| newest.night == night.night)
        {
            self.write_basis(night, &facts).await?;
        }
        Ok(RollupReport {
            run_id: night.run_id.clone(),
            tables,
            thinned,
            posts_since: since,
            secs: begun.elapsed().as_secs_f64(),
        })
    }

    async fn posts_before(&self, attempt: &Attempt<'_>) -> Result<u64, StoreError> {
        let begin = Day(attempt.weeks.first.0.saturating_sub(PAST_DAYS));
        self.client
            .query_raw(include_str!("../queries/rollup/size.sql"))
            .param("begin", shown(begin))
            .fetch_one()
            .await
            .map_err(|source| StoreError::Query {
                action: "count the posts",
                source,
            })
    }
}

#[derive(Row, Deserialize)]
struct PreviousRow {
    previous: Option<Day>,
}

impl Attempt<'_> {
    fn weeks(&self) -> impl Iterator<Item = String> {
        self.weeks.mondays().map(partition_of)
    }

    fn night_itself(&self) -> impl Iterator<Item = String> {
        std::iter::once(partition_of(self.night.night))
    }

    fn month(&self) -> impl Iterator<Item = String> {
        std::iter::once(partition_of(self.night.night)[..6].to_owned())
    }

    async fn post_figure(&self, parts: &[Part]) -> Result<TableReport, StoreError> {
        let begun = Instant::now();
        self.make_in_memory("post_reading", "post_figure").await?;
        self.make("post_figure", "post_figure").await?;
        for part in parts {
            self.fill("post_reading", basis::POST_READING, |query| {
                with_part(query, part)
            })
            .await?;
            self.fill("post_figure", basis::POST_FIGURE, |query| {
                with_part(query, part).param("readings", self.own("post_reading"))
            })
            .await?;
            self.empty("post_reading").await?;
        }
        self.drop("post_reading").await?;
        self.replace("post_figure", self.weeks(), begun).await
    }

    async fn thread_figure(&self, parts: &[Part]) -> Result<TableReport, StoreError> {
        let begun = Instant::now();
        self.make("thread_figure", "thread_figure").await?;
        let figures = include_str!("../queries/rollup/thread_figure.sql");
        for part in parts {
            self.fill("thread_figure", figures, |query| with_part(query, part))
                .await?;
        }
        self.replace("thread_figure", self.weeks(), begun).await
    }

    async fn presence_figure(&self) -> Result<TableReport, StoreError> {
        let begun = Instant::now();
        self.make("presence_figure", "presence_figure").await?;
        let figures = include_str!("../queries/rollup/presence_figure.sql");
        self.fill("presence_figure", figures, |query| {
            query.param("as_of", self.as_of())
        })
        .await?;
        self.replace("presence_figure", self.night_itself(), begun)
            .await
    }

    /// The month's events of other nights, and those of this one anew. Of the first night there are none.
    async fn presence_event(&self) -> Result<TableReport, StoreError> {
        let begun = Instant::now();
        let PreviousRow { previous } = (self.store.client)
            .query_raw(include_str!("../queries/rollup/previous_night.sql"))
            .param("night", shown(self.night.night))
            .fetch_one()
            .await
            .map_err(|source| StoreError::Query {
                action: "look for the night before",
                source,
            })?;
        self.make("presence_event", "presence_event").await?;
        let others = include_str!("../queries/rollup/other_events.sql");
        self.fill("presence_event", others, |query| query).await?;
        if let Some(previous) = previous {
            let events = include_str!("../queries/rollup/presence_event.sql");
            self.fill("presence_event", events, |query| {
                query.param("previous", shown(previous))
            })
            .await?;
        }
        self.replace("presence_event", self.month(), begun).await
    }

    async fn night_account(&self) -> Result<(), StoreError> {
        let accounts = include_str!("../queries/rollup/night_account.sql");
        self.make_of("night_account", accounts, |query| {
            query.param("as_of", self.as_of())
        })
        .await
    }

    async fn account_figure(
        &self,
        posts_of_year: u64,
        begun: Instant,
    ) -> Result<TableReport, StoreError> {
        self.make("account_figure", "account_figure").await?;
        let figures = include_str!("../queries/rollup/account_figure.sql");
        for window_days in WINDOWS {
            // A statement of that length takes a tenth of a second before it reads a row.
            for part in &parts(posts_of_year * u64::from(window_days) / u64::from(PAST_DAYS)) {
                self.fill("account_figure", figures, |query| {
                    with_part(query, part)
                        .param("as_of", self.as_of())
                        .param("window_days", window_days)
                        .param("accounts", self.own("night_account"))
                })
                .await?;
            }
        }
        self.replace("account_figure", self.night_itself(), begun)
            .await
    }

    /// How much of each stratum was measured, and the accounts of those of which it was too little.
    async fn coverage(&self, min_coverage: f64) -> Result<[TableReport; 2], StoreError> {
        let begun = Instant::now();
        self.make("stratum_coverage", "stratum_coverage").await?;
        let shares = include_str!("../queries/rollup/stratum_coverage.sql");
        self.fill("stratum_coverage", shares, |query| {
            query
                .param("accounts", self.own("night_account"))
                .param("min_coverage", min_coverage)
        })
        .await?;
        self.make("uncovered_account", "uncovered_account").await?;
        let accounts = include_str!("../queries/rollup/uncovered_account.sql");
        self.fill("uncovered_account", accounts, |query| {
            query
                .param("accounts", self.own("night_account"))
                .param("coverage", self.own("stratum_coverage"))
        })
        .await?;
        Ok([
            self.replace("stratum_coverage", self.night_itself(), begun)
                .await?,
            self.replace("uncovered_account", self.month(), begun)
                .await?,
        ])
    }

    /// Of the night's accounts and their coverage, which are replaced by now.
    async fn collectivity_figure(&self) -> Result<TableReport, StoreError> {
        let begun = Instant::now();
        self.make("collectivity_figure", "collectivity_figure")
            .await?;
        let figures = include_str!("../queries/rollup/collectivity_figure.sql");
        for window_days in WINDOWS {
            self.fill("collectivity_figure", figures, |query| {
                query
                    .param("as_of", self.as_of())
                    .param("window_days", window_days)
            })
            .await?;
        }
        self.replace("collectivity_figure", self.night_itself(), begun)
            .await
    }

    /// The end of the windows, as SQL has it.
    fn as_of(&self) -> String {
        let at = self.night.as_of.timestamp();
        at.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
    }
}
