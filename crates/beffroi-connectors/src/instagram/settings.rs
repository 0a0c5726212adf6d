//! `[platforms.instagram]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_budget::Allowance;
use beffroi_model::Platform;
use serde::{Deserialize, Serialize};
use url::Url;

use super::graph::Terms;
use crate::{CredentialSettings, check};

/// How business discovery is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct InstagramSettings {
    /// Address of the Graph API, with its version, which lives about two years. Default
    /// `https://graph.facebook.com/v25.0/`.
    pub base_url: Url,
    /// Requests that one token allows in a window of `per`. Default 200: the limit of a user's
    /// token is not published, and clients found about so many.
    pub requests: NonZeroU32,
    /// Length of that window. Default `1h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub per: Duration,
    /// Requests at a time with a token. Default 2.
    pub concurrency: NonZeroU32,
    /// How long a token that is limited rests where the platform does not say. Default `1h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub limited_pause: Duration,
    /// Days before the run whose publications are read. Default 28. More days cost more pages.
    pub window_days: u16,
    /// Publications in a page. Default 50; the platform's maximum is not published.
    pub media_per_page: NonZeroU16,
    /// Pages read of one account; when the window is longer, its publications are reported as
    /// truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Whether shares and reposts are asked for, which the platform may refuse for others'
    /// publications; they are given up when it does. Default false.
    pub ask_shares: bool,
    /// Days after which an account that is not shown (personal, age-limited or not there) is asked
    /// for again; four times as many after four such times. Default 7; 0 asks every night.
    pub recheck_days: u16,
    /// Tokens, by name; `id` is that of the professional account of our own that each asks for
    /// (`1784…`). Default none: every account is forbidden.
    pub credentials: CredentialSettings,
}

impl Default for InstagramSettings {
    fn default() -> Self {
        let base_url = Url::parse("https://graph.facebook.com/v25.0/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            requests: const { NonZeroU32::new(200).expect("200 is not zero") },
            per: Duration::from_secs(3600),
            concurrency: const { NonZeroU32::new(2).expect("2 is not zero") },
            limited_pause: Duration::from_secs(3600),
            window_days: 28,
            media_per_page: const { NonZeroU16::new(50).expect("50 is not zero") },
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
            ask_shares: false,
            recheck_days: 7,
            credentials: CredentialSettings::new(),
        }
    }
}

impl InstagramSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        for (key, time) in [("per", self.per), ("limited_pause", self.limited_pause)] {
            check::time(key, time)?;
        }
        check::days("window_days", self.window_days)?;
        for (name, source) in &self.credentials {
            let id = source.id.as_deref().unwrap_or_default();
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                let problem = format!(
                    "found `{id}`, expected the id of a professional account of our own, in digits"
                );
                return Err((vec!["credentials", name, "id"], problem));
            }
        }
        Ok(())
    }

    /// What a token may spend.
    pub(super) fn allowances(&self) -> Vec<Allowance> {
        self.terms().allowances()
    }

    /// On which terms the API is asked.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            platform: Platform::Instagram,
            requests: self.requests,
            per: self.per,
            pace: self.per,
            concurrency: self.concurrency,
            pause: self.limited_pause,
            use_case: "instagram",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> InstagramSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        let good = r#"{"credentials":{"main":{"id":"17841400000000009","secret":"EAAhush"}}}"#;
        assert_eq!(settings(good).check(), Ok(()));
        assert_eq!(InstagramSettings::default().check(), Ok(()));
        for (json, key) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url"),
            (r#"{"per":"0s"}"#, "per"),
            (r#"{"limited_pause":"0s"}"#, "limited_pause"),
            (r#"{"window_days":0}"#, "window_days"),
            (
                r#"{"credentials":{"main":{"id":"ours","secret":"x"}}}"#,
                "credentials.main.id",
            ),
            (
                r#"{"credentials":{"main":{"secret":"x"}}}"#,
                "credentials.main.id",
            ),
        ] {
            let settings = settings(json);
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path.join("."), key);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_but_for_their_secrets() {
        let default = InstagramSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(settings(&json), default);
        assert!(json.contains(r#""per":"1h""#), "{json}");
        let ours = settings(r#"{"credentials":{"main":{"id":"1784","secret":"EAAhush"}}}"#);
        assert!(!format!("{ours:?}").contains("hush"));
        assert!(!serde_json::to_string(&ours).unwrap().contains("hush"));
        assert!(serde_json::from_str::<InstagramSettings>(r#"{"token":"x"}"#).is_err());
    }
}
