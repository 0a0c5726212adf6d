//! The views for analysts: every column is explained, docs/views.md says the same, and the public ones
//! keep to the policies.

use std::{fmt::Write as _, fs, path::Path};

use beffroi_tests::{Engine, Installation};
use serde_json::Value;

use super::seed::World;

/// The views that docs/views.md documents.
const VIEWS: [&str; 15] = [
    "v_account_figure",
    "v_collectivity_figure",
    "v_account_score",
    "v_collectivity_score",
    "v_presence_night",
    "v_presence_event",
    "v_alert",
    "v_account_trend",
    "v_post_figure",
    "v_thread_figure",
    "v_stratum_coverage",
    "v_public_account_figure",
    "v_public_collectivity_figure",
    "v_public_account_score",
    "v_public_collectivity_score",
];

const HEAD: &str = "# The views of judged figures\n\n\
    Written from the comments in the database; a test keeps it so (`BEFFROI_WRITE_DOCS=1` writes it anew). \
    The names of the views and of their columns stay, whatever becomes of the tables below them. \
    [sql.md](sql.md) says how to ask, [config/metrics.toml](../config/metrics.toml) how each metric is computed. \
    Unknown is NULL, never zero.\n";

fn described(here: &Installation) -> String {
    let mut text = HEAD.to_owned();
    for view in VIEWS {
        let comment = here.sql(&format!(
            "SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = '{view}'"
        ));
        let of = |row: &Value, name: &str| row[name].as_str().unwrap().replace('|', "\\|");
        let _ = writeln!(
            text,
            "\n## {view}\n\nA row is {}.\n",
            of(&comment[0], "comment")
        );
        let _ = writeln!(text, "| column | type | what |\n| --- | --- | --- |");
        let columns = here.sql(&format!(
            "SELECT name, type, comment FROM system.columns WHERE database = currentDatabase() AND table = '{view}' ORDER BY position"
        ));
        for column in &columns {
            let [name, kind, what] = ["name", "type", "comment"].map(|it| of(column, it));
            assert!(!what.is_empty(), "{view}.{name} is not explained");
            let _ = writeln!(text, "| `{name}` | {kind} | {what} |");
        }
    }
    text
}

