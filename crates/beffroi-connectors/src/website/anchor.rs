//! The anchor that is being read, and its text.
//!
//! Most anchors hold plain text up to their end tag: that is seen at once in the text at hand, and
//! nothing of it has to go through the parser. What stands in an anchor with markup is kept as it
//! is written until the anchor ends, and only then read.

use std::sync::{Arc, Mutex, PoisonError};

use lol_html::{
    HandlerResult, MemorySettings,
    html_content::{TextChunk, TextType},
    send::{DocumentContentHandlers, HtmlRewriter, Settings},
};

use super::{
    tag::Window,
    words::{bounded, push_bounded},
};

/// Text of one anchor before white space and character references are resolved, bytes.
pub(super) const MAX_TEXT_BYTES: usize = 1_024;
/// What is kept of an anchor that is not ended in the text at hand, bytes: drawings in it are
/// large, but more than this is an anchor that nobody ended.
const MAX_KEPT_BYTES: usize = 64 * 1024;
/// What the parser of an anchor's inside may hold.
const PARSER_MEMORY_BYTES: usize = 512 * 1024;

/// The text of an anchor whose inside begins at a place; `None` when it holds markup, or does not
/// end in the text at hand.
pub(super) fn plain_text(window: &Window, inside: usize) -> Option<&str> {
    let rest = window.from(inside)?;
    let end = memchr::memchr(b'<', rest.as_bytes())?;
    let is_end_tag = match rest.as_bytes().get(end..end + 4)? {
        [b'<', b'/', b'a' | b'A', after] => *after == b'>' || after.is_ascii_whitespace(),
        _ => false,
    };
    is_end_tag.then(|| &rest[..end])
}

/// An anchor with markup in it.
#[derive(Debug)]
pub(super) struct OpenAnchor {
    /// Its link, as an index into the page's.
    pub(super) link: usize,
    /// Where the part of it begins that has not been kept yet; `None` in a part that is not shown.
    from: Option<usize>,
    /// What it held so far, as written.
    kept: String,
}

impl OpenAnchor {
    pub(super) fn new(link: usize, inside: usize) -> Self {
        Self {
            link,
            from: Some(inside),
            kept: String::new(),
        }
    }

    /// Keeps what stands before a place, and goes on behind another.
    pub(super) fn keep(&mut self, window: &Window, until: usize, on_from: Option<usize>) {
        if let Some(from) = self.from {
            let part = window.cut(from..until).unwrap_or_default();
            push_bounded(&mut self.kept, part, MAX_KEPT_BYTES);
            // The tag that stands there may have begun in a text that was kept to its end.
            let too_much = from.saturating_sub(until);
            let fits = bounded(&self.kept, self.kept.len().saturating_sub(too_much)).len();
            self.kept.truncate(fits);
        }
        self.from = on_from;
    }

    /// Goes on at a place, after a part that is not shown.
    pub(super) fn go_on(&mut self, from: usize) {
        self.from = Some(from);
    }

    /// All that it held.
    pub(super) fn into_kept(self) -> String {
        self.kept
    }
}

/// A parser; what it would write goes nowhere.
type Parser = HtmlRewriter<'static, fn(&[u8])>;

/// Reads the text out of markup. One for all anchors of a page: to make a parser is dearer than to
/// read an anchor.
#[derive(Default)]
pub(super) struct MarkupReader {
    parser: Option<Parser>,
    text: Arc<Mutex<String>>,
}

impl std::fmt::Debug for MarkupReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MarkupReader").finish_non_exhaustive()
    }
}

impl MarkupReader {
    /// The text of an anchor's inside.
    pub(super) fn text_of(&mut self, markup: &str) -> String {
        let parser = self.parser.get_or_insert_with(|| new_parser(&self.text));
        // The end tag makes the parser give out what it holds back, and it has left all that can
        // contain a tag: the inside was cut where the page's parser had seen one.
        let is_read = parser
            .write(markup.as_bytes())
            .and_then(|()| parser.write(b"</a>"))
            .is_ok();
        if !is_read {
            self.parser = None;
        }
        std::mem::take(&mut *self.text.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn new_parser(text: &Arc<Mutex<String>>) -> Parser {
    let text = Arc::clone(text);
    let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES);
    let handlers = DocumentContentHandlers::default().text(
        move |chunk: &mut TextChunk<'_>| -> HandlerResult {
            match chunk.text_type() {
                TextType::Data | TextType::CDataSection | TextType::PlainText => {
                    let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
                    push_bounded(&mut text, chunk.as_str(), MAX_TEXT_BYTES);
                }
                TextType::RCData | TextType::RawText | TextType::ScriptData => {}
            }
            Ok(())
        },
    );
    let settings = Settings::new_send()
        .with_strict(false)
        .with_memory_settings(memory)
        .append_document_content_handler(handlers);
    HtmlRewriter::new(settings, |_: &[u8]| {})
}
