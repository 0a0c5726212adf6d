//! The engine as beffroi uses it: real processes, real ClickHouse, real kills.
//!
//! This binary plays three parts, by its first argument: `serve` is the child, `own` is a beffroi
//! that owns an engine, anything else runs the tests.

#![expect(
    clippy::unwrap_used,
    reason = "tests, which clippy cannot see without the usual harness"
)]

mod support;

mod clients;
mod executable;
mod folders;
mod lifetimes;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

type Test = (&'static str, fn());

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("serve") => support::play_child(&arguments.next().expect("a request")),
        Some("own") => support::play_owner(&arguments.next().expect("a request")),
        _ => run_tests(),
    }
}

fn run_tests() -> ExitCode {
    let library = support::library();
    if library.is_none() {
        eprintln!("no libchdb.so was found (`make engine` installs it): its tests are IGNORED");
    }
    let needs_library = [clients::TESTS, folders::TESTS, lifetimes::TESTS].concat();
    let real = needs_library
        .into_iter()
        .map(|test| trial(test).with_ignored_flag(library.is_none()));
    let fake = executable::TESTS.iter().copied().map(trial);
    libtest_mimic::run(&Arguments::from_args(), real.chain(fake).collect()).exit_code()
}

fn trial((name, test): Test) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
