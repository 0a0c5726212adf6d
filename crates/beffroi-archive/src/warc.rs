//! Records of WARC 1.1 (ISO 28500:2017), each in a zstd frame of its own.

use std::io::{BufRead, Read, Write};

use jiff::Timestamp;
use uuid::Uuid;

const VERSION: &str = "WARC/1.1";

/// The longest record that is read, bytes: an answer of an API is at most a few MiB.
const MAX_BLOCK: u64 = 256 * 1024 * 1024;

/// The longest head of a record.
const MAX_HEAD: u64 = 64 * 1024;

/// zstd's usual level: answers shrink to a tenth, at some hundred MiB a second.
const LEVEL: i32 = 3;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Named fields but for the version, the id, the date and the length.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) block: Vec<u8>,
}

impl Record {
    pub(crate) fn new(kind: &str, content_type: &str, at: Timestamp, block: Vec<u8>) -> Self {
        // An id that anybody can compute again from what the record says.
        let name = [kind.as_bytes(), at.to_string().as_bytes(), &block].concat();
        Self {
            fields: vec![
                ("WARC-Type".to_owned(), kind.to_owned()),
                ("Content-Type".to_owned(), content_type.to_owned()),
            ],
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, &name),
            at,
            block,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self
            .fields
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn kind(&self) -> &str {
        self.field("WARC-Type").unwrap_or_default()
    }

    /// As text and bytes, before compression.
    fn whole(&self) -> Vec<u8> {
        let mut head = format!("{VERSION}\r\n");
        for (name, value) in &self.fields {
            // A field is one line.
            let value = value.replace(['\r', '\n'], " ");
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("WARC-Record-ID: <urn:uuid:{}>\r\n", self.id));
        head.push_str(&format!("WARC-Date: {}\r\n", self.at));
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.block.len()));
        [head.as_bytes(), &self.block, b"\r\n\r\n"].concat()
    }

    /// As a frame, with zstd's own checksum.
    pub(crate) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut frame = zstd::stream::write::Encoder::new(Vec::new(), LEVEL)?;
        frame.include_checksum(true)?;
        frame.write_all(&self.whole())?;
        out.write_all(&frame.finish()?)
    }

    /// The next record of decompressed bytes; `None` at their end.
    pub(crate) fn read(input: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let Some(version) = line(input)? else {
            return Ok(None);
        };
        if version != VERSION {
            return Err(broken("no WARC record"));
        }
        let mut fields = Vec::new();
        let (mut id, mut at, mut length) = (None, None, None);
        let mut head = 0;
        loop {
            let line = line(input)?.ok_or_else(|| broken("the head of a record ends"))?;
            if line.is_empty() {
                break;
            }
            head += line.len() as u64;
            let (name, value) = line
                .split_once(':')
                .filter(|_| head <= MAX_HEAD)
                .ok_or_else(|| broken("the head of a record cannot be read"))?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "warc-record-id" => {
                    let inner = value.trim_start_matches("<urn:uuid:").trim_end_matches('>');
                    id = inner.parse().ok();
                }
                "warc-date" => at = value.parse().ok(),
                "content-length" => length = value.parse::<u64>().ok(),
                _ => fields.push((name.to_owned(), value.to_owned())),
            }
        }
        let (Some(id), Some(at), Some(length)) = (id, at, length.filter(|it| *it <= MAX_BLOCK))
        else {
            return Err(broken("a record lacks its id, its date or its length"));
        };
        let mut block = Vec::new();
        input.by_ref().take(length + 4).read_to_end(&mut block)?;
        if block.len() as u64 != length + 4 || !block.ends_with(b"\r\n\r\n") {
            return Err(broken("a record is torn"));
        }
        block.truncate(block.len() - 4);
        Ok(Some(Self {
            fields,
            id,
            at,
            block,
        }))
    }
}

/// A line without its end; `None` at the end of all.
fn line(input: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    input
        .by_ref()
        .take(MAX_HEAD)
        .read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = bytes
        .strip_suffix(b"\r\n")
        .ok_or_else(|| broken("a line is torn"))?;
    let text = String::from_utf8(text.to_vec()).map_err(|_| broken("a line is no text"))?;
    Ok(Some(text))
}

pub(crate) fn broken(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn record(block: &str) -> Record {
        let at = "2026-11-26T04:05:06Z".parse().unwrap();
        Record::new("conversion", "text/plain", at, block.as_bytes().to_vec())
            .with("WARC-Target-URI", "https://a.example/?x=é")
    }

    fn read_all(bytes: &[u8]) -> (Vec<Record>, Option<std::io::Error>) {
        let decoder = zstd::stream::read::Decoder::new(bytes).unwrap();
        let mut input = BufReader::new(decoder);
        let mut records = Vec::new();
        loop {
            match Record::read(&mut input) {
                Ok(Some(record)) => records.push(record),
                Ok(None) => return (records, None),
                Err(error) => return (records, Some(error)),
            }
        }
    }

    #[test]
    fn records_are_read_as_they_were_written_each_a_frame_of_its_own() {
        let records = [record("one\r\n\r\ntwo"), record(""), record("WARC/1.1\r\n")];
        let mut file = Vec::new();
        let mut starts = Vec::new();
        for record in &records {
            starts.push(file.len());
            record.write(&mut file).unwrap();
        }
        let (read, error) = read_all(&file);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(read, records);
        // Any one alone.
        let (last, _) = read_all(&file[starts[2]..]);
        assert_eq!(last, records[2..]);
        assert!(
            file.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]),
            "zstd's magic number"
        );
    }

    #[test]
    fn a_torn_record_is_told_and_those_before_it_are_read() {
        let mut file = Vec::new();
        record("whole").write(&mut file).unwrap();
        let before = file.len();
        record("torn").write(&mut file).unwrap();
        for cut in before + 1..file.len() {
            let (records, error) = read_all(&file[..cut]);
            assert_eq!(records[0], record("whole"), "{cut}");
            assert!(error.is_some(), "{cut}");
            // Where the frame's checksum alone is torn, its record is whole.
            assert!(records.len() == 1 || records[1] == record("torn"), "{cut}");
        }
    }
}
