//! Figures are what beffroi-index makes of the same raw rows, whatever the order in which these came and
//! how often; and an attempt that is cut short changes nothing.

mod collectivities;
mod expected;
mod going_on;
mod presence;
mod world;

use std::{collections::BTreeMap, time::Duration};

use beffroi_index::catalogue;
use beffroi_model::RunId;
use beffroi_store::{Claimant, FigureSettings, JudgedNight, RollupReport, Store};
use beffroi_tests::Engine;
use serde_json::Value;

use self::world::{FIRST_NIGHT, NIGHTS, World, date};
use crate::{
    judgement::{Night, judge, shipped},
    store::store_on,
};

/// The last night of the worlds.
const LAST: i64 = FIRST_NIGHT + NIGHTS - 1;

fn claimant() -> Claimant {
    Claimant {
        who: "the tests".to_owned(),
        what: "figures".to_owned(),
    }
}

/// Computes a night.
async fn roll_up(store: &Store, night: i64) -> RollupReport {
    let judged = store.judged_nights().await.unwrap();
    let is_it = |it: &&JudgedNight| it.run_id == date(night);
    let night = judged.iter().find(is_it).unwrap();
    let settings = FigureSettings::default();
    store.rollup(night, &settings, &claimant()).await.unwrap()
}

async fn checksums(store: &Store, night: i64) -> BTreeMap<String, u64> {
    let run: RunId = date(night).parse().unwrap();
    store.figure_checksums(&run).await.unwrap()
}

fn rows(engine: &Engine, sql: &str) -> Vec<Value> {
    let text = engine.query(&format!("{sql} FORMAT JSONEachRow"));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn is_close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1e-12)
}

#[tokio::test]
async fn figures_are_those_of_beffroi_index_on_random_worlds() {
    let engine = Engine::start();
    let mut known = 0;
    for seed in 0..2 {
        engine.query("DROP DATABASE IF EXISTS beffroi");
        let store = store_on(&engine).await;
        let world = World::of(seed, 20);
        world.write(&engine);
        // Weeks are computed by the nights that still read their posts.
        for night in [LAST - 28, LAST] {
            roll_up(&store, night).await;
        }
        let found = rows(
            &engine,
            &format!(
                "SELECT * FROM beffroi.account_figure WHERE night = '{}'",
                date(LAST)
            ),
        );
        assert_eq!(found.len(), 4 * world.accounts.len());
        posts_are_judged_by_their_kind(&engine, &world, seed);
        for row in &found {
            let days = u16::try_from(row["window_days"].as_u64().unwrap()).unwrap();
            let account = (world.accounts.iter())
                .find(|it| row["account_id"] == it.id.as_str())
                .unwrap();
            let figures = expected::figures(account, LAST, days);
            for (name, expected) in figures {
                let value = row[name].as_f64();
                let what = format!("seed {seed}, {}, {days} days, {name}", account.handle);
                match (value, expected) {
                    (None, None) => {
                        assert!(row["unavailable"].get(name).is_some(), "{what}: no reason");
                    }
                    (Some(value), Some(expected)) if is_close(value, expected) => {
                        assert!(row["unavailable"].get(name).is_none(), "{what}: a reason");
                        known += 1;
                    }
                    _ => panic!("{what}: found {value:?}, expected {expected:?}"),
                }
            }
            let letters = row["components"].as_str().unwrap();
            let count = row["e_components"].as_f64().unwrap_or_default();
            assert_eq!(letters.len() as f64, count);
            assert_eq!(
                row["is_partial"] == 1,
                letters.len() == 1 || letters.len() == 2
            );
        }
    }
    assert!(known > 2_000, "{known} figures are known");
}

