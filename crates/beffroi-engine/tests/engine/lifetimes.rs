//! Who ends with whom.

use std::{
    io::{BufRead, BufReader},
    thread,
};

use beffroi_engine::{EngineStatus, Lifetime, Stopped, start, stop};
use nix::sys::signal::Signal;

use crate::{
    Test,
    support::{Folder, query, serve_command, signal, wait_until},
};

pub(crate) const TESTS: &[Test] = &[
    (
        "an_owned_engine_ends_when_its_owner_is_killed",
        owner_killed,
    ),
    (
        "a_child_whose_owner_is_gone_before_it_serves_ends_at_once",
        owner_gone_before,
    ),
    (
        "an_engine_started_for_good_survives_its_starter_and_is_stopped_by_name",
        started_for_good,
    ),
    (
        "a_second_start_attaches_to_the_running_engine",
        second_start_attaches,
    ),
    (
        "of_two_starts_at_once_one_owns_and_the_other_attaches",
        two_starts_at_once,
    ),
    (
        "sigterm_and_sigint_end_the_child_with_status_zero",
        signals_end_it,
    ),
    (
        "an_engine_that_hangs_is_killed_after_the_stop_limit",
        hanging_engine,
    ),
    (
        "a_leftover_endpoint_file_is_not_believed",
        leftover_endpoint,
    ),
];

fn owner_killed() {
    let folder = Folder::new();
    let (mut owner, pid) = folder.start_owner();
    assert!(matches!(folder.status(), EngineStatus::Running(endpoint) if endpoint.pid == pid));
    owner.kill().unwrap();
    owner.wait().unwrap();
    folder.wait_until_stopped();
    assert!(!folder.file("endpoint.json").exists(), "it ended cleanly");
}

fn owner_gone_before() {
    let folder = Folder::new();
    let mut child = folder.serve(Lifetime::WithOwner);
    drop(child.stdin.take());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(folder.status(), EngineStatus::Stopped);
    folder.start(Lifetime::WithOwner).stop().unwrap();
}

fn started_for_good() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::UntilStopped);
    assert!(!engine.is_owned());
    let endpoint = engine.endpoint().clone();
    engine.stop().unwrap();
    assert_eq!(
        folder.status(),
        EngineStatus::Running(Box::new(endpoint.clone()))
    );
    assert_eq!(query(&endpoint, "SELECT 1"), "1");
    let pid = endpoint.pid;
    assert_eq!(stop(&folder.settings).unwrap(), Stopped::Cleanly { pid });
    assert_eq!(folder.status(), EngineStatus::Stopped);
    assert_eq!(stop(&folder.settings).unwrap(), Stopped::WasNotRunning);
}

fn second_start_attaches() {
    let folder = Folder::new();
    let first = folder.start(Lifetime::WithOwner);
    let second = folder.start(Lifetime::WithOwner);
    assert!(!second.is_owned());
    assert_eq!(first.endpoint(), second.endpoint());
    second.stop().unwrap();
    assert_eq!(
        query(first.endpoint(), "SELECT 1"),
        "1",
        "only its owner stops it"
    );
    first.stop().unwrap();
    assert_eq!(folder.status(), EngineStatus::Stopped);
}

fn two_starts_at_once() {
    let folder = Folder::new();
    let engines: Vec<_> = thread::scope(|scope| {
        let starts: Vec<_> = (0..3)
            .map(|_| {
                let start = || start(&folder.settings, Lifetime::WithOwner, serve_command());
                scope.spawn(start)
            })
            .collect();
        let joined = starts
            .into_iter()
            .map(|start| start.join().unwrap().unwrap());
        joined.collect()
    });
    assert_eq!(engines.iter().filter(|engine| engine.is_owned()).count(), 1);
    for engine in &engines {
        assert_eq!(query(engine.endpoint(), "SELECT 1"), "1");
    }
}

fn signals_end_it() {
    for sign in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let folder = Folder::new();
        let mut child = folder.serve(Lifetime::UntilStopped);
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let pid = child.id();
        assert!(line.starts_with("ready http_port="), "{line}");
        assert!(line.ends_with(&format!(" pid={pid}\n")), "{line}");
        signal(pid, sign);
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{sign}");
    }
}

fn hanging_engine() {
    let mut folder = Folder::new();
    let engine = folder.start(Lifetime::UntilStopped);
    let pid = engine.endpoint().pid;
    signal(pid, Signal::SIGSTOP);
    folder.settings.stop_timeout = std::time::Duration::from_millis(300);
    assert_eq!(
        folder.status(),
        EngineStatus::NotAnswering { pid: Some(pid) }
    );
    assert_eq!(stop(&folder.settings).unwrap(), Stopped::Killed { pid });
    assert_eq!(folder.status(), EngineStatus::Stopped);
}

fn leftover_endpoint() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let pid = engine.endpoint().pid;
    signal(pid, Signal::SIGKILL);
    wait_until("the lock is free", || {
        folder.status() == EngineStatus::Stopped
    });
    assert!(
        folder.file("endpoint.json").exists(),
        "nobody could remove it"
    );
    let engine = folder.start(Lifetime::WithOwner);
    assert_ne!(engine.endpoint().pid, pid);
    assert_eq!(query(engine.endpoint(), "SELECT 1"), "1");
}
