//! The identity of a website, and the reading of a declared one.
//!
//! Canonical handle: host, port where it is not the scheme's own, and path (with its parameters)
//! where the host is shared and the path is what distinguishes its sites. Neither scheme nor final
//! slash, so that http and https meet. Rules: the fact sheet `website`, section 1.

use beffroi_model::{AccountRef, Platform};
use url::Url;

use crate::accounts::hosts::{self, OwnPart};
use crate::accounts::{self, first_address, is_email, to_url};

/// Why a declared website is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSite {
    /// Nothing was declared.
    #[error("no website is given")]
    Empty,
    /// An e-mail address.
    #[error("`{0}` is an e-mail address, not a website")]
    Email(String),
    /// No web address can be seen in it.
    #[error("`{0}` is not a web address")]
    NotAUrl(String),
    /// On a network, but not somebody's account: a post, a group, the home page.
    #[error("`{text}` is of {platform} but not an account ({reason})")]
    NotAnAccount {
        /// What was declared.
        text: String,
        /// The network.
        platform: Platform,
        /// One of the words of [`reason`](crate::accounts::reason).
        reason: &'static str,
    },
}

/// A declared website, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredSite {
    /// The site, or the account when the "website" is a page of a network.
    pub account: AccountRef,
    /// What had to be changed to read it, worst first; `None` when it was a URL as it stood.
    pub note: Option<SiteNote>,
}

/// What had to be changed to read a declared website.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SiteNote {
    /// Several addresses, or words around one: the first address was taken.
    FirstOfSeveral,
    /// The scheme was missing, doubled or mistyped, or the address had junk at its ends.
    Repaired,
}

/// Parameters that follow the visitor, not the page; those ending in `_` stand for all such names.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "mc_",
    "msclkid",
    "phpsessid",
    "jsessionid",
    "sid",
    "utm_",
];

/// Names of a home page. Compared in lower case.
const HOME_PAGES: &[&str] = &[
    "",
    "accueil",
    "accueil.html",
    "accueil.php",
    "default.aspx",
    "fr",
    "fr-fr",
    "fr/accueil",
    "home",
    "index.htm",
    "index.html",
    "index.php",
    "index.php/fr",
    "spip.php",
];

/// Canonical handle and URL of the website to which an address belongs.
pub fn canonical_site(url: &Url) -> (String, Url) {
    let mut site = url.clone();
    site.set_fragment(None);
    // These only fail for URLs without a host, which have neither.
    let _ = site.set_username("");
    let _ = site.set_password(None);
    let host = url.host_str().unwrap_or_default();
    if let Some(host) = host.strip_suffix('.').filter(|host| !host.is_empty()) {
        let _ = site.set_host(Some(host));
    }
    let host = site.host_str().unwrap_or_default().to_owned();
    if path_is_own(&host) {
        keep_own_path(&mut site);
    } else {
        site.set_path("");
        site.set_query(None);
    }
    let mut handle = host;
    if let Some(port) = site.port() {
        handle = format!("{handle}:{port}");
    }
    handle.push_str(site.path().trim_end_matches('/'));
    if let Some(query) = site.query() {
        handle = format!("{handle}?{query}");
    }
    (handle, site)
}

/// Reads the website that somebody declared, however it was typed.
pub fn parse_declared(cell: &str) -> Result<DeclaredSite, InvalidSite> {
    let text = cell.trim();
    if text.is_empty() {
        return Err(InvalidSite::Empty);
    }
    let cleaned = accounts::cleaned(text);
    let first = first_address(&cleaned);
    if first.is_empty() {
        return Err(InvalidSite::NotAUrl(text.to_owned()));
    }
    if is_email(first) {
        return Err(InvalidSite::Email(text.to_owned()));
    }
    let url = to_url(first)
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter(has_plausible_host)
        .ok_or_else(|| InvalidSite::NotAUrl(text.to_owned()))?;
    let note = if first.len() < cleaned.len() {
        Some(SiteNote::FirstOfSeveral)
    } else if Url::parse(text).is_ok_and(|as_typed| as_typed == url) && !has_one_slash(text) {
        None
    } else {
        Some(SiteNote::Repaired)
    };
    let account = account_of(&url, text)?;
    Ok(DeclaredSite { account, note })
}

/// Whether a path is one of a home page's usual ones, so that an address with it and one without
/// lead to the same page.
pub fn is_home_path(path: &str) -> bool {
    let path = path.trim_matches('/');
    HOME_PAGES
        .iter()
        .any(|home| home.eq_ignore_ascii_case(path))
}

/// The account of a network when the address is one of its pages, else the site.
fn account_of(url: &Url, text: &str) -> Result<AccountRef, InvalidSite> {
    let network = url
        .host_str()
        .and_then(hosts::platform)
        // A page of an alert app is a page on a shared host, and can be read as one.
        .filter(|platform| !platform.is_presence_only());
    let Some(platform) = network else {
        let (handle, url) = canonical_site(url);
        return Ok(AccountRef {
            platform: Platform::Website,
            handle,
            url,
        });
    };
    let parsed = accounts::parse_url(url);
    parsed.account().ok_or(InvalidSite::NotAnAccount {
        text: text.to_owned(),
        platform,
        reason: parsed.reason.unwrap_or(accounts::reason::CONTENT),
    })
}

