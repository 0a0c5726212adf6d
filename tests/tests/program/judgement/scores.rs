//! A night's judgement is replaced whole and comes to the same, whatever the order of rows.

use std::collections::BTreeMap;

use beffroi_index::index::{IndexVersion, IndexVersions};
use beffroi_judge::{JudgeError, JudgeReport, judge_night};
use beffroi_policy::Policies;
use beffroi_store::Store;
use beffroi_tests::{Engine, Installation};
use jiff::{ToSpan as _, civil::date};

use super::{
    figures::{Account, random},
    tables::{Night, write_histories, write_night},
};
use crate::store::store_on;

/// The tables of a judgement.
const TABLES: [&str; 5] = [
    "account_score",
    "account_trend",
    "alert",
    "collectivity_score",
    "discovery_recall",
];

/// The shipped versions with fewer draws: a test needs no more, and is not optimised.
pub(crate) fn shipped() -> Vec<IndexVersion> {
    let versions = IndexVersions::shipped();
    let quick = |version: &IndexVersion| IndexVersion {
        draws: 200,
        ..version.clone()
    };
    versions.iter().map(quick).collect()
}

pub(crate) async fn judge(store: &Store, night: Night, versions: &[IndexVersion]) -> JudgeReport {
    judge_night(
        store,
        &Policies::default(),
        night.date,
        &night.run_id(),
        versions,
    )
    .await
    .unwrap()
}

/// The checksums of a night's judgement, by table.
async fn sums(store: &Store, night: Night) -> BTreeMap<String, u64> {
    let run = night.run_id().parse().unwrap();
    let mut sums = store.figure_checksums(&run).await.unwrap();
    sums.retain(|table, _| TABLES.contains(&table.as_str()));
    sums
}

/// Random accounts; some had a third more followers all of a sudden, a month before the night.
fn accounts(night: Night) -> Vec<Account> {
    let mut accounts = random(300, night);
    for (number, account) in accounts.iter_mut().enumerate() {
        let followers = |back: i32| match number % 10 {
            0 if back < 30 => 1_330,
            _ => 1_000 + u64::from(back.unsigned_abs()) % 3,
        };
        let day = |back: i32| night.date.checked_sub(back.days()).unwrap();
        account.followers = (0..120).map(|back| (day(back), followers(back))).collect();
    }
    accounts
}

/// Writes who is where, by which of the routes of discovery.
fn write_presence(engine: &Engine) {
    engine.query(
        "INSERT INTO beffroi.presence_figure (night, run_id, collectivity_id, stratum, platform, account_id, sources) \
         SELECT '2026-11-23', '2026-11-23', toString(number), '500-1999', 'facebook', generateUUIDv4(number), \
         multiIf(number < 30, ['directory'], number < 50, ['discovery'], ['discovery', 'directory']) \
         FROM numbers(90)",
    );
}

#[tokio::test]
async fn a_judgement_is_the_same_again_and_in_any_order_of_rows() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let night = Night::of(date(2026, 11, 23));
    let older = Night::of(night.date.checked_sub(7.days()).unwrap());
    let mut accounts = accounts(night);
    write_histories(&engine, &accounts);
    write_night(&engine, &accounts, night);
    write_night(&engine, &accounts, older);
    write_presence(&engine);
    let report = judge(&store, night, &shipped()).await;
    assert_eq!(report.recalls, 2);
    assert_eq!(report.versions.len(), 2);
    assert!(report.versions[0].ranked > 50, "{report:?}");
    judge(&store, older, &shipped()).await;
    let all = async || [sums(&store, night).await, sums(&store, older).await];
    let first = all().await;
    assert!(first[0].keys().eq(TABLES), "{first:?}");
    // A table that an attempt left behind is in nobody's way, and is tidied up.
    engine.query("CREATE TABLE beffroi.account_score_0badcafe AS beffroi.account_score");
    judge(&store, night, &shipped()).await;
    assert_eq!(all().await, first);
    let left = "SELECT count() FROM system.tables WHERE match(name, '_[0-9a-f]{8}$')";
    assert_eq!(engine.query(left), "0");
    // One version alone leaves the other.
    judge(&store, older, &shipped()[1..]).await;
    assert_eq!(all().await, first);

    // The figures come in another order, in several inserts; the observations a second time.
    for table in [
        "post_figure",
        "thread_figure",
        "account_figure",
        "stratum_coverage",
    ] {
        engine.query(&format!("TRUNCATE TABLE beffroi.{table}"));
    }
    accounts.reverse();
    write_histories(&engine, &accounts[..90]);
    write_histories(&engine, &accounts[90..]);
    write_night(&engine, &accounts, older);
    write_night(&engine, &accounts, night);
    judge(&store, night, &shipped()).await;
    judge(&store, older, &shipped()).await;
    assert_eq!(all().await, first);
    told_of_strata_and_policies(&engine);
    let recall = "SELECT stratum, directory_only, website_only, both FROM beffroi.discovery_recall ORDER BY stratum";
    assert_eq!(
        engine.query(recall),
        "500-1999\t30\t20\t40\nall\t30\t20\t40"
    );
}

