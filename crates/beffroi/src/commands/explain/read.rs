//! What the store published of an account in a judged night.

use anyhow::{Context, bail};
use beffroi_index::catalogue::Metric;
use beffroi_model::{Category, MissingReason, Platform, RunId};
use beffroi_store::{RunRow, Store, explain};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Asked, account::Named, is_of_the_index, sources::Source};

/// The first row of a statement, where there is one.
pub(super) async fn row<T: DeserializeOwned>(
    store: &Store,
    sql: &str,
    parameters: &[(&str, &str)],
) -> anyhow::Result<Option<T>> {
    Ok(store.json_rows(sql, parameters).await?.into_iter().next())
}

/// The night that is meant: the latest judged one, or the one asked for.
pub(super) async fn judged_night(store: &Store, asked: Option<Date>) -> anyhow::Result<Date> {
    #[derive(Deserialize)]
    struct Night {
        night: Date,
    }
    let nights: Vec<Night> = store.json_rows(explain::JUDGED_NIGHTS, &[]).await?;
    let latest = nights.first().map(|it| it.night);
    match (asked, latest) {
        (_, None) => bail!("no night has been judged yet; `beffroi rollup` does it"),
        (None, Some(latest)) => Ok(latest),
        (Some(asked), _) if nights.iter().any(|it| it.night == asked) => Ok(asked),
        (Some(asked), _) => {
            let known: Vec<String> = nights
                .iter()
                .take(5)
                .map(|it| it.night.to_string())
                .collect();
            bail!(
                "the night {asked} has not been judged, or is no longer kept; the latest are: {}. \
                 `beffroi rollup --night {asked}` judges it if its run is complete",
                known.join(", ")
            )
        }
    }
}

/// The published row of an account, and with the index its scores.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) night: Date,
    pub(super) run_id: String,
    pub(super) as_of: Timestamp,
    pub(super) account_id: String,
    pub(super) platform: Platform,
    pub(super) collectivity_id: String,
    pub(super) category: Option<Category>,
    pub(super) category_word: String,
    pub(super) stratum: String,
    pub(super) population: Option<u32>,
    /// The figure in question.
    pub(super) value: Option<f64>,
    /// Why it is missing, as stored.
    why: Option<String>,
    pub(super) figures: Map<String, Value>,
    pub(super) scores: Option<Map<String, Value>>,
}

/// The name of an indicator's columns, without their ending.
pub(super) fn indicator_of(metric: &str) -> Option<&str> {
    metric.strip_prefix("indicator_")
}

/// The column of `account_score` that holds a metric of the index.
fn score_column(metric: &str) -> String {
    match (indicator_of(metric), metric) {
        (Some(indicator), _) => format!("{indicator}_score"),
        (None, "index_total") => "total".to_owned(),
        (None, "top_ten_probability") => "top_ten".to_owned(),
        (None, other) => other.to_owned(),
    }
}

pub(super) async fn published(
    store: &Store,
    named: &Named,
    night: Date,
    asked: &Asked<'_>,
) -> anyhow::Result<Published> {
    let (night_text, window) = (night.to_string(), asked.window.to_string());
    let parameters = [
        ("night", night_text.as_str()),
        ("window", window.as_str()),
        ("account", named.account_id.as_str()),
    ];
    let figures: Map<String, Value> = row(store, explain::FIGURE, &parameters)
        .await?
        .with_context(|| format!("the night {night} has no figures over {window} days"))?;
    let scores = if is_of_the_index(asked.metric) {
        let parameters = [
            ("night", night_text.as_str()),
            ("version", asked.version.name.as_str()),
            ("account", named.account_id.as_str()),
        ];
        let scores: Option<Map<String, Value>> = row(store, explain::SCORE, &parameters).await?;
        Some(scores.with_context(|| {
            format!(
                "the night {night} has not been scored by the index {}; `beffroi rollup --night \
                 {night}` does it",
                asked.version.name
            )
        })?)
    } else {
        None
    };
    let text = |key: &str| figures.get(key).and_then(Value::as_str).unwrap_or_default();
    let run_id = text("run_id").to_owned();
    let run = run(store, &run_id).await?;
    let (holder, column) = match &scores {
        Some(scores) => (scores, score_column(&asked.metric.name)),
        None => (&figures, asked.metric.name.clone()),
    };
    let value = holder
        .get(&column)
        .with_context(|| format!("the store has no column for `{}`", asked.metric.name))?;
    let why = match indicator_of(&asked.metric.name) {
        Some(indicator) => format!("{indicator}_why"),
        None => "why".to_owned(),
    };
    Ok(Published {
        night,
        as_of: run.as_of.timestamp(),
        account_id: named.account_id.clone(),
        platform: text("platform").parse().context("an unknown platform")?,
        collectivity_id: text("collectivity_id").to_owned(),
        category: text("category").parse().ok(),
        category_word: text("category").to_owned(),
        stratum: text("stratum").to_owned(),
        population: figures
            .get("population")
            .and_then(Value::as_u64)
            .and_then(|it| u32::try_from(it).ok()),
        value: value.as_f64(),
        why: stored_reason(holder, &why, &asked.metric.name),
        run_id,
        figures,
        scores,
    })
}

