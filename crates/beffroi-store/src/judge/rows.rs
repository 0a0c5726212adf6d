//! Rows of a night's judgement, field by field in the order of the tables and of the queries.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Day;

/// What the index is told of an account: a row of `queries/judge/profiles.sql`, which explains it.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the query explains them, once")]
pub struct ProfileRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub handle: String,
    pub collectivity_id: String,
    pub category: String,
    pub stratum: String,
    pub population: Option<u32>,
    pub department_code: String,
    pub region_code: String,
    pub components: String,
    pub followers: Option<u64>,
    pub coverage: Option<f64>,
    pub posts_per_week: Option<f64>,
    pub interactions: Option<f64>,
    pub posts: u32,
    pub posts_set_apart: u32,
    pub engagement_days: u32,
    pub engagement_mean: f64,
    pub engagement_squares: f64,
    pub threads_known: u8,
    pub closed_threads: u32,
    pub promptness_mean: f64,
    pub promptness_squares: f64,
    pub followers_why: String,
    pub coverage_why: String,
    pub posts_why: String,
    pub engagement_why: String,
    pub threads_why: String,
    pub is_covered: u8,
}

/// A range of ids of accounts, in the order of the store.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct AccountRange {
    /// The first of it.
    #[serde(with = "clickhouse::serde::uuid")]
    pub first: Uuid,
    /// The last of it.
    #[serde(with = "clickhouse::serde::uuid")]
    pub last: Uuid,
}

/// A post: the day of its publication, 1 where its counters may still rise, reactions, comments, shares.
pub type DayPost = (Day, u8, Option<u64>, Option<u64>, Option<u64>);

/// What alerts are looked for in, of an account: a row of `queries/judge/account_days.sql`, which explains it.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the query explains them, once")]
pub struct AccountDaysRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub stratum: String,
    pub collectivity_id: String,
    pub components: String,
    pub posts_known: u8,
    pub followers: Vec<(Day, u64)>,
    pub followers_year_before: Option<u64>,
    pub posts: Vec<DayPost>,
    pub threads: Vec<(Day, u32, u32)>,
}

/// What the two routes of discovery found in a stratum: `queries/judge/discovery_routes.sql`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the query explains them, once")]
pub struct RoutesRow {
    pub platform: String,
    pub stratum: String,
    pub directory_only: u32,
    pub website_only: u32,
    pub both: u32,
}

/// A body and its name.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub(super) struct NameRow {
    pub(super) collectivity_id: String,
    pub(super) name: String,
}

/// `account_trend`.
#[derive(Debug, Clone, PartialEq, Default, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct AccountTrendRow {
    pub night: Day,
    pub run_id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub week: Day,
    pub week_interactions: Option<f64>,
    pub week_before: Option<f64>,
    pub week_year_before: Option<f64>,
    pub week_ratio: Option<f64>,
    pub week_peers_ratio: Option<f64>,
    pub week_deviation: Option<f64>,
    pub week_seasons: Vec<String>,
    pub week_before_seasons: Vec<String>,
    pub year_from: Day,
    pub year_seasons: Vec<String>,
    pub year_before_seasons: Vec<String>,
    pub engagement: Option<f64>,
    pub engagement_before: Option<f64>,
    pub engagement_ratio: Option<f64>,
    pub engagement_peers_ratio: Option<f64>,
    pub engagement_deviation: Option<f64>,
    pub engagement_peers: String,
    pub engagement_why: String,
    pub activity: Option<f64>,
    pub activity_before: Option<f64>,
    pub activity_ratio: Option<f64>,
    pub activity_peers_ratio: Option<f64>,
    pub activity_deviation: Option<f64>,
    pub activity_peers: String,
    pub activity_why: String,
    pub followers_ratio: Option<f64>,
    pub followers_peers_ratio: Option<f64>,
    pub followers_deviation: Option<f64>,
    pub followers_peers: String,
    pub followers_why: String,
}

