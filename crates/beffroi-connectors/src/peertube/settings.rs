//! `[platforms.peertube]` of the configuration.

use std::{
    collections::BTreeMap,
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_fetch::{BudgetSpec, Holder};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::check;

/// How instances are asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeertubeSettings {
    /// Days before the run whose videos are read. Default 28. More days cost more calls, since each
    /// video's comments are asked for.
    pub window_days: u16,
    /// Requests to one instance in a window of `per`. Default 20: PeerTube allows an address 50 in
    /// 10 seconds, but instances are small servers.
    pub requests: NonZeroU32,
    /// Length of that window. Default `10s`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub per: Duration,
    /// Requests to one instance at a time. Default 2.
    pub concurrency: NonZeroU32,
    /// Pages of 100 videos read of one channel or account; when the window is longer, its posts and
    /// dialogue are reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Calls made for comments in one visit, newest videos first; when more are needed, the
    /// dialogue is reported as not asked. Default 200.
    pub max_comment_calls: u16,
    /// What is particular to an instance, by its host (with a port other than the usual).
    pub instances: BTreeMap<String, PeertubeInstance>,
}

/// What is particular to an instance.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeertubeInstance {
    /// Address of its API, where that is not the instance's own name. Default none.
    pub base_url: Option<Url>,
}

impl Default for PeertubeSettings {
    fn default() -> Self {
        Self {
            window_days: 28,
            requests: const { NonZeroU32::new(20).expect("20 is not zero") },
            per: Duration::from_secs(10),
            concurrency: const { NonZeroU32::new(2).expect("2 is not zero") },
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
            max_comment_calls: 200,
            instances: BTreeMap::new(),
        }
    }
}

impl PeertubeSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::days("window_days", self.window_days)?;
        check::time("per", self.per)?;
        for (host, instance) in &self.instances {
            let Some(base) = &instance.base_url else {
                continue;
            };
            check::web_address(&["instances", host, "base_url"], base)?;
        }
        Ok(())
    }

    /// What one instance allows.
    pub(super) fn budget(&self) -> BudgetSpec {
        BudgetSpec {
            requests: self.requests,
            per: self.per,
            concurrency: self.concurrency,
            holder: Holder::default(),
        }
    }

    /// The configured root of the API of a handle's domain.
    pub(super) fn base_url(&self, domain: &str) -> Option<Url> {
        let base = self.instances.get(domain)?.base_url.clone()?;
        Some(base.join("/").unwrap_or(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(PeertubeSettings::default().check(), Ok(()));
        for (json, key) in [
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"per":"0s"}"#, "per"),
            (
                r#"{"instances":{"a.example":{"base_url":"ftp://x"}}}"#,
                "instances.a.example.base_url",
            ),
        ] {
            let settings: PeertubeSettings = serde_json::from_str(json).unwrap();
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path.join("."), key);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_and_unknown_ones_are_refused() {
        let default = PeertubeSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert!(json.contains(r#""per":"10s""#), "{json}");
        assert_eq!(
            serde_json::from_str::<PeertubeSettings>(&json).unwrap(),
            default
        );
        assert!(serde_json::from_str::<PeertubeSettings>(r#"{"windw_days":3}"#).is_err());
    }

    #[test]
    fn the_budget_is_below_what_peertube_allows_an_address() {
        let budget = PeertubeSettings::default().budget();
        let a_second = f64::from(budget.requests.get()) / budget.per.as_secs_f64();
        assert!(a_second <= 5.0, "50 in 10 seconds are allowed");
    }
}
