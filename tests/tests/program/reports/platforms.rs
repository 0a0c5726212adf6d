//! `beffroi report platforms`: its figures are those of the accounts, partial E stands apart from full E, and
//! what would tell a single account is not shown.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_index::catalogue::{Catalogue, Level, Metric, Need};
use serde_json::{Map, Value};

use super::seed::{NIGHT, SECRET, STRATUM, World, handle};

/// E and what is made like it, which only the same components make comparable.
const LIKE_E: [&str; 8] = [
    "e",
    "e_post_mean",
    "e_post_median",
    "e_post_trimmed",
    "er_post",
    "weighted_e_post",
    "interactions",
    "interactions_per_inhabitant",
];

/// Quantiles of the threads' delays, which may lie beyond what was watched.
const DELAYS: [&str; 3] = [
    "reply_delay_quartile",
    "reply_delay_median",
    "reply_delay_upper_quartile",
];

/// The figures of a line.
const FIGURES: [&str; 4] = ["mean", "lower_quartile", "median", "upper_quartile"];

type Row = Map<String, Value>;

/// The metrics of platforms that are columns of the accounts' figures.
fn metrics() -> Vec<Metric> {
    let catalogue = Catalogue::shipped();
    let is_meant = |metric: &&Metric| {
        metric.levels.contains(&Level::Platform) && !metric.needs.contains(&Need::Presence)
    };
    catalogue.iter().filter(is_meant).cloned().collect()
}

/// The report's lines as data.
fn report(world: &World, options: &str) -> Vec<Row> {
    let mut words = vec!["report", "platforms", "--format", "json", "--lang", "en"];
    words.extend(options.split_whitespace());
    let document = world.here.succeed(&words).json();
    let data = document["data"].as_array().unwrap();
    data.iter()
        .map(|row| row.as_object().unwrap().clone())
        .collect()
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row[column].as_str().unwrap()
}

/// What tells a line from the others.
fn key(row: &Row) -> [String; 3] {
    ["platform", "metric", "components"].map(|it| text(row, it).to_owned())
}

fn line<'a>(rows: &'a [Row], platform: &str, metric: &str, components: &str) -> &'a Row {
    let found = rows
        .iter()
        .find(|row| key(row) == [platform, metric, components]);
    found.unwrap_or_else(|| panic!("no {metric} of {platform} over `{components}`"))
}

fn figures(row: &Row) -> [Option<f64>; 4] {
    FIGURES.map(|it| row[it].as_f64())
}

/// Adds accounts of a platform to the night, with followers, posts a week and, where there are components, E.
fn add(world: &World, platform: &str, components: &str, values: &[f64]) {
    for (number, value) in values.iter().enumerate() {
        let name = format!("{platform}-{components}-{number}");
        world.engine.query(&format!(
            "INSERT INTO beffroi.account_figure (night, run_id, window_days, account_id, platform, handle, \
             collectivity_id, category, stratum, department_code, region_code, followers, posts_per_week, e, threads, \
             reply_delay_median, components, is_partial) VALUES ('{NIGHT}', '{NIGHT}', 90, generateUUIDv4(), \
             '{platform}', '{name}', '{}', 'commune', '{STRATUM}', '35', '53', {value}, 2 * {value}, {}, {}, {}, \
             '{components}', {})",
            world.body,
            if components.is_empty() {
                "NULL".to_owned()
            } else {
                value.to_string()
            },
            // Of every second one the delay is beyond what was watched.
            if number % 2 == 0 { "12" } else { "3" },
            if number % 4 == 0 { "7.5" } else { "NULL" },
            u8::from([1, 2].contains(&components.len())),
        ));
    }
}

/// Between two values in proportion, as R's type 7.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let low = sorted[place.floor() as usize];
    let high = sorted[place.ceil() as usize];
    if low == high {
        return low;
    }
    low + (high - low) * place.fract()
}

/// The figures of some accounts; of fewer than three none, nor what is not finite.
fn expected(values: &[f64]) -> [Option<f64>; 4] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.len() < 3 {
        return [None; 4];
    }
    let all = [
        sorted.iter().sum::<f64>() / sorted.len() as f64,
        quantile(&sorted, 0.25),
        quantile(&sorted, 0.5),
        quantile(&sorted, 0.75),
    ];
    all.map(|it| it.is_finite().then_some(it))
}

/// The values of every line, from the rows of the accounts.
fn accounts(world: &World) -> BTreeMap<[String; 3], Vec<f64>> {
    let rows = world.here.sql(&format!(
        "SELECT * FROM account_figure WHERE night = '{NIGHT}' AND window_days = 90 AND platform != 'website'"
    ));
    let mut lines: BTreeMap<[String; 3], Vec<f64>> = BTreeMap::new();
    for row in &rows {
        for metric in metrics() {
            let name = metric.name.as_str();
            let components = row["components"].as_str().unwrap();
            let components = if LIKE_E.contains(&name) {
                components
            } else {
                ""
            };
            let platform = row["platform"].as_str().unwrap();
            let key = [platform, name, components].map(str::to_owned);
            let is_later = DELAYS.contains(&name) && row["threads"].as_f64() >= Some(10.0);
            let value = row[name].as_f64();
            let value = value.or_else(|| is_later.then_some(f64::INFINITY));
            lines.entry(key).or_default().extend(value);
        }
    }
    // Of those without any component there is no E, and no line where others have some.
    let of_components: BTreeSet<String> = lines
        .keys()
        .filter(|[.., components]| !components.is_empty())
        .map(|[platform, ..]| platform.clone())
        .collect();
    lines.retain(|[platform, metric, components], _| {
        let is_like_e = LIKE_E.contains(&metric.as_str());
        !is_like_e || !components.is_empty() || !of_components.contains(platform)
    });
    lines
}

