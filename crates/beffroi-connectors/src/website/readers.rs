//! From a tag to the facts it bears.

use super::{
    addresses::parse_refresh,
    collector::{Collector, Opened, TextOwner, Zones},
    entities::decode,
    facts::{FeedLink, Link, MAX_HREF_BYTES, MAX_LABEL_BYTES, MAX_OTHERS, Meta, Zone},
    links::{read_anchor, read_button, read_image, read_span, read_widget},
    tag::Tag,
    words::{bounded, push_words},
};

/// Attributes of a `<div>` from which a script makes a widget.
const WIDGET_MARKS: [&str; 3] = ["data-href", "data-channelid", "data-channel"];

/// Types of scripts that hold data, or a widget, and are no programs.
pub(super) const DATA_TYPES: [&str; 3] = [
    "application/ld+json",
    "application/json",
    "in/followcompany",
];

/// The longest name of a tag that is read: `fb:like-box`.
const MAX_NAME_BYTES: usize = 11;

/// What an element is, as far as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Anchor,
    Div,
    List,
    Zone(Zone),
    Template,
    Span,
    Image,
    Button,
    /// A tag of Facebook's own, which its script makes a widget of.
    FacebookWidget,
    Link,
    Script,
    Meta,
    FormPart,
    Iframe,
    Frame,
    Title,
    Html,
    Base,
}

impl Kind {
    /// Of the tag with that name, whatever its case; `None` when it is not read.
    pub(super) fn of(name: &str) -> Option<Self> {
        let mut lower = [0; MAX_NAME_BYTES];
        let lower = lower.get_mut(..name.len())?;
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"a" | b"area" => Self::Anchor,
            b"div" => Self::Div,
            b"ul" => Self::List,
            b"header" => Self::Zone(Zone::Header),
            b"footer" => Self::Zone(Zone::Footer),
            b"nav" => Self::Zone(Zone::Nav),
            b"article" => Self::Zone(Zone::Article),
            b"template" => Self::Template,
            b"span" => Self::Span,
            b"img" => Self::Image,
            b"button" => Self::Button,
            b"fb:like-box" | b"fb:page" | b"fb:fan" => Self::FacebookWidget,
            b"link" => Self::Link,
            b"script" => Self::Script,
            b"meta" => Self::Meta,
            b"form" | b"input" => Self::FormPart,
            b"iframe" => Self::Iframe,
            b"frame" => Self::Frame,
            b"title" => Self::Title,
            b"html" => Self::Html,
            b"base" => Self::Base,
            _ => return None,
        })
    }
}

/// Reads a tag, and says what ends with its element.
pub(super) fn read(
    kind: Kind,
    collector: &mut Collector,
    tag: &Tag<'_>,
    can_have_content: bool,
) -> Opened {
    match kind {
        Kind::Anchor => return read_anchor(collector, tag, can_have_content),
        Kind::Div | Kind::List => {
            let zones = read_block(collector, tag, kind == Kind::Div);
            return open_zones(collector, zones, can_have_content);
        }
        Kind::Zone(zone) => return open_zones(collector, zone.into(), can_have_content),
        Kind::Template if can_have_content => {
            collector.open_hidden(tag);
            return Opened::Hidden;
        }
        _ if collector.is_hidden() => {}
        Kind::Template => {}
        Kind::Span => read_span(collector, tag),
        Kind::Image => read_image(collector, tag),
        Kind::Button => read_button(collector, tag),
        Kind::FacebookWidget => read_widget(collector, tag),
        Kind::Link => read_link(collector, tag),
        Kind::Script => read_script(collector, tag),
        Kind::Meta => read_meta(collector, tag),
        Kind::FormPart => read_form(collector, tag),
        Kind::Iframe => read_iframe(collector, tag),
        Kind::Frame => read_frame(collector, tag),
        Kind::Title => read_title(collector, tag),
        Kind::Html => read_html(collector, tag),
        Kind::Base => read_base(collector, tag),
    }
    Opened::Nothing
}

fn open_zones(collector: &mut Collector, zones: Zones, can_have_content: bool) -> Opened {
    if zones.is_empty() || !can_have_content {
        return Opened::Nothing;
    }
    collector.open_zones(zones);
    Opened::Zones(zones)
}

/// Reads the widget of a block, and the zones that its class and id name.
fn read_block(collector: &mut Collector, tag: &Tag<'_>, is_div: bool) -> Zones {
    if tag.is_bare() {
        return Zones::default();
    }
    if is_div && !collector.is_hidden() && WIDGET_MARKS.iter().any(|mark| tag.has(mark)) {
        read_widget(collector, tag);
    }
    let attribute = |name| tag.raw(name).unwrap_or_default();
    zones_of_block(&attribute("class"), &attribute("id"))
}

/// The zones that a block's class and id name.
fn zones_of_block(class: &str, id: &str) -> Zones {
    let mut zones = Zones::default();
    let (mut shares, mut is_social) = (false, false);
    // A page has hundreds of blocks: one look at each letter, whatever the number of words.
    let bytes = class.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let rest = &bytes[at..];
        match byte {
            b'p' if rest.starts_with(b"partenaire") || rest.starts_with(b"partner") => {
                zones.add(Zone::Article);
            }
            b'p' if rest.starts_with(b"partage") => zones.add(Zone::Share),
            b's' if rest.starts_with(b"share") => shares = true,
            b's' if rest.starts_with(b"social") => is_social = true,
            b'r' if rest.starts_with(b"reseau") => zones.add(Zone::Social),
            b'f' if rest.starts_with(b"footer") => zones.add(Zone::Footer),
            _ => {}
        }
    }
    if shares {
        zones.add(Zone::Share);
    } else if is_social {
        zones.add(Zone::Social);
    }
    if id.contains("footer") {
        zones.add(Zone::Footer);
    }
    zones
}

