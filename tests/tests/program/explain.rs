//! Every published figure of a simulated night can be walked down to its exchanges, and its observations
//! come to the same figure.

use std::time::{Duration, Instant};

use beffroi_store::{Claimant, FigureSettings, Store};
use beffroi_tests::{Engine, Installation, Simulator};
use serde_json::Value;

use crate::{judge::import_websites, reports::reasons, store::store_on};

/// All that is computed of single accounts without peers.
const METRICS: [&str; 36] = [
    "followers",
    "weekly_growth",
    "coverage",
    "posts_per_week",
    "median_gap",
    "applause",
    "conversation",
    "amplification",
    "p1",
    "p2",
    "p3",
    "c1",
    "c2",
    "c3",
    "v1",
    "v2",
    "v3",
    "e",
    "e_components",
    "e_post_mean",
    "e_post_median",
    "e_post_trimmed",
    "er_post",
    "weighted_e_post",
    "interactions",
    "interactions_per_inhabitant",
    "views_median",
    "views_mean",
    "overperformance",
    "threads",
    "reply_rate",
    "answered_2h",
    "answered_24h",
    "reply_delay_quartile",
    "reply_delay_median",
    "reply_delay_upper_quartile",
];

async fn judge_last_night(store: &Store) {
    let night = store.judged_nights().await.unwrap().pop().unwrap();
    let claimant = Claimant {
        who: "the tests".to_owned(),
        what: "figures".to_owned(),
    };
    let settings = FigureSettings::default();
    store.rollup(&night, &settings, &claimant).await.unwrap();
}

fn explain(here: &Installation, account: &str, metric: &str, window: &str) -> Value {
    explain_all(here, account, &[metric], window).remove(0)
}

/// Several metrics of one account, in one process.
fn explain_all(here: &Installation, account: &str, metrics: &[&str], window: &str) -> Vec<Value> {
    let options = ["--window", window, "--json", "--all"];
    let arguments = [&["explain", account], metrics, &options].concat();
    let told = here.succeed(&arguments).stdout;
    let told: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told.len(), metrics.len());
    told
}

#[tokio::test]
async fn a_figure_is_walked_down_to_its_exchanges_and_comes_to_the_same_again() {
    let france = Simulator::start(160);
    let engine = Engine::start();
    let here = Installation::in_france(&france).with_engine(&engine);
    import_websites(&here, &france);
    here.succeed(&["run", "--json"]);
    let store = store_on(&engine).await;
    judge_last_night(&store).await;

    // Of each platform the account with the most posts, one without any, and one that has no figures.
    let accounts = here.sql(
        "SELECT toString(argMax(account_id, closed_posts)) AS most, toString(argMin(account_id, closed_posts)) AS fewest, \
         toString(argMax(account_id, length(unavailable))) AS none, \
         platform FROM account_figure WHERE window_days = 28 GROUP BY platform",
    );
    assert_eq!(accounts.len(), 3, "{accounts:?}");
    let mut known = 0;
    for row in &accounts {
        for account in ["most", "fewest", "none"].map(|key| row[key].as_str().unwrap()) {
            for (metric, told) in METRICS
                .iter()
                .zip(explain_all(&here, account, &METRICS, "28"))
            {
                assert_eq!(told["metric"]["name"], *metric);
                assert_eq!(told["verdict"]["is"], "equal", "{metric}: {told:#}");
                known += u32::from(told["published"].is_number());
                assert!(
                    told["published"].is_number() != told["missing_because"].is_string(),
                    "{told:#}"
                );
            }
        }
    }
    assert!(known > 40, "{known} figures are known");
    assert_sources_are_told(&here, &engine, &accounts);
    assert_mistakes_are_told(&here, &accounts);

    assert_expectations_are_told(&here, &engine);

    // A row that came in after the roll-up is no secret.
    let most = most_of(&accounts, "mastodon");
    engine.query(&format!(
        "INSERT INTO beffroi.account_observation SELECT * REPLACE (followers + 1000 AS followers, \
         observed_at + INTERVAL 1 SECOND AS observed_at) FROM beffroi.account_observation FINAL \
         WHERE account_id = '{most}'"
    ));
    let told = explain(&here, most, "followers", "28");
    assert_eq!(told["verdict"]["is"], "different", "{told:#}");
    assert_eq!(told["verdict"]["difference"], 1000.0);
    judge_last_night(&store).await;
    assert_eq!(
        explain(&here, most, "followers", "28")["verdict"]["is"],
        "equal"
    );
    reasons::assert_all_is_told(&here, &engine);
}

/// Each post against the past, as the roll-up has it.
fn assert_expectations_are_told(here: &Installation, engine: &Engine) {
    let account = engine.query(
        "SELECT account_id FROM beffroi.post_figure WHERE overperformance IS NOT NULL \
         GROUP BY account_id ORDER BY count() DESC, account_id LIMIT 1",
    );
    assert_ne!(account, "", "somebody has ten posts of the past");
    let told = explain(here, &account, "overperformance", "28");
    let mut judged = 0;
    for post in told["posts"].as_array().unwrap() {
        let stored = engine.query(&format!(
            "SELECT concat(ifNull(toString(round(overperformance, 9)), '-'), ' ', kind, ' ', expected_from, '.') \
             FROM beffroi.post_figure WHERE account_id = '{account}' AND post_id = '{}'",
            post["post_id"].as_str().unwrap()
        ));
        let expectation = &post["expectation"];
        let ratio = expectation["ratio"].as_f64();
        let ratio = ratio.map_or("-".to_owned(), |it| ((it * 1e9).round() / 1e9).to_string());
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (kind, from) = (word(&post["kind"]), word(&expectation["expected_from"]));
        assert_eq!(stored, format!("{ratio} {kind} {from}."), "{post:#}");
        judged += u32::from(!from.is_empty());
    }
    assert!(judged > 0, "{told:#}");
    let shown = here
        .succeed(&["explain", &account, "overperformance"])
        .stdout;
    assert!(shown.contains("(I + 1) / (expected + 1)"), "{shown}");
    assert!(
        shown.contains("of all kinds") || shown.contains("of its kind"),
        "{shown}"
    );
}