#[test]
fn figures_over_a_platform_are_those_of_its_accounts() {
    let world = World::new();
    add(&world, "mastodon", "RK", &[100.0, 900.5, 200.0, 301.0]);
    add(&world, "x", "RKS", &[12.0, 7.0, 30.0, 8.0, 9.0]);
    add(&world, "mastodon", "", &[5.0]);
    add(&world, "bluesky", "", &[4.0, 5.0, 6.0]);
    add(&world, "website", "", &[1.0, 2.0, 3.0]);
    let rows = report(&world, "");
    let accounts = accounts(&world);

    let keys: BTreeSet<[String; 3]> = rows.iter().map(key).collect();
    assert_eq!(keys.len(), rows.len(), "a line is there twice");
    let known: BTreeSet<[String; 3]> = accounts.keys().cloned().collect();
    assert_eq!(keys, known);
    let mut shown = 0;
    for row in &rows {
        let values = &accounts[&key(row)];
        assert_eq!(row["accounts"], values.len(), "{row:?}");
        let expected = expected(values);
        let told = text(row, "metric");
        let why = row["unavailable"].get(told).and_then(Value::as_str);
        for (found, expected) in figures(row).into_iter().zip(expected) {
            let is_same = match (found, expected) {
                (Some(found), Some(expected)) => {
                    shown += 1;
                    (found - expected).abs() <= 1e-9 * expected.abs()
                }
                (found, expected) => found == expected,
            };
            assert!(is_same, "{row:?}: {expected:?}");
        }
        let because = match values.len() {
            0 => Some("no_data"),
            1 | 2 => Some("too_few_accounts"),
            _ => expected.contains(&None).then_some("truncated"),
        };
        assert_eq!(why, because, "{row:?}");
    }
    assert!(shown > 70, "{shown}");

    // What may be computed by hand: of 30 accounts with E from 0.125 to 14.625, and of four over two components.
    let full = line(&rows, "mastodon", "e", "RKS");
    assert_eq!(full["accounts"], 30);
    assert_eq!(full["median"], 7.375);
    assert_eq!(full["lower_quartile"], 3.75);
    let partial = line(&rows, "mastodon", "e", "RK");
    assert_eq!(partial["accounts"], 4);
    assert_eq!(partial["median"], 250.5);
    assert_eq!(line(&rows, "mastodon", "followers", "")["accounts"], 35);
    assert_eq!(
        line(&rows, "bluesky", "e", "")["unavailable"]["e"],
        "no_data"
    );
    assert_eq!(full["unit"], "interactions per post and thousand followers");
    assert_eq!(full["window_days"], 90);
    assert!(!rows.iter().any(|row| text(row, "platform") == "website"));
    let table = world.here.succeed(&["report", "platforms"]).stdout;
    assert!(!table.contains("website"), "{table}");
}

#[test]
fn every_metric_of_the_catalogue_is_there_and_may_be_chosen() {
    let world = World::new();
    let rows = report(&world, "--platform mastodon");
    let metrics = metrics();
    let told: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (text(row, "metric"), text(row, "unit")))
        .collect();
    let known: Vec<(&str, &str)> = metrics
        .iter()
        .map(|it| (it.name.as_str(), it.unit.as_str()))
        .collect();
    assert_eq!(told, known);
    assert!(rows.iter().all(|row| text(row, "platform") == "mastodon"));

    let chosen = |options: &str| -> Vec<String> {
        let rows = report(&world, options);
        rows.iter()
            .map(|row| text(row, "metric").to_owned())
            .collect()
    };
    assert_eq!(
        chosen("--platform mastodon --metric reply_rate,e --metric p3,e"),
        ["p3", "e", "reply_rate"]
    );
    assert_eq!(chosen("--platform mastodon --limit 2").len(), 2);
    for (metric, told) in [
        ("engagement", "known are followers, weekly_growth"),
        ("median_gap", "not computed of platforms"),
        ("discovery_recall", "`report presence`"),
    ] {
        let words = ["report", "platforms", "--metric", metric];
        world.here.run(&words).exited(2).said(&[metric, told]);
    }
    assert_eq!(report(&world, "--department 2A"), Vec::<Row>::new());
    assert_eq!(report(&world, "--window 28"), Vec::<Row>::new());

    // All formats say the same.
    let csv = ["report", "platforms", "--format", "csv", "--lang", "en"];
    let csv = world.here.succeed(&csv).stdout;
    let rows = report(&world, "");
    assert_eq!(csv.lines().count(), rows.len() + 1);
    for (line, row) in csv.lines().skip(1).zip(&rows) {
        let [platform, metric, components] = key(row);
        assert!(
            line.contains(&format!(
                "\"{platform}\",\"{metric}\",\"{components}\",\"{}\",{}",
                text(row, "unit"),
                row["accounts"]
            )),
            "{line}"
        );
        let median = row["median"].as_f64();
        let median = median.map_or("\\N".to_owned(), |it| it.to_string());
        assert!(line.contains(&format!(",{median},")), "{line}: {median}");
    }
}

