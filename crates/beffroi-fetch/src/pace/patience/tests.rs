//! Levels, moments, and how they are forgiven, with the clock paused.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn backoff() -> Backoff {
    Backoff::new(&FetchSettings::default())
}

/// One refusal without a moment, blocked for as long as it says; gives the wait.
fn refuse(patience: &mut Patience) -> Duration {
    let asked_at = Instant::now();
    let until = patience.offend(asked_at, None, backoff());
    patience.block(until);
    let (moment, _) = patience.blocked(asked_at).unwrap();
    moment - asked_at
}

#[tokio::test(start_paused = true)]
async fn waits_double_from_a_minute_to_a_day_with_jitter() {
    let mut patience = Patience::default();
    let mut bound = MINUTE;
    for _ in 0..15 {
        let wait = refuse(&mut patience);
        let slack = MINUTE / 60; // the wall clock is not paused
        assert!(wait + slack >= bound, "{wait:?} {bound:?}");
        assert!(
            wait <= (bound * 5 / 4).min(24 * HOUR) + slack,
            "{wait:?} {bound:?}"
        );
        tokio::time::advance(wait).await;
        bound = (bound * 2).min(24 * HOUR);
    }
    assert_eq!(bound, 24 * HOUR);
    let waits: Vec<Duration> = (0..100).map(|_| backoff().wait(1)).collect();
    assert!(waits.iter().any(|wait| *wait < MINUTE * 21 / 20));
    assert!(waits.iter().any(|wait| *wait > MINUTE * 6 / 5));
}

#[tokio::test(start_paused = true)]
async fn a_level_is_forgiven_by_ten_good_answers_or_an_hour_after_the_block() {
    let mut patience = Patience::default();
    let level = |patience: &mut Patience| patience.level(Instant::now());
    for _ in 0..3 {
        let wait = refuse(&mut patience);
        tokio::time::advance(wait).await;
    }
    assert_eq!(level(&mut patience), 3);
    let fell: Vec<bool> = (0..20).map(|_| patience.forgive(Instant::now())).collect();
    assert_eq!(fell.iter().filter(|fell| **fell).count(), 2);
    assert!(fell[9] && fell[19]);
    assert_eq!(level(&mut patience), 1);
    let wait = refuse(&mut patience);
    tokio::time::advance(wait + HOUR - MINUTE).await;
    assert_eq!(
        level(&mut patience),
        2,
        "the hour begins with the block's end"
    );
    tokio::time::advance(2 * MINUTE).await;
    assert_eq!(level(&mut patience), 1);
    assert!(!patience.is_idle(Instant::now()));
    tokio::time::advance(HOUR).await;
    assert!(patience.is_idle(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn refusals_of_requests_under_way_together_are_one_offence() {
    let mut patience = Patience::default();
    let asked_at = Instant::now();
    tokio::time::advance(MINUTE).await;
    let first = patience.offend(asked_at, None, backoff());
    patience.block(first);
    let second = patience.offend(asked_at, None, backoff());
    assert_eq!((patience.level(Instant::now()), second), (1, first));
    let named = first + Duration::from_secs(7200);
    assert_eq!(patience.offend(asked_at, Some(named), backoff()), named);
    assert!(!patience.forgive(asked_at) && patience.level.good == 0);
}

#[tokio::test(start_paused = true)]
async fn a_named_moment_holds_without_back_off_and_raises_the_level() {
    let mut patience = Patience::default();
    let soon = Timestamp::now() + Duration::from_secs(5);
    assert_eq!(patience.offend(Instant::now(), Some(soon), backoff()), soon);
    assert_eq!(patience.level(Instant::now()), 1);
    let past = Timestamp::now() - Duration::from_secs(5);
    let until = patience.offend(Instant::now(), Some(past), backoff());
    assert!(until > past && !patience.block(past));
    assert!(patience.block(soon) && !patience.block(soon - Duration::from_secs(1)));
    assert_eq!(patience.blocked(Instant::now()).unwrap().1, soon);
}

#[tokio::test(start_paused = true)]
async fn what_is_recalled_never_shortens_what_is_known() {
    let mut patience = Patience::default();
    let in_hours = |hours: u64| Timestamp::now() + Duration::from_secs(3600 * hours);
    let late = in_hours(5);
    patience.recall(Some(late), 4, Duration::ZERO, backoff());
    patience.recall(Some(in_hours(1)), 2, Duration::ZERO, backoff());
    patience.recall(None, 0, Duration::ZERO, backoff());
    let now = Instant::now();
    assert_eq!(patience.blocked(now).unwrap().1, late);
    assert_eq!(patience.level(now), 4);
    let mut another = Patience::default();
    another.recall(None, 4, 3 * HOUR, backoff());
    assert_eq!(another.level(now), 1, "the calm since then counts");
    another.recall(None, u8::MAX, Duration::ZERO, backoff());
    assert_eq!(another.level(now), 12, "a day is the longest wait");
}

#[tokio::test(start_paused = true)]
async fn a_group_is_slowed_at_most_sixteenfold() {
    let mut slowed = Slowed::default();
    for _ in 0..9 {
        slowed.offend(Instant::now());
        tokio::time::advance(MINUTE).await;
    }
    assert_eq!(slowed.level(Instant::now()), 4);
    let fell = (0..20).filter(|_| slowed.forgive(Instant::now())).count();
    assert_eq!((fell, slowed.level(Instant::now())), (1, 3));
}

#[test]
fn a_short_ladder_ends_where_its_settings_say() {
    let short = Backoff::new(&FetchSettings {
        backoff_base: Duration::from_millis(100),
        backoff_max: Duration::from_millis(350),
        ..FetchSettings::default()
    });
    assert_eq!(short.highest(), 3);
    assert_eq!(short.bound(3), Duration::from_millis(350));
    let none = Backoff::new(&FetchSettings {
        backoff_base: Duration::ZERO,
        backoff_max: Duration::from_secs(1),
        ..FetchSettings::default()
    });
    assert_eq!(none.wait(none.highest()), Duration::ZERO);
}