/// Each post by itself: what it shows, and over which past its overperformance is.
fn posts_are_judged_by_their_kind(engine: &Engine, world: &World, seed: u64) {
    let found = rows(engine, "SELECT * FROM beffroi.post_figure");
    let of = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let found: BTreeMap<(String, String), &Value> = found
        .iter()
        .map(|row| ((of(row, "account_id"), of(row, "post_id")), row))
        .collect();
    let mut expected = 0;
    let mut from = BTreeMap::new();
    for account in &world.accounts {
        for (post, judged) in expected::posts(account) {
            expected += 1;
            let row = found[&(account.id.clone(), post.post_id.clone())];
            let what = format!("seed {seed}, {}, {}", account.handle, post.post_id);
            assert_eq!(of(row, "kind"), post.kind.unwrap_or_default(), "{what}");
            let expected_from = match judged {
                None => "",
                Some(judged) if judged.is_same_kind => "kind",
                Some(_) => "all",
            };
            assert_eq!(of(row, "expected_from"), expected_from, "{what}");
            *from.entry(expected_from).or_insert(0) += 1;
            match (row["overperformance"].as_f64(), judged) {
                (None, None) => {}
                (Some(found), Some(judged)) if is_close(found, judged.ratio) => {}
                other => panic!("{what}: {other:?}"),
            }
        }
    }
    assert_eq!(found.len(), expected);
    // What is missing has a reason in the view, and nothing else has.
    for figure in [
        "reactions",
        "comments",
        "shares",
        "views",
        "followers",
        "overperformance",
    ] {
        let told = engine.query(&format!(
            "SELECT countIf(isNull({figure}) != mapContains(unavailable, '{figure}')), countIf(isNull({figure})) > 0 \
             FROM beffroi.v_post_figure"
        ));
        assert_eq!(told, "0\t1", "{figure}");
    }
    for (way, least) in [("kind", 20), ("all", 20), ("", 20)] {
        assert!(from.get(way).is_some_and(|it| *it >= least), "{from:?}");
    }
}

#[tokio::test]
async fn every_metric_of_an_account_has_its_column() {
    let engine = Engine::start();
    let _store = store_on(&engine).await;
    let columns = engine.query(
        "SELECT name FROM system.columns WHERE database = 'beffroi' AND table = 'account_figure'",
    );
    let columns: Vec<&str> = columns.lines().collect();
    for metric in catalogue::Catalogue::shipped().iter() {
        let is_scored = metric.name.starts_with("indicator_")
            || ["index_total", "top_ten_probability", "rank_shift"].contains(&metric.name.as_str());
        let is_of_accounts = metric.levels.contains(&catalogue::Level::Account);
        let has_column = columns.contains(&metric.name.as_str());
        assert_eq!(has_column, is_of_accounts && !is_scored, "{}", metric.name);
    }
    let of_bodies = engine.query(
        "SELECT DISTINCT name FROM system.columns WHERE database = 'beffroi' \
         AND table IN ('collectivity_figure', 'collectivity_score')",
    );
    let of_bodies: Vec<&str> = of_bodies.lines().collect();
    for metric in catalogue::Catalogue::shipped().iter() {
        if metric.levels.contains(&catalogue::Level::Collectivity) {
            // The index is its total.
            let column = metric.name.trim_start_matches("index_");
            assert!(of_bodies.contains(&column), "{column} of collectivities");
        }
    }
    let silent = engine.query(
        "SELECT table, name FROM system.columns WHERE database = 'beffroi' AND comment = '' AND \
         (table LIKE '%_figure' OR table IN ('presence_event', 'stratum_coverage', 'account_score', \
         'collectivity_score', 'alert'))",
    );
    assert_eq!(silent, "", "columns without a comment");
}

