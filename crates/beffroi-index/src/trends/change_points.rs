//! Where a series changed its level, by ranks alone: Pettitt's test (Applied Statistics 28, 1979),
//! applied again to both sides of each change found (binary segmentation, Vostrikova 1981). Ranks make
//! it deaf to single outliers and to any rising change of scale.
//!
//! The approximate p-value supposes independent values: give it weekly values rather than daily
//! ones, and differences or ratios to the year before where a season is strong.

use crate::stats::{median, mid_ranks};

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Index of the first value of the new level.
    pub at: usize,
    /// Median of the segment before, back to the change before it.
    pub before: f64,
    /// Median of the segment after.
    pub after: f64,
    /// Approximate p-value within the segment in which it was found.
    pub p_value: f64,
}

/// Pettitt's statistic: the first index of the second part, `K`, and the approximate two-sided
/// p-value `2 exp(-6 K^2 / (n^3 + n^2))`, at most 1 and good below 0.5. `None` for fewer than two
/// values.
pub fn pettitt(values: &[f64]) -> Option<(usize, f64, f64)> {
    let n = values.len() as f64;
    let ranks = mid_ranks(values);
    let mut sum = 0.0;
    let mut best: Option<(usize, f64)> = None;
    for (index, rank) in ranks
        .iter()
        .enumerate()
        .take(values.len().saturating_sub(1))
    {
        sum += rank;
        let count = index as f64 + 1.0;
        let statistic = (2.0 * sum - count * (n + 1.0)).abs();
        if best.is_none_or(|(_, largest)| statistic > largest) {
            best = Some((index + 1, statistic));
        }
    }
    let (at, statistic) = best?;
    let p_value = 2.0 * (-6.0 * statistic * statistic / (n.powi(3) + n.powi(2))).exp();
    Some((at, statistic, p_value.min(1.0)))
}

/// The changes of level of a series, in time. A segment needs `2 * shortest` values to be looked at,
/// and a change needs a p-value below `alpha` divided by the number of segments looked at so far
/// (Bonferroni), and `shortest` values on each side.
pub fn change_points(values: &[f64], alpha: f64, shortest: usize) -> Vec<ChangePoint> {
    let shortest = shortest.max(2);
    let mut found: Vec<(usize, f64)> = Vec::new();
    let mut segments = std::collections::VecDeque::from([(0, values.len())]);
    let mut looked_at = 0.0;
    while let Some((start, end)) = segments.pop_front() {
        if end - start < 2 * shortest {
            continue;
        }
        looked_at += 1.0;
        let Some((at, _, p_value)) = pettitt(&values[start..end]) else {
            continue;
        };
        let is_inside = at >= shortest && end - start - at >= shortest;
        if p_value < alpha / looked_at && is_inside {
            found.push((start + at, p_value));
            segments.push_back((start, start + at));
            segments.push_back((start + at, end));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    let ends: Vec<usize> = found
        .iter()
        .map(|(at, _)| *at)
        .chain([values.len()])
        .collect();
    let mut start = 0;
    let mut changes = Vec::with_capacity(found.len());
    for (index, (at, p_value)) in found.iter().enumerate() {
        let before = median(&values[start..*at]);
        let after = median(&values[*at..ends[index + 1]]);
        if let (Some(before), Some(after)) = (before, after) {
            changes.push(ChangePoint {
                at: *at,
                before,
                after,
                p_value: *p_value,
            });
        }
        start = *at;
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pettitts_statistic_is_that_of_r() {
        // The example of a question on R's `pettitt.test` (Cross Validated 362395): U* = 17 over 14
        // values, p = 1.109, which is no probability.
        let values = [
            -0.2, -0.2, -1.8, -0.3, 1.5, -0.2, -0.2, 1.2, -1.0, 1.2, -1.0, -0.5, 1.1, -1.2,
        ];
        let (_, statistic, p_value) = pettitt(&values).unwrap();
        assert_eq!(statistic, 17.0);
        let formula = 2.0 * (-6.0_f64 * 289.0 / (2744.0 + 196.0)).exp();
        assert!((formula - 1.109).abs() < 5e-4);
        assert_eq!(p_value, 1.0);
    }

    #[test]
    fn a_clean_step_has_the_largest_statistic() {
        // Five low and five high: U at 5 is 2 * 15 - 5 * 11 = -25.
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 16.0, 17.0, 18.0, 19.0, 20.0];
        let (at, statistic, p_value) = pettitt(&values).unwrap();
        assert_eq!((at, statistic), (5, 25.0));
        assert!((p_value - 2.0 * (-3750.0_f64 / 1100.0).exp()).abs() < 1e-12);
    }

    #[test]
    fn two_steps_are_found_and_an_outlier_is_none() {
        let level = |base: f64| (0..20).map(move |n| base + f64::from(n * 7 % 5));
        let mut values: Vec<f64> = level(10.0).chain(level(30.0)).chain(level(5.0)).collect();
        values[7] = 9_000.0;
        let changes = change_points(&values, 0.01, 4);
        let at: Vec<usize> = changes.iter().map(|change| change.at).collect();
        assert_eq!(at, [20, 40]);
        assert_eq!((changes[0].before, changes[0].after), (12.0, 32.0));
        assert_eq!(changes[1].after, 7.0);
        let flat: Vec<f64> = level(10.0).chain([9_000.0]).chain(level(10.0)).collect();
        assert!(change_points(&flat, 0.01, 4).is_empty());
        assert!(change_points(&[], 0.01, 4).is_empty());
    }
}
