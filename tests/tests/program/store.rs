//! The store's own promises, against a real engine.

use std::time::Duration;

use beffroi_model::{
    Absent, AccountRef, Figure, Job, JobId, Lane, Measurement, Origin, Outcome, Platform, RunId,
    Stratum,
};
use beffroi_store::{Day, JobRows, Millis, RunRow, Store, StoreSettings, Writer};
use beffroi_tests::Engine;
use jiff::Timestamp;
use strum::IntoEnumIterator;

/// A connected store with an empty schema.
pub(crate) async fn store_on(engine: &Engine) -> Store {
    let store = Store::try_new(StoreSettings {
        url: engine.url(),
        user: engine.user().to_owned(),
        password: engine.password().to_owned(),
        flush_interval: Duration::from_millis(50),
        ..StoreSettings::default()
    });
    let store = store.unwrap();
    store.connect().await.unwrap();
    store.migrate().await.unwrap();
    store
}

fn run(name: &str) -> RunId {
    name.parse().unwrap()
}

fn job(run: &RunId, number: u32) -> Job {
    let handle = format!("mairie{number}.exemple.test");
    let url = format!("https://bsky.app/profile/{handle}")
        .parse()
        .unwrap();
    let account = AccountRef {
        platform: Platform::Bluesky,
        handle,
        url,
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
}

/// What a job that was measured at that second brought.
fn measured(job: &Job, second: i64, followers: u64) -> JobRows {
    let at = Timestamp::from_second(1_795_400_000 + second).unwrap();
    let mut measurement = Measurement::without_figures(job.account.clone(), Outcome::Measured, at);
    measurement.figures.followers = Figure::Known(followers);
    measurement.state = Some(format!("{{\"seen\":{followers}}}"));
    JobRows::of(job, &measurement, "tests", at)
}

async fn write(store: &Store, rows: Vec<JobRows>) {
    let (writer, task) = Writer::start(store.clone());
    for rows in rows {
        writer.write(rows).await.unwrap().wait().await.unwrap();
    }
    drop(writer);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn a_schema_is_applied_once_and_then_left_alone() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let stamps = "SELECT groupArray((number, applied_at)) FROM (SELECT * FROM beffroi.schema_migration ORDER BY number)";
    let applied = engine.query(stamps);
    let again = store.migrate().await.unwrap();
    assert!(again.applied.is_empty(), "{again:?}");
    assert!(again.schema > 20);
    assert_eq!(engine.query(stamps), applied);
}

#[tokio::test]
async fn the_strata_of_the_store_are_those_of_the_model() {
    let engine = Engine::start();
    let _store = store_on(&engine).await;
    // Each bound of the scale and its neighbours.
    let bounds = [
        0,
        500,
        2_000,
        3_500,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        u32::MAX - 1,
    ];
    let around = |bound: u32| [bound.saturating_sub(1), bound, bound + 1];
    let populations: Vec<u32> = bounds.into_iter().flat_map(around).collect();
    let values: Vec<String> = populations
        .iter()
        .map(|people| format!("(now64(3), '{people}', {people})"))
        .collect();
    engine.query(&format!(
        "INSERT INTO beffroi.collectivity (version, collectivity_id, population) VALUES {}",
        values.join(", ")
    ));
    let mut seen = Vec::new();
    for people in populations {
        let question = format!(
            "SELECT any(stratum) FROM beffroi.collectivity WHERE collectivity_id = '{people}'"
        );
        let stored = engine.query(&question);
        assert_eq!(stored, Stratum::of(people).as_str(), "{people} inhabitants");
        seen.push(stored);
    }
    assert!(Stratum::iter().all(|stratum| seen.iter().any(|it| it == stratum.as_str())));
}

#[tokio::test]
async fn rows_are_in_the_store_when_a_job_is_told_that_they_are() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let (writer, task) = Writer::start(store);
    let run = run("2026-11-23");
    for number in 0..3 {
        let job = job(&run, number);
        writer
            .write(measured(&job, 0, 7))
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        for table in ["job_outcome", "account_observation", "account_state"] {
            let rows = engine.query(&format!(
                "SELECT count() FROM beffroi.{table} WHERE account_id = '{}'",
                job.account.account_id()
            ));
            assert_eq!(rows, "1", "{table}");
        }
    }
    drop(writer);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn a_job_written_twice_counts_once_with_its_last_figures() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let job = job(&run("2026-11-23"), 1);
    write(
        &store,
        vec![
            measured(&job, 0, 7),
            measured(&job, 60, 8),
            measured(&job, 60, 8),
        ],
    )
    .await;
    for table in ["job_outcome", "account_observation", "account_state"] {
        assert_eq!(
            engine.query(&format!("SELECT count() FROM beffroi.{table} FINAL")),
            "1",
            "{table}"
        );
    }
    assert_eq!(
        engine.query("SELECT followers FROM beffroi.v_account_observation"),
        "8"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writer_waits_while_the_engine_is_down_and_goes_on() {
    let mut engine = Engine::start();
    let store = store_on(&engine).await;
    let (writer, task) = Writer::start(store);
    let run = run("2026-11-23");
    writer
        .write(measured(&job(&run, 0), 0, 1))
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    engine.kill();
    let mut promises = Vec::new();
    for number in 1..=40 {
        promises.push(
            writer
                .write(measured(&job(&run, number), 0, 1))
                .await
                .unwrap(),
        );
    }
    let last = promises.pop().unwrap();
    let waiting = tokio::spawn(last.wait());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!waiting.is_finished(), "durable without a store");
    engine.restart();
    waiting.await.unwrap().unwrap();
    for promise in promises {
        promise.wait().await.unwrap();
    }
    drop(writer);
    task.finish().await.unwrap();
    assert_eq!(
        engine.query("SELECT count() FROM beffroi.job_outcome FINAL"),
        "41"
    );
}

#[tokio::test]
async fn a_store_away_for_too_long_ends_the_writer_and_tells_its_jobs() {
    let mut engine = Engine::start();
    store_on(&engine).await;
    let settings = StoreSettings {
        url: engine.url(),
        user: engine.user().to_owned(),
        password: engine.password().to_owned(),
        give_up_after: Duration::from_millis(300),
        ..StoreSettings::default()
    };
    let (writer, task) = Writer::start(Store::try_new(settings).unwrap());
    engine.kill();
    let promise = writer
        .write(measured(&job(&run("2026-11-23"), 1), 0, 1))
        .await
        .unwrap();
    assert!(promise.wait().await.is_err());
    let error = task.finish().await.unwrap_err().to_string();
    assert!(error.contains("--resume"), "{error}");
}

#[tokio::test]
async fn a_runs_progress_certificate_and_rest_add_up() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let run = run("2026-11-23");
    let jobs: Vec<Job> = (0..5).map(|number| job(&run, number)).collect();
    store.write_jobs(&jobs).await.unwrap();
    // The plan written again by a run that was cut short.
    store.write_jobs(&jobs).await.unwrap();
    let at = Timestamp::from_second(1_795_400_000).unwrap();
    let absent = Outcome::Absent(Absent::Gone);
    let gone = Measurement::without_figures(jobs[1].account.clone(), absent, at);
    let other_night = job(&"2026-11-22".parse().unwrap(), 2);
    write(
        &store,
        vec![
            measured(&jobs[0], 0, 7),
            JobRows::of(&jobs[1], &gone, "tests", at),
            measured(&other_night, 0, 7),
        ],
    )
    .await;

    let progress = store.progress(&run).await.unwrap();
    assert_eq!(progress.len(), 1);
    assert_eq!((progress[0].planned, progress[0].ended), (5, 2));
    let lines = store.certificate(&run).await.unwrap();
    let count = |outcome: &str, reason: &str| -> u64 {
        let is_it = |line: &&beffroi_store::CertificateLine| {
            line.outcome == outcome && line.reason == reason && line.platform == "bluesky"
        };
        lines.iter().filter(is_it).map(|line| line.jobs).sum()
    };
    assert_eq!(
        (
            count("measured", ""),
            count("absent", "gone"),
            count("", "")
        ),
        (1, 1, 3)
    );
    let mut left: Vec<JobId> = store
        .unfinished_jobs(&run)
        .await
        .unwrap()
        .iter()
        .map(|row| JobId::from_uuid(row.job_id))
        .collect();
    let mut expected: Vec<JobId> = jobs[2..].iter().map(|job| job.job_id).collect();
    left.sort_unstable();
    expected.sort_unstable();
    assert_eq!(left, expected);
    let ids: Vec<JobId> = jobs.iter().map(|job| job.job_id).collect();
    let ended = store.ended_jobs(&run, &ids).await.unwrap();
    assert_eq!(ended, [ids[0], ids[1]].into());
}

