//! Cut wires and killed brokers: nothing confirmed is lost.

use std::{collections::HashSet, slice::from_ref, time::Duration};

use beffroi_model::{Job, JobId};
use beffroi_queue::{Queue, QueueError, QueueSettings};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};

use crate::{
    broker::Broker,
    proxy::Proxy,
    support::{Engine, PATIENCE, job, jobs, next, silent, tests},
};

tests![
    what_was_unsettled_when_the_wire_was_cut_is_delivered_again,
    publishing_goes_on_over_cut_wires,
    a_lane_goes_to_the_next_worker_when_the_first_is_cut_off,
    acknowledgements_reach_the_broker_before_the_farewell,
    an_absence_longer_than_the_patience_ends_consumers_and_publishers_with_a_reason,
    a_killed_broker_loses_nothing_that_was_confirmed,
];

async fn what_was_unsettled_when_the_wire_was_cut_is_delivered_again(
    engine: Engine,
    name: &'static str,
) {
    let proxy = Proxy::to(engine.url()).await;
    let (queue, lane) = Engine::RabbitMq(proxy.url()).open(name).await;
    queue.publish(&jobs(&lane, 3)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    next(&mut consumer).await.ack().await.unwrap();
    let old = next(&mut consumer).await;
    proxy.cut();
    // The same consumer goes on. What it had buffered may come before it notices the cut, and an
    // acknowledgement may have been cut off with the wire.
    let mut missing = HashSet::from([job(&lane, 1).job_id, job(&lane, 2).job_id]);
    while !missing.is_empty() {
        let delivery = next(&mut consumer).await;
        if delivery.is_redelivered() {
            missing.remove(&delivery.job().job_id);
            delivery.ack().await.unwrap();
        }
    }
    let error = old.ack().await.unwrap_err();
    assert!(matches!(error, QueueError::NotAcknowledged), "{error}");
}

async fn publishing_goes_on_over_cut_wires(engine: Engine, name: &'static str) {
    let proxy = Proxy::to(engine.url()).await;
    let (queue, lane) = Engine::RabbitMq(proxy.url()).open(name).await;
    let published = jobs(&lane, 3000);
    let publisher = tokio::spawn({
        let (queue, published) = (queue.clone(), published.clone());
        async move { queue.publish(&published).await }
    });
    for _ in 0..3 {
        sleep(Duration::from_millis(50)).await;
        proxy.cut();
    }
    timeout(PATIENCE, publisher)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let depth = queue.depth(from_ref(&lane)).await.unwrap();
    assert!(depth >= 3000, "{depth}");
    assert!(
        depth <= 3000 + 3 * 500,
        "no more than a window is repeated for each cut: {depth}"
    );
}

async fn a_lane_goes_to_the_next_worker_when_the_first_is_cut_off(
    engine: Engine,
    name: &'static str,
) {
    let proxy = Proxy::to(engine.url()).await;
    let (first, lane) = Engine::RabbitMq(proxy.url()).open(name).await;
    let (second, _) = engine.open(name).await;
    first.publish(&jobs(&lane, 3)).await.unwrap();
    let mut active = first.consume(&lane).await.unwrap();
    let held = next(&mut active).await;
    let mut standby = second.consume(&lane).await.unwrap();
    silent(&mut standby).await;
    proxy.cut();
    drop(proxy);
    let mut taken_over = HashSet::new();
    for _ in 0..3 {
        let delivery = next(&mut standby).await;
        taken_over.insert(delivery.job().job_id);
        delivery.ack().await.unwrap();
    }
    assert!(
        taken_over.contains(&held.job().job_id),
        "unsettled jobs are taken over too"
    );
    silent(&mut standby).await;
}

async fn acknowledgements_reach_the_broker_before_the_farewell(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    queue.publish(&jobs(&lane, 500)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    // Every job is acknowledged once, before the farewell or after it.
    let mut acked = HashSet::new();
    for _ in 0..400 {
        let delivery = next(&mut consumer).await;
        assert!(acked.insert(delivery.job().job_id));
        delivery.ack().await.unwrap();
    }
    consumer.close().await.unwrap();
    queue.close().await;
    let (queue, lane) = engine.open(name).await;
    let mut consumer = queue.consume(&lane).await.unwrap();
    for _ in 400..500 {
        let delivery = next(&mut consumer).await;
        assert!(
            acked.insert(delivery.job().job_id),
            "an acknowledgement was lost"
        );
        delivery.ack().await.unwrap();
    }
    silent(&mut consumer).await;
}

async fn an_absence_longer_than_the_patience_ends_consumers_and_publishers_with_a_reason(
    engine: Engine,
    name: &'static str,
) {
    let proxy = Proxy::to(engine.url()).await;
    let settings = QueueSettings {
        outage_timeout: Duration::from_secs(1),
        ..Engine::RabbitMq(proxy.url()).settings(name)
    };
    let queue = Queue::connect(&settings).await.unwrap();
    let lane = beffroi_model::Lane::host(1);
    queue.declare(from_ref(&lane)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    let address = proxy.url();
    proxy.cut();
    drop(proxy);
    assert!(timeout(PATIENCE, consumer.next()).await.unwrap().is_none());
    let error = consumer.close().await.unwrap_err();
    let address = address.split(['@', '/']).nth(3).unwrap();
    assert!(
        error
            .to_string()
            .contains(&format!("`{address}` within 1s")),
        "{error}"
    );
    let error = queue.publish(&[job(&lane, 1)]).await.unwrap_err();
    assert!(matches!(error, QueueError::Unreachable { .. }), "{error}");
}

async fn a_killed_broker_loses_nothing_that_was_confirmed(_engine: Engine, name: &'static str) {
    // Not the broker of the other tests. It lives as long as the thread that starts it, so that
    // is this one.
    let mut broker = tokio::task::block_in_place(Broker::start);
    let (queue, lane) = Engine::RabbitMq(broker.url()).open(name).await;
    let mut consumer = queue.consume(&lane).await.unwrap();

    let publisher = tokio::spawn({
        let (queue, lane) = (queue.clone(), lane.clone());
        async move {
            let mut confirmed: Vec<JobId> = Vec::new();
            let all = jobs(&lane, 20_000);
            for some in all.chunks(100) {
                queue.publish(some).await.unwrap();
                confirmed.extend(some.iter().map(|job: &Job| job.job_id));
            }
            confirmed
        }
    });
    let mut done: HashSet<JobId> = HashSet::new();
    let mut kills = 0;
    let mut repeated = 0;
    while done.len() < 20_000 {
        let delivery = next(&mut consumer).await;
        let job_id = delivery.job().job_id;
        // A refused acknowledgement means that the job comes again.
        if delivery.ack().await.is_ok() && !done.insert(job_id) {
            repeated += 1;
        }
        if done.len() >= 2_000 * (kills + 1) && kills < 2 {
            kills += 1;
            broker = spawn_blocking(move || {
                broker.kill();
                broker
            })
            .await
            .unwrap();
            tokio::task::block_in_place(|| broker.restart());
        }
    }
    let confirmed = timeout(PATIENCE, publisher).await.unwrap().unwrap();
    assert_eq!(confirmed.len(), 20_000);
    assert!(confirmed.iter().all(|job_id| done.contains(job_id)));
    // Only what was in flight at a kill: a window of publishing, a prefetch of deliveries.
    assert!(repeated <= kills * (100 + 4) + 1000, "{repeated} repeated");
}
