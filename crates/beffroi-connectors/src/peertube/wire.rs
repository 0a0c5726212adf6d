//! Answers of PeerTube, of what we read in them alone. Nothing here derives `Debug`, so that no
//! name nor id of a citizen can be logged.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::tolerant::{self, Count, Items, Scalar};

/// A channel, or the account of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) host: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) followers_count: Count,
    #[serde(default)]
    pub(super) following_count: Count,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) description: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) support: Option<String>,
    /// Of a channel, whose it is.
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) owner_account: Option<Author>,
}

/// A page of an actor's videos.
#[derive(Deserialize)]
pub(super) struct VideoPage {
    #[serde(default)]
    pub(super) total: Count,
    pub(super) data: Items<Video>,
}

/// A video as lists show it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Video {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) uuid: String,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) published_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) is_local: Option<bool>,
    /// While it is broadcast.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) is_live: bool,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) views: Count,
    #[serde(default)]
    pub(super) likes: Count,
    /// Newer versions alone.
    #[serde(default)]
    pub(super) comments: Count,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) account: Option<Author>,
    /// Who may comment; most versions leave it out of lists.
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) comments_policy: Option<Constant>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) comments_enabled: Option<bool>,
}

/// A video by itself, of which only this is read: who may comment on it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VideoDetails {
    /// Since PeerTube 6.2.
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) comments_policy: Option<Constant>,
    /// Before.
    #[serde(default, deserialize_with = "flag")]
    pub(super) comments_enabled: Option<bool>,
}

/// A value of one of PeerTube's numbered lists.
#[derive(Deserialize)]
pub(super) struct Constant {
    #[serde(default)]
    pub(super) id: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) label: Option<String>,
}

/// A page of the threads below a video.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadPage {
    /// Threads in all.
    #[serde(default)]
    pub(super) total: Count,
    /// Comments in all, replies among them.
    #[serde(default)]
    pub(super) total_not_deleted_comments: Count,
    pub(super) data: Items<ThreadHead>,
}

/// The comment that begins a thread.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadHead {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) is_deleted: bool,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) account: Option<Author>,
    #[serde(default)]
    pub(super) total_replies: Count,
    #[serde(default)]
    pub(super) total_replies_from_video_author: Count,
}

/// A comment, by anybody.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) is_deleted: bool,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) account: Option<Author>,
}

/// A comment with what was replied to it. An answer nested deeper than `serde_json` goes (some 60
/// replies to replies) cannot be read.
#[derive(Deserialize)]
pub(super) struct CommentTree {
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) comment: Comment,
    #[serde(default, deserialize_with = "tolerant::items")]
    pub(super) children: Items<CommentTree>,
}

/// An account, as its videos and comments name it.
#[derive(Deserialize)]
pub(super) struct Author {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) name: String,
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) host: String,
}

impl Author {
    /// Whether both are the same account. Names are the same in capitals.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) && self.host.eq_ignore_ascii_case(&other.host)
    }
}

/// An error, as RFC 7807 has it; `error` alone in old versions.
#[derive(Deserialize)]
pub(super) struct Problem {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) docs: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) detail: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) error: Option<String>,
}

/// Reads a flag; `None` when it is absent or something else.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    tolerant::read(deserializer, |value| match value {
        Scalar::Flag(flag) => Some(flag),
        _ => None,
    })
}
