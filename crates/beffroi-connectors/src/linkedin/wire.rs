//! Answers of the API, of what we read in them alone: no text. What holds a citizen's URN derives no
//! `Debug` and ends with the visit. The fields of a post are those of the Posts API (2026).

use std::collections::HashMap;

use beffroi_model::PostKind;
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny},
};

use crate::tolerant::{self, Count, Found, Items};

/// An error, as every method writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Problem {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) service_error_code: Count,
    /// Read for the words `DAY` and `version`, and never kept nor logged.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) message: Option<String>,
}

/// A list of anything.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct List<T> {
    #[serde(deserialize_with = "tolerant::items")]
    pub(super) elements: Items<T>,
    #[serde(default, deserialize_with = "tolerant::object")]
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    #[serde(default, deserialize_with = "tolerant::list")]
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default, deserialize_with = "tolerant::text")]
    rel: Option<String>,
}

impl<T> List<T> {
    /// Whether there may be more behind it: it says so, or is as long as was asked for.
    pub(super) fn may_go_on(&self, asked: usize) -> bool {
        let count = self.elements.read.len() + self.elements.unreadable;
        let is_next = |link: &Link| link.rel.as_deref() == Some("next");
        let has_next = self
            .paging
            .as_ref()
            .is_some_and(|it| it.links.iter().any(is_next));
        count > 0 && (has_next || count >= asked)
    }
}

/// An organisation's public description.
#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Organization {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) vanity_name: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) primary_organization_type: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) localized_website: Option<String>,
}

/// Things by their names, and what became of those that are not there.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Batch<T> {
    pub(super) results: HashMap<String, Found<T>>,
    #[serde(default)]
    pub(super) statuses: HashMap<String, Count>,
}

impl<T> Batch<T> {
    /// Whether one of them is said not to be there.
    pub(super) fn is_absent(&self, name: &str) -> bool {
        let status = self.statuses.get(name).and_then(|status| status.given());
        matches!(status, Some(404 | 410))
    }
}

/// How many follow an organisation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NetworkSize {
    #[serde(default)]
    pub(super) first_degree_size: Count,
}

/// A post. Of its three moments one at least is there.
pub(super) struct Post {
    pub(super) urn: String,
    pub(super) published_at: Timestamp,
    pub(super) modified_at: Timestamp,
    /// Whether everybody can see it.
    pub(super) is_public: bool,
    /// What it shows, where that is told.
    pub(super) kind: Option<PostKind>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPost {
    #[serde(deserialize_with = "tolerant::needed_id")]
    id: String,
    #[serde(default)]
    published_at: Count,
    #[serde(default)]
    created_at: Count,
    #[serde(default)]
    last_modified_at: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    lifecycle_state: Option<String>,
    #[serde(default)]
    content: Found<Content>,
    /// What it passes on.
    #[serde(default)]
    reshare_context: Option<IgnoredAny>,
}

/// What a post shows beside its words: one member, by its name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default, deserialize_with = "tolerant::object")]
    media: Option<Media>,
    #[serde(default)]
    multi_image: Option<IgnoredAny>,
    #[serde(default)]
    article: Option<IgnoredAny>,
    #[serde(default)]
    poll: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Media {
    /// A URN, whose third part tells what it is.
    #[serde(default, deserialize_with = "tolerant::id")]
    id: Option<String>,
}

impl RawPost {
    fn kind(&self) -> Option<PostKind> {
        if self.reshare_context.is_some() {
            return Some(PostKind::Repost);
        }
        let content = match &self.content {
            Found::Nothing => return Some(PostKind::Text),
            Found::Unreadable => return None,
            Found::Object(content) => content,
        };
        let urn = content.media.as_ref().and_then(|it| it.id.as_deref());
        match urn.and_then(|urn| urn.split(':').nth(2)) {
            Some("image") => return Some(PostKind::Image),
            Some("video") => return Some(PostKind::Video),
            Some("document") => return Some(PostKind::Document),
            _ => {}
        }
        let named = [
            (&content.multi_image, PostKind::Album),
            (&content.article, PostKind::Link),
            (&content.poll, PostKind::Poll),
        ];
        let found = named.into_iter().find(|(member, _)| member.is_some());
        found.map(|(_, kind)| kind)
    }
}

impl<'de> Deserialize<'de> for Post {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawPost::deserialize(deserializer)?;
        let published_at = moment(raw.published_at).or(moment(raw.created_at));
        let published_at = published_at.ok_or_else(|| D::Error::custom("no moment"))?;
        let state = raw.lifecycle_state.as_deref();
        let is_public = state.is_none_or(|state| state == "PUBLISHED");
        Ok(Self {
            kind: raw.kind(),
            urn: raw.id,
            published_at,
            modified_at: moment(raw.last_modified_at).unwrap_or(published_at),
            is_public,
        })
    }
}

