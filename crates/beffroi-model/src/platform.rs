//! The platforms on which a collectivity can be present.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// A place where a collectivity can be present. Its text is the same in JSON, SQL and URLs.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the services say all")]
pub enum Platform {
    Website,
    Facebook,
    Instagram,
    Threads,
    X,
    Youtube,
    Linkedin,
    Snapchat,
    Tiktok,
    Mastodon,
    Bluesky,
    Peertube,
    Telegram,
    // Presence only: recognised by URL, never fetched.
    Whatsapp,
    Messenger,
    Signal,
    Discord,
    Viber,
    Panneaupocket,
    Illiwap,
    Intramuros,
    Cityall,
    Citykomi,
    Mymairie,
    Neocity,
    Citizenapps,
    Imagina,
    Lapagelocale,
    Betterstreet,
    CityApp,
    SmsAlert,
}

impl Platform {
    /// The platform's word, as stored and printed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether only the presence is recorded: no connector will ever ask such a service.
    pub fn is_presence_only(self) -> bool {
        self >= Self::Whatsapp
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn a_word_reads_back_as_its_platform() {
        for platform in Platform::iter() {
            assert_eq!(platform.as_str().parse::<Platform>(), Ok(platform));
            let json = serde_json::to_string(&platform).unwrap();
            assert_eq!(json, format!("\"{}\"", platform.as_str()));
        }
    }

    #[test]
    fn alert_apps_are_presence_only_and_networks_are_not() {
        assert!(Platform::Panneaupocket.is_presence_only());
        assert!(Platform::SmsAlert.is_presence_only());
        assert!(!Platform::Telegram.is_presence_only());
        assert!(!Platform::Website.is_presence_only());
    }
}
