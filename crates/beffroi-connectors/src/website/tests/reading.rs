//! What is read of a page, tag by tag and text by text, however it is cut.

use crate::website::{
    extract::{Extractor, extract},
    facts::{MAX_SAMPLE_BYTES, PageFacts},
    text::MAX_BEGINNING_BYTES,
};

const HOST: &str = "www.exemple.example";

fn read(html: &str) -> PageFacts {
    extract(html, HOST, 2_000)
}

fn labels(facts: &PageFacts) -> Vec<(&str, &str)> {
    let links = facts.links.iter();
    links
        .map(|link| (link.href.as_str(), link.label.as_str()))
        .collect()
}

/// The same page, given to the parser in pieces of so many bytes.
fn read_in_pieces(html: &str, size: usize) -> PageFacts {
    let mut extractor = Extractor::new(HOST, 2_000);
    for piece in html.as_bytes().chunks(size) {
        extractor.feed(String::from_utf8(piece.to_vec()).unwrap());
    }
    extractor.finish()
}

#[test]
fn an_anchor_is_labelled_with_what_stands_in_it() {
    for (html, expected) in [
        ("<a href=/x>Mairie</a> suite", vec![("/x", "Mairie")]),
        ("<a href=/x> La\n mairie </A >", vec![("/x", "La mairie")]),
        ("<a href=/x>a &amp; b < c</a>", vec![("/x", "a & b < c")]),
        ("<a href=/x></a>suite", vec![("/x", "")]),
        (
            "<a href=/x><b>La</b> <span>mairie</span></a> suite",
            vec![("/x", "La mairie")],
        ),
        (
            "<a href=/x>a<abbr>b</abbr>c<!-- </a> -->d</a>e",
            vec![("/x", "abcd")],
        ),
        (
            "<a href=/x>La <img src=/i alt='belle'> mairie</a>",
            vec![("/x", "belle La mairie")],
        ),
        (
            "<a href=/x><svg><title>Facebook</title><path/></svg></a>",
            vec![("/x", "Facebook")],
        ),
        (
            "<a href=/x>a<script>'b'</script><style>c</style>d</a>",
            vec![("/x", "ad")],
        ),
        (
            "<a href=/x>a<template>b</template>c</a>",
            vec![("/x", "ac")],
        ),
        ("<a href=/x title=t>y</a>", vec![("/x", "y")]),
        (
            "<a href=//autre.example title=t aria-label=l>y</a>",
            vec![("//autre.example", "t l y")],
        ),
    ] {
        assert_eq!(labels(&read(html)), expected, "{html}");
    }
}

#[test]
fn an_anchor_ends_where_another_tag_ends_it() {
    for (html, expected) in [
        // Never ended: up to the end of what holds it, or of the page.
        ("<p><a href=/x>a <b>b</b></p>c", vec![("/x", "a b")]),
        ("<a href=/x>a <b>b</b> c", vec![("/x", "a b c")]),
        ("<a href=/x>a", vec![("/x", "a")]),
        // Within another one: the first ends where the second begins.
        (
            "<a href=/x>a<a href=/y>b</a>c</a>d",
            vec![("/x", "a"), ("/y", "b")],
        ),
        (
            "<a name=haut><p><a href=/x>a</a>b <a href=/y><i>c</i></a>d",
            vec![("/x", "a"), ("/y", "c")],
        ),
        (
            "<a href=/x>a<area href=/z>b</a>c",
            vec![("/x", "a"), ("/z", "")],
        ),
        // An image behind it is none of its text.
        ("<p><a href=/x><b>a</b></p><img alt=i>", vec![("/x", "a")]),
    ] {
        assert_eq!(labels(&read(html)), expected, "{html}");
        for size in [1, 2, 3, 7] {
            let facts = read_in_pieces(html, size);
            assert_eq!(labels(&facts), expected, "{html} by {size}");
        }
    }
}

#[test]
fn nothing_in_a_template_is_on_the_page() {
    let facts = read(
        "<template><a href=/x>a</a><title>t</title><div data-href=/w></div>secret</template>\
         <a href=/y>b</a>",
    );
    assert_eq!(labels(&facts), [("/y", "b")]);
    assert!(facts.title.is_empty() && facts.widgets.is_empty());
    assert_eq!(facts.shown().sample, "b");
}

#[test]
fn the_title_of_a_drawing_is_not_the_pages() {
    let svg = "<svg><title>Menu</title></svg>";
    for html in [
        format!("{svg}<title>Mairie</title>"),
        format!("<title>Mairie</title>{svg}"),
    ] {
        assert_eq!(read(&html).title, "Mairie", "{html}");
    }
    let without = read(&format!("{svg}<a href=/x><textarea>champ</textarea></a>"));
    assert!(without.title.is_empty());
}

#[test]
fn names_of_tags_and_attributes_are_read_whatever_their_case() {
    let facts = read(
        "<HTML LANG=fr><DIV CLASS='reseaux-sociaux'><A HREF='/x' Title=t>a</A></DIV>\
         <META NAME=Generator CONTENT=SPIP>",
    );
    assert_eq!(facts.lang.as_deref(), Some("fr"));
    assert_eq!(facts.generator.as_deref(), Some("SPIP"));
    assert_eq!(facts.links[0].zone, crate::website::facts::Zone::Social);
}

