//! `[platforms.bluesky]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_fetch::{BudgetSpec, Holder};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::check;

/// How the AppView is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlueskySettings {
    /// Address of the AppView. Default `https://public.api.bsky.app`, which answers without a key.
    pub base_url: Url,
    /// Requests a second. Default 5: the limit for anonymous readers is not published, and a
    /// Bluesky server allows 3,000 in 5 minutes for an address.
    pub requests_per_second: NonZeroU32,
    /// Requests at a time, and accounts of a batch read at a time. Default 4.
    pub concurrency: NonZeroU32,
    /// Days before the run whose posts are read. Default 28. More days cost more pages.
    pub window_days: u16,
    /// Pages of 100 feed items read of one account; when the window is longer, its posts and
    /// dialogue are reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Conversations asked for in one visit, newest posts first; when more have moved, the dialogue
    /// is reported as not asked. Default 200.
    pub max_threads: u16,
}

impl Default for BlueskySettings {
    fn default() -> Self {
        let base_url = Url::parse("https://public.api.bsky.app/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            requests_per_second: const { NonZeroU32::new(5).expect("5 is not zero") },
            concurrency: const { NonZeroU32::new(4).expect("4 is not zero") },
            window_days: 28,
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
            max_threads: 200,
        }
    }
}

impl BlueskySettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        check::days("window_days", self.window_days)?;
        Ok(())
    }

    /// What we spend of the AppView's patience.
    pub(super) fn budget(&self) -> BudgetSpec {
        BudgetSpec {
            requests: self.requests_per_second,
            per: Duration::from_secs(1),
            concurrency: self.concurrency,
            holder: Holder::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        let refused = |json: &str| {
            let settings: BlueskySettings = serde_json::from_str(json).unwrap();
            let refused = settings.check().err();
            refused.map(|(path, problem)| format!("{}: {problem}", path.join(".")))
        };
        assert_eq!(refused("{}"), None);
        assert_eq!(refused(r#"{"base_url":"http://127.0.0.1:3000"}"#), None);
        let told = refused(r#"{"base_url":"ftp://x"}"#).unwrap();
        assert!(
            told.starts_with("base_url: found `ftp://x/`, expected"),
            "{told}"
        );
        let told = refused(r#"{"window_days":0}"#).unwrap();
        assert!(told.starts_with("window_days: found `0`"), "{told}");
    }

    #[test]
    fn settings_read_back_as_written_and_unknown_keys_are_refused() {
        let default = BlueskySettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(
            serde_json::from_str::<BlueskySettings>(&json).unwrap(),
            default
        );
        assert!(serde_json::from_str::<BlueskySettings>(r#"{"request_per_second":3}"#).is_err());
        assert!(serde_json::from_str::<BlueskySettings>(r#"{"requests_per_second":0}"#).is_err());
    }
}
