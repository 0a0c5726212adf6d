//! A page while it arrives: bytes to text to facts, nothing else is kept.

use beffroi_fetch::{BodySink, Head, TextDecoder, TextKind};
use url::Url;

use super::{
    addresses::{authority, parse_refresh},
    extract::Extractor,
    facts::{PageFacts, Refresh},
};

/// Bytes in which something like a tag must appear, when the server does not say that it is HTML.
const SNIFFED_BYTES: usize = 1_024;

/// Reads a page into facts.
pub(super) struct PageReader {
    max_links: usize,
    reading: Option<Reading>,
}

struct Reading {
    decoder: TextDecoder,
    extractor: Extractor,
    says_html: bool,
    sniffed: usize,
    has_tag: bool,
    /// What the head says as `meta http-equiv` does in the page.
    refresh: Option<Refresh>,
}

/// A page, read.
#[derive(Debug)]
pub(super) struct ReadPage {
    pub(super) facts: PageFacts,
    /// WHATWG label of its encoding.
    pub(super) charset: &'static str,
    /// Whether it is an HTML page at all.
    pub(super) is_html: bool,
}

impl PageReader {
    pub(super) fn new(max_links: usize) -> Self {
        Self {
            max_links,
            reading: None,
        }
    }

    /// What was read; `None` when no answer ever began.
    pub(super) fn finish(self) -> Option<ReadPage> {
        let mut reading = self.reading?;
        let extractor = &mut reading.extractor;
        let encoding = reading.decoder.finish(|text| extractor.write(text));
        let mut facts = reading.extractor.finish();
        facts.refresh = reading.refresh.or(facts.refresh);
        Some(ReadPage {
            facts,
            charset: encoding.name(),
            is_html: reading.says_html || reading.has_tag,
        })
    }
}

impl BodySink for PageReader {
    fn start(&mut self, head: &Head) {
        let media_type = head.media_type();
        self.reading = Some(Reading {
            decoder: TextDecoder::new(head.charset().as_deref(), TextKind::Html),
            extractor: Extractor::new(authority(&head.url), self.max_links),
            refresh: head.header("refresh").and_then(parse_refresh),
            says_html: matches!(
                media_type.as_deref(),
                Some("text/html" | "application/xhtml+xml")
            ),
            sniffed: 0,
            has_tag: false,
        });
    }

    fn chunk(&mut self, bytes: &[u8]) {
        let Some(reading) = self.reading.as_mut() else {
            return;
        };
        if reading.sniffed < SNIFFED_BYTES && !reading.has_tag {
            let room = (SNIFFED_BYTES - reading.sniffed).min(bytes.len());
            reading.has_tag = begins_a_tag(&bytes[..room]);
            reading.sniffed += room;
        }
        let extractor = &mut reading.extractor;
        reading.decoder.push(bytes, |text| extractor.write(text));
    }
}

/// `<` and a letter or `!`: in a PDF, a picture or a JSON answer that is rare at the beginning.
fn begins_a_tag(bytes: &[u8]) -> bool {
    bytes
        .windows(2)
        .any(|pair| pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || pair[1] == b'!'))
        && !bytes.starts_with(b"%PDF")
}

/// The address against which a page's links are resolved.
pub(super) fn base_of(facts: &PageFacts, page: &Url) -> Url {
    let declared = facts
        .base_href
        .as_ref()
        .and_then(|href| page.join(href).ok());
    declared
        .filter(|base| matches!(base.scheme(), "http" | "https"))
        .unwrap_or_else(|| page.clone())
}

