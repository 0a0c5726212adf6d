//! The gates of a lane that is held for a while only.

use tokio::time::timeout;

use super::*;
use crate::pass::testing::Gate;

const SECOND: Duration = Duration::from_secs(1);
/// The end of a hold that is proved again and again.
const LONG: Duration = Duration::from_secs(24 * 3600);

fn budget(concurrency: u32) -> Tempo {
    let count = |number| NonZeroU32::new(number).unwrap();
    Tempo::Api(BudgetSpec {
        requests: count(10),
        per: 10 * SECOND,
        concurrency: count(concurrency),
        holder: Holder::default(),
    })
}

/// When a request may go, in ms from `begin`; `None` where it never may.
async fn sending(
    pace: &Pace,
    site: &Target,
    tempo: Tempo,
    pass: &LanePass,
    begin: Instant,
) -> Option<u128> {
    let permit = timeout(LONG, pace.enter(site, true, tempo, Some(pass))).await;
    permit.ok().map(|permit| {
        drop(permit.unwrap());
        begin.elapsed().as_millis()
    })
}

#[tokio::test(start_paused = true)]
async fn every_host_and_budget_counts_as_asked_when_the_hold_began() {
    let slow = Tempo::Site(CrawlDelay::Read(Some(30 * SECOND)));
    for (tempo, expected) in [(SITE, 7_000), (slow, 36_000), (budget(1), 7_020)] {
        let begin = Instant::now();
        let pass = Gate::new(1, begin + 6 * SECOND, begin + LONG).pass();
        let site = target("a.example", "1.1.1.1");
        let sent = sending(&pace(), &site, tempo, &pass, begin).await;
        assert_eq!(sent, Some(expected), "{tempo:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_groups_gap_counts_from_the_beginning_of_the_hold_too() {
    let begin = Instant::now();
    let settings = FetchSettings {
        host_interval: Duration::ZERO,
        ..FetchSettings::default()
    };
    let pass = Gate::new(1, begin + SECOND, begin + LONG).pass();
    let site = target("a.example", "1.1.1.1");
    let pace = Pace::new(&settings);
    let sent = sending(&pace, &site, SITE, &pass, begin).await;
    assert_eq!(sent, Some(1_250));
}

#[tokio::test(start_paused = true)]
async fn a_new_hold_makes_all_start_empty_whatever_this_process_asked_itself() {
    let begin = Instant::now();
    let gate = Gate::new(1, begin, begin + LONG);
    let pass = gate.pass();
    for tempo in [SITE, budget(1)] {
        let begin = Instant::now();
        let pace = pace();
        let site = target("a.example", "1.1.1.1");
        gate.set(1, begin - 60 * SECOND, begin + LONG);
        assert_eq!(sending(&pace, &site, tempo, &pass, begin).await, Some(0));
        tokio::time::sleep(60 * SECOND).await;
        let again = Instant::now();
        gate.set(2, again, again + LONG);
        let first = sending(&pace, &site, tempo, &pass, again).await.unwrap();
        assert!((1_000..=1_020).contains(&first), "{first} {tempo:?}");
        let second = sending(&pace, &site, tempo, &pass, again).await.unwrap();
        assert_eq!(second, 2 * first, "what was asked since counts as ever");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_at_or_after_the_end_of_the_hold() {
    for (tempo, gap_ms) in [(SITE, 1_000), (budget(3), 1_020)] {
        for (hold_ms, may_go) in [(gap_ms + 1, true), (gap_ms, false), (0, false)] {
            let begin = Instant::now();
            let site = target("a.example", "1.1.1.1");
            let until = begin + Duration::from_millis(hold_ms);
            let pass = Gate::new(1, begin, until).pass();
            let sent = sending(&pace(), &site, tempo, &pass, begin).await;
            assert_eq!(sent.is_some(), may_go, "{hold_ms} {tempo:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hold_that_ends_while_one_waits_frees_the_gates_for_others() {
    let pace = pace();
    let begin = Instant::now();
    let site = target("a.example", "1.1.1.1");
    let pass = Gate::new(1, begin, begin + SECOND / 2).pass();
    let never = timeout(LONG, pace.enter(&site, true, SITE, Some(&pass)));
    let other = async {
        tokio::time::sleep(2 * SECOND).await;
        drop(pace.enter(&site, true, SITE, None).await.unwrap());
        begin.elapsed()
    };
    let (never, other) = tokio::join!(never, other);
    assert!(never.is_err(), "a closed fence is never passed");
    assert_eq!(other, 2 * SECOND, "and keeps nobody else waiting");
}

#[tokio::test(start_paused = true)]
async fn one_who_waited_under_the_last_hold_does_not_go_under_the_next() {
    let pace = pace();
    let begin = Instant::now();
    let site = target("a.example", "1.1.1.1");
    let gate = Gate::new(1, begin, begin + LONG);
    let pass = gate.pass();
    let old = timeout(LONG, pace.enter(&site, true, SITE, Some(&pass)));
    let change = async {
        tokio::time::sleep(SECOND / 2).await;
        gate.set(2, begin, begin + LONG);
    };
    let (old, ()) = tokio::join!(old, change);
    assert!(old.is_err());
}
