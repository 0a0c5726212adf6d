//! Data that survives, and folders that are refused.

use std::{fs, os::unix::fs::PermissionsExt, process::Stdio};

use beffroi_engine::{EngineError, Lifetime, start};
use nix::sys::signal::Signal;

use crate::{
    Test,
    support::{Folder, query, serve_command, signal},
};

pub(crate) const TESTS: &[Test] = &[
    ("rows_survive_a_clean_restart_and_a_kill", rows_survive),
    (
        "a_second_server_of_one_folder_is_refused_and_names_the_first",
        second_server,
    ),
    (
        "a_folder_of_another_version_is_refused_before_it_is_opened",
        other_version,
    ),
    (
        "a_missing_library_is_named_with_the_remedy",
        missing_library,
    ),
    ("a_full_disk_is_named_at_the_start", full_disk),
    (
        "passwords_are_in_no_argument_and_in_no_readable_file",
        passwords_are_hidden,
    ),
];

fn rows_survive() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let password = engine.endpoint().password.clone();
    query(engine.endpoint(), "CREATE DATABASE d");
    query(
        engine.endpoint(),
        "CREATE TABLE d.t (n UInt8) ENGINE = MergeTree ORDER BY n",
    );
    query(engine.endpoint(), "INSERT INTO d.t VALUES (1)");
    engine.stop().unwrap();

    let engine = folder.start(Lifetime::WithOwner);
    assert_eq!(engine.endpoint().password, password, "made once");
    query(engine.endpoint(), "INSERT INTO d.t VALUES (2)");
    signal(engine.endpoint().pid, Signal::SIGKILL);
    folder.wait_until_stopped();

    let engine = folder.start(Lifetime::WithOwner);
    let kept = query(engine.endpoint(), "SELECT n FROM d.t ORDER BY n FORMAT CSV");
    assert_eq!(kept, "1\n2");
}

fn second_server() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let second = folder.serve(Lifetime::UntilStopped);
    let output = second.wait_with_output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr);
    let holder = format!("in use by process `{}`", engine.endpoint().pid);
    assert!(message.contains(&holder), "{message}");
    assert_eq!(query(engine.endpoint(), "SELECT 1"), "1");
}

fn other_version() {
    let folder = Folder::new();
    folder.start(Lifetime::WithOwner).stop().unwrap();
    let written = fs::read_to_string(folder.file("VERSION")).unwrap();
    assert!(written.contains("\"kind\":\"library\""), "{written}");
    let newer = r#"{"layout":1,"kind":"library","engine":"99.1"}"#;
    fs::write(folder.file("VERSION"), newer).unwrap();
    let message = refusal(&folder);
    for part in [
        "written by ClickHouse `99.1`",
        "engine installed is `26.",
        "engine.data_dir",
    ] {
        assert!(message.contains(part), "{message}");
    }
    fs::write(folder.file("VERSION"), r#"{"layout":2}"#).unwrap();
    assert!(refusal(&folder).contains("layout `2`"));
    fs::write(folder.file("VERSION"), written).unwrap();
    folder.start(Lifetime::WithOwner).stop().unwrap();
}

fn missing_library() {
    let mut folder = Folder::new();
    folder.settings.library = Some("/nowhere/libchdb.so".into());
    let message = refusal(&folder);
    assert!(message.contains("/nowhere/libchdb.so"), "{message}");
    assert!(message.contains("make engine"), "{message}");
}

fn full_disk() {
    let mut folder = Folder::new();
    folder.settings.min_free_mb = u64::MAX >> 20;
    assert!(refusal(&folder).contains("MiB are free"));
}

fn refusal(folder: &Folder) -> String {
    match start(&folder.settings, Lifetime::WithOwner, serve_command()) {
        Err(error @ EngineError::StartFailed { .. }) => error.to_string(),
        Err(error) => panic!("another refusal than expected: {error}"),
        Ok(_) => panic!("the folder was opened"),
    }
}

fn passwords_are_hidden() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let endpoint = engine.endpoint();
    let arguments = std::process::Command::new("ps")
        .args(["-o", "args=", "-p", &endpoint.pid.to_string()])
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let arguments = String::from_utf8_lossy(&arguments.stdout);
    assert!(arguments.contains("serve"), "{arguments}");
    assert!(!arguments.contains(endpoint.password.expose()));
    let root = fs::metadata(&folder.settings.data_dir).unwrap();
    assert_eq!(root.permissions().mode() & 0o777, 0o700);
    for name in [
        "password",
        "reader-password",
        "endpoint.json",
        "run/users.xml",
    ] {
        let mode = fs::metadata(folder.file(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let log = fs::read_to_string(folder.file("log/engine.log")).unwrap_or_default();
    assert!(!log.contains(endpoint.password.expose()));
}
