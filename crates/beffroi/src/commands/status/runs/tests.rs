use beffroi_store::{Day, Millis};

use super::*;

fn now() -> Timestamp {
    "2026-11-26T03:00:00Z".parse().unwrap()
}

fn run(started_secs_ago: i64) -> RunRow {
    let started_at = now() - SignedDuration::from_secs(started_secs_ago);
    RunRow {
        run_id: "2026-11-26".to_owned(),
        night: Day::from(jiff::civil::date(2026, 11, 26)),
        state: "running".to_owned(),
        scope: String::new(),
        as_of: started_at.into(),
        started_at: started_at.into(),
        ended_at: None,
        program: String::new(),
        certificate: String::new(),
        reason: String::new(),
        updated_at: Millis::now(),
    }
}

fn row(lane: &str, platform: &str, outcome: &str, jobs: u64, recent: u64) -> OutcomeRow {
    OutcomeRow {
        lane: lane.to_owned(),
        platform: platform.to_owned(),
        outcome: outcome.to_owned(),
        jobs,
        recent,
    }
}

fn view(started_secs_ago: i64, outcomes: &[OutcomeRow], hosts: &[HostRow]) -> StoreView {
    let mut view = StoreView::default();
    let run = run(started_secs_ago);
    view.add(&Config::default(), &run, outcomes, hosts, now());
    view
}

#[test]
fn jobs_are_added_up_by_platform_and_by_lane() {
    let outcomes = [
        row("api.bluesky", "bluesky", "measured", 30, 30),
        row("host.01", "website", "", 100, 0),
        row("host.01", "website", "measured", 40, 20),
        row("host.02", "website", "failed", 10, 10),
    ];
    let view = view(3600, &outcomes, &[]);
    let run = &view.runs[0];
    assert_eq!((run.planned, run.ended), (180, 80));
    assert_eq!(run.platforms.len(), 2);
    let website = &run.platforms[1];
    assert_eq!((website.planned, website.ended), (150, 50));
    assert_eq!(website.outcomes["failed"], 10);
    let lane = view.lanes[&Lane::host(1)];
    assert_eq!((lane.planned, lane.ended), (140, 40));
    // 60 jobs in the last five minutes; 100 are left.
    assert_eq!(run.jobs_per_second, Some(0.2));
    assert_eq!(
        run.end_by_rate,
        Some(now() + SignedDuration::from_secs(500))
    );
}

#[test]
fn the_rate_of_a_young_run_is_that_since_its_start() {
    let outcomes = [
        row("host.01", "website", "measured", 60, 60),
        row("host.01", "website", "", 60, 0),
    ];
    let run = &view(60, &outcomes, &[]).runs[0];
    assert_eq!(run.jobs_per_second, Some(1.0));
    assert_eq!(view(2, &outcomes, &[]).runs[0].jobs_per_second, None);
}

#[test]
fn without_a_job_that_ended_lately_no_end_is_expected() {
    let outcomes = [
        row("host.01", "website", "measured", 60, 0),
        row("host.01", "website", "", 60, 0),
    ];
    let run = &view(3600, &outcomes, &[]).runs[0];
    assert_eq!(run.jobs_per_second, Some(0.0));
    assert_eq!(run.end_by_rate, None);
}

#[test]
fn the_pace_of_the_busiest_host_bounds_the_end() {
    let outcomes = [
        row("api.bluesky", "bluesky", "", 25, 0),
        row("host.01", "website", "", 5000, 0),
    ];
    let hosts = [HostRow {
        platform: "website".to_owned(),
        host: "www.intramuros.org".to_owned(),
        jobs: 4000,
    }];
    let run = &view(3600, &outcomes, &hosts).runs[0];
    assert_eq!(run.bound_by.as_deref(), Some("www.intramuros.org"));
    // At least one request each, a second apart.
    let wait = run.end_at_the_earliest.unwrap().duration_since(now());
    assert!(wait >= SignedDuration::from_secs(4000), "{wait:?}");

    // Without hosts, the lane of an API: so many calls at its rate.
    let run = &view(3600, &outcomes, &[]).runs[0];
    assert_eq!(run.bound_by.as_deref(), Some("api.bluesky"));
}

#[test]
fn an_ended_run_is_bound_by_nothing() {
    let outcomes = [row("host.01", "website", "measured", 60, 0)];
    let run = &view(3600, &outcomes, &[]).runs[0];
    assert_eq!((run.planned, run.ended), (60, 60));
    assert_eq!(run.end_at_the_earliest, None);
}
