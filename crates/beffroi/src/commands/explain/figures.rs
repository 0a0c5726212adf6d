//! A figure of an account, recomputed from its observations by beffroi-index.

use std::collections::BTreeMap;

use beffroi_index::{
    dialogue::Dialogue,
    engagement::{
        Engagement, Overperformance, PastPost, PostFigures, Weights, coverage, overperformance,
        rhythm, weekly_growth,
    },
    stats::median,
};
use beffroi_model::{Figure, MissingReason};
use jiff::SignedDuration;
use serde::Serialize;

use super::inputs::Inputs;

/// What the inputs come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Recomputed {
    /// The figure.
    Value {
        /// It.
        value: f64,
    },
    /// It is missing.
    Missing {
        /// Why.
        missing_because: String,
    },
    /// It is not recomputed here.
    Not {
        /// Why.
        because: String,
    },
}

impl From<Figure<f64>> for Recomputed {
    fn from(figure: Figure<f64>) -> Self {
        match figure {
            Figure::Known(value) => Self::Value { value },
            Figure::Missing(reason) => Self::Missing {
                missing_because: reason.to_string(),
            },
        }
    }
}

/// Of a list that was cut at the platform's limit it is not known how many posts there are.
const CUT: MissingReason = MissingReason::Truncated;

/// The metric of that name, of the level of an account.
pub(super) fn recompute(metric: &str, inputs: &Inputs) -> Recomputed {
    let posts = inputs.figures();
    let engagement = |weights| Engagement::of(&inputs.account_posts(), inputs.window, weights);
    let equal = || engagement(&Weights::EQUAL);
    let dialogue = || Dialogue::of(&inputs.threads());
    let rhythm = || rhythm(&posts, inputs.window);
    let followers = inputs.followers_at_end();
    let figure: Figure<f64> = match metric {
        "followers" => map(followers, |count| count as f64),
        "weekly_growth" => {
            let first = inputs.first_reading();
            let count = first.and_then(|it| it.followers);
            weekly_growth(
                Figure::from_option(count, MissingReason::NoData),
                followers,
                inputs.days_of_growth(),
            )
        }
        "coverage" => coverage(followers, inputs.inhabitants),
        "posts_per_week" | "median_gap" if inputs.night_lacks("posts") == Some(CUT) => {
            Figure::Missing(CUT)
        }
        "posts_per_week" if posts.is_empty() && !inputs.is_measured => {
            Figure::Missing(MissingReason::NotMeasured)
        }
        "posts_per_week" if posts.is_empty() => match inputs.night_lacks("posts") {
            Some(reason) => Figure::Missing(reason),
            None => Figure::Known(0.0),
        },
        "posts_per_week" => Figure::Known(rhythm().posts_per_week),
        "median_gap" => rhythm().median_gap_days,
        "applause" | "p2" => equal().popularity.mean,
        "conversation" | "c2" => equal().commitment.mean,
        "amplification" | "v2" => equal().virality.mean,
        "p1" => equal().popularity.share,
        "p3" => equal().popularity.per_thousand,
        "c1" => equal().commitment.share,
        "c3" => equal().commitment.per_thousand,
        "v1" => equal().virality.share,
        "v3" => equal().virality.per_thousand,
        "e" => equal().e,
        "e_components" => {
            let there = inputs.components();
            let count = [there.reactions, there.comments, there.shares];
            let count = count.into_iter().filter(|is_there| *is_there).count();
            Figure::from_option((count > 0).then_some(count as f64), MissingReason::NoData)
        }
        "e_post_mean" => map(equal().e_of_posts, |spread| spread.mean),
        "e_post_median" => map(equal().e_of_posts, |spread| spread.median),
        "e_post_trimmed" => map(equal().e_of_posts, |spread| spread.trimmed_mean),
        "er_post" => equal().rate_percent(),
        "weighted_e_post" => map(
            engagement(&Weights::FANPAGE_KARMA).weighted_of_posts,
            |spread| spread.mean,
        ),
        "interactions" => equal().interactions,
        "interactions_per_inhabitant" => equal().per_thousand_inhabitants_week,
        "views_median" => map(equal().views_of_posts, |spread| spread.median),
        "views_mean" => map(equal().views_of_posts, |spread| spread.mean),
        "overperformance" => median_overperformance(inputs),
        "threads" => map(inputs.threads(), |threads| threads.len() as f64),
        "reply_rate" => map(dialogue().reply_rate, |share| share.value),
        "answered_2h" => map(dialogue().within_2_hours, |share| share.value),
        "answered_24h" => map(dialogue().within_24_hours, |share| share.value),
        "reply_delay_quartile" => flat(map(dialogue().delay_quartile_hours, |it| it.value)),
        "reply_delay_median" => flat(map(dialogue().delay_median_hours, |it| it.value)),
        "reply_delay_upper_quartile" => {
            flat(map(dialogue().delay_upper_quartile_hours, |it| it.value))
        }
        other => {
            return Recomputed::Not {
                because: format!("there is no way yet from observations to `{other}`"),
            };
        }
    };
    figure.into()
}

