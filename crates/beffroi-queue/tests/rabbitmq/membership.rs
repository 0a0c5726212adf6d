//! What workers announce to each other.

use std::time::Duration;

use beffroi_queue::{Announcement, Announcements, Queue};
use lapin::{Connection, ConnectionProperties, options::QueueDeleteOptions};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{Engine, PATIENCE, SILENCE, Test, tests};

tests![
    every_listener_hears_what_was_announced_lately_and_all_that_comes,
    who_looks_back_at_nothing_hears_only_what_comes,
    who_looks_back_a_little_does_not_hear_what_is_long_past,
];

pub(crate) const LATELY: Duration = Duration::from_secs(600);

pub(crate) async fn hear(announcements: &mut Announcements) -> Announcement {
    let next = timeout(PATIENCE, announcements.next()).await;
    next.expect("an announcement in time")
        .expect("a living queue")
}

/// Announces until it is sent: on a busy machine the broker may take longer than an announcement waits,
/// and then it is there twice.
pub(crate) async fn announce(queue: &Queue, payload: &[u8]) {
    let deadline = Instant::now() + PATIENCE;
    while !queue.announce(payload.to_vec()).await {
        assert!(Instant::now() < deadline, "it cannot be sent");
    }
}

/// Until one that is new: where history ends is known a little after listening begins.
pub(crate) async fn announce_until_heard_as_new(queue: &Queue, announcements: &mut Announcements) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        queue.announce(b"here".to_vec()).await;
        while let Ok(heard) = timeout(SILENCE, announcements.next()).await {
            let heard = heard.expect("a living queue");
            if !heard.is_history {
                return;
            }
        }
    }
    panic!("nothing new was heard");
}

async fn every_listener_hears_what_was_announced_lately_and_all_that_comes(
    engine: Engine,
    name: &'static str,
) {
    let (queue, _) = engine.open(name).await;
    for number in 0..3_u8 {
        announce(&queue, &[number]).await;
    }
    let mut listeners = [
        queue.announcements(LATELY).await.unwrap(),
        queue.announcements(LATELY).await.unwrap(),
    ];
    for listener in &mut listeners {
        let mut told = Vec::new();
        while told.last() != Some(&2) {
            let heard = hear(listener).await;
            assert!(heard.is_history, "{heard:?}");
            assert!(heard.received_at <= Instant::now());
            told.extend(heard.payload);
        }
        told.dedup();
        assert_eq!(told, [0, 1, 2]);
    }
    let [first, second] = &mut listeners;
    announce_until_heard_as_new(&queue, first).await;
    announce(&queue, b"last").await;
    for listener in [first, second] {
        while hear(listener).await.payload != b"last" {}
    }
    queue.close().await;
}

async fn who_looks_back_a_little_does_not_hear_what_is_long_past(
    engine: Engine,
    name: &'static str,
) {
    let (queue, _) = engine.open(name).await;
    for _ in 0..3 {
        announce(&queue, b"long past").await;
    }
    sleep(Duration::from_secs(15)).await;
    announce(&queue, b"just now").await;
    let mut listener = queue.announcements(Duration::from_secs(12)).await.unwrap();
    let first = hear(&mut listener).await;
    assert_eq!(first.payload, b"just now");
    assert!(first.is_history);
}

async fn who_looks_back_at_nothing_hears_only_what_comes(engine: Engine, name: &'static str) {
    let (queue, _) = engine.open(name).await;
    announce(&queue, b"before").await;
    let mut listener = queue.announcements(Duration::ZERO).await.unwrap();
    announce_until_heard_as_new(&queue, &mut listener).await;
}

/// What only a stream can suffer.
pub(crate) const OF_THE_STREAM: &[Test] = &[Test {
    name: "a_stream_that_was_deleted_is_made_again_and_heard",
    run: |engine, name| {
        Box::pin(a_stream_that_was_deleted_is_made_again_and_heard(
            engine, name,
        ))
    },
}];

async fn a_stream_that_was_deleted_is_made_again_and_heard(engine: Engine, name: &'static str) {
    let (queue, _) = engine.open(name).await;
    let mut listener = queue.announcements(LATELY).await.unwrap();
    for _ in 0..5 {
        announce(&queue, b"here").await;
    }
    for _ in 0..5 {
        hear(&mut listener).await;
    }
    let properties = ConnectionProperties::default();
    let raw = Connection::connect(engine.url(), properties).await.unwrap();
    let channel = raw.create_channel().await.unwrap();
    let stream = format!("{name}.v1.workers").into();
    let deleted = channel.queue_delete(stream, QueueDeleteOptions::default());
    deleted.await.unwrap();
    // The listener knows a place that the new stream will not have for long.
    announce_until_heard_as_new(&queue, &mut listener).await;
}
