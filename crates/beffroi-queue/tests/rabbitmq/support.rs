//! What the tests share: which engine, and jobs to put into it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use beffroi_model::{AccountRef, Job, Lane, Origin, Platform};
use beffroi_queue::{Consumer, DeadLetter, Delivery, Queue, QueueSettings};
use futures::future::BoxFuture;
use tokio::time::{sleep, timeout};

use crate::shared::SharedBroker;

/// Longer than anything here takes on a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Long enough for a delivery that must not happen; it would come within milliseconds.
pub(crate) const SILENCE: Duration = Duration::from_millis(300);

/// Which engine a test runs on.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    InProcess,
    /// The broker's address.
    RabbitMq(String),
    /// The broker that most tests share.
    Shared(Arc<SharedBroker>),
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProcess => "in_process",
            Self::RabbitMq(_) | Self::Shared(_) => "rabbitmq",
        })
    }
}

/// A test; its name is also its prefix, so that tests do not meet in the broker.
#[derive(Clone, Copy)]
pub(crate) struct Test {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Engine, &'static str) -> BoxFuture<'static, ()>,
}

/// Lists async functions as tests under their names.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        pub(crate) const TESTS: &[$crate::support::Test] = &[$(
            $crate::support::Test {
                name: stringify!($name),
                run: |engine, name| Box::pin($name(engine, name)),
            }
        ),*];
    };
}
pub(crate) use tests;

impl Engine {
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::InProcess => "in-process",
            Self::RabbitMq(url) => url,
            Self::Shared(broker) => broker.url(),
        }
    }

    pub(crate) fn settings(&self, prefix: &str) -> QueueSettings {
        QueueSettings {
            url: self.url().parse().unwrap(),
            prefix: prefix.to_owned(),
            prefetch: 4.try_into().unwrap(),
            ..QueueSettings::default()
        }
    }

    /// A queue with this lane.
    pub(crate) async fn open(&self, prefix: &str) -> (Queue, Lane) {
        let queue = Queue::connect(&self.settings(prefix)).await.unwrap();
        let lane = Lane::host(1);
        queue.declare(std::slice::from_ref(&lane)).await.unwrap();
        (queue, lane)
    }
}

pub(crate) fn job(lane: &Lane, number: u32) -> Job {
    let handle = format!("mairie{number}.example.fr");
    let account = AccountRef {
        platform: Platform::Bluesky,
        url: format!("https://bsky.app/profile/{handle}")
            .parse()
            .unwrap(),
        handle,
    };
    let run_id = "2026-11-23".parse().unwrap();
    Job::new(
        run_id,
        "2026-11-23T02:00:00Z".parse().unwrap(),
        lane.clone(),
        account,
        Vec::new(),
        Origin::Planned,
    )
}

pub(crate) fn jobs(lane: &Lane, count: u32) -> Vec<Job> {
    (0..count).map(|number| job(lane, number)).collect()
}

/// The next delivery, which must come.
pub(crate) async fn next(consumer: &mut Consumer) -> Delivery {
    let next = timeout(PATIENCE, consumer.next()).await;
    next.expect("a delivery in time")
        .expect("a living consumer")
}

/// Nothing must come.
pub(crate) async fn silent(consumer: &mut Consumer) {
    if let Ok(Some(delivery)) = timeout(SILENCE, consumer.next()).await {
        panic!("delivered: {:?}", delivery.job());
    }
}

/// All dead letters, which stay where they are.
pub(crate) async fn dead(queue: &Queue) -> Vec<DeadLetter> {
    let mut pass = queue.dead_letters().await.unwrap();
    let mut letters = Vec::new();
    while let Some(letter) = pass.next().await.unwrap() {
        letters.push(letter);
    }
    pass.close().await.unwrap();
    letters
}

/// The same, once there are `count`.
pub(crate) async fn dead_all(queue: &Queue, count: usize) -> Vec<DeadLetter> {
    let begun = Instant::now();
    loop {
        let letters = dead(queue).await;
        if letters.len() == count {
            return letters;
        }
        assert!(begun.elapsed() < PATIENCE, "there are {letters:?}");
        sleep(Duration::from_millis(50)).await;
    }
}
