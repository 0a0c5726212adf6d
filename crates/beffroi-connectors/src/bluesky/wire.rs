//! Answers of the AppView, of what we read in them alone: no name, no text of anybody. All but a
//! few fields are optional; what a post needs, the members of a union that hide one (`#notFoundPost`,
//! `#blockedPost`) do not have. Nothing here derives `Debug`, so that no citizen's DID can be logged.

use beffroi_model::PostKind;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use super::actor::INVALID_HANDLE;
use crate::tolerant::{self, Count, Found, Items};

/// An error's envelope.
#[derive(Deserialize)]
pub(super) struct XrpcError {
    pub(super) error: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) message: Option<String>,
}

/// `app.bsky.actor.getProfiles`.
#[derive(Deserialize)]
pub(super) struct Profiles {
    pub(super) profiles: Items<Profile>,
}

/// A profile.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) did: String,
    /// Not there, or `handle.invalid`, when the DID confirms none: see [`Profile::handle`].
    #[serde(default, deserialize_with = "tolerant::text")]
    handle: Option<String>,
    #[serde(default)]
    pub(super) followers_count: Count,
    #[serde(default)]
    pub(super) follows_count: Count,
    #[serde(default)]
    pub(super) posts_count: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) website: Option<String>,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "tolerant::list")]
    pub(super) labels: Vec<Label>,
}

/// A label on a profile, by its owner or by a moderation service.
#[derive(Deserialize)]
pub(super) struct Label {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) src: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) val: Option<String>,
    /// Takes an earlier label back.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) neg: bool,
}

/// `app.bsky.feed.getAuthorFeed`.
#[derive(Deserialize)]
pub(super) struct Feed {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) cursor: Option<String>,
    pub(super) feed: Items<FeedItem>,
}

/// An item of the feed.
#[derive(Deserialize)]
pub(super) struct FeedItem {
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) post: PostView,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) reply: Option<ReplyContext>,
    /// Why the post is in the feed, when it is not simply the account's: a repost, a pin.
    #[serde(default)]
    pub(super) reason: Found<Reason>,
}

/// What a post of the feed replies to, as seen by the server.
#[derive(Deserialize)]
pub(super) struct ReplyContext {
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) parent: Option<PostView>,
}

/// The reason of an item.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reason {
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) indexed_at: Option<Timestamp>,
}

/// A post, by anybody.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostView {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) uri: String,
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) author: Author,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) record: Option<Record>,
    #[serde(default)]
    pub(super) reply_count: Count,
    #[serde(default)]
    pub(super) repost_count: Count,
    #[serde(default)]
    pub(super) like_count: Count,
    #[serde(default)]
    pub(super) quote_count: Count,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) indexed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) threadgate: Option<Threadgate>,
    /// What it shows beside its words.
    #[serde(default)]
    embed: Found<Embed>,
}

/// A member of the union of embeds: its name, and of images how many.
#[derive(Deserialize)]
struct Embed {
    #[serde(default, rename = "$type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "tolerant::list")]
    images: Vec<IgnoredAny>,
}

/// Who wrote a post.
#[derive(Deserialize)]
pub(super) struct Author {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) did: String,
}

/// What the author's own repository holds of a post.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) reply: Found<ReplyPointers>,
}

/// Where a reply stands.
#[derive(Deserialize)]
pub(super) struct ReplyPointers {
    #[serde(deserialize_with = "tolerant::needed")]
    root: Pointer,
    #[serde(deserialize_with = "tolerant::needed")]
    parent: Pointer,
}

/// A reference to a post.
#[derive(Deserialize)]
pub(super) struct Pointer {
    #[serde(deserialize_with = "tolerant::needed_id")]
    uri: String,
}

/// A rule on who may reply.
#[derive(Deserialize)]
pub(super) struct Threadgate {
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) record: Option<ThreadgateRecord>,
}

/// Its record: without `allow` anybody may reply, whatever replies it hides.
#[derive(Deserialize)]
pub(super) struct ThreadgateRecord {
    #[serde(default)]
    pub(super) allow: Option<IgnoredAny>,
}

/// `app.bsky.feed.getPostThread`.
#[derive(Deserialize)]
pub(super) struct Thread {
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) thread: Root,
}

/// The post asked for, with what stands below it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Root {
    /// Whether the server says that there is no such post (`#notFoundPost`).
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) not_found: bool,
    /// Not there when the post is not shown (`#notFoundPost`, `#blockedPost`).
    #[serde(default)]
    pub(super) post: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "tolerant::items")]
    pub(super) replies: Items<Node>,
}

/// A reply with what stands below it. One whose post is not shown reads as one without content;
/// one whose post cannot be read is unreadable itself.
#[derive(Deserialize)]
pub(super) struct Node {
    #[serde(default, deserialize_with = "tolerant::object_or_nothing")]
    pub(super) post: Option<PostView>,
    #[serde(default, deserialize_with = "tolerant::items")]
    pub(super) replies: Items<Node>,
}

impl Profile {
    /// The handle in lower case, where the account has one that its DID confirms.
    pub(super) fn handle(&self) -> Option<String> {
        let handle = self.handle.as_deref()?.to_ascii_lowercase();
        (!handle.is_empty() && handle != INVALID_HANDLE).then_some(handle)
    }
}

impl PostView {
    /// When it was published: the author's word, but not later than the server saw it.
    pub(super) fn published_at(&self) -> Option<Timestamp> {
        let declared = self.record.as_ref().and_then(|record| record.created_at);
        match (declared, self.indexed_at) {
            (Some(declared), Some(indexed)) => Some(declared.min(indexed)),
            (declared, indexed) => declared.or(indexed),
        }
    }

    /// What it shows: the embed by its name (lexicons `app.bsky.embed.*`), else words alone.
    pub(super) fn kind(&self) -> Option<PostKind> {
        let embed = match &self.embed {
            Found::Nothing => return Some(PostKind::Text),
            Found::Unreadable => return None,
            Found::Object(embed) => embed,
        };
        match embed.kind.as_deref()? {
            "app.bsky.embed.images#view" => Some(match embed.images.len() {
                0 | 1 => PostKind::Image,
                _ => PostKind::Album,
            }),
            "app.bsky.embed.video#view" => Some(PostKind::Video),
            "app.bsky.embed.external#view" => Some(PostKind::Link),
            "app.bsky.embed.record#view" | "app.bsky.embed.recordWithMedia#view" => {
                Some(PostKind::Repost)
            }
            _ => None,
        }
    }

    /// Whether it replies to another post.
    pub(super) fn is_reply(&self) -> bool {
        self.record
            .as_ref()
            .is_some_and(|record| record.reply.is_something())
    }

    /// The addresses of the post at the top of its conversation, and of the one it replies to.
    pub(super) fn stands_below(&self) -> Option<(&str, &str)> {
        let reply = self.record.as_ref()?.reply.as_object()?;
        Some((&reply.root.uri, &reply.parent.uri))
    }

    /// Whether the author restricts who may reply.
    pub(super) fn is_restricted(&self) -> bool {
        let Some(gate) = &self.threadgate else {
            return false;
        };
        gate.record
            .as_ref()
            .is_none_or(|record| record.allow.is_some())
    }
}