#[test]
fn the_documentation_says_what_the_database_says() {
    let engine = Engine::start();
    let here = Installation::default().with_engine(&engine);
    here.succeed(&["migrate"]);
    let text = described(&here);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/views.md");
    if std::env::var_os("BEFFROI_WRITE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let documented = fs::read_to_string(&path).unwrap();
    assert!(
        documented == text,
        "docs/views.md is stale; `BEFFROI_WRITE_DOCS=1 cargo nextest run -p beffroi-tests the_documentation_says` writes it"
    );
}

#[test]
fn views_have_all_columns_of_their_tables() {
    let engine = Engine::start();
    let here = Installation::default().with_engine(&engine);
    here.succeed(&["migrate"]);
    // What one has that the other has not: a column of the table, or one that the view computes.
    for (view, table, left_out) in [
        ("v_account_figure", "account_figure", "'is_covered'"),
        ("v_collectivity_figure", "collectivity_figure", "''"),
        ("v_account_score", "account_score", "''"),
        ("v_collectivity_score", "collectivity_score", "''"),
        ("v_presence_night", "presence_figure", "'is_covered'"),
        (
            "v_presence_event",
            "presence_event",
            "'is_covered', 'written_at'",
        ),
        ("v_alert", "alert", "'is_covered'"),
        ("v_account_trend", "account_trend", "'is_covered'"),
        (
            "v_post_figure",
            "post_figure",
            "'is_covered', 'unavailable'",
        ),
        ("v_thread_figure", "thread_figure", "'is_covered'"),
        ("v_stratum_coverage", "stratum_coverage", "''"),
    ] {
        let columns = |name: &str| {
            here.sql(&format!(
                "SELECT name, type, comment FROM system.columns WHERE database = currentDatabase() \
                 AND table = '{name}' AND name NOT IN ({left_out}) ORDER BY name"
            ))
        };
        assert_eq!(columns(view), columns(table), "{view}");
    }
}

#[test]
fn the_public_views_keep_to_the_policies() {
    let world = World::new();
    let here = &world.here;
    let followers = |platform: &str| -> Vec<Value> {
        here.sql(&format!(
            "SELECT DISTINCT followers, withheld, notice FROM v_public_account_figure \
             WHERE platform = '{platform}' AND window_days = 90 AND handle LIKE '%commune29%'"
        ))
    };
    assert_eq!(
        followers("mastodon")[0]["followers"],
        Value::Null,
        "before a policy is known"
    );
    here.succeed(&["policy", "apply"]);
    assert_eq!(followers("mastodon")[0]["followers"], 1029.0);
    assert_eq!(followers("x")[0]["followers"], Value::Null);
    assert!(
        followers("x")[0]["withheld"]
            .as_array()
            .unwrap()
            .contains(&"followers".into())
    );
    assert!(
        followers("youtube")[0]["notice"]
            .as_str()
            .unwrap()
            .contains("YouTube")
    );
    let scores = here.sql("SELECT platform, count(total) AS totals, count(rank_from) AS ranks, count(audience_score) AS audiences FROM v_public_account_score GROUP BY platform ORDER BY platform");
    assert_eq!(scores[1]["platform"], "x");
    for column in ["totals", "ranks", "audiences"] {
        assert_eq!(scores[1][column], 0, "{column}");
        assert_ne!(scores[0][column], 0, "{column}");
    }
    public_totals_of_collectivities_keep_to_the_policies(&world);
    // An alert and a trend each of an account whose stratum was covered, and of one whose was not.
    world.engine.query(
        "INSERT INTO beffroi.uncovered_account SELECT night, run_id, account_id FROM beffroi.alert WHERE platform = 'x'",
    );
    for view in ["v_alert", "v_account_trend"] {
        let covered = format!("SELECT platform, is_covered FROM beffroi.{view} ORDER BY platform");
        assert_eq!(world.engine.query(&covered), "mastodon\t1\nx\t0", "{view}");
    }
}

/// Of two accounts in the last commune's total one is of X, which is published in aggregates alone.
fn public_totals_of_collectivities_keep_to_the_policies(world: &World) {
    let bodies = || {
        let rows = world.here.sql(
            "SELECT is_withheld, count() AS bodies, count(total) AS totals, count(rank_from) AS ranks, \
             count(top_ten) AS chances, countIf(effective_networks > 900000) AS secrets \
             FROM v_public_collectivity_score GROUP BY is_withheld ORDER BY is_withheld",
        );
        let line = |row: &Value| {
            [
                "is_withheld",
                "bodies",
                "totals",
                "ranks",
                "chances",
                "secrets",
            ]
            .map(|name| {
                row[name]
                    .as_u64()
                    .or_else(|| row[name].as_str()?.parse().ok())
            })
            .map(Option::unwrap_or_default)
        };
        rows.iter().map(line).collect::<Vec<_>>()
    };
    let figures = || {
        let rows = world.here.sql(
            "SELECT count(posts_per_week) AS posts, count(interactions) AS interactions, count(reply_rate) AS replies, \
             count() AS bodies, countIf(has(withheld, 'posts_per_week')) AS withheld \
             FROM v_public_collectivity_figure WHERE window_days = 90",
        );
        ["posts", "interactions", "replies", "bodies", "withheld"].map(|name| rows[0][name].clone())
    };
    assert_eq!(figures(), [58, 58, 58, 60, 2].map(Value::from));
    // Two nights.
    assert_eq!(bodies(), [[0, 58, 58, 58, 58, 0], [1, 2, 0, 0, 0, 0]]);
    // A platform that may not be published at all.
    world.engine.query(
        "INSERT INTO beffroi.policy SELECT * REPLACE ('no' AS publish, written_at + 1 AS written_at) \
         FROM beffroi.policy FINAL WHERE platform = 'mastodon' AND metric = 'dialogue'",
    );
    assert_eq!(bodies(), [[1, 60, 0, 0, 0, 0]]);
    assert_eq!(figures(), [58, 58, 0, 60, 2].map(Value::from));
    world.engine.query("TRUNCATE TABLE beffroi.policy");
    assert_eq!(bodies(), [[1, 60, 0, 0, 0, 0]], "without a policy");
    assert_eq!(figures(), [0, 0, 0, 60, 60].map(Value::from));
}
