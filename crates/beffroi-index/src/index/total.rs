//! The total: what an account's indicators come to by the version's weights.

use std::collections::BTreeMap;

use super::{IndexVersion, Indicator, IndicatorScore, Unscored};
use crate::{
    peers::Peers,
    score::{Belief, Rank},
    stats::{Draws, Interval, mean, percentile_within, quantile},
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
/// Its spread comes from draws: each indicator's figure from its belief, as a percentile among its
/// peers, indicators being independent of each other.
pub(crate) fn sum(
    key: &str,
    indicators: &BTreeMap<Indicator, Result<IndicatorScore, Unscored>>,
    version: &IndexVersion,
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
    let drawn = draws(key, &present, whole, version);
    let tail = (1.0 - version.level) / 2.0;
    let interval = Interval {
        low: quantile(&drawn, tail).map_or(value, |low| low.min(value)),
        high: quantile(&drawn, 1.0 - tail).map_or(value, |high| high.max(value)),
    };
    Ok(Sum {
        belief: Belief {
            mean: value,
            sd: deviation(&drawn),
        },
        interval,
        parts,
        missing,
    })
}

fn draws(
    key: &str,
    present: &[(Indicator, f64, &IndicatorScore)],
    whole: f64,
    version: &IndexVersion,
) -> Vec<f64> {
    if present.iter().all(|(_, _, score)| score.belief.sd == 0.0) {
        return Vec::new();
    }
    let mut drawn = vec![0.0; version.draws];
    for (indicator, weight, score) in present {
        let mut stream = Draws::new(version.seed, indicator.into(), key);
        for total in &mut drawn {
            let figure = score.belief.mean + score.belief.sd * stream.normal();
            let percentile = percentile_within(&score.peer_values, figure);
            *total += weight / whole * percentile.unwrap_or(score.score.percentile);
        }
    }
    drawn
}

fn deviation(drawn: &[f64]) -> f64 {
    let Some(centre) = mean(drawn) else {
        return 0.0;
    };
    let squares: Vec<f64> = drawn.iter().map(|value| (value - centre).powi(2)).collect();
    mean(&squares).unwrap_or(0.0).sqrt()
}
