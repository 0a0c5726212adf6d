//! One streaming pass over a page's text: chunks in, [`PageFacts`] out.
//!
//! Rule: nothing here judges, and nothing grows without bound. The tags are read by `lol_html`,
//! which keeps only what an open tag needs; when a tag is larger than its memory allows, the
//! reading starts afresh behind it.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use lol_html::{
    HandlerResult, MemorySettings, Selector, end_tag,
    html_content::{TextChunk, TextType},
    send::{DocumentContentHandlers, Element, ElementContentHandlers, HtmlRewriter, Settings},
};

use super::{
    entities::decode,
    facts::{
        FeedLink, Link, MAX_ASSETS, MAX_EXTERNAL_LINKS, MAX_HREF_BYTES, MAX_INLINE_JSON_BYTES,
        MAX_JSON_LD_BYTES, MAX_LABEL_BYTES, MAX_OTHERS, MAX_SAMPLE_BYTES, MAX_SCRIPT_BYTES, Meta,
        PageFacts, Refresh, Zone,
    },
};

/// What the parser may hold of one page: enough for an attribute of 1 MB (images written into the
/// page), little enough for hundreds of pages at once.
const PARSER_MEMORY_BYTES: usize = 3 * 1024 * 1024;
/// Visible text gathered, bytes with white space: enough to tell a placeholder from a page.
const MAX_VISIBLE_BYTES: usize = 32 * 1024;
/// Text of one anchor before white space and character references are resolved, bytes.
const MAX_ANCHOR_TEXT_BYTES: usize = 1_024;
/// How often the reading starts afresh behind a tag that did not fit.
const MAX_RESTARTS: u32 = 4;
/// Small parts are joined to this many bytes, so that a tag cut in many pieces is not rescanned
/// for each of them.
const WRITE_BYTES: usize = 16 * 1024;

/// The parser; what it would write goes nowhere.
type Rewriter = HtmlRewriter<'static, fn(&[u8])>;

/// Reads one page.
pub struct Extractor {
    collector: Arc<Mutex<Collector>>,
    rewriter: Option<Rewriter>,
    pending: String,
    restarts: u32,
}

impl std::fmt::Debug for Extractor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extractor")
            .field("restarts", &self.restarts)
            .finish_non_exhaustive()
    }
}

impl Extractor {
    /// Begins a page of `host`, keeping at most `max_links` links within the site.
    pub fn new(host: &str, max_links: usize) -> Self {
        let collector = Collector {
            own_host: strip_www(host).to_owned(),
            max_links,
            ..Collector::default()
        };
        let collector = Arc::new(Mutex::new(collector));
        Self {
            rewriter: Some(rewriter_of(&collector)),
            collector,
            pending: String::new(),
            restarts: 0,
        }
    }

    /// Takes the next part of the page.
    pub fn write(&mut self, text: &str) {
        if self.pending.is_empty() && text.len() >= WRITE_BYTES {
            self.feed(text);
            return;
        }
        self.pending.push_str(text);
        if self.pending.len() >= WRITE_BYTES {
            let pending = std::mem::take(&mut self.pending);
            self.feed(&pending);
            self.pending = pending;
            self.pending.clear();
        }
    }

    pub(super) fn feed(&mut self, text: &str) {
        lock(&self.collector).facts.html_bytes += text.len() as u64;
        let Some(rewriter) = self.rewriter.as_mut() else {
            return;
        };
        if rewriter.write(text.as_bytes()).is_ok() {
            return;
        }
        lock(&self.collector).forget_position();
        self.restarts += 1;
        self.rewriter = (self.restarts <= MAX_RESTARTS).then(|| rewriter_of(&self.collector));
    }

    /// Ends the page.
    pub fn finish(mut self) -> PageFacts {
        let pending = std::mem::take(&mut self.pending);
        self.feed(&pending);
        if let Some(rewriter) = self.rewriter.take()
            && rewriter.end().is_err()
        {
            lock(&self.collector).facts.is_truncated = true;
        }
        let mut collector = lock(&self.collector);
        collector.end_page();
        std::mem::take(&mut collector.facts)
    }
}

