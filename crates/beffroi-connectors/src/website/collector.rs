//! What is gathered of a page while its tags and texts go by, and where the reading stands.

use std::ops::Range;

use lol_html::html_content::TextType;

use super::{
    addresses::strip_www,
    anchor::{MAX_TEXT_BYTES, MarkupReader, OpenAnchor, plain_text},
    entities::decode,
    facts::{
        Link, MAX_ASSETS, MAX_EXTERNAL_LINKS, MAX_INLINE_JSON_BYTES, MAX_JSON_LD_BYTES,
        MAX_LABEL_BYTES, MAX_OTHERS, PageFacts, Zone,
    },
    tag::{Tag, Window},
    words::{bounded, push_bounded, push_words},
};

/// What ends with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// Nothing.
    Nothing,
    /// The open anchor.
    Anchor,
    /// Zones.
    Zones(Zones),
    /// A part that is not shown.
    Hidden,
}

/// Some of the zones, those that one element opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Zones(u8);

impl Zones {
    pub(super) fn add(&mut self, zone: Zone) {
        self.0 |= 1 << zone as u8;
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn has(self, zone: Zone) -> bool {
        self.0 & 1 << zone as u8 != 0
    }
}

impl From<Zone> for Zones {
    fn from(zone: Zone) -> Self {
        let mut zones = Self::default();
        zones.add(zone);
        zones
    }
}

/// What the next text of a title or script belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TextOwner {
    #[default]
    Nobody,
    Title,
    JsonLd,
    InlineJson,
}

/// Gathers the facts of one page.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) facts: PageFacts,
    pub(super) own_host: String,
    max_links: usize,
    internal: usize,
    external: usize,
    /// Whose the next text is.
    pub(super) owner: TextOwner,
    /// How many open elements make each zone, in the order of [`INNERMOST_FIRST`].
    depths: [u32; INNERMOST_FIRST.len()],
    /// Open `<template>`s: nothing inside is on the page.
    hidden: u32,
    /// The anchor that is open, when it holds more than text.
    open_anchor: Option<OpenAnchor>,
    markup: MarkupReader,
    has_title: bool,
    /// Text of the open title or script.
    node: String,
}

/// Where zones lie in one another, the first counts.
const INNERMOST_FIRST: [Zone; 6] = [
    Zone::Share,
    Zone::Social,
    Zone::Article,
    Zone::Footer,
    Zone::Header,
    Zone::Nav,
];

impl Collector {
    pub(super) fn new(host: &str, max_links: usize) -> Self {
        Self {
            own_host: strip_www(host).to_owned(),
            max_links,
            ..Self::default()
        }
    }

