//! A CSV text, line by line: a record is one line, so that a bad one spoils itself alone.
//!
//! Reads UTF-8 with or without a byte-order mark, `,` or `;` (told by the header), CRLF or LF.
//! A line that is not UTF-8, opens a quote without closing it, or has not as many fields as the
//! header becomes an issue; the next line is read as if nothing had happened.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::{Column, Issue, Place, Severity, cells::Fault};

/// A CSV text whose header was understood.
pub(crate) struct Sheet<'a> {
    file: &'a str,
    header: Vec<String>,
    delimiter: u8,
    body: &'a [u8],
}

/// One record, its fields trimmed.
pub(crate) struct Row<'a> {
    file: &'a str,
    header: &'a [String],
    line: u64,
    fields: Vec<String>,
}

impl<'a> Sheet<'a> {
    /// Reads the header.
    pub(crate) fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self, Box<Issue>> {
        let refuse = |reason: &str, value: &str| {
            let place = Place::Line(1);
            Box::new(Issue::new(
                Severity::Fatal,
                file,
                place,
                None,
                value,
                reason,
            ))
        };
        if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
            return Err(refuse("the file is UTF-16; save it as CSV UTF-8", ""));
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(refuse(
                "the file is empty; its first line must be a header",
                "",
            ));
        }
        let (first, body) = split_line(text);
        let Ok(first) = std::str::from_utf8(first) else {
            return Err(refuse(
                "the header is not UTF-8 text; give a CSV file saved as UTF-8, the directory's \
                 archive, or its JSON",
                "",
            ));
        };
        let delimiter = if first.matches(';').count() > first.matches(',').count() {
            b';'
        } else {
            b','
        };
        let header = split_fields(&mut reader(delimiter), first)
            .into_iter()
            .map(|name| name.to_lowercase())
            .collect();
        Ok(Self {
            file,
            header,
            delimiter,
            body,
        })
    }

    /// Whether the header has all these columns.
    pub(crate) fn has(&self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.position(column).is_some())
    }

    /// The indices of columns that the header is known to have, in the order asked.
    pub(crate) fn indices<const N: usize>(&self, columns: [&str; N]) -> [usize; N] {
        columns.map(|column| {
            self.position(column)
                .expect("the format was chosen because the header has its columns")
        })
    }

    /// The index of a column, if the header has it.
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    /// A warning for each column that is in none of the lists, an error for one named twice.
    pub(crate) fn check_columns(&self, known: &[&str]) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (index, name) in self.header.iter().enumerate() {
            let (severity, reason) = if self.header[..index].contains(name) {
                (
                    Severity::Error,
                    "the column stands twice in the header; the first one is read",
                )
            } else if known.contains(&name.as_str()) {
                continue;
            } else {
                (
                    Severity::Warning,
                    "the column is not known and is passed over; check its spelling",
                )
            };
            let column = Column {
                name: name.clone(),
                position: Some(index + 1),
            };
            let place = Place::Line(1);
            issues.push(Issue::new(
                severity,
                self.file,
                place,
                Some(column),
                name,
                reason,
            ));
        }
        issues
    }

    /// The issue of a header that fits no format.
    pub(crate) fn unknown_header(&self, expected: &str) -> Issue {
        Issue::new(
            Severity::Fatal,
            self.file,
            Place::Line(1),
            None,
            &self.header.join(","),
            format!("the header fits no known format; expected {expected}"),
        )
    }

    /// Hands over each record; what it refuses, and what is no record, becomes an issue. Returns
    /// the number of records, good and bad. Lines without any value are passed over.
    pub(crate) fn for_each(
        &self,
        issues: &mut Vec<Issue>,
        mut take: impl FnMut(&Row) -> Result<(), Box<Issue>>,
    ) -> u64 {
        let mut reader = reader(self.delimiter);
        let mut rest = self.body;
        let mut line = 1;
        let mut rows = 0;
        while !rest.is_empty() {
            let (bytes, next) = split_line(rest);
            rest = next;
            line += 1;
            let taken = match self.read_line(&mut reader, line, bytes) {
                Ok(row) if row.fields.iter().all(String::is_empty) => continue,
                Ok(row) => row.check_width().and_then(|()| take(&row)),
                Err(issue) => Err(issue),
            };
            rows += 1;
            issues.extend(taken.err().map(|issue| *issue));
        }
        rows
    }

    fn read_line(
        &self,
        reader: &mut Reader,
        line: u64,
        bytes: &[u8],
    ) -> Result<Row<'_>, Box<Issue>> {
        let (text, fault) = match std::str::from_utf8(bytes) {
            Ok(text) if text.matches('"').count() % 2 == 1 => (
                text,
                Some(
                    "a quote is opened and not closed on its line; close it, or double it \
                             where it belongs to the text",
                ),
            ),
            Ok(text) => (text, None),
            Err(error) => (
                std::str::from_utf8(&bytes[..error.valid_up_to()])
                    .expect("the bytes before the error are UTF-8"),
                Some("the line is not UTF-8 text; save the file as CSV UTF-8"),
            ),
        };
        let row = Row {
            file: self.file,
            header: &self.header,
            line,
            fields: split_fields(reader, text),
        };
        match fault {
            Some(reason) => Err(row.issue(row.fields.len().saturating_sub(1), reason)),
            None => Ok(row),
        }
    }
}

