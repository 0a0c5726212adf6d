//! A round of each kind of fault; `make chaos` plays many.

use beffroi_tests::{
    chaos::{Kind, Rounds, Script, Servers},
    temporary_folder,
};

/// Of the first world, so that all rounds of a test are held against one clean night.
const SEED: u64 = 7;

/// Plays a round of each kind, two at a time.
fn each(kinds: &[Kind]) {
    let folder = temporary_folder();
    let rounds = Rounds::in_folder(folder.path().to_owned());
    let half = kinds.len().div_ceil(2);
    std::thread::scope(|scope| {
        for kinds in kinds.chunks(half) {
            let rounds = &rounds;
            scope.spawn(move || {
                let mut servers = Servers::start();
                for kind in kinds {
                    let report = rounds.run(&Script::of(SEED, Some(*kind)), &mut servers);
                    let (problems, missed) = (&report.problems, &report.missed);
                    assert!(problems.is_empty(), "{kind}: {problems:#?}");
                    // What cannot be done here was not tested, and that must not look like a success
                    // where it matters; only the disk needs rights that not everybody has.
                    assert!(
                        missed.is_empty() || *kind == Kind::StoreDiskFull,
                        "{kind}: {missed:#?}"
                    );
                }
            });
        }
    });
}

#[test]
fn workers_that_die_join_leave_or_are_stopped_change_nothing() {
    each(&[
        Kind::WorkerKilled,
        Kind::WorkerJoins,
        Kind::WorkerLeaves,
        Kind::WorkerPaused,
        Kind::WorkerClockSkewed,
        Kind::WorkerClockWrong,
    ]);
}

#[test]
fn a_coordinator_broker_or_store_that_dies_or_refuses_changes_nothing() {
    each(&[
        Kind::CoordinatorKilled,
        Kind::BrokerKilled,
        Kind::BrokerAlarm,
        Kind::StoreKilled,
        Kind::StoreDiskFull,
    ]);
}

#[test]
fn wires_of_a_worker_that_are_cut_stalled_or_slow_change_nothing() {
    each(&[
        Kind::WorkerBrokerCut,
        Kind::WorkerBrokerStalled,
        Kind::WorkerBrokerSlow,
        Kind::WorkerStoreCut,
        Kind::WorkerStoreStalled,
        Kind::WorkerStoreSlow,
    ]);
}

#[test]
fn wires_of_the_coordinator_and_bad_weather_on_the_web_change_nothing() {
    each(&[
        Kind::CoordinatorBrokerCut,
        Kind::CoordinatorBrokerStalled,
        Kind::CoordinatorStoreCut,
        Kind::CoordinatorStoreStalled,
        Kind::SitesSlow,
        Kind::SitesSilent,
        Kind::SitesReset,
    ]);
}
