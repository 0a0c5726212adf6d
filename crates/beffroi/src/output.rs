//! What people and machines are shown.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Context;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde::Serialize;

use crate::config::ConfigError;

/// The command did its work but something was refused (rows of an import): told on standard error.
pub(crate) const WITH_ISSUES: u8 = 3;

/// A request that cannot be: wrong options or configuration. clap uses the same.
pub(crate) const USAGE: u8 = 2;

/// What is said when a result cannot be written.
pub(crate) const NOT_WRITTEN: &str = "could not write to standard output";

/// A line under the headings and nothing else: readable, and easy to copy.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// How a missing figure is shown in tables.
pub(crate) const MISSING: &str = "—";

/// Writes a line to standard output, as `println!` does; but what cannot be written is an error and
/// no panic.
macro_rules! say {
    ($($line:tt)*) => { $crate::output::write_line(format_args!($($line)*)) };
}
pub(crate) use say;

/// Writes a line to standard error, as `eprintln!` does; but when that fails, there is nobody left to
/// be told.
macro_rules! tell {
    ($($line:tt)*) => { $crate::output::write_error_line(format_args!($($line)*)) };
}
pub(crate) use tell;

/// The function behind [`say`].
pub(crate) fn write_line(line: fmt::Arguments<'_>) -> anyhow::Result<()> {
    write(format_args!("{line}\n"))
}

/// The function behind [`tell`].
pub(crate) fn write_error_line(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes to standard output, at once, so that a full disk is noticed while it can be told.
pub(crate) fn write(text: fmt::Arguments<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_fmt(text).and_then(|()| out.flush());
    written.or_else(unless_closed).context(NOT_WRITTEN)
}

/// Whoever closes the pipe (head, less) has seen enough: no error, and what is left to do is done.
pub(crate) fn unless_closed(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    }
}

/// Prints an error and its causes, one a line.
pub(crate) fn print_error(error: &anyhow::Error) {
    let mut message = format!("error: {error}");
    for cause in error.chain().skip(1) {
        message.push_str("\n  because: ");
        message.push_str(&cause.to_string());
    }
    tell!("{message}");
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
    say!("{}", serde_json::to_string(value)?)
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