fn map<T, U>(figure: Figure<T>, change: impl FnOnce(T) -> U) -> Figure<U> {
    match figure {
        Figure::Known(value) => Figure::Known(change(value)),
        Figure::Missing(reason) => Figure::Missing(reason),
    }
}

/// Later than was observed is no number.
fn flat(figure: Figure<Option<f64>>) -> Figure<f64> {
    match figure {
        Figure::Known(value) => Figure::from_option(value, MissingReason::NoData),
        Figure::Missing(reason) => Figure::Missing(reason),
    }
}

/// The median of what the window's closed posts did against what the account's past lets expect.
fn median_overperformance(inputs: &Inputs) -> Figure<f64> {
    let ratios: Vec<f64> = expectations(inputs).values().map(|it| it.ratio).collect();
    Figure::from_option(median(&ratios), MissingReason::NoData)
}

/// The window's closed posts by their ids, each against those of the year before it that give the same
/// counters and are of its kind, or of all kinds where fewer than ten are.
pub(super) fn expectations(inputs: &Inputs) -> BTreeMap<String, Overperformance> {
    let figures = inputs.figures();
    let mut closed: Vec<&PostFigures> = figures.iter().filter(|it| !it.is_young()).collect();
    closed.sort_by_key(|it| std::cmp::Reverse((it.published_at, it.post_id.clone())));
    let expectation = |(place, post): (usize, &&PostFigures)| {
        if !inputs.window.holds(post.published_at) {
            return None;
        }
        let given = given(post);
        let oldest = post.published_at.checked_sub(PAST).ok()?;
        let past: Vec<PastPost> = closed[place + 1..]
            .iter()
            .filter(|it| it.published_at >= oldest && self::given(it) == given)
            .filter_map(|it| {
                Some(PastPost {
                    kind: it.kind.clone(),
                    interactions_at_age: given_interactions(it)?,
                })
            })
            .collect();
        let judged = overperformance(post.kind.as_deref(), given_interactions(post)?, &past)?;
        Some((post.post_id.clone(), judged))
    };
    closed.iter().enumerate().filter_map(expectation).collect()
}

/// How far back a post's past reaches.
const PAST: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Which counters a post gives.
fn given(post: &PostFigures) -> [bool; 3] {
    [post.reactions, post.comments, post.shares].map(|counter| counter.known().is_some())
}

/// The sum of those; `None` where it gives none.
fn given_interactions(post: &PostFigures) -> Option<f64> {
    let counters = [post.reactions, post.comments, post.shares];
    let known: Vec<u64> = counters.into_iter().filter_map(Figure::known).collect();
    (!known.is_empty()).then(|| known.iter().sum::<u64>() as f64)
}
