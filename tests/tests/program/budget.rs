//! The budget ledger over a real store: one truth for all workers.

use std::{sync::Arc, time::Duration};

use beffroi_budget::{Allowance, Ledger, Period, Purse, Refused, Unit};
use beffroi_model::Platform;
use beffroi_store::Store;
use beffroi_tests::Engine;
use beffroi_worker::StoreJournal;

use crate::store::store_on;

const ALLOWED: u64 = 600;

/// A ledger as a worker has it, and the purse of its connector.
fn worker(store: &Store, name: &str) -> (Ledger, Purse) {
    let ledger = Ledger::new(Arc::new(StoreJournal::new(store.clone(), name.to_owned())));
    let allowance = Allowance {
        bucket: "units",
        unit: Unit::Units,
        amount: ALLOWED,
        // Longer than the test, and no midnight is near.
        period: Period::Rolling(Duration::from_secs(10 * 3600)),
    };
    let purse = ledger.purse(Platform::Youtube, Some("main"), vec![allowance]);
    (ledger, purse)
}

/// Spends what it is given, as fast as it can.
async fn spend(purse: &Purse) -> u64 {
    let mut spent = 0;
    loop {
        match purse.reserve("units", 3).await {
            Ok(reservation) => {
                reservation.settle(3);
                spent += 3;
            }
            Err(Refused::Spent { .. }) => return spent,
            Err(refused) => panic!("{refused}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_at_once_never_exceed_an_allowance_and_use_nearly_all_of_it() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..6 {
        let store = store.clone();
        workers.spawn(async move {
            let (ledger, purse) = worker(&store, &format!("worker-{number}"));
            let spent = spend(&purse).await;
            ledger.close().await.unwrap();
            spent
        });
    }
    let spent: u64 = workers.join_all().await.into_iter().sum();
    assert!(spent <= ALLOWED, "{spent}");
    assert!(
        spent >= ALLOWED * 95 / 100,
        "{spent}: 95 % of a budget is to be used"
    );
    let told = engine.query("SELECT sum(spent), sum(unsettled) FROM beffroi.v_budget");
    assert_eq!(told.trim(), format!("{spent}\t0"));
}

#[tokio::test]
async fn what_a_dead_worker_had_taken_counts_and_the_next_one_knows_what_is_gone() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let (dead, purse) = worker(&store, "dead");
    purse.reserve("units", 300).await.unwrap().settle(300);
    purse.reserve("units", 1).await.unwrap().settle(1);
    drop((purse, dead));
    let (ledger, purse) = worker(&store, "next");
    let spent = spend(&purse).await;
    ledger.close().await.unwrap();
    // A lease is a twentieth of the 300 that were left; one unit of it was used.
    assert_eq!(spent, ALLOWED - 300 - 15);
}
