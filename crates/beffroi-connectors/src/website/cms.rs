//! Which content management system made a page, by its fingerprints.
//!
//! The guess orders the feed probes and is a figure of its own; no measurement depends on it. The
//! order of trust: HTTP headers, `generator`, the host, the addresses of assets and links. Marks:
//! fact sheet on municipal websites, section 8, November 2026.

use beffroi_fetch::Head;

use super::facts::PageFacts;

/// A system and its marks.
struct Cms {
    name: &'static str,
    /// Header and a part of its value (lower case; empty: any value).
    headers: &'static [(&'static str, &'static str)],
    /// Parts of `meta generator`, lower case.
    generators: &'static [&'static str],
    /// Ends of the site's host.
    hosts: &'static [&'static str],
    /// Parts of addresses of style sheets, scripts and links.
    assets: &'static [&'static str],
    /// Where its feed usually is, relative to the home page, best first.
    feeds: &'static [&'static str],
}

const NONE: Cms = Cms {
    name: "",
    headers: &[],
    generators: &[],
    hosts: &[],
    assets: &[],
    feeds: &[],
};

/// Marks of one system are never a part of those of another that stands before it.
const SYSTEMS: [Cms; 19] = [
    Cms {
        name: "wordpress",
        headers: &[("link", "api.w.org")],
        generators: &["wordpress"],
        hosts: &[".wordpress.com"],
        assets: &["/wp-content/", "/wp-includes/"],
        feeds: &["feed/", "?feed=rss2"],
    },
    Cms {
        name: "spip",
        headers: &[("composed-by", "spip"), ("x-spip-cache", "")],
        generators: &["spip"],
        assets: &[
            "spip.php",
            "/local/cache-css/",
            "/local/cache-vignettes/",
            "/plugins-dist/",
        ],
        feeds: &["spip.php?page=backend"],
        ..NONE
    },
    Cms {
        name: "joomla",
        generators: &["joomla"],
        assets: &[
            "/media/jui/",
            "/media/vendor/",
            "/media/system/js/",
            "/components/com_",
            "option=com_",
        ],
        feeds: &["?format=feed&type=rss", "index.php?format=feed&type=rss"],
        ..NONE
    },
    Cms {
        name: "drupal",
        headers: &[
            ("x-generator", "drupal"),
            ("x-drupal-cache", ""),
            ("x-drupal-dynamic-cache", ""),
        ],
        generators: &["drupal"],
        assets: &[
            "/sites/default/files/",
            "/core/misc/drupal",
            "/misc/drupal.js",
            "/core/themes/",
        ],
        feeds: &["rss.xml"],
        ..NONE
    },
    Cms {
        name: "typo3",
        generators: &["typo3"],
        assets: &["/typo3conf/", "/typo3temp/", "/fileadmin/", "/_assets/"],
        feeds: &["?type=9818", "?type=100"],
        ..NONE
    },
    Cms {
        name: "wix",
        headers: &[("x-wix-request-id", "")],
        generators: &["wix.com"],
        hosts: &[".wixsite.com"],
        assets: &["static.wixstatic.com", "static.parastorage.com"],
        feeds: &["blog-feed.xml"],
    },
    Cms {
        name: "jimdo",
        generators: &["jimdo"],
        hosts: &[
            ".jimdofree.com",
            ".jimdosite.com",
            ".jimdoweb.com",
            ".jimdo.com",
        ],
        assets: &["jimstatic.com", "jimdo"],
        feeds: &["rss/blog"],
        ..NONE
    },
    Cms {
        name: "e-monsite",
        generators: &["e-monsite"],
        hosts: &[".e-monsite.com"],
        assets: &["e-monsite.com"],
        ..NONE
    },
    Cms {
        name: "blogger",
        generators: &["blogger"],
        hosts: &[".blogspot.com", ".blogspot.fr"],
        feeds: &["feeds/posts/default"],
        ..NONE
    },
    Cms {
        name: "over-blog",
        hosts: &[".over-blog.com"],
        feeds: &["rss"],
        ..NONE
    },
    Cms {
        name: "squarespace",
        generators: &["squarespace"],
        assets: &["squarespace.com", "sqsp.net"],
        feeds: &["?format=rss"],
        ..NONE
    },
    Cms {
        name: "webnode",
        generators: &["webnode"],
        hosts: &[".webnode.fr", ".webnode.com"],
        feeds: &["rss/all.xml"],
        ..NONE
    },
    Cms {
        name: "sitew",
        hosts: &[".sitew.com", ".sitew.fr"],
        assets: &["sitew.com"],
        ..NONE
    },
    Cms {
        name: "webador",
        generators: &["webador"],
        assets: &["webador"],
        ..NONE
    },
    Cms {
        name: "weebly",
        hosts: &[".weebly.com"],
        assets: &["editmysite.com"],
        ..NONE
    },
    Cms {
        name: "reseau-des-communes",
        hosts: &[".reseaudescommunes.fr"],
        assets: &["thumbs.reseaudescommunes.fr"],
        ..NONE
    },
    Cms {
        name: "neopse",
        hosts: &[".neopse-site.fr", ".neopse-site.com"],
        ..NONE
    },
    Cms {
        name: "intramuros",
        assets: &["files.appli-intramuros.com"],
        ..NONE
    },
    Cms {
        name: "ez-publish",
        generators: &["ez publish", "ibexa"],
        ..NONE
    },
];

