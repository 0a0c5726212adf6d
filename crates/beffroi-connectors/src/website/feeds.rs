//! Feeds: which addresses to try, and what is read of one.
//!
//! Rule: only a feed of the site itself says how often the site publishes; a strict reading first,
//! then a lenient one, since broken XML is common on town sites.

use std::{cmp::Reverse, collections::HashSet};

use beffroi_model::{FeedKind, fold_name};
use feed_rs::{model::FeedType, parser};
use jiff::Timestamp;
use url::Url;

use super::{
    dates,
    facts::PageFacts,
    json_feed,
    publications::{MAX_PUBLICATIONS, Publication, short_hash},
};

/// A feed, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Feed {
    pub(super) kind: FeedKind,
    /// Dated items, newest first.
    pub(super) publications: Vec<Publication>,
    /// Items without a date that can be read.
    pub(super) undated: usize,
}

/// The addresses that the page itself offers, best first: `<link>`s, then anchors that look like
/// feeds, those of agendas last. Feeds of comments, of other sites and calendars are left out.
pub(super) fn offered(facts: &PageFacts, base: &Url) -> Vec<Url> {
    let linked = facts
        .feeds
        .iter()
        .map(|feed| (feed.href.as_str(), feed.title.as_str()));
    let anchored = facts
        .internal_links()
        .filter(|link| looks_like_feed(&link.href))
        .map(|link| (link.href.as_str(), link.label.as_str()));
    let (mut news, mut agendas): (Vec<Url>, Vec<Url>) = Default::default();
    for (href, title) in linked.chain(anchored) {
        let Ok(url) = base.join(href) else { continue };
        let is_known = news.contains(&url) || agendas.contains(&url);
        if is_known || !same_site(&url, base) || is_side_feed(&url, title) {
            continue;
        }
        if is_agenda(&url, title) {
            agendas.push(url);
        } else {
            news.push(url);
        }
    }
    news.append(&mut agendas);
    news
}

/// Whether a feed announces events rather than tells news.
fn is_agenda(url: &Url, title: &str) -> bool {
    let title = fold_name(title);
    let address = url.as_str().to_ascii_lowercase();
    ["agenda", "evenement", "event", "calendrier"]
        .iter()
        .any(|word| title.contains(word) || address.contains(word))
}

fn looks_like_feed(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    let path = lower
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    path.ends_with("/feed")
        || path.ends_with("/rss")
        || path.ends_with(".rss")
        || path.ends_with("rss.xml")
        || path.ends_with("feed.xml")
        || path.ends_with("atom.xml")
        || path.ends_with("feed.json")
        || lower.contains("page=backend")
        || lower.contains("format=feed")
        || lower.contains("feed=rss")
}

/// Feeds that are not the site's news: comments, calendars, API documents, single articles' ones.
fn is_side_feed(url: &Url, title: &str) -> bool {
    let path = url.path().to_ascii_lowercase();
    let title = title.to_lowercase();
    path.contains("/comments/")
        || path.contains("/wp-json/")
        || path.contains("oembed")
        || path.ends_with(".ics")
        || path.ends_with(".webmanifest")
        || title.contains("commentaire")
        || title.contains("comments feed")
        || title.contains("oembed")
}

/// Whether two addresses belong to one site: the same registrable domain, and on a shared one the
/// same host.
pub(super) fn same_site(url: &Url, base: &Url) -> bool {
    let (Some(host), Some(own)) = (url.host_str(), base.host_str()) else {
        return false;
    };
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    if bare(host) == bare(own) {
        return true;
    }
    let is_shared = crate::accounts::hosts::is_shared(own);
    !is_shared && psl::domain_str(host).is_some_and(|domain| psl::domain_str(own) == Some(domain))
}

/// A document that is no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document is no feed: {0}")]
pub(super) struct NotAFeed(String);

/// Reads a feed of any format.
pub(super) fn parse(body: &[u8], header_charset: Option<&str>) -> Result<Feed, NotAFeed> {
    let strict = body.trim_ascii_start();
    if strict.is_empty() {
        return Err(NotAFeed("it is empty".to_owned()));
    }
    let json = strict.strip_prefix(b"\xef\xbb\xbf").unwrap_or(strict);
    if json.starts_with(b"{") {
        return json_feed::parse(json).map_err(|error| NotAFeed(error.to_string()));
    }
    if let Ok(feed) = read(strict) {
        return Ok(feed);
    }
    let repaired = repair(&to_text(strict, header_charset));
    read(repaired.as_bytes()).map_err(|error| NotAFeed(error.to_string()))
}

