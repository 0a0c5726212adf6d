//! From bytes to text: which encoding a document is really in, and its pieces as `&str`.
//!
//! In order: byte order mark, the header's charset, the document's own declaration in its first
//! 1,024 bytes (HTML standard, 13.2.3; XML 1.0, appendix F), then a guess. A declaration that the
//! bytes contradict is not believed: French sites often declare one of UTF-8 and latin1 and send
//! the other. As plain ASCII reads the same in both, the choice waits for the first byte that
//! tells.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    CoderResult, Decoder, Encoding, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

/// Bytes in which a declaration is looked for.
const SNIFFED_BYTES: usize = 1024;

/// Bytes from the first one beyond ASCII on, by which encodings are told apart.
const TELLING_BYTES: usize = 1024;

/// Bytes decoded in one go: keeps the text of a chunk within a small buffer.
const PIECE_BYTES: usize = 16 * 1024;

/// What kind of text it is, hence where it declares its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// `<meta charset>` or `http-equiv`.
    Html,
    /// The XML declaration.
    Xml,
    /// Nowhere (JSON, plain text).
    Plain,
}

/// Turns the chunks of a document into pieces of text, within bounded memory.
pub struct TextDecoder {
    header_charset: Option<&'static Encoding>,
    kind: TextKind,
    state: State,
    held: Vec<u8>,
    text: String,
}

