//! CSV, JSON and Parquet say the same, and none of them what the policies withhold.

use serde_json::Value;

use super::seed::{SECRET, World};

/// Reports with what they are asked.
const REPORTS: [&[&str]; 16] = [
    &["engagement"],
    &["peers"],
    &["platforms"],
    &["ranking"],
    &["ranking", "--of", "collectivities"],
    &["engagement", "--of", "collectivities"],
    &["rankshift"],
    &["dialogue"],
    &["movers"],
    &["movers", "--against", "week"],
    &["movers", "--against", "year"],
    &["dormant"],
    &["presence"],
    &["presence", "--over-time"],
    &["presence", "--published"],
    &["presence", "--events"],
];

#[test]
fn formats_agree_and_withhold_the_same() {
    let world = World::new();
    let here = &world.here;
    let about_one = [
        vec!["account", "x:commune29"],
        vec!["account", "mastodon:commune29@social.test"],
        vec!["collectivity", world.body.as_str()],
    ];
    let reports = REPORTS.map(<[&str]>::to_vec).into_iter().chain(about_one);
    for report in reports {
        let words = |more: &[&'static str]| -> Vec<&str> {
            let first = std::iter::once("report");
            first
                .chain(report.iter().copied())
                .chain(more.iter().copied())
                .collect()
        };
        here.succeed(&words(&["--format", "csv", "--output", "out.csv"]));
        let json = here.succeed(&words(&["--format", "json"])).json();
        here.succeed(&words(&["--format", "parquet", "--output", "out.parquet"]));
        let is_page = report[0] == "collectivity";
        let count = json[if is_page { "accounts" } else { "data" }]
            .as_array()
            .unwrap()
            .len();
        assert!(count > 0, "{report:?}");

        // Read back by the engine itself, which knows nothing of how it was written.
        let path = |name: &str| here.folder().join(name);
        let hex: String = std::fs::read(path("out.parquet"))
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let csv = std::fs::read_to_string(path("out.csv")).unwrap();
        let quoted = csv.replace('\\', "\\\\").replace('\'', "\\'");
        let parquet = format!("format(Parquet, unhex('{hex}'))");
        let of_csv = format!("format(CSVWithNames, '{quoted}')");
        let ask = |sql: String| {
            world
                .engine
                .query(&format!("{sql} SETTINGS max_query_size = 100000000"))
        };
        for table in [&parquet, &of_csv] {
            assert_eq!(
                ask(format!("SELECT count() FROM {table}")),
                count.to_string(),
                "{report:?}"
            );
        }
        if let Some(data) = json["data"].as_array() {
            for column in ["total", "e", "share", "reply_rate", "followers", "median"] {
                if data[0].get(column).is_none() {
                    continue;
                }
                let known: Vec<f64> = data.iter().filter_map(|row| row[column].as_f64()).collect();
                let sum: f64 = known.iter().sum();
                for table in [&parquet, &of_csv] {
                    // An empty column of a CSV has no type, hence the text.
                    let found = ask(format!(
                        "SELECT count(toFloat64OrNull(toString({column}))), round(sum(toFloat64OrNull(toString({column}))), 6) FROM {table}"
                    ));
                    let (count, total) = found.split_once('\t').unwrap();
                    assert_eq!(count, known.len().to_string(), "{report:?} {column}");
                    let total: f64 = total.parse().unwrap_or(0.0);
                    assert!(
                        (total - sum).abs() < 1e-4,
                        "{report:?} {column}: {total} {sum}"
                    );
                }
            }
        }
        for text in [csv, json.to_string()] {
            assert!(
                !text.contains(SECRET) && !text.contains("0.98765"),
                "{report:?}: {text}"
            );
        }
        let holds = ask(format!(
            "SELECT countIf(position(toString(tuple(*)), '{SECRET}') > 0) FROM {parquet}"
        ));
        assert_eq!(holds, "0", "{report:?}");
        assert!(!path("out.parquet.part").exists());
    }
}

#[test]
fn an_interval_has_ends_where_there_is_a_figure_and_nowhere_else() {
    let world = World::new();
    let mut ends = 0;
    for report in REPORTS {
        let words = [&["report"], report, &["--format", "json"]].concat();
        let document = world.here.succeed(&words).json();
        for row in document["data"].as_array().unwrap() {
            let row = row.as_object().unwrap();
            for (column, end) in row {
                let Some(of) = ["_low", "_high"]
                    .iter()
                    .find_map(|ending| column.strip_suffix(ending))
                else {
                    continue;
                };
                let figure = row.get(of).or(row.get(&format!("{of}_score"))).unwrap();
                assert_eq!(
                    figure.is_null(),
                    end.is_null(),
                    "{report:?}: {column} of {row:?}"
                );
                ends += 1;
            }
        }
    }
    assert!(ends > 100, "{ends}");
}