fn read(body: &[u8]) -> parser::ParseFeedResult<Feed> {
    let parser = parser::Builder::new()
        .sanitize_content(false)
        .id_generator(|links, _, _| {
            links
                .first()
                .map(|link| link.href.clone())
                .unwrap_or_default()
        })
        .timestamp_parser(|text| {
            let moment = dates::parse(text)?;
            chrono::DateTime::from_timestamp(moment.as_second(), 0)
        })
        .build();
    let feed = parser.parse(body)?;
    let kind = match feed.feed_type {
        FeedType::Atom => FeedKind::Atom,
        // Read by `json_feed`, which is more lenient.
        FeedType::JSON => FeedKind::Json,
        FeedType::RSS0 | FeedType::RSS1 | FeedType::RSS2 => FeedKind::Rss,
    };
    let items = feed.entries.into_iter().map(|entry| {
        let date = entry.published.or(entry.updated);
        Item {
            id: Some(entry.id),
            url: entry
                .links
                .into_iter()
                .map(|link| link.href)
                .find(|href| !href.is_empty()),
            published_at: date.and_then(|date| Timestamp::from_second(date.timestamp()).ok()),
        }
    });
    Ok(Feed::of(kind, items))
}

/// An item as a feed of any format writes it.
pub(super) struct Item {
    /// The feed's own id.
    pub(super) id: Option<String>,
    /// Its address.
    pub(super) url: Option<String>,
    /// When, if that can be read.
    pub(super) published_at: Option<Timestamp>,
}

impl Feed {
    /// The newest of its items, each once.
    pub(super) fn of(kind: FeedKind, items: impl Iterator<Item = Item>) -> Self {
        let (mut publications, mut undated) = (Vec::new(), 0);
        for item in items {
            let name = item.id.as_deref().filter(|id| !id.is_empty());
            match (name.or(item.url.as_deref()), item.published_at) {
                (Some(name), Some(published_at)) => publications.push(Publication {
                    id: short_hash(name),
                    url: item.url,
                    published_at,
                }),
                _ => undated += 1,
            }
        }
        publications.sort_by_key(|item| Reverse(item.published_at));
        let mut seen = HashSet::new();
        publications.retain(|item| seen.insert(item.id.clone()));
        publications.truncate(MAX_PUBLICATIONS);
        Self {
            kind,
            publications,
            undated,
        }
    }

    /// Whether all that it dates is still to come: an agenda, whatever it is called.
    pub(super) fn is_all_to_come(&self, as_of: Timestamp) -> bool {
        !self.publications.is_empty()
            && self.undated == 0
            && self
                .publications
                .iter()
                .all(|item| item.published_at > as_of)
    }
}

/// The text of a feed, by its byte-order mark, the header, its own declaration, or else as UTF-8
/// when it is that and as windows-1252 when it is not.
fn to_text(body: &[u8], header_charset: Option<&str>) -> String {
    let declared = std::str::from_utf8(&body[..body.len().min(200)])
        .ok()
        .and_then(|start| start.split_once("encoding="))
        .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next());
    let label = header_charset.or(declared);
    let encoding = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    let (text, _, has_errors) = encoding.unwrap_or(encoding_rs::UTF_8).decode(body);
    if has_errors {
        encoding_rs::WINDOWS_1252.decode(body).0.into_owned()
    } else {
        text.into_owned()
    }
}

/// Makes of broken XML what a strict parser accepts: nothing before the root, no declaration of
/// an encoding that no longer holds, every `&` a reference, no forbidden character, and an end
/// after the last whole item when the rest is missing.
fn repair(text: &str) -> String {
    let start = text.find('<').unwrap_or(text.len());
    let text = &text[start..];
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
        None => text,
    };
    let mut repaired = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        push_allowed(&mut repaired, &rest[..at]);
        let after = &rest[at + 1..];
        let end = after
            .as_bytes()
            .iter()
            .take(32)
            .position(|byte| *byte == b';');
        let is_xml_reference = end.is_some_and(|end| {
            let name = &after[..end];
            matches!(name, "amp" | "lt" | "gt" | "quot" | "apos")
                || name.strip_prefix('#').is_some_and(|number| {
                    !number.is_empty() && number.bytes().all(|b| b.is_ascii_alphanumeric())
                })
        });
        repaired.push_str(if is_xml_reference { "&" } else { "&amp;" });
        rest = after;
    }
    push_allowed(&mut repaired, rest);
    close_open_root(&mut repaired);
    repaired
}

fn push_allowed(text: &mut String, part: &str) {
    text.extend(
        part.chars()
            .filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')),
    );
}