#[tokio::test]
async fn a_changed_fact_changes_the_checksums_of_what_is_judged_by_it_alone() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let night = Night::of(date(2026, 11, 23));
    let accounts = accounts(night);
    write_histories(&engine, &accounts);
    write_night(&engine, &accounts, night);
    write_presence(&engine);
    judge(&store, night, &shipped()).await;
    let busiest = engine.query(
        "SELECT account_id FROM beffroi.account_score WHERE total IS NOT NULL AND position(components, 'R') > 0 \
         ORDER BY closed_posts DESC, account_id LIMIT 1",
    );
    let mut before = sums(&store, night).await;
    for (change, changed) in [
        (
            // A reaction more.
            format!(
                "ALTER TABLE beffroi.post_figure UPDATE reactions = reactions + 1 \
                 WHERE account_id = '{busiest}' SETTINGS mutations_sync = 1"
            ),
            &["account_score", "account_trend", "collectivity_score"][..],
        ),
        (
            // The nights before a jump are counted again, with a third more: there was none.
            format!(
                "INSERT INTO beffroi.account_observation SELECT * REPLACE (followers * 1.33 AS followers, \
                 observed_at + INTERVAL 1 HOUR AS observed_at) FROM beffroi.account_observation \
                 WHERE night <= toDate('{}') - 30 AND account_id IN \
                 (SELECT min(account_id) FROM beffroi.alert WHERE kind = 'follower_jump_up')",
                night.date
            ),
            &["alert"],
        ),
        (
            // An account that the directory alone named stands on the website too.
            "ALTER TABLE beffroi.presence_figure UPDATE sources = ['discovery', 'directory'] \
             WHERE collectivity_id = '7' SETTINGS mutations_sync = 1"
                .to_owned(),
            &["discovery_recall"],
        ),
    ] {
        engine.query(&change);
        judge(&store, night, &shipped()).await;
        let after = sums(&store, night).await;
        let differ: Vec<&str> = TABLES
            .into_iter()
            .filter(|table| before[*table] != after[*table])
            .collect();
        assert_eq!(differ, changed, "{change}");
        before = after;
    }
}

/// Scores of strata that were not covered are flagged, and no score is without its reason.
fn told_of_strata_and_policies(engine: &Engine) {
    let count = |condition: &str| {
        let sql = format!("SELECT count() FROM beffroi.account_score WHERE {condition}");
        engine.query(&sql).parse::<u64>().unwrap()
    };
    assert!(count("is_covered = 1") > 0);
    assert_eq!(count("(stratum = '<500') = is_covered"), 0);
    assert_eq!(count("total IS NULL AND why = ''"), 0);
    assert_eq!(count("total IS NOT NULL AND why != ''"), 0);
    assert!(count("dialogue_why = 'permission_missing'") > 0);
    assert!(count("audience_why = 'hidden_by_owner'") > 0);
    // Partial and full components are never in one contest.
    assert_eq!(count("total < total_low OR total > total_high"), 0);
    let apart = "SELECT max(groups) FROM (SELECT uniqExact(ranked_of) AS groups FROM beffroi.account_score \
                 WHERE rank_from IS NOT NULL GROUP BY night, index_version, platform, components, peers)";
    assert_eq!(engine.query(apart), "1");
}

#[tokio::test]
async fn a_night_without_figures_is_not_judged() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let night = Night::of(date(2026, 11, 23));
    let judged = judge_night(
        &store,
        &Policies::default(),
        night.date,
        "2026-11-23",
        &shipped(),
    )
    .await;
    let error = judged.unwrap_err();
    assert!(matches!(error, JudgeError::NoFigures { .. }), "{error}");
    write_night(&engine, &random(3, night), night);
    let judged = judge_night(
        &store,
        &Policies::default(),
        night.date,
        "2026-11-23.x",
        &shipped(),
    )
    .await;
    let error = judged.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("beffroi rollup --night 2026-11-23"),
        "{error}"
    );
}

#[tokio::test]
async fn a_judgement_that_fails_lets_go_of_its_turn() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let night = Night::of(date(2026, 11, 23));
    write_night(&engine, &random(3, night), night);
    drop(store);
    let here = Installation::new("").with_engine(&engine);
    engine.query("RENAME TABLE beffroi.alert TO beffroi.alert_away");
    // The second would have to wait for a lease of twenty seconds.
    for _ in 0..2 {
        here.run(&["judge"])
            .exited(1)
            .said(&["failed to judge the night of 2026-11-23"]);
    }
    engine.query("RENAME TABLE beffroi.alert_away TO beffroi.alert");
    here.succeed(&["judge"]);
}
