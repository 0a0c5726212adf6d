//! Answers of API v2, of what we read in them alone: no text of anybody. Where X has two spellings
//! of one field (`tweet` and `post`, see `requests.rs`), both are read, and so are answers that hold
//! both. Nothing here derives `Debug`, so that no citizen's id can be logged.

use beffroi_model::PostKind;
use jiff::Timestamp;
use serde::Deserialize;

use super::{price::Billed, time};
use crate::tolerant::{self, Count, Items};

/// An answer: what was found, what was not, and where the list goes on. One that holds neither data
/// nor errors nor `meta` is none.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Answer<T> {
    /// Not there when nothing was found.
    #[serde(default)]
    pub(super) data: Option<Items<T>>,
    /// What could not be given of what was asked for.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub(super) errors: Vec<Problem>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) meta: Option<Meta>,
    /// What the data refers to, where that was asked for. It is taken to be billed too; X does not
    /// say.
    #[serde(default, deserialize_with = "tolerant::object")]
    includes: Option<Includes>,
}

/// Objects beside the data.
#[derive(Deserialize)]
struct Includes {
    #[serde(default, alias = "tweets", deserialize_with = "tolerant::list")]
    posts: Vec<Included>,
}

/// A post that another refers to.
#[derive(Deserialize)]
struct Included {
    #[serde(deserialize_with = "tolerant::needed_id")]
    id: String,
}

/// Where a list goes on.
#[derive(Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub(super) result_count: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) next_token: Option<String>,
}

/// Why something is not given: an answer by itself, or an item of `errors`.
#[derive(Deserialize)]
pub(super) struct Problem {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) title: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) detail: Option<String>,
    /// An address, whose last segment is the kind.
    #[serde(default, rename = "type", deserialize_with = "tolerant::text")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) reason: Option<String>,
    /// What was asked for: a name or an id.
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) value: Option<String>,
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) resource_id: Option<String>,
    /// Problems within, where the answer is one as a whole.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub(super) errors: Vec<Problem>,
}

/// A user.
#[derive(Deserialize)]
pub(super) struct User {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) username: String,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) protected: bool,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) created_at: Option<Timestamp>,
    /// X's short link to the account's site.
    #[serde(default, deserialize_with = "tolerant::text")]
    url: Option<String>,
    #[serde(default, deserialize_with = "tolerant::object")]
    entities: Option<Entities>,
    #[serde(default, deserialize_with = "tolerant::object")]
    public_metrics: Option<UserMetrics>,
}

/// Counters of a user.
#[derive(Deserialize, Clone, Copy, Default)]
pub(super) struct UserMetrics {
    #[serde(default)]
    pub(super) followers_count: Count,
    #[serde(default)]
    pub(super) following_count: Count,
    #[serde(default)]
    tweet_count: Count,
    #[serde(default)]
    post_count: Count,
}

/// What X has found in a profile's texts.
#[derive(Deserialize)]
struct Entities {
    #[serde(default, deserialize_with = "tolerant::object")]
    url: Option<Links>,
}

/// Links of a text.
#[derive(Deserialize)]
struct Links {
    #[serde(default, deserialize_with = "tolerant::list")]
    urls: Vec<Link>,
}

/// A link, behind its short form.
#[derive(Deserialize)]
struct Link {
    #[serde(default, deserialize_with = "tolerant::text")]
    expanded_url: Option<String>,
}

/// A post, by anybody.
#[derive(Deserialize)]
pub(super) struct Post {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) author_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::moment")]
    created_at: Option<Timestamp>,
    /// The id of the post at the top.
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) conversation_id: Option<String>,
    /// Who may reply: `everyone`, or less.
    #[serde(default, deserialize_with = "tolerant::text")]
    reply_settings: Option<String>,
    #[serde(default, deserialize_with = "tolerant::object")]
    public_metrics: Option<PostMetrics>,
    #[serde(default, deserialize_with = "tolerant::list")]
    referenced_tweets: Vec<Reference>,
    #[serde(default, deserialize_with = "tolerant::list")]
    referenced_posts: Vec<Reference>,
    /// All ids that the post has had, the first one first.
    #[serde(default, deserialize_with = "tolerant::ids")]
    edit_history_tweet_ids: Vec<String>,
    #[serde(default, deserialize_with = "tolerant::ids")]
    edit_history_post_ids: Vec<String>,
    /// Where they were asked for; not there when there are none.
    #[serde(default, deserialize_with = "tolerant::object")]
    attachments: Option<Attachments>,
    /// The same.
    #[serde(default, deserialize_with = "tolerant::object")]
    entities: Option<Links>,
}

/// What is attached to a post.
#[derive(Deserialize)]
struct Attachments {
    /// `3_1263145212760805376`: before the line the kind, `3` an image, `7` and `13` videos, `16` a
    /// moving image (as clients read them; the documentation shows them without a word).
    #[serde(default, deserialize_with = "tolerant::ids")]
    media_keys: Vec<String>,
    #[serde(default, deserialize_with = "tolerant::ids")]
    poll_ids: Vec<String>,
}

/// Counters of a post.
#[derive(Deserialize, Clone, Copy, Default)]
pub(super) struct PostMetrics {
    #[serde(default)]
    retweet_count: Count,
    #[serde(default)]
    repost_count: Count,
    #[serde(default)]
    pub(super) reply_count: Count,
    #[serde(default)]
    pub(super) like_count: Count,
    #[serde(default)]
    pub(super) quote_count: Count,
    #[serde(default)]
    pub(super) impression_count: Count,
}

/// What a post refers to.
#[derive(Deserialize)]
struct Reference {
    #[serde(default, rename = "type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
    #[serde(deserialize_with = "tolerant::needed_id")]
    id: String,
}

