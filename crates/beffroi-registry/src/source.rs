//! A source of any kind, told by its content: the directory is streamed, a CSV text is read whole.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

use sha2::{Digest, Sha256};

use crate::{DirectorySettings, Import, Place, SourceKind, csv_source, directory};

/// Largest CSV text that is read, bytes: twenty times the shipped registry.
const MAX_CSV_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes that tell the directory from a CSV text.
const HEAD_BYTES: u64 = 512;
/// Where tar writes its mark.
const TAR_MARK: std::ops::Range<usize> = 257..262;

/// Why a source could not be read at all. What is wrong with its content is an `Issue`.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened.
    #[error("open `{path}`")]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Reading broke off.
    #[error("read `{name}`")]
    Read {
        /// Which.
        name: String,
        /// Why.
        source: io::Error,
    },
}

/// Reads a file of any of the formats.
pub fn import_file(path: &Path, settings: &DirectorySettings) -> Result<Import, ImportError> {
    let file = File::open(path).map_err(|source| ImportError::Open {
        path: path.to_owned(),
        source,
    })?;
    let name = path.display().to_string();
    import_reader(&name, BufReader::with_capacity(1 << 16, file), settings)
}

/// Reads a source of any of the formats under the name that messages shall give it.
pub fn import_reader(
    name: &str,
    input: impl Read,
    settings: &DirectorySettings,
) -> Result<Import, ImportError> {
    let tap = Rc::new(RefCell::new(Tap {
        input,
        hash: Sha256::new(),
        failure: None,
    }));
    let imported = read(name, Tapped(Rc::clone(&tap)), settings);
    // What the parser had no need of belongs to the hash, too.
    let drained = io::copy(&mut Tapped(Rc::clone(&tap)), &mut io::sink());
    let mut tap = tap.borrow_mut();
    let failure = tap
        .failure
        .take()
        .or(imported.as_ref().err().map(copy))
        .or(drained.err());
    if let Some(source) = failure {
        let name = name.to_owned();
        return Err(ImportError::Read { name, source });
    }
    let mut import = imported.map_err(|source| ImportError::Read {
        name: name.to_owned(),
        source,
    })?;
    import.source.sha256 = hexadecimal(&tap.hash.finalize_reset());
    import.issues.sort_by_key(|issue| issue.place);
    Ok(import)
}

fn read(name: &str, mut input: impl Read, settings: &DirectorySettings) -> io::Result<Import> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let is_directory = is_directory(&head);
    let mut whole = io::Cursor::new(head).chain(input);
    if is_directory {
        return Ok(directory::import(name, whole, settings));
    }
    let mut text = Vec::new();
    whole
        .by_ref()
        .take(MAX_CSV_BYTES + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > MAX_CSV_BYTES {
        let mut import = Import::empty(SourceKind::Unknown, name);
        let reason = format!("a CSV text of more than {MAX_CSV_BYTES} bytes; cut it in parts");
        import.refuse(Place::Line(1), "", reason);
        return Ok(import);
    }
    Ok(csv_source::import(name, &text))
}

/// Whether the content is the directory: compressed, an archive, or JSON.
fn is_directory(head: &[u8]) -> bool {
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    head.starts_with(b"BZh")
        || head.starts_with(b"\x1F\x8B")
        || head.get(TAR_MARK) == Some(b"ustar")
        || text.starts_with(b"{")
        || text.starts_with(b"[")
}

/// The input, its hash so far, and its first failure: decoders above turn every failure into a
/// fault of the content, and only here is it known which is which.
struct Tap<R> {
    input: R,
    hash: Sha256,
    failure: Option<io::Error>,
}

struct Tapped<R>(Rc<RefCell<Tap<R>>>);

impl<R: Read> Read for Tapped<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let tap = &mut *self.0.borrow_mut();
        match tap.input.read(out) {
            Ok(count) => {
                tap.hash.update(&out[..count]);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                tap.failure.get_or_insert(copy(&error));
                Err(error)
            }
        }
    }
}

fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn import(bytes: &[u8]) -> Import {
        import_reader("input", bytes, &DirectorySettings::default()).unwrap()
    }

    #[test]
    fn the_kind_is_told_by_the_content() {
        for (bytes, kind) in [
            (&b" \n[]"[..], SourceKind::Directory),
            (b"\xEF\xBB\xBF{\"service\":[]}", SourceKind::Directory),
            (b"BZh91AY", SourceKind::Directory),
            (b"insee_code;website\n", SourceKind::Websites),
            (b"", SourceKind::Unknown),
        ] {
            assert_eq!(import(bytes).source.kind, kind);
        }
    }

    #[test]
    fn the_hash_is_of_all_bytes_and_not_of_the_name() {
        let long = format!("[] {}", "x".repeat(100_000));
        let expected = hexadecimal(&Sha256::digest(&long));
        assert_eq!(import(long.as_bytes()).source.sha256, expected);
        // The well-known hash of nothing.
        assert_eq!(import(b"").source.version(), "e3b0c44298fc");
    }

    #[test]
    fn a_file_is_read_and_a_missing_one_or_a_folder_is_an_error() {
        let settings = DirectorySettings::default();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.csv");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"insee_code,website\n01004,https://a.example\n")
            .unwrap();
        assert_eq!(import_file(&path, &settings).unwrap().websites.len(), 1);
        let missing = import_file(&folder.path().join("none"), &settings);
        assert!(matches!(missing, Err(ImportError::Open { .. })));
        let is_folder = import_file(folder.path(), &settings);
        assert!(
            matches!(is_folder, Err(ImportError::Read { .. })),
            "{is_folder:?}"
        );
    }

    /// An input that breaks off after some bytes.
    struct Breaking<'a>(&'a [u8]);

    impl Read for Breaking<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::other("disk on fire"));
            }
            self.0.read(out)
        }
    }

    #[test]
    fn a_reader_that_breaks_off_is_an_error_not_a_fault_of_the_content() {
        for content in [&b"[{\"id\":"[..], b"BZh9", b"insee_code,website\n"] {
            let settings = DirectorySettings::default();
            let broken = import_reader("input", Breaking(content), &settings);
            let Err(ImportError::Read { source, .. }) = broken else {
                panic!("{broken:?}")
            };
            assert_eq!(source.to_string(), "disk on fire");
        }
    }

    #[test]
    fn an_overlong_csv_is_refused() {
        let header = io::Cursor::new("insee_code,website\n");
        let long = header.chain(io::repeat(b'x').take(MAX_CSV_BYTES));
        let import = import_reader("input", long, &DirectorySettings::default()).unwrap();
        assert!(import.issues[0].reason.contains("cut it in parts"));
    }
}
