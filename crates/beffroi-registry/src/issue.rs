//! What is wrong with an input, said so that its owner can mend it: file, place, column, value,
//! reason with remedy. An input's e-mail addresses are never repeated.

use std::fmt;

use serde::Serialize;

/// Longest part of a value that a report repeats, characters.
const MAX_VALUE_CHARS: usize = 120;

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Whether something was left out because of it.
    pub severity: Severity,
    /// Name of the input, as given by the caller.
    pub file: String,
    /// Where in the input.
    #[serde(flatten)]
    pub place: Place,
    /// Which column or field, where one is to blame.
    pub column: Option<Column>,
    /// What stands there, shortened.
    pub value: String,
    /// What is wrong and what to do about it.
    pub reason: String,
}

/// What an issue costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row or field was kept.
    Warning,
    /// The row or field was left out.
    Error,
    /// The source as a whole was left out: it is cut, corrupt, or holds nothing.
    Fatal,
}

/// A place in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A line of a text file, from 1; the header is line 1.
    Line(u64),
    /// A body of the directory (one long line), by its rank in the list, from 1.
    Body(u64),
}

/// A column of a CSV file or a field of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name in the header, or the field's name.
    pub name: String,
    /// Its position in the row, from 1; `None` in the directory, whose fields have no order.
    pub position: Option<usize>,
}

impl Column {
    /// A field of the directory.
    pub(crate) fn field(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            position: None,
        }
    }
}

impl Issue {
    /// An issue whose value is shortened and freed of e-mail addresses.
    pub(crate) fn new(
        severity: Severity,
        file: &str,
        place: Place,
        column: Option<Column>,
        value: &str,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            file: file.to_owned(),
            place,
            column,
            value: presentable(value),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Body(rank) => write!(f, "body {rank}"),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.file, self.place)?;
        if let Some(Column { name, position }) = &self.column {
            match position {
                Some(position) => write!(f, ", column {position} (`{name}`)")?,
                None => write!(f, ", field `{name}`")?,
            }
        }
        write!(f, ": {}", self.reason)?;
        if !self.value.is_empty() {
            write!(f, " (found `{}`)", self.value)?;
        }
        Ok(())
    }
}

/// The value as a report may show it: one line, short, the names before an `@` masked.
fn presentable(value: &str) -> String {
    let mut shown: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_VALUE_CHARS)
        .collect();
    if value.chars().nth(MAX_VALUE_CHARS).is_some() {
        shown.push('…');
    }
    if is_email_like(value) {
        let domain = shown.rsplit_once('@').map_or("", |(_, domain)| domain);
        return format!("…@{domain}");
    }
    shown
}

/// Whether the value holds an e-mail address; an `@` that opens a handle is none.
pub(crate) fn is_email_like(value: &str) -> bool {
    value.match_indices('@').any(|(at, _)| {
        let before = value[..at].chars().next_back();
        let after = value[at + 1..].chars().next();
        before.is_some_and(|c| c.is_alphanumeric() || "._-+".contains(c))
            && after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(value: &str) -> Issue {
        let column = Some(Column {
            name: "website".into(),
            position: Some(2),
        });
        let place = Place::Line(7);
        Issue::new(Severity::Error, "sites.csv", place, column, value, "why")
    }

    #[test]
    fn an_issue_reads_as_one_line_with_file_line_and_column() {
        assert_eq!(
            issue("a\nb").to_string(),
            "sites.csv, line 7, column 2 (`website`): why (found `a b`)"
        );
    }

    #[test]
    fn an_issue_as_json_says_line_or_body() {
        let json = serde_json::to_value(issue("x")).unwrap();
        assert_eq!(json["line"], 7);
        assert_eq!(json["severity"], "error");
        assert_eq!(json["column"]["position"], 2);
    }

    #[test]
    fn an_e_mail_address_is_not_repeated() {
        for value in ["jean.dupont@exemple.example", "voir a@exemple.example"] {
            assert_eq!(issue(value).value, "…@exemple.example");
        }
        assert_eq!(
            issue("https://t.example/@ville").value,
            "https://t.example/@ville"
        );
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let shown = issue(&"é".repeat(500)).value;
        assert_eq!(shown.chars().count(), MAX_VALUE_CHARS + 1);
        assert!(shown.ends_with('…'));
    }
}
