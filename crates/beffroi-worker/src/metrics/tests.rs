use std::collections::{BTreeMap, BTreeSet};

use beffroi_model::{Failed, FetchRecord, Outcome};

use super::*;

/// The samples of a rendered text: name and labels, value.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// Metrics in which everything has been counted once.
fn busy() -> (Metrics, LaneMetrics) {
    let metrics = Metrics::new();
    let lane = metrics.lane(&Lane::host(7), Platform::Website);
    lane.taken(3);
    lane.ended(Outcome::Measured);
    lane.ended(Outcome::Failed(Failed::Internal));
    lane.hold_begun();
    lane.hold_ended(HoldEnd::Lost);
    lane.hold_begun();
    lane.allow(5.0);
    metrics.fetched(&CountersSnapshot {
        exchanges_total: 7,
        body_bytes_total: 4096,
        failures_total: [("tcp_timeout", 2)].into(),
    });
    metrics.clock_offset(SignedDuration::from_millis(-250));
    (metrics, lane)
}

#[test]
fn the_text_holds_the_catalogue_and_nothing_else() {
    let text = busy().0.render();
    let mut types = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(types.insert(name, kind).is_none(), "{name} twice");
    }
    for spec in METRICS {
        let kind: &str = spec.kind.into();
        assert_eq!(types.remove(spec.name), Some(kind), "{}", spec.name);
        let help = format!("# HELP {} {}.\n", spec.name, spec.help);
        assert!(text.contains(&help), "{help}");
        assert!(!spec.help.ends_with('.'), "{}", spec.name);
    }
    assert!(types.is_empty(), "not in the catalogue: {types:?}");
}

#[test]
fn names_and_labels_are_bounded() {
    let mut names = BTreeSet::new();
    for spec in METRICS {
        assert!(spec.name.starts_with("beffroi_"), "{}", spec.name);
        assert!(names.insert(spec.name), "{} twice", spec.name);
        let is_counter = spec.kind == MetricKind::Counter;
        assert_eq!(spec.name.ends_with("_total"), is_counter, "{}", spec.name);
        let bounded = ["lane", "platform", "outcome", "reason"];
        let is_bounded = spec.labels.iter().all(|label| bounded.contains(label));
        assert!(
            is_bounded || spec.name == "beffroi_build_info",
            "{}",
            spec.name
        );
    }
}

