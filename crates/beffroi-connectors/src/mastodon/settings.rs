//! `[platforms.mastodon]` of the configuration.

use std::{
    collections::BTreeMap,
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_fetch::{
    BudgetSpec, Holder,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::address::authority;
use crate::{Secret, check};

/// How instances are asked.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct MastodonSettings {
    /// Days before the run whose posts are read. Default 28. More days cost more pages.
    pub window_days: u16,
    /// Requests to one instance in a window of `per`. Default 300, Mastodon's own limit for an
    /// anonymous address.
    pub requests: NonZeroU32,
    /// Length of that window. Default `5m`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub per: Duration,
    /// Requests to one instance at a time. Default 2.
    pub concurrency: NonZeroU32,
    /// Requests to one instance for a second or later page, in a window of `paging_per`.
    /// Default 300, Mastodon's own limit.
    pub paging_requests: NonZeroU32,
    /// Length of that window. Default `15m`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub paging_per: Duration,
    /// Pages of 40 statuses read of one account; when the window is longer, its posts and dialogue
    /// are reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
    /// Conversations asked for in one visit, newest posts first; when more have moved, the dialogue
    /// is reported as not asked. Default 200.
    pub max_contexts: u16,
    /// What is particular to an instance, by its host (with a port other than the usual).
    pub instances: BTreeMap<String, InstanceSettings>,
}

/// What is particular to an instance.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct InstanceSettings {
    /// Token of an application with the scope `read`, for instances that answer only to those who
    /// log in. Sent to this instance's API alone. Default none: such accounts are forbidden.
    pub token: Option<Secret>,
    /// Address of its API, where that is not the instance's own name; WebFinger is not asked then.
    /// Default none.
    pub base_url: Option<Url>,
}

impl Default for MastodonSettings {
    fn default() -> Self {
        let allowed = const { NonZeroU32::new(300).expect("300 is not zero") };
        Self {
            window_days: 28,
            requests: allowed,
            per: Duration::from_secs(5 * 60),
            concurrency: const { NonZeroU32::new(2).expect("2 is not zero") },
            paging_requests: allowed,
            paging_per: Duration::from_secs(15 * 60),
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
            max_contexts: 200,
            instances: BTreeMap::new(),
        }
    }
}

impl MastodonSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::days("window_days", self.window_days)?;
        for (key, per) in [("per", self.per), ("paging_per", self.paging_per)] {
            check::time(key, per)?;
        }
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

    /// The header that logs us in at `url`, when we have a token for that very host.
    pub(super) fn authorization(&self, url: &Url) -> Option<(HeaderName, HeaderValue)> {
        if !url.path().starts_with("/api/") {
            return None;
        }
        // In the clear only where the settings say so, by scheme or by naming a port.
        let is_guarded = url.scheme() == "https" || url.port().is_some();
        let host = authority(url)?;
        let (_, instance) =
            self.instances
                .iter()
                .find(|(name, instance)| match &instance.base_url {
                    Some(base) => base.origin() == url.origin(),
                    None => is_guarded && name.eq_ignore_ascii_case(&host),
                })?;
        let token = instance.token.as_ref()?.expose();
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some((AUTHORIZATION, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> MastodonSettings {
        let json = r#"{"instances":{
            "social.example":{"token":"hush"},
            "split.example":{"token":"hush2","base_url":"http://127.0.0.1:9000"}}}"#;
        serde_json::from_str(json).unwrap()
    }

    fn token_at(url: &str) -> Option<String> {
        let (_, value) = settings().authorization(&url.parse().unwrap())?;
        assert!(value.is_sensitive());
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(settings().check(), Ok(()));
        for (json, key) in [
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"per":"0s"}"#, "per"),
            (r#"{"paging_per":"0s"}"#, "paging_per"),
            (
                r#"{"instances":{"a.example":{"base_url":"ftp://x"}}}"#,
                "instances.a.example.base_url",
            ),
        ] {
            let settings: MastodonSettings = serde_json::from_str(json).unwrap();
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path.join("."), key);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn a_token_goes_to_its_instances_api_alone() {
        let at = |url| token_at(url);
        assert_eq!(
            at("https://social.example/api/v1/x").as_deref(),
            Some("Bearer hush")
        );
        assert_eq!(
            at("http://127.0.0.1:9000/api/v1/x").as_deref(),
            Some("Bearer hush2")
        );
        for elsewhere in [
            "https://social.example/.well-known/webfinger",
            "https://social.example:8443/api/v1/x",
            "http://social.example/api/v1/x",
            "https://sub.social.example/api/v1/x",
            "https://split.example/api/v1/x",
            "https://evil.example/api/v1/x",
        ] {
            assert_eq!(at(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn settings_read_back_as_written_but_for_their_secrets() {
        let default = MastodonSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert!(json.contains(r#""per":"5m""#), "{json}");
        assert_eq!(
            serde_json::from_str::<MastodonSettings>(&json).unwrap(),
            default
        );
        assert!(!format!("{:?}", settings()).contains("hush"));
        assert!(serde_json::from_str::<MastodonSettings>(r#"{"windw_days":3}"#).is_err());
    }
}
