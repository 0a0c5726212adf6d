//! beffroi: an open observatory of how French public territories talk with the people who live in
//! them. One executable, a subcommand per role.

mod certificate;
mod cli;
mod commands;
mod config;
mod effective;
mod logging;
mod output;
mod progress;
mod services;

use std::process::ExitCode;

use clap::Parser;

/// A page is read in many small pieces that are soon let go: a tenth of the crawler's processor time
/// went into the system's allocator (`benches/README.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The engine's child must be asked before anything makes a thread.
    let cli = cli::Cli::parse();
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

/// TLS needs to be told its cryptography once in a process.
fn rustls_provider() {
    // Fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
