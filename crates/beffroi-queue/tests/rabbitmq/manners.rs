//! What both engines promise.

use std::{
    collections::BTreeSet,
    slice::from_ref,
    time::{Duration, Instant},
};

use beffroi_model::{Job, Lane};
use beffroi_queue::QueueError;

use crate::support::{Engine, dead, dead_all, job, jobs, next, silent, tests};

tests![
    jobs_come_in_order_and_are_gone_when_acknowledged,
    a_job_of_an_undeclared_lane_is_refused,
    a_dropped_delivery_comes_again,
    no_more_than_the_prefetch_is_unsettled,
    a_second_consumer_starts_when_the_last_delivery_of_the_first_is_settled,
    a_job_put_off_does_not_come_early,
    a_buried_job_is_kept_with_its_reason,
    dead_letters_are_looked_at_and_taken_one_by_one,
    what_waits_is_counted_by_lane_and_by_delay,
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
    assert_eq!(queue.dead_count().await.unwrap(), 2);
    let dead = dead(&queue).await;
    assert_eq!(dead.len(), 2);
    assert_eq!(dead[0].id, given_up.job_id.to_string());
    assert_eq!(dead[0].job(), Some(given_up));
    assert_eq!(dead[0].reason, "http_5xx");
    assert_eq!(dead[0].lane, lane.as_str());
    assert!(dead[0].buried_at.is_some());
    assert_eq!(dead[1].reason, "rate_limited");
}

async fn dead_letters_are_looked_at_and_taken_one_by_one(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    assert!(dead(&queue).await.is_empty());
    for number in 0..9 {
        let reason = format!("reason {number}");
        queue.bury(&job(&lane, number), &reason).await.unwrap();
    }
    // Taken out of the middle, others kept; one that comes meanwhile is not of this pass.
    let mut pass = queue.dead_letters().await.unwrap();
    let mut seen = Vec::new();
    while let Some(letter) = pass.next().await.unwrap() {
        if seen.is_empty() {
            queue.bury(&job(&lane, 9), "reason 9").await.unwrap();
        }
        if [0, 4, 5].contains(&seen.len()) {
            pass.take().await.unwrap();
        }
        seen.push(letter.reason);
    }
    assert_eq!(seen.len(), 9);
    assert!(pass.next().await.unwrap().is_none());
    pass.close().await.unwrap();
    // However often they are looked at, the rest is there, in its order.
    let numbers = [1, 2, 3, 6, 7, 8, 9].map(|number| job(&lane, number).job_id.to_string());
    for _ in 0..30 {
        let rest = dead_all(&queue, 7).await;
        let ids: Vec<String> = rest.into_iter().map(|letter| letter.id).collect();
        assert_eq!(ids, numbers);
    }
    // Also when a pass is dropped midway, save for the order.
    let mut pass = queue.dead_letters().await.unwrap();
    pass.next().await.unwrap();
    drop(pass);
    let rest = dead_all(&queue, 7).await;
    let ids: BTreeSet<String> = rest.into_iter().map(|letter| letter.id).collect();
    assert_eq!(ids, BTreeSet::from(numbers));
}

async fn what_waits_is_counted_by_lane_and_by_delay(engine: Engine, name: &'static str) {
    let (queue, lane) = engine.open(name).await;
    let (standby, absent) = (Lane::host(2), Lane::host(63));
    queue.declare(from_ref(&standby)).await.unwrap();
    queue.publish(&jobs(&lane, 7)).await.unwrap();
    let first = queue.consume(&standby).await.unwrap();
    let _second = queue.consume(&standby).await.unwrap();
    for (number, delay) in [(1, 3000), (2, 3600), (3, 500)] {
        let delay = Duration::from_secs(delay);
        let put_off = queue.publish_after(&job(&lane, number), delay).await;
        put_off.unwrap();
    }
    let lanes = [lane.clone(), absent, standby.clone()];
    let depths = queue.depths(&lanes).await.unwrap();
    let [busy, idle] = &depths[..] else {
        panic!("two of the three lanes exist: {depths:?}");
    };
    assert_eq!((&busy.lane, busy.ready, busy.consumers), (&lane, 7, 0));
    assert_eq!((&idle.lane, idle.ready), (&standby, 0));
    assert!(idle.consumers >= 1, "{idle:?}");
    first.close().await.unwrap();

    let waiting = queue.retry_depths().await.unwrap();
    assert!(waiting.is_sorted_by_key(|it| it.delay));
    let waiting: Vec<(u64, u64)> = waiting
        .iter()
        .map(|it| (it.delay.as_secs(), it.waiting))
        .filter(|(_, waiting)| *waiting > 0)
        .collect();
    assert_eq!(waiting, [(600, 1), (3600, 2)]);
    assert!(!queue.is_blocked());
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
