//! What is seen of a website.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use crate::{Failed, Figure};

/// The format of a feed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FeedKind {
    /// RSS 0.9x, 1.0 or 2.0.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// What the publication figures of a site were read from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PublicationSource {
    /// A feed of the site itself.
    Feed,
    /// `lastmod` of its sitemap, where it can be believed.
    Sitemap,
}

/// What is seen of a website in one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteObservation {
    /// Whether the home page answered with a page.
    pub reachable: bool,
    /// Whether the site was read over https.
    pub https: bool,
    /// What is wrong with its certificate, when https failed and http was used instead.
    pub certificate_problem: Option<Failed>,
    /// The home page's address after redirects.
    pub final_url: Option<String>,
    /// The other registrable domain to which the declared address redirects.
    pub redirected_to_domain: Option<String>,
    /// The home page's HTTP status.
    pub home_status: Option<u16>,
    /// Bytes of the home page after decompression.
    pub home_bytes: Option<u64>,
    /// The content management system, by its fingerprint: `wordpress`, `spip`, …
    pub cms: Option<String>,
    /// The text encoding of the home page (WHATWG label).
    pub charset: Option<String>,
    /// Address of the feed that was read.
    pub feed_url: Option<String>,
    /// Its format.
    pub feed_kind: Option<FeedKind>,
    /// Whether the site has a sitemap; `None` when it was not looked for.
    pub sitemap: Option<bool>,
    /// What the two figures below were read from.
    pub publication_source: Option<PublicationSource>,
    /// Publications in the 28 days before the run's `as_of`. When the feed's oldest item is
    /// younger than 28 days the feed is cut, and the figure is missing as `truncated`.
    pub posts_28d: Figure<u32>,
    /// When something was last published (not later than `as_of`).
    pub last_published_at: Figure<Timestamp>,
    /// Address of the legal notice (mentions légales); `None` when no link to one was seen.
    pub legal_notice_url: Option<String>,
    /// Whether the page offers a newsletter form; `None` when no page was read.
    pub newsletter: Option<bool>,
    /// Whether it offers a contact form or page; `None` when no page was read.
    pub contact: Option<bool>,
}