    /// Whether what stands here is not on the page.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden > 0
    }

    /// Whether the page's title has been read.
    pub(super) fn has_title(&self) -> bool {
        self.has_title
    }

    /// The zone in which the reading stands.
    pub(super) fn zone(&self) -> Zone {
        let depths = INNERMOST_FIRST.iter().zip(self.depths);
        depths
            .into_iter()
            .find_map(|(zone, depth)| (depth > 0).then_some(*zone))
            .unwrap_or(Zone::Body)
    }

    pub(super) fn open_zones(&mut self, zones: Zones) {
        for (zone, depth) in INNERMOST_FIRST.iter().zip(&mut self.depths) {
            *depth += u32::from(zones.has(*zone));
        }
    }

    /// Ends what an element opened; its end tag, or the one that ends it, stands at a place.
    pub(super) fn close(&mut self, opened: Opened, window: &Window, end_tag: Range<usize>) {
        match opened {
            Opened::Nothing => {}
            Opened::Anchor => self.close_anchor(window, end_tag.start),
            Opened::Zones(zones) => self.close_zones(zones),
            Opened::Hidden => self.close_hidden(end_tag.end),
        }
    }

    fn close_zones(&mut self, zones: Zones) {
        for (zone, depth) in INNERMOST_FIRST.iter().zip(&mut self.depths) {
            *depth = depth.saturating_sub(u32::from(zones.has(*zone)));
        }
    }

    pub(super) fn open_hidden(&mut self, tag: &Tag<'_>) {
        self.hidden += 1;
        if let Some(anchor) = &mut self.open_anchor {
            anchor.keep(tag.window(), tag.start(), None);
        }
    }

    /// Ends a part that is not shown; the page goes on at a place.
    fn close_hidden(&mut self, on_from: usize) {
        self.hidden = self.hidden.saturating_sub(1);
        if let Some(anchor) = &mut self.open_anchor
            && self.hidden == 0
        {
            anchor.go_on(on_from);
        }
    }

    /// After a restart nobody knows which elements are open.
    pub(super) fn forget_position(&mut self) {
        self.label_open_link();
        *self = Self {
            facts: std::mem::take(&mut self.facts),
            own_host: std::mem::take(&mut self.own_host),
            max_links: self.max_links,
            internal: self.internal,
            external: self.external,
            has_title: self.has_title,
            ..Self::default()
        };
        self.facts.is_truncated = true;
    }

    /// Takes a text of a title or a script with data.
    pub(super) fn text(&mut self, text: &str, text_type: TextType, is_last: bool) {
        if self.is_hidden() {
            return;
        }
        match text_type {
            TextType::RCData | TextType::ScriptData => {
                let limit = match self.owner {
                    TextOwner::Nobody => 0,
                    TextOwner::Title => MAX_LABEL_BYTES,
                    TextOwner::JsonLd => MAX_JSON_LD_BYTES,
                    TextOwner::InlineJson => MAX_INLINE_JSON_BYTES,
                };
                push_bounded(&mut self.node, text, limit);
                if is_last {
                    self.end_owned_text();
                }
            }
            TextType::Data | TextType::CDataSection | TextType::PlainText | TextType::RawText => {}
        }
    }

    fn end_owned_text(&mut self) {
        let mut node = std::mem::take(&mut self.node);
        let facts = &mut self.facts;
        match self.owner {
            _ if node.is_empty() => {}
            TextOwner::Nobody => {}
            TextOwner::Title => {
                push_words(&mut facts.title, &decode(&node), MAX_LABEL_BYTES);
                self.has_title = true;
            }
            TextOwner::JsonLd => keep_within(&mut facts.json_ld, &node, MAX_JSON_LD_BYTES),
            TextOwner::InlineJson => {
                keep_within(&mut facts.inline_json, &node, MAX_INLINE_JSON_BYTES);
            }
        }
        node.clear();
        self.node = node;
        self.owner = TextOwner::Nobody;
    }

    /// Keeps a link and says where, unless there are too many.
    pub(super) fn add_link(&mut self, link: Link) -> Option<usize> {
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

    /// Takes the text of a link, which the anchor's tag has just begun.
    pub(super) fn read_text_of(&mut self, link: usize, tag: &Tag<'_>) -> Opened {
        match plain_text(tag.window(), tag.end()) {
            Some(text) => {
                let text = bounded(text, MAX_TEXT_BYTES);
                push_words(
                    &mut self.facts.links[link].label,
                    &decode(text),
                    MAX_LABEL_BYTES,
                );
                Opened::Nothing
            }
            None => {
                self.open_anchor = Some(OpenAnchor::new(link, tag.end()));
                Opened::Anchor
            }
        }
    }

    /// The link whose text is being read.
    pub(super) fn open_link(&mut self) -> Option<&mut Link> {
        let anchor = self.open_anchor.as_ref()?;
        self.facts.links.get_mut(anchor.link)
    }

    /// Gives the open anchor the text that stands in it before a place.
    pub(super) fn close_anchor(&mut self, window: &Window, until: usize) {
        if let Some(anchor) = &mut self.open_anchor {
            anchor.keep(window, until, None);
            self.label_open_link();
        }
    }

    /// Keeps what the open anchor holds of a text that will not be at hand any more.
    pub(super) fn leave_window(&mut self, window: &Window) {
        if let Some(anchor) = &mut self.open_anchor {
            let end = window.end();
            anchor.keep(window, end, (self.hidden == 0).then_some(end));
        }
    }

    fn label_open_link(&mut self) {
        let Some(anchor) = self.open_anchor.take() else {
            return;
        };
        if let Some(link) = self.facts.links.get_mut(anchor.link) {
            let text = self.markup.text_of(&anchor.into_kept());
            push_words(&mut link.label, &decode(&text), MAX_LABEL_BYTES);
        }
    }

    pub(super) fn add_asset(&mut self, tag: &Tag<'_>, attribute: &str) {
        if self.facts.assets.len() < MAX_ASSETS
            && let Some(address) = tag.bounded(attribute)
        {
            self.facts.assets.push(address);
        }
    }

    pub(super) fn add_widget(&mut self, address: String) {
        if self.facts.widgets.len() < MAX_OTHERS {
            self.facts.widgets.push(address);
        }
    }

    /// Ends the page.
    pub(super) fn finish(mut self) -> PageFacts {
        self.label_open_link();
        self.end_owned_text();
        self.facts
    }
}

fn keep_within(blocks: &mut Vec<String>, block: &str, limit: usize) {
    let held: usize = blocks.iter().map(String::len).sum();
    if held + block.len() <= limit && blocks.len() < MAX_OTHERS {
        blocks.push(block.to_owned());
    }
}
