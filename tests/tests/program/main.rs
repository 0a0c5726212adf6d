//! The whole program under test, by subject.
#![allow(clippy::unwrap_used, reason = "tests, also in what they share")]

mod bad_input;
mod budget;
mod checksums;
mod citizens;
mod explain;
mod faults;
mod fence;
mod figures;
mod hosts;
mod interrupted;
mod judgement;
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
mod replay;
mod reports;
mod store;
mod store_faults;
mod turns;

// What must hold of every night, also of those that the rounds of faults disturb.
use beffroi_tests::judge;

/// A broker of the test's own.
fn start_broker() -> beffroi_tests::Broker {
    beffroi_tests::Broker::start()
}
