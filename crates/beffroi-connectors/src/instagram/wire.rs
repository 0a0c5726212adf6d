//! Answers of business discovery, of what we read in them alone: no name, no caption.

use jiff::Timestamp;
use serde::Deserialize;

use super::graph::Paging;
use crate::tolerant::{self, Count, Found, Items};

/// The answer: our own account, with what it discovered.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(deserialize_with = "tolerant::needed")]
    pub(super) business_discovery: Account,
}

/// Another account.
#[derive(Deserialize)]
pub(super) struct Account {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) username: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) website: Option<String>,
    #[serde(default)]
    pub(super) followers_count: Count,
    #[serde(default)]
    pub(super) follows_count: Count,
    #[serde(default)]
    pub(super) media_count: Count,
    /// Not there when there are no publications.
    #[serde(default)]
    pub(super) media: Found<MediaPage>,
}

/// A page of publications, newest first. It has no address of a next page, only the cursor.
#[derive(Deserialize)]
pub(super) struct MediaPage {
    pub(super) data: Items<Media>,
    #[serde(default, deserialize_with = "tolerant::object")]
    paging: Option<Paging>,
}

/// A publication.
#[derive(Deserialize)]
pub(super) struct Media {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) id: String,
    #[serde(deserialize_with = "tolerant::needed_moment")]
    pub(super) timestamp: Timestamp,
    /// `IMAGE`, `VIDEO`, `CAROUSEL_ALBUM`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) media_type: Option<String>,
    /// `FEED`, `REELS` …
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) media_product_type: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) permalink: Option<String>,
    /// Left out when the owner hides it.
    #[serde(default)]
    pub(super) like_count: Count,
    #[serde(default)]
    pub(super) comments_count: Count,
    /// Of reels.
    #[serde(default)]
    pub(super) view_count: Count,
    #[serde(default)]
    pub(super) shares_count: Count,
    #[serde(default)]
    pub(super) reposts_count: Count,
}

impl MediaPage {
    /// The cursor behind which the next page begins.
    pub(super) fn next(&self) -> Option<&str> {
        self.paging.as_ref()?.after()
    }
}
