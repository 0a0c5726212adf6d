//! The archive in which researchers search: a video appears up to two days after it was published,
//! and its counters are up to ten days behind.

use jiff::Timestamp;

use crate::{
    draw::Draw,
    world::{
        World,
        network::{Life, NetworkAccount, Post},
    },
};

/// How long a video may take to appear, seconds.
const APPEARS_WITHIN: i64 = 48 * 3_600;

/// How long its counters take to become whole, seconds.
const SETTLES_WITHIN: i64 = 10 * 86_400;

/// A video as the archive has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archived {
    /// Seconds of its publication in the first 32 bits, and whose it is in the last.
    pub(super) id: u64,
    /// Unix seconds.
    pub(super) at: i64,
    pub(super) likes: u64,
    pub(super) comments: u64,
    pub(super) shares: u64,
    pub(super) views: u64,
}

/// The videos of an account that are in the archive, oldest first.
pub(super) fn of(world: &World, account: &NetworkAccount, life: &Life) -> Vec<Archived> {
    let now = world.settings.as_of;
    life.posts
        .iter()
        .filter(|post| has_appeared(account, post, now))
        .map(|post| archived(account, post, now))
        .collect()
}

fn has_appeared(account: &NetworkAccount, post: &Post, now: Timestamp) -> bool {
    let mut draw = Draw::new(account.key, "appears", post.at.unsigned_abs());
    post.at + draw.between(0, APPEARS_WITHIN) <= now.as_second()
}

fn archived(account: &NetworkAccount, post: &Post, now: Timestamp) -> Archived {
    let age = (now.as_second() - post.at)
        .clamp(0, SETTLES_WITHIN)
        .unsigned_abs();
    let so_far = |number: u64| number * age / SETTLES_WITHIN.unsigned_abs();
    Archived {
        id: id(account.index, post.at),
        at: post.at,
        likes: so_far(post.reactions),
        comments: so_far(post.all_comments()),
        shares: so_far(post.shares),
        views: so_far(post.views),
    }
}

/// The id of what an account did at a moment: beyond what a float holds.
pub(super) fn id(index: u32, at: i64) -> u64 {
    at.unsigned_abs() << 32 | u64::from(index)
}

/// Whose that is.
pub(super) fn owner(id: u64) -> u64 {
    id & u64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_beyond_a_float_and_later_ones_are_greater() {
        let first = id(7, 1_790_000_000);
        assert!(first > 1 << 53 && i64::try_from(first).is_ok());
        assert!(id(0, 1_790_000_001) > first);
        assert_eq!(owner(first), 7);
    }
}
