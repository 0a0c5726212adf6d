//! beffroi: an open observatory of how French public territories talk with the people who live in
//! them. One executable, a subcommand per role.

// They panic when a disk is full; `output` has what does not.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod address;
mod certificate;
mod cli;
mod commands;
mod config;
mod effective;
mod endpoints;
mod gate;
mod logging;
mod machine;
mod output;
mod policies;
mod progress;
mod services;
mod words;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

/// A page is read in many small pieces that are soon let go: a tenth of the crawler's processor time
/// went into the system's allocator (`benches/README.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The engine's child must be asked before anything makes a thread.
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return show_usage(&answer),
    };
    if let Some(request) = cli.engine_to_serve() {
        return commands::engine::serve(request);
    }
    if cli.command.works_long() {
        logging::init("warn,beffroi=info", cli.verbose);
    } else {
        logging::init("warn", cli.verbose);
        // `beffroi report … | head` ends quietly, as any filter does.
        sigpipe::reset();
    }
    rustls_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(commands::dispatch(cli)),
        Err(error) => Err(anyhow::Error::new(error).context("could not start the async runtime")),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            output::print_error(&error);
            output::exit_code_of(&error)
        }
    }
}

/// Shows the help that was asked for, or what is wrong with the command line.
fn show_usage(answer: &clap::Error) -> ExitCode {
    let shown = answer.print().or_else(output::unless_closed);
    match shown.context(output::NOT_WRITTEN) {
        Err(error) if !answer.use_stderr() => {
            output::print_error(&error);
            ExitCode::FAILURE
        }
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(u8::MAX)),
    }
}

/// TLS needs to be told its cryptography once in a process.
fn rustls_provider() {
    // Fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
