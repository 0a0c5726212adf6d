//! A night's judgement is replaced whole and comes to the same, whatever the order of rows.

use beffroi_index::index::{IndexVersion, IndexVersions};
use beffroi_judge::{JudgeError, JudgeReport, judge_night};
use beffroi_policy::Policies;
use beffroi_store::Store;
use beffroi_tests::{Engine, Installation};
use jiff::{ToSpan as _, civil::date};

use super::{
    figures::random,
    tables::{Night, checksum, write_histories, write_night},
};
use crate::store::store_on;

const TABLES: [&str; 5] = [
    "account_score",
    "account_trend",
    "collectivity_score",
    "alert",
    "discovery_recall",
];

/// The shipped versions with fewer draws: a test needs no more, and is not optimised.
pub(super) fn shipped() -> Vec<IndexVersion> {
    let versions = IndexVersions::shipped();
    let quick = |version: &IndexVersion| IndexVersion {
        draws: 200,
        ..version.clone()
    };
    versions.iter().map(quick).collect()
}

async fn judge(store: &Store, night: Night, versions: &[IndexVersion]) -> JudgeReport {
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

#[tokio::test]
async fn a_judgement_is_the_same_again_and_in_any_order_of_rows() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let night = Night::of(date(2026, 11, 23));
    let older = Night::of(night.date.checked_sub(7.days()).unwrap());
    let mut accounts = random(300, night);
    write_histories(&engine, &accounts);
    write_night(&engine, &accounts, night);
    write_night(&engine, &accounts, older);
    engine.query(
        "INSERT INTO beffroi.presence_figure (night, run_id, collectivity_id, stratum, platform, account_id, sources) \
         SELECT '2026-11-23', '2026-11-23', toString(number), '500-1999', 'facebook', generateUUIDv4(number), \
         multiIf(number < 30, ['directory'], number < 50, ['discovery'], ['discovery', 'directory']) \
         FROM numbers(90)",
    );
    let report = judge(&store, night, &shipped()).await;
    assert_eq!(report.recalls, 2);
    assert_eq!(report.versions.len(), 2);
    assert!(report.versions[0].ranked > 50, "{report:?}");
    judge(&store, older, &shipped()).await;
    let sums = || TABLES.map(|table| checksum(&engine, table));
    let first = sums();
    // A table that an attempt left behind is in nobody's way, and is tidied up.
    engine.query("CREATE TABLE beffroi.account_score_0badcafe AS beffroi.account_score");
    judge(&store, night, &shipped()).await;
    assert_eq!(sums(), first);
    let left = "SELECT count() FROM system.tables WHERE match(name, '_[0-9a-f]{8}$')";
    assert_eq!(engine.query(left), "0");
    // One version alone leaves the other.
    judge(&store, older, &shipped()[1..]).await;
    assert_eq!(sums(), first);

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
    assert_eq!(sums(), first);
    told_of_strata_and_policies(&engine);
    let recall = "SELECT stratum, directory_only, website_only, both FROM beffroi.discovery_recall ORDER BY stratum";
    assert_eq!(
        engine.query(recall),
        "500-1999\t30\t20\t40\nall\t30\t20\t40"
    );
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
