//! What reports ask, and what analysts ask of the views.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context, ensure};
use beffroi_benches::table::Table;
use beffroi_index::catalogue::Catalogue;
use beffroi_store::{Store, reports};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

/// How often each statement is run.
const REPEATS: usize = 40;

/// Place of the 95th percentile among them, by nearest rank.
const P95: usize = (REPEATS * 19).div_ceil(20) - 1;

/// An account of the last night and its collectivity, for what is asked of one.
#[derive(Debug, Deserialize)]
pub(crate) struct One {
    /// Its id: the handles of a generated world are not what its ids are made of.
    pub(crate) account: String,
    collectivity: String,
}

/// Times each statement on the last night.
pub(crate) async fn time(
    table: &mut Table,
    (accounts, last): (u64, Date),
    store: &Store,
) -> anyhow::Result<One> {
    let night = last.to_string();
    let ago = |days: i64| {
        last.saturating_sub(jiff::Span::new().days(days))
            .to_string()
    };
    let (before, since) = (ago(35), ago(364));
    let ones: Vec<One> = store
        .json_rows(
            "SELECT toString(account_id) AS account, collectivity_id AS collectivity FROM account_score \
             WHERE night = {night:Date} ORDER BY closed_posts DESC, account_id LIMIT 1",
            &[("night", night.as_str())],
        )
        .await?;
    let one = ones.into_iter().next().context("nobody was judged")?;
    let catalogue = Catalogue::shipped();
    let metrics = catalogue.iter().map(|it| (&it.name, &it.unit));
    let metrics = serde_json::to_string(&metrics.collect::<BTreeMap<_, _>>())?;
    let parameters = [
        ("night", night.as_str()),
        ("run_id", night.as_str()),
        ("before", before.as_str()),
        ("since", since.as_str()),
        ("until", night.as_str()),
        ("window", "90"),
        ("index", "v1"),
        ("platform", ""),
        ("category", ""),
        ("stratum", ""),
        ("department", ""),
        ("region", ""),
        ("limit", "50"),
        ("min_coverage", "0.8"),
        ("policy", "{}"),
        ("metrics", metrics.as_str()),
        ("account", one.account.as_str()),
        ("collectivity", one.collectivity.as_str()),
        ("body", ""),
    ];
    let mut empty = Vec::new();
    for (name, sql) in REPORTS.iter().chain(VIEWS) {
        let mut millis = Vec::with_capacity(REPEATS);
        let mut found = 0;
        for _ in 0..REPEATS {
            let begin = Instant::now();
            found = store.rows(sql, &parameters).await?.data.len();
            millis.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        if found == 0 && !MAY_BE_EMPTY.contains(name) {
            empty.push(*name);
        }
        millis.sort_by(f64::total_cmp);
        table.add(json!({
            "accounts": accounts, "statement": name,
            "p50_ms": millis[REPEATS / 2], "p95_ms": millis[P95], "max_ms": millis[REPEATS - 1],
        }));
    }
    ensure!(empty.is_empty(), "nothing was found by {empty:?}");
    Ok(one)
}

/// By the report's name.
const REPORTS: &[(&str, &str)] = &[
    ("presence", reports::PRESENCE),
    ("presence, events", reports::PRESENCE_EVENTS),
    ("presence over time", reports::PRESENCE_OVER_TIME),
    ("engagement", reports::ENGAGEMENT),
    (
        "engagement of collectivities",
        reports::ENGAGEMENT_OF_COLLECTIVITIES,
    ),
    ("presence, published", reports::PUBLISHED),
    ("peers", reports::PEERS),
    ("platforms", reports::PLATFORM_FIGURES),
    ("ranking", reports::RANKING),
    ("ranking of collectivities", reports::RANKING_COLLECTIVITIES),
    ("rankshift", reports::RANKSHIFT),
    ("dialogue", reports::DIALOGUE),
    ("movers", reports::MOVERS),
    ("movers, week", reports::MOVERS_WEEK),
    ("movers, year", reports::MOVERS_YEAR),
    ("dormant", reports::DORMANT),
    ("coverage", reports::COVERAGE),
    ("account", reports::ACCOUNT),
    ("account, figures", reports::ACCOUNT_FIGURES),
    ("collectivity", reports::COLLECTIVITY),
    ("collectivity, weeks", reports::COLLECTIVITY_WEEKS),
    ("collectivity, events", reports::COLLECTIVITY_EVENTS),
    ("collectivity, total", reports::COLLECTIVITY_TOTAL),
    ("run", reports::RUN),
];

/// By the view's name.
const VIEWS: &[(&str, &str)] = &[
    (
        "v_account_figure, a body's",
        "SELECT * FROM v_account_figure WHERE night = {night:Date} AND collectivity_id = {collectivity:String}",
    ),
    (
        "v_account_figure, medians of strata",
        "SELECT platform, category, stratum, count(), median(e), median(posts_per_week) FROM v_account_figure \
         WHERE night = {night:Date} AND window_days = {window:UInt16} GROUP BY ALL",
    ),
    (
        "v_collectivity_figure, medians of strata",
        "SELECT category, stratum, count(), median(interactions_per_inhabitant), median(reply_rate) FROM v_collectivity_figure \
         WHERE night = {night:Date} AND window_days = {window:UInt16} GROUP BY ALL",
    ),
    (
        "v_public_collectivity_figure, the first fifty",
        "SELECT * FROM v_public_collectivity_figure WHERE night = {night:Date} AND window_days = {window:UInt16} \
         ORDER BY interactions_per_inhabitant DESC NULLS LAST LIMIT 50",
    ),
    (
        "v_account_score, the first fifty",
        "SELECT handle, total, rank_from, rank_to FROM v_account_score \
         WHERE night = {night:Date} AND index_version = {index:String} AND platform = 'facebook' \
         ORDER BY total DESC NULLS LAST LIMIT 50",
    ),
    (
        "v_collectivity_score, the first fifty",
        "SELECT * FROM v_collectivity_score WHERE night = {night:Date} AND index_version = {index:String} \
         ORDER BY total DESC NULLS LAST LIMIT 50",
    ),
    (
        "v_presence_night, by stratum",
        "SELECT category, stratum, platform, state, uniqExact(collectivity_id) FROM v_presence_night \
         WHERE night = {night:Date} GROUP BY ALL",
    ),
    (
        "v_presence_event, a year's",
        "SELECT event, platform, count() FROM v_presence_event WHERE night > {since:Date} GROUP BY ALL",
    ),
    (
        "v_alert, by kind",
        "SELECT kind, platform, count() FROM v_alert WHERE night = {night:Date} GROUP BY ALL",
    ),
    (
        "v_account_trend, by platform",
        "SELECT platform, count(), median(week_ratio), median(engagement_ratio) FROM v_account_trend \
         WHERE night = {night:Date} GROUP BY ALL",
    ),
    (
        "v_post_figure, the week's fifty most commented",
        "SELECT * FROM v_post_figure WHERE published_at > {night:Date} - 7 ORDER BY comments DESC NULLS LAST LIMIT 50",
    ),
    (
        "v_post_figure, an account's year",
        "SELECT * FROM v_post_figure WHERE account_id = {account:UUID} AND published_at > {since:Date}",
    ),
    (
        "v_thread_figure, an account's year",
        "SELECT * FROM v_thread_figure WHERE account_id = {account:UUID} AND opened_at > {since:Date}",
    ),
    (
        "v_stratum_coverage, a night's",
        "SELECT * FROM v_stratum_coverage WHERE night = {night:Date}",
    ),
    (
        "v_public_account_figure, a body's",
        "SELECT * FROM v_public_account_figure \
         WHERE night = {night:Date} AND collectivity_id = {collectivity:String}",
    ),
    (
        "v_public_account_figure, medians of strata",
        "SELECT platform, category, stratum, count(), median(e), median(posts_per_week) \
         FROM v_public_account_figure WHERE night = {night:Date} AND window_days = {window:UInt16} GROUP BY ALL",
    ),
    (
        "v_public_account_score, the first fifty",
        "SELECT handle, total, rank_from, rank_to FROM v_public_account_score \
         WHERE night = {night:Date} AND index_version = {index:String} AND platform = 'mastodon' \
         ORDER BY total DESC NULLS LAST LIMIT 50",
    ),
    (
        "v_public_collectivity_score, the first fifty",
        "SELECT * FROM v_public_collectivity_score WHERE night = {night:Date} AND index_version = {index:String} \
         ORDER BY total DESC NULLS LAST LIMIT 50",
    ),
];

/// Worlds may have none of these: nobody leaves, few alerts are made of chance, between nights of which one is a
/// copy of the other nobody moves, and a short world has no year before.
const MAY_BE_EMPTY: [&str; 8] = [
    "dormant",
    "presence, events",
    "collectivity, events",
    "v_presence_event, a year's",
    "v_alert, by kind",
    "movers",
    "movers, week",
    "movers, year",
];
