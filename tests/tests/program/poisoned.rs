//! Jobs that every worker dies of.

use std::{sync::Arc, time::Duration};

use beffroi_model::Lane;
use beffroi_queue::{Queue, QueueSettings};
use beffroi_tests::{Engine, Installation, PATIENCE, Simulator, wait_until};
use tokio::time;

use crate::{
    judge::{certificate_of, import_websites, number},
    start_broker,
};

/// Takes a job of the lane and lets go of it, again and again, as workers do that die of it.
async fn die_of(queue: Arc<Queue>, lane: Lane) {
    let mut consumer = queue.consume(&lane).await.unwrap();
    while let Some(delivery) = consumer.next().await {
        drop(delivery);
    }
}

#[test]
fn jobs_that_kill_their_workers_end_as_failed_and_the_night_with_them() {
    let france = Simulator::start(5);
    let broker = start_broker();
    let engine = Engine::start();
    let here = Installation::in_france(&france)
        .with_engine(&engine)
        .with_queue(&broker.url());
    import_websites(&here, &france);
    let night = here.start("night", &["run", "--no-work", "--json"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let queue = runtime.block_on(async {
        let settings = QueueSettings {
            url: broker.url().parse().unwrap(),
            ..QueueSettings::default()
        };
        Arc::new(Queue::connect(&settings).await.unwrap())
    });
    wait_until("the night has begun", || {
        night.stderr().contains("night planned")
    });
    let planned = here.number("SELECT toUInt32(count()) FROM job FINAL");
    assert!(planned > 0);
    runtime.block_on(async {
        let lanes: Vec<Lane> = (0..64).map(Lane::host).collect();
        queue.declare(&lanes).await.unwrap();
        for lane in lanes {
            tokio::spawn(die_of(Arc::clone(&queue), lane));
        }
        let all_dead = async {
            while queue.dead_count().await.unwrap() < planned {
                time::sleep(Duration::from_millis(200)).await;
            }
        };
        let ended = time::timeout(PATIENCE, all_dead).await;
        ended.expect("the broker takes them out of their lanes");
    });
    let certificate = certificate_of(night.wait(), &["website"]);
    assert_eq!(number(&certificate["failed"]), planned);
    let reasons = &certificate["platforms"]["website"]["reasons"];
    assert_eq!(number(&reasons["failed.poisoned"]), planned, "{reasons}");
    assert_eq!(france.referee().requests, 0);
    // The letters stay.
    let left = runtime.block_on(queue.dead_count()).unwrap();
    assert_eq!(left, planned);
    // A night that is complete is left alone by its letters.
    here.succeed(&["run", "--json"]);
}
