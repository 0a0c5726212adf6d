//! A night's posts go on from those of the night before, and come to what the facts alone come to.

use beffroi_store::{Day, Store};
use beffroi_tests::Engine;

use super::{
    LAST, checksums, roll_up,
    world::{FIRST_NIGHT, World, date},
};
use crate::store::store_on;

/// The tables of which each night brings its rows.
const NIGHTLY: [&str; 5] = [
    "run",
    "job_outcome",
    "account_observation",
    "post_observation",
    "dialogue",
];

/// Puts a world aside, as `all_…`, so that its nights can come one after the other.
fn put_aside(engine: &Engine) {
    for table in NIGHTLY.into_iter().chain(["post"]) {
        engine.query(&format!(
            "CREATE TABLE beffroi.all_{table} AS beffroi.{table}"
        ));
        engine.query(&format!(
            "INSERT INTO beffroi.all_{table} SELECT * FROM beffroi.{table}"
        ));
        engine.query(&format!("TRUNCATE TABLE beffroi.{table}"));
    }
}

/// The rows of the nights from one to another.
fn nights_come(engine: &Engine, first: i64, last: i64) {
    let (first, last) = (date(first), date(last));
    for table in NIGHTLY {
        engine.query(&format!(
            "INSERT INTO beffroi.{table} SELECT * FROM beffroi.all_{table} WHERE night BETWEEN '{first}' AND '{last}'"
        ));
    }
    engine.query(&format!(
        "INSERT INTO beffroi.post (account_id, post_id, platform, published_at, url, run_id, seen_at) \
         SELECT p.account_id, p.post_id, p.platform, p.published_at, p.url, o.run_id, o.observed_at \
         FROM beffroi.all_post_observation AS o \
         INNER JOIN beffroi.all_post AS p ON p.account_id = o.account_id AND p.post_id = o.post_id \
         WHERE o.night BETWEEN '{first}' AND '{last}'"
    ));
}

/// What there is of posts, whatever the run.
fn posts(engine: &Engine) -> String {
    engine.query(
        "SELECT * FROM beffroi.post_figure ORDER BY account_id, published_at, post_id FORMAT TSV",
    )
}

/// Computes a night twice: as it comes, and from the facts alone. Gives the night it went on from.
async fn compare(engine: &Engine, store: &Store, night: i64) -> Option<Day> {
    let report = roll_up(store, night).await;
    let (found, sums) = (posts(engine), checksums(store, night).await);
    let again = roll_up(store, night).await;
    assert_eq!(
        again.posts_since, None,
        "a night does not go on from itself"
    );
    let expected = posts(engine);
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "night {}", date(night));
    }
    assert_eq!(found.len(), expected.len(), "night {}", date(night));
    assert_eq!(sums, checksums(store, night).await, "night {}", date(night));
    report.posts_since
}

fn day(night: i64) -> Day {
    Day(u16::try_from(night).unwrap())
}

#[tokio::test]
async fn a_night_that_goes_on_comes_to_what_the_facts_alone_come_to() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    World::of(11, 20).write(&engine);
    put_aside(&engine);
    let first = LAST - 16;
    nights_come(&engine, FIRST_NIGHT, first);
    assert_eq!(compare(&engine, &store, first).await, None, "the first");
    // Over the end of two weeks, once over a night that was not judged.
    for (before, night) in [
        (first, first + 1),
        (first + 1, first + 3),
        (first + 3, first + 8),
    ] {
        nights_come(&engine, before + 1, night);
        assert_eq!(compare(&engine, &store, night).await, Some(day(before)));
    }
    let changed = "SELECT count() > 0 FROM beffroi.post_figure WHERE NOT is_young AND run_id > '";
    assert_eq!(engine.query(&format!("{changed}{}'", date(first))), "1");
}

#[tokio::test]
async fn what_comes_late_or_again_is_seen_and_all_is_computed_from_the_facts() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    World::of(12, 8).write(&engine);
    put_aside(&engine);
    let mut night = LAST - 12;
    nights_come(&engine, FIRST_NIGHT, night);
    roll_up(&store, night).await;
    let spoil = [
        // A reading of a night before comes late.
        format!(
            "INSERT INTO beffroi.post_observation SELECT * REPLACE (reactions + 500 AS reactions, \
             observed_at + INTERVAL 7 HOUR AS observed_at) FROM beffroi.post_observation WHERE night = '{}'",
            date(night - 9)
        ),
        // A correction, a millisecond later, and what it corrects is gone.
        format!(
            "INSERT INTO beffroi.account_observation SELECT * REPLACE (followers + 7 AS followers, \
             observed_at + INTERVAL 1 MILLISECOND AS observed_at) FROM beffroi.account_observation \
             WHERE night = '{}'",
            date(night - 3)
        ),
        "OPTIMIZE TABLE beffroi.account_observation FINAL".to_owned(),
        // Other statements than ours computed the posts.
        "ALTER TABLE beffroi.figure_basis UPDATE statements = 'others' WHERE 1 SETTINGS mutations_sync = 1"
            .to_owned(),
        "TRUNCATE TABLE beffroi.figure_basis".to_owned(),
    ];
    for (number, statement) in spoil.iter().enumerate() {
        engine.query(statement);
        night += 1;
        nights_come(&engine, night, night);
        let since = roll_up(&store, night).await.posts_since;
        // It may have been merged already, before the roll-up of the night before.
        let was_merged = number == 2 && since.is_some();
        assert!(since.is_none() || was_merged, "{statement}");
    }
    // Rows of a night to come are no basis for it.
    nights_come(&engine, night + 1, night + 1);
    engine.query(&format!(
        "ALTER TABLE beffroi.run DELETE WHERE night = '{}' SETTINGS mutations_sync = 1",
        date(night + 1)
    ));
    roll_up(&store, night).await;
    nights_come(&engine, night + 1, night + 1);
    assert_eq!(compare(&engine, &store, night + 1).await, None);
    // Nor are the figures of a night that is not the newest.
    roll_up(&store, night).await;
    nights_come(&engine, night + 2, night + 2);
    // Else a merge may take repeats away in between.
    for table in NIGHTLY {
        engine.query(&format!("OPTIMIZE TABLE beffroi.{table} FINAL"));
    }
    assert_eq!(roll_up(&store, night + 2).await.posts_since, None);
    nights_come(&engine, night + 3, night + 3);
    assert_eq!(
        roll_up(&store, night + 3).await.posts_since,
        Some(day(night + 2))
    );
}