#[test]
fn what_was_counted_is_told() {
    let (metrics, lane) = busy();
    {
        let _waiting = lane.waiting(2);
        let _in_flight = lane.in_flight(1);
        let told = samples(&metrics.render());
        assert_eq!(told[r#"beffroi_jobs_waiting{lane="host.07"}"#], 2.0);
        assert_eq!(told[r#"beffroi_jobs_in_flight{lane="host.07"}"#], 1.0);
    }
    let told = samples(&metrics.render());
    let expected = [
        (r#"beffroi_jobs_taken_total{lane="host.07"}"#, 3.0),
        (r#"beffroi_jobs_waiting{lane="host.07"}"#, 0.0),
        (
            r#"beffroi_jobs_ended_total{lane="host.07",outcome="measured"}"#,
            1.0,
        ),
        (
            r#"beffroi_jobs_ended_total{lane="host.07",outcome="failed"}"#,
            1.0,
        ),
        (
            r#"beffroi_jobs_ended_total{lane="host.07",outcome="absent"}"#,
            0.0,
        ),
        (
            r#"beffroi_job_reasons_total{platform="website",outcome="failed",reason="internal"}"#,
            1.0,
        ),
        (r#"beffroi_lane_held{lane="host.07"}"#, 1.0),
        (r#"beffroi_lane_holds_begun_total{lane="host.07"}"#, 2.0),
        (
            r#"beffroi_lane_holds_ended_total{lane="host.07",reason="lost"}"#,
            1.0,
        ),
        (
            r#"beffroi_lane_requests_allowed_per_second{lane="host.07"}"#,
            5.0,
        ),
        ("beffroi_fetch_requests_total", 7.0),
        (r#"beffroi_fetch_failures_total{reason="tcp_timeout"}"#, 2.0),
        ("beffroi_clock_offset_seconds", -0.25),
    ];
    for (name, value) in expected {
        assert_eq!(told.get(name), Some(&value), "{name}");
    }
}

#[test]
fn a_figure_that_is_not_known_is_not_told() {
    let metrics = Metrics::new();
    metrics.lane(&Lane::host(1), Platform::Website);
    let told = samples(&metrics.render());
    assert!(
        !told
            .keys()
            .any(|name| name.starts_with("beffroi_clock_offset"))
    );
    assert!(!told.keys().any(|name| name.contains("allowed_per_second")));
    let report = metrics.lane(&Lane::host(1), Platform::Website).report();
    assert_eq!(report.allowed, None);
}

#[test]
fn totals_of_others_never_fall() {
    let metrics = Metrics::new();
    metrics.before_reading(|metrics| metrics.writer(3, 100, 1));
    let told = samples(&metrics.render());
    assert_eq!(told["beffroi_writer_jobs_waiting"], 3.0);
    metrics.writer(0, 90, 0);
    let told = samples(&metrics.render());
    assert_eq!(told["beffroi_writer_rows_total"], 100.0);
    assert_eq!(told["beffroi_writer_failures_total"], 1.0);
}

#[test]
fn a_hold_is_counted_once_however_often_it_is_told() {
    let metrics = Metrics::new();
    let lane = metrics.lane(&Lane::host(1), Platform::Website);
    lane.hold_ended(HoldEnd::Leaving);
    lane.hold_begun();
    lane.hold_begun();
    lane.hold_ended(HoldEnd::Yielded);
    lane.hold_ended(HoldEnd::Leaving);
    let told = samples(&metrics.render());
    assert_eq!(
        told[r#"beffroi_lane_holds_begun_total{lane="host.01"}"#],
        1.0
    );
    let ended = |reason: &str| {
        told[&format!(r#"beffroi_lane_holds_ended_total{{lane="host.01",reason="{reason}"}}"#)]
    };
    assert_eq!((ended("yielded"), ended("leaving")), (1.0, 0.0));
    assert_eq!(told[r#"beffroi_lane_held{lane="host.01"}"#], 0.0);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_tells_of_the_lanes_held_or_still_in_use() {
    let metrics = Metrics::new();
    let held = metrics.lane(&Lane::host(1), Platform::Website);
    let left = metrics.lane(&Lane::host(2), Platform::Website);
    let api = metrics.lane(&Lane::api(Platform::Bluesky), Platform::Bluesky);
    metrics.lane(&Lane::host(3), Platform::Website);
    held.hold_begun();
    api.hold_begun();
    api.allow(5.0);
    let (_flying, _more) = (left.in_flight(4), held.in_flight(2));
    let request = FetchRecord {
        at: Timestamp::UNIX_EPOCH,
        url: "https://public.api.bsky.app/".parse().unwrap(),
        status: Some(200),
        error_class: None,
        body_bytes: 10,
        body_hash: None,
        duration_ms: 40,
    };
    api.visited(&[request.clone(), request]);
    tokio::time::advance(Duration::from_secs(2)).await;

    let mut report = WorkerReport::default();
    metrics.fill(&mut report);
    let lanes: Vec<&str> = report.lanes.iter().map(|it| it.lane.as_str()).collect();
    assert_eq!(lanes, ["api.bluesky", "host.01", "host.02"]);
    assert_eq!(report.sites_in_flight, 6);
    assert_eq!(report.lanes[0].requests, 2);
    assert_eq!(report.lanes[0].allowed, Some(50.0));
    assert!(report.lanes[2].held_since.is_none());
    let told = samples(&metrics.render());
    let duration = r#"beffroi_request_duration_seconds_count{platform="bluesky"}"#;
    assert_eq!(told[duration], 2.0);
    assert_eq!(
        told[r#"beffroi_lane_body_bytes_total{lane="api.bluesky"}"#],
        20.0
    );
}

#[test]
fn the_documentation_is_the_catalogue() {
    let documented = include_str!("../../../../docs/metrics.md");
    let rows: Vec<&str> = (documented.lines())
        .filter(|line| line.starts_with("| `beffroi_") && line.matches('|').count() == 6)
        .collect();
    let expected: Vec<String> = METRICS
        .iter()
        .map(|spec| {
            let kind: &str = spec.kind.into();
            let labels: Vec<String> = spec.labels.iter().map(|it| format!("`{it}`")).collect();
            let labels = match labels.as_slice() {
                [] => "—".to_owned(),
                labels => labels.join(", "),
            };
            let MetricSpec {
                name, unit, help, ..
            } = spec;
            format!("| `{name}` | {kind} | {labels} | {unit} | {help} |")
        })
        .collect();
    assert_eq!(rows, expected);
}

/// The names of metrics that a text mentions.
fn mentioned(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_part(c));
    words.filter(|word| word.starts_with("beffroi_")).collect()
}

#[test]
fn alerts_and_expressions_are_of_metrics_that_there_are() {
    let rules = include_str!("../../../../deploy/prometheus/beffroi.rules.yml");
    let documented = include_str!("../../../../docs/metrics.md");
    assert!(mentioned(rules).len() >= 7, "{:?}", mentioned(rules));
    for name in mentioned(rules).union(&mentioned(documented)) {
        let base = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|it| name.strip_suffix(it))
            .unwrap_or(name);
        assert!(METRICS.iter().any(|spec| spec.name == base), "{name}");
    }
}
