//! `[platforms.x]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_budget::{Allowance, Period, Unit};
use beffroi_fetch::{BudgetSpec, Holder};
use serde::{Deserialize, Serialize};
use url::Url;

use super::price::{Dollars, POSTS};
use crate::{CredentialSettings, access::bucket, check};

/// How X's API is asked, and what it may cost.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct XSettings {
    /// Address of the API. Default `https://api.x.com`.
    pub base_url: Url,
    /// Bearer tokens of apps that X has enrolled (pay-per-use), by name. Default none: every account
    /// ends as forbidden, `credential_missing`, and nothing is asked.
    pub credentials: CredentialSettings,
    /// Dollars that one token may spend in a day (UTC): what does not fit into it is measured on
    /// another night. Default 20.
    pub dollars_per_day: Dollars,
    /// Posts and replies that one token may read in a day (UTC), whoever's they are. Default
    /// 100000: a thirtieth of the 3 million that X allows in a month.
    pub posts_per_day: NonZeroU32,
    /// Which words parameters and fields are asked in: `tweet` as X's pages and long practice have
    /// them, or `post` as its OpenAPI file has since version 2.167. Answers are read in both.
    /// Default `tweet`.
    pub field_names: FieldNames,
    /// Days before the run whose posts are read. Default 28. More days cost more posts at the first
    /// visit and at every refresh.
    pub window_days: u16,
    /// Days between two readings of an account's profile, $0.010 each. Default 1. With more, the
    /// followers are reported as not asked on the nights between, and accounts take turns.
    pub profile_days: NonZeroU16,
    /// Days between two readings of the counters of a known post, $0.005 each. Default 7. On the
    /// nights between they are reported as not asked; all posts of an account are read on the same
    /// night, and accounts take turns.
    pub refresh_days: NonZeroU16,
    /// Whether visitors' replies are searched and the account's own replies read, $0.005 each.
    /// Default true; without them the dialogue is reported as not asked.
    pub dialogue: bool,
    /// Pages of 100 posts and own replies read of one account; when there are more, its posts and
    /// dialogue are reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Pages of 100 replies read of one search, which asks for 20 accounts; when there are more,
    /// the dialogue of these accounts is reported as truncated. Default 10.
    pub max_search_pages: NonZeroU16,
    /// Length of the window in which X counts requests. Default `15m`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub per: Duration,
    /// Requests for profiles in such a window, each of 100 accounts. Default 300, X's own limit.
    pub user_requests: NonZeroU32,
    /// Requests for posts of an account in such a window. Default 10000, X's own limit.
    pub timeline_requests: NonZeroU32,
    /// Requests for known posts in such a window, each of 100 posts. Default 3500, X's own limit.
    pub post_requests: NonZeroU32,
    /// Searches for replies in such a window. Default 450, X's own limit.
    pub search_requests: NonZeroU32,
    /// Requests of each kind at a time, and accounts of a batch read at a time. Default 8.
    pub concurrency: NonZeroU32,
}

/// The two spellings of X's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldNames {
    /// `tweet.fields`, `referenced_tweets`.
    #[default]
    Tweet,
    /// `post.fields`, `referenced_posts`.
    Post,
}

impl Default for XSettings {
    fn default() -> Self {
        let count = |number| NonZeroU32::new(number).expect("the defaults are not zero");
        let few = |number| NonZeroU16::new(number).expect("the defaults are not zero");
        let base_url = Url::parse("https://api.x.com/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            credentials: CredentialSettings::new(),
            dollars_per_day: Dollars::from_micros(20_000_000),
            posts_per_day: count(100_000),
            field_names: FieldNames::Tweet,
            window_days: 28,
            profile_days: few(1),
            refresh_days: few(7),
            dialogue: true,
            max_pages: few(10),
            max_search_pages: few(10),
            per: Duration::from_secs(15 * 60),
            user_requests: count(300),
            timeline_requests: count(10_000),
            post_requests: count(3500),
            search_requests: count(450),
            concurrency: count(8),
        }
    }
}

impl XSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        check::days("window_days", self.window_days)?;
        check::time("per", self.per)?;
        Ok(())
    }

    /// What one token may spend.
    pub(super) fn allowances(&self) -> Vec<Allowance> {
        let a_day = |bucket, unit, amount| Allowance {
            bucket,
            unit,
            amount,
            period: Period::UtcDay,
        };
        vec![
            a_day(
                bucket::MONEY,
                Unit::MicroDollars,
                self.dollars_per_day.micros(),
            ),
            a_day(POSTS, Unit::Objects, self.posts_per_day.get().into()),
        ]
    }

    /// What X allows of requests for profiles.
    pub(super) fn user_budget(&self) -> BudgetSpec {
        self.budget(self.user_requests)
    }

    /// What X allows of requests for an account's posts.
    pub(super) fn timeline_budget(&self) -> BudgetSpec {
        self.budget(self.timeline_requests)
    }

    /// What X allows of requests for known posts.
    pub(super) fn post_budget(&self) -> BudgetSpec {
        self.budget(self.post_requests)
    }

    /// What X allows of searches.
    pub(super) fn search_budget(&self) -> BudgetSpec {
        self.budget(self.search_requests)
    }

    fn budget(&self, requests: NonZeroU32) -> BudgetSpec {
        BudgetSpec {
            requests,
            per: self.per,
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
            let settings: XSettings = serde_json::from_str(json).unwrap();
            let refused = settings.check().err();
            refused.map(|(path, problem)| format!("{}: {problem}", path.join(".")))
        };
        for fine in [
            "{}",
            r#"{"base_url":"http://127.0.0.1:3000"}"#,
            r#"{"dollars_per_day":0.5}"#,
        ] {
            assert_eq!(refused(fine), None, "{fine}");
        }
        for (json, key) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url"),
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"per":"0s"}"#, "per"),
        ] {
            let told = refused(json).unwrap();
            assert!(told.starts_with(&format!("{key}: found ")), "{told}");
            assert!(told.contains("expected"), "{told}");
        }
    }

    #[test]
    fn settings_read_back_as_written_and_unknown_keys_are_refused() {
        let default = XSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert!(json.contains(r#""per":"15m""#), "{json}");
        assert_eq!(serde_json::from_str::<XSettings>(&json).unwrap(), default);
        for refused in [
            r#"{"bearer":"x"}"#,
            r#"{"refresh_days":0}"#,
            r#"{"user_requests":0}"#,
            r#"{"field_names":"toot"}"#,
        ] {
            assert!(
                serde_json::from_str::<XSettings>(refused).is_err(),
                "{refused}"
            );
        }
    }
}