/// On a shared host, whether sites are told apart by their path.
fn path_is_own(host: &str) -> bool {
    match hosts::shared(host) {
        None => false,
        Some(OwnPart::Path | OwnPart::SubdomainAndPath) => true,
        // `www.e-monsite.com/x`: nothing but the path is left to tell sites apart.
        Some(OwnPart::Subdomain) => {
            let name = host.strip_prefix("www.").unwrap_or(host);
            hosts::shared_domain(name) == Some(name)
        }
    }
}

fn keep_own_path(site: &mut Url) {
    let path = site.path();
    // A session id of Java servers hangs on the path: `/page;jsessionid=…`.
    let session = path
        .to_ascii_lowercase()
        .find(";jsessionid=")
        .unwrap_or(path.len());
    let path = path[..session].trim_end_matches('/').to_owned();
    site.set_path(&path);
    let kept: Vec<(String, String)> = site
        .query_pairs()
        .filter(|(name, _)| !is_tracking(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        site.set_query(None);
    } else {
        site.query_pairs_mut().clear().extend_pairs(kept);
    }
}

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKING.iter().any(|tracking| {
        if tracking.ends_with('_') {
            name.starts_with(tracking)
        } else {
            name == *tracking
        }
    })
}

/// A dot in the name, or an address in figures: what `http://mairie` has not.
fn has_plausible_host(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(domain)) => domain.trim_matches('.').contains('.'),
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        None => false,
    }
}

/// `https:/exemple.fr`, which URL parsers repair in silence.
fn has_one_slash(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(_, rest)| !rest.starts_with("//") || rest.starts_with("///"))
}

#[cfg(test)]
mod account_tests {
    use proptest::prelude::*;

    use super::*;

    fn site(text: &str) -> (String, String) {
        let (handle, url) = canonical_site(&Url::parse(text).unwrap());
        (handle, url.into())
    }

    fn declared(cell: &str) -> (Platform, String, String, Option<SiteNote>) {
        let read = parse_declared(cell).unwrap_or_else(|error| panic!("{cell}: {error}"));
        let account = read.account;
        (
            account.platform,
            account.handle,
            account.url.into(),
            read.note,
        )
    }

    #[test]
    fn a_site_of_its_own_is_its_host() {
        for (address, handle, canonical) in [
            (
                "https://www.Exemple.fr/",
                "www.exemple.fr",
                "https://www.exemple.fr/",
            ),
            (
                "http://exemple.fr:80/fr/accueil?utm_source=x#haut",
                "exemple.fr",
                "http://exemple.fr/",
            ),
            (
                "https://exemple.fr.:443/index.php?page=2",
                "exemple.fr",
                "https://exemple.fr/",
            ),
            (
                "https://mairie-sète.fr",
                "xn--mairie-ste-66a.fr",
                "https://xn--mairie-ste-66a.fr/",
            ),
            (
                "http://127.0.0.3:8080/x/",
                "127.0.0.3:8080",
                "http://127.0.0.3:8080/",
            ),
            (
                "https://u:p@exemple.fr/",
                "exemple.fr",
                "https://exemple.fr/",
            ),
            (
                "https://www.cc-exemple.fr/communes/exemple/",
                "www.cc-exemple.fr",
                "https://www.cc-exemple.fr/",
            ),
            (
                "https://exemple.e-monsite.com/pages/x",
                "exemple.e-monsite.com",
                "https://exemple.e-monsite.com/",
            ),
        ] {
            assert_eq!(
                site(address),
                (handle.into(), canonical.into()),
                "{address}"
            );
        }
    }

    #[test]
    fn on_a_shared_host_the_path_is_part_of_the_site() {
        for (address, handle) in [
            (
                "https://sites.google.com/site/mairiedelapeyrouse/",
                "sites.google.com/site/mairiedelapeyrouse",
            ),
            (
                "https://lapagelocale.fr/95840-villiers-adam?fbclid=x",
                "lapagelocale.fr/95840-villiers-adam",
            ),
            (
                "https://www.intramuros.org/la-garde04#x",
                "www.intramuros.org/la-garde04",
            ),
            (
                "https://birieux.wixsite.com/birieux",
                "birieux.wixsite.com/birieux",
            ),
            (
                "http://pagesperso-orange.fr/mairie.x/",
                "pagesperso-orange.fr/mairie.x",
            ),
            (
                "http://www.mairie.com/x.php?id=12&utm_source=y",
                "www.mairie.com/x.php?id=12",
            ),
            ("http://www.mairie.com/x;jsessionid=12", "www.mairie.com/x"),
        ] {
            assert_eq!(site(address).0, handle, "{address}");
        }
    }

