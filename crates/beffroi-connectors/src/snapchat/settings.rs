//! `[platforms.snapchat]` of the configuration.

use std::{num::NonZeroU16, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::check;

/// How the pages of public profiles are read.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SnapchatSettings {
    /// Whether the pages are read at all. Default false: Snap's terms forbid reading them by machine
    /// without its leave, and there is no API. Every account ends as forbidden, `switched_off`, and
    /// nothing is asked. Switch it on only with that leave.
    pub enabled: bool,
    /// Address of the pages. Default `https://www.snapchat.com/`.
    pub base_url: Url,
    /// Time between one page and the next. Default `10s`; no limit is published.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub interval: Duration,
    /// Days between two readings of an account. Default 7. At the visits between its subscribers are
    /// missing as not asked, and accounts take turns.
    pub days: NonZeroU16,
}

impl Default for SnapchatSettings {
    fn default() -> Self {
        let base_url = Url::parse("https://www.snapchat.com/");
        Self {
            enabled: false,
            base_url: base_url.expect("a fixed address is an address"),
            interval: Duration::from_secs(10),
            days: const { NonZeroU16::new(7).expect("7 is not zero") },
        }
    }
}

impl SnapchatSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_off_until_somebody_switches_it_on() {
        let default = SnapchatSettings::default();
        assert!(!default.enabled);
        assert_eq!(default.check(), Ok(()));
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(
            serde_json::from_str::<SnapchatSettings>(&json).unwrap(),
            default
        );
        let odd: SnapchatSettings = serde_json::from_str(r#"{"base_url":"ftp://x"}"#).unwrap();
        let (path, problem) = odd.check().unwrap_err();
        assert_eq!(path, ["base_url"]);
        assert!(problem.contains("expected"), "{problem}");
        for refused in [r#"{"enable":true}"#, r#"{"days":0}"#] {
            assert!(serde_json::from_str::<SnapchatSettings>(refused).is_err());
        }
    }
}