impl Row<'_> {
    /// Its place in the file.
    pub(crate) fn place(&self) -> Place {
        Place::Line(self.line)
    }

    /// The text of a field.
    pub(crate) fn text(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", String::as_str)
    }

    /// The checked value of a field.
    pub(crate) fn read<T>(
        &self,
        index: usize,
        check: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<T, Box<Issue>> {
        check(self.text(index)).map_err(|fault| self.issue(index, fault))
    }

    /// An error that lies in a field.
    pub(crate) fn issue(&self, index: usize, reason: impl Into<String>) -> Box<Issue> {
        Box::new(self.note(Severity::Error, index, reason))
    }

    /// A warning that lies in a field.
    pub(crate) fn warning(&self, index: usize, reason: impl Into<String>) -> Issue {
        self.note(Severity::Warning, index, reason)
    }

    /// The column of a field.
    pub(crate) fn column(&self, index: usize) -> Option<Column> {
        self.header.get(index).map(|name| Column {
            name: name.clone(),
            position: Some(index + 1),
        })
    }

    fn note(&self, severity: Severity, index: usize, reason: impl Into<String>) -> Issue {
        let column = self.column(index);
        let value = self.text(index);
        Issue::new(severity, self.file, self.place(), column, value, reason)
    }

    fn check_width(&self) -> Result<(), Box<Issue>> {
        let (found, expected) = (self.fields.len(), self.header.len());
        if found == expected {
            return Ok(());
        }
        let reason = format!(
            "the line has {found} fields where the header has {expected}; put a value that holds \
             the separator between double quotes"
        );
        Err(self.issue(found.min(expected) - 1, reason))
    }
}

/// The first line without its end, and what follows.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &text[text.len()..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn reader(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).build()
}

/// The fields of one line, trimmed; at least one.
fn split_fields(reader: &mut Reader, line: &str) -> Vec<String> {
    reader.reset();
    // Unquoting only shortens, and each field but the last ends in a separator.
    let mut text = vec![0; line.len()];
    let mut ends = vec![0; line.len() + 1];
    let (_, _, written, mut fields) = reader.read_record(line.as_bytes(), &mut text, &mut ends);
    // An empty input is the end of the text, which ends the last field.
    let (result, _, more, last) =
        reader.read_record(&[], &mut text[written..], &mut ends[fields..]);
    debug_assert_ne!(result, ReadRecordResult::OutputFull);
    fields += last;
    text.truncate(written + more);
    let text = String::from_utf8_lossy(&text);
    let mut start = 0;
    let mut split = Vec::with_capacity(fields);
    for &end in &ends[..fields] {
        split.push(text[start..end].trim().to_owned());
        start = end;
    }
    if split.is_empty() {
        split.push(String::new());
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<Vec<String>>;

    fn read(text: &[u8]) -> (Rows, Vec<Issue>) {
        let sheet = Sheet::open("f.csv", text).unwrap();
        let (mut rows, mut issues) = (Rows::new(), Vec::new());
        sheet.for_each(&mut issues, |row| {
            rows.push(row.fields.clone());
            Ok(())
        });
        (rows, issues)
    }

    #[test]
    fn separators_line_ends_and_the_byte_order_mark_do_not_matter() {
        let expected = vec![vec!["1".to_owned(), "é, \"x\"".into(), "z".into()]];
        for text in [
            "a,b,c\n1,\"é, \"\"x\"\"\",z\n",
            "a,b,c\r\n1,\"é, \"\"x\"\"\",z",
            "\u{feff}A;B;C\r\n\r\n1; \"é, \"\"x\"\"\";z \r\n;;\r\n",
        ] {
            // A space before a quote makes the quote part of the text, as RFC 4180 has it.
            let text = text.replace("; \"", ";\"");
            let (rows, issues) = read(text.as_bytes());
            assert_eq!(rows, expected, "{text:?}");
            assert_eq!(issues, []);
        }
    }

    #[test]
    fn a_bad_line_spoils_itself_alone_and_its_place_is_told() {
        let (rows, issues) = read(b"a,b\n1,\"open\n2,\xE9t\xE9\n3\n4,x,y\n5,good\n");
        assert_eq!(rows, [["5", "good"]]);
        let told: Vec<_> = issues
            .iter()
            .map(|issue| {
                (
                    issue.place,
                    issue.column.as_ref().unwrap().position.unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (Place::Line(2), 2),
                (Place::Line(3), 2),
                (Place::Line(4), 1),
                (Place::Line(5), 2)
            ]
        );
        for (issue, word) in issues
            .iter()
            .zip(["quote", "UTF-8", "1 fields", "3 fields"])
        {
            assert!(issue.reason.contains(word), "{}", issue.reason);
        }
    }

    #[test]
    fn an_unreadable_header_is_an_issue_of_line_one() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"\xEF\xBB\xBF \r\n", "empty"),
            (b"\xFF\xFEa\0", "UTF-16"),
            (b"\xE9,b\n", "UTF-8"),
        ] {
            let issue = Sheet::open("f.csv", bytes).err().unwrap();
            assert_eq!(issue.place, Place::Line(1));
            assert!(issue.reason.contains(word), "{}", issue.reason);
        }
    }

    #[test]
    fn a_column_that_is_unknown_or_stands_twice_is_told() {
        let sheet = Sheet::open("f.csv", b"a,b,a,nmae\n").unwrap();
        let issues = sheet.check_columns(&["a", "b"]);
        let told: Vec<_> = issues
            .iter()
            .map(|i| (i.severity, i.value.as_str()))
            .collect();
        assert_eq!(told, [(Severity::Error, "a"), (Severity::Warning, "nmae")]);
    }
}
