//! From answers to observations. Plain functions: what is known of an account and its publications.

use std::{cmp::Reverse, collections::HashSet};

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post, PostKind};
use jiff::Timestamp;

use super::{
    fields::FieldSet,
    wire::{Account, Media},
};
use crate::{
    tolerant::{Count, Items},
    window::Window,
};

/// Counters of the account.
pub(super) fn figures(account: &Account) -> Figures {
    Figures {
        followers: account.followers_count.figure(),
        following: account.follows_count.figure(),
        posts_total: account.media_count.figure(),
    }
}

/// Who the account is.
pub(super) fn identity(account: &Account, asked: &str) -> Identity {
    let today = account.username.as_deref().map(str::to_lowercase);
    let website = account.website.as_deref().map(str::trim);
    let is_web = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
    Identity {
        permanent_id: Some(account.id.clone()),
        renamed_to: today.filter(|today| !today.is_empty() && today != asked),
        profile_links: website
            .filter(is_web)
            .map(|website| (website.to_owned(), false))
            .into_iter()
            .collect(),
        ..Identity::default()
    }
}

/// Why there may be publications though none are listed, if so.
pub(super) fn missing_list(media_count: Count) -> Option<MissingReason> {
    (media_count != Count::Given(0)).then_some(MissingReason::NotInAnswer)
}

/// The account's publications as they are read, page by page.
#[derive(Default)]
pub(super) struct Listing {
    /// Those of the window, newest first.
    pub(super) posts: Vec<Post>,
    /// Whether any could be read, of the window or not.
    pub(super) has_read: bool,
    is_past_window: bool,
    unreadable: usize,
    seen: HashSet<String>,
}

impl Listing {
    /// Adds a page, asked with these fields. One seen before is left out: pages shift while new
    /// publications come in.
    pub(super) fn add_page(&mut self, page: Items<Media>, fields: FieldSet, window: Window) {
        self.unreadable += page.unreadable;
        for media in page.read {
            let at = media.timestamp;
            self.has_read = true;
            // The list is by time but for what an owner may pin to its top: the last one tells.
            self.is_past_window = window.is_past(at);
            if window.contains(at) && self.seen.insert(media.id.clone()) {
                self.posts.push(post(media, at, fields));
            }
        }
        self.posts.sort_by_key(|post| Reverse(post.published_at));
    }

    /// Whether the window is read to its start.
    pub(super) fn is_past_window(&self) -> bool {
        self.is_past_window
    }

    /// Whether there are publications, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        !self.has_read && self.unreadable > 0
    }
}

fn post(media: Media, published_at: Timestamp, fields: FieldSet) -> Post {
    Post {
        kind: kind(&media),
        reactions: likes(&media),
        comments: media.comments_count.figure(),
        shares: shares(&media, fields),
        views: views(&media, fields),
        post_id: media.id,
        url: media.permalink,
        published_at,
    }
}

/// What a publication shows. A video of the feed is told from a reel by the product alone.
fn kind(media: &Media) -> Option<PostKind> {
    let product = media.media_product_type.as_deref();
    match (media.media_type.as_deref()?, product) {
        ("IMAGE", _) => Some(PostKind::Image),
        ("CAROUSEL_ALBUM", _) => Some(PostKind::Album),
        ("VIDEO", Some("REELS")) => Some(PostKind::ShortVideo),
        ("VIDEO", Some("FEED")) => Some(PostKind::Video),
        _ => None,
    }
}

/// Likes are left out when the owner hides them. Where comments are left out with them, it is the
/// answer that is not whole.
fn likes(media: &Media) -> Figure<u64> {
    match (media.like_count, media.comments_count) {
        (Count::Absent, Count::Given(_)) => Figure::Missing(MissingReason::HiddenByOwner),
        (count, _) => count.figure(),
    }
}

/// Others' shares are not given, but for what the switch in the settings tries.
fn shares(media: &Media, fields: FieldSet) -> Figure<u64> {
    match fields {
        FieldSet::Sure | FieldSet::Views => Figure::Missing(MissingReason::NotGivenByPlatform),
        FieldSet::Shares => media.shares_count.plus_if_given(media.reposts_count),
    }
}

/// Only reels have views.
fn views(media: &Media, fields: FieldSet) -> Figure<u64> {
    if let Count::Given(views) = media.view_count {
        return Figure::Known(views);
    }
    let is_reel = media.media_product_type.as_deref() == Some("REELS");
    match fields {
        _ if !is_reel => Figure::Missing(MissingReason::NotGivenByPlatform),
        FieldSet::Sure => Figure::Missing(MissingReason::NotAsked),
        FieldSet::Views | FieldSet::Shares => media.view_count.figure(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn media(changes: Value) -> Media {
        let mut media = json!({
            "id": "1", "timestamp": "2026-11-20T08:15:00+0000", "media_product_type": "REELS",
        });
        let members = media.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        serde_json::from_value(media).unwrap()
    }

    #[test]
    fn a_moment_is_read_with_an_offset_without_colon() {
        let at = media(json!({"timestamp": "2026-11-20T09:15:00+0100"})).timestamp;
        assert_eq!(at, "2026-11-20T08:15:00Z".parse().unwrap());
    }

    #[test]
    fn hidden_likes_are_told_from_an_answer_that_is_not_whole() {
        let of = |changes| likes(&media(changes));
        let hidden = Figure::Missing(MissingReason::HiddenByOwner);
        assert_eq!(of(json!({"comments_count": 2})), hidden);
        assert_eq!(of(json!({"like_count": -1})), hidden);
        assert_eq!(of(json!({"like_count": "3"})), Figure::Known(3));
        assert_eq!(of(json!({"like_count": 0})), Figure::Known(0));
        assert_eq!(of(json!({})), Figure::Missing(MissingReason::NotInAnswer));
    }

    #[test]
    fn views_are_those_of_reels_and_only_where_asked_for() {
        let of = |changes, fields| views(&media(changes), fields);
        let missing = Figure::<u64>::Missing;
        assert_eq!(
            of(json!({"view_count": 9}), FieldSet::Views),
            Figure::Known(9)
        );
        assert_eq!(
            of(json!({}), FieldSet::Views),
            missing(MissingReason::NotInAnswer)
        );
        assert_eq!(
            of(json!({}), FieldSet::Sure),
            missing(MissingReason::NotAsked)
        );
        assert_eq!(
            of(json!({"media_product_type": "FEED"}), FieldSet::Views),
            missing(MissingReason::NotGivenByPlatform)
        );
    }

    #[test]
    fn shares_are_given_to_those_who_ask_and_get_an_answer() {
        let of = |changes, fields| shares(&media(changes), fields);
        let both = json!({"shares_count": 4, "reposts_count": 1});
        assert_eq!(of(both.clone(), FieldSet::Shares), Figure::Known(5));
        assert_eq!(
            of(both, FieldSet::Views),
            Figure::Missing(MissingReason::NotGivenByPlatform)
        );
        assert_eq!(
            of(json!({}), FieldSet::Shares),
            Figure::Missing(MissingReason::NotInAnswer)
        );
    }
}
