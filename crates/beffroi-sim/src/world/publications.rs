//! What a website publishes, and the figures that follow from it.

use jiff::Timestamp;

use super::site::{Feed, Site, Sitemap};
use crate::draw::Draw;

/// An article of a website.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Publication {
    /// Its number, 1 for the oldest that the site still shows.
    pub(crate) number: u32,
    /// Unix seconds.
    pub(crate) at: i64,
}

const DAY: i64 = 86_400;

/// Articles that a site shows at the most. With ten a week it still reaches back 56 days.
const SHOWN: usize = 80;

/// No list is so young that "all of it" and "the newest of it" could be confused.
const SHOWN_DAYS: i64 = 120;

impl Site {
    /// The site's articles, newest first; the newest is not later than `as_of`, the oldest is
    /// always older than 28 days unless the list is cut by its length.
    pub(crate) fn publications(&self, as_of: Timestamp) -> Vec<Publication> {
        let mut draw = Draw::new(self.key, "publications", 0);
        let mean_gap = 7.0 * DAY as f64 / f64::from(self.rhythm.max(0.05));
        let mut at = as_of.as_second() - i64::from(self.silent_days) * DAY;
        let mut times = Vec::new();
        while times.len() < SHOWN {
            at -= 60 + draw.exponential(mean_gap) as i64;
            times.push(at);
            if times.len() >= 6 && at < as_of.as_second() - SHOWN_DAYS * DAY {
                break;
            }
        }
        let total = times.len() as u32;
        times
            .into_iter()
            .zip((1..=total).rev())
            .map(|(at, number)| Publication { number, at })
            .collect()
    }

    /// What the feed holds, newest first.
    pub(crate) fn feed_items(&self, as_of: Timestamp) -> Vec<Publication> {
        let mut items = self.publications(as_of);
        items.truncate(usize::from(self.feed_len));
        items
    }

    /// The date of an event announced in the feed as an item of the future.
    pub(crate) fn future_item(&self, as_of: Timestamp) -> Option<i64> {
        let mut draw = Draw::new(self.key, "future", 0);
        draw.chance(0.03)
            .then(|| as_of.as_second() + draw.between(5, 20) * DAY)
    }

    /// Publication times as a crawler can read them: from the feed, else from an honest sitemap.
    pub(crate) fn readable_publications(&self, as_of: Timestamp) -> Option<Vec<Publication>> {
        match (self.feed, self.sitemap) {
            (Feed::Announced(_) | Feed::Usual, _) => Some(self.feed_items(as_of)),
            (Feed::None, Sitemap::Honest) => Some(self.publications(as_of)),
            (Feed::None, Sitemap::None | Sitemap::Lying) => None,
        }
    }
}

/// Publications in the 28 days before `as_of`, given the times (Unix seconds) that the site's
/// list holds; `None` when the list comes from a feed that is cut within these 28 days.
pub fn posts_28d(publications: &[i64], from_feed: bool, as_of: Timestamp) -> Option<u32> {
    let end = as_of.as_second();
    let start = end - 28 * DAY;
    let oldest = publications.iter().min()?;
    if from_feed && *oldest > start {
        return None;
    }
    Some(
        publications
            .iter()
            .filter(|at| **at > start && **at <= end)
            .count() as u32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_cut_within_28_days_gives_no_count() {
        let as_of = Timestamp::from_second(100 * DAY).unwrap();
        let days = |days: &[i64]| days.iter().map(|d| d * DAY).collect::<Vec<_>>();
        assert_eq!(posts_28d(&days(&[99, 90, 80]), true, as_of), None);
        assert_eq!(posts_28d(&days(&[99, 90, 80]), false, as_of), Some(3));
        assert_eq!(posts_28d(&days(&[105, 99, 90, 60]), true, as_of), Some(2));
        assert_eq!(posts_28d(&[], true, as_of), None);
    }
}
