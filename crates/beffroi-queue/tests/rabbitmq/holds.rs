//! Who holds a lane, and when nobody does (decision 0017).

use std::{
    collections::BTreeSet,
    slice::from_ref,
    time::{Duration, Instant as WallInstant},
};

use beffroi_queue::{Queue, QueueError, QueueSettings};
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};

use crate::{
    broker::Broker,
    membership::{LATELY, announce, announce_until_heard_as_new, hear},
    proxy::Proxy,
    support::{Engine, PATIENCE, SILENCE, job, jobs, next, silent, tests},
};

tests![
    a_hold_lasts_as_long_as_the_broker_answers_and_is_the_same_for_one_life,
    a_worker_silently_cut_off_falls_silent_before_the_next_one_may_ask,
    who_takes_a_lane_over_rests_until_the_one_before_must_be_silent,
    a_stopped_process_has_lost_its_lanes_when_it_goes_on,
    what_is_let_go_of_goes_to_the_next_in_its_order,
    dropping_everything_lets_go_at_once,
    who_is_told_that_the_one_before_is_silent_need_not_rest,
    silence_serves_one_successor_and_only_who_could_ask_may_tell_of_it,
    a_baton_outlives_the_broker_and_one_that_was_taken_does_not_come_back,
    holds_and_announcements_outlive_a_killed_broker,
];

/// Short, so that the tests are; long enough for a busy machine to prove it in time.
const HOLD: Duration = Duration::from_secs(3);

fn settings(url: &str, name: &str) -> QueueSettings {
    QueueSettings {
        hold: HOLD,
        ..Engine::RabbitMq(url.to_owned()).settings(name)
    }
}

async fn open(url: &str, name: &str) -> (Queue, beffroi_model::Lane) {
    let queue = Queue::connect(&settings(url, name)).await.unwrap();
    let lane = beffroi_model::Lane::host(1);
    queue.declare(from_ref(&lane)).await.unwrap();
    (queue, lane)
}

async fn a_hold_lasts_as_long_as_the_broker_answers_and_is_the_same_for_one_life(
    engine: Engine,
    name: &'static str,
) {
    let (queue, lane) = open(engine.url(), name).await;
    queue.publish(&jobs(&lane, 2)).await.unwrap();
    let begun = Instant::now();
    let mut consumer = queue.consume(&lane).await.unwrap();
    let first = next(&mut consumer).await;
    let hold = first.hold().clone();
    assert!(hold.since() >= begun + HOLD + Duration::from_secs(1));
    assert!(hold.since() <= Instant::now() + HOLD + Duration::from_secs(1));
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < hold.since() + HOLD {
        assert!(Instant::now() < deadline);
        assert!(hold.until() <= Instant::now() + HOLD);
        assert!(timeout(SILENCE, hold.lost()).await.is_err(), "it was lost");
        assert!(hold.is_valid());
    }
    first.ack().await.unwrap();
    let second = next(&mut consumer).await;
    assert_eq!(second.hold().number(), hold.number());
    assert_eq!(second.hold().since(), hold.since());
    second.ack().await.unwrap();
    consumer.close().await.unwrap();
    timeout(PATIENCE, hold.lost()).await.unwrap();
    assert!(!hold.is_valid() && hold.until() <= Instant::now());
    queue.close().await;
}