#[tokio::test]
async fn the_worked_example_comes_out_to_the_last_digit() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    for insert in &World::of(1, 0).inserts {
        engine.query(insert);
    }
    let (last, id) = (date(LAST), "00000000-0000-5000-8000-000000000001");
    let counters = [(40, 4, 8), (0, 0, 0), (12, 0, 1), (28, 6, 3)];
    for (number, (reactions, comments, shares)) in counters.into_iter().enumerate() {
        let published = format!(
            "toDateTime64('{last} 01:00:00', 3, 'UTC') - INTERVAL {} DAY",
            10 + number
        );
        engine.query(&format!(
            "INSERT INTO beffroi.post (account_id, post_id, platform, published_at, run_id, seen_at) \
             VALUES ('{id}', 'p{number}', 'facebook', {published}, '{last}', '{last} 03:10:00')"
        ));
        engine.query(&format!(
            "INSERT INTO beffroi.post_observation (account_id, post_id, run_id, night, observed_at, platform, reactions, comments, shares) \
             VALUES ('{id}', 'p{number}', '{last}', '{last}', '{last} 03:10:00', 'facebook', {reactions}, {comments}, {shares})"
        ));
    }
    engine.query(&format!(
        "INSERT INTO beffroi.account_observation (account_id, run_id, night, observed_at, platform, followers, unavailable) \
         VALUES ('{id}', '{last}', '{last}', '{last} 03:10:00', 'facebook', 4000, map('views', 'not_given_by_platform', 'dialogue', 'permission_missing'))"
    ));
    engine.query(&format!(
        "INSERT INTO beffroi.job (run_id, job_id, night, account_id, platform, handle) VALUES ('{last}', '{id}', '{last}', '{id}', 'facebook', 'mairie')"
    ));
    engine.query(&format!(
        "INSERT INTO beffroi.job_outcome (run_id, job_id, night, account_id, platform, outcome) VALUES ('{last}', '{id}', '{last}', '{id}', 'facebook', 'measured')"
    ));
    roll_up(&store, LAST).await;
    let found = rows(
        &engine,
        "SELECT * FROM beffroi.account_figure WHERE window_days = 28",
    );
    let exact = [
        ("p1", 0.75),
        ("p2", 20.0),
        ("p3", 5.0),
        ("c1", 0.5),
        ("c2", 2.5),
        ("c3", 0.625),
        ("v1", 0.75),
        ("v2", 3.0),
        ("v3", 0.75),
        ("e", 6.375),
        ("e_post_mean", 6.375),
        ("er_post", 0.6375),
        ("applause", 20.0),
        ("conversation", 2.5),
        ("amplification", 3.0),
        ("weighted_e_post", 8.5),
        ("interactions", 102.0),
        ("posts_per_week", 1.0),
    ];
    for (name, value) in exact {
        assert_eq!(found[0][name].as_f64(), Some(value), "{name}");
    }
    assert_eq!(
        (&found[0]["components"], &found[0]["is_partial"]),
        (&"RKS".into(), &0.into())
    );
    let why = &found[0]["unavailable"];
    assert_eq!(why["views_median"], "not_given_by_platform");
    assert_eq!(why["reply_rate"], "permission_missing");
    assert_eq!(why["coverage"], "no_data");
}

/// Computes the last night and judges it.
async fn roll_up_and_judge(store: &Store) {
    roll_up(store, LAST).await;
    let night = Night::of(date(LAST).parse().unwrap());
    judge(store, night, &shipped()).await;
}

