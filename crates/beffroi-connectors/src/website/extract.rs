//! One streaming pass over a page's text: chunks in, [`PageFacts`] out.
//!
//! Rule: nothing here judges, and nothing grows without bound. The tags are read by `lol_html`,
//! which keeps only what an open tag needs; when a tag is larger than its memory allows, the
//! reading starts afresh behind it.
//!
//! Where time goes: each tag is tested against every part of the selectors, a tag that is handed
//! over is parsed a second time, and text is parsed only in elements whose text is asked for. So
//! there is one selector for tags and a narrow one for texts; what only doubtful pages need (their
//! visible text) is left to `text.rs`, the text of anchors to
//! `anchor.rs`.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use lol_html::{
    HandlerResult, MemorySettings, Selector, end_tag,
    html_content::{EndTag, TextChunk},
    send::{Element, ElementContentHandlers, HtmlRewriter, Settings},
};

use super::{
    collector::{Collector, Opened},
    facts::PageFacts,
    readers::{self, Kind},
    tag::{Tag, Window, name_of},
    text::{Beginning, MAX_BEGINNING_BYTES},
    words::bounded,
};

/// What the parser may hold of one page: enough for an attribute of 1 MB (images written into the
/// page), little enough for hundreds of pages at once.
pub(super) const PARSER_MEMORY_BYTES: usize = 3 * 1024 * 1024;
/// How often the reading starts afresh behind what did not fit: five megabytes of tags that nobody
/// closes need some hundred parsers.
const MAX_RESTARTS: u32 = 400;
/// Behind the beginning of a page, small parts are joined to this many bytes, so that a tag cut in
/// many pieces is not rescanned for each of them.
const WRITE_BYTES: usize = 16 * 1024;

/// The parser; what it would write goes nowhere.
type Rewriter = HtmlRewriter<'static, fn(&[u8])>;

/// Reads one page.
pub struct Extractor {
    desk: SharedDesk,
    rewriter: Option<Rewriter>,
    /// Text that the parser has not seen yet.
    pending: String,
    /// Set once the parser has seen it.
    beginning: Option<String>,
    restarts: u32,
}

/// What the handlers of one page work on.
#[derive(Debug, Default)]
struct Desk {
    window: Window,
    collector: Collector,
    /// Where the last tag ended that was handed over, in all that the parser has read.
    read_to: Option<usize>,
}

/// The handlers live as long as the parser, and a page moves between threads while it arrives.
type SharedDesk = Arc<Mutex<Desk>>;

impl std::fmt::Debug for Extractor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extractor")
            .field("restarts", &self.restarts)
            .finish_non_exhaustive()
    }
}

impl Extractor {
    /// Begins a page of `host` (with its port, when it is not the usual one), keeping at most
    /// `max_links` links within the site.
    pub fn new(host: &str, max_links: usize) -> Self {
        let desk = Arc::new(Mutex::new(Desk {
            collector: Collector::new(host, max_links),
            ..Desk::default()
        }));
        Self {
            rewriter: Some(new_rewriter(&desk)),
            desk,
            pending: String::new(),
            beginning: None,
            restarts: 0,
        }
    }

    /// Takes the next part of the page.
    pub fn write(&mut self, text: &str) {
        let mut rest = text;
        if self.beginning.is_none() {
            let room = MAX_BEGINNING_BYTES - self.pending.len();
            let fits = bounded(rest, room).len();
            self.pending.push_str(&rest[..fits]);
            if fits == rest.len() {
                return;
            }
            rest = &rest[fits..];
            self.read_beginning();
        }
        self.pending.push_str(rest);
        if self.pending.len() >= WRITE_BYTES {
            let pending = std::mem::take(&mut self.pending);
            self.pending = self.feed(pending);
            self.pending.clear();
        }
    }

    fn read_beginning(&mut self) {
        let beginning = std::mem::take(&mut self.pending);
        self.beginning = Some(self.feed(beginning));
    }

