//! A post against what the account's own past lets expect.
//!
//! Expected is CrowdTangle's benchmark: of the last 100 posts of the account and of the same kind,
//! without the best and the worst quarter, the mean of the interactions *at the same age*
//! (help.crowdtangle.com, article 2013937, read).

use crate::stats::interquartile_mean;

/// A post of the account's past, as it stood at the age of the post that is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct PastPost {
    /// Image, link, video …, where it is told.
    pub kind: Option<String>,
    /// Its interactions when it was as old as the post that is judged.
    pub interactions_at_age: f64,
}

/// A post against its expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overperformance {
    /// Its interactions.
    pub actual: f64,
    /// Those that the account's past lets expect.
    pub expected: f64,
    /// `(actual + 1) / (expected + 1)`: above 1 it did better. One is added to both, so that a post
    /// of an account that expects nothing is neither infinite nor undefined.
    pub ratio: f64,
    /// Over how many past posts.
    pub past_posts: usize,
    /// Whether these are of its own kind; else, for want of ten, of all kinds.
    pub is_same_kind: bool,
}

impl Overperformance {
    /// Fewest past posts that let expect anything.
    pub const MIN_PAST: usize = 10;
    /// Most past posts that count, the latest.
    pub const MAX_PAST: usize = 100;
}

/// A post of this kind and these interactions against the account's past, latest post first.
/// `None` when the past is too short.
pub fn overperformance(
    kind: Option<&str>,
    interactions: f64,
    past: &[PastPost],
) -> Option<Overperformance> {
    let latest = |same_kind: bool| -> Vec<f64> {
        past.iter()
            .filter(|post| !same_kind || (kind.is_some() && post.kind.as_deref() == kind))
            .take(Overperformance::MAX_PAST)
            .map(|post| post.interactions_at_age)
            .collect()
    };
    let of_kind = latest(true);
    let is_same_kind = of_kind.len() >= Overperformance::MIN_PAST;
    let values = if is_same_kind { of_kind } else { latest(false) };
    if values.len() < Overperformance::MIN_PAST {
        return None;
    }
    let expected = interquartile_mean(&values)?;
    Some(Overperformance {
        actual: interactions,
        expected,
        ratio: (interactions + 1.0) / (expected + 1.0),
        past_posts: values.len(),
        is_same_kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(kind: &str, interactions: &[f64]) -> Vec<PastPost> {
        interactions
            .iter()
            .map(|count| PastPost {
                kind: Some(kind.to_owned()),
                interactions_at_age: *count,
            })
            .collect()
    }

    #[test]
    fn the_best_and_the_worst_quarter_let_expect_nothing() {
        // Twelve posts: three dropped at each end, 4..=9 stay, mean 6.5.
        let photos = past(
            "photo",
            &[
                1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 9000.0,
            ],
        );
        let judged = overperformance(Some("photo"), 14.0, &photos).unwrap();
        assert_eq!(judged.expected, 6.5);
        assert_eq!(judged.ratio, 2.0);
        assert_eq!(judged.past_posts, 12);
        assert!(judged.is_same_kind);
    }

    #[test]
    fn a_rare_kind_is_judged_by_all_kinds_and_says_so() {
        let mut posts = past("photo", &[10.0; 12]);
        posts.extend(past("video", &[500.0; 3]));
        let judged = overperformance(Some("video"), 10.0, &posts).unwrap();
        assert!(!judged.is_same_kind);
        assert_eq!(judged.expected, 10.0);
        assert_eq!(overperformance(Some("video"), 10.0, &posts[..9]), None);
    }

    #[test]
    fn silence_as_expected_is_no_infinity() {
        let judged = overperformance(None, 0.0, &past("photo", &[0.0; 10])).unwrap();
        assert_eq!(judged.ratio, 1.0);
    }
}