async fn a_worker_silently_cut_off_falls_silent_before_the_next_one_may_ask(
    engine: Engine,
    name: &'static str,
) {
    let proxy = Proxy::to(engine.url()).await;
    let (first, lane) = open(&proxy.url(), name).await;
    let (second, _) = open(engine.url(), name).await;
    first.publish(&jobs(&lane, 3)).await.unwrap();
    let mut active = first.consume(&lane).await.unwrap();
    let held = next(&mut active).await;
    let hold = held.hold().clone();
    let mut standby = second.consume(&lane).await.unwrap();
    silent(&mut standby).await;

    let cut_at = Instant::now();
    proxy.swallow();
    timeout(PATIENCE, hold.lost()).await.unwrap();
    assert!(!hold.is_valid());
    assert!(hold.until() <= cut_at + HOLD, "no proof came after the cut");
    assert!(
        timeout(PATIENCE, held.ack()).await.unwrap().is_err(),
        "the receipt is worth nothing any more"
    );

    // RabbitMQ misses the first after two to three heartbeats.
    let taken_over = next(&mut standby).await;
    let next_hold = taken_over.hold().clone();
    assert_eq!(taken_over.job(), &job(&lane, 0));
    assert!(
        next_hold.since() > hold.until(),
        "the two could have asked at once"
    );
    assert!(next_hold.is_valid());
    assert_ne!(next_hold.number(), hold.number());
    taken_over.ack().await.unwrap();
    // The wire is whole again: the first stands in line, and gets nothing.
    proxy.heal();
    silent(&mut active).await;
    assert_eq!(next(&mut standby).await.job(), &job(&lane, 1));
}

async fn who_takes_a_lane_over_rests_until_the_one_before_must_be_silent(
    engine: Engine,
    name: &'static str,
) {
    let proxy = Proxy::to(engine.url()).await;
    let (first, lane) = open(&proxy.url(), name).await;
    let (second, _) = open(engine.url(), name).await;
    first.publish(&jobs(&lane, 3)).await.unwrap();
    let mut active = first.consume(&lane).await.unwrap();
    let held = next(&mut active).await;
    let mut standby = second.consume(&lane).await.unwrap();
    silent(&mut standby).await;

    // The broker gives the first up and makes the second active, at once; the first does not know.
    proxy.orphan();
    let taken_over = next(&mut standby).await;
    let (hold, next_hold) = (held.hold().clone(), taken_over.hold().clone());
    // Both believe for a while that the lane is theirs: the first goes on asking, the second rests.
    let at_once = hold.is_valid() && next_hold.is_valid();
    assert!(
        at_once,
        "the machine was too slow for this test to tell anything"
    );
    assert!(hold.until() > Instant::now());
    timeout(PATIENCE, hold.lost()).await.unwrap();
    assert!(next_hold.since() >= hold.until() + Duration::from_secs(1));
    assert!(next_hold.is_valid());
    drop(held);
    assert_eq!(taken_over.job(), &job(&lane, 0));
}

async fn a_stopped_process_has_lost_its_lanes_when_it_goes_on(engine: Engine, name: &'static str) {
    let (queue, lane) = open(engine.url(), name).await;
    queue.publish(&jobs(&lane, 1)).await.unwrap();
    // A runtime of one thread, which we block: nothing of the worker runs, as after SIGSTOP. (The
    // client library's own threads go on, so that the broker may even have answered.)
    let settings = settings(engine.url(), name);
    let stopped = spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let queue = Queue::connect(&settings).await.unwrap();
            let lane = beffroi_model::Lane::host(1);
            let mut consumer = queue.consume(&lane).await.unwrap();
            let held = next(&mut consumer).await;
            let hold = held.hold().clone();
            let until = hold.until();
            let begun = WallInstant::now();
            while begun.elapsed() < HOLD + Duration::from_millis(500) {
                std::thread::sleep(Duration::from_millis(50));
            }
            // No timer has fired, no task has run.
            assert!(!hold.is_valid(), "the clock alone tells");
            assert!(until <= Instant::now());
            timeout(PATIENCE, hold.lost()).await.unwrap();
            let error = held.ack().await.unwrap_err();
            assert!(matches!(error, QueueError::NotAcknowledged), "{error}");
            // The lane is consumed anew, under another hold.
            let again = next(&mut consumer).await;
            assert!(again.is_redelivered());
            assert!(again.hold().number() > hold.number());
            assert!(again.hold().since() > hold.until());
            again.ack().await.unwrap();
            consumer.close().await.unwrap();
            queue.close().await;
        });
    });
    timeout(2 * PATIENCE, stopped).await.unwrap().unwrap();
    let mut rest = queue.consume(&lane).await.unwrap();
    silent(&mut rest).await;
}

