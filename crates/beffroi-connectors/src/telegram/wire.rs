//! The preview of a channel, and the card that stands in its place, as Telegram writes them: one
//! pass over the HTML, in which only counters, times and numbers of posts are kept. No text of a
//! post is read, nor the name of anybody but the channel. Nothing here derives `Debug`: a card may
//! be a person's.
//!
//! Classes by medialab/minet, `telegram/scraper.py`, and by other readers of the page (the fact
//! sheet `telegram`, section 3). An element is known by one of its classes, never by all of them:
//! Telegram adds and drops the others.

use std::{cell::RefCell, rc::Rc};

use beffroi_model::PostKind;
use jiff::Timestamp;
use lol_html::{HtmlRewriter, MemorySettings, Settings, element, html_content::Element, text};

/// What the parser may hold: an attribute of a megabyte, as of an image written into the page.
const PARSER_MEMORY_BYTES: usize = 3 * 1024 * 1024;

/// Longest text that is read of one element, bytes: a counter and its label.
const MAX_TEXT_BYTES: usize = 256;

/// Reactions but for stars, which are paid for: their number is no number of people.
const FREE_REACTION: &str = ".tgme_reaction:not(.tgme_reaction_paid)";

/// A page, read.
#[derive(Default)]
pub(super) struct Page {
    /// Whether there is the block about a channel that stands beside its preview.
    pub(super) has_channel: bool,
    /// Whether there is the list of posts, be it empty.
    pub(super) has_history: bool,
    /// The channel's name today, with its `@`.
    pub(super) username: String,
    /// The counters of the channel, the subscribers' first.
    pub(super) counters: Vec<Counter>,
    /// Posts and service messages, oldest first.
    pub(super) messages: Vec<Message>,
    /// The post before which the next older page ends; none on the oldest.
    pub(super) before: Option<u64>,
    /// The card.
    pub(super) card: Option<Card>,
}

/// A number and what it counts.
#[derive(Default)]
pub(super) struct Counter {
    pub(super) value: String,
    pub(super) label: String,
}

/// The card of a channel without preview, a group, a person, a bot, or nobody.
#[derive(Default)]
pub(super) struct Card {
    /// Whether it bears a title.
    pub(super) has_title: bool,
    /// What stands below it: subscribers, members, a name. Empty for nobody.
    pub(super) extra: String,
}

/// A message of the channel.
#[derive(Default)]
pub(super) struct Message {
    /// Its number in the channel.
    pub(super) number: Option<u64>,
    /// When it was published.
    pub(super) published_at: Option<Timestamp>,
    /// Whether it only tells that something was pinned or renamed.
    pub(super) is_service: bool,
    /// Whether it was written elsewhere.
    pub(super) is_forwarded: bool,
    /// What it shows besides words, each time that it does.
    pub(super) shown: Vec<PostKind>,
    /// Views, as printed; empty where there are none.
    pub(super) views: String,
    /// Each kind of reaction with its count behind it, as printed.
    pub(super) reactions: Vec<String>,
}

/// Reads a page; `None` when the parser gave up, so that only a part of it would be known.
pub(super) fn read(html: &str) -> Option<Page> {
    let page = Rc::new(RefCell::new(Page::default()));
    let mut rewriter = HtmlRewriter::new(settings(&page), |_: &[u8]| {});
    rewriter.write(html.as_bytes()).ok()?;
    rewriter.end().ok()?;
    Some(page.take())
}

type Shared = Rc<RefCell<Page>>;

fn settings(page: &Shared) -> Settings<'static, 'static> {
    /// A handler that opens something on the page.
    macro_rules! on {
        ($selector:expr, $act:expr) => {{
            let page = Rc::clone(page);
            let act: fn(&mut Page, &Element<'_, '_>) = $act;
            element!($selector, move |element| {
                act(&mut page.borrow_mut(), element);
                Ok(())
            })
        }};
    }
    /// A handler that adds text to what was opened last.
    macro_rules! read_into {
        ($selector:expr, $target:expr) => {{
            let page = Rc::clone(page);
            let target: fn(&mut Page) -> Option<&mut String> = $target;
            text!($selector, move |chunk| {
                if let Some(text) = target(&mut page.borrow_mut()) {
                    push_bounded(text, chunk.as_str());
                }
                Ok(())
            })
        }};
    }
    /// A handler that notes what the message opened last shows.
    macro_rules! shows {
        ($selector:expr, $kind:expr) => {
            on!($selector, |page, _| page.note_shown($kind))
        };
    }
    let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES);
    let handlers = [
        on!(".tgme_channel_info", |page, _| page.has_channel = true),
        on!(".tgme_channel_history", |page, _| page.has_history = true),
        on!(".tgme_channel_info_counter", |page, _| {
            page.counters.push(Counter::default());
        }),
        on!(".tme_messages_more", |page, link| {
            let before = link.get_attribute("data-before");
            page.before = page.before.or(before.and_then(|it| it.parse().ok()));
        }),
        on!(".tgme_widget_message", |page, message| {
            page.messages.extend(Message::opened_by(message));
        }),
        on!(".tgme_widget_message_date time", |page, time| {
            let at = time.get_attribute("datetime");
            if let Some(message) = page.messages.last_mut() {
                message.published_at = message.published_at.or(at.and_then(|it| it.parse().ok()));
            }
        }),
        on!(".tgme_widget_message_forwarded_from", |page, _| {
            page.mark_forwarded();
        }),
        on!(".tgme_widget_message_forwarded_from_name", |page, _| {
            page.mark_forwarded();
        }),
        shows!(".tgme_widget_message_photo_wrap", PostKind::Image),
        shows!(".tgme_widget_message_video_player", PostKind::Video),
        shows!(".tgme_widget_message_roundvideo_player", PostKind::Video),
        shows!(".tgme_widget_message_voice_player", PostKind::Audio),
        shows!(".tgme_widget_message_document_wrap", PostKind::Document),
        shows!(".tgme_widget_message_poll", PostKind::Poll),
        shows!(".tgme_widget_message_link_preview", PostKind::Link),
        on!(FREE_REACTION, |page, _| {
            if let Some(message) = page.messages.last_mut() {
                message.reactions.push(String::new());
            }
        }),
        on!(".tgme_page", |page, _| {
            page.card.get_or_insert_default();
        }),
        on!(".tgme_page_title", |page, _| {
            page.card.get_or_insert_default().has_title = true;
        }),
        read_into!(".tgme_channel_info_header_username", |page| {
            Some(&mut page.username)
        }),
        read_into!(".tgme_channel_info_counter .counter_value", |page| {
            Some(&mut page.counters.last_mut()?.value)
        }),
        read_into!(".tgme_channel_info_counter .counter_type", |page| {
            Some(&mut page.counters.last_mut()?.label)
        }),
        read_into!(".tgme_widget_message_views", |page| {
            Some(&mut page.messages.last_mut()?.views)
        }),
        read_into!(FREE_REACTION, |page| {
            page.messages.last_mut()?.reactions.last_mut()
        }),
        read_into!(".tgme_page_extra", |page| {
            Some(&mut page.card.as_mut()?.extra)
        }),
    ];
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(memory);
    handlers
        .into_iter()
        .fold(settings, Settings::append_element_content_handler)
}

