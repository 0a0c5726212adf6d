//! Which pages of a site, besides the home page, are likely to name its accounts.
//!
//! Politeness: pages are read only at a discovery visit (see the settings' `discovery_interval`),
//! at most a handful, chosen from the home page's own links, best first.

use beffroi_model::fold_name;
use url::Url;

use super::facts::PageFacts;

/// Kinds of page, best first, with the words of their link or path (folded, whole words).
const LIKELY: [(PageKind, &[&str]); 5] = [
    (
        PageKind::Networks,
        &[
            "reseaux sociaux",
            "suivez nous",
            "nous suivre",
            "restez connectes",
            "reseaux",
            "facebook",
        ],
    ),
    (
        PageKind::Contact,
        &[
            "contact",
            "contacts",
            "contacter",
            "contactez nous",
            "nous contacter",
        ],
    ),
    (
        PageKind::LegalNotice,
        &["mentions legales", "mention legale", "informations legales"],
    ),
    (
        PageKind::News,
        &[
            "actualites",
            "actualite",
            "actus",
            "toute l actualite",
            "toutes les actualites",
            "news",
        ],
    ),
    (PageKind::SiteMap, &["plan du site", "plan site", "sitemap"]),
];

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    Networks,
    Contact,
    LegalNotice,
    News,
    SiteMap,
}

/// Documents, not pages.
const NOT_PAGES: [&str; 10] = [
    ".pdf", ".doc", ".docx", ".jpg", ".jpeg", ".png", ".zip", ".xml", ".ics", ".mp4",
];

/// The kind of page to which a link leads, by its text or its path.
fn kind_of(label: &str, url: &Url) -> Option<PageKind> {
    let label = fold_name(label);
    let path = fold_name(
        url.path()
            .rsplit('/')
            .find(|part| !part.is_empty())
            .unwrap_or_default(),
    );
    LIKELY.iter().find_map(|(kind, words)| {
        // The words begin the text or make the whole path: `contact` and `Contact et accès`, not
        // `lentilles de contact`.
        let fits = words.iter().any(|words| {
            let begins = |text: &str| {
                text.strip_prefix(words)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            begins(&label) || begins(&path)
        });
        fits.then_some(*kind)
    })
}

/// The pages worth reading, at most `limit`, one of each kind, of the same host only.
pub(super) fn likely(facts: &PageFacts, home: &Url, base: &Url, limit: usize) -> Vec<Url> {
    let mut best: Vec<(PageKind, Url)> = Vec::new();
    for link in facts.internal_links() {
        let Ok(mut url) = base.join(&link.href) else {
            continue;
        };
        url.set_fragment(None);
        let is_page = matches!(url.scheme(), "http" | "https")
            && url.host_str() == home.host_str()
            && url.port_or_known_default() == home.port_or_known_default()
            && url.path() != home.path()
            && !NOT_PAGES
                .iter()
                .any(|end| url.path().to_ascii_lowercase().ends_with(end));
        if !is_page {
            continue;
        }
        let Some(kind) = kind_of(&link.label, &url) else {
            continue;
        };
        if !best
            .iter()
            .any(|(seen, known)| *seen == kind || *known == url)
        {
            best.push((kind, url));
        }
    }
    let rank = |kind: &PageKind| LIKELY.iter().position(|(other, _)| other == kind);
    best.sort_by_key(|(kind, _)| rank(kind));
    best.truncate(limit);
    best.into_iter().map(|(_, url)| url).collect()
}

/// The address of the legal notice, when a link leads to one.
pub(super) fn legal_notice(facts: &PageFacts, base: &Url) -> Option<Url> {
    find(facts, base, PageKind::LegalNotice)
}

/// Whether a link leads to a contact page.
pub(super) fn has_contact(facts: &PageFacts, base: &Url) -> bool {
    find(facts, base, PageKind::Contact).is_some()
}

fn find(facts: &PageFacts, base: &Url, wanted: PageKind) -> Option<Url> {
    facts.internal_links().find_map(|link| {
        let url = base.join(&link.href).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        (is_web && kind_of(&link.label, &url) == Some(wanted)).then_some(url)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::website::extract::extract;

    #[test]
    fn likely_pages_come_best_first_and_once_each() {
        let facts = extract(
            "<a href=/plan-du-site>Plan du site</a><a href=/actualites/>Actualit&eacute;s</a>
             <a href=/actus-2>Actualités du sport</a><a href=/contact#top>Nous écrire</a>
             <a href=/spip.php?article3>Mentions légales</a><a href=/doc/contact.pdf>Contact</a>
             <a href=https://autre.example/contact>Contact</a><a href=/>Contact</a>
             <a href=mailto:x@exemple.example>Contact</a><a href=/optique>Lentilles de contact</a>",
            "www.exemple.example",
            100,
        );
        let home: Url = "https://www.exemple.example/".parse().unwrap();
        let found = likely(&facts, &home, &home, 3);
        let paths: Vec<String> = found
            .iter()
            .map(|url| url[url::Position::BeforePath..].to_owned())
            .collect();
        assert_eq!(paths, ["/contact", "/spip.php?article3", "/actualites/"]);
        assert_eq!(
            legal_notice(&facts, &home).unwrap().as_str(),
            "https://www.exemple.example/spip.php?article3"
        );
        assert!(has_contact(&facts, &home));
    }
}
