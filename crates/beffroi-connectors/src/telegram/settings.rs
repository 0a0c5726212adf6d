//! `[platforms.telegram]` of the configuration.

use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::check;

/// How the preview is read. Its pace is that of every website: `fetch.host_interval`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramSettings {
    /// Address of the preview. Default `https://t.me`.
    pub base_url: Url,
    /// Days before the run whose posts are read. Default 28. More days cost more pages.
    pub window_days: u16,
    /// Pages of about 20 posts read of one channel; when the window is longer, its posts are
    /// reported as truncated. Default 10.
    pub max_pages: NonZeroU16,
}

impl Default for TelegramSettings {
    fn default() -> Self {
        let base_url = Url::parse("https://t.me/");
        Self {
            base_url: base_url.expect("a fixed address is an address"),
            window_days: 28,
            max_pages: const { NonZeroU16::new(10).expect("10 is not zero") },
        }
    }
}

impl TelegramSettings {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
        check::web_address(&["base_url"], &self.base_url)?;
        check::days("window_days", self.window_days)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_which_nothing_could_be_measured_are_refused_by_name() {
        assert_eq!(TelegramSettings::default().check(), Ok(()));
        for (json, key) in [
            (r#"{"window_days":0}"#, "window_days"),
            (r#"{"base_url":"ftp://t.me"}"#, "base_url"),
        ] {
            let settings: TelegramSettings = serde_json::from_str(json).unwrap();
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path, [key]);
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn settings_read_back_as_written_and_unknown_ones_are_refused() {
        let default = TelegramSettings::default();
        let json = serde_json::to_string(&default).unwrap();
        assert_eq!(
            serde_json::from_str::<TelegramSettings>(&json).unwrap(),
            default
        );
        assert!(serde_json::from_str::<TelegramSettings>(r#"{"max_page":3}"#).is_err());
    }
}