/// What is noted of what one message shows: an album has ten parts at the most, a hostile page any number.
const MAX_SHOWN: usize = 16;

impl Page {
    fn note_shown(&mut self, kind: PostKind) {
        if let Some(message) = self.messages.last_mut()
            && message.shown.len() < MAX_SHOWN
        {
            message.shown.push(kind);
        }
    }

    fn mark_forwarded(&mut self) {
        if let Some(message) = self.messages.last_mut() {
            message.is_forwarded = true;
        }
    }
}

impl Message {
    /// The message that an element holds; `data-post` is `NAME/NUMBER`.
    fn opened_by(element: &Element<'_, '_>) -> Option<Self> {
        let post = element.get_attribute("data-post")?;
        let number = post.rsplit_once('/').map(|(_, number)| number);
        Some(Self {
            number: number.and_then(|number| number.parse().ok()),
            is_service: has_class(element, "service_message"),
            ..Self::default()
        })
    }
}

fn has_class(element: &Element<'_, '_>, class: &str) -> bool {
    let classes = element.get_attribute("class").unwrap_or_default();
    classes.split_ascii_whitespace().any(|it| it == class)
}

fn push_bounded(text: &mut String, chunk: &str) {
    let mut room = MAX_TEXT_BYTES.saturating_sub(text.len()).min(chunk.len());
    while !chunk.is_char_boundary(room) {
        room -= 1;
    }
    text.push_str(&chunk[..room]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_and_quoted_messages_are_not_taken_for_the_posts_own() {
        let html = r#"<div class="x tgme_widget_message grouped" data-post="ville/7">
            <time class="message_video_duration" datetime="2020-01-01T00:00:00+00:00">0:32</time>
            <a class="tgme_widget_message_reply" href="https://t.me/ville/3">
              <div class="tgme_widget_message_text">le mot d'un autre</div></a>
            <span class="tgme_widget_message_views">1.2K</span>
            <a class="tgme_widget_message_date"><time datetime="2026-11-20T17:00:03+00:00"
              class="time">17:00</time></a></div>"#;
        let page = read(html).unwrap();
        assert_eq!(page.messages.len(), 1);
        let message = &page.messages[0];
        assert_eq!(message.number, Some(7));
        assert_eq!(
            message.published_at.unwrap().to_string(),
            "2026-11-20T17:00:03Z"
        );
        assert_eq!(message.views, "1.2K");
        assert!(!message.is_service && !message.is_forwarded);
    }

    #[test]
    fn texts_are_bounded_at_a_character() {
        let mut text = String::new();
        for _ in 0..200 {
            push_bounded(&mut text, "é1é");
        }
        assert!(text.len() <= MAX_TEXT_BYTES && text.len() > MAX_TEXT_BYTES - 2);
    }

    proptest! {
        #[test]
        fn no_page_breaks_the_reading(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "<div class=\"tgme_widget_message\" data-post=\"v/1\">",
                    "<div class=tgme_widget_message data-post=>",
                    "<div class=\"tgme_channel_info\">",
                    "<div class=\"tgme_channel_info_counter\">",
                    "<span class=\"counter_value\">",
                    "<span class=\"tgme_reaction\">",
                    "<span class=\"tgme_reaction tgme_reaction_paid\">",
                    "<span class=\"tgme_widget_message_views\">",
                    "<a class=\"tgme_widget_message_date\"><time datetime=\"hier\">",
                    "<div class=\"tgme_page_extra\">",
                    "<a class=\"tme_messages_more\" data-before=\"x\">",
                    "</span>", "</div>", "</a>", "<!--", "<script>", "12", "é", "<", "\"",
                ]),
                0..40,
            ),
        ) {
            prop_assert!(read(&parts.concat()).is_some());
        }
    }
}
