//! What ops look at: status, dead letters, the endpoints, the metrics.

use std::{net::SocketAddr, time::Duration};

use beffroi_model::{AccountRef, Job, Lane, Measurement, Origin, Outcome, Platform};
use beffroi_queue::{Queue, QueueSettings};
use beffroi_store::{Day, JobRows, Millis, RunRow, Store, StoreSettings, Writer};
use beffroi_tests::{Engine, Installation, get, wait_until};
use jiff::Timestamp;
use serde_json::Value;

use crate::{start_broker, store::store_on};

fn job(number: u32) -> Job {
    let handle = format!("mairie{number}.exemple.test");
    let account = AccountRef {
        platform: Platform::Bluesky,
        url: format!("https://bsky.app/profile/{handle}")
            .parse()
            .unwrap(),
        handle,
    };
    let (run, lane) = ("2026-11-26".parse().unwrap(), Lane::api(Platform::Bluesky));
    Job::new(
        run,
        Timestamp::now(),
        lane,
        account,
        Vec::new(),
        Origin::Planned,
    )
}

fn measured(job: &Job) -> JobRows {
    let now = Timestamp::now();
    let measurement = Measurement::without_figures(job.account.clone(), Outcome::Measured, now);
    JobRows::of(job, &measurement, "tests", now)
}

/// A run in the store, with this state, whose first jobs have ended.
async fn begin(store: &Store, state: &str, jobs: &[Job], ended: usize) {
    let started_at = Millis::from(Timestamp::now() - Duration::from_secs(60));
    let run = RunRow {
        run_id: "2026-11-26".to_owned(),
        night: Day::from(jiff::civil::date(2026, 11, 26)),
        state: state.to_owned(),
        scope: "{}".to_owned(),
        as_of: started_at,
        started_at,
        ended_at: None,
        program: "tests".to_owned(),
        certificate: String::new(),
        reason: String::new(),
        updated_at: Millis::now(),
    };
    store.write_run(&run).await.unwrap();
    store.write_jobs(jobs).await.unwrap();
    let (writer, task) = Writer::start(store.clone());
    for job in &jobs[..ended] {
        let durable = writer.write(measured(job)).await.unwrap();
        durable.wait().await.unwrap();
    }
    drop(writer);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn the_writer_tells_what_it_has_done_and_ends_though_it_is_watched() {
    let mut engine = Engine::start();
    store_on(&engine).await;
    let store = Store::try_new(StoreSettings {
        url: engine.url(),
        user: engine.user().to_owned(),
        password: engine.password().to_owned(),
        flush_interval: Duration::from_millis(50),
        give_up_after: Duration::from_millis(300),
        ..StoreSettings::default()
    });
    let (writer, task) = Writer::start(store.unwrap());
    let watch = writer.watch();
    let rows = measured(&job(1));
    let count = rows.len() as u64;
    writer.write(rows).await.unwrap().wait().await.unwrap();
    let counts = watch.counts();
    assert_eq!((counts.rows_written, counts.tries_failed), (count, 0));

    engine.kill();
    let durable = writer.write(measured(&job(2))).await.unwrap();
    assert!(durable.wait().await.is_err());
    drop(writer);
    task.finish().await.unwrap_err();
    let counts = watch.counts();
    assert_eq!((counts.jobs_waiting, counts.rows_written), (0, count));
    assert!(counts.tries_failed >= 1);
}

#[tokio::test]
async fn with_the_store_alone_the_status_tells_the_runs_and_what_it_cannot_know() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let here = Installation::default().with_engine(&engine);
    here.succeed(&["status"]);
    let jobs: Vec<Job> = (0..10).map(job).collect();
    begin(&store, "running", &jobs, 4).await;

    let status = here.succeed(&["status", "--json"]).json();
    let run = &status["runs"][0];
    assert_eq!((&run["planned"], &run["ended"]), (&10.into(), &4.into()));
    assert_eq!(run["platforms"][0]["outcomes"]["measured"], 4);
    let rate = run["jobs_per_second"].as_f64().unwrap();
    assert!(rate > 0.0 && rate < 1.0, "{rate}");
    assert!(run["end_by_rate"].is_string(), "{run}");
    assert_eq!(run["bound_by"], "api.bluesky");
    assert!(status["dead"].is_null() && status["retries"].is_null());
    let shown = here.succeed(&["status"]).stdout;
    assert!(shown.contains("4 of 10 jobs ended (40 %)"), "{shown}");
    assert!(shown.contains("known to it alone"), "{shown}");

    begin(&store, "interrupted", &[], 0).await;
    let shown = here.succeed(&["status"]).stdout;
    assert!(
        shown.contains("the latest is 2026-11-26 (interrupted"),
        "{shown}"
    );
}

