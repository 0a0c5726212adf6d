//! Which of the three components of E a set of posts shows, and what each weighs.

use std::fmt;

use beffroi_model::{Figure, MissingReason};
use serde::Deserialize;

use super::PostFigures;

/// The components of E that are there. An E over fewer than three is partial, and is compared only
/// with those over the same components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Components {
    /// Reactions: popularity.
    pub reactions: bool,
    /// Comments: commitment.
    pub comments: bool,
    /// Shares: virality.
    pub shares: bool,
}

impl Components {
    /// All three.
    pub const ALL: Self = Self {
        reactions: true,
        comments: true,
        shares: true,
    };

    /// What these posts show. A component is there when at least half of the posts give it: a
    /// counter that failed once does not hide a year, and one lucky answer does not make one.
    pub fn of(posts: &[&PostFigures]) -> Self {
        let shown = |counter: fn(&PostFigures) -> Figure<u64>| {
            let known = posts
                .iter()
                .filter(|post| counter(post).missing().is_none())
                .count();
            known > 0 && known * 2 >= posts.len()
        };
        Self {
            reactions: shown(|post| post.reactions),
            comments: shown(|post| post.comments),
            shares: shown(|post| post.shares),
        }
    }

    /// Whether one of the three is not there.
    pub fn is_partial(self) -> bool {
        self != Self::ALL
    }

    /// Whether none is.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The interactions of a post over these components; missing when the post lacks one of them.
    pub fn interactions(self, post: &PostFigures, weights: &Weights) -> Figure<f64> {
        let parts = [
            (self.reactions, post.reactions, weights.reactions),
            (self.comments, post.comments, weights.comments),
            (self.shares, post.shares, weights.shares),
        ];
        let mut sum = 0.0;
        for (is_there, counter, weight) in parts {
            match counter {
                _ if !is_there => {}
                Figure::Known(count) => sum += count as f64 * weight,
                Figure::Missing(reason) => return Figure::Missing(reason),
            }
        }
        if self.is_empty() {
            return Figure::Missing(MissingReason::NoData);
        }
        Figure::Known(sum)
    }
}

impl fmt::Display for Components {
    /// `R+K+S`, in the notation of the catalogue; `none` where there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: Vec<&str> = [
            (self.reactions, "R"),
            (self.comments, "K"),
            (self.shares, "S"),
        ]
        .into_iter()
        .filter_map(|(is_there, letter)| is_there.then_some(letter))
        .collect();
        match letters.as_slice() {
            [] => f.write_str("none"),
            letters => f.write_str(&letters.join("+")),
        }
    }
}

/// What one reaction, comment and share count for.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Of a reaction.
    pub reactions: f64,
    /// Of a comment.
    pub comments: f64,
    /// Of a share.
    pub shares: f64,
}

/// Weights that make no sense.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "weights of interactions must be finite, at least 0 and not all 0, found {reactions}, {comments}, {shares}"
)]
pub struct InvalidWeights {
    reactions: f64,
    comments: f64,
    shares: f64,
}

impl Weights {
    /// Each counts for one: E as published by Bonsón, Royo & Ratkai.
    pub const EQUAL: Self = Self {
        reactions: 1.0,
        comments: 1.0,
        shares: 1.0,
    };

    /// Fanpage Karma's: a comment for two, a share for three.
    pub const FANPAGE_KARMA: Self = Self {
        reactions: 1.0,
        comments: 2.0,
        shares: 3.0,
    };

    /// Refuses weights that are negative, infinite or all zero.
    pub fn check(self) -> Result<Self, InvalidWeights> {
        let all = [self.reactions, self.comments, self.shares];
        let is_valid = all
            .iter()
            .all(|weight| weight.is_finite() && *weight >= 0.0)
            && all.iter().any(|weight| *weight > 0.0);
        is_valid.then_some(self).ok_or(InvalidWeights {
            reactions: self.reactions,
            comments: self.comments,
            shares: self.shares,
        })
    }
}
