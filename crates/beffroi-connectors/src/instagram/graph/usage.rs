//! What the headers of an answer say of the allowance: `X-App-Usage` and
//! `X-Business-Use-Case-Usage`, in percent. Both may be absent, which means nothing; which of them
//! rules business discovery is not sure, so both are obeyed.
//!
//! Source: "Rate Limits", developers.facebook.com/docs/graph-api/overview/rate-limiting (2026).

use std::{collections::HashMap, time::Duration};

use serde::Deserialize;

use crate::tolerant::{self, Count, Items};

/// Percent from which the asking slows down.
const SLOW_FROM: u32 = 70;

/// Percent from which nothing more is asked; at 100 the platform refuses, and each further call
/// lengthens its block.
const STOP_FROM: u32 = 95;

/// How much of an allowance is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spent {
    /// In percent, the worst of its counts.
    percent: u32,
    /// Minutes until it may be used again, where the platform says that it is blocked.
    regain_minutes: u64,
}

/// The allowances that an answer told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Usage {
    /// Of the whole application.
    pub(super) app: Spent,
    /// Of the account that the token stands for.
    pub(super) business: Spent,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    call_count: Count,
    total_cputime: Count,
    total_time: Count,
    /// Minutes; 0 when not blocked.
    estimated_time_to_regain_access: Count,
    #[serde(rename = "type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
}

impl Counts {
    fn spent(&self) -> Spent {
        let counts = [self.call_count, self.total_cputime, self.total_time];
        let worst = counts.iter().filter_map(|count| count.given()).max();
        Spent {
            percent: u32::try_from(worst.unwrap_or(0)).unwrap_or(u32::MAX),
            regain_minutes: self.estimated_time_to_regain_access.given().unwrap_or(0),
        }
    }
}

impl Usage {
    /// Reads the headers. `use_case` is the type of those business uses that concern us: the same
    /// header tells those of the application's other products.
    pub(super) fn read(app: Option<&str>, business: Option<&str>, use_case: &str) -> Self {
        let app = app.and_then(|text| serde_json::from_str::<Counts>(text).ok());
        let business = business
            .and_then(|text| serde_json::from_str::<HashMap<String, Items<Counts>>>(text).ok())
            .unwrap_or_default();
        let ours = business
            .values()
            .flat_map(|counts| &counts.read)
            .filter(|counts| counts.kind.as_deref().is_none_or(|kind| kind == use_case))
            .map(Counts::spent);
        Self {
            app: app.map(|counts| counts.spent()).unwrap_or_default(),
            business: ours.fold(Spent::default(), Spent::worse),
        }
    }

    /// How many times slower than allowed to ask: once at 70 %, ever slower towards 95 %.
    pub(super) fn stretch(&self) -> f64 {
        let percent = self.app.percent.max(self.business.percent);
        let left = STOP_FROM.saturating_sub(percent).max(1);
        let whole = STOP_FROM - SLOW_FROM;
        f64::from(whole) / f64::from(left.min(whole))
    }
}

impl Spent {
    fn worse(self, other: Self) -> Self {
        Self {
            percent: self.percent.max(other.percent),
            regain_minutes: self.regain_minutes.max(other.regain_minutes),
        }
    }

    /// How long to leave it alone: as the platform says, or `usual` when it is nearly spent.
    pub(super) fn rest(self, usual: Duration) -> Option<Duration> {
        if self.regain_minutes > 0 {
            return Some(Duration::from_secs(self.regain_minutes.saturating_mul(60)));
        }
        (self.percent >= STOP_FROM).then_some(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn business(text: &str) -> Usage {
        Usage::read(None, Some(text), "instagram")
    }

    #[test]
    fn an_allowance_rests_when_nearly_spent_or_blocked() {
        let app = |text: &str| Usage::read(Some(text), None, "instagram").app.rest(HOUR);
        assert_eq!(
            app(r#"{"call_count":28,"total_cputime":25,"total_time":25}"#),
            None
        );
        assert_eq!(app(r#"{"call_count":28,"total_time":"95"}"#), Some(HOUR));
        assert_eq!(app("nonsense"), None);
        let usage = business(
            r#"{"178414":[{"type":"instagram","call_count":96,"total_cputime":20,"total_time":20,
                "estimated_time_to_regain_access":19}]}"#,
        );
        assert_eq!(
            usage.business.rest(HOUR),
            Some(Duration::from_secs(19 * 60))
        );
    }

    #[test]
    fn other_products_and_absent_headers_say_nothing() {
        let other = business(r#"{"1":[{"type":"pages","call_count":100}],"2":[null]}"#);
        assert_eq!(other, Usage::default());
        assert_eq!(Usage::read(None, None, "instagram"), Usage::default());
        let untyped = business(r#"{"1":[{"call_count":99}]}"#);
        assert_eq!(untyped.business.rest(HOUR), Some(HOUR));
    }

    #[test]
    fn asking_slows_down_between_the_two_marks() {
        for (percent, expected) in [(0, 1.0), (70, 1.0), (90, 5.0), (94, 25.0), (100, 25.0)] {
            let usage = business(&format!(r#"{{"1":[{{"call_count":{percent}}}]}}"#));
            assert!((usage.stretch() - expected).abs() < 1e-9, "{percent}");
        }
    }
}