/// What the app's project has consumed.
#[derive(Deserialize)]
pub(super) struct Usage {
    #[serde(deserialize_with = "tolerant::needed")]
    data: ProjectUsage,
}

#[derive(Deserialize)]
struct ProjectUsage {
    #[serde(default)]
    project_cap: Count,
    #[serde(default)]
    project_usage: Count,
}

impl Usage {
    /// Posts that may be read in a month, when that many have been.
    pub(super) fn spent_cap(&self) -> Option<u64> {
        let cap = self.data.project_cap.given()?;
        (self.data.project_usage.given()? >= cap).then_some(cap)
    }
}

impl<T> Answer<T> {
    /// Whether it is an answer at all, and one of which something can be read: else the layout has
    /// changed, which is not to be taken for "nothing found".
    pub(super) fn is_readable(&self) -> bool {
        let is_told_empty = match &self.meta {
            Some(meta) => meta.result_count.given().is_none_or(|count| count == 0),
            None => !self.errors.is_empty(),
        };
        match &self.data {
            Some(items) => !items.is_unreadable(),
            None => is_told_empty,
        }
    }

    /// The ids of all that it holds.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str>
    where
        T: Billed,
    {
        let data = self.data.iter().flat_map(|items| &items.read);
        let beside = self.includes.iter().flat_map(|includes| &includes.posts);
        data.map(Billed::id)
            .chain(beside.map(|post| post.id.as_str()))
    }

    /// The token of the next page.
    pub(super) fn next_token(&self) -> Option<&str> {
        let token = self.meta.as_ref()?.next_token.as_deref()?;
        (!token.is_empty()).then_some(token)
    }

    /// What was found.
    pub(super) fn into_items(self) -> Vec<T> {
        self.data.map(|items| items.read).unwrap_or_default()
    }
}

impl Problem {
    /// The last segment of the kind's address, whose host has changed with X's name.
    pub(super) fn kind(&self) -> &str {
        let kind = self.kind.as_deref().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default()
    }
}

impl User {
    /// Its counters.
    pub(super) fn metrics(&self) -> UserMetrics {
        self.public_metrics.unwrap_or_default()
    }

    /// The link of the profile: where it leads, or the short form when that is not told.
    pub(super) fn link(&self) -> Option<&str> {
        let links = self
            .entities
            .as_ref()
            .and_then(|entities| entities.url.as_ref());
        let expanded = links
            .and_then(|links| links.urls.first())
            .and_then(|link| link.expanded_url.as_deref());
        expanded
            .or(self.url.as_deref())
            .filter(|link| !link.is_empty())
    }
}

impl UserMetrics {
    /// Posts, replies and reposts; deletion lowers it.
    pub(super) fn posts(self) -> Count {
        either(self.tweet_count, self.post_count)
    }
}

impl PostMetrics {
    /// Reposts without quotes.
    pub(super) fn reposts(self) -> Count {
        either(self.retweet_count, self.repost_count)
    }
}

impl Post {
    /// Its counters.
    pub(super) fn metrics(&self) -> PostMetrics {
        self.public_metrics.unwrap_or_default()
    }

    /// When it was written, by its own word or its first id's: an edited post bears the id of its edit.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.created_at.or_else(|| time::of_id(self.first_id()))
    }

    /// The id that stays when the post is edited.
    pub(super) fn first_id(&self) -> &str {
        let mut histories = [&self.edit_history_tweet_ids, &self.edit_history_post_ids].into_iter();
        let first = histories.find_map(|history| history.first());
        first.map_or(self.id.as_str(), String::as_str)
    }

    /// The id of the post to which it replies.
    pub(super) fn parent(&self) -> Option<&str> {
        self.reference("replied_to")
    }

    /// Whether it only passes another post on.
    pub(super) fn is_repost(&self) -> bool {
        self.reference("retweeted").is_some()
    }

    /// Whether it replies to another post. In doubt the conversation tells: a post stands at the top
    /// of its own.
    pub(super) fn is_reply(&self) -> bool {
        let is_below = |top: &str| top != self.id && top != self.first_id();
        self.parent().is_some() || self.conversation_id.as_deref().is_some_and(is_below)
    }

    /// What it shows, by what was asked for of an account's own posts.
    pub(super) fn kind(&self) -> Option<PostKind> {
        if self.reference("quoted").is_some() {
            return Some(PostKind::Repost);
        }
        let attached = self.attachments.as_ref();
        if attached.is_some_and(|it| !it.poll_ids.is_empty()) {
            return Some(PostKind::Poll);
        }
        match attached.map_or(&[][..], |it| it.media_keys.as_slice()) {
            [] if self.entities.as_ref().is_some_and(|it| !it.urls.is_empty()) => {
                Some(PostKind::Link)
            }
            [] => Some(PostKind::Text),
            [one] => match one.split('_').next() {
                Some("3") => Some(PostKind::Image),
                Some("7" | "13" | "16") => Some(PostKind::Video),
                _ => None,
            },
            _ => Some(PostKind::Album),
        }
    }

    /// Whether not everybody may reply.
    pub(super) fn is_restricted(&self) -> bool {
        let who = self.reply_settings.as_deref();
        who.is_some_and(|who| !who.is_empty() && who != "everyone")
    }

    fn reference(&self, kind: &str) -> Option<&str> {
        let mut references = self.referenced_tweets.iter().chain(&self.referenced_posts);
        let found = references.find(|reference| reference.kind.as_deref() == Some(kind))?;
        Some(&found.id)
    }
}

fn either(older: Count, newer: Count) -> Count {
    match older {
        Count::Absent => newer,
        Count::Given(_) | Count::Hidden => older,
    }
}