/// Reads a whole page.
pub fn extract(html: &str, host: &str, max_links: usize) -> PageFacts {
    let mut extractor = Extractor::new(host, max_links);
    extractor.write(html);
    extractor.finish()
}

fn lock(collector: &Mutex<Collector>) -> MutexGuard<'_, Collector> {
    collector.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the next text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum TextOwner {
    #[default]
    Nobody,
    Title,
    JsonLd,
    InlineJson,
    Script,
}

#[derive(Debug, Default)]
struct Collector {
    facts: PageFacts,
    own_host: String,
    max_links: usize,
    internal: usize,
    external: usize,
    /// How many open elements make each zone.
    header: u32,
    footer: u32,
    nav: u32,
    social: u32,
    share: u32,
    article: u32,
    /// Open `<template>`s: nothing inside is on the page.
    hidden: u32,
    owner: TextOwner,
    /// The anchor that is open, as an index into the links.
    open_link: Option<usize>,
    has_title: bool,
    /// Text of the open anchor.
    anchor_text: String,
    /// Text of the open title or script.
    node: String,
    /// Visible text from the page's beginning.
    visible: String,
}

impl Collector {
    fn zone(&self) -> Zone {
        if self.share > 0 {
            Zone::Share
        } else if self.social > 0 {
            Zone::Social
        } else if self.article > 0 {
            Zone::Article
        } else if self.footer > 0 {
            Zone::Footer
        } else if self.header > 0 {
            Zone::Header
        } else if self.nav > 0 {
            Zone::Nav
        } else {
            Zone::Body
        }
    }

    fn depth(&mut self, zone: Zone) -> Option<&mut u32> {
        match zone {
            Zone::Header => Some(&mut self.header),
            Zone::Footer => Some(&mut self.footer),
            Zone::Nav => Some(&mut self.nav),
            Zone::Social => Some(&mut self.social),
            Zone::Share => Some(&mut self.share),
            Zone::Article => Some(&mut self.article),
            Zone::Body => None,
        }
    }

    /// After a restart nobody knows which elements are open.
    fn forget_position(&mut self) {
        self.close_anchor();
        let facts = std::mem::take(&mut self.facts);
        let own_host = std::mem::take(&mut self.own_host);
        *self = Self {
            facts,
            own_host,
            max_links: self.max_links,
            internal: self.internal,
            external: self.external,
            has_title: self.has_title,
            visible: std::mem::take(&mut self.visible),
            ..Self::default()
        };
        self.facts.is_truncated = true;
    }

    fn text(&mut self, text: &str, text_type: TextType, is_last: bool) {
        if self.hidden > 0 {
            return;
        }
        match text_type {
            TextType::Data | TextType::CDataSection | TextType::PlainText => {
                push_bounded(&mut self.visible, text, MAX_VISIBLE_BYTES);
                if self.open_link.is_some() {
                    push_bounded(&mut self.anchor_text, text, MAX_ANCHOR_TEXT_BYTES);
                }
                if is_last {
                    push_bounded(&mut self.visible, " ", MAX_VISIBLE_BYTES);
                }
            }
            TextType::RCData | TextType::ScriptData => {
                let limit = match self.owner {
                    TextOwner::Nobody => 0,
                    TextOwner::Title => MAX_LABEL_BYTES,
                    TextOwner::JsonLd => MAX_JSON_LD_BYTES,
                    TextOwner::InlineJson => MAX_INLINE_JSON_BYTES,
                    TextOwner::Script => MAX_SCRIPT_BYTES,
                };
                push_bounded(&mut self.node, text, limit);
                if is_last {
                    self.end_owned_text();
                }
            }
            TextType::RawText => {}
        }
    }

    fn end_owned_text(&mut self) {
        let mut node = std::mem::take(&mut self.node);
        if !node.is_empty() {
            self.owned_text(&node);
        }
        node.clear();
        self.node = node;
        self.owner = TextOwner::Nobody;
    }

    /// Gives the open anchor the text that was inside it.
    fn close_anchor(&mut self) {
        if let Some(link) = self
            .open_link
            .take()
            .and_then(|index| self.facts.links.get_mut(index))
        {
            push_words(&mut link.label, &decode(&self.anchor_text), MAX_LABEL_BYTES);
        }
        self.anchor_text.clear();
    }

