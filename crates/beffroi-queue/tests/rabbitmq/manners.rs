//! What both engines promise.

use std::{
    slice::from_ref,
    time::{Duration, Instant},
};

use beffroi_model::{Job, Lane};
use beffroi_queue::QueueError;

use crate::support::{Engine, job, jobs, next, silent, tests};

tests![
    jobs_come_in_order_and_are_gone_when_acknowledged,
    a_job_of_an_undeclared_lane_is_refused,
    a_dropped_delivery_comes_again,
    no_more_than_the_prefetch_is_unsettled,
    a_second_consumer_starts_when_the_last_delivery_of_the_first_is_settled,
    a_job_put_off_does_not_come_early,
    a_buried_job_is_kept_with_its_reason,
    waiting_jobs_are_counted_and_thrown_away,
    lanes_do_not_meet,
];

async fn jobs_come_in_order_and_are_gone_when_acknowledged(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    let published = jobs(&lane, 10);
    queue.publish(&published).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    for expected in &published {
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.job(), expected);
        assert!(!delivery.is_redelivered());
        delivery.ack().await.unwrap();
    }
    silent(&mut consumer).await;
    consumer.close().await.unwrap();
    let mut again = queue.consume(&lane).await.unwrap();
    silent(&mut again).await;
    queue.close().await;
}

async fn a_job_of_an_undeclared_lane_is_refused(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    let other = Lane::host(63);
    let error = queue
        .publish(&[job(&lane, 1), job(&other, 2)])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, QueueError::Unroutable { lane } if *lane == other),
        "{error}"
    );
    let error = queue.consume(&other).await.unwrap_err();
    assert!(
        matches!(&error, QueueError::Unroutable { lane } if *lane == other),
        "{error}"
    );
    let error = queue.depth(from_ref(&other)).await.unwrap_err();
    assert!(
        matches!(&error, QueueError::Unroutable { lane } if *lane == other),
        "{error}"
    );
    queue.publish(&[job(&lane, 3)]).await.unwrap();
}

async fn a_dropped_delivery_comes_again(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    queue.publish(&jobs(&lane, 1)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    drop(next(&mut consumer).await);
    next(&mut consumer).await.release();
    let third = next(&mut consumer).await;
    assert!(third.is_redelivered());
    third.ack().await.unwrap();
    silent(&mut consumer).await;
}

async fn no_more_than_the_prefetch_is_unsettled(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    queue.publish(&jobs(&lane, 8)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(next(&mut consumer).await);
    }
    silent(&mut consumer).await;
    // Out of order, as work ends.
    held.remove(2).ack().await.unwrap();
    assert_eq!(next(&mut consumer).await.job(), &job(&lane, 4));
}

async fn a_second_consumer_starts_when_the_last_delivery_of_the_first_is_settled(
    engine: Engine,
    name: &'static str,
) {
    let (queue, lane) = engine.open(name).await;
    queue.publish(&jobs(&lane, 6)).await.unwrap();
    let mut first = queue.consume(&lane).await.unwrap();
    let held = [next(&mut first).await, next(&mut first).await];
    let mut second = queue.consume(&lane).await.unwrap();
    silent(&mut second).await;
    first.close().await.unwrap();
    silent(&mut second).await;
    for delivery in held {
        delivery.ack().await.unwrap();
    }
    // Those that the first had not handed out come now, in their order.
    for number in 2..6 {
        let delivery = next(&mut second).await;
        assert_eq!(delivery.job(), &job(&lane, number));
        delivery.ack().await.unwrap();
    }
}

async fn a_job_put_off_does_not_come_early(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    let begun = Instant::now();
    let delay = Duration::from_secs(2);
    let retried = Job {
        attempt: 3,
        ..job(&lane, 1)
    };
    queue.publish_after(&retried, delay).await.unwrap();
    queue.publish(&[job(&lane, 2)]).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    let at_once = next(&mut consumer).await;
    assert_eq!(at_once.job(), &job(&lane, 2));
    let later = next(&mut consumer).await;
    assert_eq!(later.job(), &retried, "the attempts are counted in the job");
    assert!(begun.elapsed() >= delay, "{:?}", begun.elapsed());
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

async fn a_buried_job_is_kept_with_its_reason(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    let given_up = Job {
        attempt: 4,
        ..job(&lane, 1)
    };
    queue.bury(&given_up, "http_5xx").await.unwrap();
    queue.bury(&job(&lane, 2), "rate_limited").await.unwrap();
    let dead = queue.take_dead(1).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].job(), Some(given_up));
    assert_eq!(dead[0].reason, "http_5xx");
    assert_eq!(dead[0].lane, lane.as_str());
    assert!(dead[0].buried_at.is_some());
    let rest = queue.take_dead(10).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].reason, "rate_limited");
    assert!(queue.take_dead(10).await.unwrap().is_empty());
}

async fn waiting_jobs_are_counted_and_thrown_away(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    assert_eq!(queue.depth(from_ref(&lane)).await.unwrap(), 0);
    queue.publish(&jobs(&lane, 7)).await.unwrap();
    queue
        .publish_after(&job(&lane, 99), Duration::from_secs(3600))
        .await
        .unwrap();
    assert_eq!(queue.depth(from_ref(&lane)).await.unwrap(), 7);
    assert_eq!(queue.purge(from_ref(&lane)).await.unwrap(), 7);
    assert_eq!(queue.depth(from_ref(&lane)).await.unwrap(), 0);
}

async fn lanes_do_not_meet(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    let other = Lane::host(2);
    queue.declare(&[lane.clone(), other.clone()]).await.unwrap();
    queue
        .publish(&[job(&lane, 1), job(&other, 2)])
        .await
        .unwrap();
    let mut consumer = queue.consume(&other).await.unwrap();
    let delivery = next(&mut consumer).await;
    assert_eq!(delivery.job(), &job(&other, 2));
    delivery.ack().await.unwrap();
    silent(&mut consumer).await;
}