#[test]
fn a_watched_status_comes_again() {
    let engine = Engine::start();
    let here = Installation::default().with_engine(&engine);
    here.succeed(&["migrate"]);
    let watched = here.start("watched", &["status", "--watch", "1", "--json"]);
    wait_until("three states have been told", || {
        watched.stdout().lines().count() >= 3
    });
    for line in watched.stdout().lines().take(3) {
        let status: Value = serde_json::from_str(line).unwrap();
        assert!(status["at"].is_string());
    }
}

/// Where a worker answers, as its log tells.
fn endpoints(log: &str) -> Option<SocketAddr> {
    let line = log
        .lines()
        .find(|line| line.contains("answering /metrics"))?;
    let address = line.split("address=").nth(1)?.split_whitespace().next()?;
    address.parse().ok()
}

#[test]
fn a_worker_answers_probes_and_scrapes_where_it_is_told() {
    let broker = start_broker();
    let engine = Engine::start();
    let here = (Installation::default())
        .with_engine(&engine)
        .with_queue(&broker.url());
    let options = ["worker", "--lanes", "host.*", "--listen", "127.0.0.1:0"];
    let worker = here.start("worker", &options);
    wait_until("the worker says where it answers", || {
        endpoints(&worker.stderr()).is_some()
    });
    let address = endpoints(&worker.stderr()).unwrap();
    assert_eq!(get(&format!("http://{address}/livez")).status, 200);
    let ready = get(&format!("http://{address}/readyz"));
    let told: Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(told["ready"], ready.status == 200, "{}", ready.body);
    let metrics = get(&format!("http://{address}/metrics"));
    assert_eq!(metrics.status, 200);
    for name in [
        "beffroi_build_info{",
        "beffroi_fetch_requests_total 0",
        "beffroi_process_open_fds ",
    ] {
        assert!(metrics.body.contains(name), "{name}: {}", metrics.body);
    }
    assert_eq!(get(&format!("http://{address}/")).status, 404);

    // The place is taken.
    let place = address.to_string();
    let second = here.run(&["worker", "--listen", &place]);
    second
        .exited(1)
        .said(&["cannot listen at", &place, "worker.listen"]);
    worker.interrupt();
    worker.wait().exited(0);
}

/// A store with a complete run of four jobs that were buried, and a broker with the letters.
struct Buried {
    here: Installation,
    store: Store,
    queue: Queue,
    jobs: Vec<Job>,
    // Fields are dropped in their order: the servers last.
    engine: Engine,
    _broker: beffroi_tests::Broker,
}

impl Buried {
    async fn start() -> Self {
        let broker = start_broker();
        let engine = Engine::start();
        let store = store_on(&engine).await;
        let here = (Installation::default())
            .with_engine(&engine)
            .with_queue(&broker.url());
        let jobs: Vec<Job> = (0..4).map(job).collect();
        begin(&store, "complete", &jobs, jobs.len()).await;
        let settings = QueueSettings {
            url: broker.url().parse().unwrap(),
            ..QueueSettings::default()
        };
        let queue = Queue::connect(&settings).await.unwrap();
        queue
            .declare(&[Lane::api(Platform::Bluesky)])
            .await
            .unwrap();
        for (number, job) in jobs.iter().enumerate() {
            let tried = Job {
                attempt: 2,
                ..job.clone()
            };
            let reason = if number == 3 {
                "quota_spent"
            } else {
                "tcp_timeout"
            };
            queue.bury(&tried, reason).await.unwrap();
        }
        Self {
            here,
            store,
            queue,
            jobs,
            engine,
            _broker: broker,
        }
    }

