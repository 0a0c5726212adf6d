//! Our own log: to standard error, so that standard output stays for results.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::progress::AboveBars;

/// Starts logging at `level`, or more with `-v`. `BEFFROI_LOG` (a tracing filter such as
/// `beffroi_fetch=debug`) has precedence over both.
pub(crate) fn init(level: &str, verbose: u8) {
    let default = match verbose {
        0 => level,
        1 => "warn,beffroi=info",
        2 => "info,beffroi=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("BEFFROI_LOG").unwrap_or_else(|_| default.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| AboveBars)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        // Told on standard error, which is what has failed, and with a panic.
        .log_internal_errors(false)
        .init();
}
