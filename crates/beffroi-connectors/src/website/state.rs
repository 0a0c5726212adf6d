//! What a visit leaves for the next one, as JSON: validators, where the feed is, when the site
//! published, what its home page showed.

use beffroi_fetch::Validators;
use beffroi_model::FeedKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{publications::Publication, record::SiteRecord};

/// Version of the shape; another is not read, and the site is visited as if for the first time.
const VERSION: u8 = 1;

/// The memory of a site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) version: u8,
    /// Address that answered as the home page.
    pub(super) home_url: Option<Url>,
    /// Its validators.
    pub(super) home: Validators,
    /// The feed that was read.
    pub(super) feed: Option<FeedState>,
    /// What it held.
    pub(super) publications: Vec<Publication>,
    /// The sitemap that was read instead.
    pub(super) sitemap: Option<SitemapState>,
    /// What was seen.
    pub(super) site: Option<SiteRecord>,
    /// `as_of` of the run that last read the additional pages.
    pub(super) discovered_at: Option<Timestamp>,
}

/// A feed and its validators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FeedState {
    pub(super) url: Url,
    pub(super) kind: FeedKind,
    pub(super) validators: Validators,
    /// Items without a date.
    pub(super) undated: usize,
}

/// What a sitemap told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SitemapState {
    /// `as_of` of the run that read it.
    pub(super) read_at: Timestamp,
    /// Whether there is one.
    pub(super) exists: bool,
    /// The dates that can be believed, newest first; empty when none can.
    pub(super) dates: Vec<Timestamp>,
}

impl State {
    /// Reads what the last visit left; what cannot be read is forgotten.
    pub(super) fn read(json: Option<&str>) -> Self {
        json.filter(|json| json.starts_with('{'))
            .and_then(|json| serde_json::from_str::<Self>(json).ok())
            .filter(|state| state.version == VERSION)
            .unwrap_or_default()
    }

    /// The JSON to leave.
    pub(super) fn write(&self) -> Option<String> {
        let current = Self {
            version: VERSION,
            ..self.clone()
        };
        serde_json::to_string(&current).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_back_and_a_foreign_one_is_forgotten() {
        let state = State {
            home_url: Some("https://www.exemple.example/".parse().unwrap()),
            discovered_at: Some("2026-11-20T00:00:00Z".parse().unwrap()),
            ..State::default()
        };
        let read = State::read(state.write().as_deref());
        assert_eq!(read.home_url, state.home_url);
        assert_eq!(read.discovered_at, state.discovered_at);
        for foreign in [
            None,
            Some(""),
            Some("{}"),
            Some("[1]"),
            Some(r#"{"version":9}"#),
        ] {
            assert_eq!(State::read(foreign), State::default(), "{foreign:?}");
        }
    }
}
