//! The one list of platforms that can be measured, and what the settings of each offer to those who
//! put the program together.

use std::sync::Arc;

use beffroi_budget::{Allowance, Tariff};
use beffroi_model::Platform;
use serde::{Deserialize, Serialize};

use crate::{Access, Checked, Connector, CredentialSettings};

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

macro_rules! platforms {
    ($($platform:ident: $name:ident, $settings:ty;)*) => {
        /// `[platforms.…]` of the configuration: one table a platform.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct PlatformSettings {
            $(
                #[doc = concat!("`[platforms.", stringify!($name), "]`.")]
                pub $name: $settings,
            )*
        }

        /// The platforms that can be measured.
        pub const MEASURABLE: &[Platform] = &[$(Platform::$platform),*];

        impl PlatformSettings {
            /// The settings of a platform; `None` where it cannot be measured.
            pub fn of(&self, platform: Platform) -> Option<&dyn Settings> {
                match platform {
                    $(Platform::$platform => Some(&self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

// A new platform is a folder and a line here.
platforms! {
    Website: website, crate::website::WebsiteSettings;
    Mastodon: mastodon, crate::mastodon::MastodonSettings;
    Bluesky: bluesky, crate::bluesky::BlueskySettings;
    Facebook: facebook, crate::facebook::FacebookSettings;
    Instagram: instagram, crate::instagram::InstagramSettings;
    Peertube: peertube, crate::peertube::PeertubeSettings;
    Telegram: telegram, crate::telegram::TelegramSettings;
    Threads: threads, crate::threads::ThreadsSettings;
    X: x, crate::x::XSettings;
    Youtube: youtube, crate::youtube::YoutubeSettings;
}

impl PlatformSettings {
    /// The first value with which nothing could be measured: its key's path below `platforms`, and what
    /// is wrong with it.
    pub fn check(&self) -> Checked<'_> {
        for platform in MEASURABLE {
            let Some(settings) = self.of(*platform) else {
                continue;
            };
            let credentials = settings.credentials().map(crate::credential::check);
            let checked = settings.check().and(credentials.unwrap_or(Ok(())));
            checked.map_err(|(key, problem)| {
                let name: &'static str = (*platform).into();
                ([name].into_iter().chain(key).collect(), problem)
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use beffroi_fetch::{FetchClient, FetchSettings};

    use super::*;

    #[test]
    fn every_platform_of_the_list_has_its_connector_and_a_name_that_is_its_key() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = PlatformSettings::default();
        let keys = serde_json::to_value(&settings).unwrap();
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        for platform in MEASURABLE {
            let of = settings.of(*platform).unwrap();
            let connector = of.connector(Access::keyless(client.clone()));
            assert_eq!(connector.platform(), *platform);
            assert!(keys.get(platform.to_string()).is_some(), "{platform}");
            assert!(!of.tariff().charges.is_empty(), "{platform}");
        }
        assert!(settings.of(Platform::Whatsapp).is_none());
    }

    #[test]
    fn a_wrong_value_is_told_by_its_path() {
        let mut settings = PlatformSettings::default();
        assert_eq!(settings.check(), Ok(()));
        settings.bluesky.window_days = 0;
        assert_eq!(settings.check().unwrap_err().0, ["bluesky", "window_days"]);
        settings.bluesky.window_days = 28;
        for (name, json, key) in [
            (
                "Main",
                r#"{"secret":"x"}"#,
                vec!["youtube", "credentials", "Main"],
            ),
            (
                "main",
                r#"{"id":"x"}"#,
                vec!["youtube", "credentials", "main"],
            ),
            (
                "main",
                r#"{"secret":"hush hush"}"#,
                vec!["youtube", "credentials", "main", "secret"],
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
