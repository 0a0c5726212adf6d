use std::collections::HashSet;

use tokio::time::{advance, timeout};

use super::*;
use crate::message::tests::job;

const NEVER: Duration = Duration::from_secs(3600 * 24);

fn queue(prefetch: u16) -> (InProcess, Lane) {
    let queue = InProcess::new(NonZero::new(prefetch).unwrap());
    let lane = Lane::host(0);
    queue.declare(std::slice::from_ref(&lane));
    (queue, lane)
}

#[tokio::test(start_paused = true)]
async fn jobs_come_in_order_and_no_more_than_the_prefetch_at_once() {
    let (queue, lane) = queue(2);
    let jobs: Vec<Job> = (0..3).map(|number| job(&lane, number)).collect();
    queue.publish(&jobs).unwrap();
    let mut consumer = queue.consume(&lane, None).unwrap();
    let first = consumer.next().await;
    let second = consumer.next().await;
    assert_eq!([first.job(), second.job()], [&jobs[0], &jobs[1]]);
    assert!(
        timeout(NEVER, consumer.next()).await.is_err(),
        "the prefetch is used up"
    );
    second.ack().await.unwrap();
    assert_eq!(consumer.next().await.job(), &jobs[2]);
    assert_eq!(first.job(), &jobs[0]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_lane_takes_fewer_at_once_and_never_more_than_all() {
    let (queue, lane) = queue(2);
    let jobs: Vec<Job> = (0..4).map(|number| job(&lane, number)).collect();
    queue.publish(&jobs).unwrap();
    for (asked, held) in [(1, 1), (9, 2)] {
        let mut consumer = queue.consume(&lane, NonZero::new(asked)).unwrap();
        let mut taken = Vec::new();
        while let Ok(delivery) = timeout(NEVER, consumer.next()).await {
            taken.push(delivery);
        }
        assert_eq!(taken.len(), held);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_put_off_comes_when_it_is_due_also_to_one_who_waits_already() {
    let (queue, lane) = queue(8);
    let mut consumer = queue.consume(&lane, None).unwrap();
    let begun = Instant::now();
    let waiting = tokio::spawn(async move {
        let delivery = consumer.next().await;
        (delivery.job().clone(), Instant::now())
    });
    tokio::task::yield_now().await;
    queue
        .publish_after(&job(&lane, 1), Duration::from_secs(600))
        .unwrap();
    queue
        .publish_after(&job(&lane, 2), Duration::from_secs(60))
        .unwrap();
    assert_eq!(queue.depth(std::slice::from_ref(&lane)).unwrap(), 0);
    let (first, at) = waiting.await.unwrap();
    assert_eq!(first, job(&lane, 2));
    assert_eq!(at - begun, Duration::from_secs(60));
    advance(Duration::from_secs(600)).await;
    // The one that was dropped unsettled, and the one that is due now.
    assert_eq!(queue.depth(std::slice::from_ref(&lane)).unwrap(), 2);
    assert_eq!(queue.purge(std::slice::from_ref(&lane)).unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_next_consumer_waits_for_the_last_delivery_of_the_one_before() {
    let (queue, lane) = queue(8);
    queue.publish(&[job(&lane, 1), job(&lane, 2)]).unwrap();
    let mut active = queue.consume(&lane, None).unwrap();
    let held = active.next().await;
    let mut standby = queue.consume(&lane, None).unwrap();
    drop(active);
    assert!(
        timeout(NEVER, standby.next()).await.is_err(),
        "a delivery is unsettled"
    );
    held.ack().await.unwrap();
    assert_eq!(standby.next().await.job(), &job(&lane, 2));
}

#[tokio::test]
async fn many_jobs_are_each_done_once_while_consumers_come_and_go() {
    let (queue, lane) = queue(16);
    let jobs: Vec<Job> = (0..500).map(|number| job(&lane, number)).collect();
    queue.publish(&jobs).unwrap();
    let mut done = HashSet::new();
    let mut dropped = 0;
    while done.len() < jobs.len() {
        let mut consumer = queue.consume(&lane, None).unwrap();
        for turn in 0..10 {
            let Ok(delivery) = timeout(Duration::from_millis(1), consumer.next()).await else {
                break;
            };
            if turn % 3 == 0 && dropped < 100 {
                dropped += 1;
            } else {
                assert!(
                    done.insert(delivery.job().job_id),
                    "delivered after its end"
                );
                delivery.ack().await.unwrap();
            }
        }
    }
    assert_eq!(queue.depth(std::slice::from_ref(&lane)).unwrap(), 0);
}