async fn what_is_let_go_of_goes_to_the_next_in_its_order(engine: Engine, name: &'static str) {
    let (first, lane) = open(engine.url(), name).await;
    let (second, _) = open(engine.url(), name).await;
    first.publish(&jobs(&lane, 12)).await.unwrap();
    let mut leaving = first.consume(&lane).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(next(&mut leaving).await);
    }
    let hold = held[0].hold().clone();
    let mut coming = second.consume(&lane).await.unwrap();
    leaving.close().await.unwrap();
    // Two are given up, one is ended: while it is under way the lane is still held.
    drop(held.remove(2));
    drop(held.remove(0));
    silent(&mut coming).await;
    assert!(hold.is_valid(), "what is under way may go on asking");
    let last = held.remove(0);
    assert_eq!(last.job(), &job(&lane, 1));
    last.ack().await.unwrap();
    timeout(PATIENCE, hold.lost()).await.unwrap();

    for number in (0..12).filter(|number| *number != 1) {
        let delivery = next(&mut coming).await;
        assert_eq!(delivery.job(), &job(&lane, number));
        assert!(delivery.hold().since() > hold.until());
        delivery.ack().await.unwrap();
    }
    silent(&mut coming).await;
}

async fn dropping_everything_lets_go_at_once(engine: Engine, name: &'static str) {
    let (first, lane) = open(engine.url(), name).await;
    let (second, _) = open(engine.url(), name).await;
    first.publish(&jobs(&lane, 6)).await.unwrap();
    let mut leaving = first.consume(&lane).await.unwrap();
    let held = [next(&mut leaving).await, next(&mut leaving).await];
    let hold = held[0].hold().clone();
    let mut coming = second.consume(&lane).await.unwrap();
    silent(&mut coming).await;
    drop(leaving);
    drop(held);
    let begun = Instant::now();
    for number in 0..6 {
        let delivery = next(&mut coming).await;
        assert_eq!(delivery.job(), &job(&lane, number));
        delivery.ack().await.unwrap();
    }
    assert!(!hold.is_valid());
    assert!(begun.elapsed() < HOLD, "{:?}", begun.elapsed());
}

/// The lane's next delivery, acknowledged, and whether whoever got it may ask at once.
async fn may_ask_at_once(consumer: &mut beffroi_queue::Consumer) -> bool {
    let delivery = next(consumer).await;
    let hold = delivery.hold().clone();
    let is_open = hold.since() <= Instant::now();
    assert!(hold.is_valid());
    delivery.ack().await.unwrap();
    is_open
}

/// Waits until the one who holds the lane may ask, as its first delivery says.
async fn rest(consumer: &mut beffroi_queue::Consumer) {
    let delivery = next(consumer).await;
    tokio::time::sleep_until(delivery.hold().since()).await;
    assert!(delivery.hold().is_valid());
    delivery.ack().await.unwrap();
}

async fn who_is_told_that_the_one_before_is_silent_need_not_rest(
    engine: Engine,
    name: &'static str,
) {
    let (first, lane) = open(engine.url(), name).await;
    let (second, _) = open(engine.url(), name).await;
    first.publish(&jobs(&lane, 6)).await.unwrap();
    let mut leaving = first.consume(&lane).await.unwrap();
    rest(&mut leaving).await;
    let mut coming = second.consume(&lane).await.unwrap();
    silent(&mut coming).await;
    let parting = leaving.close().await.unwrap();
    silent(&mut coming).await; // the parting holds the lane
    parting.silent();
    assert!(may_ask_at_once(&mut coming).await);
    // Back to the first, which is told likewise; then without a word.
    let mut again = first.consume(&lane).await.unwrap();
    coming.close().await.unwrap().silent();
    assert!(may_ask_at_once(&mut again).await);
    let mut last = second.consume(&lane).await.unwrap();
    drop(again.close().await.unwrap());
    assert!(
        !may_ask_at_once(&mut last).await,
        "nobody said that it was silent"
    );
    first.close().await;
    second.close().await;
}

