//! `[platforms.tiktok]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_fetch::BudgetSpec;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::check;

/// Most days that one query for videos may span (developers.tiktok.com, "Query Videos", 2026).
const LONGEST_WINDOW: u16 = 30;

/// Most names that are put into one query. The platform's own limit is not published.
const MOST_NAMES: u16 = 100;

/// How the Research API is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TiktokSettings {
    /// Address of the API. Default `https://open.tiktokapis.com/`.
    pub base_url: Url,
    /// Requests that TikTok allows the organisation in a day, midnight to midnight UTC. Default
    /// 1000; the last 5 % of them are left alone, since tries that fail count as well.
    pub requests_per_day: NonZeroU32,
    /// Requests a second. Default 2; the limit of the moment is not published.
    pub requests_per_second: NonZeroU32,
    /// Requests at a time, and accounts of a batch read at a time. Default 2.
    pub concurrency: NonZeroU32,
    /// Days before the run whose videos are read, 30 at the most. Default 28.
    pub window_days: u16,
    /// Accounts whose videos are asked for in one query, 100 at the most. Default 50; what TikTok
    /// takes is not published.
    pub names_per_query: NonZeroU16,
    /// Pages of 100 videos read of one query; when there are more, the posts of its accounts are
    /// reported as truncated. Default 20.
    pub max_pages: NonZeroU16,
    /// Days between two readings of an account's counters, one request each. Default 7. At the
    /// visits between they are missing as not asked, and accounts take turns.
    pub profile_days: NonZeroU16,
    /// Days after which an account that is not shown (private, a minor's, renamed or not there) is
    /// asked for again; four times as many after four such times. Default 7; 0 asks every night.
    pub recheck_days: u16,
}

impl Default for TiktokSettings {
    fn default() -> Self {
        let count = |number| NonZeroU32::new(number).expect("the defaults are not zero");
        let few = |number| NonZeroU16::new(number).expect("the defaults are not zero");
        let base_url = Url::parse("https://open.tiktokapis.com/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            requests_per_day: count(1000),
            requests_per_second: count(2),
            concurrency: count(2),
            window_days: 28,
            names_per_query: few(50),
            max_pages: few(20),
            profile_days: few(7),
            recheck_days: 7,
        }
    }
}

impl TiktokSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        check::days("window_days", self.window_days)?;
        let sizes = [
            ("window_days", self.window_days, LONGEST_WINDOW),
            ("names_per_query", self.names_per_query.get(), MOST_NAMES),
        ];
        for (key, found, most) in sizes {
            if found > most {
                let problem = format!("found `{found}`, expected {most} at the most");
                return Err((vec![key], problem));
            }
        }
        Ok(())
    }

    /// What we spend of TikTok's patience.
    pub(super) fn budget(&self) -> BudgetSpec {
        BudgetSpec {
            requests: self.requests_per_second,
            per: Duration::from_secs(1),
            concurrency: self.concurrency,
        }
    }

    /// The requests of a day that we plan with.
    pub(super) fn spendable_per_day(&self) -> u32 {
        let requests = self.requests_per_day.get();
        (requests - requests / 20).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> TiktokSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(TiktokSettings::default().check(), Ok(()));
        for (json, key) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url"),
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"window_days":31}"#, "window_days"),
            (r#"{"names_per_query":101}"#, "names_per_query"),
        ] {
            let settings = settings(json);
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path, [key]);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_and_hold_no_secret() {
        let default = TiktokSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(settings(&json), default);
        for unknown in [r#"{"client_secret":"x"}"#, r#"{"profile_days":0}"#] {
            assert!(serde_json::from_str::<TiktokSettings>(unknown).is_err());
        }
    }

    #[test]
    fn a_twentieth_of_the_day_is_left_alone() {
        assert_eq!(TiktokSettings::default().spendable_per_day(), 950);
        assert_eq!(settings(r#"{"requests_per_day":1}"#).spendable_per_day(), 1);
    }
}
