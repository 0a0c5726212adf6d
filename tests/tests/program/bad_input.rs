//! What people get wrong, and what they are told.

use std::{fs, path::Path};

use beffroi_tests::{Ended, Engine, Installation, Simulator};
use serde_json::{Value, json};

use crate::judge::{certificate, import_websites};

/// A configuration that is refused: exit status 2, and these words.
fn refused(toml: &str, words: &[&str]) {
    let here = Installation::new(toml);
    let ended = here
        .run(&["plan"])
        .exited(2)
        .said(words)
        .said(&["beffroi.toml"]);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert!(
        !here.folder().join("engine").exists(),
        "nothing was started"
    );
}

/// Has every write to standard output fail, as on a full disk.
fn into_a_full_disk(here: &Installation, arguments: &[&str]) -> (Option<i32>, String) {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let output = here
        .command(arguments)
        .stdout(full.unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), told)
}

#[test]
fn a_result_that_cannot_be_written_is_an_error_and_no_panic() {
    let here = Installation::default();
    here.write("robots.txt", "User-agent: *\nDisallow: /\n");
    here.write(
        "sites.csv",
        "insee_code,website\n01004,https://www.a.test/\n",
    );
    here.write(
        "corrections.csv",
        "collectivity,field,value\n01004,website,x y\n",
    );
    for arguments in [
        &["fetch", "https://www.exemple.test/"][..],
        &["fetch", "https://www.exemple.test/", "--json"],
        &["discover", "https://www.exemple.test/"],
        &["robots", "check", "--robots", "robots.txt", "/"],
        &["account", "parse", "https://x.com/exemple"],
        &["account", "parse", "https://x.com/exemple", "--json"],
        &["config"],
        &["--help"],
        &["--version"],
        &["migrate"],
        &["engine", "status"],
        &["registry", "import", "sites.csv"],
        &["registry", "import", "corrections.csv"],
        &["registry", "show", "01004"],
        &["plan"],
        &["sql", "SELECT 1"],
    ] {
        let (code, told) = into_a_full_disk(&here, arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        let is_told = told.contains("error: could not write to standard output");
        assert!(
            is_told && !told.contains("panicked"),
            "{arguments:?}: {told}"
        );
    }
}

#[test]
fn a_message_that_cannot_be_written_changes_nothing_of_the_end() {
    let here = Installation::default();
    here.write(
        "corrections.csv",
        "collectivity,field,value\n01004,website,x y\n",
    );
    for (arguments, code) in [
        (&["fetch", "no address"][..], 1),
        (&["--config", "elsewhere.toml", "plan"], 2),
        (&["no-such-command"], 2),
        (&["registry", "import", "corrections.csv"], 3),
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = here.command(arguments);
        let output = command.stderr(full.unwrap()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let here = Installation::default();
    here.succeed(&["registry", "import"]);
    for arguments in [&["config"][..], &["registry", "import"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = here.command(arguments).stdout(writer).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            !told.contains("error") && !told.contains("panicked"),
            "{told}"
        );
    }
}

#[test]
fn a_wrong_type_is_refused_with_key_place_and_what_was_expected() {
    refused(
        "[run]\nhost_lanes = \"many\"\n",
        &["line 2: `run.host_lanes`: found `many`", "a whole number"],
    );
    refused(
        "[store]\nconnect_timeout = 30\n",
        &["line 2: `store.connect_timeout`: found `30`", "a duration"],
    );
    refused(
        "[fetch]\nhost_interval = \"soon\"\n",
        &["line 2: `fetch.host_interval`: found `soon`", "a duration"],
    );
    refused(
        "store = 3\n",
        &["line 1: `store`: found `3`", "a table of settings"],
    );
}

#[test]
fn a_value_that_cannot_be_used_is_refused_with_key_place_and_what_was_expected() {
    for (toml, words) in [
        (
            "[fetch]\nallow_addresses = [\"x\"]\n",
            ["line 2: `fetch.allow_addresses`: `x` found", "ip:port"],
        ),
        (
            "[fetch]\n\ncontact = \"a b\"\n",
            ["line 3: `fetch.contact`: `a b` found", "a mailbox"],
        ),
        (
            "[fetch]\nread_timeout = \"0s\"\n",
            [
                "line 2: `fetch.read_timeout`: `0s` found",
                "longer than zero",
            ],
        ),
        (
            "[fetch]\nextra_ca = [\"nowhere.pem\"]\n",
            ["line 2: `fetch.extra_ca`: `nowhere.pem`", "No such file"],
        ),
        (
            "[platforms.bluesky]\nbase_url = \"ftp://x\"\n",
            ["line 2: `platforms.bluesky.base_url`: found", "https://"],
        ),
        (
            "[platforms.mastodon]\nwindow_days = 0\n",
            [
                "line 2: `platforms.mastodon.window_days`: found `0`",
                "1 or more",
            ],
        ),
    ] {
        let here = Installation::new(toml);
        for arguments in [&["run"][..], &["fetch", "https://www.exemple.test/"]] {
            let ended = here.run(arguments).exited(2).said(&words);
            ended.said(&["beffroi.toml, line "]);
        }
        assert!(!here.folder().join("engine").exists(), "{toml}");
    }
    let here = Installation::new("[fetch]\ndns = \"system\"\n");
    let here = here.with_variable("BEFFROI_FETCH__DNS", "nowhere");
    here.run(&["fetch", "https://www.exemple.test/"])
        .exited(2)
        .said(&["environment variable `BEFFROI_FETCH__DNS`: `fetch.dns`: `nowhere` found"]);
}

#[test]
fn a_store_or_queue_that_is_no_address_is_refused_where_it_was_given() {
    let here = Installation::default();
    here.run(&["--queue", "nowhere", "plan"])
        .exited(2)
        .said(&["`--queue`: a queue is", "amqp"]);
    here.run(&["--store", "nowhere", "plan"])
        .exited(2)
        .said(&["`--store`: ", "http://user:password@host:8123"]);
    let here = Installation::new("[store]\nurl = \"ftp://u:hush@x\"\n");
    let ended = here.run(&["plan"]).exited(2);
    let ended = ended.said(&["beffroi.toml, line 2: `store.url` is `ftp://x/`"]);
    assert!(!ended.stderr.contains("hush"), "{}", ended.stderr);
}

#[test]
fn an_unknown_key_is_refused_with_those_that_are_known() {
    refused(
        "[fetch]\nhost_intervall = \"2s\"\n",
        &["host_intervall", "`host_interval`"],
    );
    refused("[crawl]\nspeed = 3\n", &["crawl", "`run`"]);
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    refused("[run\nhost_lanes = 3\n", &["line 1"]);
}

#[test]
fn a_wrong_variable_of_the_environment_is_told_apart_from_the_file() {
    let here = Installation::default().with_variable("BEFFROI_RUN__HOST_LANES", "many");
    let ended = here.run(&["plan"]).exited(2).said(&[
        "environment variable `BEFFROI_RUN__HOST_LANES`: `run.host_lanes`",
        "many",
    ]);
    let told = ended.stderr.to_lowercase();
    assert!(
        told.contains("environment") && !told.contains("beffroi.toml"),
        "{told}"
    );
}

#[test]
fn a_configuration_file_that_is_missing_is_named() {
    let here = Installation::default();
    let arguments = ["--config", "elsewhere.toml", "plan"];
    here.run(&arguments)
        .exited(2)
        .said(&["`elsewhere.toml` does not exist"]);
}

#[test]
fn a_wrong_restriction_is_refused_with_the_known_words_before_anything_starts() {
    let here = Installation::default();
    for command in ["plan", "run"] {
        let refused = |only: &str| here.run(&[command, "--only", only]).exited(2);
        refused("platform=myspace").said(&["`myspace` is no platform", "mastodon", "bluesky"]);
        refused("category=village").said(&["`village` is no category", "commune"]);
        refused("department=1000").said(&["`1000`", "department"]);
        refused("colour=blue").said(&["`colour=blue`", "platform=…"]);
    }
    assert!(!here.folder().join("engine").exists());
}

#[test]
fn a_second_run_on_the_same_embedded_store_is_refused_while_the_first_works() {
    let france = Simulator::start(60);
    let here = Installation::in_france(&france);
    import_websites(&here, &france);
    let mut night = here.start("night", &["run", "--json"]);
    france.wait_for_requests(200);
    for arguments in [
        &["run", "--resume"][..],
        &["run"],
        &["run", "--only", "platform=website"],
    ] {
        assert!(!night.has_ended(), "{}", night.stderr());
        here.run(arguments)
            .exited(3)
            .said(&["another `beffroi run` is at work on this store (process"]);
    }
    // The engine was the first one's, and is not taken away from it.
    let certificate = certificate(night.wait());
    assert_eq!(certificate["complete"], true);
    here.succeed(&["run", "--json"]);
}

#[test]
fn a_wrong_date_is_refused() {
    let here = Installation::default();
    for date in ["2026-02-30", "tomorrow", "23/11/2026"] {
        here.run(&["run", "--date", date])
            .exited(2)
            .said(&["--date", date]);
    }
}

#[test]
fn bad_rows_are_named_and_the_good_ones_kept() {
    let here = Installation::default();
    let corrections = "collectivity,field,value,note\n\
        01004,website,https://www.good.test/,good\n\
        01004,population,12 000,not a number\n\
        99999,website,https://www.nobody.test/,no such body\n\
        01005,colour,blue,no such field\n\
        01005,website,http://[broken,no address\n\
        01007,account,https://social.test/@mairie,good\n";
    here.write("corrections.csv", corrections);
    let import = |kind: &str| {
        here.run(&["registry", "import", "corrections.csv", kind])
            .exited(3)
    };

    let report = import("--json").json();
    let import_report = &report["imports"][0];
    assert_eq!(
        (&import_report["errors"], &import_report["facts"]),
        (&4.into(), &2.into()),
        "{report}"
    );
    let issues = import_report["issues"].as_array().unwrap();
    let mut lines: Vec<u64> = issues
        .iter()
        .map(|issue| issue["line"].as_u64().unwrap())
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, [3, 4, 5, 6]);
    for issue in issues {
        assert_eq!(
            (&issue["file"], &issue["severity"]),
            (&"corrections.csv".into(), &"error".into())
        );
        assert!(issue["reason"].as_str().unwrap().len() > 20, "{issue}");
        // A body that nobody knows has no wrong column.
        assert!(
            issue["line"] == 4 || issue["column"]["name"].is_string(),
            "{issue}"
        );
    }
    let shown = here
        .succeed(&["registry", "show", "01004", "--json"])
        .json();
    assert_eq!(
        shown[0]["accounts"][0]["url"], "https://www.good.test/",
        "{shown}"
    );

    let rows = here.row_counts();
    let again = here
        .run(&["registry", "import", "corrections.csv"])
        .exited(3);
    let again = again.said(&[
        "corrections.csv, line 3, column 3 (`value`)",
        "line 4",
        "line 5",
        "line 6",
    ]);
    assert!(again.stdout.contains("as it was"), "{}", again.stdout);
    assert_eq!(
        here.row_counts(),
        rows,
        "the second import changed something"
    );
}

#[test]
fn files_that_are_no_registry_are_refused_and_change_nothing() {
    let here = Installation::default();
    here.write("letters.csv", "a,b,c\n1,2,3\n");
    here.write("noise.bin", [0, 159, 146, 150, 255, 0, 7]);
    here.succeed(&["registry", "import"]);
    let rows = here.row_counts();
    for file in ["letters.csv", "noise.bin"] {
        let ended = here.run(&["registry", "import", file]);
        ended.exited(1).said(&[file]);
    }
    here.run(&["registry", "import", "missing.csv"])
        .exited(1)
        .said(&["missing.csv"]);
    assert_eq!(here.row_counts(), rows);
    here.run(&["registry", "show", "Nulle-Part-les-Bains"])
        .exited(1)
        .said(&["Nulle-Part-les-Bains"]);
}

#[test]
fn addresses_that_are_of_no_use_are_told_and_take_nothing_away() {
    let here = Installation::default();
    here.write(
        "sites.csv",
        "insee_code,website\n01004,https://www.good.test/\n",
    );
    here.succeed(&["registry", "import", "sites.csv"]);
    here.write(
        "corrections.csv",
        "collectivity,field,value,note\n\
         01004,website,https://www.facebook.com/groups/9,a group\n\
         01005,account,https://www.facebook.com/groups/123,a group\n\
         01005,account,https://www.facebook.com/ville/posts/1,a post\n\
         01005,not_account,https://www.facebook.com/sharer.php?u=x,a button\n\
         01005,account,https://www.exemple.test/,a website\n\
         01005,account,https://www.facebook.com/exempleville,good\n",
    );
    let ended = here
        .run(&["registry", "import", "corrections.csv"])
        .exited(3);
    let ended = ended.said(&[
        "line 2, column 3 (`value`): an address of facebook but not an account's (group)",
        "line 3, column 3 (`value`): an address of facebook but not an account's (group)",
        "line 4, column 3 (`value`): an address of facebook but not an account's (content)",
        "line 5, column 3 (`value`): an address of facebook but not an account's (share button)",
        "line 6, column 3 (`value`): of no network that is known",
    ]);
    let kept = "6 rows read, 1 facts kept, 5 rows refused";
    assert!(ended.stdout.contains(kept), "{}", ended.stdout);
    let accounts = |code: &str| {
        let shown = here.succeed(&["registry", "show", code, "--json"]).json();
        shown[0]["accounts"].to_string()
    };
    assert!(accounts("01004").contains("https://www.good.test/"));
    assert!(accounts("01005").contains("facebook.com/exempleville"));

    // In the State's directory it is nothing that its reader could mend.
    let directory = directory(&["01004"]);
    let directory = directory.replace(
        "https://www.v01004.test/",
        "https://www.facebook.com/groups/9",
    );
    here.write("directory.json", directory);
    here.succeed(&["registry", "import", "directory.json"])
        .said(&["body 1: an address of facebook but not an account's (group)"]);
    assert!(accounts("01004").contains("https://www.good.test/"));
}

/// A directory of the State that gives these communes a website and a page of Facebook each.
fn directory(codes: &[&str]) -> String {
    let body = |code: &&str| {
        json!({
            "id": format!("id-{code}"),
            "nom": "Mairie - Exempleville",
            "pivot": [{"type_service_local": "mairie", "code_insee_commune": [code]}],
            "site_internet": [{"libelle": "", "valeur": format!("https://www.v{code}.test/")}],
            "reseau_social": [{"valeur": format!("https://www.facebook.com/ville{code}"),
                "custom_dico2": "Facebook"}],
        })
    };
    let bodies: Vec<Value> = codes.iter().map(body).collect();
    json!({ "service": bodies }).to_string()
}

#[test]
fn a_directory_that_is_cut_or_empty_is_refused_and_the_earlier_one_stays() {
    let here = Installation::default();
    let whole = directory(&["01004", "01005", "01007"]);
    here.write("good.json", &whole);
    here.write("cut.json", &whole[..700]);
    here.write("list.json", "[]");
    here.write("results.json", r#"{"results":[]}"#);
    here.write("service.json", r#"{"service":[]}"#);
    here.succeed(&["registry", "import", "good.json"]);
    let rows = here.row_counts();
    let page = |code: &str| {
        let shown = here.succeed(&["registry", "show", code, "--json"]).json();
        shown[0]["accounts"].to_string()
    };
    assert!(page("01007").contains("facebook.com/ville01007"));

    for (file, place) in [
        ("cut.json", "cut.json, body 2: the file ends too early"),
        (
            "list.json",
            "list.json, line 1: the list of bodies is empty",
        ),
        ("results.json", "line 1: the list of bodies is empty"),
        ("service.json", "download the file again"),
    ] {
        let ended = here.run(&["registry", "import", file]).exited(1);
        let ended = ended.said(&[file, place]);
        let told = "refused whole, nothing of it was imported; `good.json` of";
        assert!(ended.stdout.contains(told), "{}", ended.stdout);
        let report = here.run(&["registry", "import", file, "--json"]).exited(1);
        let report = &report.json()["imports"][0];
        assert_eq!(
            (
                &report["refused"],
                &report["facts"],
                &report["stays"]["name"]
            ),
            (&true.into(), &0.into(), &"good.json".into()),
            "{report}"
        );
        assert_eq!(report["issues"][0]["severity"], "fatal");
        assert_eq!(here.row_counts(), rows, "{file} changed something");
    }
    assert!(page("01007").contains("facebook.com/ville01007"));

    // A row that cannot be read costs itself alone, as before.
    let one_bad = directory(&["01004", "0100", "01007"]);
    here.write("one-bad.json", one_bad);
    here.run(&["registry", "import", "one-bad.json"])
        .exited(3)
        .said(&["body 2"]);
    assert!(!page("01005").contains("facebook.com"), "{}", page("01005"));
    assert!(page("01007").contains("facebook.com/ville01007"));
}

#[test]
fn sql_can_only_read_in_both_kinds_of_store() {
    let engine = Engine::start();
    for here in [
        Installation::default(),
        Installation::default().with_engine(&engine),
    ] {
        here.succeed(&["migrate"]);
        for statement in [
            "DROP TABLE run",
            "INSERT INTO run (run_id) VALUES ('x')",
            "ALTER TABLE run DELETE WHERE 1",
            "CREATE TABLE t (a UInt8) ENGINE = Memory",
            "TRUNCATE TABLE run",
            "SYSTEM SHUTDOWN",
            "SET readonly = 0",
        ] {
            let ended = here.run(&["sql", statement]).exited(1);
            assert!(
                !ended.stderr.contains("SYNTAX_ERROR"),
                "{statement}: {}",
                ended.stderr
            );
        }
        assert_eq!(here.number("SELECT toUInt32(count()) FROM run"), 0);
        let past = here.run(&["sql", "SELECT 1 SETTINGS readonly = 0"]);
        assert_ne!(
            past.code,
            Some(0),
            "the guard can be turned off by the statement"
        );
    }
}

#[test]
fn a_mistake_in_a_statement_is_told_in_the_servers_words() {
    let here = Installation::default();
    here.run(&["sql", "SELEC 1"])
        .exited(1)
        .said(&["error: ", "Syntax error"]);
    here.run(&["sql", "SELECT nothing FROM run"])
        .exited(1)
        .said(&["nothing"]);
    here.run(&["sql", "SELECT * FROM nowhere"])
        .exited(1)
        .said(&["nowhere"]);
    here.run(&["sql", "SELECT throwIf(number = 3) FROM numbers(10)"])
        .exited(1)
        .said(&["throwIf"]);
}

#[test]
fn a_report_without_a_run_says_how_to_make_one() {
    let here = Installation::default();
    here.run(&["report", "run"])
        .exited(1)
        .said(&["there is no run yet", "beffroi run"]);
    here.run(&["report", "run", "--run", "1999-01-01"])
        .exited(1)
        .said(&["1999-01-01"]);
}

#[test]
fn what_stands_in_the_folders_place_is_told() {
    let here = Installation::default();
    fs::write(here.folder().join("engine"), "a file").unwrap();
    let ended: Ended = here.run(&["migrate"]).exited(1);
    ended.said(&["the embedded ClickHouse could not be started", "engine"]);
}

#[test]
fn a_disk_without_room_is_told_before_anything_is_written() {
    let here = Installation::default().with_variable("BEFFROI_ENGINE__MIN_FREE_MB", "999999999");
    here.run(&["migrate"]).exited(1).said(&["min_free_mb"]);
    assert!(!Path::new(&here.folder().join("engine/data/store")).exists());
}

#[test]
fn an_engine_library_that_is_missing_is_told_with_what_to_do() {
    let here =
        Installation::default().with_variable("BEFFROI_ENGINE__LIBRARY", "/nowhere/libchdb.so");
    here.run(&["migrate"])
        .exited(1)
        .said(&["/nowhere/libchdb.so"]);
}

#[test]
fn json_on_standard_output_is_never_mixed_with_the_log() {
    let here = Installation::default();
    let ended = here.succeed(&["plan", "--json", "-vvv"]);
    assert!(
        ended.json()["plan"]["jobs"].as_u64() > Some(20_000),
        "{}",
        ended.stdout
    );
    assert!(!ended.stderr.is_empty());
    let _: Value = here.succeed(&["migrate", "--json", "-vvv"]).json();
}