/// Counters of a post.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SocialMetadata {
    /// By kind of reaction.
    #[serde(default)]
    reaction_summaries: Option<HashMap<String, Found<ReactionSummary>>>,
    #[serde(default, deserialize_with = "tolerant::object")]
    comment_summary: Option<CommentSummary>,
    /// `OPEN` or `CLOSED`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) comments_state: Option<String>,
}

#[derive(Deserialize)]
struct ReactionSummary {
    #[serde(default)]
    count: Count,
}

#[derive(Deserialize)]
struct CommentSummary {
    #[serde(default)]
    count: Count,
}

impl SocialMetadata {
    /// Reactions of all kinds; missing where one of them is.
    pub(super) fn reactions(&self) -> Count {
        let Some(kinds) = &self.reaction_summaries else {
            return Count::Absent;
        };
        let mut sum = 0_u64;
        for kind in kinds.values() {
            match kind.as_object().and_then(|kind| kind.count.given()) {
                Some(count) => sum = sum.saturating_add(count),
                None => return Count::Absent,
            }
        }
        Count::Given(sum)
    }

    /// Comments of both levels.
    pub(super) fn comments(&self) -> Count {
        self.comment_summary
            .as_ref()
            .map_or(Count::Absent, |summary| summary.count)
    }
}

/// A comment, of a citizen or of the organisation.
pub(super) struct Comment {
    pub(super) urn: String,
    pub(super) actor: Option<String>,
    pub(super) at: Timestamp,
    /// How many replies it has, where that is told.
    pub(super) replies: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawComment {
    #[serde(rename = "$URN", deserialize_with = "tolerant::needed_id")]
    urn: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    actor: Option<String>,
    #[serde(deserialize_with = "tolerant::needed")]
    created: Created,
    #[serde(default, deserialize_with = "tolerant::object")]
    comments_summary: Option<RepliesSummary>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default)]
    time: Count,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepliesSummary {
    #[serde(default)]
    aggregated_total_comments: Count,
    #[serde(default)]
    total_first_level_comments: Count,
}

impl<'de> Deserialize<'de> for Comment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawComment::deserialize(deserializer)?;
        let at = moment(raw.created.time).ok_or_else(|| D::Error::custom("no moment"))?;
        // Without a summary there are no replies.
        let replies = raw.comments_summary.map_or(Some(0), |summary| {
            let all = summary.aggregated_total_comments.given();
            all.or(summary.total_first_level_comments.given())
        });
        Ok(Self {
            urn: raw.urn,
            actor: raw.actor,
            at,
            replies,
        })
    }
}

/// A moment in milliseconds since 1970.
fn moment(count: Count) -> Option<Timestamp> {
    let millis = count.given().filter(|millis| *millis > 0)?;
    Timestamp::from_millisecond(i64::try_from(millis).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_milliseconds_and_a_post_has_one_at_least() {
        let post: Post = serde_json::from_str(
            r#"{"id":"urn:li:share:1","publishedAt":1772442000000,"lastModifiedAt":"1772442005000"}"#,
        )
        .unwrap();
        assert_eq!(post.published_at.as_second(), 1_772_442_000);
        assert_eq!(post.modified_at.as_second(), 1_772_442_005);
        assert!(post.is_public);
        let draft = r#"{"id":"urn:li:share:1","createdAt":1772442000000,"lifecycleState":"DRAFT"}"#;
        assert!(!serde_json::from_str::<Post>(draft).unwrap().is_public);
        assert!(serde_json::from_str::<Post>(r#"{"id":"urn:li:share:1"}"#).is_err());
    }

    #[test]
    fn reactions_of_all_kinds_are_added_and_a_missing_kind_spoils_the_sum() {
        let read = |json: &str| serde_json::from_str::<SocialMetadata>(json).unwrap();
        let sum = read(r#"{"reactionSummaries":{"LIKE":{"count":40},"PRAISE":{"count":"3"}}}"#);
        assert_eq!(sum.reactions(), Count::Given(43));
        assert_eq!(
            read(r#"{"reactionSummaries":{}}"#).reactions(),
            Count::Given(0)
        );
        let broken = read(r#"{"reactionSummaries":{"LIKE":{"count":40},"PRAISE":{}}}"#);
        assert_eq!(broken.reactions(), Count::Absent);
        assert_eq!(read("{}").reactions(), Count::Absent);
        assert_eq!(read("{}").comments(), Count::Absent);
    }
}
