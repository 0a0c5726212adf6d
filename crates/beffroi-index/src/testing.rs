//! What tests build their accounts from.

use beffroi_model::Figure;
use jiff::{SignedDuration, Timestamp};

use crate::engagement::PostFigures;

/// Noon of the n-th day of the tests' calendar.
pub(crate) fn day(n: i64) -> Timestamp {
    "2026-01-01T12:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .checked_add(SignedDuration::from_hours(24 * n))
        .unwrap()
}

/// A post of the n-th day, seen ten days later, with no followers at publication.
pub(crate) fn post(n: i64, reactions: u64, comments: u64, shares: u64) -> PostFigures {
    PostFigures {
        post_id: format!("p{n}"),
        kind: None,
        published_at: day(n),
        observed_at: day(n + 10),
        reactions: Figure::Known(reactions),
        comments: Figure::Known(comments),
        shares: Figure::Known(shares),
        views: Figure::Missing(beffroi_model::MissingReason::NotGivenByPlatform),
        followers: Figure::Missing(beffroi_model::MissingReason::NoData),
    }
}
