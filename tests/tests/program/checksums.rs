//! Exactly once in effect: however often and in whatever order a run's rows arrive, the facts are the
//! same; and a run's facts that are not the same are told apart.

use std::collections::BTreeMap;

use beffroi_model::{
    AccountFind, AccountRef, CollectivityId, Confidence, Evidence, Figure, FindMethod, Job, Lane,
    Measurement, MissingReason, Origin, Outcome, Platform, Post, RunId, SiteObservation, Thread,
};
use beffroi_store::{JobRow, JobRows, Store, Writer};
use beffroi_tests::Engine;
use jiff::{SignedDuration, Timestamp};

use crate::store::store_on;

const BODY: &str = "213502388";

fn night() -> RunId {
    "2026-11-23".parse().unwrap()
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_400_000 + seconds).unwrap()
}

fn account(platform: Platform, number: i64) -> AccountRef {
    let handle = format!("mairie{number}.test");
    let url = format!("https://{platform}.test/{handle}").parse().unwrap();
    AccountRef {
        platform,
        handle,
        url,
    }
}

fn job(account: AccountRef) -> Job {
    let (as_of, lane) = (moment(0), Lane::api(account.platform));
    Job::new(night(), as_of, lane, account, Vec::new(), Origin::Planned)
}

fn post(number: i64) -> Post {
    Post {
        kind: None,
        post_id: format!("post-{number}"),
        url: None,
        published_at: moment(-86_400 * (number % 20)),
        reactions: Figure::Known(7),
        comments: Figure::Known(2),
        shares: Figure::Missing(MissingReason::NotGivenByPlatform),
        views: Figure::Missing(MissingReason::NotGivenByPlatform),
    }
}

/// What a network's account brought, by this worker, when the night was so many seconds old.
fn network(number: i64, worker: &str, second: i64) -> JobRows {
    let job = job(account(Platform::Mastodon, number));
    let at = moment(second);
    let mut measurement = Measurement::without_figures(job.account.clone(), Outcome::Measured, at);
    measurement.figures.followers = Figure::Known(1_000 + number.unsigned_abs());
    measurement.posts = (0..3).map(|it| post(number * 3 + it)).collect();
    let thread = |it: i64| Thread {
        post_id: format!("post-{}", number * 3),
        opened_at: moment(-3_600 * it),
        replied_at: (it == 1).then(|| moment(-60)),
    };
    measurement.threads = Figure::Known((1..3).map(thread).collect());
    measurement.state = Some(format!("{{\"looked_at\":{second}}}"));
    let mut rows = JobRows::of(
        &job,
        &measurement,
        worker,
        at + SignedDuration::from_secs(1),
    );
    rows.jobs.push(JobRow::of(&job, moment(second - 100)));
    rows
}

/// The same of a website.
fn site(number: i64, worker: &str, second: i64) -> JobRows {
    let job = job(account(Platform::Website, number));
    let at = moment(second);
    let mut measurement = Measurement::without_figures(job.account.clone(), Outcome::Measured, at);
    measurement.site = Some(SiteObservation {
        reachable: true,
        https: true,
        certificate_problem: None,
        final_url: None,
        redirected_to_domain: None,
        home_status: Some(200),
        home_bytes: Some(40_000),
        cms: Some("wordpress".to_owned()),
        charset: None,
        feed_url: None,
        feed_kind: None,
        sitemap: None,
        publication_source: None,
        posts_28d: Figure::Known(4),
        last_published_at: Figure::Missing(MissingReason::NotGivenByPlatform),
        legal_notice_url: None,
        newsletter: Some(false),
        contact: Some(true),
    });
    measurement.finds.push(AccountFind {
        collectivity_id: CollectivityId::from_stored(BODY.to_owned()),
        account: account(Platform::Mastodon, number),
        confidence: Confidence::new(0.9),
        evidence: vec![Evidence {
            page: "https://website.test/".to_owned(),
            how: FindMethod::RelMe,
        }],
    });
    let mut rows = JobRows::of(&job, &measurement, worker, at);
    rows.jobs.push(JobRow::of(&job, moment(second - 100)));
    rows
}

/// A night's rows in a clean run.
fn clean() -> Vec<JobRows> {
    let sites = (0..40).map(|number| site(number, "one", 10 + number));
    let networks = (0..40).map(|number| network(number, "one", 100 + number));
    sites.chain(networks).collect()
}

/// The same night as another worker would have done it later on, job by job in the other order.
fn again() -> Vec<JobRows> {
    let networks = (0..40).map(|number| network(number, "two", 900 - number));
    let sites = (0..40).map(|number| site(number, "two", 990 - number));
    networks.chain(sites).collect()
}

async fn write(store: &Store, all: Vec<JobRows>) {
    let (writer, task) = Writer::start(store.clone());
    for rows in all {
        writer.write(rows).await.unwrap();
    }
    drop(writer);
    task.finish().await.unwrap();
}

