//! From answers to observations. Plain functions: what is known of an account and of its posts.

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post};

use super::{
    name::{self, Whom},
    state::Kept,
    wire::{self, User},
};
use crate::tolerant::Count;

/// Counters of the account.
pub(super) fn figures(user: &User) -> Figures {
    let metrics = user.metrics();
    Figures {
        followers: metrics.followers_count.figure(),
        following: metrics.following_count.figure(),
        posts_total: metrics.posts().figure(),
    }
}

/// Who the account is, by what was read of its profile.
pub(super) fn identity(user: &User, handle: &str) -> Identity {
    let link = user.link().map(|link| (link.to_owned(), false));
    Identity {
        created_at: user.created_at,
        profile_links: link.into_iter().collect(),
        ..known_identity(&user.id, &user.username, handle)
    }
}

/// Who the account is, by what an earlier visit left. One that was asked for by its id bears no
/// other name than before.
pub(super) fn known_identity(id: &str, username: &str, handle: &str) -> Identity {
    let is_renamed = matches!(name::read(handle), Some(Whom::Name(name))
        if !name.eq_ignore_ascii_case(username));
    Identity {
        permanent_id: Some(id.to_owned()),
        renamed_to: is_renamed.then(|| username.to_ascii_lowercase()),
        ..Identity::default()
    }
}

/// The counters of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// Whether the answer says that there is no reply at all.
    pub(super) has_no_reply: bool,
    reactions: Figure<u64>,
    comments: Figure<u64>,
    shares: Figure<u64>,
    views: Figure<u64>,
}

impl Reading {
    /// As an answer gives them. Where not everybody may reply, having no reply means nothing.
    pub(super) fn of(post: &wire::Post) -> Self {
        let metrics = post.metrics();
        let comments = match metrics.reply_count.figure() {
            Figure::Known(0) if post.is_restricted() => {
                Figure::Missing(MissingReason::RepliesRestricted)
            }
            figure => figure,
        };
        Self {
            has_no_reply: metrics.reply_count == Count::Given(0),
            reactions: metrics.like_count.figure(),
            comments,
            shares: metrics.reposts().plus(metrics.quote_count),
            views: metrics.impression_count.figure(),
        }
    }

    /// Not read, for one reason.
    pub(super) fn missing(reason: MissingReason) -> Self {
        Self {
            has_no_reply: false,
            reactions: Figure::Missing(reason),
            comments: Figure::Missing(reason),
            shares: Figure::Missing(reason),
            views: Figure::Missing(reason),
        }
    }
}

/// A post of the window with its counters.
pub(super) fn post(post_id: &str, kept: &Kept, username: &str, reading: Reading) -> Post {
    let id_today = kept.id_today(post_id);
    Post {
        post_id: post_id.to_owned(),
        url: Some(format!("https://x.com/{username}/status/{id_today}")),
        published_at: kept.at,
        kind: kept.kind,
        reactions: reading.reactions,
        comments: reading.comments,
        shares: reading.shares,
        views: reading.views,
    }
}
