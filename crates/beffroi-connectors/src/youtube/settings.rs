//! `[platforms.youtube]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_budget::{Allowance, Period, Unit};
use beffroi_fetch::{BudgetSpec, Holder};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{quota, requests::IDS_PER_CALL};
use crate::{CredentialSettings, check};

/// Longest pause within a visit: while one waits, so does its whole batch.
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// How YouTube is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct YoutubeSettings {
    /// Address of the Data API. Default `https://www.googleapis.com/youtube/v3/`.
    pub base_url: Url,
    /// Address of the site, for the feeds and pages that are read without a key.
    /// Default `https://www.youtube.com/`.
    pub site_url: Url,
    /// API keys, by name, each of a Google Cloud project of its own right: Google forbids several
    /// projects for one purpose. Default none: only the feed is read.
    pub credentials: CredentialSettings,
    /// Units that a key may spend in a day (from midnight to midnight in California). Default 10000,
    /// what every project is given.
    pub units_per_day: NonZeroU32,
    /// Units that a key may spend in a day on `videos:batchGetStats`, which are counted apart.
    /// Default 10000.
    pub statistics_per_day: NonZeroU32,
    /// Whether accounts are read from the keyless feed while there is no key. When not, or when
    /// robots.txt says no, they are forbidden. Default `true`.
    pub keyless_feed: bool,
    /// Requests a second to the API. Default 5: the limit by minute is not published; that by day
    /// is 10,000 units.
    pub requests_per_second: NonZeroU32,
    /// Requests to the API at a time, and accounts of a batch read at a time. Default 4.
    pub concurrency: NonZeroU32,
    /// How long the API is left alone once it says that too much was asked within a minute; the call
    /// is then made once more. Default `60s`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub rate_limit_pause: Duration,
    /// Days before the run whose videos are read. Default 28. More days cost more units.
    pub window_days: u16,
    /// Pages of 50 uploads read of one account; when the window is longer, its posts and dialogue
    /// are reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Days after which uploads are listed again though the number of videos has not moved (one was
    /// deleted, another added): between so many and twice as many, by the channel's id, so that
    /// not all have their turn in one night. Default 7.
    pub refresh_days: NonZeroU16,
    /// Whether counters of videos are asked of `videos:batchGetStats`, which has an allowance of its
    /// own, rather than of `videos`, which is also used where the former is not served. Default `true`.
    pub batch_get_stats: bool,
    /// Videos in one call of `videos:batchGetStats`, 50 at the most. Default 50; what it allows is not
    /// published, and where it refuses, `videos` is asked with 50 a call.
    pub batch_get_stats_ids: NonZeroU16,
    /// Calls for the comments of one account in one visit, newest videos first; when more were
    /// needed, the dialogue is reported as not asked. Default 50.
    pub max_comment_calls: u16,
}

impl Default for YoutubeSettings {
    fn default() -> Self {
        let fixed = |address| Url::parse(address).expect("a fixed address is an address");
        Self {
            base_url: fixed("https://www.googleapis.com/youtube/v3/"),
            site_url: fixed("https://www.youtube.com/"),
            credentials: CredentialSettings::new(),
            units_per_day: const { NonZeroU32::new(10_000).expect("10,000 is not zero") },
            statistics_per_day: const { NonZeroU32::new(10_000).expect("10,000 is not zero") },
            keyless_feed: true,
            requests_per_second: const { NonZeroU32::new(5).expect("5 is not zero") },
            concurrency: const { NonZeroU32::new(4).expect("4 is not zero") },
            rate_limit_pause: Duration::from_secs(60),
            window_days: 28,
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
            refresh_days: const { NonZeroU16::new(7).expect("7 is not zero") },
            batch_get_stats: true,
            batch_get_stats_ids: const { NonZeroU16::new(50).expect("50 is not zero") },
            max_comment_calls: 50,
        }
    }
}

impl YoutubeSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        for (key, url) in [("base_url", &self.base_url), ("site_url", &self.site_url)] {
            check::web_address(&[key], url)?;
        }
        check::days("window_days", self.window_days)?;
        if self.rate_limit_pause > LONGEST_PAUSE {
            let problem = format!(
                "found `{:?}`, expected {} minutes at the most",
                self.rate_limit_pause,
                LONGEST_PAUSE.as_secs() / 60
            );
            return Err((vec!["rate_limit_pause"], problem));
        }
        if usize::from(self.batch_get_stats_ids.get()) > IDS_PER_CALL {
            let problem = format!(
                "found `{}`, expected a number of videos, {IDS_PER_CALL} or less",
                self.batch_get_stats_ids
            );
            return Err((vec!["batch_get_stats_ids"], problem));
        }
        Ok(())
    }

    /// What a key may spend.
    pub(super) fn allowances(&self) -> Vec<Allowance> {
        let a_day = |bucket, amount: NonZeroU32| Allowance {
            bucket,
            unit: Unit::Units,
            amount: amount.get().into(),
            period: Period::PacificDay,
        };
        vec![
            a_day(quota::UNITS, self.units_per_day),
            a_day(quota::STATISTICS, self.statistics_per_day),
        ]
    }

    /// What we spend of the API's patience.
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

    fn refused(json: &str) -> Option<String> {
        let settings: YoutubeSettings = serde_json::from_str(json).unwrap();
        let refused = settings.check().err();
        refused.map(|(path, problem)| format!("{}: {problem}", path.join(".")))
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(refused("{}"), None);
        let keyed = r#"{"credentials":{"main":{"secret":"AIza-x_1"}},"window_days":7}"#;
        assert_eq!(refused(keyed), None);
        for (json, begins) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url: found `ftp://x/`"),
            (r#"{"site_url":"ftp://x"}"#, "site_url: found `ftp://x/`"),
            (r#"{"window_days":0}"#, "window_days: found `0`"),
            (
                r#"{"rate_limit_pause":"11m"}"#,
                "rate_limit_pause: found `660s`",
            ),
            (
                r#"{"batch_get_stats_ids":51}"#,
                "batch_get_stats_ids: found `51`",
            ),
        ] {
            let told = refused(json).unwrap();
            assert!(told.starts_with(begins), "{told}");
            assert!(told.contains("expected"), "{told}");
        }
    }

    #[test]
    fn settings_read_back_as_written_but_for_the_key() {
        let default = YoutubeSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(
            serde_json::from_str::<YoutubeSettings>(&json).unwrap(),
            default
        );
        assert!(serde_json::from_str::<YoutubeSettings>(r#"{"token":"x"}"#).is_err());
        assert!(serde_json::from_str::<YoutubeSettings>(r#"{"refresh_days":0}"#).is_err());

        let keyed = r#"{"credentials":{"main":{"secret":"hush"}}}"#;
        let keyed: YoutubeSettings = serde_json::from_str(keyed).unwrap();
        let shown = format!("{keyed:?} {}", serde_json::to_string(&keyed).unwrap());
        assert!(!shown.contains("hush"), "{shown}");
    }
}