/// Where a page sends its visitor by itself: a refresh, a script of a page that shows nothing, or
/// the one frame that covers it.
pub(super) fn redirect_of(facts: &PageFacts, base: &Url) -> Option<Url> {
    /// A longer delay is meant for the visitor to read the page.
    const MAX_DELAY_SECS: u32 = 10;
    /// With more text, or links, the page is one to be read.
    const NEAR_EMPTY_BYTES: u64 = 512;

    let refresh = facts
        .refresh
        .as_ref()
        .filter(|refresh| refresh.delay_secs <= MAX_DELAY_SECS);
    if let Some(href) = refresh.and_then(|refresh| refresh.href.as_ref()) {
        return web_address(base, href);
    }
    // Its links are known, its text has to be read first.
    if facts.links.len() > 2 {
        return None;
    }
    let shown = facts.shown();
    if shown.text_bytes >= NEAR_EMPTY_BYTES {
        return None;
    }
    if let Some(target) = script_target(&shown.script) {
        return web_address(base, target);
    }
    if let Some(frame) = facts.frames.iter().find(|frame| !frame.is_empty()) {
        return web_address(base, frame);
    }
    match facts.iframes.as_slice() {
        [only] if shown.text_bytes < 64 && facts.links.is_empty() => web_address(base, only),
        _ => None,
    }
}

fn web_address(base: &Url, href: &str) -> Option<Url> {
    let mut url = base.join(href.trim()).ok()?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url != *base).then_some(url)
}

/// The literal address that a script assigns to the location.
fn script_target(script: &str) -> Option<&str> {
    let mut rest = script;
    while let Some(at) = rest.find("location") {
        rest = &rest[at + "location".len()..];
        let mut after = rest;
        for member in [".href", ".replace", ".assign"] {
            after = after.strip_prefix(member).unwrap_or(after);
        }
        let after = after
            .trim_start()
            .strip_prefix(['=', '('])
            .map(str::trim_start);
        let Some(literal) = after.filter(|after| after.starts_with(['"', '\''])) else {
            continue;
        };
        let quote = &literal[..1];
        if let Some(target) = literal[1..]
            .split(quote)
            .next()
            .filter(|target| !target.is_empty())
        {
            return Some(target);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::website::extract::extract;

    fn redirect(html: &str) -> Option<String> {
        let base: Url = "https://www.exemple.example/".parse().unwrap();
        redirect_of(&extract(html, "www.exemple.example", 100), &base).map(String::from)
    }

    #[test]
    fn pages_that_only_lead_elsewhere_are_followed() {
        for (html, expected) in [
            (
                r#"<meta http-equiv="refresh" content="0; url='/accueil'">"#,
                "/accueil",
            ),
            (
                r#"<META HTTP-EQUIV=REFRESH CONTENT="5,URL=/accueil">"#,
                "/accueil",
            ),
            (
                r#"<meta http-equiv="refresh" content="0;/accueil">"#,
                "/accueil",
            ),
            (
                "<script>window.location.href = \"/spip.php?a\";</script>",
                "/spip.php?a",
            ),
            ("<script>top.location.replace('/x')</script>", "/x"),
            ("<script>location='/x'</script>", "/x"),
            (
                "<frameset><frame src=/site/index.htm><frame src=/b></frameset>",
                "/site/index.htm",
            ),
            ("<body><iframe src='/vrai'></iframe></body>", "/vrai"),
        ] {
            let expected = format!("https://www.exemple.example{expected}");
            assert_eq!(redirect(html), Some(expected), "{html}");
        }
    }

    #[test]
    fn pages_to_be_read_are_not_left() {
        let text = "Bienvenue à la mairie d'Exemple. ".repeat(40);
        for html in [
            r#"<meta http-equiv="refresh" content="300">"#.to_owned(),
            r#"<meta http-equiv="refresh" content="300; url=/autre">"#.to_owned(),
            format!("<p>{text}</p><script>location.href='/x'</script>"),
            "<script>if (location.hash) {}</script>".to_owned(),
            r#"<meta http-equiv="refresh" content="0; url=javascript:alert(1)">"#.to_owned(),
        ] {
            assert_eq!(redirect(&html), None, "{html}");
        }
    }
}
