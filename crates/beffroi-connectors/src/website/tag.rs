//! A start tag as the readers see it: its attributes, borrowed from the page's text.
//!
//! The parser tells where a tag and its attributes stand, but hands their texts over as copies
//! only; a page holds hundreds. So they are cut from the text that was written to the parser
//! last. A tag that began in an earlier write is copied after all.

use std::{borrow::Cow, ops::Range, sync::Arc};

use lol_html::{html_content::Attribute, send::Element};

use super::{entities::decode, facts::MAX_HREF_BYTES};

/// The text that the parser is reading, and where it stands in all that this parser has read.
#[derive(Debug, Default)]
pub(super) struct Window {
    text: Option<Arc<String>>,
    /// Bytes that the parser read before it.
    start: usize,
    /// Bytes of the text itself that this parser was not given.
    skipped: usize,
}

impl Window {
    /// Moves on to the text that is about to be written.
    pub(super) fn show(&mut self, text: &Arc<String>) {
        self.text = Some(Arc::clone(text));
        self.skipped = 0;
    }

    /// Begins anew with what follows an index of the text, for a new parser.
    pub(super) fn begin_at(text: &Arc<String>, index: usize) -> Self {
        Self {
            text: Some(Arc::clone(text)),
            start: 0,
            skipped: index,
        }
    }

    /// The index in the text at hand of a place in all that the parser has read.
    pub(super) fn index_of(&self, place: usize) -> Option<usize> {
        Some(place.checked_sub(self.start)? + self.skipped)
    }

    /// Lets go of a text that was written.
    pub(super) fn close(&mut self) {
        self.start = self.end();
        self.text = None;
    }

    /// Where it ends.
    pub(super) fn end(&self) -> usize {
        let at_hand = self.text.as_ref().map_or(0, |text| text.len());
        self.start + at_hand.saturating_sub(self.skipped)
    }

    /// What follows a place, as far as it is at hand.
    pub(super) fn from(&self, place: usize) -> Option<&str> {
        self.cut(place..self.end())
    }

    /// What stands between two places; `None` when it is not, or not whole, in the window.
    pub(super) fn cut(&self, place: Range<usize>) -> Option<&str> {
        let start = self.index_of(place.start)?;
        let end = self.index_of(place.end)?;
        self.text.as_ref()?.get(start..end)
    }
}

/// The name of a tag, as written.
pub(super) fn name_of<'a>(element: &Element<'_, '_>, window: &'a Window) -> Cow<'a, str> {
    let place = element.source_location().bytes();
    let Some(rest) = window.cut(place.start + 1..place.end) else {
        return Cow::Owned(element.tag_name());
    };
    let is_end = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let end = rest.bytes().position(is_end).unwrap_or(rest.len());
    Cow::Borrowed(&rest[..end])
}

/// A start tag that is read.
pub(super) struct Tag<'a> {
    /// Where it stands in all that the parser has read.
    place: Range<usize>,
    attributes: &'a [Attribute<'a>],
    window: &'a Window,
    namespace: &'static str,
}

impl<'a> Tag<'a> {
    pub(super) fn of(element: &'a Element<'_, '_>, window: &'a Window) -> Self {
        Self {
            place: element.source_location().bytes(),
            attributes: element.attributes(),
            window,
            namespace: element.namespace_uri(),
        }
    }

    /// Whether it is of the page itself, not of a drawing or a formula in it.
    pub(super) fn is_html(&self) -> bool {
        self.namespace == "http://www.w3.org/1999/xhtml"
    }

    /// Where it begins.
    pub(super) fn start(&self) -> usize {
        self.place.start
    }

    /// Where its element's inside begins.
    pub(super) fn end(&self) -> usize {
        self.place.end
    }

    /// The text that is being read.
    pub(super) fn window(&self) -> &'a Window {
        self.window
    }

    /// Whether it bears no attribute at all.
    pub(super) fn is_bare(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Whether it bears an attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// An attribute's value as written; empty for one without a value.
    pub(super) fn raw(&self, name: &str) -> Option<Cow<'a, str>> {
        let attribute = self.find(name)?;
        let place = attribute.value_source_location();
        Some(match place {
            Some(place) => match self.window.cut(place.bytes()) {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(attribute.value()),
            },
            None => Cow::Borrowed(""),
        })
    }

    /// An address or the like: character references resolved, trimmed. `None` when it is empty or
    /// longer than any address of interest.
    pub(super) fn bounded(&self, name: &str) -> Option<String> {
        let value = self.raw(name)?;
        if value.len() > MAX_HREF_BYTES {
            return None;
        }
        let value = decode(&value);
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Whether an attribute's value is a word, whatever its case.
    pub(super) fn is(&self, name: &str, word: &str) -> bool {
        self.raw(name)
            .is_some_and(|value| value.eq_ignore_ascii_case(word))
    }

    /// Whether a word is among those of an attribute, whatever its case.
    pub(super) fn has_word(&self, name: &str, word: &str) -> bool {
        self.raw(name).is_some_and(|value| {
            value
                .split_ascii_whitespace()
                .any(|part| part.eq_ignore_ascii_case(word))
        })
    }

    fn find(&self, name: &str) -> Option<&'a Attribute<'a>> {
        self.attributes.iter().find(|attribute| {
            let place = attribute.name_source_location();
            match place.and_then(|place| self.window.cut(place.bytes())) {
                Some(found) => found.eq_ignore_ascii_case(name),
                None => attribute.name() == name,
            }
        })
    }
}
