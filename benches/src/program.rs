//! The executable as processes: a folder with a configuration in which its commands run. Cargo builds
//! it only when asked to (`cargo build --release -p beffroi`); `BEFFROI_BENCH_PROGRAM` names another.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::engine::BenchEngine;

/// Which executable is measured, where it is not the one beside the bench.
const PROGRAM: &str = "BEFFROI_BENCH_PROGRAM";

/// Lines of its log that are shown of a process that failed.
const SHOWN_LINES: usize = 20;

/// A folder with `beffroi.toml`, a store and a broker.
#[derive(Debug)]
pub struct Installation {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// A process of the program; it is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Installation {
    /// An installation with this configuration, which names neither store nor queue.
    pub fn new(toml: &str, engine: &BenchEngine, queue_url: &str) -> anyhow::Result<Self> {
        let folder = temporary_folder()?;
        fs::write(folder.path().join("beffroi.toml"), toml)?;
        let (url, user, password) = engine.access();
        let environment = [
            ("BEFFROI_STORE__URL", url),
            ("BEFFROI_STORE__USER", user),
            ("BEFFROI_STORE__PASSWORD", password),
            ("BEFFROI_QUEUE__URL", queue_url),
        ];
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Self {
            folder,
            environment: environment.map(own).into(),
        })
    }

    /// Sets a variable of the environment of every process.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a command and leaves it running; `name` is that of the files with what it says.
    pub fn start(&self, name: &str, arguments: &[&str]) -> anyhow::Result<Process> {
        let mut command = program()?;
        command
            .current_dir(self.folder())
            .env("BEFFROI_CONFIG", self.folder().join("beffroi.toml"))
            .envs(self.environment.iter().cloned())
            .args(arguments);
        Process::start(command, self.folder(), name)
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub fn succeed(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.start("command", arguments)?.succeed()
    }
}

impl Process {
    /// Starts it; what it says goes into files, so that it never waits for a reader.
    pub fn start(mut command: Command, folder: &Path, name: &str) -> anyhow::Result<Self> {
        let stdout = folder.join(format!("{name}.out"));
        let stderr = folder.join(format!("{name}.err"));
        command
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?);
        let child = command
            .spawn()
            .with_context(|| format!("`{name}` could not be started"))?;
        Ok(Self {
            child,
            stdout,
            stderr,
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    pub fn stdout(&self) -> String {
        read(&self.stdout)
    }

    /// What it logged so far.
    pub fn stderr(&self) -> String {
        read(&self.stderr)
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Waits until it has said this in its log.
    pub fn wait_for(&mut self, words: &str, limit: Duration) -> anyhow::Result<()> {
        self.wait_until(limit, |process| process.stderr().contains(words))
            .with_context(|| format!("it never said `{words}`"))
    }

    /// Waits until a look at it says yes.
    pub fn wait_until(
        &mut self,
        limit: Duration,
        look: impl Fn(&Self) -> bool,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + limit;
        while !look(self) {
            if self.has_ended()? || Instant::now() > deadline {
                bail!("{}", self.last_lines());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Asks it to end, as an operator does.
    pub fn terminate(&self) -> anyhow::Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?);
        kill(pid, Signal::SIGTERM).context("it could not be asked to end")
    }

    /// Ends it at once, and waits until it is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        self.child.wait().context("it could not be waited for")
    }

    /// Waits for its end, which must be a success, and gives what it printed.
    pub fn succeed(mut self) -> anyhow::Result<String> {
        let status = self.wait()?;
        ensure!(status.success(), "{status}: {}", self.last_lines());
        Ok(self.stdout())
    }

    /// The end of its log, for a complaint.
    pub fn last_lines(&self) -> String {
        let log = self.stderr();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// The executable, without the variables of whoever runs the bench, and without a name server.
pub fn program() -> anyhow::Result<Command> {
    let path = match std::env::var_os(PROGRAM) {
        Some(path) => PathBuf::from(path),
        None => beside_us(2)?.join("beffroi"),
    };
    ensure!(
        path.is_file(),
        "there is no `{}`: build it first with `cargo build --release -p beffroi`",
        path.display()
    );
    // Killed with us, so that a bench that is interrupted leaves nothing behind.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(path);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BEFFROI_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    Ok(command)
}

/// A folder that is removed with its value, on the disk of the build (a system's temporary folder may
/// lie in memory).
pub fn temporary_folder() -> anyhow::Result<TempDir> {
    let scratch = beside_us(3)?.join("tmp");
    fs::create_dir_all(&scratch)?;
    Ok(tempfile::tempdir_in(scratch)?)
}

/// So many folders above the bench's own executable, which lies in `target/release/deps`.
fn beside_us(above: usize) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(above);
    Ok(folder
        .context("the bench lies in no build folder")?
        .to_owned())
}
