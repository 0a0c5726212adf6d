//! Accounts that are there and do not speak, or speak and are not answered.

use beffroi_model::{Figure, Platform};
use jiff::{SignedDuration, Timestamp};

use crate::engagement::PostFigures;

/// Days without a post after which an account is dormant.
pub const DORMANT_AFTER_DAYS: i64 = 90;

/// Fewest posts from which one can tell a mere store of videos.
pub const HOSTING_MIN_POSTS: usize = 5;

/// Whether an account speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveliness {
    /// It posted within the last 90 days.
    Active,
    /// It did not.
    Dormant {
        /// Its last post; `None` where none was ever seen.
        last_post_at: Option<Timestamp>,
    },
    /// Its posts could not be read: nothing is said.
    Unknown(beffroi_model::MissingReason),
}

/// Whether an account speaks, from its last post as far as one was ever seen. `Known(None)` is an
/// account whose list of posts is known to be empty.
pub fn liveliness(last_post_at: Figure<Option<Timestamp>>, now: Timestamp) -> Liveliness {
    match last_post_at {
        Figure::Missing(reason) => Liveliness::Unknown(reason),
        Figure::Known(None) => Liveliness::Dormant { last_post_at: None },
        Figure::Known(Some(at)) => {
            let silence = now.duration_since(at);
            if silence > SignedDuration::from_hours(24 * DORMANT_AFTER_DAYS) {
                Liveliness::Dormant {
                    last_post_at: Some(at),
                }
            } else {
                Liveliness::Active
            }
        }
    }
}

/// Whether a video channel is more than a place where videos are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosting {
    /// Nobody ever reacts or comments: the videos are there to be shown elsewhere.
    HostingOnly {
        /// Over how many closed posts.
        posts: usize,
    },
    /// Somebody did.
    Answered,
    /// Too few posts, or hidden counters, or no platform for videos: nothing is said.
    Unknown,
}

/// Judges a video channel by its closed posts. Every reaction and comment must be known to be zero:
/// a hidden counter is no zero.
pub fn hosting(platform: Platform, posts: &[PostFigures]) -> Hosting {
    if !matches!(platform, Platform::Youtube | Platform::Peertube) {
        return Hosting::Unknown;
    }
    let closed: Vec<&PostFigures> = posts.iter().filter(|post| !post.is_young()).collect();
    let is_answered = closed.iter().any(|post| {
        post.reactions.known().is_some_and(|count| count > 0)
            || post.comments.known().is_some_and(|count| count > 0)
    });
    if is_answered {
        return Hosting::Answered;
    }
    let is_known = closed
        .iter()
        .all(|post| post.reactions == Figure::Known(0) && post.comments == Figure::Known(0));
    if is_known && closed.len() >= HOSTING_MIN_POSTS {
        Hosting::HostingOnly {
            posts: closed.len(),
        }
    } else {
        Hosting::Unknown
    }
}

#[cfg(test)]
mod tests {
    use beffroi_model::MissingReason;

    use super::*;
    use crate::testing::{day, post};

    #[test]
    fn ninety_days_of_silence_are_dormancy() {
        let now = day(200);
        let seen = |at| liveliness(Figure::Known(at), now);
        assert_eq!(seen(Some(day(110))), Liveliness::Active);
        assert_eq!(
            seen(Some(day(109))),
            Liveliness::Dormant {
                last_post_at: Some(day(109))
            }
        );
        assert_eq!(seen(None), Liveliness::Dormant { last_post_at: None });
        assert_eq!(
            liveliness(Figure::Missing(MissingReason::CallFailed), now),
            Liveliness::Unknown(MissingReason::CallFailed)
        );
    }

    #[test]
    fn videos_that_nobody_answers_are_hosting() {
        let silent: Vec<PostFigures> = (0..6).map(|n| post(n, 0, 0, 0)).collect();
        let judged = |posts: &[PostFigures]| hosting(Platform::Youtube, posts);
        assert_eq!(judged(&silent), Hosting::HostingOnly { posts: 6 });
        assert_eq!(judged(&silent[..4]), Hosting::Unknown);
        assert_eq!(hosting(Platform::Facebook, &silent), Hosting::Unknown);
        let mut liked = silent.clone();
        liked[2].reactions = Figure::Known(1);
        assert_eq!(judged(&liked), Hosting::Answered);
        let mut hidden = silent;
        hidden[2].reactions = Figure::Missing(MissingReason::HiddenByOwner);
        assert_eq!(judged(&hidden), Hosting::Unknown);
    }
}
