use std::time::Duration;

use super::*;
use crate::Unit;

fn units(amount: u64, period: Period) -> Vec<Allowance> {
    vec![Allowance {
        bucket: "units",
        unit: Unit::Units,
        amount,
        period,
    }]
}

/// A window that does not end while a test runs.
const HOURS: Period = Period::Rolling(Duration::from_secs(10 * 3600));

fn purse(journal: &Arc<MemoryJournal>, amount: u64) -> (Ledger, Purse) {
    let ledger = Ledger::new(Arc::clone(journal) as Arc<dyn Journal>);
    let purse = ledger.purse(Platform::Youtube, Some("main"), units(amount, HOURS));
    (ledger, purse)
}

async fn counted_in(journal: &MemoryJournal) -> u64 {
    let bucket = BucketId {
        platform: Platform::Youtube,
        credential: "main".to_owned(),
        bucket: "units".to_owned(),
    };
    counted(&journal.read(&bucket, Timestamp::MIN).await.unwrap())
}

fn is_spent(refused: &Refused) -> bool {
    matches!(refused, Refused::Spent { until, .. } if *until > Timestamp::now())
}

#[tokio::test]
async fn all_that_is_allowed_can_be_spent_and_no_more() {
    let journal = Arc::default();
    let (_ledger, purse) = purse(&journal, 1000);
    for number in 0..1000 {
        let reservation = purse.reserve("units", 1).await;
        reservation
            .unwrap_or_else(|refused| panic!("{number}: {refused}"))
            .settle(1);
    }
    assert!(is_spent(&purse.reserve("units", 1).await.unwrap_err()));
}

#[tokio::test]
async fn what_was_not_charged_goes_back() {
    let journal = Arc::default();
    let (ledger, purse) = purse(&journal, 100);
    for _ in 0..50 {
        purse.reserve("units", 10).await.unwrap().settle(1);
    }
    ledger.close().await.unwrap();
    assert_eq!(counted_in(&journal).await, 50);
}

#[tokio::test]
async fn what_a_platform_charges_beyond_the_reservation_is_counted() {
    let journal = Arc::default();
    let (ledger, purse) = purse(&journal, 100);
    purse.reserve("units", 2).await.unwrap().settle(30);
    ledger.close().await.unwrap();
    assert_eq!(counted_in(&journal).await, 30);
}

#[tokio::test]
async fn a_reservation_that_is_forgotten_counts_whole() {
    let journal = Arc::default();
    let (ledger, purse) = purse(&journal, 100);
    drop(purse.reserve("units", 7).await.unwrap());
    ledger.close().await.unwrap();
    assert_eq!(counted_in(&journal).await, 7);
}

