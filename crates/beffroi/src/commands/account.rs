//! `beffroi account parse`.

use std::{io::BufRead, process::ExitCode};

use anyhow::Context;
use beffroi_connectors::accounts::{self, Parsed};
use serde::Serialize;

use crate::output::{self, say};

#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    platform: Option<&'static str>,
    handle: Option<&'a str>,
    url: Option<&'a str>,
    kind: &'static str,
    reason: Option<&'a str>,
}

/// One line for each address, whatever it is: a text that is no account is a result, not an error.
pub(crate) fn parse(urls: &[String], json: bool) -> anyhow::Result<ExitCode> {
    for url in urls {
        if url == "-" {
            parse_lines(std::io::stdin().lock(), |line| print_one(line, json))?;
        } else {
            print_one(url, json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Hands over each line. Bytes that are no text are replaced, so that one bad line, and lists of
/// addresses have them, does not hide those behind it.
fn parse_lines(
    mut input: impl BufRead,
    mut judge: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.context("could not read standard input")? == 0 {
            return Ok(());
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        judge(&String::from_utf8_lossy(line))?;
    }
}

fn print_one(input: &str, json: bool) -> anyhow::Result<()> {
    let Parsed {
        kind,
        platform,
        handle,
        url,
        reason,
        ..
    } = accounts::parse(input);
    let line = Line {
        input,
        platform: platform.map(|platform| platform.as_str()),
        handle: handle.as_deref(),
        url: url.as_ref().map(|url| url.as_str()),
        kind: kind.into(),
        reason,
    };
    if json {
        return output::print_json(&line);
    }
    say!(
        "{}\t{}\t{}\t{}\t{}",
        line.kind,
        line.platform.unwrap_or("-"),
        line.handle.unwrap_or("-"),
        line.url.or(line.reason).unwrap_or("-"),
        // An argument may hold a line's end; a line of the answer may not.
        input.replace(['\n', '\r', '\t'], " ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_judged_whatever_its_bytes() {
        let mut lines = Vec::new();
        let input: &[u8] = b"https://x.com/a\r\n\xff\xfe\n\nhttps://x.com/b";
        parse_lines(input, |line| {
            lines.push(line.to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(
            lines,
            ["https://x.com/a", "\u{fffd}\u{fffd}", "", "https://x.com/b"]
        );
    }
}