fn close_open_root(text: &mut String) {
    for (item_end, root_end, closing) in [
        ("</item>", "</rss>", "</channel></rss>"),
        ("</entry>", "</feed>", "</feed>"),
        ("</item>", "</rdf:RDF>", "</rdf:RDF>"),
    ] {
        let root = format!("<{}", &root_end[2..root_end.len() - 1]);
        if text.contains(&root)
            && !text.contains(root_end)
            && let Some(at) = text.rfind(item_end)
        {
            text.truncate(at + item_end.len());
            text.push_str(closing);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>
        <title>Actualités</title><link>https://www.exemple.example/</link>
        <item><title>Voeux</title><link>https://www.exemple.example/voeux</link>
          <guid>urn:1</guid><pubDate>Fri, 20 Nov 2026 17:00:00 +0100</pubDate></item>
        <item><title>Travaux &amp; voirie</title><link>https://www.exemple.example/travaux</link>
          <pubDate>lun., 2 nov. 2026 08:00:00 +0100</pubDate></item>
        </channel></rss>"#;

    fn days(feed: &Feed) -> Vec<String> {
        let items = feed.publications.iter();
        items
            .map(|item| item.published_at.to_string()[..10].to_owned())
            .collect()
    }

    #[test]
    fn rss_atom_rdf_and_json_feeds_are_read() {
        let rss = parse(RSS.as_bytes(), None).unwrap();
        assert_eq!((rss.kind, rss.undated), (FeedKind::Rss, 0));
        assert_eq!(days(&rss), ["2026-11-20", "2026-11-02"]);
        assert_eq!(rss.publications[0].id, short_hash("urn:1"));
        assert_eq!(
            rss.publications[1].id,
            short_hash("https://www.exemple.example/travaux")
        );

        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>x</id>
            <updated>2026-11-20T00:00:00Z</updated><entry><title>a</title><id>e1</id>
            <link href="https://www.exemple.example/a"/><updated>2026-11-19T10:00:00Z</updated>
            </entry></feed>"#;
        let atom = parse(atom.as_bytes(), None).unwrap();
        assert_eq!(
            (atom.kind, days(&atom)),
            (FeedKind::Atom, vec!["2026-11-19".to_owned()])
        );

        let rdf = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
            xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel rdf:about="https://www.exemple.example/"><title>t</title>
            <link>https://www.exemple.example/</link><description>d</description></channel>
            <item rdf:about="https://www.exemple.example/b"><title>b</title>
            <link>https://www.exemple.example/b</link><dc:date>2026-11-18T09:00:00Z</dc:date></item>
            </rdf:RDF>"#;
        let rdf = parse(rdf.as_bytes(), None).unwrap();
        assert_eq!(
            (rdf.kind, days(&rdf)),
            (FeedKind::Rss, vec!["2026-11-18".to_owned()])
        );

        let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[
            {"id":"1","url":"https://www.exemple.example/c","content_text":"c",
             "date_published":"2026-11-17T09:00:00+01:00"}]}"#;
        let json = parse(json.as_bytes(), None).unwrap();
        assert_eq!(
            (json.kind, days(&json)),
            (FeedKind::Json, vec!["2026-11-17".to_owned()])
        );
    }

    #[test]
    fn broken_feeds_are_read_leniently() {
        let bom_and_blank = format!("\u{feff}\n\n  {RSS}");
        let bare_ampersand = RSS
            .replace("&amp;", "&")
            .replace("Voeux", "V&nbsp;\u{1}oeux");
        let cut = &RSS[..RSS.rfind("<item>").unwrap() + 40];
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(RSS);
        for (what, body, items) in [
            (
                "byte-order mark and blank lines",
                bom_and_blank.as_bytes(),
                2,
            ),
            ("bare ampersands", bare_ampersand.as_bytes(), 2),
            ("windows-1252 bytes declared as UTF-8", &*latin, 2),
            ("cut in the middle of an item", cut.as_bytes(), 1),
        ] {
            let feed = parse(body, None).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(feed.publications.len(), items, "{what}");
        }
    }

    #[test]
    fn a_page_is_no_feed() {
        for body in [
            "",
            "  ",
            "<html><body>Page introuvable</body></html>",
            "{}",
            "{\"a\":",
            "x",
        ] {
            assert!(parse(body.as_bytes(), None).is_err(), "{body}");
        }
    }

    #[test]
    fn only_the_sites_own_news_feeds_are_offered() {
        let facts = super::super::extract::extract(
            r#"<link rel="alternate" type="application/rss+xml" title="Flux" href="/feed/">
               <link rel="alternate" type="application/rss+xml" title="Flux des commentaires"
                     href="/comments/feed/">
               <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
               <link rel="alternate" type="application/rss+xml" title="Agenda" href="/a/feed/">
               <link rel="alternate" type="application/rss+xml" href="https://www.dept.example/rss">
               <a href="/spip.php?page=backend">RSS</a> <a href="/feed/">Flux</a>
               <a href="/agenda">Agenda</a>"#,
            "www.exemple.example",
            100,
        );
        let base = Url::parse("https://www.exemple.example/").unwrap();
        let found = offered(&facts, &base);
        let found: Vec<&str> = found.iter().map(Url::as_str).collect();
        assert_eq!(
            found,
            [
                "https://www.exemple.example/feed/",
                "https://www.exemple.example/spip.php?page=backend",
                "https://www.exemple.example/a/feed/"
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>) {
            let _ = parse(&body, None);
        }

        #[test]
        fn no_damage_to_a_feed_makes_it_panic(at in 0..RSS.len(), byte: u8) {
            let mut body = RSS.as_bytes().to_vec();
            body[at] = byte;
            let _ = parse(&body, Some("windows-1252"));
        }
    }
}
