//! Sitemaps: when pages changed last, where the site has no feed.
//!
//! Rule: `lastmod` is believed only where it can be: many generators write the present moment, or
//! one moment, for every page. The documents are read while they arrive, and only dates are kept.

use std::{collections::HashMap, io::Write, sync::LazyLock};

use beffroi_fetch::{BodySink, Head};
use jiff::{SignedDuration, Timestamp};
use memchr::memmem::Finder;
use quick_xml::{Reader, events::Event};
use url::Url;

use super::dates;

/// Files read of one site, indexes included.
pub(super) const MAX_FILES: usize = 20;
/// Levels of indexes; nested ones are illegal but exist.
pub(super) const MAX_DEPTH: usize = 3;
/// Pages counted of one site.
pub(super) const MAX_URLS: usize = 50_000;
/// One entry is never longer; what is without an end is thrown away.
const MAX_ENTRY_BYTES: usize = 64 * 1024;
/// Bytes of one file after its own compression, as the protocol allows.
const MAX_FILE_BYTES: usize = 50 * 1024 * 1024;
/// Dates this near to the visit, all of them, are the moment of generation.
const JUST_NOW: SignedDuration = SignedDuration::from_hours(1);
/// Above this share of equal dates, in per cent, they say nothing.
const MAX_EQUAL_PERCENT: usize = 80;

/// What was read of one file.
#[derive(Debug, Default)]
pub(super) struct SitemapFile {
    /// Whether it was a sitemap at all.
    pub(super) is_sitemap: bool,
    /// `lastmod` of its pages.
    pub(super) dates: Vec<Timestamp>,
    /// Pages, dated or not.
    pub(super) urls: usize,
    /// Files that an index names.
    pub(super) children: Vec<Url>,
}

/// Whether dates tell when pages changed, rather than when the file was made.
pub(super) fn are_believable(dates: &[Timestamp], now: Timestamp) -> bool {
    let recent = now.checked_sub(JUST_NOW).unwrap_or(Timestamp::MIN);
    if dates.is_empty() || dates.iter().all(|date| *date >= recent) {
        return false;
    }
    let mut counts: HashMap<Timestamp, usize> = HashMap::new();
    for date in dates {
        *counts.entry(*date).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    most * 100 <= dates.len() * MAX_EQUAL_PERCENT
}

/// Reads a sitemap while it arrives, gzip-compressed or not.
#[derive(Debug)]
pub(super) struct SitemapReader {
    entries: Entries,
    unzip: Option<flate2::write::GzDecoder<Vec<u8>>>,
    has_begun: bool,
    room: usize,
}

impl SitemapReader {
    /// Begins a file; `room` is the number of pages that may still be counted.
    pub(super) fn new(room: usize) -> Self {
        Self {
            entries: Entries::new(room),
            unzip: None,
            has_begun: false,
            room,
        }
    }

    /// What was read.
    pub(super) fn finish(mut self) -> SitemapFile {
        if let Some(mut unzip) = self.unzip.take() {
            let _ = unzip.try_finish();
            let rest = std::mem::take(unzip.get_mut());
            self.entries.push(&rest);
        }
        self.entries.file
    }
}

impl BodySink for SitemapReader {
    fn start(&mut self, _head: &Head) {
        *self = Self::new(self.room);
    }

    fn chunk(&mut self, bytes: &[u8]) {
        if !self.has_begun {
            self.has_begun = true;
            if bytes.starts_with(&[0x1f, 0x8b]) {
                self.unzip = Some(flate2::write::GzDecoder::new(Vec::new()));
            }
        }
        let Some(unzip) = self.unzip.as_mut() else {
            self.entries.push(bytes);
            return;
        };
        // Small parts, so that no more than one part's worth of a bomb is held unpacked.
        for part in bytes.chunks(1024) {
            if self.entries.is_full() {
                return;
            }
            if unzip.write_all(part).is_err() {
                // A damaged end: what came before still counts.
                return;
            }
            let unpacked = std::mem::take(unzip.get_mut());
            self.entries.push(&unpacked);
        }
    }
}

/// Cuts the stream into `<url>` and `<sitemap>` entries.
#[derive(Debug)]
struct Entries {
    file: SitemapFile,
    buffer: Vec<u8>,
    room: usize,
    bytes: usize,
}

static URL_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("</url>"));
static SITEMAP_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("</sitemap>"));

