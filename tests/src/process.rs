//! A process of the program, which ends with its owner. What it says goes into files, so that it never
//! waits for a reader.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::PATIENCE;

/// Pause between two looks at a running process.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Lines of its log that a failing test shows.
const SHOWN_LINES: usize = 40;

/// A process at work; it is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    peak_memory_mb: u64,
}

/// What a process holds at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holdings {
    /// Open files, sockets among them.
    pub open_files: u64,
    /// Its resident size, MiB.
    pub memory_mb: u64,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit status; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it logged.
    pub stderr: String,
    /// The largest resident size seen, MiB.
    pub peak_memory_mb: u64,
}

impl Running {
    /// Starts it; `NAME.out` and `NAME.err` in the folder take what it says.
    pub fn start(mut command: Command, folder: &Path, name: &str) -> Self {
        let stdout = folder.join(format!("{name}.out"));
        let stderr = folder.join(format!("{name}.err"));
        command
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            child,
            stdout,
            stderr,
            peak_memory_mb: 0,
        }
    }

    /// What it has printed so far.
    pub fn stdout(&self) -> String {
        read(&self.stdout)
    }

    /// What it has logged so far.
    pub fn stderr(&self) -> String {
        read(&self.stderr)
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid().try_into().unwrap()), signal).unwrap();
    }

    /// Sends Ctrl-C's signal.
    pub fn interrupt(&self) {
        self.signal(Signal::SIGINT);
    }

    /// What it holds now; `None` when it has gone.
    pub fn holdings(&self) -> Option<Holdings> {
        let folder = PathBuf::from(format!("/proc/{}", self.pid()));
        let status = fs::read_to_string(folder.join("status")).ok()?;
        Some(Holdings {
            open_files: fs::read_dir(folder.join("fd")).ok()?.count() as u64,
            memory_mb: megabytes(&status, "VmRSS:")?,
        })
    }

    /// Ends it at once, without a chance to tidy up, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// When it has not ended within [`PATIENCE`].
    pub fn wait(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            self.look_at_memory();
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "not ended in {PATIENCE:?}: {}",
                self.stderr()
            );
            thread::sleep(LOOK_INTERVAL);
        };
        Ended {
            code: status.code(),
            stdout: self.stdout(),
            stderr: self.stderr(),
            peak_memory_mb: self.peak_memory_mb,
        }
    }

    fn look_at_memory(&mut self) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let peak = status.ok().and_then(|status| megabytes(&status, "VmHWM:"));
        self.peak_memory_mb = self.peak_memory_mb.max(peak.unwrap_or_default());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it has gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = fs::read(&self.stderr).unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
            eprintln!(
                "── {}, at its end:\n{}",
                self.stderr.display(),
                last.join("\n")
            );
        }
    }
}

impl Ended {
    /// Insists on an exit status.
    pub fn exited(self, code: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(
            self.code,
            Some(code),
            "\nprinted: {stdout}\nlogged: {stderr}"
        );
        self
    }

    /// Insists that standard error says each of these.
    pub fn said(self, words: &[&str]) -> Self {
        for word in words {
            assert!(
                self.stderr.contains(word),
                "`{word}` is not in: {}",
                self.stderr
            );
        }
        self
    }

    /// Standard output as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

/// A size in `/proc/PID/status`.
fn megabytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024)
}

/// The same command as a process that the kernel kills when the thread that starts it ends, by
/// whatever cause.
pub fn dying_with_us(command: &Command) -> Command {
    let mut dying = Command::new("setpriv");
    dying.args(["--pdeathsig", "KILL"]);
    dying.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => dying.env(name, value),
            None => dying.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        dying.current_dir(folder);
    }
    dying.stdin(std::process::Stdio::null());
    dying
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}
