//! Hostile pages: bounded memory and time, no panic, and the same facts however the bytes come.

use std::time::{Duration, Instant};

use beffroi_fetch::{BodySink, Head};
use proptest::prelude::*;

use crate::website::{
    extract::{Extractor, extract},
    facts::{MAX_EXTERNAL_LINKS, PageFacts},
    page::PageReader,
};

/// Generous for an unoptimised build on a busy machine; what it guards against takes minutes.
const LIMIT: Duration = Duration::from_secs(20);

fn timed(html: &str) -> PageFacts {
    let begun = Instant::now();
    let facts = extract(html, "www.exemple.example", 2_000);
    assert!(begun.elapsed() < LIMIT, "took {:?}", begun.elapsed());
    facts
}

fn head() -> Head {
    Head {
        url: "https://www.exemple.example/".parse().unwrap(),
        status: 200,
        headers: Default::default(),
    }
}

fn read_in(bytes: &[u8], cuts: &[usize]) -> PageFacts {
    let mut reader = PageReader::new(100);
    reader.start(&head());
    let mut rest = bytes;
    for cut in cuts {
        let (part, after) = rest.split_at((*cut).min(rest.len()));
        reader.chunk(part);
        rest = after;
    }
    reader.chunk(rest);
    reader.finish().unwrap().facts
}

#[test]
fn a_hundred_thousand_nested_tags_do_not_hurt() {
    let deep = format!(
        "{}<a href=/contact>x</a>",
        "<div class=social>".repeat(100_000)
    );
    timed(&deep);
}

#[test]
fn a_page_of_five_megabytes_does_not_hurt() {
    let page = include_str!("../testdata/wordpress.html").repeat(2_000);
    let facts = timed(&page);
    let external = facts.links.iter().filter(|link| link.is_external).count();
    assert!(external <= MAX_EXTERNAL_LINKS && facts.is_truncated);
}

#[test]
fn an_attribute_of_a_megabyte_does_not_hide_what_follows() {
    let page = format!(
        "<p title=\"{}\">x</p><a href=/contact>Contact</a>",
        "é".repeat(1 << 19)
    );
    assert_eq!(timed(&page).links.len(), 1);
}

#[test]
fn after_a_tag_larger_than_its_memory_the_reading_goes_on() {
    let monster = format!("<div title=\"{}\">x</div>", "x".repeat(4 << 20));
    let page = format!("{monster}{}<a href=/contact>C</a>", "<br>".repeat(20_000));
    let mut extractor = Extractor::new("www.exemple.example", 2_000);
    for start in (0..page.len()).step_by(16 * 1024) {
        extractor.write(&page[start..page.len().min(start + 16 * 1024)]);
    }
    let facts = extractor.finish();
    assert!(facts.is_truncated);
    assert_eq!(facts.links.len(), 1);
}

#[test]
fn tags_that_nobody_closes_hide_no_link() {
    for name in ["b", "a", "font", "div", "li", "span"] {
        let openings = format!("<{name}>").repeat(100_000);
        let page = format!("<a href=/first>F</a>{openings}<a href=/contact>C</a>");
        let facts = timed(&page);
        let hrefs: Vec<&str> = facts.links.iter().map(|link| link.href.as_str()).collect();
        assert_eq!(hrefs, ["/first", "/contact"], "{name}");
    }
}

#[test]
fn endless_openings_and_references_do_not_hurt() {
    for piece in [
        "<",
        "&",
        "<a href=/x>",
        "<!--",
        "<script>",
        "</",
        "<a ",
        "=\"",
    ] {
        timed(&piece.repeat((2 << 20) / piece.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_the_extraction_panic(bytes: Vec<u8>, cuts in prop::collection::vec(0_usize..50, 0..20)) {
        read_in(&bytes, &cuts);
    }

    #[test]
    fn cutting_a_page_changes_nothing(
        page in prop::sample::select(vec![
            include_str!("../testdata/wordpress.html"),
            include_str!("../testdata/broken.html"),
            include_str!("../testdata/spip.html"),
            include_str!("../testdata/wix.html"),
        ]),
        cuts in prop::collection::vec(0_usize..400, 0..30),
    ) {
        prop_assert_eq!(read_in(page.as_bytes(), &cuts), read_in(page.as_bytes(), &[]));
    }

    #[test]
    fn a_tag_soup_is_the_same_in_one_piece_or_many(
        soup in "(<a href=/b>|<a name=n>|<p>|</p>|é|&amp;|</a>|<b>|</b>|<img alt=i>|<svg>|</svg>|<template>|</template>|<script>|</script>|<title>|</title>|<!--|-->|x |\"|<div class=social>|</div>|<){0,40}",
        size in 1_usize..9,
    ) {
        // Straight into the parser in pieces, past the joining of small parts.
        let whole = extract(&soup, "x.example", 100);
        let mut extractor = Extractor::new("x.example", 100);
        let mut rest = soup.as_str();
        while !rest.is_empty() {
            let (part, after) = rest.split_at((size..).find(|end| rest.is_char_boundary(*end) || *end >= rest.len()).unwrap_or(size).min(rest.len()));
            extractor.feed(part.to_owned());
            rest = after;
        }
        prop_assert_eq!(tags_of(extractor.finish()), tags_of(whole));
    }
}

/// Without the beginning of the page, which is not kept of a text that goes straight to the parser.
fn tags_of(facts: PageFacts) -> PageFacts {
    PageFacts {
        beginning: Default::default(),
        ..facts
    }
}
