//! From the file as downloaded down to its JSON: bzip2 or gzip, then tar, by content. The JSON of
//! the local bodies is one member of the archive; the others (areas of competence) are skipped.

use std::io::{BufReader, Cursor, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;

/// End of the member's name; a time stamp stands before it.
const MEMBER_SUFFIX: &str = "data.gouv_local.json";
/// What tar writes at `TAR_MAGIC_AT`.
const TAR_MAGIC: &[u8] = b"ustar";
const TAR_MAGIC_AT: usize = 257;
/// Bytes that tell a format: up to the end of tar's mark.
const HEAD_BYTES: usize = TAR_MAGIC_AT + TAR_MAGIC.len();
/// Member names that an error message lists.
const NAMES_SHOWN: usize = 5;
/// An archive inside a compressed file is one layer; more than this is not the directory.
const MAX_LAYERS: usize = 3;

type Input<'a> = Box<dyn Read + 'a>;
type OnJson<'a> = &'a mut dyn FnMut(&mut dyn Read) -> Result<(), String>;

/// Finds the JSON and hands it over as a stream.
pub(super) fn with_json(input: Input, on_json: OnJson) -> Result<(), String> {
    let mut input = input;
    for _ in 0..MAX_LAYERS {
        let (head, whole) = look_ahead(input).map_err(unreadable)?;
        input = if head.starts_with(b"BZh") {
            Box::new(BufReader::new(MultiBzDecoder::new(BufReader::new(whole))))
        } else if head.starts_with(b"\x1F\x8B") {
            Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(whole))))
        } else if head.get(TAR_MAGIC_AT..) == Some(TAR_MAGIC) {
            return with_member(whole, on_json);
        } else {
            return on_json(&mut BufReader::new(whole));
        };
    }
    Err(format!(
        "compressed more than {MAX_LAYERS} times over; unpack it first"
    ))
}

/// The beginning of the input, and the input whole.
fn look_ahead(mut input: Input) -> std::io::Result<(Vec<u8>, Input)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    input
        .by_ref()
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    let whole = Cursor::new(head.clone()).chain(input);
    Ok((head, Box::new(whole)))
}

fn with_member(input: Input, on_json: OnJson) -> Result<(), String> {
    let mut archive = tar::Archive::new(input);
    let mut names = Vec::new();
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if name.ends_with(MEMBER_SUFFIX) {
            return on_json(&mut entry);
        }
        if names.len() < NAMES_SHOWN {
            names.push(format!("`{name}`"));
        }
    }
    Err(format!(
        "the archive holds no member whose name ends in `{MEMBER_SUFFIX}`; its first members are \
         {}",
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    ))
}

fn unreadable(error: std::io::Error) -> String {
    format!("the archive cannot be read: {error}; download it again")
}
