//! A post's counters as one collection saw them, and the window of posts that is judged.

use beffroi_model::Figure;
use jiff::{SignedDuration, Timestamp};

/// Age from which a post's counts are taken as final, days.
pub const CLOSED_AFTER_DAYS: i64 = 7;

/// A post and its counters, as last seen within the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostFigures {
    /// The platform's id of the post.
    pub post_id: String,
    /// What it shows (image, link, video …); `None` where it is not told.
    pub kind: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// When its counters were seen.
    pub observed_at: Timestamp,
    /// Likes, favourites, reactions.
    pub reactions: Figure<u64>,
    /// Comments or direct replies.
    pub comments: Figure<u64>,
    /// Shares, reposts, quotes.
    pub shares: Figure<u64>,
    /// Views.
    pub views: Figure<u64>,
    /// Followers of the account when it was published; missing where the series had not begun.
    pub followers: Figure<u64>,
}

impl PostFigures {
    /// Whether its counts were read too early to be final.
    pub fn is_young(&self) -> bool {
        self.observed_at.duration_since(self.published_at)
            < SignedDuration::from_hours(24 * CLOSED_AFTER_DAYS)
    }
}

/// The days over which posts are judged: from `end - days` on, `end` not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its end, the same for all accounts of a run.
    pub end: Timestamp,
    /// Its length, days: 7, 28, 90 or 365.
    pub days: u16,
}

impl Window {
    /// When it begins.
    pub fn start(&self) -> Timestamp {
        // The calendar begins long before the first window.
        self.end
            .checked_sub(SignedDuration::from_hours(24 * i64::from(self.days)))
            .unwrap_or(Timestamp::MIN)
    }

    /// Whether a moment lies within.
    pub fn holds(&self, moment: Timestamp) -> bool {
        self.start() <= moment && moment < self.end
    }

    /// Its length, weeks.
    pub fn weeks(&self) -> f64 {
        f64::from(self.days) / 7.0
    }

    /// The posts published within it, each once, oldest first. Of a post that comes twice the later
    /// observation counts.
    pub(crate) fn posts<'a>(&self, posts: &'a [PostFigures]) -> Vec<&'a PostFigures> {
        let mut within: Vec<&PostFigures> = posts
            .iter()
            .filter(|post| self.holds(post.published_at))
            .collect();
        // Of two at the same moment the figures decide, so that the order of the list does not.
        within.sort_by_key(|post| {
            let figures = [post.reactions, post.comments, post.shares, post.views];
            let seen = std::cmp::Reverse(post.observed_at);
            (&post.post_id, seen, figures, post.followers)
        });
        within.dedup_by_key(|post| &post.post_id);
        within.sort_by_key(|post| (post.published_at, &post.post_id));
        within
    }
}
