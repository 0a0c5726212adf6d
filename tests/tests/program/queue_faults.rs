//! The broker away.

use std::{
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use beffroi_tests::{Engine, Installation, Simulator, wait_until};

use crate::{
    judge::{
        assert_all_figures_are_true, assert_good_manners, assert_nothing_counts_twice, certificate,
        import_websites,
    },
    start_broker,
};

/// RabbitMQ 3.10.8 does not always bring back a quorum queue when it is killed within some two seconds
/// of its declaration: nothing tells from outside when it would.
const LANES_ARE_KEPT_AFTER: Duration = Duration::from_secs(5);

#[test]
fn a_broker_that_cannot_be_reached_is_told_within_the_configured_time() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let engine = Engine::start();
    let here = Installation::new("[queue]\nconnect_timeout = \"2s\"\n")
        .with_engine(&engine)
        .with_queue(&format!("amqp://guest:se-cret@{nobody}/%2f"));
    for command in [
        &["worker"][..],
        &["run", "--only", "platform=bluesky"],
        &["run", "--only", "platform=bluesky", "--resume"],
    ] {
        let begin = Instant::now();
        let ended = here.run(command).exited(1);
        assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
        assert!(!ended.stderr.contains("se-cret"), "{}", ended.stderr);
        ended.said(&["cannot reach RabbitMQ", &nobody.to_string(), "2s"]);
    }
}

#[test]
fn a_worker_of_its_own_needs_a_broker_and_a_shared_store() {
    let here = Installation::default();
    here.run(&["worker"])
        .exited(1)
        .said(&["needs a broker", "--queue"]);
    let arguments = ["worker", "--queue", "amqp://guest:guest@127.0.0.1:1/%2f"];
    here.run(&arguments)
        .exited(1)
        .said(&["needs a shared store", "--store"]);
}

#[test]
fn a_broker_killed_in_the_middle_and_started_again_loses_no_job() {
    let france = Simulator::start(60);
    let mut broker = start_broker();
    let engine = Engine::start();
    let here = Installation::in_france(&france)
        .with_engine(&engine)
        .with_queue(&broker.url());
    import_websites(&here, &france);
    let worker = here.start("worker", &["worker"]);
    wait_until("the worker has declared its lanes", || {
        worker.stderr().contains("worker ready")
    });
    thread::sleep(LANES_ARE_KEPT_AFTER);
    let mut night = here.start("night", &["run", "--no-work", "--json"]);
    france.wait_for_requests(150);
    broker.kill();
    assert!(!night.has_ended(), "{}", night.stderr());
    broker.restart();
    certificate(night.wait());
    worker.interrupt();
    worker.wait().exited(0);
    assert_all_figures_are_true(&here, &france, 1_500);
    assert_good_manners(&france);
    assert_nothing_counts_twice(&here);
}