#[tokio::test]
async fn a_runs_row_is_replaced_by_its_next_state() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let at = Millis(1_795_400_000_000);
    let row = |run_id: &str, state: &str, updated: i64| RunRow {
        run_id: run_id.to_owned(),
        night: Day::from(run(run_id).date()),
        state: state.to_owned(),
        reason: String::new(),
        scope: "{}".to_owned(),
        as_of: at,
        started_at: at,
        ended_at: None,
        program: "tests".to_owned(),
        certificate: String::new(),
        updated_at: Millis(at.0 + updated),
    };
    for (name, state, updated) in [
        ("2026-11-23", "planning", 0),
        ("2026-11-22", "complete", 0),
        ("2026-11-23", "running", 5),
    ] {
        store.write_run(&row(name, state, updated)).await.unwrap();
    }
    assert_eq!(
        store.run(&run("2026-11-23")).await.unwrap(),
        Some(row("2026-11-23", "running", 5))
    );
    assert_eq!(store.run(&run("2026-11-21")).await.unwrap(), None);
    assert_eq!(store.runs().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_job_is_handed_the_state_of_the_last_run_before_its_own() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let [before, last, own, later] =
        ["2026-11-20", "2026-11-22", "2026-11-23", "2026-11-24"].map(|name| job(&run(name), 1));
    // Written in another order than that of the nights.
    write(
        &store,
        vec![
            measured(&last, 0, 22),
            measured(&later, 10, 24),
            measured(&own, 20, 23),
            measured(&before, 30, 20),
        ],
    )
    .await;
    let account = own.account.account_id();
    for _twice in 0..2 {
        let states = store
            .previous_states(&own.run_id, &[account])
            .await
            .unwrap();
        assert_eq!(states[&account], r#"{"seen":22}"#);
    }
    let first = store
        .previous_states(&before.run_id, &[account])
        .await
        .unwrap();
    assert!(first.is_empty(), "{first:?}");
}

/// The figures of one account as the views have them, by night.
fn figures(engine: &Engine, columns: &str) -> Vec<String> {
    let rows = engine.query(&format!(
        "SELECT {columns} FROM beffroi.v_account_observation ORDER BY night"
    ));
    rows.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_figure_that_jumps_is_kept_and_flagged() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let nights = [
        "2026-10-31",
        "2026-11-01",
        "2026-11-02",
        "2026-11-03",
        "2026-11-04",
    ];
    for (second, (night, followers)) in nights
        .into_iter()
        .zip([5_000, 500, 501, 5_010, 4_990])
        .enumerate()
    {
        let job = job(&run(night), 1);
        write(&store, vec![measured(&job, second as i64, followers)]).await;
        // Small accounts do go from 3 to 30.
        let small = self::job(&run(night), 2);
        let few = if followers > 1_000 { 30 } else { 3 };
        write(&store, vec![measured(&small, second as i64, few)]).await;
        store.flag_implausible(&run(night)).await.unwrap();
    }
    let id = job(&run("2026-11-01"), 1).account.account_id();
    let seen = |engine: &Engine| {
        engine.query(&format!(
            "SELECT followers, implausible FROM beffroi.v_account_observation WHERE account_id = '{id}' ORDER BY night"
        ))
    };
    let expected = "5000\t[]\n500\t['followers']\n501\t[]\n5010\t['followers']\n4990\t[]";
    assert_eq!(seen(&engine), expected);
    let flagged = "SELECT count() FROM beffroi.v_account_observation WHERE notEmpty(implausible)";
    assert_eq!(engine.query(flagged), "2");
    let rows = || {
        engine.query(
            "SELECT sum(rows) FROM system.parts WHERE table = 'account_observation' AND active",
        )
    };
    let before = rows();
    store.flag_implausible(&run("2026-11-01")).await.unwrap();
    assert_eq!(rows(), before, "a repeat wrote something");
    // A job that runs again is judged again.
    write(
        &store,
        vec![measured(&job(&run("2026-11-01"), 1), 100, 4_900)],
    )
    .await;
    store.flag_implausible(&run("2026-11-01")).await.unwrap();
    assert!(seen(&engine).contains("4900\t[]"), "{}", seen(&engine));
}

#[tokio::test]
async fn rounding_is_stored_and_handles_have_a_history() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let names = [
        ("2026-11-20", ""),
        ("2026-11-21", ""),
        ("2026-11-22", "ville.exemple.test"),
    ];
    for (night, renamed_to) in names {
        let job = job(&run(night), 1);
        store.write_jobs(std::slice::from_ref(&job)).await.unwrap();
        let at = Timestamp::from_second(1_795_400_000).unwrap();
        let mut seen = Measurement::without_figures(job.account.clone(), Outcome::Measured, at);
        seen.figures.followers = Figure::Known(10_400);
        seen.followers_step = renamed_to.is_empty().then_some(100);
        seen.identity.permanent_id = Some("did:plc:a".to_owned());
        seen.identity.renamed_to = Some(renamed_to.to_owned());
        write(&store, vec![JobRows::of(&job, &seen, "tests", at)]).await;
    }
    assert_eq!(figures(&engine, "followers_step"), ["100", "100", "\\N"]);
    assert_eq!(
        engine.query(
            "SELECT permanent_id, handle, first_seen, last_seen FROM beffroi.v_handle ORDER BY first_seen"
        ),
        "did:plc:a\tmairie1.exemple.test\t2026-11-20\t2026-11-21\n\
         did:plc:a\tville.exemple.test\t2026-11-22\t2026-11-22"
    );
}
