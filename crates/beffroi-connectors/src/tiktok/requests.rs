//! What is asked: POSTs whose bodies name the accounts (developers.tiktok.com, "Research API
//! Specs", read in 2026). All of them only read, so that each may be sent twice.
//!
//! Neither names nor texts are asked for, and no comment.

use jiff::civil::Date;
use serde::Serialize;
use url::{Url, form_urlencoded};

/// What is wanted of an account.
const USER_FIELDS: &str = "follower_count,following_count,likes_count,video_count";

/// What is wanted of a video.
const VIDEO_FIELDS: &str =
    "id,create_time,username,like_count,comment_count,share_count,view_count";

/// Most videos of one page (20 where nothing is said).
const VIDEOS_PER_PAGE: u8 = 100;

/// Where a token is asked for, and in which words.
pub(super) fn token(base: &Url, client_key: &str, client_secret: &str) -> (Url, String) {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_key", client_key)
        .append_pair("client_secret", client_secret)
        .append_pair("grant_type", "client_credentials")
        .finish();
    (address(base, "/v2/oauth/token/", None), form)
}

/// The account of a name.
pub(super) fn user(base: &Url, name: &str) -> (Url, String) {
    #[derive(Serialize)]
    struct Body<'a> {
        username: &'a str,
    }
    let url = address(base, "/v2/research/user/info/", Some(USER_FIELDS));
    (url, json(&Body { username: name }))
}

/// From where on a query is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Videos before it.
    pub(super) cursor: u64,
    /// The name that the platform gave the query.
    pub(super) search_id: String,
}

/// A page of the videos that any of the accounts published from one day to another, both included
/// and in UTC.
pub(super) fn videos(
    base: &Url,
    names: &[&str],
    (from, to): (Date, Date),
    cursor: Option<&Cursor>,
) -> (Url, String) {
    #[derive(Serialize)]
    struct Body<'a> {
        query: Query<'a>,
        start_date: String,
        end_date: String,
        max_count: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        search_id: Option<&'a str>,
    }
    #[derive(Serialize)]
    struct Query<'a> {
        and: [Condition<'a>; 1],
    }
    #[derive(Serialize)]
    struct Condition<'a> {
        operation: &'static str,
        field_name: &'static str,
        field_values: &'a [&'a str],
    }
    let condition = Condition {
        operation: "IN",
        field_name: "username",
        field_values: names,
    };
    let day = |date: Date| date.strftime("%Y%m%d").to_string();
    let body = Body {
        query: Query { and: [condition] },
        start_date: day(from),
        end_date: day(to),
        max_count: VIDEOS_PER_PAGE,
        cursor: cursor.map(|at| at.cursor),
        search_id: cursor.map(|at| at.search_id.as_str()),
    };
    let url = address(base, "/v2/research/video/query/", Some(VIDEO_FIELDS));
    (url, json(&body))
}

/// The public address of a video.
pub(super) fn video(name: &str, id: &str) -> String {
    format!("https://www.tiktok.com/@{name}/video/{id}")
}

fn address(base: &Url, path: &str, fields: Option<&str>) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    // Commas as they are: the documentation shows them so.
    url.set_query(fields.map(|fields| format!("fields={fields}")).as_deref());
    url
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("text and numbers are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn base() -> Url {
        "https://open.tiktokapis.com/".parse().unwrap()
    }

    #[test]
    fn the_calls_are_those_of_the_documentation() {
        let (url, body) = user(&base(), "villedetest");
        assert_eq!(
            url.as_str(),
            "https://open.tiktokapis.com/v2/research/user/info/\
             ?fields=follower_count,following_count,likes_count,video_count"
        );
        assert_eq!(body, r#"{"username":"villedetest"}"#);
        let days = (date(2026, 10, 26), date(2026, 11, 23));
        let (url, body) = videos(&base(), &["a.b", "c_d"], days, None);
        assert!(
            url.as_str()
                .starts_with("https://open.tiktokapis.com/v2/research/video/query/?fields=id,")
        );
        assert_eq!(
            body,
            r#"{"query":{"and":[{"operation":"IN","field_name":"username","field_values":["a.b","c_d"]}]},"start_date":"20261026","end_date":"20261123","max_count":100}"#
        );
        let cursor = Cursor {
            cursor: 100,
            search_id: "7201388525814961198".to_owned(),
        };
        let (_, body) = videos(&base(), &["a"], days, Some(&cursor));
        assert!(body.ends_with(r#""cursor":100,"search_id":"7201388525814961198"}"#));
    }

    #[test]
    fn the_secret_stands_in_the_body_alone() {
        let (url, form) = token(&base(), "key", "hush&hush");
        assert_eq!(url.as_str(), "https://open.tiktokapis.com/v2/oauth/token/");
        assert_eq!(
            form,
            "client_key=key&client_secret=hush%26hush&grant_type=client_credentials"
        );
    }
}