    fn end_page(&mut self) {
        self.close_anchor();
        self.end_owned_text();
        let shown = self
            .visible
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace());
        self.facts.text_bytes = shown.count() as u64;
        let beginning = bounded(&self.visible, MAX_SAMPLE_BYTES * 2);
        push_words(&mut self.facts.sample, &decode(beginning), MAX_SAMPLE_BYTES);
    }

    fn owned_text(&mut self, node: &str) {
        match self.owner {
            TextOwner::Nobody => {}
            TextOwner::Title => {
                push_words(&mut self.facts.title, &decode(node), MAX_LABEL_BYTES);
                self.has_title = true;
            }
            TextOwner::JsonLd => keep_within(&mut self.facts.json_ld, node, MAX_JSON_LD_BYTES),
            TextOwner::InlineJson => {
                keep_within(&mut self.facts.inline_json, node, MAX_INLINE_JSON_BYTES);
            }
            TextOwner::Script => push_words(&mut self.facts.script, node, MAX_SCRIPT_BYTES),
        }
    }

    fn add_link(&mut self, link: Link) -> Option<usize> {
        let (count, limit) = if link.is_external {
            (&mut self.external, MAX_EXTERNAL_LINKS)
        } else {
            (&mut self.internal, self.max_links)
        };
        if *count >= limit {
            self.facts.is_truncated = true;
            return None;
        }
        *count += 1;
        self.facts.links.push(link);
        Some(self.facts.links.len() - 1)
    }
}

/// Attributes of a `<div>` from which a script makes a widget.
const WIDGET_MARKS: [&str; 3] = ["data-href", "data-channelid", "data-channel"];

/// What is done with the elements of a selector.
type Reader = fn(&mut Collector, &mut Element<'_, '_>);

/// The elements that are read. The fewer selectors with attributes on common tags, the faster the
/// tags between them are skipped.
static READERS: LazyLock<Vec<(Selector, Reader)>> = LazyLock::new(|| {
    let readers: [(&str, Reader); 11] = [
        ("html", read_html),
        ("base", read_base),
        ("title", read_title),
        ("meta", read_meta),
        ("link", read_link),
        ("script", read_script),
        ("iframe", read_iframe),
        ("frame", read_frame),
        ("a img[alt]", read_image_in_anchor),
        ("form, input", read_form),
        ("span[itemprop=sameAs]", read_widget),
    ];
    readers
        .into_iter()
        .map(|(selector, reader)| {
            (
                selector
                    .parse()
                    .expect("the selectors are written in this file"),
                reader,
            )
        })
        .collect()
});

/// The elements that open a zone by their name alone.
static ZONES: LazyLock<Vec<(Selector, Option<Zone>)>> = LazyLock::new(|| {
    let zones = [
        ("header", Some(Zone::Header)),
        ("footer", Some(Zone::Footer)),
        ("nav", Some(Zone::Nav)),
        ("article", Some(Zone::Article)),
        ("template", None),
    ];
    zones
        .into_iter()
        .map(|(selector, zone)| {
            (
                selector
                    .parse()
                    .expect("the selectors are written in this file"),
                zone,
            )
        })
        .collect()
});

/// The elements that open a zone when their class or id says so. One selector for all of them: a
/// page has hundreds of `<div>`s, and each test written as a selector is made on every one.
static BLOCKS: LazyLock<Selector> = LazyLock::new(|| {
    "div, ul"
        .parse()
        .expect("the selectors are written in this file")
});

/// The zones that a block's class and id name.
fn zones_of_block(class: &str, id: &str) -> impl Iterator<Item = Zone> + use<> {
    let is_partners = class.contains("partenaire") || class.contains("partner");
    let shares = class.contains("share");
    let is_social = class.contains("social") && !shares || class.contains("reseau");
    let is_share = shares || class.contains("partage");
    let is_footer = class.contains("footer") || id.contains("footer");
    [
        (is_partners, Zone::Article),
        (is_social, Zone::Social),
        (is_share, Zone::Share),
        (is_footer, Zone::Footer),
    ]
    .into_iter()
    .filter_map(|(is_named, zone)| is_named.then_some(zone))
}