#[tokio::test]
async fn repeats_merges_and_the_order_of_rows_change_no_figure_nor_the_judgement() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let world = World::of(7, 12);
    world.write(&engine);
    roll_up_and_judge(&store).await;
    let first = checksums(&store, LAST).await;
    for table in [
        "post_figure",
        "thread_figure",
        "account_figure",
        "stratum_coverage",
        "account_score",
        "account_trend",
        "collectivity_score",
    ] {
        assert!(first.contains_key(table), "{table}: {first:?}");
    }
    roll_up_and_judge(&store).await;
    assert_eq!(checksums(&store, LAST).await, first, "a second roll-up");
    world.write(&engine);
    roll_up_and_judge(&store).await;
    assert_eq!(
        checksums(&store, LAST).await,
        first,
        "inserts that were repeated"
    );
    for table in [
        "post",
        "post_observation",
        "account_observation",
        "dialogue",
        "job",
    ] {
        engine.query(&format!("OPTIMIZE TABLE beffroi.{table} FINAL"));
    }
    roll_up_and_judge(&store).await;
    assert_eq!(checksums(&store, LAST).await, first, "merged rows");
    engine.query("DROP DATABASE beffroi");
    let store = store_on(&engine).await;
    for insert in world.inserts.iter().rev() {
        engine.query(insert);
    }
    roll_up_and_judge(&store).await;
    assert_eq!(
        checksums(&store, LAST).await,
        first,
        "rows in another order"
    );

    // A last reading that saw one reaction more.
    engine.query(
        "INSERT INTO beffroi.post_observation SELECT * REPLACE (reactions + 1 AS reactions, \
         observed_at + INTERVAL 7 HOUR AS observed_at) FROM beffroi.post_observation FINAL",
    );
    roll_up_and_judge(&store).await;
    let after = checksums(&store, LAST).await;
    for table in [
        "post_figure",
        "account_figure",
        "account_score",
        "account_trend",
    ] {
        assert_ne!(after[table], first[table], "{table}");
    }
    assert_eq!(after["thread_figure"], first["thread_figure"]);
}

#[tokio::test]
async fn an_attempt_that_is_cut_short_leaves_the_old_figures_and_the_next_takes_late_rows_in() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    World::of(3, 12).write(&engine);
    roll_up(&store, LAST).await;
    let before = checksums(&store, LAST).await;
    // Half of the readings of the night come late.
    engine.query(
        "INSERT INTO beffroi.post_observation SELECT * REPLACE (reactions + 1000 AS reactions, \
         observed_at + INTERVAL 7 HOUR AS observed_at) FROM beffroi.post_observation \
         WHERE cityHash64(post_id) % 2",
    );
    let attempt = tokio::spawn({
        let store = store.clone();
        async move { roll_up(&store, LAST).await }
    });
    let left = "SELECT count() FROM system.tables WHERE database = 'beffroi' AND \
                match(name, '^[a-z_]+_[0-9a-f]{8}$')";
    tokio::time::timeout(Duration::from_secs(60), async {
        while engine.query(left) == "0" {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
    attempt.abort();
    assert!(attempt.await.unwrap_err().is_cancelled());
    assert_eq!(checksums(&store, LAST).await, before);
    assert_ne!(engine.query(left), "0");
    roll_up(&store, LAST).await;
    assert_eq!(engine.query(left), "0");
    let after = checksums(&store, LAST).await;
    assert_ne!(after["account_figure"], before["account_figure"]);
    let late = engine.query("SELECT count() FROM beffroi.post_figure WHERE reactions >= 1000");
    assert_ne!(late, "0");
}

#[tokio::test]
async fn of_old_weeks_only_the_sunday_stays() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    World::of(3, 1).write(&engine);
    for table in [
        "account_figure",
        "presence_figure",
        "account_score",
        "collectivity_score",
        "stratum_coverage",
    ] {
        engine.query(&format!(
            "INSERT INTO beffroi.{table} (night) SELECT toDate({FIRST_NIGHT}) + number FROM numbers({NIGHTS}) \
             SETTINGS max_partitions_per_insert_block = 0"
        ));
    }
    roll_up(&store, LAST).await;
    for table in [
        "account_figure",
        "presence_figure",
        "account_score",
        "collectivity_score",
    ] {
        let old = format!(
            "SELECT arrayDistinct(groupArray(toDayOfWeek(night))), uniqExact(night) FROM beffroi.{table} WHERE night < '{}'",
            date(LAST - 35)
        );
        assert_eq!(engine.query(&old), "[7]\t4", "{table}");
        let all = engine.query(&format!(
            "SELECT uniqExact(night) FROM beffroi.{table} WHERE night >= '{}'",
            date(LAST - 35)
        ));
        assert!(["35", "36"].contains(&all.as_str()), "{table}: {all}");
    }
    let coverage = engine.query("SELECT uniqExact(night) FROM beffroi.stratum_coverage");
    assert_eq!(coverage, NIGHTS.to_string());
}
