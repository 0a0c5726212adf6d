//! Answers of the Data API, of what we read in them alone: no name, no text of anybody. 64-bit
//! counters are strings there. Nothing here derives `Debug`, so that no citizen's id can be logged.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::tolerant::{self, Count, Items};

/// A list, which is what every method answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List<T> {
    #[serde(default, deserialize_with = "tolerant::text")]
    kind: Option<String>,
    /// Not there when nothing matches (medialab/minet#753).
    items: Option<Items<T>>,
    #[serde(default, deserialize_with = "tolerant::text")]
    next_page_token: Option<String>,
    #[serde(default, deserialize_with = "tolerant::object")]
    page_info: Option<PageInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    #[serde(default)]
    total_results: Count,
}

/// A page of a list.
pub(super) struct Page<T> {
    /// What it holds.
    pub(super) items: Items<T>,
    /// Whether the answer had no list at all, which means the same as an empty one.
    pub(super) is_bare: bool,
    /// By what the next one is asked for.
    pub(super) next: Option<String>,
}

impl<T> List<T> {
    /// The page; `None` when the answer is no list of the API. One without `items` is empty only
    /// when it says that it is a list, and of nothing: else its layout has changed.
    pub(super) fn into_page(self) -> Option<Page<T>> {
        let is_list = self.kind.is_some_and(|kind| kind.starts_with("youtube#"));
        let total = self.page_info.and_then(|info| info.total_results.given());
        let is_bare = self.items.is_none();
        if is_bare && (!is_list || total.is_some_and(|total| total > 0)) {
            return None;
        }
        Some(Page {
            items: self.items.unwrap_or_default(),
            is_bare,
            next: self.next_page_token.filter(|token| !token.is_empty()),
        })
    }
}

/// An error's envelope. Its messages are prose and not read.
#[derive(Deserialize)]
pub(super) struct Problem {
    #[serde(deserialize_with = "tolerant::needed")]
    error: ProblemBody,
}

#[derive(Deserialize)]
struct ProblemBody {
    #[serde(default, deserialize_with = "tolerant::list")]
    errors: Vec<Reason>,
    #[serde(default, deserialize_with = "tolerant::list")]
    details: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default, deserialize_with = "tolerant::text")]
    reason: Option<String>,
}

impl Problem {
    /// The reasons it gives, the method's own first.
    pub(super) fn reasons(&self) -> impl Iterator<Item = &str> {
        let all = self.error.errors.iter().chain(&self.error.details);
        all.filter_map(|reason| reason.reason.as_deref())
    }
}

/// A channel.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) snippet: Option<ChannelSnippet>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) statistics: Option<ChannelStatistics>,
    #[serde(default, deserialize_with = "tolerant::object")]
    content_details: Option<ChannelContent>,
    #[serde(default, deserialize_with = "tolerant::object")]
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelSnippet {
    /// `@handle`, or a custom name of former years without `@`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) custom_url: Option<String>,
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) published_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelStatistics {
    /// Cut to three significant digits; `"0"` or not there when hidden.
    #[serde(default)]
    pub(super) subscriber_count: Count,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) hidden_subscriber_count: bool,
    #[serde(default)]
    pub(super) video_count: Count,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelContent {
    #[serde(default, deserialize_with = "tolerant::object")]
    related_playlists: Option<RelatedPlaylists>,
}

#[derive(Deserialize)]
struct RelatedPlaylists {
    #[serde(default, deserialize_with = "tolerant::id")]
    uploads: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default, deserialize_with = "tolerant::text")]
    privacy_status: Option<String>,
}

impl Channel {
    /// Public videos, as the platform counts them.
    pub(super) fn video_count(&self) -> Count {
        let statistics = self.statistics.as_ref();
        statistics.map_or(Count::Absent, |statistics| statistics.video_count)
    }

    /// The list of its uploads: the one named, or the one that in practice bears the channel's id
    /// with `UU` for `UC`.
    pub(super) fn uploads(&self) -> String {
        let content = self.content_details.as_ref();
        let named = content
            .and_then(|content| content.related_playlists.as_ref())
            .and_then(|lists| lists.uploads.clone());
        named.unwrap_or_else(|| format!("UU{}", self.id.strip_prefix("UC").unwrap_or(&self.id)))
    }

