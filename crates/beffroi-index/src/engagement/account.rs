//! The engagement of one account over one window.

use beffroi_model::{Figure, MissingReason};

use super::{Components, Level, PostFigures, Weights, Window, per};
use crate::stats::Spread;

/// What is known of an account's posts: the input of `Engagement::of`.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountPosts {
    /// Followers at collection: at the end of the window.
    pub followers: Figure<u64>,
    /// Inhabitants of the collectivity; `None` where the registry does not know.
    pub inhabitants: Option<u32>,
    /// Its posts, in any order; those outside the window are passed over.
    pub posts: Vec<PostFigures>,
}

/// Figures of engagement over one window. Only closed posts (seven days old when read) enter.
#[derive(Debug, Clone, PartialEq)]
pub struct Engagement {
    /// Closed posts of the window: N.
    pub posts: usize,
    /// Posts of the window that were read too young, and are left out.
    pub young_posts: usize,
    /// The components over which E and all interactions are taken.
    pub components: Components,
    /// Reactions: P1, P2 (applause), P3.
    pub popularity: Level,
    /// Comments: C1, C2 (conversation), C3.
    pub commitment: Level,
    /// Shares: V1, V2 (amplification), V3.
    pub virality: Level,
    /// E = P3 + C3 + V3 over the components that are there, with one F, that at collection: the
    /// literal definition of Bonsón, Royo & Ratkai (2015). With weights it is their weighted sum.
    pub e: Figure<f64>,
    /// E of the single posts, per thousand followers at *their* publication, with weights 1.
    pub e_of_posts: Figure<Spread>,
    /// The same with the caller's weights.
    pub weighted_of_posts: Figure<Spread>,
    /// Posts for which the followers at publication are not known, so that those at collection
    /// stand in for them.
    pub posts_with_assumed_followers: usize,
    /// All interactions of the closed posts that show all components.
    pub interactions: Figure<f64>,
    /// Interactions per thousand inhabitants and week.
    pub per_thousand_inhabitants_week: Figure<f64>,
    /// Views of a post.
    pub views_of_posts: Figure<Spread>,
}

impl Engagement {
    /// The figures of an account, whatever the order of its posts.
    pub fn of(account: &AccountPosts, window: Window, weights: &Weights) -> Self {
        let (young, closed): (Vec<&PostFigures>, Vec<&PostFigures>) = window
            .posts(&account.posts)
            .into_iter()
            .partition(|post| post.is_young());
        let components = Components::of(&closed);
        let level = |counter: fn(&PostFigures) -> Figure<u64>, is_there| {
            Level::of(&closed, counter, is_there, account.followers)
        };
        let popularity = level(|post| post.reactions, components.reactions);
        let commitment = level(|post| post.comments, components.comments);
        let virality = level(|post| post.shares, components.shares);
        let e = sum_of_levels([
            (components.reactions, popularity, weights.reactions),
            (components.comments, commitment, weights.comments),
            (components.shares, virality, weights.shares),
        ]);
        let interactions = total(&closed, components);
        let per_inhabitant = account
            .inhabitants
            .map_or(Figure::Missing(MissingReason::NoData), |count| {
                per(interactions, Figure::Known(u64::from(count)), 1000.0)
            });
        let of_posts = |weights: &Weights| {
            spread(
                closed
                    .iter()
                    .map(|post| e_of_post(post, components, weights, account.followers)),
            )
        };
        Self {
            posts: closed.len(),
            young_posts: young.len(),
            components,
            popularity,
            commitment,
            virality,
            e,
            e_of_posts: of_posts(&Weights::EQUAL),
            weighted_of_posts: of_posts(weights),
            posts_with_assumed_followers: closed
                .iter()
                .filter(|post| post.followers.missing().is_some())
                .count(),
            interactions,
            per_thousand_inhabitants_week: match per_inhabitant {
                Figure::Known(value) => Figure::Known(value / window.weeks()),
                missing => missing,
            },
            views_of_posts: spread(closed.iter().map(|post| match post.views {
                Figure::Known(views) => Figure::Known(views as f64),
                Figure::Missing(reason) => Figure::Missing(reason),
            })),
        }
    }

    /// Engagement rate by post, percent: the mean of I / F at publication (Hootsuite's ER post). With
    /// a constant F it is E / 10.
    pub fn rate_percent(&self) -> Figure<f64> {
        match self.e_of_posts {
            Figure::Known(spread) => Figure::Known(spread.mean / 10.0),
            Figure::Missing(reason) => Figure::Missing(reason),
        }
    }
}

/// E of one post: its weighted interactions per thousand followers at its publication, or at
/// collection where the series had not begun. Missing when a component is.
pub(crate) fn e_of_post(
    post: &PostFigures,
    components: Components,
    weights: &Weights,
    at_collection: Figure<u64>,
) -> Figure<f64> {
    let followers = match post.followers {
        Figure::Known(count) => Figure::Known(count),
        Figure::Missing(_) => at_collection,
    };
    per(components.interactions(post, weights), followers, 1000.0)
}

fn sum_of_levels(levels: [(bool, Level, f64); 3]) -> Figure<f64> {
    let mut sum = None;
    for (is_there, level, weight) in levels {
        if !is_there {
            continue;
        }
        match level.per_thousand {
            Figure::Known(value) => *sum.get_or_insert(0.0) += value * weight,
            Figure::Missing(reason) => return Figure::Missing(reason),
        }
    }
    match sum {
        Some(sum) => Figure::Known(sum),
        // None of the three is there: the first says why.
        None => levels[0].1.per_thousand,
    }
}

fn total(posts: &[&PostFigures], components: Components) -> Figure<f64> {
    let known: Vec<f64> = posts
        .iter()
        .filter_map(|post| components.interactions(post, &Weights::EQUAL).known())
        .collect();
    if known.is_empty() {
        return Figure::Missing(MissingReason::NoData);
    }
    Figure::Known(known.iter().sum())
}

/// The spread of the known values; where none is, the first reason in the list of reasons.
fn spread(values: impl Iterator<Item = Figure<f64>>) -> Figure<Spread> {
    let mut known = Vec::new();
    let mut reason: Option<MissingReason> = None;
    for value in values {
        match value {
            Figure::Known(value) => known.push(value),
            Figure::Missing(why) => reason = Some(reason.map_or(why, |first| first.min(why))),
        }
    }
    Figure::from_option(Spread::of(&known), reason.unwrap_or(MissingReason::NoData))
}
