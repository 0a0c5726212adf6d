//! The archive of answers: figures can be computed again from it, a corrected reading is found and stored
//! with the proof of the old one, and nothing of citizens is in it.

use std::{fs, path::PathBuf};

use beffroi_model::Platform;
use beffroi_sim::{CANARY, Quotas, SimSettings};
use beffroi_tests::{Installation, Simulator};
use serde_json::Value;

use crate::judge::{import_websites, number};

/// Those of this night, with how many of their figures are compared at the least.
const ARCHIVED: [(Platform, u64); 8] = [
    (Platform::Bluesky, 20),
    (Platform::Facebook, 200),
    (Platform::Instagram, 20),
    (Platform::Mastodon, 20),
    // A page, of which a figure for each post and one for the channel are known.
    (Platform::Telegram, 5),
    (Platform::Threads, 20),
    // POSTs, with a token that is asked for.
    (Platform::Tiktok, 5),
    (Platform::Youtube, 20),
];

fn files(here: &Installation) -> Vec<PathBuf> {
    let entries = fs::read_dir(here.folder().join("archive")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn decompressed(file: &PathBuf) -> Vec<u8> {
    zstd::stream::decode_all(fs::File::open(file).unwrap()).unwrap()
}

fn replay(here: &Installation, more: &[&str]) -> Value {
    let mut arguments = vec!["replay", "--json"];
    arguments.extend(more);
    here.succeed(&arguments).json()
}

#[test]
fn figures_are_computed_again_from_the_archive_which_holds_nobody() {
    let settings = SimSettings {
        quotas: Quotas::ample(),
        ..SimSettings::default()
    };
    let france = Simulator::start_with(160, &settings);
    let here = Installation::in_france(&france)
        .with_variable(
            "BEFFROI_RUN__PLATFORMS",
            "[website,bluesky,facebook,instagram,mastodon,telegram,threads,tiktok,youtube]",
        )
        .with_variable("BEFFROI_ARCHIVE__DIR", "archive");
    import_websites(&here, &france);
    here.succeed(&["run", "--json"]);

    // What was stored is what is read again, of every platform that is archived.
    let told = replay(&here, &[]);
    assert_eq!(told["changed"], 0, "{told:#}");
    assert_eq!(told["gone"], 0, "{told:#}");
    assert_eq!(told["outcomes_changed"], 0, "{told:#}");
    assert_eq!(told["unplayable"], 0, "{told:#}");
    assert_eq!(told["roll_up_again"], Value::Null);
    for (platform, at_least) in ARCHIVED {
        let equal = number(&told["by_platform"][platform.as_str()]["equal"]);
        assert!(equal > at_least, "{platform}: {told:#}");
    }
    let threads =
        here.number("SELECT toUInt32(count()) FROM dialogue FINAL WHERE replied_at IS NOT NULL");
    assert!(threads > 0, "replies are among what is compared");

    assert_nobody_is_in(&here);
    assert_a_corrected_reading_is_found_and_stored(&here);
    assert_a_corrected_kind_is_found_and_stored(&here);
    assert_a_torn_record_is_read_over(&here);
}

/// Every name, id and text of a citizen holds the word.
fn assert_nobody_is_in(here: &Installation) {
    let mut bytes = 0;
    let (mut visitors, mut pages) = (0, 0);
    for file in files(here) {
        let text = String::from_utf8(decompressed(&file)).unwrap();
        bytes += text.len();
        let lower = text.to_lowercase();
        if let Some(at) = lower.find(&CANARY.to_lowercase()) {
            panic!(
                "{}: …{}…",
                file.display(),
                &text[at.saturating_sub(200)..at + 60]
            );
        }
        visitors += text.matches("\"visitor\"").count();
        pages += text.matches("<title").count() + text.matches("<body").count();
    }
    assert!(bytes > 100_000, "{bytes}");
    assert!(visitors > 0, "that somebody wrote is kept");
    assert_eq!(pages, 0, "no page is kept as it was");
}

/// An answer is altered, as if the connector had read it wrongly before.
fn assert_a_corrected_reading_is_found_and_stored(here: &Installation) {
    const KEY: &[u8] = b"\"followers_count\":";
    let mut altered = None;
    for file in files(here) {
        let mut bytes = decompressed(&file);
        let Some(at) = bytes.windows(KEY.len()).position(|it| it == KEY) else {
            continue;
        };
        let mut end = at + KEY.len();
        while bytes[end].is_ascii_digit() {
            end += 1;
        }
        let digit = &mut bytes[end - 1];
        *digit = if *digit == b'9' { b'0' } else { *digit + 1 };
        fs::write(&file, zstd::stream::encode_all(&bytes[..], 3).unwrap()).unwrap();
        altered = Some(file);
        break;
    }
    assert!(altered.is_some(), "there is an answer with followers");

    let told = replay(here, &["--dry-run"]);
    assert_eq!(told["changed"], 1, "{told:#}");
    let change = &told["changes"][0];
    assert_eq!(change["column"], "followers");
    let (account, run) = (
        change["account_id"].as_str().unwrap(),
        change["run_id"].as_str().unwrap(),
    );
    let followers = || {
        here.number(&format!(
            "SELECT toUInt32(followers) FROM account_observation FINAL WHERE account_id = '{account}'"
        ))
    };
    assert_eq!(followers(), number(&change["old"]), "only looked at");
    let age = format!(
        "SELECT toString(observed_at) AS at FROM account_observation FINAL WHERE account_id = '{account}'"
    );
    let before = here.sql(&age);

    let stored = replay(here, &["--write", "--run", run, "--account", account]);
    assert_eq!(stored["changed"], 1);
    let nights = stored["nights"].as_array().unwrap();
    assert_eq!(nights.len(), 1);
    let again = format!("beffroi rollup --since {}", nights[0].as_str().unwrap());
    assert_eq!(stored["roll_up_again"], again);
    assert_eq!(followers(), number(&change["new"]));
    let after = here.sql(&age);
    assert_ne!(before, after);
    assert_eq!(
        before[0]["at"].as_str().unwrap()[..19],
        after[0]["at"].as_str().unwrap()[..19]
    );
    let proof = here.sql("SELECT old_value, new_value, column_name FROM correction FINAL");
    assert_eq!(proof.len(), 1);
    assert_eq!(proof[0]["old_value"], change["old"].to_string());
    assert_eq!(proof[0]["new_value"], change["new"].to_string());

    assert_eq!(replay(here, &[])["changed"], 0, "it is stored now");
    let none = replay(here, &["--run", "2020-01-01"]);
    assert_eq!(none["accounts"], 0);
}

/// The same of what posts show: words that are not known are not told.
fn assert_a_corrected_kind_is_found_and_stored(here: &Installation) {
    const TYPE: &[u8] = b"\"media_type\":\"VIDEO\"";
    for file in files(here) {
        let mut bytes = decompressed(&file);
        let places = bytes.windows(TYPE.len()).enumerate();
        let places: Vec<usize> = places
            .filter(|(_, it)| *it == TYPE)
            .map(|(at, _)| at)
            .collect();
        for at in places {
            bytes[at + TYPE.len() - 2] = b'0';
        }
        fs::write(&file, zstd::stream::encode_all(&bytes[..], 3).unwrap()).unwrap();
    }
    let told = replay(here, &["--write"]);
    let changes = told["changes"].as_array().unwrap();
    assert!(!changes.is_empty(), "{told:#}");
    for change in changes {
        assert_eq!(
            (&change["table"], &change["column"]),
            (&"post".into(), &"kind".into())
        );
        let old = change["old"].as_str().unwrap();
        assert!(["video", "short_video"].contains(&old), "{change}");
        assert_eq!(change["new"], Value::Null);
    }
    // Each question starts an engine of its own.
    for change in changes.iter().take(3) {
        let kind = here.sql(&format!(
            "SELECT kind FROM post FINAL WHERE account_id = '{}' AND post_id = '{}'",
            change["account_id"].as_str().unwrap(),
            change["row"].as_str().unwrap()
        ));
        assert_eq!(kind[0]["kind"], "");
    }
    let proof = "SELECT toUInt32(count()) FROM correction FINAL WHERE column_name = 'kind' AND new_value IS NULL";
    assert_eq!(here.number(proof) as usize, changes.len());
    assert_eq!(replay(here, &[])["changed"], 0, "it is stored now");
}

fn assert_a_torn_record_is_read_over(here: &Installation) {
    let file = files(here).pop().unwrap();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 40]).unwrap();
    let ended = here.succeed(&["replay", "--json"]);
    let told = ended.json();
    assert_eq!(told["torn_files"], 1, "{told:#}");
    assert_eq!(told["changed"], 0, "{told:#}");
    assert!(number(&told["equal"]) > 0, "what came before is read");
    assert!(ended.stderr.contains("torn record"), "{}", ended.stderr);
}