#[test]
fn of_scripts_only_data_is_kept() {
    let facts = read(
        "<script>let a = {};</script><script type='Application/LD+JSON'>{\"a\":1}</script>\
         <script type=application/json>{\"b\":2}</script><script type=x/json>{\"c\":3}</script>\
         <script id=__NEXT_DATA__>{\"d\":4}</script><script id=other>{\"e\":5}</script>",
    );
    assert_eq!(facts.json_ld, ["{\"a\":1}"]);
    assert_eq!(facts.inline_json, ["{\"b\":2}", "{\"d\":4}"]);
    assert_eq!(facts.scripts, 6);
}

#[test]
fn what_is_shown_is_text_without_scripts_styles_and_titles() {
    let facts = read(
        "<title>t</title><style>s</style><p>Bonjour&nbsp;!</p><script>go()</script>\
         <script src=/x>no()</script><script type=application/json>{}</script><p>Fin",
    );
    let shown = facts.shown();
    assert_eq!(shown.sample, "Bonjour ! Fin");
    assert_eq!(shown.text_bytes, "Bonjour&nbsp;!Fin".len() as u64);
    assert_eq!(shown.script, "go()");
}

#[test]
fn what_is_shown_is_looked_for_in_the_beginning_of_the_page_only() {
    let style = format!("<style>{}</style>", "x".repeat(MAX_BEGINNING_BYTES));
    let facts = read(&format!("{style}<p>Bonjour</p><a href=/x>a</a>"));
    assert_eq!(facts.shown().text_bytes, 0);
    assert_eq!(labels(&facts), [("/x", "a")]);

    let long = read(&"<p>é bonjour</p>".repeat(MAX_BEGINNING_BYTES / 8));
    assert!(long.shown().sample.len() <= MAX_SAMPLE_BYTES);
    assert!(long.shown().sample.starts_with("é bonjour é bonjour"));
}

#[test]
fn a_page_longer_than_its_beginning_is_read_as_one() {
    let piece = "<div class=footer><a href=/x>Une <b>belle</b> page</a> et \
                 <a href=\"https://www.facebook.com/mairie\" title='Notre&nbsp;page'>F</a></div>";
    let html = piece.repeat(4 * MAX_BEGINNING_BYTES / piece.len());
    let whole = read(&html);
    assert!(whole.links.len() > 1_000);
    for link in &whole.links {
        let expected = if link.is_external {
            "Notre page F"
        } else {
            "Une belle page"
        };
        assert_eq!(link.label, expected);
    }
    for size in [1, 1_000, 5_003, MAX_BEGINNING_BYTES + 1] {
        let mut extractor = Extractor::new(HOST, 2_000);
        for part in html.as_bytes().chunks(size) {
            extractor.write(std::str::from_utf8(part).unwrap());
        }
        assert_eq!(extractor.finish(), whole, "by {size}");
    }
}

#[test]
fn an_anchor_that_nobody_ends_is_kept_within_bounds() {
    let html = format!("<a href=/x><b>a</b>{}", "<i>mot </i>".repeat(200_000));
    let facts = read(&html);
    assert_eq!(facts.links.len(), 1);
    assert!(facts.links[0].label.starts_with("amot mot"));
}

#[test]
fn threads_may_take_a_page_over_from_one_another() {
    let html = "<a href=/x>La <b>mairie</b></a>".repeat(20);
    let (first, rest) = html.split_at(html.len() / 2);
    let mut extractor = Extractor::new(HOST, 2_000);
    extractor.feed(first.to_owned());
    let other = std::thread::spawn(move || {
        let mut other = Extractor::new(HOST, 2_000);
        other.feed("<a href=/y>".to_owned());
        extractor
    });
    let mut extractor = other.join().unwrap();
    extractor.feed(rest.to_owned());
    assert_eq!(labels(&extractor.finish()), [("/x", "La mairie"); 20]);
}

#[test]
fn what_acts_as_a_link_or_a_widget_is_one() {
    for (html, links, widgets) in [
        (
            "<fb:like-box href='https://www.facebook.com/x'></fb:like-box>",
            vec![],
            vec!["https://www.facebook.com/x"],
        ),
        (
            "<fb:page href='https://www.facebook.com/x'></fb:page>",
            vec![],
            vec!["https://www.facebook.com/x"],
        ),
        (
            "<script src=//t/w.js data-telegram-post='ville/12'></script>",
            vec![],
            vec!["https://t.me/ville"],
        ),
        (
            "<meta itemprop=sameAs content='https://x.com/ville'>",
            vec![],
            vec!["https://x.com/ville"],
        ),
        (
            "<img src=/f.png alt=Facebook onclick=\"window.open('https://www.facebook.com/x')\">",
            vec![("https://www.facebook.com/x", "Facebook")],
            vec![],
        ),
        (
            "<button data-href='https://www.instagram.com/x/' aria-label=Instagram>I</button>",
            vec![("https://www.instagram.com/x/", "Instagram")],
            vec![],
        ),
        (
            "<button onclick='menu()'>Menu</button><img alt=x>",
            vec![],
            vec![],
        ),
        (
            "<a href='www.instagram.com/x'>I</a>",
            vec![("https://www.instagram.com/x", "I")],
            vec![],
        ),
    ] {
        let facts = read(html);
        assert_eq!(labels(&facts), links, "{html}");
        assert_eq!(facts.widgets, widgets, "{html}");
    }
    let data = r#"<script type="application/ld+json; charset=utf-8">{"a":1}</script>"#;
    assert_eq!(read(data).json_ld, [r#"{"a":1}"#]);
}
