//! One component of E at Bonsón & Ratkai's three levels.

use std::collections::BTreeMap;

use beffroi_model::{Figure, MissingReason};

use super::{PostFigures, per};

/// A component (popularity, commitment or virality) over the posts of a window: P1, P2, P3 or C1 …
/// V3 of Bonsón & Ratkai (2013). P2, C2 and V2 are also Kaushik's applause, conversation and
/// amplification rates, and the third level the relative rates of TrueSocialMetrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Posts that gave the counter.
    pub posts: usize,
    /// Posts that did not.
    pub posts_without: usize,
    /// Share of the posts that got any, 0 to 1 (P1).
    pub share: Figure<f64>,
    /// Mean per post (P2).
    pub mean: Figure<f64>,
    /// Mean per post and thousand followers at collection (P3).
    pub per_thousand: Figure<f64>,
}

impl Level {
    /// The level of a counter over closed posts. `is_there` is the verdict of `Components::of`.
    pub(crate) fn of(
        posts: &[&PostFigures],
        counter: fn(&PostFigures) -> Figure<u64>,
        is_there: bool,
        followers: Figure<u64>,
    ) -> Self {
        let known: Vec<u64> = posts
            .iter()
            .filter_map(|post| counter(post).known())
            .collect();
        let counted = known.len();
        let posts_without = posts.len() - counted;
        if !is_there {
            let missing = Figure::Missing(commonest_reason(posts, counter));
            return Self {
                posts: counted,
                posts_without,
                share: missing,
                mean: missing,
                per_thousand: missing,
            };
        }
        let with_any = known.iter().filter(|count| **count > 0).count();
        let sum: f64 = known.iter().map(|count| *count as f64).sum();
        let mean = Figure::Known(sum / counted as f64);
        Self {
            posts: counted,
            posts_without,
            share: Figure::Known(with_any as f64 / counted as f64),
            mean,
            per_thousand: per(mean, followers, 1000.0),
        }
    }
}

/// The reason that most of the posts give (of equally common ones the first of the list of reasons);
/// without posts there is nothing to compute from.
fn commonest_reason(
    posts: &[&PostFigures],
    counter: fn(&PostFigures) -> Figure<u64>,
) -> MissingReason {
    let mut counts: BTreeMap<MissingReason, usize> = BTreeMap::new();
    for reason in posts.iter().filter_map(|post| counter(post).missing()) {
        *counts.entry(reason).or_default() += 1;
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(MissingReason::NoData, |(reason, _)| reason)
}
