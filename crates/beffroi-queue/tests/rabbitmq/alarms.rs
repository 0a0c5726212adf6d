//! A broker that is short of memory.

use std::{slice::from_ref, time::Duration};

use beffroi_model::Lane;
use beffroi_queue::{Queue, QueueSettings};
use tokio::{
    task::block_in_place,
    time::{Instant, sleep, timeout},
};

use crate::{
    broker::Broker,
    membership::announce,
    support::{Engine, PATIENCE, job, jobs, next, silent, tests},
};

tests![publishers_wait_out_a_memory_alarm_while_deliveries_go_on];

/// Longer than one call to the broker may take: who waits must not take it for dead.
const ALARM: Duration = Duration::from_secs(33);

async fn publishers_wait_out_a_memory_alarm_while_deliveries_go_on(
    _engine: Engine,
    name: &'static str,
) {
    // Not the broker of the other tests.
    let broker = block_in_place(Broker::start);
    let settings = QueueSettings {
        hold: Duration::from_secs(3),
        ..Engine::RabbitMq(broker.url()).settings(name)
    };
    let queue = Queue::connect(&settings).await.unwrap();
    let lane = Lane::host(1);
    queue.declare(from_ref(&lane)).await.unwrap();
    queue.publish(&jobs(&lane, 10)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    let first = next(&mut consumer).await;
    let hold = first.hold().clone();

    block_in_place(|| broker.ctl(&["set_vm_memory_high_watermark", "absolute", "1"]));
    let alarmed_at = Instant::now();
    let publisher = tokio::spawn({
        let (queue, lane) = (queue.clone(), lane.clone());
        let more: Vec<_> = (10..15).map(move |number| job(&lane, number)).collect();
        async move { queue.publish(&more).await }
    });
    while !queue.is_blocked() {
        assert!(alarmed_at.elapsed() < PATIENCE, "nobody was told");
        sleep(Duration::from_millis(20)).await;
    }
    first.ack().await.unwrap();
    for number in 1..10 {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.job(), &job(&lane, number));
        delivery.ack().await.unwrap();
    }
    assert!(!queue.announce(b"not now".to_vec()).await);
    // Questions are answered too.
    assert_eq!(queue.depth(from_ref(&lane)).await.unwrap(), 0);
    while alarmed_at.elapsed() < ALARM {
        assert!(timeout(Duration::from_secs(1), hold.lost()).await.is_err());
        assert!(queue.is_blocked() && !publisher.is_finished());
    }
    assert!(hold.is_valid());

    block_in_place(|| broker.ctl(&["set_vm_memory_high_watermark", "0.4"]));
    timeout(PATIENCE, publisher)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    // Each once: it was the same connection all the time.
    for _ in 10..15 {
        next(&mut consumer).await.ack().await.unwrap();
    }
    silent(&mut consumer).await;
    assert!(!queue.is_blocked());
    announce(&queue, b"now").await;
    queue.close().await;
}
