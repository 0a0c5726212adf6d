//! Answers of the Research API, of what we read in them alone: no name but an account's own, no
//! text. Ids are numbers beyond what a float holds.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::Error};

use crate::tolerant::{self, Count, Found, Items};

/// Every answer but a token's: data, and an error whose code is `ok` where there is none.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Envelope<T> {
    #[serde(default)]
    pub(super) data: Found<T>,
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) error: ApiError,
}

/// An error. Its message is read, and never kept nor logged.
#[derive(Deserialize)]
pub(super) struct ApiError {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) code: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) message: Option<String>,
}

/// A token, or why there is none.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) access_token: Option<String>,
    /// Seconds.
    #[serde(default)]
    pub(super) expires_in: Count,
    /// A word, or an error as elsewhere.
    #[serde(default, deserialize_with = "error_code")]
    pub(super) error: Option<String>,
}

/// Counters of an account.
#[derive(Deserialize)]
pub(super) struct User {
    /// Not asked for, and given all the same in the documentation's examples.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) follower_count: Count,
    #[serde(default)]
    pub(super) following_count: Count,
    #[serde(default)]
    likes_count: Count,
    #[serde(default)]
    pub(super) video_count: Count,
}

impl User {
    /// Whether it has any of the counters that were asked for: else the layout has changed.
    pub(super) fn is_readable(&self) -> bool {
        let counts = [
            self.follower_count,
            self.following_count,
            self.likes_count,
            self.video_count,
        ];
        counts.iter().any(|count| *count != Count::Absent)
    }
}

/// A page of videos.
#[derive(Deserialize)]
pub(super) struct VideoPage {
    #[serde(deserialize_with = "tolerant::items")]
    pub(super) videos: Items<Video>,
    #[serde(default)]
    pub(super) cursor: Count,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) has_more: bool,
    #[serde(default, deserialize_with = "tolerant::id")]
    pub(super) search_id: Option<String>,
}

/// A video, once it is known to have an id, an account and a time.
pub(super) struct Video {
    pub(super) id: String,
    /// Of whom, in lower case.
    pub(super) username: String,
    pub(super) created_at: Timestamp,
    pub(super) likes: Count,
    pub(super) comments: Count,
    pub(super) shares: Count,
    pub(super) views: Count,
}

/// The same as it is written: the documentation has two names for the id.
#[derive(Deserialize)]
struct RawVideo {
    #[serde(default, deserialize_with = "tolerant::id")]
    id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::id")]
    video_id: Option<String>,
    #[serde(deserialize_with = "tolerant::needed_id")]
    username: String,
    /// Seconds since 1970.
    #[serde(default)]
    create_time: Count,
    #[serde(default)]
    like_count: Count,
    #[serde(default)]
    comment_count: Count,
    #[serde(default)]
    share_count: Count,
    #[serde(default)]
    view_count: Count,
}

impl<'de> Deserialize<'de> for Video {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawVideo::deserialize(deserializer)?;
        let seconds = raw.create_time.given().filter(|seconds| *seconds > 0);
        let created_at = seconds
            .and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok())
            .ok_or_else(|| D::Error::custom("no moment"))?;
        let id = raw.id.or(raw.video_id);
        Ok(Self {
            id: id.ok_or_else(|| D::Error::custom("no identifier"))?,
            username: raw.username.to_lowercase(),
            created_at,
            likes: raw.like_count,
            comments: raw.comment_count,
            shares: raw.share_count,
            views: raw.view_count,
        })
    }
}

fn error_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Word(String),
        Error { code: String },
        Other(serde::de::IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Word(code) | Either::Error { code } => Some(code),
        Either::Other(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_beyond_a_float_are_read_whole_under_either_name() {
        for json in [
            r#"{"id":7079929224945093934,"username":"VilleDeTest","create_time":1772442000}"#,
            r#"{"video_id":"7079929224945093934","username":"villedetest","create_time":"1772442000"}"#,
            r#"{"id":7079929224945093934,"video_id":7079929224945093934,"username":"villedetest","create_time":1772442000}"#,
        ] {
            let video: Video = serde_json::from_str(json).unwrap();
            assert_eq!(video.id, "7079929224945093934");
            assert_eq!(video.username, "villedetest");
            assert_eq!(video.created_at.as_second(), 1_772_442_000);
            assert_eq!(video.likes, Count::Absent);
        }
    }

    #[test]
    fn a_video_without_id_account_or_time_is_none() {
        for json in [
            r#"{"username":"a","create_time":1772442000}"#,
            r#"{"id":1,"create_time":1772442000}"#,
            r#"{"id":1,"username":"a"}"#,
            r#"{"id":1,"username":"a","create_time":0}"#,
        ] {
            assert!(serde_json::from_str::<Video>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_error_of_a_token_is_a_word_or_as_elsewhere() {
        let error = |json: &str| serde_json::from_str::<TokenAnswer>(json).unwrap().error;
        let refused = Some("invalid_client".to_owned());
        assert_eq!(error(r#"{"error":"invalid_client"}"#), refused);
        assert_eq!(error(r#"{"error":{"code":"invalid_client"}}"#), refused);
        assert_eq!(error(r#"{"error":null}"#), None);
        assert_eq!(error("{}"), None);
    }
}
