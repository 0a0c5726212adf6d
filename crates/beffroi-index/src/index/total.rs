//! The total: what an account's indicators come to by the version's weights.

use std::collections::BTreeMap;

use super::{IndexVersion, Indicator, IndicatorScore, Unscored};
use crate::{
    peers::Peers,
    score::{Belief, Rank},
    stats::{EvenPoints, Interval, mean, quantile_in_place},
};

/// An indicator's part in a total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Which.
    pub indicator: Indicator,
    /// Its weight, renormalised: the weights of the parts add up to 1.
    pub weight: f64,
    /// Its percentile.
    pub percentile: f64,
}

/// The index of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// Weighted mean of the parts' percentiles, 0 to 100.
    pub value: f64,
    /// Its interval at the version's level.
    pub interval: Interval,
    /// Standard deviation of the value.
    pub sd: f64,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Weighted indicators that the account does not have, and why. They count as nothing, not as 0.
    pub missing: Vec<(Indicator, Unscored)>,
    /// Among whom it is ranked.
    pub peers: Peers,
    /// Its rank; `None` where it cannot be ranked.
    pub rank: Option<Rank>,
    /// Probability of being among the ten best of the peers.
    pub top_ten: Option<f64>,
}

/// A total before it is ranked.
pub(crate) struct Sum {
    pub(crate) belief: Belief,
    pub(crate) interval: Interval,
    pub(crate) parts: Vec<Part>,
    pub(crate) missing: Vec<(Indicator, Unscored)>,
}

/// The weighted mean of what is there. Without engagement there is no total, and the reason is that
/// of engagement.
///
/// Its spread is that of the indicators' beliefs, each figure being taken as a percentile among its
/// peers, the indicators independent of each other: over points that fill the unit square evenly, the
/// same for every account.
pub(crate) fn sum(
    indicators: &BTreeMap<Indicator, Result<IndicatorScore, Unscored>>,
    version: &IndexVersion,
    points: &EvenPoints,
) -> Result<Sum, Unscored> {
    let mut present: Vec<(Indicator, f64, &IndicatorScore)> = Vec::new();
    let mut missing = Vec::new();
    for (indicator, result) in indicators {
        let weight = version.indicators.of(*indicator);
        match result {
            _ if weight <= 0.0 => {}
            Ok(score) => present.push((*indicator, weight, score)),
            Err(why) if *indicator == Indicator::Engagement => return Err(*why),
            Err(why) => missing.push((*indicator, *why)),
        }
    }
    let whole: f64 = present.iter().map(|(_, weight, _)| weight).sum();
    let parts: Vec<Part> = present
        .iter()
        .map(|(indicator, weight, score)| Part {
            indicator: *indicator,
            weight: weight / whole,
            percentile: score.score.percentile,
        })
        .collect();
    let value = parts.iter().map(|part| part.weight * part.percentile).sum();
    let mut spread = spread(&present, whole, points);
    let tail = (1.0 - version.level) / 2.0;
    let sd = deviation(&spread);
    let interval = Interval {
        low: quantile_in_place(&mut spread, tail).map_or(value, |low| low.min(value)),
        high: quantile_in_place(&mut spread, 1.0 - tail).map_or(value, |high| high.max(value)),
    };
    Ok(Sum {
        belief: Belief { mean: value, sd },
        interval,
        parts,
        missing,
    })
}

/// The total at each of the points; none where every part is exactly known.
fn spread(
    present: &[(Indicator, f64, &IndicatorScore)],
    whole: f64,
    points: &EvenPoints,
) -> Vec<f64> {
    let is_exact = |score: &IndicatorScore| score.belief.sd == 0.0;
    if present.iter().all(|(_, _, score)| is_exact(score)) {
        return Vec::new();
    }
    let known = present.iter().filter(|(_, _, score)| is_exact(score));
    let fixed: f64 = known
        .map(|(_, weight, score)| weight / whole * score.score.percentile)
        .sum();
    let mut totals = vec![fixed; points.len()];
    let believed = present.iter().filter(|(_, _, score)| !is_exact(score));
    for ((_, weight, score), normals) in believed.zip(points.normals()) {
        for (total, normal) in totals.iter_mut().zip(normals) {
            let figure = score.belief.mean + score.belief.sd * normal;
            let percentile = score.peer_values.percentile(figure);
            *total += weight / whole * percentile.unwrap_or(score.score.percentile);
        }
    }
    totals
}

fn deviation(values: &[f64]) -> f64 {
    let Some(centre) = mean(values) else {
        return 0.0;
    };
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    (squares / values.len() as f64).sqrt()
}