#[test]
fn what_may_only_be_published_in_aggregates_is_shown_of_three_accounts_and_more() {
    let world = World::new();
    let rows = report(&world, "--platform x");
    let x = line(&rows, "x", "e", "RKS");
    assert_eq!(x["accounts"], 1);
    assert_eq!(figures(x), [None; 4]);
    assert_eq!(x["unavailable"]["e"], "too_few_accounts");
    let table = |lang: &str| {
        let words = ["report", "platforms", "--lang", lang, "--platform", "x"];
        world.here.succeed(&words).stdout
    };
    assert!(table("en").contains("E: too few accounts (1)"));
    add(&world, "x", "RKS", &[2.0]);
    assert_eq!(
        figures(line(&report(&world, ""), "x", "e", "RKS")),
        [None; 4]
    );
    add(&world, "x", "RKS", &[3.0]);
    let rows = report(&world, "");
    let x = line(&rows, "x", "e", "RKS");
    assert_eq!(x["accounts"], 3);
    assert_eq!(x["median"], 3.0);
    assert_eq!(x["unavailable"], serde_json::json!({}));
    // A reply rate only one of them has.
    assert_eq!(figures(line(&rows, "x", "reply_rate", "")), [None; 4]);

    // One that may not be published is in no figure, and the report says so.
    let silent = "[platforms.x]\n\
        store = { days = 'unbounded', source = 'S', read = 2026-11-01 }\n\
        combine = { allowed = true, source = 'S', read = 2026-11-01 }\n\
        publish = { how = 'no', source = 'S', read = 2026-11-01 }\n";
    world.here.write("policies.toml", silent);
    let rows = report(&world, "");
    let of_x: Vec<&Row> = rows
        .iter()
        .filter(|row| text(row, "platform") == "x")
        .collect();
    assert_eq!(of_x.len(), metrics().len());
    for row in of_x {
        assert_eq!(figures(row), [None; 4], "{row:?}");
        assert_eq!(row["accounts"], Value::Null);
        assert_eq!(row["unavailable"][text(row, "metric")], "not_publishable");
        assert!(text(row, "policy").contains("left out"), "{row:?}");
    }
    assert!(figures(line(&rows, "mastodon", "e", "RKS"))[0].is_some());
    let told = table("fr");
    assert!(
        told.contains("non publiable") && told.contains("pas de publication"),
        "{told}"
    );
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn a_terminal_reads_platform_by_platform_what_was_not_covered_too() {
    let world = World::new();
    let report_of = |line: &str| {
        let mut words = vec!["report", "platforms"];
        words.extend(line.split_whitespace());
        world.here.succeed(&words).stdout
    };
    let table = report_of("--lang en");
    assert!(
        table.starts_with(&format!("Platforms, night of {NIGHT}, 90 days")),
        "{table}"
    );
    let first = |part: &str| {
        let found = table.lines().find(|line| line.contains(part));
        found.unwrap_or_else(|| panic!("no {part} in {table}"))
    };
    assert!(first("E (RKS)").contains("7.38"), "{table}");
    // A share in percent, with its n.
    assert!(first("replies %").contains("30") && first("replies %").contains("60"));
    assert!(first("youtube").contains("stratum not covered"), "{table}");
    assert!(!first("mastodon").contains("stratum not covered"));
    assert!(table.contains("Units: ") && table.contains("posts/week: posts per week"));
    assert!(
        table.contains("* youtube: from YouTube's API"),
        "its notice stands beside its figures: {table}"
    );
    assert!(!table.contains(SECRET) && !table.contains(&handle(0)));
    for row in table.lines().take_while(|line| !line.starts_with("Units")) {
        assert!(row.trim_end().chars().count() <= 120, "{row}");
    }
    assert!(report_of("--lang fr").starts_with(&format!("Réseaux, nuit du {NIGHT}")));
    assert!(report_of("--lang en --department 2a").contains("nothing for these filters"));

    let rows = report(&world, "--metric followers");
    let share = |platform: &str| {
        let row = line(&rows, platform, "followers", "");
        (row["stratum_share"].as_f64(), row["flags"].clone())
    };
    let (mastodon, flags) = share("mastodon");
    // 99 of 100 in the stratum; the night's other strata are not in the plan.
    assert_eq!((mastodon, flags), (Some(0.99), serde_json::json!([])));
    assert_eq!(
        share("youtube"),
        (Some(0.5), serde_json::json!(["not_covered"]))
    );
}
