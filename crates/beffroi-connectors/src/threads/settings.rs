//! `[platforms.threads]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_budget::Allowance;
use beffroi_model::Platform;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{CredentialSettings, check, instagram::graph::Terms};

/// How the Threads API is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadsSettings {
    /// Address of the API, with its version. Default `https://graph.threads.net/v1.0/`.
    pub base_url: Url,
    /// Requests that one token allows in a window of `per`. Default 1000, the platform's limit of
    /// lookups for a user.
    pub requests: NonZeroU32,
    /// Length of that window. Default `24h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub per: Duration,
    /// Time over which as many requests are spread in a night, until they are spent. Default `1h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub spread: Duration,
    /// Requests at a time with a token. Default 2.
    pub concurrency: NonZeroU32,
    /// How long a token that is limited rests where the platform does not say. Default `1h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub limited_pause: Duration,
    /// Days before the run whose posts are read. Default 28.
    pub window_days: u16,
    /// Pages of 100 posts read of one account; when the window is longer, its posts are reported as
    /// truncated. Default 3.
    pub max_pages: NonZeroU16,
    /// Days between two lookups of an account's followers; at the visits between they are missing
    /// as not asked. Default 7; 0 looks up at every visit.
    pub lookup_days: u16,
    /// Days after which an account that is not shown (private, too few followers or not there) is
    /// asked for again; four times as many after four such times. Default 7; 0 asks every night.
    pub recheck_days: u16,
    /// Tokens of users who consented, by name. Default none: every account is forbidden.
    pub credentials: CredentialSettings,
}

impl Default for ThreadsSettings {
    fn default() -> Self {
        let base_url = Url::parse("https://graph.threads.net/v1.0/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            requests: const { NonZeroU32::new(1000).expect("1000 is not zero") },
            per: Duration::from_secs(24 * 3600),
            spread: Duration::from_secs(3600),
            concurrency: const { NonZeroU32::new(2).expect("2 is not zero") },
            limited_pause: Duration::from_secs(3600),
            window_days: 28,
            max_pages: const { NonZeroU16::new(3).expect("3 is not zero") },
            lookup_days: 7,
            recheck_days: 7,
            credentials: CredentialSettings::new(),
        }
    }
}

impl ThreadsSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        for (key, time) in [
            ("per", self.per),
            ("spread", self.spread),
            ("limited_pause", self.limited_pause),
        ] {
            check::time(key, time)?;
        }
        check::days("window_days", self.window_days)?;
        Ok(())
    }

    /// What a token may spend.
    pub(super) fn allowances(&self) -> Vec<Allowance> {
        self.terms().allowances()
    }

    /// On which terms the API is asked.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            platform: Platform::Threads,
            requests: self.requests,
            per: self.per,
            pace: self.spread.min(self.per),
            concurrency: self.concurrency,
            pause: self.limited_pause,
            use_case: "threads",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> ThreadsSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        let good = r#"{"credentials":{"observatory":{"secret":"THhush"}},"lookup_days":0}"#;
        assert_eq!(settings(good).check(), Ok(()));
        assert_eq!(ThreadsSettings::default().check(), Ok(()));
        for (json, key) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url"),
            (r#"{"per":"0s"}"#, "per"),
            (r#"{"limited_pause":"0s"}"#, "limited_pause"),
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"spread":"0s"}"#, "spread"),
        ] {
            let settings = settings(json);
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path.join("."), key);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_but_for_their_secrets() {
        let default = ThreadsSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(settings(&json), default);
        assert!(json.contains(r#""per":"24h""#), "{json}");
        let ours = settings(r#"{"credentials":{"observatory":{"secret":"THhush"}}}"#);
        assert!(!format!("{ours:?}").contains("hush"));
        assert!(!serde_json::to_string(&ours).unwrap().contains("hush"));
        assert!(serde_json::from_str::<ThreadsSettings>(r#"{"token":"x"}"#).is_err());
    }
}
