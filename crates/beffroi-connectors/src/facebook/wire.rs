//! Answers of the Graph API, of what we read in them alone: no name, no text of anybody. Nothing
//! here derives `Debug`, so that no citizen's id can be logged.
//!
//! Field types are those of facebook/facebook-python-business-sdk (`page.py`, `pagepost.py`,
//! `comment.py`; read in 2026).

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::{
    graph_error,
    tolerant::{self, Count, Found, Items, Scalar},
};

/// An error's envelope.
#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) error: GraphError,
}

/// What an error says. Its texts are in the language of the token's owner.
#[derive(Deserialize)]
pub(super) struct GraphError {
    #[serde(default)]
    pub(super) code: Count,
    #[serde(default)]
    pub(super) error_subcode: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) message: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) error_user_msg: Option<String>,
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub(super) is_transient: bool,
    #[serde(default, rename = "type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
}

impl GraphError {
    /// Its code, subcode and type, which say what happened and nothing of anybody.
    pub(super) fn name(&self) -> Option<String> {
        graph_error::name(self.code, self.error_subcode, self.kind.as_deref())
    }
}

/// A page.
#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) username: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) website: Option<String>,
    /// Only where the answer says so: everybody else sees published pages alone.
    #[serde(default, rename = "is_published", deserialize_with = "is_no")]
    pub(super) is_unpublished: bool,
    #[serde(default)]
    pub(super) followers_count: Count,
    /// "Likes" of the page, which were all there was before pages had followers.
    #[serde(default)]
    pub(super) fan_count: Count,
    /// Not there when the page has no post.
    #[serde(default)]
    pub(super) posts: Found<Edge<PostNode>>,
}

/// A list, or a page of one.
#[derive(Deserialize)]
pub(super) struct Edge<T> {
    #[serde(
        deserialize_with = "tolerant::items",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    pub(super) data: Items<T>,
    #[serde(default, deserialize_with = "tolerant::object")]
    summary: Option<Summary>,
    #[serde(default, deserialize_with = "tolerant::object")]
    paging: Option<Paging>,
}

/// What of a list is still to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing.
    Nothing,
    /// All of it.
    All,
    /// What comes behind this cursor.
    After(String),
    /// Something of which the answer does not say how to ask for it without the token.
    OutOfReach,
}

/// The total of a list.
#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    total_count: Count,
}

/// Where a page stands in its list.
#[derive(Deserialize)]
struct Paging {
    #[serde(default, deserialize_with = "tolerant::object")]
    cursors: Option<Cursors>,
    /// Whether there is an address of the next page; it holds the token and is not kept.
    #[serde(default, rename = "next", deserialize_with = "is_there")]
    has_next: bool,
}

#[derive(Deserialize)]
struct Cursors {
    #[serde(default, deserialize_with = "tolerant::text")]
    after: Option<String>,
}

/// A post of the page.
#[derive(Deserialize)]
pub(super) struct PostNode {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) created_time: Timestamp,
    /// What was done to publish it: `added_photos`, `shared_story` …
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) status_type: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) permalink_url: Option<String>,
    /// Not there when there are none.
    #[serde(default)]
    pub(super) shares: Found<Shares>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) reactions: Option<Totalled>,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) comments: Option<Edge<Comment>>,
}

/// How often a post was shared.
#[derive(Deserialize)]
pub(super) struct Shares {
    #[serde(default)]
    pub(super) count: Count,
}

/// A list of which the total alone is read.
#[derive(Deserialize)]
pub(super) struct Totalled {
    #[serde(default, deserialize_with = "tolerant::object")]
    summary: Option<Summary>,
}

/// A comment, by anybody.
#[derive(Deserialize)]
pub(super) struct Comment {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) created_time: Timestamp,
    #[serde(default, deserialize_with = "tolerant::object")]
    pub(super) from: Option<Named>,
    /// What it replies to; a comment on the post itself has none.
    #[serde(default)]
    pub(super) parent: Found<Named>,
}

/// An object of which the id alone is read.
#[derive(Deserialize)]
pub(super) struct Named {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
}

impl<T> Edge<T> {
    /// The total, as the platform counts; more than the list may ever show.
    pub(super) fn total(&self) -> Count {
        total(self.summary.as_ref())
    }

    /// What comes behind this page. Only an address of a next page tells that there is one: a page
    /// may be short, even empty, and there may be a cursor behind the last.
    pub(super) fn rest(&self) -> Rest {
        let Some(paging) = self.paging.as_ref().filter(|paging| paging.has_next) else {
            return Rest::Nothing;
        };
        let cursor = paging.cursors.as_ref().and_then(|it| it.after.clone());
        cursor
            .filter(|cursor| !cursor.is_empty())
            .map_or(Rest::OutOfReach, Rest::After)
    }
}

impl Totalled {
    pub(super) fn total(&self) -> Count {
        total(self.summary.as_ref())
    }
}

fn total(summary: Option<&Summary>) -> Count {
    summary.map_or(Count::Absent, |summary| summary.total_count)
}

fn is_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    tolerant::read(deserializer, |value| matches!(value, Scalar::Flag(false)))
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    tolerant::read(deserializer, |value| {
        !matches!(value, Scalar::Null | Scalar::Flag(false) | Scalar::Text(""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_their_offset_without_colon() {
        let json = r#"{"id":"1_2","created_time":"2026-11-20T09:15:00+0100"}"#;
        let post: PostNode = serde_json::from_str(json).unwrap();
        assert_eq!(post.created_time, "2026-11-20T08:15:00Z".parse().unwrap());
    }

    #[test]
    fn a_list_goes_on_only_where_it_says_so() {
        let rest = |paging: &str| {
            let json = format!(r#"{{"data":[],"paging":{paging}}}"#);
            serde_json::from_str::<Edge<Comment>>(&json).unwrap().rest()
        };
        let after = |cursor: &str| Rest::After(cursor.to_owned());
        let address = r#""next":"https://graph.facebook.com/x?access_token=hush""#;
        assert_eq!(rest("null"), Rest::Nothing);
        assert_eq!(rest(r#"{"cursors":{"after":"A1"}}"#), Rest::Nothing);
        assert_eq!(
            rest(r#"{"cursors":{"after":"A1"},"next":null}"#),
            Rest::Nothing
        );
        assert_eq!(
            rest(&format!(r#"{{"cursors":{{"after":"A1"}},{address}}}"#)),
            after("A1")
        );
        assert_eq!(rest(&format!("{{{address}}}")), Rest::OutOfReach);
        assert_eq!(
            rest(&format!(r#"{{"cursors":{{"after":""}},{address}}}"#)),
            Rest::OutOfReach
        );
    }

    #[test]
    fn a_list_without_its_rows_is_no_empty_list() {
        for broken in ["{}", r#"{"data":{"id":"1"}}"#, r#"{"data":"none"}"#] {
            assert!(
                serde_json::from_str::<Edge<Comment>>(broken).is_err(),
                "{broken}"
            );
        }
        let page: Page = serde_json::from_str(r#"{"id":7,"posts":{"data":3}}"#).unwrap();
        assert!(matches!(page.posts, Found::Unreadable));
        assert_eq!(page.id, "7");
    }
}
