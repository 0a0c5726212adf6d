//! Publications of a site and the figures over them.
//!
//! Rule: a feed whose oldest item is younger than the window was cut, so its count is unknown, not
//! small; what is dated after the run's `as_of` is an event to come, not a publication.

use beffroi_model::{Figure, MissingReason, Post, PostKind};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Days of the window.
const WINDOW: SignedDuration = SignedDuration::from_hours(28 * 24);
/// Publications kept of one feed, newest first: ten a day over two windows. Some feeds hold a
/// site's whole history.
pub(super) const MAX_PUBLICATIONS: usize = 560;

/// Something that the site published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Publication {
    /// Short hash of the feed's own id of the item, else of its address.
    pub(super) id: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    /// When.
    pub(super) published_at: Timestamp,
}

/// A stable short id of an item: the first 16 hexadecimal digits of a SHA-256.
pub(super) fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The figures over the window that ends at `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frequency {
    pub(super) posts_28d: Figure<u32>,
    pub(super) last_published_at: Figure<Timestamp>,
}

impl Frequency {
    /// Nothing known, for one reason.
    pub(super) fn missing(reason: MissingReason) -> Self {
        Self {
            posts_28d: Figure::Missing(reason),
            last_published_at: Figure::Missing(reason),
        }
    }

    /// Of a list of dates; `is_cut` when a list that begins within the window cannot be whole.
    pub(super) fn of(dates: &[Timestamp], as_of: Timestamp, is_cut: bool) -> Self {
        let start = window_start(as_of);
        let past = || dates.iter().copied().filter(|date| *date <= as_of);
        let count = past().filter(|date| *date > start).count();
        let begins_within = dates.iter().min().is_some_and(|oldest| *oldest > start);
        let posts_28d = if is_cut && begins_within {
            Figure::Missing(MissingReason::Truncated)
        } else {
            Figure::Known(u32::try_from(count).unwrap_or(u32::MAX))
        };
        Self {
            posts_28d,
            last_published_at: Figure::from_option(past().max(), MissingReason::NoData),
        }
    }
}

/// The posts of the window, newest first.
pub(super) fn window_posts(publications: &[Publication], as_of: Timestamp) -> Vec<Post> {
    let start = window_start(as_of);
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    let mut posts: Vec<Post> = publications
        .iter()
        .filter(|item| item.published_at > start && item.published_at <= as_of)
        .map(|item| Post {
            post_id: item.id.clone(),
            url: item.url.clone(),
            published_at: item.published_at,
            kind: Some(PostKind::Article),
            reactions: not_given,
            comments: not_given,
            shares: not_given,
            views: not_given,
        })
        .collect();
    posts.sort_by(|a, b| {
        b.published_at
            .cmp(&a.published_at)
            .then_with(|| a.post_id.cmp(&b.post_id))
    });
    posts
}

fn window_start(as_of: Timestamp) -> Timestamp {
    as_of.checked_sub(WINDOW).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a test's own date")
    }

    #[test]
    fn a_feed_that_begins_within_the_window_is_cut() {
        let as_of = at("2026-11-23T02:00:00Z");
        let young = [at("2026-11-20T00:00:00Z"), at("2026-11-10T00:00:00Z")];
        let frequency = Frequency::of(&young, as_of, true);
        assert_eq!(
            frequency.posts_28d,
            Figure::Missing(MissingReason::Truncated)
        );
        assert_eq!(frequency.last_published_at, Figure::Known(young[0]));
        let whole = [young[0], young[1], at("2026-01-01T00:00:00Z")];
        assert_eq!(
            Frequency::of(&whole, as_of, true).posts_28d,
            Figure::Known(2)
        );
        assert_eq!(
            Frequency::of(&young, as_of, false).posts_28d,
            Figure::Known(2)
        );
    }

    #[test]
    fn events_to_come_do_not_count() {
        let as_of = at("2026-11-23T02:00:00Z");
        let dates = [at("2026-12-24T00:00:00Z"), at("2026-01-01T00:00:00Z")];
        let frequency = Frequency::of(&dates, as_of, true);
        assert_eq!(frequency.posts_28d, Figure::Known(0));
        assert_eq!(frequency.last_published_at, Figure::Known(dates[1]));
    }

    #[test]
    fn an_empty_feed_has_no_last_publication() {
        let frequency = Frequency::of(&[], at("2026-11-23T02:00:00Z"), true);
        assert_eq!(frequency.posts_28d, Figure::Known(0));
        assert_eq!(
            frequency.last_published_at,
            Figure::Missing(MissingReason::NoData)
        );
    }

    #[test]
    fn posts_of_the_window_come_newest_first_without_counters() {
        let item = |id: &str, date: &str| Publication {
            id: id.into(),
            url: None,
            published_at: at(date),
        };
        let items = [
            item("old", "2026-01-01T00:00:00Z"),
            item("b", "2026-11-20T00:00:00Z"),
            item("future", "2026-12-20T00:00:00Z"),
            item("a", "2026-11-21T00:00:00Z"),
        ];
        let posts = window_posts(&items, at("2026-11-23T02:00:00Z"));
        assert_eq!(
            posts
                .iter()
                .map(|post| post.post_id.as_str())
                .collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!(
            posts[0].views.missing(),
            Some(MissingReason::NotGivenByPlatform)
        );
        assert_eq!(posts[0].kind, Some(PostKind::Article));
    }
}
