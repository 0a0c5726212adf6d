//! From the counters of posts to the figures of an account: Bonsón & Ratkai's popularity,
//! commitment and virality, E, the practitioners' rates, growth, coverage, rhythm.
//!
//! A missing counter is missing with its reason: it never enters a sum as 0. Posts younger than
//! seven days are set apart, because their counts still grow.

mod account;
mod components;
mod dispersion;
mod growth;
mod level;
mod overperformance;
mod post;
mod rhythm;

pub(crate) use account::e_of_post;
pub use account::{AccountPosts, Engagement};
pub use components::{Components, InvalidWeights, Weights};
pub use dispersion::{Dispersion, dispersion};
pub use growth::{coverage, mean_followers, weekly_growth};
pub use level::Level;
pub use overperformance::{Overperformance, PastPost, overperformance};
pub use post::{CLOSED_AFTER_DAYS, PostFigures, Window};
pub use rhythm::{Rhythm, rhythm};

use beffroi_model::{Figure, MissingReason};

/// A rate whose denominator must be there and positive.
pub(crate) fn per(numerator: Figure<f64>, denominator: Figure<u64>, factor: f64) -> Figure<f64> {
    match (numerator, denominator) {
        (Figure::Missing(reason), _) | (_, Figure::Missing(reason)) => Figure::Missing(reason),
        (_, Figure::Known(0)) => Figure::Missing(MissingReason::NoData),
        (Figure::Known(above), Figure::Known(below)) => {
            Figure::Known(above / below as f64 * factor)
        }
    }
}
