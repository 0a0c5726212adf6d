//! The queue's two engines under the same tests, and RabbitMQ under faults. A real broker is started
//! for the tests and stopped after them.

#![expect(
    clippy::unwrap_used,
    reason = "tests, which clippy cannot see without the usual harness"
)]

mod alarms;
mod broker;
mod faults;
mod holds;
mod manners;
mod membership;
mod proxy;
mod refusals;
mod shared;
mod support;

use std::{process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use shared::SharedBroker;
use support::{Engine, Test};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let installed = broker::installation().is_some();
    if !installed {
        eprintln!(
            "no rabbitmq-server was found (`apt-get install rabbitmq-server`): its tests are IGNORED"
        );
    }
    let broker = Arc::new(SharedBroker::default());
    let over_rabbitmq = Engine::Shared(Arc::clone(&broker));
    let of_both = [manners::TESTS, membership::TESTS].concat();
    let in_process = of_both.iter().map(|test| trial(test, &Engine::InProcess));
    let rabbitmq = [
        alarms::TESTS,
        &of_both,
        refusals::TESTS,
        faults::TESTS,
        holds::TESTS,
        membership::OF_THE_STREAM,
    ]
    .concat();
    let rabbitmq = rabbitmq
        .iter()
        .map(|test| trial(test, &over_rabbitmq).with_ignored_flag(!installed));
    let conclusion = libtest_mimic::run(&arguments, in_process.chain(rabbitmq).collect());
    broker.stop();
    conclusion.exit_code()
}

fn trial(test: &Test, engine: &Engine) -> Trial {
    let Test { name, run } = *test;
    let engine = engine.clone();
    Trial::test(format!("{engine}::{name}"), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run(engine, name));
        Ok(())
    })
}