async fn silence_serves_one_successor_and_only_who_could_ask_may_tell_of_it(
    engine: Engine,
    name: &'static str,
) {
    let proxy = Proxy::to(engine.url()).await;
    let (first, lane) = open(engine.url(), name).await;
    let (cut_off, _) = open(&proxy.url(), name).await;
    first.publish(&jobs(&lane, 8)).await.unwrap();
    let mut leaving = first.consume(&lane).await.unwrap();
    rest(&mut leaving).await;
    leaving.close().await.unwrap().silent();
    // The next one may ask at once, and the broker loses sight of it: it may go on asking for a while.
    let mut lost = cut_off.consume(&lane).await.unwrap();
    let held = next(&mut lost).await;
    assert!(held.hold().since() <= Instant::now());
    let mut successor = first.consume(&lane).await.unwrap();
    silent(&mut successor).await;
    proxy.orphan();
    let taken_over = next(&mut successor).await;
    assert!(
        taken_over.hold().since() > held.hold().until(),
        "the word of the one before the last was taken for the last one's"
    );
    // It lets go while it rests: of the lost one it knows nothing.
    drop(taken_over);
    successor.close().await.unwrap().silent();
    let mut third = first.consume(&lane).await.unwrap();
    assert!(!may_ask_at_once(&mut third).await);
    drop((held, lost));
    first.close().await;
}

async fn a_baton_outlives_the_broker_and_one_that_was_taken_does_not_come_back(
    _engine: Engine,
    name: &'static str,
) {
    let mut broker = tokio::task::block_in_place(Broker::start);
    let (queue, lane) = open(&broker.url(), name).await;
    queue.publish(&jobs(&lane, 9)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    rest(&mut consumer).await;
    consumer.close().await.unwrap().silent();
    // See below: the register of replicated queues.
    sleep(Duration::from_secs(3)).await;
    for is_left in [true, false] {
        if !is_left {
            let mut consumer = queue.consume(&lane).await.unwrap();
            assert!(
                may_ask_at_once(&mut consumer).await,
                "nobody held it meanwhile"
            );
            // Whoever may ask is killed with the broker, for all that is known.
            drop(consumer);
        }
        broker = spawn_blocking(move || {
            broker.kill();
            broker.restart();
            broker
        })
        .await
        .unwrap();
        if !is_left {
            let mut consumer = queue.consume(&lane).await.unwrap();
            assert!(!may_ask_at_once(&mut consumer).await, "the baton came back");
        }
    }
    queue.close().await;
}

async fn holds_and_announcements_outlive_a_killed_broker(_engine: Engine, name: &'static str) {
    // Not the broker of the other tests.
    let mut broker = tokio::task::block_in_place(Broker::start);
    let (queue, lane) = open(&broker.url(), name).await;
    queue.publish(&jobs(&lane, 2)).await.unwrap();
    let mut consumer = queue.consume(&lane).await.unwrap();
    let held = next(&mut consumer).await;
    let hold = held.hold().clone();
    announce(&queue, b"early").await;
    let mut heard = queue.announcements(LATELY).await.unwrap();
    assert_eq!(hear(&mut heard).await.payload, b"early");

    // RabbitMQ 3.10 writes the register of its replicated queues twice a second: killed before, it does
    // not find a new queue again.
    sleep(Duration::from_secs(3)).await;
    let killed_at = Instant::now();
    broker = spawn_blocking(move || {
        broker.kill();
        broker
    })
    .await
    .unwrap();
    timeout(PATIENCE, hold.lost()).await.unwrap();
    assert!(!hold.is_valid());
    assert!(hold.until() <= Instant::now());
    assert!(!queue.announce(b"here".to_vec()).await, "it was not sent");
    tokio::task::block_in_place(|| broker.restart());

    let mut again = BTreeSet::new();
    for _ in 0..2 {
        let delivery = next(&mut consumer).await;
        assert!(delivery.hold().since() > killed_at + HOLD);
        assert!(delivery.hold().number() > hold.number());
        again.insert(delivery.job().account.handle.clone());
        delivery.ack().await.unwrap();
    }
    assert_eq!(again.len(), 2);
    drop(held);
    announce_until_heard_as_new(&queue, &mut heard).await;
    let mut late = queue.announcements(LATELY).await.unwrap();
    assert_eq!(hear(&mut late).await.payload, b"early", "it is on disk");
    queue.close().await;
}
