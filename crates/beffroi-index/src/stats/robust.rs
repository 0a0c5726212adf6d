//! Means and spreads, plain and robust. Of no values there is no mean: `None`, never 0.

/// The values in rising order.
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// The quantile of a share `p` in 0..=1, by linear interpolation between order statistics: type 7
/// of Hyndman & Fan, "Sample quantiles in statistical packages", The American Statistician 50(4),
/// 1996; the default of R and of NumPy.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let sorted = sorted(values.iter().copied());
    let last = sorted.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let part = place - below as f64;
    Some(sorted[below] + part * (sorted[above] - sorted[below]))
}

/// The same quantile, found without sorting all: the values are put into another order.
pub fn quantile_in_place(values: &mut [f64], p: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let part = place - below as f64;
    let (_, at, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(*at);
    Some(*at + part * (next - *at))
}

/// The median.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The mean of what is left when `floor(n * share)` values are dropped at each end.
pub fn trimmed_mean(values: &[f64], share: f64) -> Option<f64> {
    let sorted = sorted(values.iter().copied());
    let dropped = (sorted.len() as f64 * share.clamp(0.0, 0.5)).floor() as usize;
    if dropped * 2 >= sorted.len() {
        return median(&sorted);
    }
    mean(&sorted[dropped..sorted.len() - dropped])
}

/// The mean of the middle half.
pub fn interquartile_mean(values: &[f64]) -> Option<f64> {
    trimmed_mean(values, 0.25)
}

/// The median absolute deviation from the median, times 1.4826: for normal values an estimate of
/// their standard deviation that up to half of them cannot carry away (Hampel 1974).
pub fn mad_sd(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    Some(1.4826 * median(&distances)?)
}

/// A standard deviation of few values moderated by what is known beforehand: the root of the mean of the
/// two squares, each weighing as many values (Smyth, "Linear models and empirical Bayes methods for
/// assessing differential expression", Statistical Applications in Genetics and Molecular Biology 3(1),
/// 2004; from memory).
pub fn moderated_sd(own: f64, values: f64, prior: f64, prior_values: f64) -> f64 {
    let squares = values * own * own + prior_values * prior * prior;
    (squares / (values + prior_values)).sqrt()
}

/// Where the values of many posts stand: the mean, and beside it what one viral post cannot move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// How many values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their median.
    pub median: f64,
    /// Their mean without a fifth at each end (the share that Wilcox recommends): of five posts the
    /// best and the worst are left out.
    pub trimmed_mean: f64,
}

impl Spread {
    /// Share of the values that the trimmed mean drops at each end.
    pub const TRIMMED: f64 = 0.2;

    /// The spread of some values, whatever their order; `None` where there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let values = sorted(values.iter().copied());
        Some(Self {
            count: values.len(),
            mean: mean(&values)?,
            median: median(&values)?,
            trimmed_mean: trimmed_mean(&values, Self::TRIMMED)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R: quantile(c(1, 2, 3, 4, 10), c(.25, .5, .9)) = 2, 3, 7.6
        let values = [10.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(quantile(&values, 0.25), Some(2.0));
        assert_eq!(median(&values), Some(3.0));
        assert!((quantile(&values, 0.9).unwrap() - 7.6).abs() < 1e-12);
        for p in [0.0, 0.25, 0.3, 0.5, 0.9, 1.0] {
            let mut shuffled = values;
            assert_eq!(quantile_in_place(&mut shuffled, p), quantile(&values, p));
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile_in_place(&mut [], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
    }

    #[test]
    fn trimming_drops_whole_values_at_both_ends() {
        let values = [1.0, 2.0, 3.0, 4.0, 1000.0];
        assert_eq!(trimmed_mean(&values, 0.2), Some(3.0));
        assert_eq!(mean(&values), Some(202.0));
        assert_eq!(interquartile_mean(&[1.0, 2.0, 4.0, 90.0]), Some(3.0));
        assert_eq!(trimmed_mean(&[1.0, 5.0], 0.5), Some(3.0));
        assert_eq!(trimmed_mean(&[], 0.2), None);
    }

    #[test]
    fn a_moderated_deviation_lies_between_the_prior_and_its_own() {
        assert_eq!(moderated_sd(3.0, 0.0, 1.0, 8.0), 1.0);
        assert_eq!(moderated_sd(3.0, 8.0, 1.0, 8.0), 5.0_f64.sqrt());
        assert!((moderated_sd(3.0, 1e9, 1.0, 8.0) - 3.0).abs() < 1e-6);
    }

    #[test]
    fn the_median_deviation_does_not_follow_an_outlier() {
        // Deviations from the median 3: 2, 1, 0, 1, 997; their median is 1.
        assert_eq!(mad_sd(&[1.0, 2.0, 3.0, 4.0, 1000.0]), Some(1.4826));
    }
}
