//! Answers of the Threads API, of what we read in them alone: no name, no text.

use beffroi_model::PostKind;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use crate::instagram::graph::Paging;
use crate::tolerant::{self, Count, Items};

/// `/profile_lookup`.
#[derive(Deserialize)]
pub(super) struct Profile {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) username: String,
    #[serde(default)]
    follower_count: Count,
    /// The spelling of the insights, in case the two are made one.
    #[serde(default)]
    followers_count: Count,
}

/// `/profile_posts`.
#[derive(Deserialize)]
pub(super) struct Posts {
    pub(super) data: Items<ListedPost>,
    #[serde(default, deserialize_with = "tolerant::object")]
    paging: Option<Paging>,
}

/// A post.
#[derive(Deserialize)]
pub(super) struct ListedPost {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) timestamp: Timestamp,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) permalink: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    media_type: Option<String>,
    /// What it reposts, where the answer holds it unasked.
    #[serde(default)]
    reposted_post: Option<IgnoredAny>,
}

impl Profile {
    /// People who follow the account.
    pub(super) fn followers(&self) -> Count {
        match self.follower_count {
            Count::Absent => self.followers_count,
            count => count,
        }
    }
}

impl Posts {
    /// The cursor behind which the next page begins.
    pub(super) fn next(&self) -> Option<&str> {
        self.paging.as_ref()?.after()
    }
}

impl ListedPost {
    /// What it shows; `TEXT_POST` may hold a link, which is not asked for.
    pub(super) fn kind(&self) -> Option<PostKind> {
        match self.media_type.as_deref()? {
            "TEXT_POST" => Some(PostKind::Text),
            "IMAGE" => Some(PostKind::Image),
            "CAROUSEL_ALBUM" => Some(PostKind::Album),
            "VIDEO" => Some(PostKind::Video),
            "AUDIO" => Some(PostKind::Audio),
            _ => None,
        }
    }

    /// Whether it only shows somebody else's post.
    pub(super) fn is_repost(&self) -> bool {
        self.media_type.as_deref() == Some("REPOST_FACADE") || self.reposted_post.is_some()
    }
}
