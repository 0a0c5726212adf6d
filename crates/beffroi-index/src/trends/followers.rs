//! Follower counts that jump while nobody interacts more.

use super::{Alert, AlertKind, Day, alert::fr};
use crate::stats::{mad_sd, mean, median};

/// A jump is at least this many followers …
const MIN_FOLLOWERS: f64 = 50.0;
/// … and this share of those before.
const MIN_SHARE: f64 = 0.05;
/// A jump lies this many robust standard deviations from the account's usual days.
const MIN_DEVIATION: f64 = 8.0;
/// Smallest standard deviation of a day's growth that is believed: a quiet account gains nobody for
/// weeks, and its first ten followers are no jump.
const MIN_SPREAD: f64 = 0.001;
/// Days before and after over which interactions are compared.
const AROUND: usize = 14;
/// Interactions that rose by this factor explain a jump: a post went round. Below, chance alone reaches
/// it too often: a fortnight of posts says little of a mean.
const EXPLAINED_BY: f64 = 2.0;

/// Jumps of the follower count. Days are in time, one each. Upwards only where interactions are known
/// on both sides and did not rise with it; downwards always. A platform that rounds its counts is to
/// be left out, or each step of the rounding is a jump.
pub fn follower_jumps(days: &[Day]) -> Vec<Alert> {
    let seen: Vec<(usize, f64)> = days
        .iter()
        .enumerate()
        .filter_map(|(index, day)| Some((index, day.followers? as f64)))
        .filter(|(_, followers)| *followers > 0.0)
        .collect();
    let growth: Vec<f64> = seen
        .windows(2)
        .map(|pair| (pair[1].1 / pair[0].1).ln() / (pair[1].0 - pair[0].0) as f64)
        .collect();
    let (Some(usual), Some(spread)) = (median(&growth), mad_sd(&growth)) else {
        return Vec::new();
    };
    let spread = spread.max(MIN_SPREAD);
    let mut alerts = Vec::new();
    for (pair, growth) in seen.windows(2).zip(&growth) {
        let (index, after) = pair[1];
        let before = pair[0].1;
        let deviation = (growth - usual) / spread;
        let change = after - before;
        if deviation.abs() < MIN_DEVIATION || change.abs() < MIN_FOLLOWERS.max(MIN_SHARE * before) {
            continue;
        }
        let interactions = interactions_ratio(days, index);
        let kind = match interactions {
            Some(ratio) if change > 0.0 && ratio < EXPLAINED_BY => AlertKind::FollowerJumpUp,
            _ if change > 0.0 => continue,
            _ => AlertKind::FollowerJumpDown,
        };
        let (told_fr, told_en) = interactions.map_or_else(Default::default, |ratio| {
            (
                format!(
                    ", et les interactions par jour ont été multipliées par {}",
                    fr(ratio, 2)
                ),
                format!(", and interactions a day changed by a factor of {ratio:.2}"),
            )
        });
        let mut figures = vec![
            ("followers_before", before),
            ("followers_after", after),
            ("deviation", deviation),
        ];
        figures.extend(interactions.map(|ratio| ("interactions_ratio", ratio)));
        alerts.push(Alert {
            kind,
            on: days[index].date,
            figures,
            says_fr: format!(
                "abonnés passés de {before:.0} à {after:.0}, à {deviation:.0} écarts types robustes \
                 des jours habituels de ce compte{told_fr}"
            ),
            says_en: format!(
                "followers went from {before:.0} to {after:.0}, {deviation:.0} robust standard \
                 deviations from this account's usual days{told_en}"
            ),
        });
    }
    alerts
}

/// Interactions a day from the day on, over those before, one added to both. `None` where fewer than
/// half of the days on a side are known.
fn interactions_ratio(days: &[Day], index: usize) -> Option<f64> {
    let daily = |days: &[Day]| {
        let known: Vec<f64> = days
            .iter()
            .filter_map(|day| {
                // A day without posts has no interactions, and that is known.
                let counted = if day.posts == 0 {
                    Some(0)
                } else {
                    day.interactions()
                };
                counted.map(|count| count as f64)
            })
            .collect();
        (known.len() * 2 >= AROUND).then(|| mean(&known)).flatten()
    };
    let before = daily(&days[index.saturating_sub(AROUND)..index])?;
    let after = daily(&days[index..(index + AROUND).min(days.len())])?;
    Some((after + 1.0) / (before + 1.0))
}
