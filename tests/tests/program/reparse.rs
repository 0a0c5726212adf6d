//! Finds of older rules of account URLs, read again by the present ones.

use beffroi_model::{ACCOUNT_RULES_VERSION, AccountId, Platform};
use beffroi_tests::{Engine, Installation};
use serde_json::{Value, json};

/// A body of the shipped registry.
const BODY: &str = "213502388";

fn write_find(engine: &Engine, handle: &str, url: &str, how: &str, rules_version: u32) {
    let id = AccountId::new(Platform::X, handle);
    engine.query(&format!(
        "INSERT INTO beffroi.account (collectivity_id, platform, account_id, source, seen_in, handle, url, \
         verdict, confidence, evidence_pages, evidence_how, night, seen_at, rules_version) \
         VALUES ('{BODY}', 'x', '{id}', 'discovery', toString(today() - 1), '{handle}', '{url}', 'own', 0.9, \
         ['https://www.exemple.test/'], ['{how}'], today() - 1, now() - 86400, {rules_version})"
    ));
}

fn handles(installation: &Installation) -> Vec<String> {
    let rows = installation.sql(&format!(
        "SELECT handle FROM v_account WHERE platform = 'x' AND collectivity_id = '{BODY}' \
         AND has(sources, 'discovery') ORDER BY handle"
    ));
    rows.iter()
        .map(|row| row["handle"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn finds_of_older_rules_are_rewritten_once_and_nothing_is_deleted() {
    let engine = Engine::start();
    let installation = Installation::default().with_engine(&engine);
    installation.succeed(&["registry", "show", BODY]);
    write_find(
        &engine,
        "Mairie35",
        "https://twitter.com/Mairie35",
        "anchor",
        1,
    );
    write_find(
        &engine,
        "intent",
        "https://twitter.com/intent/tweet?text=a",
        "anchor",
        0,
    );
    write_find(&engine, "same", "https://x.com/same", "anchor", 1);
    // What the account itself told, and what the present rules decided, are not judged.
    write_find(&engine, "Told", "https://x.com/Told", "moved", 1);
    write_find(
        &engine,
        "Present",
        "https://x.com/Present",
        "anchor",
        ACCOUNT_RULES_VERSION,
    );
    let before = ["Mairie35", "Present", "Told", "intent", "same"];
    assert_eq!(handles(&installation), before);
    let rows =
        || installation.number("SELECT count() FROM account FINAL WHERE source = 'discovery'");

    let counts = |answer: &Value| {
        ["judged", "unchanged", "renamed", "dropped", "finds"]
            .map(|key| answer[key].as_u64().unwrap())
    };
    let dry = installation
        .succeed(&["account", "reparse", "--dry-run", "--json"])
        .json();
    assert_eq!(counts(&dry), [3, 1, 1, 1, 2]);
    assert_eq!(dry["registry_changed"], Value::Null);
    assert_eq!(
        (handles(&installation), rows()),
        (before.map(str::to_owned).to_vec(), 5)
    );

    let done = installation
        .succeed(&["account", "reparse", "--json"])
        .json();
    assert_eq!(counts(&done), [3, 1, 1, 1, 2]);
    assert_eq!(done["registry_changed"], false);
    let example = |was: &str| {
        let examples = done["examples"].as_array().unwrap();
        examples.iter().find(|it| it["was"] == was).unwrap().clone()
    };
    assert_eq!(example("x:Mairie35")["is"], "x:mairie35");
    assert_eq!(example("x:intent")["is"], Value::Null);
    let after = ["Present", "Told", "mairie35", "same"];
    assert_eq!(handles(&installation), after);

    // The old finds are there, out of force; the new one has their evidence.
    assert_eq!(rows(), 6);
    let old = installation.sql(
        "SELECT handle, superseded_by, rules_version FROM account FINAL WHERE superseded_by != 0 ORDER BY handle",
    );
    assert_eq!(old.len(), 2);
    assert_eq!(
        old[0],
        json!({"handle": "Mairie35", "superseded_by": ACCOUNT_RULES_VERSION, "rules_version": 1})
    );
    let new = installation.sql(
        "SELECT toString(account_id) AS id, url, rules_version, evidence_pages FROM account FINAL WHERE handle = 'mairie35'",
    );
    assert_eq!(
        new[0]["id"],
        AccountId::new(Platform::X, "mairie35").to_string()
    );
    assert_eq!(new[0]["url"], "https://x.com/mairie35");
    assert_eq!(new[0]["rules_version"], ACCOUNT_RULES_VERSION);
    assert_eq!(
        new[0]["evidence_pages"],
        json!(["https://www.exemple.test/"])
    );

    let again = installation
        .succeed(&["account", "reparse", "--json"])
        .json();
    assert_eq!(counts(&again), [1, 1, 0, 0, 0]);
    assert_eq!(
        (handles(&installation), rows()),
        (after.map(str::to_owned).to_vec(), 6)
    );
    let words = installation.succeed(&["account", "reparse"]).stdout;
    assert!(
        words.contains("1 accounts found by older rules; 1 unchanged"),
        "{words}"
    );
}
