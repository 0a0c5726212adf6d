//! Answers of Mastodon and of servers that speak its API, of what we read in them alone: no name,
//! no text of anybody. Nothing here derives `Debug`, so that no id of a citizen can be logged.

use beffroi_model::PostKind;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::fediverse::Link;
use crate::tolerant::{self, Count, Items, Scalar};

/// `/.well-known/webfinger`.
#[derive(Deserialize)]
pub(super) struct WebFinger {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) subject: Option<String>,
    #[serde(default, deserialize_with = "tolerant::list")]
    pub(super) links: Vec<Link>,
}

/// The account, from `lookup` or by id.
#[derive(Deserialize)]
pub(super) struct Account {
    #[serde(deserialize_with = "tolerant::id")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) username: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) uri: Option<String>,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) followers_count: Count,
    #[serde(default)]
    pub(super) following_count: Count,
    #[serde(default)]
    pub(super) statuses_count: Count,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) suspended: bool,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) limited: bool,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) bot: bool,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) moved: Option<Moved>,
    #[serde(default, deserialize_with = "tolerant::list")]
    pub(super) fields: Vec<Field>,
}

/// The account to which another one moved.
#[derive(Deserialize)]
pub(super) struct Moved {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) acct: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) url: Option<String>,
}

/// A field of the profile.
#[derive(Deserialize)]
pub(super) struct Field {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) value: Option<String>,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) verified_at: Option<Timestamp>,
}

/// A status of the account's own list.
#[derive(Deserialize)]
pub(super) struct Status {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) in_reply_to_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) in_reply_to_account_id: Option<String>,
    #[serde(default)]
    pub(super) visibility: Visibility,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) replies_count: Count,
    #[serde(default)]
    pub(super) reblogs_count: Count,
    #[serde(default)]
    pub(super) favourites_count: Count,
    #[serde(default)]
    pub(super) quotes_count: Count,
    #[serde(default)]
    pub(super) reblog: Option<IgnoredAny>,
    /// Not there on servers that do not know media.
    #[serde(default, deserialize_with = "tolerant::items_if_any")]
    media_attachments: Option<Items<Attachment>>,
    #[serde(default)]
    poll: Option<IgnoredAny>,
    /// Since Mastodon 4.5.
    #[serde(default)]
    quote: Option<IgnoredAny>,
    /// What the server has seen behind the first link, some seconds after the status was written.
    #[serde(default)]
    card: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) account: Option<Author>,
}

/// A file of a status.
#[derive(Deserialize)]
struct Attachment {
    /// `image`, `gifv`, `video`, `audio`, `unknown`.
    #[serde(default, rename = "type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
}

impl Status {
    /// What it shows, where the answer tells of its files at all.
    pub(super) fn kind(&self) -> Option<PostKind> {
        let media = self.media_attachments.as_ref()?;
        let of_files = match (media.read.as_slice(), media.unreadable) {
            ([], 0) => None,
            ([one], 0) => Some(one.kind()),
            _ => Some(Some(PostKind::Album)),
        };
        match of_files {
            _ if self.quote.is_some() => Some(PostKind::Repost),
            _ if self.poll.is_some() => Some(PostKind::Poll),
            Some(kind) => kind,
            None if self.card.is_some() => Some(PostKind::Link),
            None => Some(PostKind::Text),
        }
    }
}

impl Attachment {
    fn kind(&self) -> Option<PostKind> {
        match self.kind.as_deref()? {
            "image" => Some(PostKind::Image),
            "video" | "gifv" => Some(PostKind::Video),
            "audio" => Some(PostKind::Audio),
            _ => None,
        }
    }
}

/// `/api/v1/statuses/:id/context`.
#[derive(Deserialize)]
pub(super) struct Context {
    pub(super) descendants: Items<Descendant>,
}

/// A message below a status, by anybody.
#[derive(Deserialize)]
pub(super) struct Descendant {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) in_reply_to_id: Option<String>,
    #[serde(default)]
    pub(super) visibility: Visibility,
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) account: Author,
}

/// Who wrote a message.
#[derive(Deserialize)]
pub(super) struct Author {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
}

/// Who may read a message. Servers that do not say show public ones only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Visibility {
    /// Anybody (`public`, `unlisted`).
    #[default]
    Public,
    /// Some people.
    Restricted,
}

impl<'de> Deserialize<'de> for Visibility {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tolerant::read(deserializer, |value| match value {
            Scalar::Text("public" | "unlisted") => Self::Public,
            Scalar::Text(_) => Self::Restricted,
            _ => Self::default(),
        })
    }
}
