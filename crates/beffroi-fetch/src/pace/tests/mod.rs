//! The gates, with the clock paused.

mod holds;
mod moods;

use super::{states::SWEEP_FLOOR, *};
use crate::Holder;
use std::num::{NonZeroU32, NonZeroUsize};

fn target(host: &str, address: &str) -> Target {
    let addresses = [address.parse().unwrap()].into();
    Target {
        host: host.to_owned(),
        port: 443,
        addresses,
        is_name: true,
        group: HostGroup::Address(address.parse().unwrap()),
    }
}

fn pace() -> Pace {
    Pace::new(&FetchSettings::default())
}

const SITE: Tempo = Tempo::Site(CrawlDelay::Read(None));
/// What another process had been asked for.
fn block(pace: &Pace, key: &str, until: Timestamp) {
    pace.recall(vec![HostMemory {
        key: key.to_owned(),
        blocked_until: Some(until),
        backoff: 0,
        slowed: 0,
        crawl_delay: None,
        at: Timestamp::now(),
    }]);
}

const ANSWER: Duration = Duration::from_millis(300);

/// Fetches once for each target, all at once, each answer taking `ANSWER`; the moments of sending, in ms.
async fn sendings(pace: &Pace, targets: &[Target], tempo: Tempo) -> Vec<u64> {
    let begin = Instant::now();
    let visits = targets.iter().map(|target| async move {
        let permit = pace.enter(target, true, tempo, None).await.unwrap();
        let sent = begin.elapsed().as_millis();
        tokio::time::sleep(ANSWER).await;
        drop(permit);
        u64::try_from(sent).unwrap()
    });
    let mut moments = futures::future::join_all(visits).await;
    moments.sort_unstable();
    moments
}

#[tokio::test(start_paused = true)]
async fn a_hosts_gap_counts_from_the_end_of_the_answer() {
    let targets = vec![target("a.example", "1.1.1.1"); 4];
    assert_eq!(
        sendings(&pace(), &targets, SITE).await,
        [0, 1300, 2600, 3900]
    );
}

#[tokio::test(start_paused = true)]
async fn a_crawl_delay_widens_the_gap_and_never_narrows_it() {
    let targets = vec![target("a.example", "1.1.1.1"); 2];
    let long = Tempo::Site(CrawlDelay::Read(Some(Duration::from_secs(5))));
    assert_eq!(sendings(&pace(), &targets, long).await, [0, 5300]);
    let short = Tempo::Site(CrawlDelay::Read(Some(Duration::from_millis(10))));
    assert_eq!(sendings(&pace(), &targets, short).await, [0, 1300]);
}

#[tokio::test(start_paused = true)]
async fn hosts_behind_one_address_share_its_gap_and_its_slots() {
    let hosts: Vec<Target> = (0..6)
        .map(|host| target(&format!("h{host}.example"), "1.1.1.1"))
        .collect();
    assert_eq!(
        sendings(&pace(), &hosts, SITE).await,
        [0, 250, 500, 750, 1000, 1250]
    );
    let settings = FetchSettings {
        group_concurrency: NonZeroUsize::MIN,
        ..FetchSettings::default()
    };
    assert_eq!(
        sendings(&Pace::new(&settings), &hosts[..3], SITE).await,
        [0, 300, 600]
    );
}

#[tokio::test(start_paused = true)]
async fn hosts_of_different_addresses_do_not_wait_for_each_other() {
    let hosts: Vec<Target> = (0..50)
        .map(|host| target(&format!("h{host}.example"), &format!("1.1.1.{host}")))
        .collect();
    assert_eq!(sendings(&pace(), &hosts, SITE).await, [0; 50]);
}

#[tokio::test(start_paused = true)]
async fn the_whole_is_bounded_too() {
    let settings = FetchSettings {
        max_concurrent: NonZeroUsize::MIN,
        ..FetchSettings::default()
    };
    let hosts: Vec<Target> = (0..3)
        .map(|host| target(&format!("h{host}.example"), &format!("1.1.1.{host}")))
        .collect();
    assert_eq!(
        sendings(&Pace::new(&settings), &hosts, SITE).await,
        [0, 300, 600]
    );
}