    /// Whether its owner shows it to nobody else.
    pub(super) fn is_private(&self) -> bool {
        let status = self.status.as_ref();
        status.and_then(|status| status.privacy_status.as_deref()) == Some("private")
    }
}

/// An entry of the list of uploads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadItem {
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) content_details: UploadContent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadContent {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) video_id: String,
    /// Not there when the video is not shown.
    #[serde(default, deserialize_with = "tolerant::moment")]
    pub(super) video_published_at: Option<Timestamp>,
}

/// A video's counters, of either method.
#[derive(Deserialize)]
pub(super) struct Video {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "tolerant::object")]
    snippet: Option<VideoSnippet>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) statistics: Option<VideoStatistics>,
    #[serde(default, deserialize_with = "tolerant::object")]
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VideoSnippet {
    /// Of `videos`.
    #[serde(default, deserialize_with = "tolerant::moment")]
    published_at: Option<Timestamp>,
    /// The same, of `videos:batchGetStats`.
    #[serde(default, deserialize_with = "tolerant::moment")]
    publish_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VideoStatistics {
    #[serde(default)]
    pub(super) view_count: Count,
    /// Not there when the owner hides it.
    #[serde(default)]
    pub(super) like_count: Count,
    /// Not there when comments are off.
    #[serde(default)]
    pub(super) comment_count: Count,
}

impl Video {
    /// When it was published.
    pub(super) fn published_at(&self) -> Option<Timestamp> {
        let snippet = self.snippet.as_ref()?;
        snippet.published_at.or(snippet.publish_time)
    }

    /// Whether it is meant for everybody; where that is not said, it is.
    pub(super) fn is_public(&self) -> bool {
        let status = self.status.as_ref();
        let privacy = status.and_then(|status| status.privacy_status.as_deref());
        privacy.is_none_or(|privacy| privacy == "public")
    }
}

/// A thread below a video.
#[derive(Deserialize)]
pub(super) struct CommentThread {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) snippet: ThreadSnippet,
    /// Not there when there are none; some five at the most.
    #[serde(default, deserialize_with = "tolerant::object")]
    replies: Option<Replies>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadSnippet {
    #[serde(default, deserialize_with = "tolerant::id")]
    video_id: Option<String>,
    #[serde(default)]
    pub(super) total_reply_count: Count,
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) top_level_comment: Comment,
}

#[derive(Deserialize)]
struct Replies {
    #[serde(default, deserialize_with = "tolerant::list")]
    comments: Vec<Comment>,
}

/// A comment, by anybody.
#[derive(Deserialize)]
pub(super) struct Comment {
    #[serde(deserialize_with = "tolerant::needed")]
    snippet: CommentSnippet,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentSnippet {
    #[serde(deserialize_with = "tolerant::needed_moment")]
    published_at: Timestamp,
    /// Not there when the author's channel was deleted.
    #[serde(default, deserialize_with = "author")]
    author_channel_id: Option<String>,
    /// Not returned any more since November 2023.
    #[serde(default, deserialize_with = "tolerant::id")]
    video_id: Option<String>,
}

#[derive(Deserialize)]
struct AuthorChannel {
    #[serde(default, deserialize_with = "tolerant::id")]
    value: Option<String>,
}

fn author<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let channel: Option<AuthorChannel> = tolerant::object(deserializer)?;
    Ok(channel.and_then(|channel| channel.value))
}

impl CommentThread {
    /// The video below which it stands.
    pub(super) fn video_id(&self) -> Option<&str> {
        let below = self.snippet.video_id.as_deref();
        below.or(self.snippet.top_level_comment.snippet.video_id.as_deref())
    }

    /// The replies that came with it.
    pub(super) fn replies(&self) -> &[Comment] {
        let replies = self.replies.as_ref();
        replies.map_or(&[], |replies| replies.comments.as_slice())
    }

    /// Whether it has more replies than came with it.
    pub(super) fn is_cut(&self) -> bool {
        let came = self.replies().len() as u64;
        match self.snippet.total_reply_count.given() {
            Some(total) => total > came,
            None => came > 0,
        }
    }
}

impl Comment {
    /// When it was written.
    pub(super) fn at(&self) -> Timestamp {
        self.snippet.published_at
    }

    /// Whether the channel wrote it.
    pub(super) fn is_by(&self, channel_id: &str) -> bool {
        self.snippet.author_channel_id.as_deref() == Some(channel_id)
    }
}
