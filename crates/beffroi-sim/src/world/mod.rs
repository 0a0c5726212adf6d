//! The simulated world: bodies, hosts, sites and accounts, all drawn from the seed. Small records
//! only; pages are written when they are asked for.

pub(crate) mod account;
mod build;
mod event;
mod fediverse;
mod history;
pub(crate) mod host;
pub(crate) mod kinds;
mod names;
pub(crate) mod network;
mod presence;
mod publications;
mod sample;
pub(crate) mod site;
pub(crate) mod social;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
};

use beffroi_model::{Collectivity, Siren};
use jiff::Timestamp;

use self::{account::Linked, host::Host, network::Networks, site::Site, social::SocialAccount};
use crate::WorldSettings;

pub use self::{
    event::{Event, EventKind},
    history::{AccountHistory, HistoryPost, HistoryThread},
    publications::posts_28d,
    social::Case,
};
pub(crate) use self::{
    fediverse::{Instance, InstanceKind},
    publications::Publication,
};

/// Everything that is served, and what is true of it.
#[derive(Debug)]
pub struct World {
    pub(crate) settings: WorldSettings,
    pub(crate) bodies: Vec<Body>,
    pub(crate) sites: Vec<Site>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) host_by_name: HashMap<Box<str>, u32>,
    pub(crate) addresses: u32,
    pub(crate) social: Vec<SocialAccount>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) networks: Networks,
    pub(crate) body_by_siren: HashMap<Siren, u32>,
    /// See [`World::show_until`].
    pub(crate) shown_until: AtomicI64,
}

/// A collectivity and its presence on the web.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) collectivity: Collectivity,
    /// Unique slug.
    pub(crate) slug: Box<str>,
    pub(crate) declared: Declared,
    /// Networks and alert apps, Mastodon and Bluesky excepted.
    pub(crate) accounts: Vec<Linked>,
    /// Indices of its Mastodon and Bluesky accounts that its pages link.
    pub(crate) social: Vec<u32>,
}

/// What the registry says is the body's website.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Declared {
    /// It has none.
    Nothing,
    /// A page of a network or of an alert app.
    NotASite { url: Box<str>, account: Linked },
    /// A site, and its declared address.
    Site { site: u32, url: Box<str> },
}

impl World {
    /// Shows of the networks with an API of their own (Mastodon and Bluesky excepted) only what had
    /// happened by then, in answers and in the truth: so one world has several nights. At first
    /// everything is shown.
    pub fn show_until(&self, moment: Timestamp) {
        self.shown_until
            .store(moment.as_second(), Ordering::Relaxed);
    }

    /// The last second that is shown, Unix seconds.
    pub(crate) fn shown_until(&self) -> i64 {
        self.shown_until.load(Ordering::Relaxed)
    }

    /// The URL prefix of a host: `http://www.mairie-x.test:8480`.
    pub(crate) fn origin(&self, host: &Host) -> String {
        use host::CertificateKind;
        let WorldSettings {
            http_port,
            https_port,
            ..
        } = self.settings;
        match (host.https, host.certificate) {
            (false, _) => format!("http://{}:{http_port}", host.name),
            (true, CertificateKind::Good) => format!("https://{}:{https_port}", host.name),
            // With a bad certificate a crawler ends on plain http, at the same port.
            (true, _) => format!("http://{}:{https_port}", host.name),
        }
    }

    /// The URL prefix of a site: origin and folder.
    pub(crate) fn base(&self, site: &Site) -> String {
        let host = &self.hosts[site.host as usize];
        format!("{}{}", self.origin(host), site.folder)
    }

    /// The host of a name (any case).
    pub(crate) fn host_index(&self, name: &str) -> Option<u32> {
        if let Some(index) = self.host_by_name.get(name) {
            return Some(*index);
        }
        self.host_by_name
            .get(name.to_ascii_lowercase().as_str())
            .copied()
    }

    /// The site of a host that owns a path.
    pub(crate) fn site_of(&self, sites: &[u32], path: &str) -> Option<u32> {
        sites
            .iter()
            .copied()
            .filter(|index| {
                let folder = &self.sites[*index as usize].folder;
                path.strip_prefix(&**folder)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            .max_by_key(|index| self.sites[*index as usize].folder.len())
    }

    /// The body of a site.
    pub(crate) fn body_of(&self, site: &Site) -> &Body {
        &self.bodies[site.body as usize]
    }

    /// A commune's EPCI, where its accounts would be a trap on the commune's pages and no word of
    /// the commune's name is in the EPCI's.
    pub(crate) fn partner(&self, body: &Body) -> Option<&Body> {
        let partner =
            &self.bodies[*self.body_by_siren.get(&body.collectivity.epci_siren?)? as usize];
        let shares_a_word = body
            .slug
            .split('-')
            .any(|word| word.len() >= 3 && partner.slug.contains(word));
        (!shares_a_word).then_some(partner)
    }
}
