//! `[platforms.linkedin]` of the configuration.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_fetch::BudgetSpec;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use url::Url;

use super::name::Name;
use crate::check;

/// A version is answered for a year at least: after ten months it is time for another.
const FRESH_MONTHS: i32 = 10;

/// How the Community Management API is asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkedinSettings {
    /// Address of the API. Default `https://api.linkedin.com/`.
    pub base_url: Url,
    /// Version of the API, a year and a month, sent with every call. Default `202607`; a version is
    /// answered for a year.
    pub api_version: String,
    /// Requests of each kind that we make in a day, midnight to midnight UTC. Default 500, what
    /// developers tell of applications under development; LinkedIn publishes none.
    pub requests_per_day: NonZeroU32,
    /// Requests a second. Default 2; the limit of the moment is not published.
    pub requests_per_second: NonZeroU32,
    /// Requests at a time, and accounts of a batch read at a time. Default 2.
    pub concurrency: NonZeroU32,
    /// Days between two readings of an account's followers, one request each. Default 7. At the
    /// visits between they are missing as not asked, and accounts take turns.
    pub followers_days: NonZeroU16,
    /// Days between two looks whether an organisation is still there and what it is called. Default
    /// 28; one request for 50 of them.
    pub describe_days: NonZeroU16,
    /// Organisations that let the token's member read their posts, as `company:NAME`, `school:NAME`,
    /// `showcase:NAME` or by their number. Default none: posts and dialogue of all others are
    /// missing as `permission_missing`.
    pub granted: Vec<String>,
    /// Whether the posts of the others are asked for as well, again every `describe_days` where that
    /// is refused. Default false: each refusal costs a request.
    pub try_posts: bool,
    /// Days before the run whose posts are read. Default 28.
    pub window_days: u16,
    /// Pages of 100 posts read of one account; when the window is longer, its posts and dialogue are
    /// reported as truncated. Default 5.
    pub max_pages: NonZeroU16,
    /// Calls for the comments of one account in one visit, newest posts first; when more were
    /// needed, the dialogue is reported as not asked. Default 50.
    pub max_comment_calls: u16,
}

impl Default for LinkedinSettings {
    fn default() -> Self {
        let count = |number| NonZeroU32::new(number).expect("the defaults are not zero");
        let few = |number| NonZeroU16::new(number).expect("the defaults are not zero");
        let base_url = Url::parse("https://api.linkedin.com/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            api_version: "202607".to_owned(),
            requests_per_day: count(500),
            requests_per_second: count(2),
            concurrency: count(2),
            followers_days: few(7),
            describe_days: few(28),
            granted: Vec::new(),
            try_posts: false,
            window_days: 28,
            max_pages: few(5),
            max_comment_calls: 50,
        }
    }
}

impl LinkedinSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        if first_day(&self.api_version).is_none() {
            let problem = format!(
                "found `{}`, expected a year and a month as in `202607`",
                self.api_version
            );
            return Err((vec!["api_version"], problem));
        }
        for granted in &self.granted {
            if Name::of_setting(granted).is_none() {
                let problem = format!(
                    "found `{granted}`, expected `company:NAME`, `school:NAME`, `showcase:NAME` \
                     or a number"
                );
                return Err((vec!["granted"], problem));
            }
        }
        check::days("window_days", self.window_days)?;
        Ok(())
    }

    /// What we spend of LinkedIn's patience.
    pub(super) fn budget(&self) -> BudgetSpec {
        BudgetSpec {
            requests: self.requests_per_second,
            per: Duration::from_secs(1),
            concurrency: self.concurrency,
        }
    }

    /// Whether an organisation, by its handle or number, let us read its posts.
    pub(super) fn is_granted(&self, handle: &str, id: &str) -> bool {
        let mut granted = self.granted.iter();
        granted.any(|granted| granted == handle || granted == id)
    }

    /// Whether the version will not be answered for much longer.
    pub(super) fn is_version_ending(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(TimeZone::UTC).date();
        first_day(&self.api_version).is_some_and(|first| months(first, today) >= FRESH_MONTHS)
    }

    /// How the kind of connection is spelt that makes a follower: it changed with 202305.
    pub(super) fn edge_type(&self) -> &'static str {
        if self.api_version.as_str() <= "202304" {
            "CompanyFollowedByMember"
        } else {
            "COMPANY_FOLLOWED_BY_MEMBER"
        }
    }
}

/// The first day of a version's month.
fn first_day(version: &str) -> Option<Date> {
    let is_number = version.len() == 6 && version.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month) = version.split_at_checked(4).filter(|_| is_number)?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

fn months(from: Date, to: Date) -> i32 {
    let count = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
    count(to) - count(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> LinkedinSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(LinkedinSettings::default().check(), Ok(()));
        let good = r#"{"granted":["company:ville-de-test","school:universite-de-x","2414183"]}"#;
        assert_eq!(settings(good).check(), Ok(()));
        for (json, key) in [
            (r#"{"base_url":"ftp://x"}"#, "base_url"),
            (r#"{"api_version":"v25.0"}"#, "api_version"),
            (r#"{"api_version":"202613"}"#, "api_version"),
            (r#"{"granted":["ville-de-test"]}"#, "granted"),
            (r#"{"granted":["in:jean-dupont"]}"#, "granted"),
            (r#"{"window_days":0}"#, "window_days"),
        ] {
            let settings = settings(json);
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path, [key]);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_and_hold_no_secret() {
        let default = LinkedinSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(settings(&json), default);
        assert!(serde_json::from_str::<LinkedinSettings>(r#"{"token":"x"}"#).is_err());
    }

    #[test]
    fn a_version_is_called_old_before_its_first_birthday() {
        let is_ending =
            |now: &str| LinkedinSettings::default().is_version_ending(now.parse().unwrap());
        assert!(!is_ending("2026-11-26T00:00:00Z"));
        assert!(!is_ending("2027-04-30T00:00:00Z"));
        assert!(is_ending("2027-05-01T00:00:00Z"));
    }

    #[test]
    fn the_kind_of_connection_is_spelt_as_the_version_has_it() {
        assert_eq!(
            LinkedinSettings::default().edge_type(),
            "COMPANY_FOLLOWED_BY_MEMBER"
        );
        let old = settings(r#"{"api_version":"202304"}"#);
        assert_eq!(old.edge_type(), "CompanyFollowedByMember");
    }
}