fn most_of<'a>(accounts: &'a [Value], platform: &str) -> &'a str {
    let row = accounts
        .iter()
        .find(|row| row["platform"] == platform)
        .unwrap();
    row["most"].as_str().unwrap()
}

/// Run, address, status, hash and program of each exchange, as the log has them; also where one answer
/// brought many accounts.
fn assert_sources_are_told(here: &Installation, engine: &Engine, accounts: &[Value]) {
    for platform in ["mastodon", "bluesky"] {
        let account = most_of(accounts, platform);
        let told = explain(here, account, "e", "28");
        let source = &told["sources"][0];
        assert_eq!(source["run_id"], told["run_id"]);
        assert_eq!(source["ended"]["outcome"], "measured");
        let exchanges = source["exchanges"].as_array().unwrap();
        let logged = engine.query(&format!(
            "SELECT count() FROM beffroi.fetch_log FINAL WHERE account_id = '{account}'"
        ));
        assert_eq!(exchanges.len().to_string(), logged);
        let whole = exchanges.iter().find(|it| it["status"] == 200).unwrap();
        assert_eq!(whole["body_sha256"].as_str().unwrap().len(), 64);
        assert!(
            whole["url"].as_str().unwrap().starts_with("http"),
            "{whole}"
        );
        let connector = whole["connector"].as_str().unwrap();
        assert!(connector.starts_with(platform), "{connector}");
        let posts = told["posts"].as_array().unwrap();
        let counted = posts.iter().filter(|post| post["counts"] == true).count();
        let mut closed = told["context"].as_array().unwrap().iter();
        let closed = closed.find(|it| it[0] == "closed_posts").unwrap();
        assert_eq!(closed[1], counted.to_string(), "{told:#}");
        assert!(!told["belonging"].as_array().unwrap().is_empty());
    }
    // A call for many accounts stands in the log of each.
    let batched = engine.query(
        "SELECT uniqExact(account_id) FROM beffroi.fetch_log WHERE url LIKE '%getProfiles%' \
         GROUP BY url, fetched_at ORDER BY 1 DESC LIMIT 1",
    );
    assert!(batched.parse::<u32>().unwrap() > 1, "{batched}");
    let unlogged = engine.query(
        "SELECT count() FROM beffroi.job_outcome FINAL WHERE outcome = 'measured' AND platform = 'bluesky' \
         AND account_id NOT IN (SELECT account_id FROM beffroi.fetch_log)",
    );
    assert_eq!(unlogged, "0", "every measured account has its exchanges");
    // For people too, and the first twenty alone.
    let account = most_of(accounts, "bluesky");
    let begun = Instant::now();
    let shown = here.succeed(&["explain", account, "e"]).stdout;
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "on a busy machine"
    );
    for word in [
        "verdict     equal",
        "sha256",
        "Definition",
        "P3 + C3 + V3",
        "more posts (`--all`)",
    ] {
        assert!(shown.contains(word), "{word} in {shown}");
    }
}

fn assert_mistakes_are_told(here: &Installation, accounts: &[Value]) {
    let account = most_of(accounts, "bluesky");
    let handle = here.sql(&format!(
        "SELECT handle FROM account_figure WHERE account_id = '{account}' LIMIT 1"
    ));
    let handle = handle[0]["handle"].as_str().unwrap();
    let by_handle = explain(here, &format!("bluesky:{handle}"), "followers", "28");
    assert_eq!(by_handle["account"]["account_id"], account);
    for (arguments, words) in [
        (
            vec![format!("bluesky:{handle}x"), "e".into()],
            vec!["nearest", handle],
        ),
        (
            vec![account.into(), "love".into()],
            vec!["no metric `love`", "reply_rate"],
        ),
        (
            vec![account.into(), "discovery_recall".into()],
            vec!["no figure of one account"],
        ),
        (
            vec![
                account.into(),
                "e".into(),
                "--night".into(),
                "2020-01-01".into(),
            ],
            vec!["2020-01-01 has not been judged", "the latest are"],
        ),
        (
            vec![account.into(), "e".into(), "--window".into(), "8".into()],
            vec!["7, 28, 90, 365"],
        ),
        (
            vec![
                account.into(),
                "index_total".into(),
                "--index".into(),
                "v9".into(),
            ],
            vec!["no version `v9`", "v1, v2"],
        ),
        (
            vec!["what is this".into(), "e".into()],
            vec!["is no account"],
        ),
    ] {
        let mut all = vec!["explain"];
        all.extend(arguments.iter().map(String::as_str));
        let told = here.run(&all).exited(1).stderr;
        for word in words {
            assert!(told.contains(word), "{word} in {told}");
        }
    }
}