static ANCHORS: LazyLock<Selector> = LazyLock::new(|| {
    "a, area"
        .parse()
        .expect("the selectors are written in this file")
});

fn rewriter_of(collector: &Arc<Mutex<Collector>>) -> Rewriter {
    let mut settings = Settings::new_send()
        .with_strict(false)
        .with_memory_settings(
            MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES),
        );
    for (selector, zone) in ZONES.iter() {
        let (shared, zone) = (Arc::clone(collector), *zone);
        settings = settings.append_element_content_handler((
            Cow::Borrowed(selector),
            ElementContentHandlers::default()
                .element(move |element: &mut Element<'_, '_>| open_zone(&shared, zone, element)),
        ));
    }
    let shared = Arc::clone(collector);
    settings = settings.append_element_content_handler((
        Cow::Borrowed(&*BLOCKS),
        ElementContentHandlers::default()
            .element(move |element: &mut Element<'_, '_>| open_block(&shared, element)),
    ));
    for (selector, reader) in READERS.iter() {
        let (shared, reader) = (Arc::clone(collector), *reader);
        settings = settings.append_element_content_handler((
            Cow::Borrowed(selector),
            ElementContentHandlers::default().element(
                move |element: &mut Element<'_, '_>| -> HandlerResult {
                    let mut collector = lock(&shared);
                    if collector.hidden == 0 {
                        reader(&mut collector, element);
                    }
                    Ok(())
                },
            ),
        ));
    }
    let shared = Arc::clone(collector);
    settings = settings.append_element_content_handler((
        Cow::Borrowed(&*ANCHORS),
        ElementContentHandlers::default()
            .element(move |element: &mut Element<'_, '_>| read_anchor(&shared, element)),
    ));
    let shared = Arc::clone(collector);
    settings = settings.append_document_content_handler(DocumentContentHandlers::default().text(
        move |chunk: &mut TextChunk<'_>| -> HandlerResult {
            lock(&shared).text(chunk.as_str(), chunk.text_type(), chunk.last_in_text_node());
            Ok(())
        },
    ));
    HtmlRewriter::new(settings, |_: &[u8]| {})
}

fn open_zone(
    shared: &Arc<Mutex<Collector>>,
    zone: Option<Zone>,
    element: &mut Element<'_, '_>,
) -> HandlerResult {
    if !element.can_have_content() {
        return Ok(());
    }
    let change = move |collector: &mut Collector, by: i32| {
        let depth = match zone {
            Some(zone) => collector.depth(zone),
            None => Some(&mut collector.hidden),
        };
        if let Some(depth) = depth {
            *depth = depth.saturating_add_signed(by);
        }
    };
    change(&mut lock(shared), 1);
    let shared = Arc::clone(shared);
    element.on_end_tag(end_tag!(move |_| {
        change(&mut lock(&shared), -1);
        Ok(())
    }))
}

fn open_block(shared: &Arc<Mutex<Collector>>, element: &mut Element<'_, '_>) -> HandlerResult {
    if element.attributes().is_empty() {
        return Ok(());
    }
    let is_marked = WIDGET_MARKS.iter().any(|mark| element.has_attribute(mark));
    if is_marked && element.tag_name() == "div" {
        let mut collector = lock(shared);
        if collector.hidden == 0 {
            read_widget(&mut collector, element);
        }
    }
    let attribute = |name| element.get_attribute(name).unwrap_or_default();
    for zone in zones_of_block(&attribute("class"), &attribute("id")) {
        open_zone(shared, Some(zone), element)?;
    }
    Ok(())
}

