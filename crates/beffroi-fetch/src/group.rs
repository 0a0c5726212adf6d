//! Host groups: the servers behind sites, by which their pace is kept and their lanes are told.
//!
//! The group of a host is its address, the lowest of those its name has, so that `www.` and the bare
//! name, http and https share one. Where that address is a shared front (a CDN's, a large hosting
//! company's), one pace for it would make a night of weeks and spare nobody: there the group is the
//! registrable domain.

use std::{
    collections::HashSet,
    fmt,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

use ipnet::IpNet;

use crate::BuildError;

/// The server behind a site, as far as pace is concerned. It prints as the address or the domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostGroup {
    /// One address, with all hosts behind it.
    Address(IpAddr),
    /// The hosts of one registrable domain, behind an address that many domains share.
    Domain(String),
}

impl fmt::Display for HostGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Domain(domain) => f.write_str(domain),
        }
    }
}

/// The addresses that many domains share: those of the settings, and those that past nights showed.
#[derive(Debug)]
pub(crate) struct Fronts {
    known: Vec<IpNet>,
    learnt: RwLock<Arc<HashSet<IpAddr>>>,
}

impl Fronts {
    /// Reads `fetch.fronts`.
    pub(crate) fn try_new(ranges: &[String]) -> Result<Self, BuildError> {
        let parse = |range: &String| {
            let exact = range.parse::<IpAddr>().map(IpNet::from);
            exact
                .or_else(|_| range.parse())
                .map_err(|_| BuildError::Setting {
                    key: "fronts",
                    problem: format!(
                        "`{range}` found, expected an address or a range of addresses as in \
                         `192.0.2.0/24` or `2001:db8::/32`"
                    ),
                })
        };
        Ok(Self {
            known: ranges.iter().map(parse).collect::<Result<_, _>>()?,
            learnt: RwLock::default(),
        })
    }

    /// Replaces the learnt ones.
    pub(crate) fn learn(&self, fronts: HashSet<IpAddr>) {
        *self.learnt.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fronts);
    }

    /// The group of a host at an address. A host that is an address itself has no domain.
    pub(crate) fn group(&self, host: &str, address: IpAddr) -> HostGroup {
        let is_address = host.parse::<IpAddr>().is_ok() || host.starts_with('[');
        if is_address || !self.holds(address) {
            return HostGroup::Address(address);
        }
        HostGroup::Domain(shared_domain(host))
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.known.iter().any(|range| range.contains(&address))
            || self
                .learnt
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&address)
    }
}

/// The registrable domain; below a private entry of the public suffix list that entry, for the sites
/// below it are one company's. A name that has none is its own. (The same as `site_group` of
/// `beffroi-plan`, so that a plan made without a name server agrees with the visit.)
fn shared_domain(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let Some(domain) = psl::domain(host.as_bytes()) else {
        return host;
    };
    let suffix = domain.suffix();
    let group = match suffix.typ() {
        Some(psl::Type::Private) => suffix.as_bytes(),
        Some(psl::Type::Icann) | None => domain.as_bytes(),
    };
    String::from_utf8_lossy(group).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FetchSettings;

    fn fronts(ranges: &[&str]) -> Result<Fronts, BuildError> {
        let ranges: Vec<String> = ranges.iter().map(|range| (*range).to_owned()).collect();
        Fronts::try_new(&ranges)
    }

    fn group(fronts: &Fronts, host: &str, address: &str) -> String {
        fronts.group(host, address.parse().unwrap()).to_string()
    }

    #[test]
    fn a_host_is_of_its_address_and_behind_a_front_of_its_domain() {
        let fronts = fronts(&["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]).unwrap();
        for (host, address, expected) in [
            ("www.exemple.fr", "203.0.113.1", "203.0.113.1"),
            ("www.exemple.fr", "192.0.2.9", "exemple.fr"),
            ("exemple.fr", "192.0.2.9", "exemple.fr"),
            ("WWW.Exemple.FR.", "2001:db8::1", "exemple.fr"),
            ("www.exemple.fr", "2001:db9::1", "2001:db9::1"),
            ("a.exemple.fr", "198.51.100.7", "exemple.fr"),
            // A company's sub-domains are one company's servers.
            ("mairie.e-monsite.com", "192.0.2.9", "e-monsite.com"),
            // No registrable domain: the name itself, or the address.
            ("gouv.fr", "192.0.2.9", "gouv.fr"),
            ("localhost", "192.0.2.9", "localhost"),
            ("192.0.2.9", "192.0.2.9", "192.0.2.9"),
            ("[2001:db8::1]", "2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(group(&fronts, host, address), expected, "{host} {address}");
        }
    }

    #[test]
    fn learnt_fronts_are_replaced_and_known_ones_stay() {
        let fronts = fronts(&["192.0.2.0/24"]).unwrap();
        let learn = |address: &str| fronts.learn([address.parse().unwrap()].into());
        learn("203.0.113.1");
        assert_eq!(group(&fronts, "a.fr", "203.0.113.1"), "a.fr");
        learn("203.0.113.2");
        assert_eq!(group(&fronts, "a.fr", "203.0.113.1"), "203.0.113.1");
        assert_eq!(group(&fronts, "a.fr", "203.0.113.2"), "a.fr");
        assert_eq!(group(&fronts, "a.fr", "192.0.2.1"), "a.fr");
    }

    #[test]
    fn ranges_of_no_use_are_refused_by_value() {
        for bad in ["cloudflare", "192.0.2.0/33", ""] {
            let error = fronts(&[bad]).unwrap_err().to_string();
            assert!(error.contains("fetch.fronts"), "{error}");
            assert!(error.contains(&format!("`{bad}`")), "{error}");
        }
    }

    #[test]
    fn the_shipped_fronts_are_those_of_cdns_and_not_of_the_usual_hosting() {
        let fronts = Fronts::try_new(&FetchSettings::default().fronts).unwrap();
        for address in [
            "104.18.32.7",       // Cloudflare
            "188.114.97.3",      // Cloudflare
            "2606:4700:3032::1", // Cloudflare
            "151.101.1.1",       // Fastly
            "2a04:4e42:200::1",  // Fastly
            "185.199.108.153",   // GitHub Pages
        ] {
            assert_eq!(group(&fronts, "www.a.fr", address), "a.fr", "{address}");
        }
        // OVH's and Gandi's, where one server has hundreds of sites and not a million.
        for address in ["213.186.33.5", "217.70.184.38", "127.0.0.2", "::1"] {
            assert_eq!(group(&fronts, "www.a.fr", address), address);
        }
    }
}
