//! `beffroi robots check`.

use std::{path::Path, process::ExitCode};

use anyhow::Context;
use beffroi_fetch::Robots;

use crate::output::say;

/// Prints `allow` or `disallow` for each address.
pub(crate) fn check(file: &Path, agent: &str, urls: &[String]) -> anyhow::Result<ExitCode> {
    let bytes =
        std::fs::read(file).with_context(|| format!("could not read `{}`", file.display()))?;
    let robots = Robots::parse(&bytes);
    for url in urls {
        say!(
            "{}",
            if robots.allows(agent, url) {
                "allow"
            } else {
                "disallow"
            }
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
