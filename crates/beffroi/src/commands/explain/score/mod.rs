//! A score of the index: the account's own figure, recomputed from its observations, and its place among
//! its peers, recomputed from the published scores of the night: figures, and the number and spread of the
//! observations behind each, from which the peers' prior is fitted again as the judge fitted it.
//!
//! The peers' own observations are not read again: that is the roll-up's work of a night.

mod indicator;
mod peers;
mod total;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::Context;
use beffroi_index::index::Indicator;
use beffroi_store::{Store, explain as statements};
use serde::Serialize;
use serde_json::{Map, Value};

use self::{indicator::of_indicator, peers::Peer, total::of_total};
use super::{
    Asked,
    figures::Recomputed,
    inputs::Inputs,
    read::{Published, indicator_of},
    verdict::Verdict,
};

/// What is told of a score.
#[derive(Debug, Serialize)]
pub(super) struct ScoreExplained {
    #[serde(skip)]
    pub(super) recomputed: Recomputed,
    /// The stored columns of the indicator or of the total.
    pub(super) stored: BTreeMap<String, Value>,
    /// The account's own figure behind an indicator, from its observations.
    pub(super) own_figure: Option<OwnFigure>,
    pub(super) peers: Option<String>,
    pub(super) ranked_peers: Option<usize>,
    /// What the peers let expect.
    pub(super) prior: Option<f64>,
    /// The estimate: the own figure, shrunk towards the prior.
    pub(super) estimate: Option<f64>,
    /// What a total is made of.
    pub(super) parts: Vec<Part>,
}

/// A figure of the account and its comparison.
#[derive(Debug, Serialize)]
pub(super) struct OwnFigure {
    pub(super) published: Option<f64>,
    pub(super) recomputed: Recomputed,
    pub(super) verdict: Verdict,
}

/// A part of a total.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) indicator: &'static str,
    pub(super) weight: f64,
    pub(super) percentile: f64,
}

pub(super) async fn explain(
    store: &Store,
    asked: &Asked<'_>,
    published: &Published,
    inputs: &Inputs,
) -> anyhow::Result<ScoreExplained> {
    let scores = published.scores.as_ref().context("scores were read")?;
    let night = published.night.to_string();
    let parameters = [
        ("night", night.as_str()),
        ("version", asked.version.name.as_str()),
        ("platform", published.platform.as_str()),
    ];
    let peers: Vec<Peer> = store
        .json_rows(statements::SCORE_PEERS, &parameters)
        .await?;
    let components = text(scores, "components");
    let explained = match indicator_of(&asked.metric.name) {
        Some(name) => {
            let indicator: Indicator = name.parse().context("an unknown indicator")?;
            of_indicator(
                indicator,
                asked.version,
                published,
                inputs,
                &peers,
                &components,
            )
        }
        None => of_total(
            &asked.metric.name,
            asked.version,
            published,
            &peers,
            &components,
        ),
    };
    Ok(explained)
}

fn text(row: &Map<String, Value>, key: &str) -> String {
    let value = row.get(key).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn number(row: &Map<String, Value>, key: &str) -> Option<f64> {
    row.get(key).and_then(Value::as_f64)
}

/// The stored columns, missing ones left out, without what their names begin with.
fn stored(row: &Map<String, Value>, prefix: &str, names: &[&str]) -> BTreeMap<String, Value> {
    let column = |name: &&str| {
        let value = row.get(&format!("{prefix}{name}"))?;
        let is_told = !value.is_null() && value.as_str() != Some("");
        is_told.then(|| ((*name).to_owned(), value.clone()))
    };
    names.iter().filter_map(column).collect()
}
