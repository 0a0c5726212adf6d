//! Jobs whose end is given by the coordinator, and taken back by hand.

use beffroi_model::{
    AccountRef, Failed, Job, JobId, Lane, Measurement, Origin, Outcome, Platform, RunId,
};
use beffroi_store::{
    Day, JobOutcomeRow, JobRows, Millis, RunRow, Store, StoreError, Writer, run_state,
};
use beffroi_tests::Engine;
use jiff::{SignedDuration, Timestamp};

use crate::store::store_on;

fn night() -> RunId {
    "2026-11-23".parse().unwrap()
}

fn jobs(run: &RunId) -> Vec<Job> {
    let job = |number: u32| {
        let handle = format!("mairie{number}.exemple.test");
        let url = format!("https://bsky.app/profile/{handle}");
        let account = AccountRef {
            platform: Platform::Bluesky,
            handle,
            url: url.parse().unwrap(),
        };
        let as_of = "2026-11-23T02:00:00Z".parse().unwrap();
        let lane = Lane::api(Platform::Bluesky);
        Job::new(
            run.clone(),
            as_of,
            lane,
            account,
            Vec::new(),
            Origin::Planned,
        )
    };
    (0..5).map(job).collect()
}

fn run_row(run: &RunId, state: &str) -> RunRow {
    let at = Millis::now();
    RunRow {
        run_id: run.to_string(),
        night: Day::from(run.date()),
        state: state.to_owned(),
        reason: String::new(),
        scope: "{}".to_owned(),
        as_of: at,
        started_at: at,
        ended_at: Some(at),
        program: "tests".to_owned(),
        certificate: "{}".to_owned(),
        updated_at: at,
    }
}

fn poisoned(job: &Job, ended_at: Timestamp) -> JobOutcomeRow {
    JobOutcomeRow::of(
        job,
        Outcome::Failed(Failed::Poisoned),
        0,
        "coordinator",
        ended_at,
    )
}

async fn unfinished(store: &Store, run: &RunId) -> Vec<JobId> {
    let rows = store.unfinished_jobs(run).await.unwrap();
    rows.iter()
        .map(|row| JobId::from_uuid(row.job_id))
        .collect()
}

#[tokio::test]
async fn jobs_that_are_reopened_are_left_again_and_their_run_is_to_be_resumed() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let (run, other) = (night(), "2026-11-23.bluesky".parse().unwrap());
    let now = Timestamp::now();
    for run in [&run, &other] {
        let jobs = jobs(run);
        store.write_jobs(&jobs).await.unwrap();
        let outcomes: Vec<JobOutcomeRow> = jobs.iter().map(|job| poisoned(job, now)).collect();
        // Written twice, in two parts: no copy may come back.
        store.end_jobs(&outcomes).await.unwrap();
        store.end_jobs(&outcomes).await.unwrap();
        let row = run_row(run, run_state::COMPLETE);
        store.write_run(&row).await.unwrap();
    }
    let ids: Vec<JobId> = jobs(&run).iter().map(|job| job.job_id).collect();
    assert!(unfinished(&store, &run).await.is_empty());

    // One is named twice, one is of nobody.
    let stranger = JobId::new(&run, beffroi_model::AccountId::new(Platform::X, "nobody"));
    let chosen = [ids[0], ids[3], ids[0], stranger];
    assert_eq!(store.reopen_jobs(&chosen, &run).await.unwrap(), 2);
    let mut left = unfinished(&store, &run).await;
    let mut expected = vec![ids[0], ids[3]];
    left.sort();
    expected.sort();
    assert_eq!(left, expected);
    let row = store.run(&run).await.unwrap().unwrap();
    assert_eq!(row.state, run_state::INTERRUPTED);
    assert_eq!((row.ended_at, row.certificate.as_str()), (None, "{}"));
    assert!(unfinished(&store, &other).await.is_empty(), "another run's");
    assert_eq!(store.reopen_jobs(&chosen, &run).await.unwrap(), 0);

    // Done again, it has the one outcome of its new end.
    let job = &jobs(&run)[0];
    let measurement = Measurement::without_figures(job.account.clone(), Outcome::Unchanged, now);
    let (writer, task) = Writer::start(store.clone());
    let rows = JobRows::of(
        job,
        &measurement,
        "worker",
        now - SignedDuration::from_secs(9),
    );
    writer.write(rows).await.unwrap().wait().await.unwrap();
    drop(writer);
    task.finish().await.unwrap();
    let lines = store.certificate(&run).await.unwrap();
    let told: Vec<(&str, &str, u64)> = (lines.iter())
        .map(|line| (&*line.outcome, &*line.reason, line.jobs))
        .collect();
    assert_eq!(
        told,
        [("", "", 1), ("failed", "poisoned", 3), ("unchanged", "", 1)]
    );
}

#[tokio::test]
async fn a_run_at_work_stays_at_work_and_an_unknown_one_is_told() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let run = night();
    let ids: Vec<JobId> = jobs(&run).iter().map(|job| job.job_id).collect();
    let error = store.reopen_jobs(&ids, &run).await.unwrap_err();
    assert!(matches!(error, StoreError::UnknownRun { .. }), "{error}");
    store.write_jobs(&jobs(&run)).await.unwrap();
    let row = run_row(&run, run_state::RUNNING);
    store.write_run(&row).await.unwrap();
    let outcome = poisoned(&jobs(&run)[1], Timestamp::now());
    store.end_jobs(&[outcome]).await.unwrap();
    assert_eq!(store.reopen_jobs(&ids, &run).await.unwrap(), 1);
    let row = store.run(&run).await.unwrap().unwrap();
    assert_eq!(row.state, run_state::RUNNING);
}
