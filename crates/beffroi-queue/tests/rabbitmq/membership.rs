//! What workers announce to each other.

use std::time::Duration;

use beffroi_queue::{Announcement, Announcements, Queue};
use lapin::{Connection, ConnectionProperties, options::QueueDeleteOptions};
use tokio::time::{Instant, timeout};

use crate::support::{Engine, PATIENCE, SILENCE, Test, tests};

tests![
    every_listener_hears_the_last_minute_and_all_that_comes,
    who_looks_back_at_nothing_hears_only_what_comes,
];

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

pub(crate) async fn hear(announcements: &mut Announcements) -> Announcement {
    let next = timeout(PATIENCE, announcements.next()).await;
    next.expect("an announcement in time")
        .expect("a living queue")
}

/// Until one that is new: where history ends is known a little after listening begins.
pub(crate) async fn announce_until_heard_as_new(queue: &Queue, announcements: &mut Announcements) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        queue.announce(b"here".to_vec()).await;
        while let Ok(heard) = timeout(SILENCE, announcements.next()).await {
            let heard = heard.expect("a living queue");
            assert_eq!(heard.payload, b"here");
            if !heard.is_history {
                return;
            }
        }
    }
    panic!("nothing new was heard");
}

async fn every_listener_hears_the_last_minute_and_all_that_comes(
    engine: Engine,
    name: &'static str,
) {
    let (queue, _) = engine.open(name).await;
    for number in 0..3_u8 {
        assert!(queue.announce(vec![number]).await);
    }
    let mut listeners = [
        queue.announcements(MINUTE).await.unwrap(),
        queue.announcements(MINUTE).await.unwrap(),
    ];
    for listener in &mut listeners {
        for number in 0..3_u8 {
            let heard = hear(listener).await;
            assert_eq!(heard.payload, [number]);
            assert!(heard.is_history, "{heard:?}");
            assert!(heard.received_at <= Instant::now());
        }
    }
    let [first, second] = &mut listeners;
    announce_until_heard_as_new(&queue, first).await;
    assert!(queue.announce(b"last".to_vec()).await);
    for listener in [first, second] {
        while hear(listener).await.payload != b"last" {}
    }
    queue.close().await;
}

async fn who_looks_back_at_nothing_hears_only_what_comes(engine: Engine, name: &'static str) {
    let (queue, _) = engine.open(name).await;
    assert!(queue.announce(b"before".to_vec()).await);
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
    let mut listener = queue.announcements(MINUTE).await.unwrap();
    for _ in 0..5 {
        assert!(queue.announce(b"here".to_vec()).await);
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
