//! JSON Feed (jsonfeed.org, versions 1 and 1.1), read for its dates alone: whatever else an item holds
//! or lacks does not matter.

use beffroi_model::FeedKind;
use serde::{Deserialize, de::Error as _};

use super::{
    dates,
    feeds::{Feed, Item},
};
use crate::tolerant;

/// What every version's `version` begins with, after the scheme.
const VERSION: &str = "://jsonfeed.org/version/";

#[derive(Deserialize)]
struct Wire {
    version: String,
    items: Vec<WireItem>,
}

#[derive(Deserialize)]
struct WireItem {
    #[serde(default, deserialize_with = "tolerant::id")]
    id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    url: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    external_url: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    date_published: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    date_modified: Option<String>,
}

/// Reads a feed; other JSON is none.
pub(super) fn parse(body: &[u8]) -> Result<Feed, serde_json::Error> {
    let wire: Wire = serde_json::from_slice(body)?;
    if !wire.version.contains(VERSION) {
        return Err(serde_json::Error::custom("its version is not of JSON Feed"));
    }
    let items = wire.items.into_iter().map(|item| Item {
        published_at: [item.date_published, item.date_modified]
            .iter()
            .flatten()
            .find_map(|date| dates::parse(date)),
        id: item.id,
        url: item.url.or(item.external_url),
    });
    Ok(Feed::of(FeedKind::Json, items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_need_a_date_and_a_name_and_nothing_else() {
        let feed = r#"{"version":"https://jsonfeed.org/version/1","items":[
            {"id":7,"content_html":null,"attachments":[{"url":"x"}],
             "date_published":"2026-11-17T09:00:00+01:00"},
            {"url":"https://www.exemple.example/b","date_modified":"18/11/2026"},
            {"id":"c","date_published":"hier"},
            {"date_published":"2026-11-17T09:00:00Z"}]}"#;
        let feed = parse(feed.as_bytes()).unwrap();
        let days = feed.publications.iter().map(|item| item.published_at);
        let days: Vec<String> = days.map(|at| at.to_string()).collect();
        assert_eq!(days, ["2026-11-18T00:00:00Z", "2026-11-17T08:00:00Z"]);
        assert_eq!((feed.kind, feed.undated), (FeedKind::Json, 2));
    }

    #[test]
    fn other_json_is_no_feed() {
        for text in [
            "{}",
            r#"{"version":"1.0","items":[]}"#,
            r#"{"version":"https://jsonfeed.org/version/1"}"#,
            "[]",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