    /// Hands a text to the parser, and gives it back. Where the parser runs out of memory, another
    /// one goes on behind the last tag that was read.
    pub(super) fn feed(&mut self, text: String) -> String {
        let text = Arc::new(text);
        {
            let mut desk = lock(&self.desk);
            desk.collector.facts.html_bytes += text.len() as u64;
            desk.window.show(&text);
        }
        let mut from = 0;
        while let Some(rewriter) = self.rewriter.as_mut() {
            if rewriter.write(&text.as_bytes()[from..]).is_ok() {
                break;
            }
            self.restarts += 1;
            self.rewriter = (self.restarts <= MAX_RESTARTS).then(|| new_rewriter(&self.desk));
            let mut desk = lock(&self.desk);
            let read_to = desk.read_to.take();
            let read_to = read_to.and_then(|place| desk.window.index_of(place));
            from = match read_to {
                Some(index) if index > from => index,
                // Nothing that is read stood there, or what did not fit began before this text.
                _ => (from + WRITE_BYTES..text.len())
                    .find(|index| text.is_char_boundary(*index))
                    .unwrap_or(text.len()),
            };
            desk.collector.forget_position();
            desk.window = Window::begin_at(&text, from);
        }
        let mut desk = lock(&self.desk);
        let Desk {
            window, collector, ..
        } = &mut *desk;
        collector.leave_window(window);
        window.close();
        drop(desk);
        Arc::unwrap_or_clone(text)
    }

    /// Ends the page.
    pub fn finish(mut self) -> PageFacts {
        if self.beginning.is_none() {
            self.read_beginning();
        } else {
            let pending = std::mem::take(&mut self.pending);
            self.feed(pending);
        }
        let is_ended = self
            .rewriter
            .take()
            .is_none_or(|rewriter| rewriter.end().is_ok());
        let desk = std::mem::take(&mut *lock(&self.desk));
        let mut facts = desk.collector.finish();
        facts.is_truncated |= !is_ended;
        facts.beginning = Beginning::new(self.beginning.unwrap_or_default());
        facts
    }
}

/// Reads a whole page.
pub fn extract(html: &str, host: &str, max_links: usize) -> PageFacts {
    let mut extractor = Extractor::new(host, max_links);
    extractor.write(html);
    extractor.finish()
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The elements that are handed over: all but the most frequent of those that are not read. To
/// name the others one by one was dearer, for each name is tested on every tag.
static TAGS: LazyLock<Selector> = LazyLock::new(|| selector(":not(li):not(p):not(br):not(td)"));

/// The elements whose text is read, anchors apart. Scripts are many and long; only data among them
/// is of use.
static TEXTS: LazyLock<Selector> = LazyLock::new(|| {
    selector("title, script[type*=json i], script[id=__NEXT_DATA__], script[id=wix-warmup-data]")
});

fn selector(text: &str) -> Selector {
    text.parse()
        .expect("the selectors are written in this file")
}

fn new_rewriter(desk: &SharedDesk) -> Rewriter {
    let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES);
    let settings = Settings::new_send()
        .with_strict(false)
        .with_memory_settings(memory)
        .append_element_content_handler((
            Cow::Borrowed(&*TAGS),
            ElementContentHandlers::default().element(tag_handler(desk)),
        ))
        .append_element_content_handler((
            Cow::Borrowed(&*TEXTS),
            ElementContentHandlers::default().text(text_handler(desk)),
        ));
    HtmlRewriter::new(settings, |_: &[u8]| {})
}

fn tag_handler(
    desk: &SharedDesk,
) -> impl FnMut(&mut Element<'_, '_>) -> HandlerResult + Send + 'static {
    let shared = Arc::clone(desk);
    move |element| {
        let opened = {
            let mut desk = lock(&shared);
            let Desk {
                window,
                collector,
                read_to,
            } = &mut *desk;
            *read_to = Some(element.source_location().bytes().end);
            let Some(kind) = Kind::of(&name_of(element, window)) else {
                return Ok(());
            };
            let tag = Tag::of(element, window);
            readers::read(kind, collector, &tag, element.can_have_content())
        };
        if opened == Opened::Nothing {
            return Ok(());
        }
        let shared = Arc::clone(&shared);
        element.on_end_tag(end_tag!(move |end: &mut EndTag<'_>| {
            let mut desk = lock(&shared);
            let Desk {
                window, collector, ..
            } = &mut *desk;
            collector.close(opened, window, end.source_location().bytes());
            Ok(())
        }))
    }
}

fn text_handler(
    desk: &SharedDesk,
) -> impl FnMut(&mut TextChunk<'_>) -> HandlerResult + Send + 'static {
    let shared = Arc::clone(desk);
    move |chunk| {
        let (text, text_type) = (chunk.as_str(), chunk.text_type());
        lock(&shared)
            .collector
            .text(text, text_type, chunk.last_in_text_node());
        Ok(())
    }
}
