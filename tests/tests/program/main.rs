//! The whole program under test, by subject.
#![allow(clippy::unwrap_used, reason = "tests, also in what they share")]

mod bad_input;
#[path = "../../../crates/beffroi-queue/tests/rabbitmq/broker.rs"]
mod broker;
mod budget;
mod checksums;
mod citizens;
mod hosts;
mod interrupted;
mod judge;
mod leases;
mod networks;
mod night;
mod one_shot;
mod ops;
mod poisoned;
mod policies;
mod queue_faults;
mod reopened;
mod reparse;
mod store;
mod store_faults;
mod turns;

/// A broker of the test's own.
fn start_broker() -> broker::Broker {
    let remedy =
        "no rabbitmq-server was found: `apt-get install rabbitmq-server`, or `make packages`";
    assert!(broker::installation().is_some(), "{remedy}");
    broker::Broker::start()
}