fn read_anchor(shared: &Arc<Mutex<Collector>>, element: &mut Element<'_, '_>) -> HandlerResult {
    let mut collector = lock(shared);
    collector.close_anchor();
    if collector.hidden > 0 {
        return Ok(());
    }
    let Some(href) = anchor_target(element) else {
        return Ok(());
    };
    let is_external = is_external(&href, &collector.own_host);
    let mut link = Link {
        is_external,
        zone: collector.zone(),
        href,
        label: String::new(),
        rel_me: false,
        same_as: false,
        shares: false,
    };
    if is_external {
        let has_word = |name: &str, word: &str| {
            element.get_attribute(name).is_some_and(|value| {
                value
                    .split_ascii_whitespace()
                    .any(|part| part.eq_ignore_ascii_case(word))
            })
        };
        link.rel_me = has_word("rel", "me");
        link.same_as = has_word("itemprop", "sameAs") || has_word("property", "schema:sameAs");
        link.shares = element
            .get_attribute("class")
            .is_some_and(|class| says_share(&class));
        for name in ["title", "aria-label"] {
            if let Some(value) = element.get_attribute(name) {
                push_words(&mut link.label, &decode(&value), MAX_LABEL_BYTES);
            }
        }
    }
    let Some(index) = collector.add_link(link) else {
        return Ok(());
    };
    if !element.can_have_content() {
        return Ok(());
    }
    collector.open_link = Some(index);
    drop(collector);
    let shared = Arc::clone(shared);
    element.on_end_tag(end_tag!(move |_| {
        let mut collector = lock(&shared);
        if collector.open_link == Some(index) {
            collector.close_anchor();
        }
        Ok(())
    }))
}

/// The address to which an anchor leads: `href`, else `data-href` or the address that a script
/// would open.
fn anchor_target(element: &Element<'_, '_>) -> Option<String> {
    let href = element.get_attribute("href");
    let href = href.as_deref().map(decode).unwrap_or_default();
    let trimmed = href.trim();
    let leads_nowhere = trimmed.is_empty()
        || trimmed.starts_with('#')
        || trimmed
            .get(..11)
            .is_some_and(|start| start.eq_ignore_ascii_case("javascript:"));
    if !leads_nowhere {
        return (trimmed.len() <= MAX_HREF_BYTES).then(|| trimmed.to_owned());
    }
    if let Some(target) = bounded_attribute(element, "data-href") {
        return Some(target);
    }
    let script = element.get_attribute("onclick")?;
    first_web_address(&decode(&script)).map(str::to_owned)
}

fn read_html(collector: &mut Collector, element: &mut Element<'_, '_>) {
    if collector.facts.lang.is_none() {
        collector.facts.lang = bounded_attribute(element, "lang");
    }
}

fn read_base(collector: &mut Collector, element: &mut Element<'_, '_>) {
    if collector.facts.base_href.is_none() {
        collector.facts.base_href = bounded_attribute(element, "href");
    }
}

fn read_title(collector: &mut Collector, _element: &mut Element<'_, '_>) {
    if !collector.has_title {
        collector.owner = TextOwner::Title;
    }
}

fn read_meta(collector: &mut Collector, element: &mut Element<'_, '_>) {
    let Some(content) = element.get_attribute("content") else {
        return;
    };
    if element
        .get_attribute("http-equiv")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"))
    {
        if collector.facts.refresh.is_none() && content.len() <= MAX_HREF_BYTES {
            collector.facts.refresh = parse_refresh(&decode(&content));
        }
        return;
    }
    let name = element
        .get_attribute("name")
        .or_else(|| element.get_attribute("property"));
    let Some(name) = name else { return };
    let name = name.trim().to_ascii_lowercase();
    let content = bounded(decode(&content).trim(), MAX_LABEL_BYTES * 4).to_owned();
    if content.is_empty() {
        return;
    }
    if name == "generator" {
        let generator = collector.facts.generator.get_or_insert_default();
        push_words(generator, &content, MAX_LABEL_BYTES);
    } else if is_meta_of_interest(&name) && collector.facts.metas.len() < MAX_OTHERS {
        collector.facts.metas.push(Meta { name, content });
    }
}

fn is_meta_of_interest(name: &str) -> bool {
    matches!(
        name,
        "description"
            | "og:site_name"
            | "og:title"
            | "og:see_also"
            | "twitter:site"
            | "twitter:creator"
            | "article:publisher"
            | "article:author"
            | "fb:pages"
            | "fediverse:creator"
    ) || (name.starts_with("al:") && name.ends_with(":url"))
}