impl Entries {
    fn new(room: usize) -> Self {
        Self {
            file: SitemapFile::default(),
            buffer: Vec::new(),
            room,
            bytes: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.file.urls >= self.room || self.bytes > MAX_FILE_BYTES
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        if self.is_full() {
            return;
        }
        self.buffer.extend_from_slice(bytes);
        if !self.file.is_sitemap {
            let start = &self.buffer[..self.buffer.len().min(4096)];
            self.file.is_sitemap = ["<urlset", "<sitemapindex"]
                .iter()
                .any(|root| memchr::memmem::find(start, root.as_bytes()).is_some());
        }
        let mut done = 0;
        while !self.is_full() && self.file.is_sitemap {
            let rest = &self.buffer[done..];
            let end = match (URL_END.find(rest), SITEMAP_END.find(rest)) {
                (Some(url), Some(sitemap)) if sitemap < url => sitemap + b"</sitemap>".len(),
                (Some(url), _) => url + b"</url>".len(),
                (None, Some(sitemap)) => sitemap + b"</sitemap>".len(),
                (None, None) => break,
            };
            let entry = &self.buffer[done..done + end];
            read_entry(entry, &mut self.file);
            done += end;
        }
        self.buffer.drain(..done);
        if self.buffer.len() > MAX_ENTRY_BYTES {
            self.buffer.clear();
        }
    }
}

fn read_entry(entry: &[u8], file: &mut SitemapFile) {
    // The root's start tag stands before the first entry: begin at the last opening.
    let is_index = entry.ends_with(b"</sitemap>");
    let opening: &[u8] = if is_index { b"<sitemap>" } else { b"<url>" };
    let start = memchr::memmem::rfind(entry, opening).unwrap_or(0);
    let Ok(text) = std::str::from_utf8(&entry[start..]) else {
        return;
    };
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let (mut loc, mut lastmod) = (String::new(), String::new());
    let mut field: Option<bool> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                field = match tag.name().as_ref() {
                    "loc" => Some(true),
                    "lastmod" => Some(false),
                    _ => None,
                };
            }
            Ok(Event::End(_)) => field = None,
            Ok(Event::Text(text)) => {
                let target = match field {
                    Some(true) => &mut loc,
                    Some(false) => &mut lastmod,
                    None => continue,
                };
                target.push_str(&text);
            }
            Ok(Event::CData(text)) => {
                if field == Some(true) {
                    loc.push_str(&text);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if field == Some(true) && reference.as_ref() == "amp" {
                    loc.push('&');
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    if is_index {
        if file.children.len() < MAX_FILES
            && let Ok(url) = Url::parse(loc.trim())
        {
            file.children.push(url);
        }
        return;
    }
    file.urls += 1;
    file.dates.extend(dates::parse(&lastmod));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8], chunk: usize) -> SitemapFile {
        let mut reader = SitemapReader::new(MAX_URLS);
        for part in body.chunks(chunk) {
            reader.chunk(part);
        }
        reader.finish()
    }

    const URLSET: &str = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <url><loc>https://www.exemple.example/</loc><lastmod>2026-11-20</lastmod></url>
        <url><loc>https://www.exemple.example/a?b=1&amp;c=2</loc><lastmod>2026-11-02T08:00+01:00</lastmod></url>
        <url><loc>https://www.exemple.example/b</loc></url></urlset>"#;

    #[test]
    fn pages_and_their_dates_are_read_however_the_file_is_cut() {
        for chunk in [1, 7, 1000] {
            let file = read(URLSET.as_bytes(), chunk);
            assert!(file.is_sitemap);
            assert_eq!((file.urls, file.dates.len()), (3, 2), "chunks of {chunk}");
        }
    }

    #[test]
    fn an_index_names_its_files() {
        let index = r#"<sitemapindex><sitemap><loc>https://www.exemple.example/s1.xml?a=1&amp;b=2</loc>
            <lastmod>2026-11-20</lastmod></sitemap><sitemap><loc><![CDATA[https://www.exemple.example/s2.xml]]></loc>
            </sitemap><sitemap><loc>garbage</loc></sitemap></sitemapindex>"#;
        let file = read(index.as_bytes(), 50);
        let children: Vec<&str> = file.children.iter().map(Url::as_str).collect();
        assert_eq!(
            children,
            [
                "https://www.exemple.example/s1.xml?a=1&b=2",
                "https://www.exemple.example/s2.xml"
            ]
        );
        assert_eq!(file.urls, 0);
    }

    #[test]
    fn a_compressed_file_is_unpacked_and_a_bomb_is_bounded() {
        let zip = |body: &[u8]| {
            let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            zip.write_all(body).unwrap();
            zip.finish().unwrap()
        };
        let file = read(&zip(URLSET.as_bytes()), 10);
        assert_eq!((file.urls, file.dates.len()), (3, 2));

        let bomb = zip(&vec![b' '; 80 * 1024 * 1024]);
        let mut reader = SitemapReader::new(MAX_URLS);
        reader.chunk(&bomb);
        assert!(reader.entries.buffer.len() <= 2 * 1024 * 1024);
        assert!(!reader.finish().is_sitemap);
    }

    #[test]
    fn a_page_is_no_sitemap() {
        assert!(!read(b"<html><body>Erreur 404</body></html>", 10).is_sitemap);
    }

    #[test]
    fn dates_that_are_all_alike_or_all_now_are_not_believed() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-23T02:00:00Z");
        let honest = [
            "2026-11-20T00:00:00Z",
            "2026-10-01T00:00:00Z",
            "2026-10-01T00:00:00Z",
        ];
        assert!(are_believable(&honest.map(at), now));
        let mut alike = vec![at("2026-11-20T00:00:00Z"); 9];
        alike.push(at("2026-10-01T00:00:00Z"));
        assert!(!are_believable(&alike, now));
        let fresh = ["2026-11-23T01:30:00Z", "2026-11-23T01:59:00Z"];
        assert!(!are_believable(&fresh.map(at), now));
        assert!(!are_believable(&[], now));
    }

    #[test]
    fn no_more_pages_than_allowed_are_counted() {
        let mut reader = SitemapReader::new(2);
        reader.chunk(URLSET.as_bytes());
        assert_eq!(reader.finish().urls, 2);
    }
}
