//! The website: read from its pages, its feed and its sitemap, and the source of most accounts.
//!
//! Fetched per visit: robots.txt (the polite client's cache), the home page, the best feed, else
//! the sitemap at most once a week, and at discovery visits a handful of likely pages. Measured:
//! reachability, certificate, system, feed, publications over 28 days, legal notice. Never given:
//! an audience. Nothing of a page is kept but these facts and the addresses of accounts.

pub(crate) mod accounts;
mod addresses;
mod anchor;
mod ask;
mod attribute;
mod carried;
mod cms;
mod collector;
mod connector;
mod dates;
mod entities;
pub mod extract;
pub mod facts;
mod feeds;
mod guess;
mod home;
mod json_feed;
mod json_ld;
mod links;
mod names;
mod news;
mod one_shot;
mod page;
mod pages;
mod parked;
mod publications;
mod readers;
mod record;
mod settings;
mod sitemap;
mod state;
mod tag;
mod tariff;
#[cfg(test)]
mod tests;
mod text;
mod visit;
mod words;

use std::sync::Arc;

use beffroi_budget::Tariff;

use crate::{Access, Connector, Settings};

pub use connector::WebsiteConnector;
pub use one_shot::{DiscoveredAccount, Discovery, accounts_on_page, discover};
pub use record::SiteRecord;
pub use settings::WebsiteSettings;

impl Settings for WebsiteSettings {
    fn tariff(&self) -> Tariff {
        tariff::tariff(self)
    }

    fn connector(&self, access: Access) -> Arc<dyn Connector> {
        Arc::new(WebsiteConnector::new(access.client, self.clone()))
    }
}
