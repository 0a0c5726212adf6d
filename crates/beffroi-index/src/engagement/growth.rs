//! Followers over time and against inhabitants.

use beffroi_model::{Figure, MissingReason};

use super::per;

/// Weekly compound growth between two counts: `(F1 / F0)^(1 / weeks) - 1` (Fanpage Karma). 0.02 is
/// two percent a week. Missing when a count is, when F0 is 0 or when no time passed.
pub fn weekly_growth(first: Figure<u64>, last: Figure<u64>, days: f64) -> Figure<f64> {
    let last = match last {
        Figure::Known(count) => Figure::Known(count as f64),
        Figure::Missing(reason) => Figure::Missing(reason),
    };
    match per(last, first, 1.0) {
        Figure::Known(ratio) if days > 0.0 => Figure::Known(ratio.powf(7.0 / days) - 1.0),
        Figure::Known(_) => Figure::Missing(MissingReason::NoData),
        missing => missing,
    }
}

/// Coverage: followers per thousand inhabitants.
pub fn coverage(followers: Figure<u64>, inhabitants: Option<u32>) -> Figure<f64> {
    let followers = match followers {
        Figure::Known(count) => Figure::Known(count as f64),
        Figure::Missing(reason) => Figure::Missing(reason),
    };
    let inhabitants = Figure::from_option(inhabitants.map(u64::from), MissingReason::NoData);
    per(followers, inhabitants, 1000.0)
}

/// Mean followers over a window as Quintly and CrowdTangle take them: the mean of its two ends.
pub fn mean_followers(first: Figure<u64>, last: Figure<u64>) -> Figure<f64> {
    match (first, last) {
        (Figure::Known(first), Figure::Known(last)) => {
            Figure::Known((first as f64 + last as f64) / 2.0)
        }
        (Figure::Missing(reason), _) | (_, Figure::Missing(reason)) => Figure::Missing(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_compounded_by_the_week() {
        // 1,000 to 1,100 in four weeks: the fourth root of 1.1, less one.
        let growth = weekly_growth(Figure::Known(1000), Figure::Known(1100), 28.0);
        assert!((growth.known().unwrap() - 0.024_113_689_084_445).abs() < 1e-12);
        let halved = weekly_growth(Figure::Known(100), Figure::Known(25), 14.0);
        assert_eq!(halved, Figure::Known(-0.5));
    }

    #[test]
    fn growth_from_nothing_is_not_infinite() {
        let none = Figure::Missing(MissingReason::NoData);
        assert_eq!(weekly_growth(Figure::Known(0), Figure::Known(9), 7.0), none);
        assert_eq!(weekly_growth(Figure::Known(9), Figure::Known(9), 0.0), none);
        let hidden = Figure::Missing(MissingReason::HiddenByOwner);
        assert_eq!(
            weekly_growth(hidden, Figure::Known(9), 7.0),
            Figure::Missing(MissingReason::HiddenByOwner)
        );
    }

    #[test]
    fn coverage_is_per_thousand_inhabitants() {
        assert_eq!(
            coverage(Figure::Known(44), Some(3000)).known(),
            Some(44.0 / 3.0)
        );
        assert_eq!(
            coverage(Figure::Known(44), None),
            Figure::Missing(MissingReason::NoData)
        );
        assert_eq!(
            mean_followers(Figure::Known(10), Figure::Known(20)),
            Figure::Known(15.0)
        );
    }
}