#[tokio::test(start_paused = true)]
async fn with_more_slots_than_one_a_host_still_keeps_its_gap() {
    let settings = FetchSettings {
        host_concurrency: NonZeroUsize::new(3).unwrap(),
        host_interval: Duration::from_millis(200),
        group_interval: Duration::ZERO,
        ..FetchSettings::default()
    };
    let targets = vec![target("a.example", "1.1.1.1"); 6];
    let moments = sendings(&Pace::new(&settings), &targets, SITE).await;
    assert!(
        moments.windows(2).all(|two| two[1] - two[0] >= 200),
        "{moments:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_api_is_asked_evenly_and_never_beyond_its_budget() {
    let count = |number| NonZeroU32::new(number).unwrap();
    let per = Duration::from_secs(10);
    let budget = BudgetSpec {
        requests: count(10),
        per,
        concurrency: count(2),
        holder: Holder::default(),
    };
    let targets = vec![target("api.example", "1.1.1.1"); 40];
    let moments = sendings(&pace(), &targets, Tempo::Api(budget)).await;
    for (index, moment) in moments.iter().enumerate() {
        let window = moments[index..]
            .iter()
            .take_while(|later| **later < moment + 10_000);
        assert!(window.count() <= 10, "{moments:?}");
    }
    assert!(
        moments[39] <= 39 * 1053,
        "95 % of the budget is used: {moments:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_apis_concurrency_holds_until_the_answer_has_ended() {
    let count = |number| NonZeroU32::new(number).unwrap();
    let per = Duration::from_secs(1);
    let budget = BudgetSpec {
        requests: count(100),
        per,
        concurrency: count(1),
        holder: Holder::default(),
    };
    let targets = vec![target("api.example", "1.1.1.1"); 3];
    let moments = sendings(&pace(), &targets, Tempo::Api(budget)).await;
    assert!(
        moments.windows(2).all(|two| two[1] - two[0] >= 300),
        "{moments:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_short_block_is_waited_for_by_all_and_a_long_one_is_told() {
    let pace = pace();
    let site = target("a.example", "1.1.1.1");
    block(
        &pace,
        "a.example",
        Timestamp::now() + Duration::from_secs(10),
    );
    let moments = sendings(&pace, &[site.clone(), site.clone()], SITE).await;
    assert!((9_900..=10_001).contains(&moments[0]), "{moments:?}");

    for until in [Timestamp::now() + Duration::from_secs(3600), Timestamp::MAX] {
        block(&pace, "a.example", until);
        let refused = pace.enter(&site, true, SITE, None).await.err();
        assert_eq!(refused, Some(NotNow::Blocked(until)));
    }
    block(
        &pace,
        "a.example",
        Timestamp::now() + Duration::from_secs(1),
    );
    let refused = pace.enter(&site, true, SITE, None).await.err();
    assert_eq!(
        refused,
        Some(NotNow::Blocked(Timestamp::MAX)),
        "never brought forward"
    );
    let other = target("b.example", "1.1.1.1");
    assert!(
        pace.enter(&other, true, SITE, None).await.is_ok(),
        "another host is not blocked"
    );
}

#[tokio::test(start_paused = true)]
async fn three_transport_errors_in_a_row_give_a_host_up_for_a_while() {
    let pace = pace();
    let site = target("a.example", "1.1.1.1");
    let fail = async || {
        pace.enter(&site, true, SITE, None)
            .await
            .unwrap()
            .failed(Failed::TcpTimeout);
    };
    fail().await;
    fail().await;
    let permit = pace.enter(&site, true, SITE, None).await.unwrap();
    permit.answered(200, None);
    drop(permit);
    for _ in 0..3 {
        fail().await;
    }
    let refused = pace.enter(&site, true, SITE, None).await.err();
    assert_eq!(refused, Some(NotNow::GivenUp(Failed::TcpTimeout)));
    assert!(
        pace.enter(&site, false, SITE, None).await.is_ok(),
        "http may still answer"
    );
    tokio::time::sleep(Duration::from_secs(601)).await;
    assert!(pace.enter(&site, true, SITE, None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_who_stops_waiting_leaves_the_queue() {
    let pace = pace();
    let site = target("a.example", "1.1.1.1");
    let held = pace.enter(&site, true, SITE, None).await.unwrap();
    let impatient = tokio::time::timeout(ANSWER, pace.enter(&site, true, SITE, None)).await;
    assert!(impatient.is_err());
    drop(held);
    let begin = Instant::now();
    assert!(pace.enter(&site, true, SITE, None).await.is_ok());
    assert_eq!(begin.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn hosts_that_are_done_are_forgotten_and_others_are_not() {
    let pace = pace();
    let blocked = target("blocked.example", "2.2.2.2");
    block(&pace, "blocked.example", Timestamp::MAX);
    for host in 0..10 * SWEEP_FLOOR {
        let address = format!("1.1.{}.{}", host / 256, host % 256);
        let site = target(&format!("h{host}.example"), &address);
        drop(pace.enter(&site, true, SITE, None).await.unwrap());
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    assert!(pace.hosts.len() <= 2 * SWEEP_FLOOR, "{}", pace.hosts.len());
    assert!(
        pace.groups.len() <= 2 * SWEEP_FLOOR,
        "{}",
        pace.groups.len()
    );
    assert!(pace.enter(&blocked, true, SITE, None).await.is_err());
}
