//! What is known of a host before anything is asked of it: whether it is shared by many sites,
//! belongs to a platform, or parks domains for sale.
//!
//! An entry stands for its domain and all its sub-domains. Hosts are given as `url` writes them:
//! lower case, punycode.

use beffroi_model::Platform;

use super::dispatch;

use OwnPart::{Path, Subdomain, SubdomainAndPath};

/// On a shared host, the part of the address that is the site's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnPart {
    /// Its name under the domain: `mairie-x.e-monsite.com`. Without one, the path.
    Subdomain,
    /// The path: `lapagelocale.fr/95840-villiers-adam`.
    Path,
    /// Both: `mairie-x.wixsite.com/commune`.
    SubdomainAndPath,
}

/// Whether many sites live on the host, and what distinguishes them there.
///
/// A shared host says nothing of its sites: its own accounts are not theirs, and having a page
/// there is not having a domain of one's own.
pub fn shared(host: &str) -> Option<OwnPart> {
    lookup(SHARED, host)
}

/// The shared domain to which the host belongs.
pub(crate) fn shared_domain(host: &str) -> Option<&str> {
    enclosing_domains(host).find(|domain| find(SHARED, domain).is_some())
}

/// Whether many sites live on the host.
pub fn is_shared(host: &str) -> bool {
    shared(host).is_some()
}

/// The platform to which the host belongs, if it does: a "website" there is a page of a network.
pub fn platform(host: &str) -> Option<Platform> {
    dispatch::platform_of_host(host)
}

/// Whether rules exist for the host, so that it cannot be an unknown server of the fediverse.
pub(crate) fn has_rules(host: &str) -> bool {
    dispatch::has_rules(host)
}

/// Whether the host shows advertisements on domains for sale.
pub fn is_parking(host: &str) -> bool {
    lookup(PARKING, host).is_some()
}

/// The value of the closest enclosing domain in a table sorted by domain.
fn lookup<T: Copy>(table: &[(&str, T)], host: &str) -> Option<T> {
    enclosing_domains(host).find_map(|domain| find(table, domain))
}

fn find<T: Copy>(table: &[(&str, T)], domain: &str) -> Option<T> {
    let at = table
        .binary_search_by(|(entry, _)| (*entry).cmp(domain))
        .ok()?;
    Some(table[at].1)
}

/// The host itself, then each domain around it, down to two labels.
pub(super) fn enclosing_domains(host: &str) -> impl Iterator<Item = &str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    std::iter::successors(Some(host), |domain| {
        domain.split_once('.').map(|(_, parent)| parent)
    })
    .filter(|domain| domain.contains('.'))
}

/// Shared domains: those that the public RPNT checker does not count as a domain of one's own
/// (website sheet, section 0), social networks aside. Sorted.
const SHARED: &[(&str, OwnPart)] = &[
    ("annuaire-mairie.fr", Path),
    ("appli-intramuros.com", Path),
    ("appli-intramuros.fr", Path),
    ("asso-web.com", Subdomain),
    ("blog4ever.com", Subdomain),
    ("blogspot.com", Subdomain),
    ("blogspot.fr", Subdomain),
    ("canalblog.com", Subdomain),
    ("commune-mairie.fr", Subdomain),
    ("e-monsite.com", Subdomain),
    ("free.fr", Subdomain),
    ("illiwap.com", Path),
    ("info-mairie.com", Subdomain),
    ("intramuros.org", Path),
    ("jimdo.com", Subdomain),
    ("jimdofree.com", Subdomain),
    ("jimdosite.com", Subdomain),
    ("jimdoweb.com", Subdomain),
    ("la-mairie.com", Subdomain),
    ("lapagelocale.com", Path),
    ("lapagelocale.fr", Path),
    ("live-website.com", Subdomain),
    ("ma-mairie.com", Subdomain),
    ("maelis.info", Subdomain),
    ("mairie.com", Subdomain),
    ("mairie49.fr", Subdomain),
    ("mairie54.fr", Subdomain),
    ("monsite-orange.fr", Subdomain),
    ("neopse-site.com", Subdomain),
    ("neopse-site.fr", Subdomain),
    ("online.fr", Subdomain),
    ("over-blog.com", Subdomain),
    ("ovh.net", Subdomain),
    ("pagesperso-orange.fr", Subdomain),
    ("panneaupocket.com", Path),
    // Free's older address of the same pages: `perso.free.fr/~mairie`, `users.free.fr/…`.
    ("perso.free.fr", Path),
    ("reseaudescommunes.fr", Subdomain),
    ("simplesite.com", Subdomain),
    ("sitego.fr", Subdomain),
    // Only the sites: other hosts of that domain are services.
    ("sites.google.com", Path),
    ("sitew.com", Subdomain),
    ("sitew.fr", Subdomain),
    ("webnode.com", Subdomain),
    ("webnode.fr", Subdomain),
    ("webself.net", Subdomain),
    ("webselfsite.net", Subdomain),
    ("weebly.com", Subdomain),
    ("wifeo.com", Subdomain),
    ("wix.com", SubdomainAndPath),
    ("wixsite.com", SubdomainAndPath),
    ("wordpress.com", Subdomain),
];

/// Domain-sale and parking services (website sheet, section 9). Sorted.
const PARKING: &[(&str, ())] = &[
    ("above.com", ()),
    ("afternic.com", ()),
    ("bodis.com", ()),
    ("dan.com", ()),
    ("hugedomains.com", ()),
    ("namebright.com", ()),
    ("parkingcrew.net", ()),
    ("parklogic.com", ()),
    ("sedo.com", ()),
    ("sedoparking.com", ()),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_as_their_search_needs() {
        assert!(SHARED.is_sorted_by(|a, b| a.0 < b.0));
        assert!(PARKING.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn an_entry_covers_its_domain_and_sub_domains_and_nothing_that_only_ends_alike() {
        assert_eq!(shared("wixsite.com"), Some(SubdomainAndPath));
        assert_eq!(shared("birieux.wixsite.com"), Some(SubdomainAndPath));
        assert_eq!(shared("a.b.e-monsite.com."), Some(Subdomain));
        assert_eq!(shared("notwixsite.com"), None);
        assert_eq!(shared("com"), None);
        assert_eq!(shared(""), None);
    }

    #[test]
    fn only_the_sites_of_google_are_shared_hosts() {
        assert_eq!(shared("sites.google.com"), Some(Path));
        assert!(!is_shared("www.google.com"));
    }

    #[test]
    fn a_host_that_sells_domains_is_told() {
        assert!(is_parking("www.sedoparking.com"));
        assert!(is_parking("dan.com"));
        assert!(!is_parking("www.jourdan.com"));
    }

    #[test]
    fn a_platform_is_told_by_its_host() {
        assert_eq!(platform("fr-fr.facebook.com"), Some(Platform::Facebook));
        assert_eq!(platform("www.exemple.fr"), None);
    }
}
