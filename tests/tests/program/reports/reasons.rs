//! What is missing in a report of a simulated night has a reason beside it, and what is not covered is flagged.
//! The night is that of the test of `explain`.

use beffroi_tests::{Engine, Installation};
use serde_json::{Map, Value};

/// Reports of figures with what they are asked.
const REPORTS: [&[&str]; 10] = [
    &["engagement"],
    &["peers"],
    &["platforms"],
    &["ranking"],
    &["ranking", "--of", "collectivities"],
    &["engagement", "--of", "collectivities"],
    &["dialogue"],
    &["movers", "--against", "week"],
    &["dormant"],
    &["presence"],
];

/// What a column is made of: its name without the ends of an interval or of a tie group.
fn stem(column: &str) -> &str {
    let endings = ["_low", "_high", "_of", "_to", "_from"];
    let shorter = endings.iter().find_map(|it| column.strip_suffix(it));
    match shorter.unwrap_or(column) {
        "ranked" => "rank",
        stem => stem.strip_suffix("_score").unwrap_or(stem),
    }
}

/// Whether a row says why a column is missing: in its map, in the column beside it, or in the policy's words.
fn is_explained(row: &Map<String, Value>, column: &str) -> bool {
    let stem = stem(column);
    let listed = row.get("unavailable").is_some_and(|it| {
        // A line about one metric tells it of that metric.
        let metric = row.get("metric").and_then(Value::as_str);
        let names = [column, stem, metric.unwrap_or(column)];
        names.iter().any(|name| it.get(*name).is_some())
    });
    let beside = match stem {
        "effective_networks" | "dispersion_evenness" => "dispersion_why".to_owned(),
        "total" => "why".to_owned(),
        // Of a score, and of its rank where the score is there.
        stem if column.ends_with("_of") => format!("{stem}_rank_why"),
        stem => format!("{stem}_why"),
    };
    let is_told = |name: &str| {
        let said = row.get(name).and_then(Value::as_str);
        said.is_some_and(|why| !why.is_empty())
    };
    listed
        || is_told(&beside)
        || row["policy"]
            .as_str()
            .is_some_and(|it| it.contains("left out"))
}

/// Asserts it of the judged night that is there, and leaves its strata uncovered.
pub(crate) fn assert_all_is_told(here: &Installation, engine: &Engine) {
    let mut missing = 0;
    for report in REPORTS {
        let words = [&["report"], report, &["--format", "json", "--lang", "en"]].concat();
        let document = here.succeed(&words).json();
        let rows = document["data"].as_array().unwrap();
        for row in rows {
            let row = row.as_object().unwrap();
            for (column, value) in row {
                // Among whom: of one who is compared with nobody, nobody.
                if value.is_null() && !column.ends_with("peers") {
                    missing += 1;
                    assert!(is_explained(row, column), "{report:?}: {column} of {row:?}");
                }
            }
        }
    }
    assert!(missing > 500, "{missing} figures are missing");

    // A table says the same in a line below it.
    let table = here
        .succeed(&["report", "engagement", "--lang", "en"])
        .stdout;
    assert!(table.contains("Missing: "), "{table}");
    assert!(!table.contains("unknown ("), "{table}");

    // A stratum of which too little was measured is flagged wherever its figures are.
    engine.query(
        "ALTER TABLE beffroi.stratum_coverage UPDATE is_covered = 0, ended_with_figures = 0, share = 0 \
         WHERE 1 SETTINGS mutations_sync = 1",
    );
    engine.query(
        "INSERT INTO beffroi.uncovered_account \
         SELECT night, run_id, account_id FROM beffroi.account_figure WHERE window_days = 7",
    );
    let reports: [&[&str]; 6] = [
        &["engagement"],
        &["peers"],
        &["platforms"],
        &["dormant"],
        &["presence"],
        &["presence", "--published"],
    ];
    for report in reports {
        let json = [&["report"], report, &["--format", "json"]].concat();
        let document = here.succeed(&json).json();
        let rows = document["data"].as_array().unwrap();
        let is_flagged = |row: &&Value| {
            let flags = row["flags"].as_array().unwrap();
            flags.contains(&Value::from("not_covered"))
        };
        // Of what was planned nowhere there is no coverage.
        let mut uncovered = rows.iter().filter(|row| !row["stratum_share"].is_null());
        assert!(!rows.is_empty(), "{report:?}");
        assert!(uncovered.all(|row| is_flagged(&row)), "{report:?}");
        let table = [&["report"], report, &["--lang", "en"]].concat();
        let table = here.succeed(&table).stdout;
        assert!(table.contains("stratum not covered"), "{report:?}: {table}");
    }
    for view in [
        "v_account_figure",
        "v_public_account_figure",
        "v_presence_night",
        "v_account_trend",
        "v_post_figure",
        "v_thread_figure",
    ] {
        let covered = engine.query(&format!(
            "SELECT countIf(is_covered), count() > 0 FROM beffroi.{view}"
        ));
        assert_eq!(covered, "0\t1", "{view}");
    }
}