fn read_link(collector: &mut Collector, element: &mut Element<'_, '_>) {
    let Some(rel) = element
        .get_attribute("rel")
        .or_else(|| element.get_attribute("itemprop"))
    else {
        return;
    };
    let has = |word: &str| {
        rel.split_ascii_whitespace()
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    if has("me") || has("sameAs") {
        let Some(href) = bounded_attribute(element, "href") else {
            return;
        };
        collector.add_link(Link {
            is_external: true,
            href,
            label: String::new(),
            zone: Zone::Header,
            rel_me: has("me"),
            same_as: has("sameAs"),
            shares: false,
        });
    } else if (has("alternate") && is_feed_type(element)) || has("feed") {
        let Some(href) = bounded_attribute(element, "href") else {
            return;
        };
        let title = bounded_attribute(element, "title").unwrap_or_default();
        if collector.facts.feeds.len() < MAX_OTHERS {
            collector.facts.feeds.push(FeedLink { href, title });
        }
    } else if has("stylesheet") || has("https://api.w.org/") {
        add_asset(collector, element, "href");
    }
}

fn is_feed_type(element: &Element<'_, '_>) -> bool {
    element.get_attribute("type").is_some_and(|media_type| {
        matches!(
            media_type.trim().to_ascii_lowercase().as_str(),
            "application/rss+xml"
                | "application/atom+xml"
                | "application/feed+json"
                | "application/json"
                | "application/rdf+xml"
        )
    })
}

fn add_asset(collector: &mut Collector, element: &Element<'_, '_>, attribute: &str) {
    if collector.facts.assets.len() < MAX_ASSETS
        && let Some(address) = bounded_attribute(element, attribute)
    {
        collector.facts.assets.push(address);
    }
}

fn read_script(collector: &mut Collector, element: &mut Element<'_, '_>) {
    collector.facts.scripts += 1;
    if element.has_attribute("src") {
        collector.owner = TextOwner::Nobody;
        add_asset(collector, element, "src");
        return;
    }
    let kind = element
        .get_attribute("type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    collector.owner = if kind == "application/ld+json" {
        TextOwner::JsonLd
    } else if kind == "in/followcompany" {
        if let Some(id) = bounded_attribute(element, "data-id") {
            add_widget(collector, format!("https://www.linkedin.com/company/{id}"));
        }
        TextOwner::Nobody
    } else if kind == "application/json" || kind.is_empty() && has_data_id(element) {
        TextOwner::InlineJson
    } else if collector.facts.script.len() < MAX_SCRIPT_BYTES {
        TextOwner::Script
    } else {
        TextOwner::Nobody
    };
}

fn has_data_id(element: &Element<'_, '_>) -> bool {
    element
        .get_attribute("id")
        .is_some_and(|id| matches!(id.as_str(), "__NEXT_DATA__" | "wix-warmup-data"))
}

fn read_iframe(collector: &mut Collector, element: &mut Element<'_, '_>) {
    let address = ["src", "data-src", "data-lazy-src"]
        .into_iter()
        .filter_map(|name| bounded_attribute(element, name))
        .find(|address| !address.starts_with("about:"));
    if let Some(address) = address
        && collector.facts.iframes.len() < MAX_OTHERS
    {
        collector.facts.iframes.push(address);
    }
}

fn read_frame(collector: &mut Collector, element: &mut Element<'_, '_>) {
    if collector.facts.frames.len() < MAX_OTHERS
        && let Some(address) = bounded_attribute(element, "src")
    {
        collector.facts.frames.push(address);
    }
}

fn read_image_in_anchor(collector: &mut Collector, element: &mut Element<'_, '_>) {
    let link = collector
        .open_link
        .and_then(|index| collector.facts.links.get_mut(index));
    if let Some(link) = link
        && let Some(alt) = element.get_attribute("alt")
    {
        push_words(&mut link.label, &decode(&alt), MAX_LABEL_BYTES);
    }
}

fn read_form(collector: &mut Collector, element: &mut Element<'_, '_>) {
    for name in ["action", "id", "class", "name", "placeholder"] {
        let Some(value) = element.get_attribute(name) else {
            continue;
        };
        let value = value.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| value.contains(word));
        collector.facts.forms.newsletter |= has(&[
            "newsletter",
            "mailpoet",
            "mailchimp",
            "infolettre",
            "sendinblue",
            "brevo",
        ]);
        collector.facts.forms.contact |= has(&["contact", "wpcf7", "wpforms"]);
    }
}