    /// The ids of the letters there are, as listed.
    fn letters(&self, options: &[&str]) -> Vec<String> {
        let command = [&["dead", "list", "--json"], options].concat();
        let list = self.here.succeed(&command).json();
        let letters = list["letters"].as_array().unwrap().iter();
        letters
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn id(&self, number: usize) -> String {
        self.jobs[number].job_id.to_string()
    }
}

#[tokio::test]
async fn dead_letters_are_listed_shown_and_dropped() {
    let buried = Buried::start().await;
    let here = &buried.here;
    // The newest first.
    let newest_first: Vec<String> = (0..4).rev().map(|number| buried.id(number)).collect();
    assert_eq!(buried.letters(&[]), newest_first);
    assert_eq!(
        buried.letters(&["--reason", "quota_spent"]),
        newest_first[..1]
    );
    assert_eq!(buried.letters(&["--limit", "2"]), newest_first[..2]);
    assert!(buried.letters(&["--run", "2026-11-25"]).is_empty());
    let shown = here.succeed(&["dead", "show", &buried.id(1)]).stdout;
    for word in [
        "mairie1.exemple.test",
        "tcp_timeout",
        "api.bluesky",
        "\"attempt\": 2",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    here.run(&["dead", "show", "no-such-id"])
        .exited(1)
        .said(&["dead list"]);
    let status = here.succeed(&["status", "--json"]).json();
    assert_eq!(status["dead"], 4);

    here.succeed(&["dead", "drop", &buried.id(1), "--dry-run"]);
    here.run(&["dead", "drop", "--all"])
        .exited(2)
        .said(&["4 dead letters", "--yes"]);
    here.run(&["dead", "drop", &buried.id(1), "no-such-id"])
        .exited(1);
    here.succeed(&["dead", "drop", "--older-than", "1h"]);
    assert_eq!(buried.letters(&[]).len(), 4);
    here.succeed(&["dead", "drop", &buried.id(1)]);
    assert_eq!(buried.letters(&[]).len(), 3);
    here.succeed(&["dead", "drop", "--all", "--yes"]);
    assert!(buried.letters(&[]).is_empty());
    buried.queue.close().await;
    drop(buried.engine);
}

#[tokio::test]
async fn replayed_jobs_are_open_again_and_in_their_lane() {
    let buried = Buried::start().await;
    let (here, lane) = (&buried.here, [Lane::api(Platform::Bluesky)]);
    let options = ["dead", "replay", "--reason", "tcp_timeout"];
    let planned = here
        .succeed(&[&options[..], &["--dry-run", "--json"]].concat())
        .json();
    assert_eq!(
        (&planned["letters"], &planned["dry_run"]),
        (&3.into(), &true.into())
    );
    assert_eq!(buried.letters(&[]).len(), 4);
    assert_eq!(buried.queue.depth(&lane).await.unwrap(), 0);

    let done = here.succeed(&[&options[..], &["--json"]].concat()).json();
    assert_eq!(
        (&done["letters"], &done["refused"]),
        (&3.into(), &Value::Array(vec![]))
    );
    assert_eq!(buried.letters(&[]), [buried.id(3)]);
    assert_eq!(buried.queue.depth(&lane).await.unwrap(), 3);
    let run = "2026-11-26".parse().unwrap();
    let progress = buried.store.progress(&run).await.unwrap();
    assert_eq!((progress[0].planned, progress[0].ended), (4, 1));
    let row = buried.store.run(&run).await.unwrap().unwrap();
    assert_eq!(row.state, "interrupted");
    let mut consumer = buried.queue.consume(&lane[0]).await.unwrap();
    let delivery = consumer.next().await.unwrap();
    assert_eq!((delivery.job().attempt, delivery.job().parked), (0, 0));
    drop(delivery);
    consumer.close().await.unwrap();

    // Again: nothing is there any more.
    let again = here.succeed(&[&options[..], &["--json"]].concat()).json();
    assert_eq!(again["letters"], 0);
    buried.queue.close().await;
    drop(buried.engine);
}
