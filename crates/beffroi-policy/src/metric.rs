//! The metrics that rules are about, in the words of the store's columns.

use beffroi_model::Platform;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _, IntoStaticStr};

/// A kind of figure. Presence itself (handle, address, permanent id) is no figure: that a body has an
/// account is a public fact, and is kept.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Metric {
    /// People who follow the account.
    Followers,
    /// Accounts that it follows.
    Following,
    /// Posts since its creation.
    PostsTotal,
    /// When the account was created.
    CreatedAt,
    /// The list of posts: id, address, date.
    Posts,
    /// Likes, favourites, reactions of a post.
    Reactions,
    /// Comments of a post.
    Comments,
    /// Shares, reposts, boosts, quotes of a post.
    Shares,
    /// Views of a post.
    Views,
    /// Visitors' threads and the account's replies: times, and `threads_opened`, `threads_answered`.
    Dialogue,
    /// A website's publications over 28 days.
    #[serde(rename = "posts_28d")]
    #[strum(serialize = "posts_28d")]
    Posts28d,
    /// A website's last publication.
    LastPublishedAt,
    /// All else that was seen of a website.
    Site,
}

impl Metric {
    /// The metric's word, as stored and printed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The metrics that a platform can have; none where only the presence is recorded.
    pub fn of(platform: Platform) -> impl Iterator<Item = Self> {
        Self::iter().filter(move |metric| metric.exists_on(platform))
    }

    /// Whether a platform can have it.
    pub fn exists_on(self, platform: Platform) -> bool {
        match self {
            _ if platform.is_presence_only() => false,
            Self::Posts => true,
            Self::Posts28d | Self::LastPublishedAt | Self::Site => platform == Platform::Website,
            Self::Followers
            | Self::Following
            | Self::PostsTotal
            | Self::CreatedAt
            | Self::Reactions
            | Self::Comments
            | Self::Shares
            | Self::Views
            | Self::Dialogue => platform != Platform::Website,
        }
    }

    /// The metric without which this one has nothing to hang on: counters have their post, and
    /// figures of a site its observation. It has to be kept for at least as long.
    pub(crate) fn hangs_on(self) -> Option<Self> {
        match self {
            Self::Reactions | Self::Comments | Self::Shares | Self::Views | Self::Dialogue => {
                Some(Self::Posts)
            }
            Self::Posts28d | Self::LastPublishedAt => Some(Self::Site),
            Self::Followers
            | Self::Following
            | Self::PostsTotal
            | Self::CreatedAt
            | Self::Posts
            | Self::Site => None,
        }
    }
}
