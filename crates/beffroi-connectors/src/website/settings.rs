//! `[platforms.website]` of the configuration.

use std::time::Duration;

/// How websites are measured.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebsiteSettings {
    /// Pages read besides the home page at a discovery visit (contact, legal notice, news,
    /// networks, site map). Default 4; 0 leaves the home page alone.
    pub pages: usize,
    /// Time between two discovery visits of a site, when the additional pages are read again; the
    /// home page is looked through each time it is fetched. Default `28d`: accounts change
    /// seldom, and five pages a night from each town hall would be rude. `0s` reads them each time.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub discovery_interval: Duration,
    /// Usual feed addresses tried on a site that offers none. Default 3.
    pub feed_probes: usize,
    /// Time between two readings of a site's sitemap, for sites without a feed. Default `7d`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub sitemap_interval: Duration,
    /// Links within the site that are kept of a page. Default 2000; menus of town sites hold 300.
    pub max_links: usize,
    /// Redirections written in pages (refresh, script, frames) that are followed. Default 5.
    pub max_page_redirects: usize,
}

impl Default for WebsiteSettings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            pages: 4,
            discovery_interval: DAY.saturating_mul(28),
            feed_probes: 3,
            sitemap_interval: DAY.saturating_mul(7),
            max_links: super::facts::MAX_INTERNAL_LINKS,
            max_page_redirects: 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_what_they_write() {
        let settings = WebsiteSettings::default();
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(
            serde_json::from_str::<WebsiteSettings>(&json).unwrap(),
            settings
        );
        assert!(serde_json::from_str::<WebsiteSettings>(r#"{"page": 1}"#).is_err());
    }
}