#[tokio::test]
async fn a_worker_that_comes_later_finds_what_the_first_has_spent_and_a_dead_ones_lease_counts() {
    let journal = Arc::default();
    let (first_ledger, first) = purse(&journal, 100);
    first.reserve("units", 40).await.unwrap().settle(40);
    first_ledger.close().await.unwrap();
    let (_never_closed, dead) = purse(&journal, 100);
    dead.reserve("units", 1).await.unwrap().settle(1);
    // A twentieth of the 60 that were left.
    assert_eq!(counted_in(&journal).await, 43);
    let (_ledger, third) = purse(&journal, 100);
    assert!(is_spent(&third.reserve("units", 58).await.unwrap_err()));
    third.reserve("units", 57).await.unwrap().settle(57);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_at_once_never_exceed_and_leave_next_to_nothing() {
    let journal: Arc<MemoryJournal> = Arc::default();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8_u64 {
        let journal = Arc::clone(&journal);
        workers.spawn(async move {
            let (ledger, purse) = purse(&journal, 2000);
            let mut spent = 0;
            for _ in 0..600 {
                let amount = 1 + worker % 3;
                match purse.reserve("units", amount).await {
                    Ok(reservation) => {
                        spent += amount;
                        reservation.settle(amount);
                    }
                    Err(refused) => assert!(matches!(refused, Refused::Spent { .. })),
                }
                tokio::task::yield_now().await;
            }
            ledger.close().await.unwrap();
            spent
        });
    }
    let mut spent = 0;
    while let Some(worker) = workers.join_next().await {
        spent += worker.unwrap();
    }
    assert!(spent <= 2000, "{spent}");
    assert!(
        spent >= 1900,
        "{spent}: a twentieth may be stuck in others' leases"
    );
    assert_eq!(counted_in(&journal).await, spent);
}

#[tokio::test]
async fn buckets_and_credentials_do_not_step_in_for_each_other() {
    let ledger = Ledger::in_memory();
    let one = ledger.purse(Platform::Youtube, Some("one"), units(1, HOURS));
    let two = ledger.purse(Platform::Youtube, Some("two"), units(1, HOURS));
    one.reserve("units", 1).await.unwrap().settle(1);
    assert!(one.reserve("units", 1).await.is_err());
    two.reserve("units", 1).await.unwrap().settle(1);
    // Not bounded, and counted all the same.
    for _ in 0..10_000 {
        one.reserve("requests", 1).await.unwrap().settle(1);
    }
}

#[tokio::test]
async fn more_than_the_whole_allowance_is_never_there() {
    let ledger = Ledger::in_memory();
    let purse = ledger.purse(Platform::X, None, units(10, HOURS));
    let Err(Refused::Spent { until, bucket }) = purse.reserve("units", 11).await else {
        panic!("refused")
    };
    assert_eq!(until, Timestamp::MAX);
    assert_eq!(bucket.to_string(), "x: units");
    purse.reserve("units", 10).await.unwrap().settle(10);
}

#[tokio::test]
async fn what_the_platform_says_is_believed() {
    let ledger = Ledger::in_memory();
    let purse = ledger.purse(Platform::Youtube, None, units(10, HOURS));
    purse.reserve("units", 1).await.unwrap().settle(1);
    let until = Timestamp::now() + SignedDuration::from_hours(3);
    purse.note_spent("units", until);
    let refused = purse.reserve("units", 1).await.unwrap_err();
    assert!(matches!(refused, Refused::Spent { until: told, .. } if told == until));
}

#[tokio::test]
async fn who_finds_nothing_left_waits_for_what_others_give_back_and_for_no_more() {
    let journal = Arc::default();
    let (_ledger, purse) = purse(&journal, 10);
    let held = purse.reserve("units", 8).await.unwrap();
    let waiting = tokio::spawn({
        let purse = purse.clone();
        async move { purse.reserve("units", 5).await }
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!waiting.is_finished(), "eight are held and may come back");
    held.settle(1);
    let reservation = waiting.await.unwrap().unwrap();
    assert_eq!(reservation.amount(), 5);

    let waiting = tokio::spawn({
        let purse = purse.clone();
        async move { purse.reserve("units", 6).await.map(|it| it.settle(6)) }
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    reservation.settle(5);
    let refused = waiting.await.unwrap().unwrap_err();
    assert!(is_spent(&refused), "nothing is held any more");
    purse.reserve("units", 4).await.unwrap().settle(4);
}

/// A journal that is away.
struct Away;

#[async_trait::async_trait]
impl Journal for Away {
    async fn write(&self, _: &[Entry]) -> Result<(), JournalError> {
        Err(JournalError {
            what: "written",
            source: "away".into(),
        })
    }

    async fn read(&self, _: &BucketId, _: Timestamp) -> Result<Vec<Entry>, JournalError> {
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn without_the_journal_nothing_is_spent() {
    let ledger = Ledger::new(Arc::new(Away));
    let purse = ledger.purse(Platform::Youtube, None, units(10, HOURS));
    assert!(matches!(
        purse.reserve("units", 1).await,
        Err(Refused::Journal(_))
    ));
}

proptest::proptest! {
    #[test]
    fn no_window_holds_more_than_allowed(amounts in proptest::collection::vec((1_u64..40, 0_u64..40), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let journal = Arc::default();
            let (ledger, purse) = purse(&journal, 300);
            let mut spent = 0;
            for (amount, used) in amounts {
                if let Ok(reservation) = purse.reserve("units", amount).await {
                    let used = used.min(amount);
                    spent += used;
                    reservation.settle(used);
                }
            }
            ledger.close().await.unwrap();
            assert!(spent <= 300, "{spent}");
            assert_eq!(counted_in(&journal).await, spent);
        });
    }
}
