//! The `clickhouse` executable, played by a script: no real one can be had where these tests were
//! written. They prove the command line, the readiness, the signals and the ends; not ClickHouse.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

use beffroi_engine::{EngineStatus, Lifetime, Stopped, start, stop};
use nix::sys::signal::Signal;

use crate::{
    Test,
    support::{Folder, serve_command, signal, wait_until},
};

pub(crate) const TESTS: &[Test] = &[
    (
        "an_executable_on_path_is_started_with_our_folder_and_port_and_stopped_by_sigterm",
        started_and_stopped,
    ),
    (
        "an_executable_that_ends_at_once_is_reported_with_what_it_said",
        ends_at_once,
    ),
    (
        "a_server_left_behind_by_a_killed_parent_is_named_and_can_be_stopped",
        left_behind,
    ),
];

/// Answers `--version`, else notes its arguments, holds `status` as ClickHouse does and answers
/// `/ping` until SIGTERM.
const SERVER: &str = r#"#!/usr/bin/env python3
import fcntl, os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
if sys.argv[1:] == ["--version"]:
    print("ClickHouse local version 26.7.2.1 (official build).")
    sys.exit(0)
options = dict(a.lstrip("-").split("=", 1) for a in sys.argv[1:] if "=" in a)
open(os.path.join(options["path"], "arguments"), "w").write(" ".join(sys.argv[1:]))
status = open(os.path.join(options["path"], "status"), "w")
fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
status.write(f"PID: {os.getpid()}\n")
status.flush()
class Ping(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Ok.\n")
    def log_message(self, *_):
        pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer((options["listen_host"], int(options["http_port"])), Ping).serve_forever()
"#;

const FAILING: &str = "#!/bin/sh
[ \"$1\" = --version ] && echo 'ClickHouse server version 26.7.2.1.' && exit
echo 'Code: 210. Address already in use' >&2
exit 210
";

/// A folder whose engine is this script.
fn folder_with(script: &str) -> (Folder, Command) {
    let mut folder = Folder::new();
    folder.settings.library = None;
    let bin = folder.settings.data_dir.with_file_name("bin");
    fs::create_dir_all(&bin).unwrap();
    let executable = bin.join("clickhouse");
    fs::write(&executable, script).unwrap();
    fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = serve_command();
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", bin.display()));
    (folder, command)
}

fn started_and_stopped() {
    let (folder, command) = folder_with(SERVER);
    let engine = start(&folder.settings, Lifetime::WithOwner, command).unwrap();
    assert_eq!(engine.endpoint().version, "26.7.2.1");
    let root: PathBuf = folder.settings.data_dir.canonicalize().unwrap();
    let port = engine.endpoint().url.rsplit(':').next().unwrap().to_owned();
    let expected = format!(
        "server --config-file={0}/run/config.xml -- --path={0}/data/ --listen_host=127.0.0.1 --http_port={port}",
        root.display()
    );
    let arguments = fs::read_to_string(folder.file("data/arguments")).unwrap();
    assert_eq!(arguments, expected);
    engine.stop().unwrap();
    assert_eq!(folder.status(), EngineStatus::Stopped);
}

fn ends_at_once() {
    let (folder, command) = folder_with(FAILING);
    let error = start(&folder.settings, Lifetime::WithOwner, command).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("Code: 210. Address already in use"),
        "{message}"
    );
    assert!(message.contains("exit status: 210"), "{message}");
}

fn left_behind() {
    let (folder, command) = folder_with(SERVER);
    let engine = start(&folder.settings, Lifetime::UntilStopped, command).unwrap();
    signal(engine.endpoint().pid, Signal::SIGKILL);
    let text = fs::read_to_string(folder.file("data/status")).unwrap();
    let server: u32 = text.trim().strip_prefix("PID: ").unwrap().parse().unwrap();
    let pid = Some(server);
    wait_until("the server is seen as left behind", || {
        folder.status() == EngineStatus::LeftBehind { pid }
    });
    let error = start(&folder.settings, Lifetime::WithOwner, serve_command()).unwrap_err();
    assert!(
        error.to_string().contains(&format!("process `{server}`")),
        "{error}"
    );
    assert_eq!(
        stop(&folder.settings).unwrap(),
        Stopped::Cleanly { pid: server }
    );
    assert_eq!(folder.status(), EngineStatus::Stopped);
}