fn read_widget(collector: &mut Collector, element: &mut Element<'_, '_>) {
    for name in ["data-href", "href"] {
        if let Some(address) = bounded_attribute(element, name) {
            let is_share = element
                .get_attribute("class")
                .is_some_and(|class| says_share(&class) || class.contains("fb-like"));
            if !is_share {
                add_widget(collector, address);
            }
            return;
        }
    }
    if let Some(id) = bounded_attribute(element, "data-channelid") {
        add_widget(collector, format!("https://www.youtube.com/channel/{id}"));
    } else if let Some(name) = bounded_attribute(element, "data-channel") {
        add_widget(collector, format!("https://www.youtube.com/user/{name}"));
    } else if let Some(address) = bounded_attribute(element, "content") {
        add_widget(collector, address);
    }
}

fn add_widget(collector: &mut Collector, address: String) {
    if collector.facts.widgets.len() < MAX_OTHERS {
        collector.facts.widgets.push(address);
    }
}

fn bounded_attribute(element: &Element<'_, '_>, name: &str) -> Option<String> {
    let value = element.get_attribute(name)?;
    if value.len() > MAX_HREF_BYTES {
        return None;
    }
    let value = decode(&value);
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// `5; url='/accueil'`, with any of the spellings that browsers forgive.
fn parse_refresh(content: &str) -> Option<Refresh> {
    let content = content.trim_start();
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let delay_secs = match &content[..digits] {
        "" => 0,
        number => number.parse().unwrap_or(u32::MAX),
    };
    let rest = content[digits..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, ';' | ','));
    let rest = match rest.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().trim_start_matches('=').trim_start()
        }
        _ => rest,
    };
    let href = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
        _ => rest,
    };
    let href = href.trim();
    (digits > 0 || !href.is_empty()).then(|| Refresh {
        delay_secs,
        href: (!href.is_empty()).then(|| href.to_owned()),
    })
}

/// Whether an address leads to another host than the page's (`www.` apart). Addresses that are
/// none of the web's count as the site's own.
pub fn is_external(href: &str, own_host: &str) -> bool {
    let after_scheme = match href.get(..8) {
        Some(start) if start.eq_ignore_ascii_case("https://") => &href[8..],
        _ => match href.get(..7) {
            Some(start) if start.eq_ignore_ascii_case("http://") => &href[7..],
            _ => match href.strip_prefix("//") {
                Some(rest) => rest,
                // `whatsapp://send`, `https:/host`, `viber://`: none of the site's own pages.
                None => return href.get(..10).is_some_and(|start| start.contains(":/")),
            },
        },
    };
    let end = after_scheme
        .find(['/', '?', '#', ':'])
        .unwrap_or(after_scheme.len());
    !strip_www(&after_scheme[..end]).eq_ignore_ascii_case(own_host)
}

fn strip_www(host: &str) -> &str {
    match host.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    }
}

fn says_share(class: &str) -> bool {
    ["share", "partage", "addtoany", "sharer"]
        .iter()
        .any(|word| class.contains(word))
}

/// The first web address between quotes in a script.
pub fn first_web_address(script: &str) -> Option<&str> {
    let start = script.find("http")?;
    let address = &script[start..];
    let end = address
        .find(['\'', '"', ')', ' ', '<'])
        .unwrap_or(address.len());
    let address = &address[..end];
    (address.contains("://") && address.len() <= MAX_HREF_BYTES).then_some(address)
}

fn bounded(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn push_bounded(text: &mut String, more: &str, limit: usize) {
    let room = limit.saturating_sub(text.len());
    text.push_str(bounded(more, room));
}

/// Appends words with single spaces between them.
fn push_words(text: &mut String, more: &str, limit: usize) {
    for word in more.split_whitespace() {
        if text.len() + word.len() + 1 > limit {
            return;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}

fn keep_within(blocks: &mut Vec<String>, block: &str, limit: usize) {
    let held: usize = blocks.iter().map(String::len).sum();
    if held + block.len() <= limit && blocks.len() < MAX_OTHERS {
        blocks.push(block.to_owned());
    }
}
