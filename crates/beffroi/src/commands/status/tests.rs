use beffroi_model::{Lane, Platform};
use beffroi_queue::{LaneDepth, RetryDepth};
use beffroi_worker::{LaneReport, WorkerReport, WorkerState};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{fleet::Heard, runs::LaneProgress, warnings::WarningKind, *};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + secs).unwrap()
}

/// A worker heard so long ago, that holds these lanes.
fn worker(name: &str, secs_ago: i64, lanes: &[(Lane, i64)]) -> Heard {
    let lanes = lanes.iter().map(|(lane, since)| LaneReport {
        held_since: Some(at(*since)),
        in_flight: 3,
        requests: 48,
        allowed: lane.as_str().starts_with("api.").then_some(50.0),
        ..LaneReport::of(lane.clone())
    });
    let report = WorkerReport {
        worker: name.to_owned(),
        session: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
        state: WorkerState::Working,
        hold_ms: 5000,
        version: "0.1.0".to_owned(),
        job_schema: 2,
        lanes: lanes.collect(),
        rss_bytes: Some(300 << 20),
        ..WorkerReport::default()
    };
    Heard {
        report,
        at: at(0) - SignedDuration::from_secs(secs_ago),
    }
}

fn depth((lane, ready, consumers): &(Lane, u64, u32)) -> LaneDepth {
    LaneDepth {
        lane: lane.clone(),
        ready: *ready,
        consumers: *consumers,
    }
}

fn tier((secs, waiting): (u64, u64)) -> RetryDepth {
    RetryDepth {
        delay: Duration::from_secs(secs),
        waiting,
    }
}

fn broker(depths: &[(Lane, u64, u32)]) -> Option<BrokerView> {
    Some(BrokerView {
        depths: depths.iter().map(depth).collect(),
        retries: [(10, 0), (60, 12), (3600, 1)].map(tier).to_vec(),
        dead: 2,
    })
}

fn of(broker: Option<BrokerView>, workers: &[Heard]) -> Status {
    let workers: Vec<&Heard> = workers.iter().collect();
    let mut store = StoreView::default();
    let progress = LaneProgress {
        planned: 100,
        ended: 40,
    };
    store.lanes.insert(Lane::host(1), progress);
    Status::of(store, broker, &workers, at(0))
}

fn kinds(status: &Status) -> Vec<WarningKind> {
    status.warnings.iter().map(|it| it.kind).collect()
}

#[test]
fn a_lane_is_told_by_broker_store_and_owner_together() {
    let bluesky = Lane::api(Platform::Bluesky);
    let broker = broker(&[(Lane::host(1), 57, 1), (bluesky.clone(), 9, 1)]);
    let workers = [
        worker("a", 1, &[(Lane::host(1), -30)]),
        worker("b", 2, &[(bluesky.clone(), -60)]),
    ];
    let status = of(broker, &workers);
    assert_eq!(kinds(&status), []);
    let lane = |name: &Lane| status.lanes.iter().find(|it| it.lane == *name).unwrap();
    let host = lane(&Lane::host(1));
    assert_eq!(host.owner.as_deref(), Some("a"));
    assert_eq!((host.depth, host.consumers), (Some(57), Some(1)));
    assert_eq!((host.planned, host.ended), (100, 40));
    assert_eq!(host.allowed_per_second, None);
    let api = lane(&bluesky);
    assert_eq!(api.requests_per_second, Some(4.8));
    assert_eq!(api.allowed_per_second, Some(5.0));

    let text = show::text(&status);
    assert!(text.contains("4.8 of 5.0 (96 %)"), "{text}");
    assert!(
        text.contains("Put off: 12 for 60 s, 1 for 60 min. Dead letters: 2"),
        "{text}"
    );
    assert!(text.contains("300 MiB"), "{text}");
}

#[test]
fn a_lane_with_jobs_and_without_a_consumer_is_warned_of() {
    let status = of(
        broker(&[(Lane::host(1), 57, 0), (Lane::host(2), 0, 0)]),
        &[],
    );
    assert_eq!(kinds(&status), [WarningKind::LaneWithoutConsumer]);
    let warning = &status.warnings[0].text;
    assert!(
        warning.contains("57 jobs") && warning.contains("host.01"),
        "{warning}"
    );
    let text = show::text(&status);
    assert!(text.contains("warning: 57 jobs"), "{text}");
    assert!(text.contains("No worker is heard"), "{text}");
}

#[test]
fn a_silent_worker_is_warned_of_and_owns_nothing() {
    let workers = [worker("a", 11, &[(Lane::host(1), -30)])];
    let status = of(broker(&[(Lane::host(1), 0, 0)]), &workers);
    assert_eq!(kinds(&status), [WarningKind::WorkerSilent]);
    assert_eq!(status.lanes[0].owner, None);
    assert_eq!(status.workers[0].heard_secs_ago, 11);
}

#[test]
fn two_that_say_they_hold_a_lane_are_warned_of() {
    let workers = [
        worker("a", 1, &[(Lane::host(1), -30)]),
        worker("b", 1, &[(Lane::host(1), -2)]),
    ];
    let status = of(broker(&[(Lane::host(1), 5, 1)]), &workers);
    assert_eq!(kinds(&status), [WarningKind::LaneHeldTwice]);
    assert!(
        status.warnings[0]
            .text
            .contains("a, b say that they hold `host.01`")
    );
    // The one that began last is taken as its owner.
    assert_eq!(status.lanes[0].owner.as_deref(), Some("b"));

    // Not with one of them, long silent: its lane has gone to the other.
    let workers = [workers[1].clone(), worker("a", 30, &[(Lane::host(1), -40)])];
    let status = of(broker(&[(Lane::host(1), 5, 1)]), &workers);
    assert_eq!(kinds(&status), [WarningKind::WorkerSilent]);
}

#[test]
fn workers_that_differ_are_warned_of() {
    let mut workers = [
        worker("a", 1, &[]),
        worker("b", 1, &[]),
        worker("c", 20, &[]),
    ];
    workers[1].report.hold_ms = 8000;
    workers[2].report.hold_ms = 1;
    let status = of(broker(&[]), &workers);
    assert_eq!(
        kinds(&status),
        [WarningKind::WorkerSilent, WarningKind::HoldsDiffer]
    );
    assert!(status.warnings[1].text.contains("5000, 8000 ms"));

    workers[1].report.hold_ms = 5000;
    workers[1].report.job_schema = 3;
    let status = of(broker(&[]), &workers[..2]);
    assert_eq!(kinds(&status), [WarningKind::VersionsDiffer]);
}

#[test]
fn of_a_queue_in_another_process_it_says_what_it_cannot_know() {
    let status = of(None, &[]);
    assert_eq!(status.queue, "in_process");
    assert_eq!((status.retries.as_ref(), status.dead), (None, None));
    assert_eq!(status.lanes[0].depth, None);
    let text = show::text(&status);
    assert!(text.contains("There is no run yet."), "{text}");
    assert!(
        text.contains("The queue is in the process of `beffroi run`"),
        "{text}"
    );
    let json = serde_json::to_value(&status).unwrap();
    assert!(json["dead"].is_null() && json["lanes"][0]["depth"].is_null());
}
