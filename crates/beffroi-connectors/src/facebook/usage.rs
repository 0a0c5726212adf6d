//! How much of an allowance is used, as the headers of an answer tell it.
//!
//! `X-App-Usage` is the application's (or the user's), `X-Business-Use-Case-Usage` and the older
//! `X-Page-Usage` that of the page asked for; all in percent, of which the highest counts (Graph
//! API, "Rate Limits", read in 2026). They are sent only once there is some traffic: what is not
//! said is not known.

use std::{collections::HashMap, time::Duration};

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{
    api::Reply,
    tolerant::{self, Count, Scalar},
};

/// What an answer tells of our allowances.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Usage {
    /// Of what is shared by all pages, in percent.
    pub(super) app_percent: Option<f64>,
    /// Of what may be asked of this page, in percent.
    pub(super) page_percent: Option<f64>,
    /// How long this page may not be asked.
    pub(super) page_blocked_for: Option<Duration>,
}

impl Usage {
    /// Reads the headers of an answer.
    pub(super) fn of(reply: &Reply) -> Self {
        Self::read(|name| reply.header(name))
    }

    fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Self {
        let percent = |name| header(name).and_then(json::<Percents>)?.highest();
        let cases = header("x-business-use-case-usage").and_then(json::<UseCases>);
        let of_page: Vec<UseCase> = cases
            .into_iter()
            .flat_map(HashMap::into_values)
            .flatten()
            .filter(UseCase::is_of_pages)
            .collect();
        let percents = of_page.iter().filter_map(|case| case.percents.highest());
        let minutes = of_page
            .iter()
            .filter_map(|case| case.estimated_time_to_regain_access.given());
        Self {
            app_percent: percent("x-app-usage"),
            page_percent: percents.chain(percent("x-page-usage")).reduce(f64::max),
            page_blocked_for: minutes
                .max()
                .filter(|minutes| *minutes > 0)
                .map(|minutes| Duration::from_secs(minutes.saturating_mul(60))),
        }
    }

    /// Whether this page is not to be asked any more.
    pub(super) fn is_page_spent(&self, stop_at_percent: u8) -> bool {
        let stop_at = f64::from(stop_at_percent);
        self.page_blocked_for.is_some() || self.page_percent.is_some_and(|used| used >= stop_at)
    }
}

/// By the number of a page or of the business that owns the token.
type UseCases = HashMap<String, Vec<UseCase>>;

#[derive(Deserialize)]
struct UseCase {
    #[serde(default, rename = "type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
    #[serde(flatten)]
    percents: Percents,
    /// In minutes; 0 while there is access.
    #[serde(default)]
    estimated_time_to_regain_access: Count,
}

impl UseCase {
    fn is_of_pages(&self) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind == "pages")
    }
}

#[derive(Deserialize)]
struct Percents {
    #[serde(default, deserialize_with = "percent")]
    call_count: Option<f64>,
    #[serde(default, deserialize_with = "percent")]
    total_cputime: Option<f64>,
    #[serde(default, deserialize_with = "percent")]
    total_time: Option<f64>,
}

impl Percents {
    fn highest(&self) -> Option<f64> {
        [self.call_count, self.total_cputime, self.total_time]
            .into_iter()
            .flatten()
            .reduce(f64::max)
    }
}

fn json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    tolerant::read(deserializer, |value| match value {
        // Percents are small: `as` loses nothing that matters.
        Scalar::Unsigned(number) => Some(number as f64),
        Scalar::Float(number) => Some(number),
        Scalar::Text(text) => text.trim().parse().ok(),
        Scalar::Null | Scalar::Flag(_) | Scalar::Signed(_) | Scalar::Compound => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(headers: &[(&str, &'static str)]) -> Usage {
        Usage::read(|name| Some(headers.iter().find(|(key, _)| *key == name)?.1))
    }

    #[test]
    fn the_highest_of_the_percents_counts() {
        let app = r#"{"call_count":28,"total_cputime":"31.5","total_time":25}"#;
        assert_eq!(usage(&[("x-app-usage", app)]).app_percent, Some(31.5));
        let page = r#"{"call_count":97}"#;
        let usage = usage(&[("x-page-usage", page)]);
        assert_eq!(usage.app_percent, None);
        assert_eq!(usage.page_percent, Some(97.0));
        assert!(usage.is_page_spent(95) && !usage.is_page_spent(98));
    }

    #[test]
    fn a_pages_allowance_is_told_apart_from_those_of_other_uses() {
        let cases = r#"{
            "123456789012":[
                {"type":"pages","call_count":40,"total_cputime":20,"total_time":20,
                 "estimated_time_to_regain_access":0},
                {"type":"ads_insights","call_count":100,"total_cputime":1,"total_time":1,
                 "estimated_time_to_regain_access":9,"ads_api_access_tier":"standard_access"}],
            "777":[{"type":"pages","call_count":95,"total_cputime":20,"total_time":20,
                 "estimated_time_to_regain_access":19}]}"#;
        let usage = usage(&[("x-business-use-case-usage", cases)]);
        assert_eq!(usage.page_percent, Some(95.0));
        assert_eq!(usage.page_blocked_for, Some(Duration::from_secs(19 * 60)));
        assert!(
            usage.is_page_spent(100),
            "blocked whatever the percents say"
        );
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        for text in [
            "",
            "{}",
            "[]",
            "none",
            r#"{"call_count":null}"#,
            r#"{"1":{"type":"pages"}}"#,
        ] {
            for name in ["x-app-usage", "x-page-usage", "x-business-use-case-usage"] {
                let text: &'static str = text;
                let usage = usage(&[(name, text)]);
                assert_eq!(usage, Usage::default(), "{name}: {text}");
                assert!(!usage.is_page_spent(95));
            }
        }
    }
}
