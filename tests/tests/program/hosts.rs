//! What the store remembers of hosts from night to night.

use std::{collections::HashSet, net::IpAddr};

use beffroi_model::RunId;
use beffroi_store::{Day, HostMemoryRow, HostSeenRow, Store};
use beffroi_tests::Engine;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned, tz::TimeZone};

use crate::store::store_on;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// What a host that asked for nothing would be remembered for.
fn memory(key: &str, written_at: Timestamp) -> HostMemoryRow {
    HostMemoryRow {
        key: key.to_owned(),
        blocked_until: None,
        backoff: 0,
        slowed: 0,
        crawl_delay_ms: None,
        written_at: written_at.into(),
    }
}

/// A host seen so many nights ago.
fn seen(host: &str, address: &str, domain: &str, nights_ago: i64) -> HostSeenRow {
    let moment = Zoned::now().with_time_zone(TimeZone::UTC);
    let moment = moment.checked_sub(nights_ago.days()).unwrap();
    HostSeenRow {
        host: host.to_owned(),
        address: address.to_owned(),
        domain: domain.to_owned(),
        night: Day::from(moment.date()),
        seen_at: moment.timestamp().into(),
    }
}

fn addresses(texts: &[&str]) -> HashSet<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_hosts_last_word_counts_until_it_is_forgiven() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let now = Timestamp::now();
    let blocked = HostMemoryRow {
        blocked_until: Some((now + hours(20)).into()),
        backoff: 9,
        ..memory("day.test", now - hours(60))
    };
    let levels = HostMemoryRow {
        backoff: 2,
        slowed: 1,
        ..memory("group:192.0.2.7", now - hours(47))
    };
    let delay = HostMemoryRow {
        crawl_delay_ms: Some(12_000),
        ..memory("slow.test:8080", now - hours(1))
    };
    let forgiven = HostMemoryRow {
        backoff: 2,
        ..memory("forgiven.test", now - hours(49))
    };
    let past = HostMemoryRow {
        blocked_until: Some((now - hours(1)).into()),
        ..memory("past.test", now - hours(1))
    };
    let all = [&blocked, &levels, &delay, &forgiven, &past].map(HostMemoryRow::clone);
    store.write_host_memories(&all).await.unwrap();
    let expected = vec![blocked.clone(), levels, delay.clone()];
    assert_eq!(store.host_memories(now).await.unwrap(), expected);

    // Its good behaviour is told before what it had asked for arrives once more, from another worker.
    let good = memory("group:192.0.2.7", now - hours(2));
    store.write_host_memories(&[good]).await.unwrap();
    store.write_host_memories(&all).await.unwrap();
    let expected = vec![blocked, delay];
    assert_eq!(store.host_memories(now).await.unwrap(), expected);
    let later = store.host_memories(now + hours(72)).await.unwrap();
    assert!(later.is_empty(), "{later:?}");
}

#[tokio::test]
async fn a_hosts_newest_address_is_known_and_old_nights_are_forgotten() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let rows = [
        seen("moved.test", "192.0.2.1", "moved.test", 9),
        seen("moved.test", "2001:db8::1", "moved.test", 1),
        seen("stays.test", "192.0.2.9", "stays.test", 50),
        seen("gone.test", "192.0.2.3", "gone.test", 62),
    ];
    store.write_hosts_seen(&rows).await.unwrap();
    // Once more, in another order: nothing changes.
    let rows: Vec<HostSeenRow> = rows.into_iter().rev().collect();
    store.write_hosts_seen(&rows).await.unwrap();
    let known = store.known_addresses().await.unwrap();
    let known: Vec<(&str, String)> = known.iter().map(|(h, a)| (&**h, a.to_string())).collect();
    let expected = [
        ("moved.test", "2001:db8::1".to_owned()),
        ("stays.test", "192.0.2.9".to_owned()),
    ];
    assert_eq!(known, expected);
}

/// So many domains, each with two hosts, behind one address.
async fn write_neighbours(store: &Store, address: &str, domains: usize, nights_ago: i64) {
    let hosts = (0..domains).flat_map(|number| {
        let domain = format!("d{number}.{}.test", address.replace(['.', ':'], "-"));
        ["www", "mairie"]
            .map(|name| seen(&format!("{name}.{domain}"), address, &domain, nights_ago))
    });
    let hosts: Vec<HostSeenRow> = hosts.collect();
    store.write_hosts_seen(&hosts).await.unwrap();
}

#[tokio::test]
async fn an_address_of_many_domains_is_a_front_and_a_run_keeps_the_fronts_it_was_planned_with() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let night: RunId = "2026-11-23".parse().unwrap();
    write_neighbours(&store, "192.0.2.1", 6, 3).await;
    write_neighbours(&store, "192.0.2.2", 5, 3).await;
    write_neighbours(&store, "192.0.2.3", 6, 62).await;
    assert!(store.fronts_of(&night).await.unwrap().is_empty());
    let fronts = addresses(&["192.0.2.1"]);
    assert_eq!(store.fix_fronts(&night, 5).await.unwrap(), fronts);

    write_neighbours(&store, "2001:db8::4", 6, 0).await;
    let learnt = store.shared_fronts(5).await.unwrap();
    assert_eq!(learnt.into_iter().collect::<HashSet<_>>().len(), 2);
    assert_eq!(store.fix_fronts(&night, 5).await.unwrap(), fronts);
    assert_eq!(store.fronts_of(&night).await.unwrap(), fronts);
    let next: RunId = "2026-11-24".parse().unwrap();
    let fronts = addresses(&["192.0.2.1", "2001:db8::4"]);
    assert_eq!(store.fix_fronts(&next, 5).await.unwrap(), fronts);
    assert_eq!(store.fronts_of(&next).await.unwrap(), fronts);
}

#[tokio::test]
async fn the_clock_of_a_store_on_this_machine_is_ours() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let offset = store.clock_offset().await.unwrap();
    assert!(offset.abs() < SignedDuration::from_secs(2), "{offset}");
    store.check_clock().await.unwrap();
}
