//! `[platforms.facebook]` of the configuration.

use std::{
    num::{NonZeroU8, NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_budget::Allowance;
use beffroi_fetch::{BudgetSpec, Holder};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{CredentialSettings, check};

/// Most items of one page of posts or comments (Page Feed reference, read in 2026).
const MAX_PER_PAGE: u8 = 100;

/// How the Graph API is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct FacebookSettings {
    /// Address of the Graph API. Default `https://graph.facebook.com`.
    pub base_url: Url,
    /// Version of the Graph API, sent in every path. Default `v25.0`; a version is answered for
    /// about two years.
    pub api_version: String,
    /// Access tokens, by name: best a system user's, of an application to which Meta has granted
    /// Page Public Content Access. Default none: every page ends as forbidden,
    /// `credential_missing`, and nothing is asked.
    pub credentials: CredentialSettings,
    /// Requests in a window of `per`. Default 2. Meta publishes no rate for the token of a page or
    /// a system user; with an application's own token it is 200 an hour for each of its daily users.
    pub requests: NonZeroU32,
    /// Length of that window. Default `1s`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub per: Duration,
    /// Requests at a time. Default 2.
    pub concurrency: NonZeroU32,
    /// Percent of an allowance, as the answers tell it, from which calls are slowed down.
    /// Default 70.
    pub slow_from_percent: u8,
    /// Percent of an allowance at which no call is made any more: Meta refuses at 100, and what is
    /// asked while it refuses makes the refusal longer. Default 95.
    pub stop_at_percent: u8,
    /// How long no call is made once an allowance is spent, where the answer does not say when it
    /// is there again. Default `1h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub pause: Duration,
    /// Days before the run whose posts are read. Default 28.
    pub window_days: u16,
    /// Posts that one call brings, 100 at the most. Default 25.
    pub posts_per_call: NonZeroU8,
    /// Pages of posts read of one account; when the window is longer, its posts and dialogue are
    /// reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Comments that come with each post in the same call, 100 at the most. Default 50. With 0 they
    /// are asked for post by post.
    pub comments_per_post: u8,
    /// Calls in one visit for comments that did not come with their post, newest posts first, 100
    /// comments each; when more have moved, the dialogue is reported as not asked. Default 20.
    pub max_comment_calls: u16,
}

impl Default for FacebookSettings {
    fn default() -> Self {
        let base_url = Url::parse("https://graph.facebook.com/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            api_version: "v25.0".to_owned(),
            credentials: CredentialSettings::new(),
            requests: const { NonZeroU32::new(2).expect("2 is not zero") },
            per: Duration::from_secs(1),
            concurrency: const { NonZeroU32::new(2).expect("2 is not zero") },
            slow_from_percent: 70,
            stop_at_percent: 95,
            pause: Duration::from_secs(3600),
            window_days: 28,
            posts_per_call: const { NonZeroU8::new(25).expect("25 is not zero") },
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
            comments_per_post: 50,
            max_comment_calls: 20,
        }
    }
}

impl FacebookSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        let refuse = |key, problem: String| Err((vec![key], problem));
        check::web_address(&["base_url"], &self.base_url)?;
        if !is_version(&self.api_version) {
            let problem = format!(
                "found `{}`, expected a version as in `v25.0`",
                self.api_version
            );
            return refuse("api_version", problem);
        }
        for (key, time) in [("per", self.per), ("pause", self.pause)] {
            check::time(key, time)?;
        }
        if !(1..=100).contains(&self.stop_at_percent) {
            let problem = format!("found `{}`, expected 1 to 100", self.stop_at_percent);
            return refuse("stop_at_percent", problem);
        }
        if self.slow_from_percent > self.stop_at_percent {
            let problem = format!(
                "found `{}`, expected no more than `stop_at_percent`, which is `{}`",
                self.slow_from_percent, self.stop_at_percent
            );
            return refuse("slow_from_percent", problem);
        }
        check::days("window_days", self.window_days)?;
        let sizes = [
            ("posts_per_call", self.posts_per_call.get()),
            ("comments_per_post", self.comments_per_post),
        ];
        for (key, size) in sizes {
            if size > MAX_PER_PAGE {
                let problem = format!("found `{size}`, expected {MAX_PER_PAGE} at the most");
                return refuse(key, problem);
            }
        }
        Ok(())
    }

    /// What a token may spend by the day: Meta tells it in percent only, so that calls are counted and
    /// not bounded.
    pub(super) fn allowances(&self) -> Vec<Allowance> {
        Vec::new()
    }

    /// What we spend of Meta's patience.
    pub(super) fn budget(&self) -> BudgetSpec {
        BudgetSpec {
            requests: self.requests,
            per: self.per,
            concurrency: self.concurrency,
            holder: Holder::default(),
        }
    }
}

fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix('v')
        .and_then(|number| number.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> FacebookSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(settings("{}").check(), Ok(()));
        let usable = r#"{"base_url":"http://127.0.0.1:3000","api_version":"v26.0"}"#;
        assert_eq!(settings(usable).check(), Ok(()));
        for (json, key) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url"),
            (r#"{"api_version":"25.0"}"#, "api_version"),
            (r#"{"api_version":"v25.0/me"}"#, "api_version"),
            (r#"{"per":"0s"}"#, "per"),
            (r#"{"pause":"0s"}"#, "pause"),
            (r#"{"stop_at_percent":101}"#, "stop_at_percent"),
            (
                r#"{"stop_at_percent":0,"slow_from_percent":0}"#,
                "stop_at_percent",
            ),
            (r#"{"slow_from_percent":96}"#, "slow_from_percent"),
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"posts_per_call":101}"#, "posts_per_call"),
            (r#"{"comments_per_post":101}"#, "comments_per_post"),
        ] {
            let settings = settings(json);
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path.join("."), key);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_and_unknown_keys_are_refused() {
        let default = FacebookSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert!(json.contains(r#""pause":"1h""#), "{json}");
        assert_eq!(settings(&json), default);
        for unknown in [r#"{"tokn":"x"}"#, r#"{"requests":0}"#] {
            assert!(serde_json::from_str::<FacebookSettings>(unknown).is_err());
        }
    }
}
