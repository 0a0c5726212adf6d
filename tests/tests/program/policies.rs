//! What the platforms' terms allow: a file changes what is stored, combined and published, and no code.

use beffroi_model::{AccountId, Platform};
use beffroi_tests::{Engine, Installation, Simulator};
use jiff::{ToSpan, Zoned, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::judge::{certificate, import_websites};

/// A body of the shipped registry.
const BODY: &str = "213502388";

const PLATFORMS: [Platform; 3] = [Platform::Mastodon, Platform::Youtube, Platform::X];

const AMENDMENT: &str = "[[amendments]]\nplatform = 'youtube'\ncombine = true\n\
                         store_days = 'unbounded'\ndocument = 'letter 12'\nsigned = 2026-12-01\n";

/// An installation on an engine, its registry imported.
fn installation(engine: &Engine, toml: &str) -> Installation {
    let installation = Installation::new(toml).with_engine(engine);
    installation.succeed(&["registry", "show", BODY]);
    installation
}

fn today() -> Date {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    Zoned::now().with_time_zone(zone).date()
}

fn account(platform: Platform) -> AccountId {
    AccountId::new(platform, "mairie")
}

/// A night, so many days ago, in which each platform's one account was measured, with one post and one
/// thread under it.
fn write_night(engine: &Engine, days_ago: i64) -> String {
    let night = today().checked_sub(days_ago.days()).unwrap().to_string();
    let insert = |table: &str, columns: &str, values: &str| {
        engine.query(&format!(
            "INSERT INTO beffroi.{table} ({columns}) VALUES ({values})"
        ));
    };
    let moment = |hour: u8| format!("'{night} 0{hour}:00:00'");
    let run = format!("'{night}', '{night}', 'complete', '{{}}'");
    insert(
        "run",
        "run_id, night, state, scope, as_of, started_at, updated_at",
        &format!("{run}, {}, {}, {}", moment(4), moment(3), moment(5)),
    );
    for platform in PLATFORMS {
        let id = account(platform);
        let of_run = format!("'{id}', '{night}', '{night}', {}, '{platform}'", moment(4));
        insert(
            "account",
            "collectivity_id, platform, account_id, source, seen_in, handle, url, verdict, confidence, night, seen_at",
            &format!(
                "'{BODY}', '{platform}', '{id}', 'discovery', '{night}', 'mairie', \
                 'https://{platform}.test/mairie', 'own', 0.9, '{night}', {}",
                moment(4)
            ),
        );
        insert(
            "job",
            "run_id, job_id, night, account_id, platform, handle",
            &format!("'{night}', generateUUIDv4(), '{night}', '{id}', '{platform}', 'mairie'"),
        );
        insert(
            "account_observation",
            "account_id, run_id, night, observed_at, platform, followers, threads_opened, threads_answered, permanent_id, unavailable",
            &format!("{of_run}, 1000, 10, 5, 'id7', {{'following': 'not_given_by_platform'}}"),
        );
        let post = format!("'post of {night}'");
        insert(
            "post",
            "account_id, post_id, platform, published_at, run_id, seen_at",
            &format!(
                "'{id}', {post}, '{platform}', {}, '{night}', {}",
                moment(2),
                moment(4)
            ),
        );
        insert(
            "post_observation",
            "account_id, run_id, night, observed_at, platform, post_id, reactions, comments, shares",
            &format!("{of_run}, {post}, 10, 6, 4"),
        );
        insert(
            "dialogue",
            "account_id, run_id, night, observed_at, platform, post_id, opened_at",
            &format!("{of_run}, {post}, {}", moment(3)),
        );
        insert(
            "account_state",
            "account_id, run_id, night, state, written_at",
            &format!(
                "'{id}', '{night}', '{night}', '{{\"seen\":1000}}', {}",
                moment(4)
            ),
        );
    }
    night
}

/// Rows of a platform's account in a table.
fn rows(engine: &Engine, table: &str, platform: Platform) -> u64 {
    let id = account(platform);
    let sql = format!("SELECT count() FROM beffroi.{table} WHERE account_id = '{id}'");
    engine.query(&sql).parse().unwrap()
}

#[test]
fn what_is_older_than_allowed_is_removed_once_with_its_reason() {
    let engine = Engine::start();
    let installation = installation(&engine, "");
    let old = write_night(&engine, 31);
    // Tomorrow it would be 30 days old.
    write_night(&engine, 29);
    let kept = write_night(&engine, 28);
    // Figures repeat what is to be removed.
    installation.succeed(&["rollup", "--all"]);
    let removed = installation.succeed(&["policy", "apply", "--json"]).json();
    let removed = removed["removed"].as_array().unwrap();
    assert!(!removed.is_empty());
    assert!(
        removed.iter().all(|it| it["platform"] == "youtube"),
        "{removed:?}"
    );

    let youtube = account(Platform::Youtube);
    let figures = |night: &str| -> Value {
        let seen = installation.sql(&format!(
            "SELECT followers, threads_opened, permanent_id, unavailable FROM v_account_observation \
             WHERE account_id = '{youtube}' AND run_id = '{night}'"
        ));
        seen[0].clone()
    };
    let seen = figures(&old);
    assert_eq!(seen["followers"], Value::Null);
    assert_eq!(seen["threads_opened"], Value::Null);
    assert_eq!(seen["permanent_id"], "id7");
    let why = &seen["unavailable"];
    for figure in ["followers", "dialogue", "posts", "reactions", "views"] {
        assert_eq!(why[figure], "retention_expired", "{figure}: {why}");
    }
    assert_eq!(why["following"], "not_given_by_platform");
    assert_eq!(figures(&kept)["followers"], 1000);
    let judged = |night: &str, platform: Platform| -> Value {
        let id = account(platform);
        let seen = installation.sql(&format!(
            "SELECT followers, p2, unavailable['followers'] AS why FROM account_figure \
             WHERE account_id = '{id}' AND night = '{night}' AND window_days = 28"
        ));
        json!([seen[0]["followers"], seen[0]["why"]])
    };
    assert_eq!(
        judged(&old, Platform::Youtube),
        json!([null, "retention_expired"])
    );
    assert_eq!(judged(&old, Platform::Mastodon), json!([1000, ""]));
    assert_eq!(judged(&kept, Platform::Youtube), json!([1000, ""]));
    for table in [
        "post",
        "post_observation",
        "post_figure",
        "dialogue",
        "thread_figure",
        "account_state",
    ] {
        assert_eq!(rows(&engine, table, Platform::Youtube), 1, "{table}");
        assert_eq!(rows(&engine, table, Platform::Mastodon), 3, "{table}");
    }
    assert_eq!(rows(&engine, "account_observation", Platform::Youtube), 3);

    let mutations = || engine.query("SELECT count() FROM system.mutations");
    let before = mutations();
    let again = installation.succeed(&["policy", "apply", "--json"]).json();
    assert_eq!(again["removed"], json!([]));
    assert_eq!(mutations(), before, "a repeat rewrote something");
    let unfinished = "SELECT count() FROM system.mutations WHERE NOT is_done";
    assert_eq!(engine.query(unfinished), "0");
}

#[test]
fn a_file_changes_how_long_figures_are_kept() {
    let engine = Engine::start();
    let installation = installation(&engine, "[policies]\nfile = 'policies.toml'\n");
    let old = write_night(&engine, 200);
    installation.write("policies.toml", AMENDMENT);
    let removed = installation.succeed(&["policy", "apply", "--json"]).json();
    assert_eq!(removed["removed"], json!([]), "the consent was not heeded");

    // Only the views of X, and only a single counter: its rows stay.
    let rule = |days: &str| {
        format!(
            "{AMENDMENT}[platforms.x]\n\
             store = {{ days = 'unbounded', source = 'S', read = 2026-11-01 }}\n\
             combine = {{ allowed = true, source = 'S', read = 2026-11-01 }}\n\
             publish = {{ how = 'yes', source = 'S', read = 2026-11-01 }}\n\
             metrics.comments.store = {{ days = {days}, source = 'S', read = 2026-11-01 }}\n"
        )
    };
    installation.write("policies.toml", rule("100"));
    installation.succeed(&["policy", "apply"]);
    let x = account(Platform::X);
    let seen = installation.sql(&format!(
        "SELECT p.reactions, p.comments, a.unavailable['comments'] AS why \
         FROM v_post_observation AS p INNER JOIN v_account_observation AS a USING (account_id, run_id) \
         WHERE account_id = '{x}' AND run_id = '{old}'"
    ));
    assert_eq!(seen[0]["reactions"], 10);
    assert_eq!(seen[0]["comments"], Value::Null);
    assert_eq!(seen[0]["why"], "retention_expired");
}

#[test]
fn the_public_views_show_what_the_policies_allow_and_nothing_before_they_are_known() {
    let engine = Engine::start();
    let installation = installation(&engine, "");
    write_night(&engine, 1);
    let shown = || -> Vec<String> {
        let rows = installation.sql(
            "SELECT platform FROM v_public_account_observation WHERE followers = 1000 ORDER BY platform",
        );
        rows.iter()
            .map(|row| row["platform"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(shown().is_empty());
    installation.succeed(&["policy", "apply"]);
    assert_eq!(shown(), ["mastodon", "youtube"]);
    let x = installation.sql(
        "SELECT unavailable['followers'] AS why FROM v_public_account_observation WHERE platform = 'x'",
    );
    assert_eq!(x[0]["why"], "not_publishable");
    let notice = installation
        .sql("SELECT notice FROM v_public_account_observation WHERE platform = 'youtube'");
    assert!(
        notice[0]["notice"]
            .as_str()
            .unwrap()
            .contains("YouTube's API")
    );
    let posts = installation
        .sql("SELECT DISTINCT platform FROM v_public_post_observation ORDER BY platform");
    assert_eq!(posts.len(), 2);
}

#[test]
fn a_wrong_file_is_told_by_line_and_nothing_is_begun() {
    let installation = Installation::new("[policies]\nfile = 'policies.toml'\n");
    installation.write(
        "policies.toml",
        "[platforms.youtube]\nstore.days = 'ever'\n",
    );
    let told = "policies.toml, line 2: `platforms.youtube.store.days`: found `ever`, expected";
    for command in [
        &["run"][..],
        &["report", "engagement"],
        &["policy", "apply"],
        &["policy", "show"],
    ] {
        let ended = installation.run(command).exited(2);
        assert!(ended.stderr.contains(told), "{command:?}: {}", ended.stderr);
    }
    assert!(!installation.folder().join("engine").exists());
    let checked = installation
        .run(&["policy", "check", "policies.toml", "--json"])
        .exited(2);
    assert_eq!(checked.json()["valid"], false);
    assert_eq!(checked.json()["problems"].as_array().unwrap().len(), 5);
    let missing = installation
        .run(&["policy", "check", "nowhere.toml"])
        .exited(2);
    assert!(
        missing.stderr.contains("nowhere.toml"),
        "{}",
        missing.stderr
    );
    installation.write("policies.toml", AMENDMENT);
    installation.succeed(&["policy", "check", "policies.toml"]);
    let shown = installation
        .succeed(&["policy", "show", "--platform", "youtube", "--json"])
        .json();
    assert_eq!(shown["policies"][0]["store"]["days"], "unbounded");
    assert_eq!(shown["policies"][0]["combine"]["source"], "letter 12");
    assert_eq!(shown["amendments"][0]["platform"], "youtube");
    let table = installation.succeed(&["policy", "show"]).stdout;
    assert!(table.contains("amendment of youtube: letter 12"), "{table}");
}

#[test]
fn a_night_ends_by_removing_what_its_policies_do_not_let_it_keep() {
    let france = Simulator::start(120);
    let here = Installation::in_france(&france);
    import_websites(&here, &france);
    // A day is over before the next night is.
    let rules = here.write(
        "policies.toml",
        "[platforms.mastodon]\n\
         store = { days = 1, source = 'S', read = 2026-11-01 }\n\
         combine = { allowed = true, source = 'S', read = 2026-11-01 }\n\
         publish = { how = 'yes', source = 'S', read = 2026-11-01 }\n",
    );
    let here = here.with_variable("BEFFROI_POLICIES__FILE", rules.to_str().unwrap());
    certificate(here.start("night", &["run", "--json"]).wait());
    let count = |what: &str| here.number(&format!("SELECT toUInt32(count()) FROM {what}"));
    let measured = "v_job_outcome WHERE outcome = 'measured' AND platform = 'mastodon'";
    assert!(count(measured) > 0);
    for empty in [
        "account_observation WHERE platform = 'mastodon' AND followers IS NOT NULL",
        "account_observation WHERE platform = 'mastodon' AND unavailable['followers'] != 'retention_expired'",
        "post WHERE platform = 'mastodon'",
        "post_observation WHERE platform = 'mastodon'",
        "dialogue WHERE platform = 'mastodon'",
        "account_state AS s INNER JOIN job AS j ON j.account_id = s.account_id WHERE j.platform = 'mastodon'",
    ] {
        assert_eq!(count(empty), 0, "{empty}");
    }
    for kept in [
        "account_observation WHERE platform = 'mastodon' AND permanent_id != ''",
        "account_observation WHERE platform = 'bluesky' AND followers IS NOT NULL",
        "post_observation WHERE platform = 'bluesky'",
        "site_observation WHERE reachable",
    ] {
        assert!(count(kept) > 0, "{kept}");
    }
    let again = here.succeed(&["policy", "apply", "--json"]).json();
    assert_eq!(again["removed"], json!([]));
}