/// The reason of the scores stands in a column, that of the figures in their map.
fn stored_reason(holder: &Map<String, Value>, column: &str, metric: &str) -> Option<String> {
    let reasons = holder.get("unavailable").and_then(|all| all.get(metric));
    let reason = holder.get(column).or(reasons)?.as_str()?;
    (!reason.is_empty()).then(|| reason.to_owned())
}

async fn run(store: &Store, run_id: &str) -> anyhow::Result<RunRow> {
    let id: RunId = run_id.parse().context("a run with an impossible name")?;
    let run = store.run(&id).await?;
    run.with_context(|| format!("the run {run_id} is not in the store any more"))
}

impl Published {
    /// Its handle, as the night's plan had it.
    pub(super) fn handle(&self) -> Option<String> {
        let handle = self.figures.get("handle")?.as_str()?;
        (!handle.is_empty()).then(|| handle.to_owned())
    }

    /// Why the figure is missing: the stored reason, and how the night's job ended.
    pub(super) fn reason(&self, sources: &[Source]) -> String {
        let of_run = sources.iter().find(|source| source.run_id == self.run_id);
        let stored = self.why.as_deref().unwrap_or("no reason is stored");
        match of_run.and_then(Source::outcome) {
            Some(outcome) => format!("{stored} (the night's job ended as {outcome})"),
            None => format!("{stored} (the night's job has not ended)"),
        }
    }

    /// Why the figure is withheld though its inputs may be there.
    pub(super) fn withheld(&self) -> Option<String> {
        let expired = MissingReason::RetentionExpired.to_string();
        (self.value.is_none() && self.why.as_ref() == Some(&expired)).then(|| {
            "the platform's terms do not let its inputs be kept for as long as the window"
                .to_owned()
        })
    }

    /// Figures of the same row that say what the figure rests on.
    pub(super) fn context(&self, metric: &Metric) -> Vec<(String, String)> {
        let mut names = vec!["components", "closed_posts", "young_posts"];
        if is_of_the_index(metric) || metric.name.contains("post") {
            names.push("posts_assumed_followers");
        }
        names.extend(["closed_threads", "last_post_at", "implausible"]);
        names
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), shown(self.figures.get(name)?)?)))
            .collect()
    }
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(list) => (!list.is_empty()).then(|| value.to_string()),
        other => Some(other.to_string()),
    }
}

/// How much of the stratum was measured.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Coverage {
    pub(super) planned: u32,
    pub(super) ended_with_figures: u32,
    pub(super) share: f64,
    pub(super) is_covered: u8,
}

pub(super) async fn coverage(
    store: &Store,
    night: Date,
    published: &Published,
) -> anyhow::Result<Option<Coverage>> {
    let night = night.to_string();
    let parameters = [
        ("night", night.as_str()),
        ("platform", published.platform.as_str()),
        ("category", published.category_word.as_str()),
        ("stratum", published.stratum.as_str()),
    ];
    row(store, explain::COVERAGE, &parameters).await
}

/// Who says whose account it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Belonging {
    pub(super) source: String,
    pub(super) seen_in: String,
    pub(super) verdict: String,
    pub(super) confidence: f32,
    pub(super) rules_version: u32,
    pub(super) url: String,
    pub(super) evidence_pages: Vec<String>,
}

pub(super) async fn belonging(
    store: &Store,
    published: &Published,
) -> anyhow::Result<Vec<Belonging>> {
    let parameters = [
        ("collectivity", published.collectivity_id.as_str()),
        ("platform", published.platform.as_str()),
        ("account", published.account_id.as_str()),
    ];
    Ok(store.json_rows(explain::BELONGING, &parameters).await?)
}

#[cfg(test)]
impl Published {
    /// An account of a commune with these scores.
    pub(super) fn for_testing(
        account_id: &str,
        population: u32,
        scores: Map<String, Value>,
    ) -> Self {
        Self {
            night: Date::constant(2026, 11, 26),
            run_id: "2026-11-26".to_owned(),
            as_of: Timestamp::UNIX_EPOCH,
            account_id: account_id.to_owned(),
            platform: Platform::Mastodon,
            collectivity_id: String::new(),
            category: Some(Category::Commune),
            category_word: "commune".to_owned(),
            stratum: String::new(),
            population: Some(population),
            value: None,
            why: None,
            figures: Map::new(),
            scores: Some(scores),
        }
    }
}