#[test]
fn what_is_withheld_follows_the_file_and_is_told() {
    let world = World::new();
    let here = &world.here;
    let engagement = || {
        here.succeed(&["report", "engagement", "--format", "json", "--lang", "en"])
            .json()
    };
    let of = |document: &Value, platform: &str| {
        let data = document["data"].as_array().unwrap();
        data.iter()
            .find(|row| row["platform"] == platform)
            .unwrap()
            .clone()
    };
    let document = engagement();
    assert_eq!(document["policy"]["left_out"][0]["platform"], "x");
    assert_eq!(
        document["policy"]["left_out"][0]["because"],
        "published_only_in_aggregates"
    );
    assert_eq!(document["report"]["window_days"], 90);
    let x = of(&document, "x");
    for column in [
        "followers",
        "e",
        "posts_per_week",
        "engagement_score",
        "engagement_rank_from",
    ] {
        assert_eq!(x[column], Value::Null, "{column}");
    }
    assert!(x["policy"].as_str().unwrap().contains("left out"), "{x}");

    let allowed = "[platforms.x]\n\
        store = { days = 'unbounded', source = 'S', read = 2026-11-01 }\n\
        combine = { allowed = true, source = 'S', read = 2026-11-01 }\n\
        publish = { how = 'yes', source = 'S', read = 2026-11-01 }\n\
        [platforms.mastodon]\n\
        store = { days = 'unbounded', source = 'S', read = 2026-11-01 }\n\
        combine = { allowed = true, source = 'S', read = 2026-11-01 }\n\
        publish = { how = 'no', source = 'S', read = 2026-11-01 }\n";
    here.write("policies.toml", allowed);
    let document = engagement();
    assert_eq!(of(&document, "x")["followers"], 987654.0);
    assert_eq!(of(&document, "mastodon")["e"], Value::Null);
    for report in ["ranking", "rankshift", "dialogue", "movers"] {
        let text = here.succeed(&["report", report, "--format", "csv"]).stdout;
        assert!(!text.contains("mastodon"), "{report}: {text}");
    }
}

#[test]
fn youtube_enters_no_median_over_platforms_until_its_consent_is_declared() {
    let world = World::new();
    let here = &world.here;
    let peers = || {
        let document = here
            .succeed(&["report", "peers", "--format", "json"])
            .json();
        let entered = document["data"][0]["platforms"].clone();
        (entered, document["policy"]["left_out"].clone())
    };
    let (entered, left_out) = peers();
    assert_eq!(entered, serde_json::json!(["mastodon", "x"]));
    assert_eq!(left_out[0]["platform"], "youtube");
    let because = "not_to_be_combined_with_other_platforms";
    assert_eq!(left_out[0]["because"], because);
    let consent = "[[amendments]]\nplatform = 'youtube'\ncombine = true\n\
        document = 'letter 12'\nsigned = 2026-12-01\n";
    here.write("policies.toml", consent);
    let (entered, left_out) = peers();
    assert_eq!(entered, serde_json::json!(["mastodon", "x", "youtube"]));
    assert_eq!(left_out, serde_json::json!([]));
}

#[test]
fn every_column_is_explained_in_both_languages() {
    let world = World::new();
    let here = &world.here;
    for report in REPORTS {
        let words: Vec<&str> = std::iter::once("report")
            .chain(report.iter().copied())
            .collect();
        let with = |more: &[&str]| here.succeed(&[words.as_slice(), more].concat());
        let dictionary = with(&["--dictionary", "--format", "json"]).json();
        let csv = with(&["--format", "csv", "--limit", "1"]).stdout;
        let heading = csv.lines().next().unwrap().replace('"', "");
        let names: Vec<&str> = dictionary
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        assert_eq!(names.join(","), heading, "{report:?}");
        for column in dictionary.as_array().unwrap() {
            for field in ["title_fr", "title_en", "unit", "formula", "source", "kind"] {
                assert!(!column[field].as_str().unwrap().is_empty(), "{column}");
            }
        }
    }
    let french = here
        .succeed(&["report", "engagement", "--dictionary", "--lang", "fr"])
        .stdout;
    assert!(
        french.contains("engagement (E)") && french.contains("Bonsón"),
        "{french}"
    );
    let csv = here
        .succeed(&["report", "ranking", "--dictionary", "--format", "csv"])
        .stdout;
    assert!(
        csv.starts_with("\"name\",\"title_fr\"") && csv.contains("\"top_ten\""),
        "{csv}"
    );
    // Before any night was judged, too.
    let empty = beffroi_tests::Installation::default();
    let told = empty.succeed(&["report", "ranking", "--dictionary"]);
    assert!(told.stdout.contains("total_low"), "{}", told.stdout);
}
