//! The platforms that can be measured: the one list in which each has its line.
//!
//! From a line follow the platform's settings in the configuration and their check, the rules by
//! which its accounts are recognised, and its connector. Websites are named apart: their connector is
//! of another kind, and their addresses are nobody's else.

use std::sync::Arc;

use beffroi_fetch::FetchClient;
use beffroi_model::Platform;
use serde::{Deserialize, Serialize};

use crate::{
    Connector, Credential,
    accounts::Service,
    bluesky,
    check::within,
    facebook, instagram, linkedin, mastodon, peertube, snapchat, telegram, threads, tiktok,
    website::{WebsiteConnector, WebsiteSettings},
    x, youtube,
};

/// A line is `folder: Platform, Connector, Settings;`, with `, credential` at its end where the
/// connector takes one.
macro_rules! platforms {
    ($($folder:ident: $platform:ident, $connector:ident, $settings:ident $(, $credential:ident)?;)+) => {
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
            /// Refuses values with which nothing could be measured: the path of the key below
            /// `platforms`, and what is wrong.
            pub fn check(&self) -> Result<(), (Vec<&str>, String)> {
                $(within(stringify!($folder), self.$folder.check())?;)+
                Ok(())
            }
        }

        /// The connector of a platform, which goes out through `client`; `None` where it has none.
        pub fn connector(
            platform: Platform,
            settings: &PlatformSettings,
            client: FetchClient,
            credential: Option<Credential>,
        ) -> Option<Arc<dyn Connector>> {
            Some(match platform {
                Platform::Website => {
                    Arc::new(WebsiteConnector::new(client, settings.website.clone()))
                }
                $(Platform::$platform => Arc::new(platforms!(
                    @new ($folder::$connector) (client, settings.$folder.clone(), credential)
                    $($credential)?
                )),)+
                _ => return None,
            })
        }
    };
    (@new ($connector:ty) ($client:expr, $settings:expr, $credential:expr)) => {
        <$connector>::new($client, $settings)
    };
    (@new ($connector:ty) ($client:expr, $settings:expr, $credential:expr) credential) => {
        <$connector>::new($client, $settings, $credential)
    };
}

platforms! {
    bluesky: Bluesky, BlueskyConnector, BlueskySettings;
    facebook: Facebook, FacebookConnector, FacebookSettings;
    instagram: Instagram, InstagramConnector, InstagramSettings;
    linkedin: Linkedin, LinkedinConnector, LinkedinSettings, credential;
    mastodon: Mastodon, MastodonConnector, MastodonSettings;
    peertube: Peertube, PeertubeConnector, PeertubeSettings;
    snapchat: Snapchat, SnapchatConnector, SnapchatSettings, credential;
    telegram: Telegram, TelegramConnector, TelegramSettings;
    threads: Threads, ThreadsConnector, ThreadsSettings;
    tiktok: Tiktok, TiktokConnector, TiktokSettings, credential;
    x: X, XConnector, XSettings;
    youtube: Youtube, YoutubeConnector, YoutubeSettings;
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_fetch::FetchSettings;
    use strum::IntoEnumIterator;

    #[test]
    fn every_platform_that_is_not_presence_only_has_its_line() {
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        let settings = PlatformSettings::default();
        for platform in Platform::iter() {
            let connector = connector(platform, &settings, client.clone(), None);
            let found = connector.map(|connector| connector.platform());
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
}