    #[test]
    fn http_and_https_are_one_site_and_keep_their_own_address() {
        let (plain, secure) = (site("http://exemple.fr/a"), site("https://exemple.fr/b"));
        assert_eq!(plain.0, secure.0);
        assert_ne!(plain.1, secure.1);
    }

    #[test]
    fn a_declared_site_is_read_however_it_was_typed() {
        let expected = (Platform::Website, "www.exemple.fr".to_owned());
        for (cell, note) in [
            ("https://www.exemple.fr", None),
            ("https://www.exemple.fr/accueil", None),
            ("www.exemple.fr", Some(SiteNote::Repaired)),
            (" https://www.exemple.fr ", None),
            ("https:/www.exemple.fr", Some(SiteNote::Repaired)),
            ("https://https://www.exemple.fr", Some(SiteNote::Repaired)),
            ("https://www.exemple.fr,", Some(SiteNote::Repaired)),
            (
                "https://www.exemple.fr, http://autre.fr",
                Some(SiteNote::FirstOfSeveral),
            ),
            (
                "https://www.exemple.fr ; https://autre.fr",
                Some(SiteNote::FirstOfSeveral),
            ),
            (
                "https://www.exemple.fr https://autre.fr",
                Some(SiteNote::FirstOfSeveral),
            ),
        ] {
            let (platform, handle, url, found) = declared(cell);
            assert_eq!((platform, handle), expected, "{cell}");
            assert_eq!(
                (url.as_str(), found),
                ("https://www.exemple.fr/", note),
                "{cell}"
            );
        }
    }

    #[test]
    fn a_page_of_a_network_is_an_account_and_no_site() {
        let (platform, handle, ..) = declared("https://www.facebook.com/mairie.exemple");
        assert_eq!(
            (platform, handle.as_str()),
            (Platform::Facebook, "mairieexemple")
        );
        let error = parse_declared("https://www.facebook.com/groups/12").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`https://www.facebook.com/groups/12` is of facebook but not an account (group)"
        );
    }

    #[test]
    fn a_page_of_an_alert_app_is_a_site_on_a_shared_host() {
        let (platform, handle, ..) = declared("https://www.intramuros.org/essigny-le-grand");
        assert_eq!(platform, Platform::Website);
        assert_eq!(handle, "www.intramuros.org/essigny-le-grand");
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        assert_eq!(parse_declared("  "), Err(InvalidSite::Empty));
        for email in ["mairie@exemple.fr", "mailto:mairie@exemple.fr"] {
            assert_eq!(parse_declared(email), Err(InvalidSite::Email(email.into())));
        }
        for junk in [
            "néant",
            "http://",
            "http://mairie",
            "tel:0102030405",
            ",",
            "ftp://exemple.fr",
        ] {
            assert_eq!(
                parse_declared(junk),
                Err(InvalidSite::NotAUrl(junk.into())),
                "{junk}"
            );
        }
    }

    #[test]
    fn home_pages_are_known_by_their_path() {
        for home in ["", "/", "/index.php", "/fr/", "/Accueil", "/fr/accueil/"] {
            assert!(is_home_path(home), "{home}");
        }
        assert!(!is_home_path("/communes/exemple"));
    }

    #[test]
    fn every_website_that_the_state_publishes_is_read_and_canonical() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../beffroi-registry/data/mairies-sites.csv"
        );
        let csv = std::fs::read_to_string(path).expect("the registry ships it");
        let mut networks = 0;
        for line in csv.lines().skip(1) {
            let (_, website) = line.split_once(',').unwrap();
            let read = parse_declared(website.trim_matches('"'));
            match read {
                Ok(read) if read.account.platform == Platform::Website => {
                    let (handle, url) = canonical_site(&read.account.url);
                    assert_eq!(
                        (handle, url),
                        (read.account.handle, read.account.url),
                        "{website}"
                    );
                }
                Ok(_) | Err(InvalidSite::NotAnAccount { .. }) => networks += 1,
                Err(error) => panic!("{website}: {error}"),
            }
        }
        assert_eq!(
            networks, 8,
            "the directory has eight Facebook pages as websites"
        );
    }

    proptest! {
        #[test]
        fn a_canonical_site_is_its_own_canonical_site(
            host in "(www\\.)?[a-z]{1,8}(\\.(wixsite\\.com|e-monsite\\.com|fr|free\\.fr))|sites\\.google\\.com|www\\.mairie\\.com",
            port in "(:[1-9][0-9]{0,3})?",
            path in "(/[a-zA-Z0-9%;=._é-]{0,8}){0,4}",
            query in "(\\?[a-z_]{1,6}=[a-zA-Z0-9%+ é]{0,6}(&utm_x=1)?)?",
        ) {
            let Ok(url) = Url::parse(&format!("http://{host}{port}{path}{query}")) else {
                return Ok(());
            };
            let (handle, site) = canonical_site(&url);
            prop_assert_eq!(canonical_site(&site), (handle, site));
        }

        #[test]
        fn no_cell_makes_the_reading_panic(cell in "\\PC{0,60}") {
            let _ = parse_declared(&cell);
        }
    }
}
