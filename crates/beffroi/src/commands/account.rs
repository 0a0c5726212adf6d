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
            for line in std::io::stdin().lock().lines() {
                print_one(&line.context("could not read standard input")?, json)?;
            }
        } else {
            print_one(url, json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
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
        input
    )
}
