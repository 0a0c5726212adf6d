//! What people and machines are shown.

use std::{io::Write, process::ExitCode};

use anyhow::Context;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde::Serialize;

use crate::config::ConfigError;

/// The command did its work but something was refused (rows of an import): told on standard error.
pub(crate) const WITH_ISSUES: u8 = 3;

/// A request that cannot be: wrong options or configuration. clap uses the same.
const USAGE: u8 = 2;

/// A line under the headings and nothing else: readable, and easy to copy.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// How a missing figure is shown in tables.
pub(crate) const MISSING: &str = "—";

/// Prints an error and its causes, one a line.
pub(crate) fn print_error(error: &anyhow::Error) {
    let mut message = format!("error: {error}");
    for cause in error.chain().skip(1) {
        message.push_str("\n  because: ");
        message.push_str(&cause.to_string());
    }
    eprintln!("{message}");
}

/// The exit status of an error.
pub(crate) fn exit_code_of(error: &anyhow::Error) -> ExitCode {
    if error.is::<ConfigError>() || error.is::<beffroi_plan::InvalidScope>() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::FAILURE
    }
}

/// Prints a value as one line of JSON.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value).context("could not write JSON")?;
    writeln!(out).context("could not write to standard output")
}

/// A table with its headings; all columns but the first `text_columns` are aligned to the right.
pub(crate) fn table<S: Into<String>>(
    headings: impl IntoIterator<Item = S>,
    text_columns: usize,
) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(
        headings
            .into_iter()
            .map(Into::into)
            .collect::<Vec<String>>(),
    );
    let count = table.column_count();
    for index in text_columns..count {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A count with thin spaces between thousands, as French tables have it.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(36_342), "36\u{202f}342");
        assert_eq!(thousands(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