enum State {
    /// The first bytes are held back, the declaration may be among them.
    Sniffing,
    /// Only ASCII so far, which goes through as it is; holds what was declared.
    Ascii(Option<&'static Encoding>),
    /// Bytes from the first telling one on are held back.
    Telling(Option<&'static Encoding>),
    /// The choice is made.
    Decoding(Box<Decoder>),
}

impl TextDecoder {
    /// A decoder for one document, with the charset of its `Content-Type`.
    pub fn new(header_charset: Option<&str>, kind: TextKind) -> Self {
        Self {
            header_charset: header_charset.and_then(by_label),
            kind,
            state: State::Sniffing,
            held: Vec::new(),
            text: String::new(),
        }
    }

    /// Takes the next bytes and hands the text that is ready to `emit`.
    pub fn push(&mut self, bytes: &[u8], mut emit: impl FnMut(&str)) {
        self.advance(bytes, false, &mut emit);
    }

    /// Hands over the rest of the text and tells the encoding.
    pub fn finish(mut self, mut emit: impl FnMut(&str)) -> &'static Encoding {
        self.advance(&[], true, &mut emit);
        match self.state {
            State::Decoding(decoder) => decoder.encoding(),
            State::Ascii(declared) => declared.unwrap_or(UTF_8),
            State::Sniffing | State::Telling(_) => UTF_8,
        }
    }

    fn advance(&mut self, mut bytes: &[u8], is_end: bool, emit: &mut dyn FnMut(&str)) {
        loop {
            match &mut self.state {
                State::Sniffing => {
                    self.held.extend_from_slice(bytes);
                    if self.held.len() < SNIFFED_BYTES && !is_end {
                        return;
                    }
                    let held = std::mem::take(&mut self.held);
                    self.state = match first_choice(&held, self.header_charset, self.kind) {
                        Choice::Certain(encoding) => {
                            State::Decoding(Box::new(encoding.new_decoder_with_bom_removal()))
                        }
                        Choice::Declared(encoding) => State::Ascii(encoding),
                    };
                    self.advance(&held, is_end, emit);
                    return;
                }
                State::Ascii(declared) => {
                    let declared = *declared;
                    let (plain, telling) = bytes.split_at(Encoding::ascii_valid_up_to(bytes));
                    let plain = std::str::from_utf8(plain).expect("ASCII is UTF-8");
                    if !plain.is_empty() {
                        emit(plain);
                    }
                    if telling.is_empty() {
                        return;
                    }
                    bytes = telling;
                    self.state = State::Telling(declared);
                }
                State::Telling(declared) => {
                    let declared = *declared;
                    self.held.extend_from_slice(bytes);
                    if self.held.len() < TELLING_BYTES && !is_end {
                        return;
                    }
                    let held = std::mem::take(&mut self.held);
                    let encoding = second_choice(&held, declared);
                    let decoder = encoding.new_decoder_without_bom_handling();
                    self.state = State::Decoding(Box::new(decoder));
                    self.advance(&held, is_end, emit);
                    return;
                }
                State::Decoding(decoder) => {
                    decode(decoder, bytes, is_end, &mut self.text, emit);
                    return;
                }
            }
        }
    }
}

fn decode(
    decoder: &mut Decoder,
    bytes: &[u8],
    is_end: bool,
    text: &mut String,
    emit: &mut dyn FnMut(&str),
) {
    text.reserve(PIECE_BYTES);
    let mut rest = bytes;
    loop {
        text.clear();
        let (result, read, _) = decoder.decode_to_string(rest, text, is_end);
        rest = &rest[read..];
        if !text.is_empty() {
            emit(text);
        }
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

/// Decodes a whole document; tells the encoding that was found.
pub fn decode_whole<'a>(
    bytes: &'a [u8],
    header_charset: Option<&str>,
    kind: TextKind,
) -> (Cow<'a, str>, &'static Encoding) {
    let header_charset = header_charset.and_then(by_label);
    let encoding = match first_choice(bytes, header_charset, kind) {
        Choice::Certain(encoding) => return (encoding.decode_with_bom_removal(bytes).0, encoding),
        Choice::Declared(declared) => {
            let telling = &bytes[Encoding::ascii_valid_up_to(bytes)..];
            match telling {
                [] => declared.unwrap_or(UTF_8),
                telling => second_choice(telling, declared),
            }
        }
    };
    (encoding.decode_without_bom_handling(bytes).0, encoding)
}

/// What the beginning of a document says of its encoding.
enum Choice {
    /// A byte order mark, or an encoding in which ASCII does not look like ASCII.
    Certain(&'static Encoding),
    /// A declaration to be held against the bytes, or none.
    Declared(Option<&'static Encoding>),
}

fn first_choice(bytes: &[u8], header: Option<&'static Encoding>, kind: TextKind) -> Choice {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Choice::Certain(encoding);
    }
    let sniffed = &bytes[..bytes.len().min(SNIFFED_BYTES)];
    let declared = header.or_else(|| match kind {
        TextKind::Html => declared_in_html(sniffed).map(as_declared_inside),
        TextKind::Xml => declared_in_xml(sniffed),
        TextKind::Plain => None,
    });
    match declared {
        Some(encoding) if !encoding.is_ascii_compatible() => Choice::Certain(encoding),
        declared => Choice::Declared(declared),
    }
}

/// Decides from bytes of which the first is beyond ASCII.
fn second_choice(telling: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    let telling = &telling[..telling.len().min(TELLING_BYTES)];
    let census = Utf8Census::of(telling);
    match declared {
        Some(encoding) if encoding == UTF_8 => {
            // A stray byte or two in a page of UTF-8 are no reason to misread the whole.
            if census.sequences >= census.strays {
                UTF_8
            } else {
                guess(telling)
            }
        }
        Some(encoding) if encoding == WINDOWS_1252 || encoding == ISO_8859_15 => {
            if census.sequences > 0 && census.strays == 0 {
                UTF_8
            } else {
                encoding
            }
        }
        Some(encoding) => encoding,
        None if census.strays == 0 => UTF_8,
        None => guess(telling),
    }
}

/// A guess for what is not UTF-8, as a browser set to French would make it.
fn guess(telling: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(telling, true);
    detector.guess(Some(b"fr"), Utf8Detection::Deny)
}

/// How much of a text is UTF-8 beyond ASCII, and how much cannot be.
#[derive(Debug, Default, PartialEq, Eq)]
struct Utf8Census {
    sequences: usize,
    strays: usize,
}

impl Utf8Census {
    /// Counts; a sequence that the end cuts counts as nothing.
    fn of(bytes: &[u8]) -> Self {
        let mut census = Self::default();
        let chunks = bytes.utf8_chunks();
        let mut left = bytes.len();
        for chunk in chunks {
            census.sequences += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            left -= chunk.valid().len() + chunk.invalid().len();
            let is_cut = left == 0 && is_beginning_of_sequence(chunk.invalid());
            if !chunk.invalid().is_empty() && !is_cut {
                census.strays += 1;
            }
        }
        census
    }
}

/// Whether more bytes could have made it valid.
fn is_beginning_of_sequence(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.trim().as_bytes())
}

/// A declaration inside a text that could be read as ASCII cannot mean UTF-16.
fn as_declared_inside(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else {
        encoding
    }
}

/// The charset of the first `<meta>` that names one.
fn declared_in_html(sniffed: &[u8]) -> Option<&'static Encoding> {
    let lower = sniffed.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    while let Some(place) = memchr::memmem::find(rest, b"<") {
        rest = &rest[place + 1..];
        if let Some(comment) = rest.strip_prefix(b"!--") {
            rest = &comment[memchr::memmem::find(comment, b"-->")?..];
        } else if let Some(meta) = rest.strip_prefix(b"meta") {
            let end = meta
                .iter()
                .position(|byte| *byte == b'>')
                .unwrap_or(meta.len());
            if let Some(encoding) = charset_after(&meta[..end]) {
                return Some(encoding);
            }
        }
    }
    None
}

/// The label after `charset=`, quoted or not.
fn charset_after(tag: &[u8]) -> Option<&'static Encoding> {
    let mut rest = tag;
    while let Some(place) = memchr::memmem::find(rest, b"charset") {
        rest = &rest[place + b"charset".len()..];
        if let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") {
            return label_at(value.trim_ascii_start());
        }
    }
    None
}

