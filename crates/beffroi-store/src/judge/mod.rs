//! What a judgement reads of a night, and how it is written. The judging itself is not the store's: see
//! `beffroi-judge`.

mod replace;
mod rows;

use std::collections::HashMap;

use clickhouse::query::RowCursor;
use jiff::civil::Date;

pub use replace::{JudgedTable, Replacement};
use rows::NameRow;
pub use rows::{
    AccountDaysRow, AccountRange, AccountScoreRow, AccountTrendRow, AlertRow, CollectivityScoreRow,
    DayPost, DiscoveryRecallRow, ProfileRow, RoutesRow,
};

use crate::{JudgedNight, Millis, Store, StoreError};

/// What interactions count for, as a version of the index has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InteractionWeights {
    /// Of a reaction.
    pub reactions: f64,
    /// Of a comment.
    pub comments: f64,
    /// Of a share.
    pub shares: f64,
}

/// How far back the days and weeks of accounts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookBack {
    /// Days of followers, posts and threads.
    pub days: u16,
    /// Weeks of interactions.
    pub weeks: u16,
    /// The window whose figures name the components and the accounts.
    pub window_days: u16,
}

fn failed(action: &'static str) -> impl Fn(clickhouse::error::Error) -> StoreError {
    move |source| StoreError::Query { action, source }
}

/// A moment as a parameter of type `DateTime64(3, 'UTC')`.
fn moment(at: Millis) -> String {
    at.timestamp().strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

impl Store {
    /// The nights between two dates that have figures, the oldest first.
    pub async fn nights_with_figures(
        &self,
        since: Date,
        until: Date,
    ) -> Result<Vec<JudgedNight>, StoreError> {
        self.client
            .query_raw(include_str!("../queries/judge/nights_with_figures.sql"))
            .param("since", since.to_string())
            .param("until", until.to_string())
            .fetch_all()
            .await
            .map_err(failed("read the nights that have figures"))
    }

    /// What the index is told of the accounts of a night.
    pub async fn profiles(
        &self,
        night: &JudgedNight,
        window_days: u16,
        weights: InteractionWeights,
    ) -> Result<Vec<ProfileRow>, StoreError> {
        self.client
            .query_raw(include_str!("../queries/judge/profiles.sql"))
            .param("night", night.night.date().to_string())
            .param("as_of", moment(night.as_of))
            .param("window_days", window_days)
            .param("reactions_weight", weights.reactions)
            .param("comments_weight", weights.comments)
            .param("shares_weight", weights.shares)
            .fetch_all()
            .await
            .map_err(failed("read the profiles of accounts"))
    }

    /// The accounts of a night in ranges of so many, for `account_days`.
    pub async fn account_ranges(
        &self,
        night: &JudgedNight,
        window_days: u16,
        size: u32,
    ) -> Result<Vec<AccountRange>, StoreError> {
        self.client
            .query_raw(include_str!("../queries/judge/account_ranges.sql"))
            .param("night", night.night.date().to_string())
            .param("window_days", window_days)
            .param("size", size)
            .fetch_all()
            .await
            .map_err(failed("read the accounts of the night"))
    }

    /// The days and weeks of the accounts of a range, one account after the other.
    pub fn account_days(
        &self,
        night: &JudgedNight,
        range: &AccountRange,
        back: LookBack,
    ) -> Result<RowCursor<AccountDaysRow>, StoreError> {
        self.client
            .query_raw(include_str!("../queries/judge/account_days.sql"))
            .param("night", night.night.date().to_string())
            .param("as_of", moment(night.as_of))
            .param("first", range.first.to_string())
            .param("last", range.last.to_string())
            .param("days", back.days)
            .param("weeks", back.weeks)
            .param("window_days", back.window_days)
            .fetch()
            .map_err(failed("read the days of accounts"))
    }

    /// The next account of `account_days`.
    pub async fn next_account(
        cursor: &mut RowCursor<AccountDaysRow>,
    ) -> Result<Option<AccountDaysRow>, StoreError> {
        cursor
            .next()
            .await
            .map_err(failed("read the days of accounts"))
    }

    /// What the two routes of discovery found, by platform and stratum.
    pub async fn discovery_routes(
        &self,
        night: &JudgedNight,
    ) -> Result<Vec<RoutesRow>, StoreError> {
        self.client
            .query_raw(include_str!("../queries/judge/discovery_routes.sql"))
            .param("night", night.night.date().to_string())
            .fetch_all()
            .await
            .map_err(failed("read the routes of discovery"))
    }

    /// Names of the bodies of the present registry, by their keys.
    pub async fn collectivity_names(&self) -> Result<HashMap<String, String>, StoreError> {
        let rows: Vec<NameRow> = self
            .client
            .query_raw(include_str!("../queries/judge/names.sql"))
            .fetch_all()
            .await
            .map_err(failed("read the names of collectivities"))?;
        Ok(rows
            .into_iter()
            .map(|row| (row.collectivity_id, row.name))
            .collect())
    }
}