/// The system's name, when one is recognised.
pub(super) fn recognise(head: &Head, facts: &PageFacts) -> Option<&'static str> {
    by_header(head)
        .or_else(|| by_generator(facts))
        .or_else(|| by_host(head.url.host_str().unwrap_or_default()))
        .or_else(|| by_asset(facts))
}

fn by_header(head: &Head) -> Option<&'static str> {
    let bears = |(name, part): &(&str, &str)| {
        head.header(name)
            .is_some_and(|value| value.to_ascii_lowercase().contains(part))
    };
    SYSTEMS
        .iter()
        .find(|cms| cms.headers.iter().any(bears))
        .map(|cms| cms.name)
}

fn by_generator(facts: &PageFacts) -> Option<&'static str> {
    let generator = facts.generator.as_ref()?.to_ascii_lowercase();
    let names = |cms: &&Cms| cms.generators.iter().any(|part| generator.contains(part));
    SYSTEMS.iter().find(names).map(|cms| cms.name)
}

fn by_host(host: &str) -> Option<&'static str> {
    SYSTEMS
        .iter()
        .find(|cms| cms.hosts.iter().any(|end| host.ends_with(end)))
        .map(|cms| cms.name)
}

fn by_asset(facts: &PageFacts) -> Option<&'static str> {
    let addresses = || {
        facts
            .assets
            .iter()
            .chain(facts.internal_links().map(|link| &link.href))
    };
    let found = |cms: &&Cms| {
        cms.assets
            .iter()
            .any(|mark| addresses().any(|address| address.contains(mark)))
    };
    SYSTEMS.iter().find(found).map(|cms| cms.name)
}

/// Where the feed of such a site usually is. For an unknown system, what most sites use.
pub(super) fn usual_feeds(cms: Option<&str>) -> &'static [&'static str] {
    match cms.and_then(|name| SYSTEMS.iter().find(|cms| cms.name == name)) {
        Some(cms) => cms.feeds,
        None => &["feed/", "rss.xml"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::website::extract::extract;

    fn head(url: &str, headers: &[(&'static str, &'static str)]) -> Head {
        let headers = headers.iter().map(|(name, value)| {
            (
                beffroi_fetch::header::HeaderName::from_static(name),
                beffroi_fetch::header::HeaderValue::from_static(value),
            )
        });
        Head {
            url: url.parse().unwrap(),
            status: 200,
            headers: headers.collect(),
        }
    }

    #[test]
    fn a_system_is_known_by_header_generator_host_or_assets() {
        let site = "https://www.exemple.example/";
        for (url, headers, html, expected) in [
            (
                site,
                &[("composed-by", "SPIP 4.2 @ www.spip.net")][..],
                "",
                Some("spip"),
            ),
            (
                site,
                &[("x-generator", "Drupal 10 (https://www.drupal.org)")],
                "",
                Some("drupal"),
            ),
            (
                site,
                &[],
                "<meta name=generator content='WordPress 6.4'>",
                Some("wordpress"),
            ),
            (
                site,
                &[],
                "<meta name=generator content='TYPO3 CMS'>",
                Some("typo3"),
            ),
            ("https://x.e-monsite.com/", &[], "", Some("e-monsite")),
            (
                site,
                &[],
                "<link rel=stylesheet href='/wp-content/t/s.css'>",
                Some("wordpress"),
            ),
            (
                site,
                &[],
                "<a href='/spip.php?article12'>x</a>",
                Some("spip"),
            ),
            (
                site,
                &[],
                "<script src='https://static.parastorage.com/a.js'></script>",
                Some("wix"),
            ),
            (site, &[], "<p>rien</p>", None),
        ] {
            let facts = extract(html, "www.exemple.example", 100);
            assert_eq!(
                recognise(&head(url, headers), &facts),
                expected,
                "{url} {html}"
            );
        }
    }

    #[test]
    fn names_differ_and_marks_are_lower_case() {
        let mut names: Vec<&str> = SYSTEMS.iter().map(|cms| cms.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SYSTEMS.len());
        for cms in &SYSTEMS {
            for mark in cms.generators.iter().chain(cms.hosts) {
                assert_eq!(*mark, mark.to_ascii_lowercase());
            }
        }
    }
}