async fn checksums(store: &Store) -> BTreeMap<String, u64> {
    store.checksums(&night()).await.unwrap()
}

const TABLES: [&str; 8] = [
    "account",
    "account_observation",
    "dialogue",
    "job",
    "job_outcome",
    "post",
    "post_observation",
    "site_observation",
];

#[tokio::test]
async fn repeats_in_any_order_and_over_a_killed_engine_change_no_fact() {
    let mut engine = Engine::start();
    let store = store_on(&engine).await;
    assert!(checksums(&store).await.is_empty());
    write(&store, clean()).await;
    let expected = checksums(&store).await;
    assert!(expected.keys().eq(TABLES), "{expected:?}");

    // Delivered twice.
    write(&store, clean()).await;
    assert_eq!(checksums(&store).await, expected);
    // Replayed by another worker, each job in an insert of its own.
    for rows in again() {
        write(&store, vec![rows]).await;
    }
    assert_eq!(checksums(&store).await, expected);
    // The engine dies with inserts on the way, which are sent again.
    let (writer, task) = Writer::start(store.clone());
    let (first, second) = (clean(), again());
    let mut durable = Vec::new();
    for (number, rows) in first.into_iter().chain(second).enumerate() {
        durable.push(writer.write(rows).await.unwrap());
        if number == 50 || number == 120 {
            engine.kill();
            engine.restart();
        }
    }
    drop(writer);
    task.finish().await.unwrap();
    for durable in durable {
        durable.wait().await.unwrap();
    }
    assert_eq!(checksums(&store).await, expected);
    // Nor do merges.
    for table in TABLES {
        engine.query(&format!("OPTIMIZE TABLE beffroi.{table} FINAL"));
    }
    assert_eq!(checksums(&store).await, expected);
    let other: RunId = "2026-11-24".parse().unwrap();
    assert!(store.checksums(&other).await.unwrap().is_empty());
}

/// Another value of that type.
fn another(column: &str, kind: &str) -> String {
    let plain = kind
        .trim_start_matches("LowCardinality(")
        .trim_start_matches("Nullable(");
    if plain.starts_with("String") {
        format!("concat(ifNull({column}, ''), 'x')")
    } else if plain.starts_with("Array") {
        format!("arrayConcat({column}, ['x'])")
    } else if plain.starts_with("Map") {
        format!("mapConcat({column}, map('x', 'y'))")
    } else if plain.starts_with("UUID") {
        "generateUUIDv4()".to_owned()
    } else {
        format!("ifNull({column}, 0) + 1")
    }
}

#[tokio::test]
async fn a_change_of_any_fact_is_seen_and_one_of_who_and_when_is_not() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    write(&store, clean()).await;
    // Who, when, how often; and what is not told from run to run alike.
    let left_out = [
        ("job", "planned_at lane collectivity_ids"),
        ("job_outcome", "attempt fetches worker ended_at"),
        ("account", "seen_at"),
        ("account_observation", "observed_at"),
        ("post", "seen_at"),
        ("post_observation", "observed_at"),
        ("dialogue", "observed_at"),
        ("site_observation", "observed_at"),
    ];
    for (table, left_out) in left_out {
        let columns = engine.query(&format!(
            "SELECT name, type FROM system.columns WHERE database = 'beffroi' AND table = '{table}'"
        ));
        let version = engine.query(&format!(
            "SELECT extract(engine_full, 'ReplacingMergeTree\\\\((\\\\w+)\\\\)') FROM system.tables \
             WHERE database = 'beffroi' AND name = '{table}'"
        ));
        for column in columns.lines() {
            let (column, kind) = column.split_once('\t').unwrap();
            // Its partition and its run would be others.
            if ["night", "run_id", "seen_in", "source"].contains(&column) {
                continue;
            }
            let before = checksums(&store).await;
            let newer = match column == version {
                true => format!("{column} + 1 AS {column}"),
                false => format!(
                    "{} AS {column}, {version} + 1 AS {version}",
                    another(column, kind)
                ),
            };
            let order = match table {
                "account" => "seen_in, account_id",
                _ => "run_id, account_id",
            };
            engine.query(&format!(
                "INSERT INTO beffroi.{table} SELECT * REPLACE ({newer}) FROM beffroi.{table} FINAL \
                 ORDER BY {order} LIMIT 1"
            ));
            let after = checksums(&store).await;
            let is_left_out = left_out.split(' ').any(|it| it == column);
            assert_eq!(
                before[table] == after[table],
                is_left_out,
                "{table}.{column}: {before:?} {after:?}"
            );
            let others = |all: &BTreeMap<String, u64>| {
                let mut all = all.clone();
                all.remove(table);
                all
            };
            assert_eq!(others(&before), others(&after), "{table}.{column}");
        }
    }
}
