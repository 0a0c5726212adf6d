//! A `clickhouse` executable, serving HTTP as a child of the serving process.
//!
//! It has no way to say which port it took, so a free one is chosen first by binding to 0; should
//! another process take it in between, ClickHouse ends and says so.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::SyncSender,
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{EngineError, folder::DataFolder, ping, serve::Event};

/// Pause between two looks whether it answers.
const PING_INTERVAL: Duration = Duration::from_millis(50);

/// A running ClickHouse server.
#[derive(Debug)]
pub(crate) struct ExecutableEngine {
    pid: Pid,
}

/// The version that an executable names, `26.7.2.1`.
pub(crate) fn version(executable: &Path) -> Result<String, EngineError> {
    let output = Command::new(executable)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(EngineError::file("execute", executable))?;
    // "ClickHouse local version 26.7.2.1 (official build)."
    let said = String::from_utf8_lossy(&output.stdout);
    said.split_whitespace()
        .skip_while(|word| *word != "version")
        .nth(1)
        .map(|version| version.trim_end_matches('.').to_owned())
        .ok_or_else(|| EngineError::Executable {
            path: executable.to_owned(),
            said: said.chars().take(100).collect(),
        })
}

impl ExecutableEngine {
    /// Starts the server; `Event::Ready` or `Event::Ended` follows.
    pub(crate) fn launch(
        executable: &Path,
        version: String,
        folder: &DataFolder,
        config: &Path,
        events: &SyncSender<Event>,
    ) -> Result<Self, EngineError> {
        let port = free_port().map_err(EngineError::system("find a free port"))?;
        let mut child = Command::new(executable)
            .args(arguments(executable, folder, config, port))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(EngineError::file("execute", executable))?;
        let pid = Pid::from_raw(child.id().try_into().expect("a process id fits pid_t"));
        let events = events.clone();
        thread::Builder::new()
            .name("clickhouse".to_owned())
            .spawn(move || {
                let mut told = false;
                let status = loop {
                    match child.try_wait() {
                        Ok(None) => {}
                        Ok(Some(status)) => break Some(status),
                        Err(_) => break None,
                    }
                    if told {
                        break child.wait().ok();
                    }
                    if ping::answers(port) {
                        told = true;
                        // A closed channel means that nobody waits any more; the same below.
                        let version = version.clone();
                        let _ = events.send(Event::Ready { port, version });
                    } else {
                        thread::sleep(PING_INTERVAL);
                    }
                };
                let reason =
                    status.map(|status| format!("`clickhouse server` ended with {status}"));
                let _ = events.send(Event::Ended(reason));
            })
            .map_err(EngineError::system("start a thread"))?;
        Ok(Self { pid })
    }

    /// Asks the server to stop; `Event::Ended` follows.
    pub(crate) fn ask_to_stop(&self) {
        // Fails only when it has already gone, and then `Event::Ended` is on its way.
        let _ = kill(self.pid, Signal::SIGTERM);
    }

    /// Ends a server that does not stop.
    pub(crate) fn kill(&self) {
        let _ = kill(self.pid, Signal::SIGKILL);
    }
}

fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// `clickhouse server --config-file=C -- --path=D/ …`; what follows `--` overrides the file.
fn arguments(executable: &Path, folder: &DataFolder, config: &Path, port: u16) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    if executable
        .file_name()
        .is_some_and(|name| name == "clickhouse")
    {
        arguments.push("server".into());
    }
    let mut config_file = OsString::from("--config-file=");
    config_file.push(config);
    let mut path = OsString::from("--path=");
    path.push(folder.data_dir());
    path.push("/");
    arguments.extend([
        config_file,
        "--".into(),
        path,
        "--listen_host=127.0.0.1".into(),
        format!("--http_port={port}").into(),
    ]);
    arguments
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn executable_that_says(dir: &Path, text: &str) -> std::path::PathBuf {
        let path = dir.join("clickhouse");
        fs::write(&path, format!("#!/bin/sh\necho '{text}'\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_version_is_read_from_what_the_executable_says() {
        let dir = tempfile::tempdir().unwrap();
        let path = executable_that_says(
            dir.path(),
            "ClickHouse local version 26.7.2.1 (official build).",
        );
        assert_eq!(version(&path).unwrap(), "26.7.2.1");
        executable_that_says(dir.path(), "hello");
        let error = version(&path).unwrap_err();
        assert!(error.to_string().contains("`hello"), "{error}");
    }

    #[test]
    fn the_two_executables_are_called_in_their_own_way() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        let line = |name: &str| {
            arguments(Path::new(name), &folder, Path::new("/run/config.xml"), 8123)
                .join(" ".as_ref())
                .into_string()
                .unwrap()
        };
        let data = folder.data_dir();
        let rest = format!(
            "--config-file=/run/config.xml -- --path={}/ --listen_host=127.0.0.1 --http_port=8123",
            data.display()
        );
        assert_eq!(line("/usr/bin/clickhouse"), format!("server {rest}"));
        assert_eq!(line("/usr/bin/clickhouse-server"), rest);
    }
}