/// The label of `<?xml … encoding="…"?>`.
fn declared_in_xml(sniffed: &[u8]) -> Option<&'static Encoding> {
    let start = sniffed.trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = &start[..memchr::memmem::find(start, b"?>")?];
    let place = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration[place + b"encoding".len()..]
        .trim_ascii_start()
        .strip_prefix(b"=")?;
    label_at(value.trim_ascii_start()).map(as_declared_inside)
}

fn label_at(value: &[u8]) -> Option<&'static Encoding> {
    let value = value
        .strip_prefix(b"\"")
        .or_else(|| value.strip_prefix(b"'"))
        .unwrap_or(value);
    let is_end =
        |byte: &u8| matches!(byte, b'"' | b'\'' | b';' | b'/') || byte.is_ascii_whitespace();
    let end = value.iter().position(is_end).unwrap_or(value.len());
    Encoding::for_label_no_replacement(&value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UTF8_PAGE: &str = "<html><head><title>Mairie de Saint-Étienne — œuvres à 5 €</title>";

    fn latin1(text: &str) -> Vec<u8> {
        WINDOWS_1252.encode(text).0.into_owned()
    }

    /// Decodes whole and in chunks; both must agree.
    fn decoded(bytes: &[u8], header: Option<&str>, kind: TextKind) -> (String, &'static str) {
        let (whole, encoding) = decode_whole(bytes, header, kind);
        for size in [1, 7, 1000, 100_000] {
            let mut decoder = TextDecoder::new(header, kind);
            let mut text = String::new();
            for chunk in bytes.chunks(size) {
                decoder.push(chunk, |piece| text.push_str(piece));
            }
            let streamed = decoder.finish(|piece| text.push_str(piece));
            assert_eq!(
                (text.as_str(), streamed),
                (whole.as_ref(), encoding),
                "chunks of {size}"
            );
        }
        (whole.into_owned(), encoding.name())
    }

    #[test]
    fn a_byte_order_mark_beats_the_header() {
        let marked = format!("\u{feff}{UTF8_PAGE}");
        let (text, name) = decoded(marked.as_bytes(), Some("iso-8859-1"), TextKind::Html);
        assert_eq!((text.as_str(), name), (UTF8_PAGE, "UTF-8"));
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(UTF8_PAGE.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let (text, name) = decoded(&wide, Some("utf-8"), TextKind::Html);
        assert_eq!((text.as_str(), name), (UTF8_PAGE, "UTF-16LE"));
    }

    #[test]
    fn the_header_beats_the_page_and_the_page_beats_the_guess() {
        let page = "<meta charset=\"koi8-r\"><p>\u{c9}t\u{e9} à la mairie";
        let (text, name) = decoded(&latin1(page), Some("ISO-8859-1"), TextKind::Html);
        assert_eq!((text.as_str(), name), (page, "windows-1252"));
        let (_, name) = decoded(&latin1(page), None, TextKind::Html);
        assert_eq!(name, "KOI8-R");
        for declaration in [
            "<meta charset=iso-8859-15>",
            "<META CHARSET = 'iso-8859-15' />",
            "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-15\">",
            "<!-- <meta charset=utf-8> --><meta name=x><meta charset=\"l9\">",
        ] {
            let page = format!("{declaration}<p>5 € d'œuvres");
            let bytes: Vec<u8> = page
                .chars()
                .map(|c| match c {
                    '€' => 0xa4,
                    'œ' => 0xbd,
                    c => c as u8,
                })
                .collect();
            let (text, name) = decoded(&bytes, None, TextKind::Html);
            assert_eq!((text.as_str(), name), (page.as_str(), "ISO-8859-15"));
        }
    }

    #[test]
    fn a_declaration_that_the_bytes_contradict_is_not_believed() {
        let page = format!("<meta charset=iso-8859-1>{UTF8_PAGE}");
        let (text, name) = decoded(page.as_bytes(), None, TextKind::Html);
        assert_eq!((text.as_str(), name), (page.as_str(), "UTF-8"));
        let (_, name) = decoded(page.as_bytes(), Some("iso-8859-15"), TextKind::Html);
        assert_eq!(name, "UTF-8");
        let page = format!("<meta charset=utf-8>{UTF8_PAGE}");
        let (text, name) = decoded(&latin1(&page), Some("utf-8"), TextKind::Html);
        assert_eq!((text.as_str(), name), (page.as_str(), "windows-1252"));
    }

    #[test]
    fn a_stray_byte_does_not_turn_a_page_of_utf_8_into_another() {
        let mut page = UTF8_PAGE.as_bytes().to_vec();
        page.extend_from_slice(b"extrait coup\xc3...");
        let (text, name) = decoded(&page, Some("utf-8"), TextKind::Html);
        assert_eq!(name, "UTF-8");
        assert!(text.starts_with(UTF8_PAGE) && text.contains('\u{fffd}'));
    }

    #[test]
    fn accents_far_below_plain_ascii_still_tell() {
        let fill = "<!-- remplissage -->".repeat(200);
        let page = format!("{fill}é è à ç: conseil municipal du 1er août");
        let (text, name) = decoded(&latin1(&page), None, TextKind::Html);
        assert_eq!((text.as_str(), name), (page.as_str(), "windows-1252"));
        let (text, name) = decoded(page.as_bytes(), None, TextKind::Html);
        assert_eq!((text.as_str(), name), (page.as_str(), "UTF-8"));
        assert_eq!(decoded(fill.as_bytes(), None, TextKind::Html).1, "UTF-8");
    }

    #[test]
    fn a_page_cannot_declare_itself_utf_16_in_ascii() {
        let page = format!("<meta charset=utf-16>{UTF8_PAGE}");
        assert_eq!(decoded(page.as_bytes(), None, TextKind::Html).1, "UTF-8");
    }

    #[test]
    fn a_feed_declares_its_encoding_in_its_first_line() {
        let feed = "\n<?xml version='1.0' encoding='ISO-8859-1'?><title>Été</title>";
        let (text, name) = decoded(&latin1(feed), None, TextKind::Xml);
        assert_eq!((text.as_str(), name), (feed, "windows-1252"));
        assert_eq!(decoded(feed.as_bytes(), None, TextKind::Xml).1, "UTF-8");
        assert_eq!(
            decoded(&latin1("<title>Été</title>"), None, TextKind::Plain).1,
            "windows-1252"
        );
    }

    #[test]
    fn unknown_labels_say_nothing() {
        assert_eq!(
            decoded(UTF8_PAGE.as_bytes(), Some("x-unknown"), TextKind::Html).1,
            "UTF-8"
        );
        assert_eq!(decoded(b"", None, TextKind::Html), (String::new(), "UTF-8"));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_alike_whole_and_in_chunks(
            bytes in proptest::collection::vec(any::<u8>(), 0..3000),
            header in proptest::option::of("utf-8|iso-8859-1|utf-16|shift_jis|x"),
        ) {
            decoded(&bytes, header.as_deref(), TextKind::Html);
        }
    }
}