/// `account_score`.
#[derive(Debug, Clone, PartialEq, Default, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct AccountScoreRow {
    pub night: Day,
    pub run_id: String,
    pub index_version: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub handle: String,
    pub collectivity_id: String,
    pub category: String,
    pub stratum: String,
    pub population: Option<u32>,
    pub department_code: String,
    pub region_code: String,
    pub components: String,
    pub closed_posts: u32,
    pub followers: Option<u64>,
    pub audience_figure: Option<f64>,
    pub audience_score: Option<f64>,
    pub audience_low: Option<f64>,
    pub audience_high: Option<f64>,
    pub audience_own_weight: Option<f64>,
    pub audience_rank_from: Option<u32>,
    pub audience_rank_to: Option<u32>,
    pub audience_of: Option<u32>,
    pub audience_peers: String,
    pub audience_widened: u8,
    pub audience_why: String,
    pub activity_figure: Option<f64>,
    pub activity_score: Option<f64>,
    pub activity_low: Option<f64>,
    pub activity_high: Option<f64>,
    pub activity_own_weight: Option<f64>,
    pub activity_rank_from: Option<u32>,
    pub activity_rank_to: Option<u32>,
    pub activity_of: Option<u32>,
    pub activity_peers: String,
    pub activity_widened: u8,
    pub activity_why: String,
    pub engagement_figure: Option<f64>,
    pub engagement_score: Option<f64>,
    pub engagement_low: Option<f64>,
    pub engagement_high: Option<f64>,
    pub engagement_own_weight: Option<f64>,
    pub engagement_rank_from: Option<u32>,
    pub engagement_rank_to: Option<u32>,
    pub engagement_of: Option<u32>,
    pub engagement_peers: String,
    pub engagement_widened: u8,
    pub engagement_why: String,
    pub dialogue_figure: Option<f64>,
    pub dialogue_score: Option<f64>,
    pub dialogue_low: Option<f64>,
    pub dialogue_high: Option<f64>,
    pub dialogue_own_weight: Option<f64>,
    pub dialogue_rank_from: Option<u32>,
    pub dialogue_rank_to: Option<u32>,
    pub dialogue_of: Option<u32>,
    pub dialogue_peers: String,
    pub dialogue_widened: u8,
    pub dialogue_why: String,
    pub total: Option<f64>,
    pub total_low: Option<f64>,
    pub total_high: Option<f64>,
    pub total_sd: Option<f64>,
    pub rank_from: Option<u32>,
    pub rank_to: Option<u32>,
    pub ranked_of: Option<u32>,
    pub peers: String,
    pub widened: u8,
    pub top_ten: Option<f64>,
    pub fans_rank: Option<f64>,
    pub index_rank: Option<f64>,
    pub rank_shift: Option<f64>,
    pub parts: Vec<(String, f64)>,
    pub why: String,
    pub is_covered: u8,
    pub engagement_count: Option<u32>,
    pub engagement_squares: Option<f64>,
    pub dialogue_count: Option<u32>,
    pub dialogue_squares: Option<f64>,
}

/// `collectivity_score`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct CollectivityScoreRow {
    pub night: Day,
    pub run_id: String,
    pub index_version: String,
    pub collectivity_id: String,
    pub name: String,
    pub category: String,
    pub stratum: String,
    pub population: Option<u32>,
    pub department_code: String,
    pub region_code: String,
    pub total: Option<f64>,
    pub total_sd: Option<f64>,
    pub accounts: u16,
    pub networks: u16,
    pub not_combined: Vec<String>,
    pub effective_networks: Option<f64>,
    pub dispersion_evenness: Option<f64>,
    pub is_covered: u8,
    pub total_platforms: Vec<String>,
    pub dispersion_platforms: Vec<String>,
    pub rank_from: Option<u32>,
    pub rank_to: Option<u32>,
    pub ranked_of: Option<u32>,
    pub peers: String,
    pub widened: u8,
    pub top_ten: Option<f64>,
    pub why: String,
}

/// `alert`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct AlertRow {
    pub night: Day,
    pub run_id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub collectivity_id: String,
    pub kind: String,
    pub day: Day,
    pub says_fr: String,
    pub says_en: String,
    pub figures: Vec<(String, f64)>,
}

/// `discovery_recall`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct DiscoveryRecallRow {
    pub night: Day,
    pub run_id: String,
    pub platform: String,
    pub stratum: String,
    pub directory_only: u32,
    pub website_only: u32,
    pub both: u32,
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
    pub recall: f64,
    pub recall_low: f64,
    pub recall_high: f64,
}
