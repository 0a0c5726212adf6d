//! From tags to links, and to the addresses that widgets name.

use super::{
    addresses::{first_web_address, is_external, lacks_its_scheme},
    collector::{Collector, Opened},
    entities::decode,
    facts::{Link, MAX_HREF_BYTES, MAX_LABEL_BYTES},
    tag::Tag,
    words::push_words,
};

/// Reads an anchor: a link, and the text that follows.
pub(super) fn read_anchor(
    collector: &mut Collector,
    tag: &Tag<'_>,
    can_have_content: bool,
) -> Opened {
    collector.close_anchor(tag.window(), tag.start());
    if collector.is_hidden() {
        return Opened::Nothing;
    }
    let Some(href) = anchor_target(tag) else {
        return Opened::Nothing;
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
        link.rel_me = tag.has_word("rel", "me");
        link.same_as =
            tag.has_word("itemprop", "sameAs") || tag.has_word("property", "schema:sameAs");
        link.shares = tag.raw("class").is_some_and(|class| says_share(&class));
        for name in ["title", "aria-label"] {
            if let Some(value) = tag.raw(name) {
                push_words(&mut link.label, &decode(&value), MAX_LABEL_BYTES);
            }
        }
    }
    match collector.add_link(link) {
        Some(link) if can_have_content => collector.read_text_of(link, tag),
        _ => Opened::Nothing,
    }
}

/// The address to which an anchor leads: `href`, else `data-href` or the address that a script
/// would open.
fn anchor_target(tag: &Tag<'_>) -> Option<String> {
    let href = tag.raw("href").unwrap_or_default();
    let href = decode(&href);
    let trimmed = href.trim();
    let leads_nowhere = trimmed.is_empty()
        || trimmed.starts_with('#')
        || trimmed
            .get(..11)
            .is_some_and(|start| start.eq_ignore_ascii_case("javascript:"));
    if leads_nowhere {
        return script_target(tag);
    }
    if trimmed.len() > MAX_HREF_BYTES {
        return None;
    }
    if lacks_its_scheme(trimmed) {
        return Some(format!("https://{trimmed}"));
    }
    Some(trimmed.to_owned())
}

/// The address to which a script would lead from a tag: `data-href`, else what `onclick` opens.
fn script_target(tag: &Tag<'_>) -> Option<String> {
    if let Some(target) = tag.bounded("data-href") {
        return Some(target);
    }
    let script = tag.raw("onclick")?;
    first_web_address(&decode(&script)).map(str::to_owned)
}

/// Reads a button, or an image that acts as one.
pub(super) fn read_button(collector: &mut Collector, tag: &Tag<'_>) {
    let Some(href) = script_target(tag) else {
        return;
    };
    let label = ["aria-label", "title", "alt"]
        .iter()
        .find_map(|name| tag.raw(name));
    let mut link = Link {
        is_external: is_external(&href, &collector.own_host),
        zone: collector.zone(),
        href,
        label: String::new(),
        rel_me: false,
        same_as: false,
        shares: tag.raw("class").is_some_and(|class| says_share(&class)),
    };
    push_words(
        &mut link.label,
        &decode(&label.unwrap_or_default()),
        MAX_LABEL_BYTES,
    );
    collector.add_link(link);
}

fn says_share(class: &str) -> bool {
    ["share", "partage", "addtoany", "sharer"]
        .iter()
        .any(|word| class.contains(word))
}

/// An image is a part of the text of the anchor in which it stands.
pub(super) fn read_image(collector: &mut Collector, tag: &Tag<'_>) {
    if let Some(link) = collector.open_link() {
        if let Some(alt) = tag.raw("alt") {
            push_words(&mut link.label, &decode(&alt), MAX_LABEL_BYTES);
        }
    } else if tag.has("onclick") {
        read_button(collector, tag);
    }
}

/// Reads a `<span>` of microdata.
pub(super) fn read_span(collector: &mut Collector, tag: &Tag<'_>) {
    if tag.raw("itemprop").is_some_and(|value| value == "sameAs") {
        read_widget(collector, tag);
    }
}

/// Reads the address of a widget, however it is given.
pub(super) fn read_widget(collector: &mut Collector, tag: &Tag<'_>) {
    for name in ["data-href", "href"] {
        if let Some(address) = tag.bounded(name) {
            let is_share = tag
                .raw("class")
                .is_some_and(|class| says_share(&class) || class.contains("fb-like"));
            if !is_share {
                collector.add_widget(address);
            }
            return;
        }
    }
    if let Some(id) = tag.bounded("data-channelid") {
        collector.add_widget(format!("https://www.youtube.com/channel/{id}"));
    } else if let Some(name) = tag.bounded("data-channel") {
        collector.add_widget(format!("https://www.youtube.com/user/{name}"));
    } else if let Some(address) = tag.bounded("content") {
        collector.add_widget(address);
    }
}
