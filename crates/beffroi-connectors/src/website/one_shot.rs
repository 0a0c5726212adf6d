//! `beffroi discover URL`: one visit of an address about which nothing is known.

use beffroi_fetch::FetchClient;
use beffroi_model::{AccountFind, Evidence, Platform};
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::{
    addresses::authority,
    attribute::{Gatherer, Roof},
    extract::extract,
    guess,
    names::Names,
    page::base_of,
    record::SiteRecord,
    settings::WebsiteSettings,
    visit::{Errand, visit},
};

/// What the one-shot command prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discovery {
    /// The address given.
    pub url: Url,
    /// The address that answered, after redirects.
    pub final_url: Option<Url>,
    /// How it ended: one of the five outcomes.
    pub outcome: &'static str,
    /// Why; `null` for measured.
    pub reason: Option<&'static str>,
    /// What was seen of the site.
    pub site: SiteRecord,
    /// Accounts found, surest first; below a confidence of 0.5 they are not taken for the body's.
    pub accounts: Vec<DiscoveredAccount>,
}

/// An account found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiscoveredAccount {
    /// Where.
    pub platform: Platform,
    /// Canonical handle.
    pub handle: String,
    /// Public address.
    pub url: Url,
    /// How sure it is, in [0, 1].
    pub confidence: f32,
    /// Why.
    pub evidence: Vec<Evidence>,
}

impl From<AccountFind> for DiscoveredAccount {
    fn from(find: AccountFind) -> Self {
        // Two decimals: the third would claim a precision that a rule of thumb has not.
        let confidence = (find.confidence.value() * 100.0).round() / 100.0;
        Self {
            platform: find.account.platform,
            handle: find.account.handle,
            url: find.account.url,
            confidence,
            evidence: find.evidence,
        }
    }
}

/// The accounts that one page of an unknown body names: the whole of discovery, without a network.
pub fn accounts_on_page(html: &str, page: &Url) -> Vec<DiscoveredAccount> {
    let host = authority(page);
    let facts = extract(html, host, WebsiteSettings::default().max_links);
    let owners = [guess::unknown(Names::default())];
    let mut gatherer = Gatherer::default();
    gatherer.add_page(&facts, page, &base_of(&facts, page), &owners);
    gatherer
        .finds(&owners, Roof::Own)
        .into_iter()
        .map(DiscoveredAccount::from)
        .collect()
}

/// Visits a site of an unknown body, whose name is taken from the page itself.
pub async fn discover(client: &FetchClient, settings: &WebsiteSettings, url: &Url) -> Discovery {
    let errand = Errand {
        url,
        subjects: &[],
        as_of: Timestamp::now(),
        previous_state: None,
        carried: None,
    };
    let seen = visit(client, settings, errand).await;
    Discovery {
        url: url.clone(),
        final_url: seen.final_url,
        outcome: seen.outcome.kind().as_str(),
        reason: seen.outcome.reason(),
        site: SiteRecord::from(&seen.site),
        accounts: seen
            .finds
            .into_iter()
            .map(DiscoveredAccount::from)
            .collect(),
    }
}
