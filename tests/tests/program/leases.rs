//! Leases over a real store: never two holders, and soon one again when the holder dies.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use beffroi_store::{Claimant, Lease, LeaseRefused, LeaseTerms, Store};
use beffroi_tests::{Engine, PATIENCE};
use tokio::{task::JoinSet, time};

use crate::store::store_on;

/// Soon over, so that dead holders are waited for in a test; long enough for a busy machine.
const TERMS: LeaseTerms = LeaseTerms {
    ttl: Duration::from_secs(4),
    renew_every: Duration::from_millis(500),
};

fn claimant(number: usize) -> Claimant {
    Claimant {
        who: format!("machine-{number}"),
        what: format!("run {number}"),
    }
}

async fn take(store: &Store, number: usize) -> Result<Lease, LeaseRefused> {
    store.lease_on("run", &claimant(number), TERMS).await
}

/// Who is said to have it.
async fn refused(store: &Store, number: usize) -> Claimant {
    match take(store, number).await {
        Err(LeaseRefused::Held(held)) => held.by,
        other => panic!("{other:?}"),
    }
}

/// Who is at work, as a server would see it.
#[derive(Default)]
struct Referee {
    is_at_work: AtomicBool,
    turns: AtomicU64,
    violations: AtomicU64,
}

impl Referee {
    async fn work(&self, lease: &Lease, duration: Duration) {
        if self.is_at_work.swap(true, Ordering::SeqCst) {
            self.violations.fetch_add(1, Ordering::SeqCst);
        }
        time::sleep(duration).await;
        // Whoever has lost it stops; the test machine may be that busy.
        if lease.is_valid() {
            self.turns.fetch_add(1, Ordering::SeqCst);
        }
        self.is_at_work.store(false, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_claimants_one_wins_and_the_others_are_told_who() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    for round in 0..5 {
        let mut claimants = JoinSet::new();
        for number in 0..24 {
            let store = store.clone();
            claimants.spawn(async move { (number, take(&store, number).await) });
        }
        let ended = claimants.join_all().await;
        let (won, refused): (Vec<_>, Vec<_>) = ended.into_iter().partition(|it| it.1.is_ok());
        assert_eq!(won.len(), 1, "round {round}: {won:?}");
        let (winner, lease) = won.into_iter().next().unwrap();
        for (number, refused) in refused {
            let Err(LeaseRefused::Held(held)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(held.by, claimant(winner), "round {round}, {number}");
        }
        let lease = lease.unwrap();
        assert!(lease.is_valid());
        lease.release().await.unwrap();
    }
}

/// Writes a row of another's claim.
fn write_claim(engine: &Engine, number: usize, state: &str, version: u32) {
    let Claimant { who, what } = claimant(number);
    engine.query(&format!(
        "INSERT INTO beffroi.lease (name, claim, who, what, claimed_at, expires_at, state, version) \
         SELECT 'run', '00000000-0000-4000-8000-{number:012}', '{who}', '{what}', \
         toDateTime64('2020-01-01 00:00:0{number}', 6, 'UTC'), now64(6) + INTERVAL 1 MINUTE, '{state}', {version}"
    ));
}

/// Waits until a claimant has withdrawn so many claims.
async fn has_withdrawn(engine: &Engine, number: usize, times: usize) {
    let who = claimant(number).who;
    let withdrawn = format!(
        "SELECT count() FROM beffroi.lease FINAL WHERE who = '{who}' AND state = 'released'"
    );
    let waiting = async {
        while engine.query(&withdrawn) != times.to_string() {
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    time::timeout(PATIENCE, waiting).await.unwrap();
}

#[tokio::test]
async fn who_is_refused_is_told_who_won_and_not_who_was_first() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    // The first waits for a later one to withdraw, which had found itself alone before the first was
    // written, and is about to write that it has won.
    write_claim(&engine, 1, "claimed", 1);
    write_claim(&engine, 2, "claimed", 1);
    let third = tokio::spawn(async move { refused(&store, 3).await });
    has_withdrawn(&engine, 3, 1).await;
    write_claim(&engine, 1, "claimed", 2);
    time::sleep(TERMS.renew_every).await;
    assert!(!third.is_finished(), "nobody has it yet");
    write_claim(&engine, 2, "held", 2);
    write_claim(&engine, 1, "released", 1002);
    has_withdrawn(&engine, 3, 2).await;
    write_claim(&engine, 2, "held", 3);
    assert_eq!(third.await.unwrap(), claimant(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn turns_never_overlap_while_claimants_come_and_go_and_die() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let referee = Arc::new(Referee::default());
    let end = Instant::now() + Duration::from_secs(15);
    let mut claimants = JoinSet::new();
    for number in 0..8 {
        let (store, referee) = (store.clone(), Arc::clone(&referee));
        claimants.spawn(async move {
            let mut tries = 0;
            while Instant::now() < end {
                tries += 1;
                let pause = Duration::from_millis((number as u64 * 37 + tries * 53) % 90);
                match take(&store, number).await {
                    Ok(lease) => {
                        referee.work(&lease, pause).await;
                        // Every tenth turn ends as that of a process that is killed.
                        if (tries + number as u64).is_multiple_of(10) {
                            drop(lease);
                        } else {
                            lease.release().await.unwrap();
                        }
                    }
                    Err(LeaseRefused::Held(_)) => time::sleep(pause).await,
                    Err(LeaseRefused::Store(error)) => panic!("{error}"),
                }
            }
        });
    }
    claimants.join_all().await;
    let turns = referee.turns.load(Ordering::SeqCst);
    assert_eq!(referee.violations.load(Ordering::SeqCst), 0);
    assert!(turns >= 10, "{turns} turns: nobody gets anywhere");
}

#[tokio::test]
async fn a_holder_that_lives_keeps_it_and_one_that_died_is_followed_within_its_time() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let first = take(&store, 1).await.unwrap();
    time::sleep(TERMS.ttl * 3 / 2).await;
    assert!(first.is_valid(), "it is renewed");
    assert_eq!(refused(&store, 2).await, claimant(1));
    assert!(first.is_valid(), "a refused claim does not disturb it");

    let until = first.until();
    let died = Instant::now();
    drop(first);
    let second = take(&store, 2).await.unwrap();
    assert!(
        time::Instant::now() > until,
        "the dead are given their time"
    );
    let waited = died.elapsed();
    assert!(waited < TERMS.ttl * 3, "{waited:?}");
    second.release().await.unwrap();

    let begin = Instant::now();
    take(&store, 3).await.unwrap().release().await.unwrap();
    let waited = begin.elapsed();
    assert!(
        waited < TERMS.ttl,
        "{waited:?}: released, and yet waited for"
    );
}

#[tokio::test]
async fn a_holder_that_cannot_reach_the_store_knows_that_it_has_lost_it_before_another_has_it() {
    let mut engine = Engine::start();
    let store = store_on(&engine).await;
    let lease = take(&store, 1).await.unwrap();
    engine.kill();
    let lost = time::timeout(PATIENCE, lease.lost()).await;
    lost.expect("nobody renews what is not there");
    assert!(!lease.is_valid());
    let until = lease.until();
    engine.restart();
    let next = take(&store, 2).await.unwrap();
    assert!(time::Instant::now() > until);
    // The first one's process lives still, and does not come back into it.
    time::sleep(TERMS.renew_every * 3).await;
    assert!(next.is_valid() && !lease.is_valid());
    lease.release().await.unwrap();
    assert!(next.is_valid());
}
