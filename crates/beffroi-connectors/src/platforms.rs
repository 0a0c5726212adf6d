//! The platforms that can be measured: the one list in which each has its line.
//!
//! From a line follow the platform's settings in the configuration and their check, the rules by
//! which its accounts are recognised, and its connector. Websites are named apart: their addresses are
//! nobody's else.

use std::sync::Arc;

use beffroi_budget::{Allowance, Tariff};
use beffroi_model::Platform;
use serde::{Deserialize, Serialize};

use crate::{
    Access, Checked, Connector, CredentialSettings, accounts::Service, bluesky, check::within,
    credential, facebook, instagram, linkedin, mastodon, peertube, snapchat, telegram, threads,
    tiktok, website::WebsiteSettings, x, youtube,
};

/// What the settings of every platform offer.
pub trait Settings: Send + Sync {
    /// Refuses values with which nothing could be measured: the key's path, and what is wrong.
    fn check(&self) -> Checked<'_> {
        Ok(())
    }

    /// The credentials; `None` where the platform asks for none.
    fn credentials(&self) -> Option<&CredentialSettings> {
        None
    }

    /// What each credential (or all, where none is asked for) may spend by the day.
    fn allowances(&self) -> Vec<Allowance> {
        Vec::new()
    }

    /// What a night costs.
    fn tariff(&self) -> Tariff;

    /// The connector, for one credential.
    fn connector(&self, access: Access) -> Arc<dyn Connector>;
}

/// The settings of a platform that asks for credentials: their checks, credentials, allowances and
/// tariff are called alike.
macro_rules! settings_with_credentials {
    ($settings:ident, $connector:ident) => {
        impl $crate::Settings for $settings {
            fn check(&self) -> $crate::Checked<'_> {
                self.check()
            }

            fn credentials(&self) -> Option<&$crate::CredentialSettings> {
                Some(&self.credentials)
            }

            fn allowances(&self) -> Vec<beffroi_budget::Allowance> {
                self.allowances()
            }

            fn tariff(&self) -> beffroi_budget::Tariff {
                tariff::tariff(self)
            }

            fn connector(&self, access: $crate::Access) -> std::sync::Arc<dyn $crate::Connector> {
                std::sync::Arc::new($connector::new(access, self.clone()))
            }
        }
    };
}
pub(crate) use settings_with_credentials;

/// A line is `folder: Platform, Settings;`.
macro_rules! platforms {
    ($($folder:ident: $platform:ident, $settings:ident;)+) => {
        /// Platforms that have a connector, websites first.
        pub const MEASURABLE: &[Platform] = &[Platform::Website, $(Platform::$platform),+];

        /// The rules by which accounts on these platforms are recognised.
        pub(crate) const SERVICES: &[Service] = &[$($folder::accounts::SERVICE),+];

        /// `[platforms.…]` of the configuration: one table a platform.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct PlatformSettings {
            /// `[platforms.website]`.
            pub website: WebsiteSettings,
            $(
                #[doc = concat!("`[platforms.", stringify!($folder), "]`.")]
                pub $folder: $folder::$settings,
            )+
        }

        impl PlatformSettings {
            /// The settings of a platform; `None` where it cannot be measured.
            pub fn of(&self, platform: Platform) -> Option<&dyn Settings> {
                match platform {
                    Platform::Website => Some(&self.website),
                    $(Platform::$platform => Some(&self.$folder),)+
                    _ => None,
                }
            }
        }
    };
}

platforms! {
    bluesky: Bluesky, BlueskySettings;
    facebook: Facebook, FacebookSettings;
    instagram: Instagram, InstagramSettings;
    linkedin: Linkedin, LinkedinSettings;
    mastodon: Mastodon, MastodonSettings;
    peertube: Peertube, PeertubeSettings;
    snapchat: Snapchat, SnapchatSettings;
    telegram: Telegram, TelegramSettings;
    threads: Threads, ThreadsSettings;
    tiktok: Tiktok, TiktokSettings;
    x: X, XSettings;
    youtube: Youtube, YoutubeSettings;
}

impl PlatformSettings {
    /// Refuses values with which nothing could be measured: the path of the key below `platforms`, and
    /// what is wrong.
    pub fn check(&self) -> Checked<'_> {
        for platform in MEASURABLE {
            let Some(settings) = self.of(*platform) else {
                continue;
            };
            within(platform.as_str(), settings.check())?;
            if let Some(credentials) = settings.credentials() {
                within(platform.as_str(), credential::check_all(credentials))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_fetch::{FetchClient, FetchSettings};
    use strum::IntoEnumIterator;

    #[test]
    fn every_platform_that_is_not_presence_only_has_its_line() {
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        let settings = PlatformSettings::default();
        for platform in Platform::iter() {
            let of = settings.of(platform);
            let found = of.map(|of| {
                assert!(!of.tariff().charges.is_empty(), "{platform}");
                of.connector(Access::keyless(client.clone())).platform()
            });
            let expected = (!platform.is_presence_only()).then_some(platform);
            assert_eq!(found, expected);
            assert_eq!(MEASURABLE.contains(&platform), expected.is_some());
        }
    }

    #[test]
    fn the_list_is_sorted_and_its_folders_are_the_platforms_words() {
        assert!(MEASURABLE[1..].is_sorted_by_key(|platform| platform.as_str()));
        let settings = serde_json::to_value(PlatformSettings::default()).unwrap();
        let folders: Vec<&str> = settings
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut words: Vec<&str> = MEASURABLE.iter().map(|it| it.as_str()).collect();
        words.sort_unstable();
        let mut sorted = folders.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, words);
    }

    #[test]
    fn a_refused_value_is_told_with_its_platform() {
        assert_eq!(PlatformSettings::default().check(), Ok(()));
        let json = r#"{"tiktok":{"window_days":31}}"#;
        let settings: PlatformSettings = serde_json::from_str(json).unwrap();
        let (path, _) = settings.check().unwrap_err();
        assert_eq!(path, ["tiktok", "window_days"]);
        assert!(serde_json::from_str::<PlatformSettings>(r#"{"myspace":{}}"#).is_err());
    }

    #[test]
    fn a_credential_that_cannot_be_used_is_told_by_its_path() {
        let mut settings = PlatformSettings::default();
        for (name, json, key) in [
            (
                "Main",
                r#"{"secret":"x"}"#,
                &["youtube", "credentials", "Main"][..],
            ),
            ("main", "{}", &["youtube", "credentials", "main"]),
            (
                "main",
                r#"{"secret":"hush hush"}"#,
                &["youtube", "credentials", "main", "secret"],
            ),
        ] {
            let source = serde_json::from_str(json).unwrap();
            settings.youtube.credentials = [(name.to_owned(), source)].into();
            let (path, problem) = settings.check().unwrap_err();
            assert_eq!(path, key);
            assert!(
                problem.contains("expected") && !problem.contains("hush"),
                "{problem}"
            );
        }
    }
}
