//! From answers to observations. Plain functions: what is known of an account and its posts.

use std::{cmp::Reverse, collections::HashSet};

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post};

use super::wire::{ListedPost, Profile};
use crate::{tolerant::Items, window::Window};

/// Counters of the account; the profile is not asked for at every visit.
pub(super) fn figures(profile: Option<&Profile>) -> Figures {
    let not_asked = Figure::Missing(MissingReason::NotAsked);
    Figures {
        followers: profile.map_or(not_asked, |profile| profile.followers().figure()),
        following: Figure::Missing(MissingReason::NotGivenByPlatform),
        posts_total: Figure::Missing(MissingReason::NotGivenByPlatform),
    }
}

/// Who the account is: there is no permanent id.
pub(super) fn identity(profile: &Profile, asked: &str) -> Identity {
    let today = profile.username.trim_start_matches('@').to_lowercase();
    Identity {
        renamed_to: (today != asked).then_some(today),
        ..Identity::default()
    }
}

/// The account's posts as they are read, page by page.
#[derive(Default)]
pub(super) struct Listing {
    /// Those of the window, newest first.
    pub(super) posts: Vec<Post>,
    has_read: bool,
    is_past_window: bool,
    unreadable: usize,
    seen: HashSet<String>,
}

impl Listing {
    /// Adds a page. Reposts are left out, and so is a post seen before.
    pub(super) fn add_page(&mut self, page: Items<ListedPost>, window: Window) {
        self.unreadable += page.unreadable;
        for listed in page.read {
            self.has_read = true;
            // The list is by time but for what an owner may pin to its top: the last one tells.
            self.is_past_window = window.is_past(listed.timestamp);
            let is_wanted = window.contains(listed.timestamp)
                && !listed.is_repost()
                && self.seen.insert(listed.id.clone());
            if is_wanted {
                self.posts.push(post(listed));
            }
        }
        self.posts.sort_by_key(|post| Reverse(post.published_at));
    }

    /// Whether the window is read to its start.
    pub(super) fn is_past_window(&self) -> bool {
        self.is_past_window
    }

    /// Whether there are posts, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        !self.has_read && self.unreadable > 0
    }
}

fn post(listed: ListedPost) -> Post {
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    Post {
        kind: listed.kind(),
        post_id: listed.id,
        url: listed.permalink,
        published_at: listed.timestamp,
        reactions: not_given,
        comments: not_given,
        shares: not_given,
        views: not_given,
    }
}