fn read_html(collector: &mut Collector, tag: &Tag<'_>) {
    if collector.facts.lang.is_none() {
        collector.facts.lang = tag.bounded("lang");
    }
}

fn read_base(collector: &mut Collector, tag: &Tag<'_>) {
    if collector.facts.base_href.is_none() {
        collector.facts.base_href = tag.bounded("href");
    }
}

/// The title of a drawing is text of the page like any other.
fn read_title(collector: &mut Collector, tag: &Tag<'_>) {
    if tag.is_html() && !collector.has_title() {
        collector.owner = TextOwner::Title;
    }
}

fn read_meta(collector: &mut Collector, tag: &Tag<'_>) {
    let Some(content) = tag.raw("content") else {
        return;
    };
    if tag.is("http-equiv", "refresh") {
        if collector.facts.refresh.is_none() && content.len() <= MAX_HREF_BYTES {
            collector.facts.refresh = parse_refresh(&decode(&content));
        }
        return;
    }
    if tag.has_word("itemprop", "sameAs") {
        if let Some(address) = tag.bounded("content") {
            collector.add_widget(address);
        }
        return;
    }
    let Some(name) = tag.raw("name").or_else(|| tag.raw("property")) else {
        return;
    };
    let name = name.trim().to_ascii_lowercase();
    let is_generator = name == "generator";
    if !is_generator && !is_meta_of_interest(&name) {
        return;
    }
    let content = decode(&content);
    let content = bounded(content.trim(), MAX_LABEL_BYTES * 4);
    if content.is_empty() {
        return;
    }
    if is_generator {
        let generator = collector.facts.generator.get_or_insert_default();
        push_words(generator, content, MAX_LABEL_BYTES);
    } else if collector.facts.metas.len() < MAX_OTHERS {
        let content = content.to_owned();
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

fn read_link(collector: &mut Collector, tag: &Tag<'_>) {
    let Some(rel) = tag.raw("rel").or_else(|| tag.raw("itemprop")) else {
        return;
    };
    let has = |word: &str| {
        rel.split_ascii_whitespace()
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    if has("me") || has("sameAs") {
        let Some(href) = tag.bounded("href") else {
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
    } else if (has("alternate") && is_feed_type(tag)) || has("feed") {
        let Some(href) = tag.bounded("href") else {
            return;
        };
        let title = tag.bounded("title").unwrap_or_default();
        if collector.facts.feeds.len() < MAX_OTHERS {
            collector.facts.feeds.push(FeedLink { href, title });
        }
    } else if has("stylesheet") || has("https://api.w.org/") {
        collector.add_asset(tag, "href");
    }
}

fn is_feed_type(tag: &Tag<'_>) -> bool {
    const TYPES: [&str; 5] = [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/json",
        "application/rdf+xml",
    ];
    tag.raw("type").is_some_and(|media_type| {
        let media_type = media_type.trim();
        TYPES
            .iter()
            .any(|feed| feed.eq_ignore_ascii_case(media_type))
    })
}

fn read_script(collector: &mut Collector, tag: &Tag<'_>) {
    collector.facts.scripts += 1;
    collector.owner = TextOwner::Nobody;
    for name in ["data-telegram-post", "data-telegram-discussion"] {
        if let Some(post) = tag.bounded(name) {
            let channel = post.split('/').next().unwrap_or_default();
            collector.add_widget(format!("https://t.me/{channel}"));
        }
    }
    if tag.has("src") {
        collector.add_asset(tag, "src");
        return;
    }
    let kind = tag.raw("type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let has_data_id = || tag.raw("id").is_some_and(|id| is_data_id(&id));
    if kind.eq_ignore_ascii_case("application/ld+json") {
        collector.owner = TextOwner::JsonLd;
    } else if kind.eq_ignore_ascii_case("in/followcompany") {
        if let Some(id) = tag.bounded("data-id") {
            collector.add_widget(format!("https://www.linkedin.com/company/{id}"));
        }
    } else if kind.eq_ignore_ascii_case("application/json") || kind.is_empty() && has_data_id() {
        collector.owner = TextOwner::InlineJson;
    }
}

/// Whether a script's id says that it holds the page's data.
pub(super) fn is_data_id(id: &str) -> bool {
    matches!(id, "__NEXT_DATA__" | "wix-warmup-data")
}

fn read_iframe(collector: &mut Collector, tag: &Tag<'_>) {
    let address = ["src", "data-src", "data-lazy-src"]
        .into_iter()
        .filter_map(|name| tag.bounded(name))
        .find(|address| !address.starts_with("about:"));
    if let Some(address) = address
        && collector.facts.iframes.len() < MAX_OTHERS
    {
        collector.facts.iframes.push(address);
    }
}

fn read_frame(collector: &mut Collector, tag: &Tag<'_>) {
    if collector.facts.frames.len() < MAX_OTHERS
        && let Some(address) = tag.bounded("src")
    {
        collector.facts.frames.push(address);
    }
}

fn read_form(collector: &mut Collector, tag: &Tag<'_>) {
    for name in ["action", "id", "class", "name", "placeholder"] {
        let Some(value) = tag.raw(name) else {
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
