//! Folders, processes and a small HTTP client for the tests.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use beffroi_engine::{
    Endpoint, EngineSettings, EngineStatus, Lifetime, RunningEngine, ServeRequest,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Longer than anything here takes on a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The library the tests run with.
pub(crate) fn library() -> Option<PathBuf> {
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.vendor/chdb/libchdb.so");
    std::env::var_os("BEFFROI_CHDB_LIB")
        .map(PathBuf::from)
        .into_iter()
        .chain([vendored])
        .find(|path| path.is_file())
}

/// A folder of its own for one test; whatever serves it is stopped at the end.
pub(crate) struct Folder {
    _dir: tempfile::TempDir,
    pub(crate) settings: EngineSettings,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let settings = EngineSettings {
            data_dir: dir.path().join("engine"),
            library: library(),
            memory_mb: 1024,
            min_free_mb: 1,
            ..EngineSettings::default()
        };
        Self {
            _dir: dir,
            settings,
        }
    }

    pub(crate) fn start(&self, lifetime: Lifetime) -> RunningEngine {
        beffroi_engine::start(&self.settings, lifetime, serve_command()).unwrap()
    }

    /// Starts a process that starts an owned engine; returns it and the engine's pid.
    pub(crate) fn start_owner(&self) -> (Child, u32) {
        let mut owner = Command::new(std::env::current_exe().unwrap())
            .args(["own", &self.request(Lifetime::WithOwner)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(owner.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        (owner, line.trim().parse().unwrap())
    }

    /// Starts the child's half alone, as by hand.
    pub(crate) fn serve(&self, lifetime: Lifetime) -> Child {
        serve_command()
            .arg(self.request(lifetime))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn request(&self, lifetime: Lifetime) -> String {
        let settings = self.settings.clone();
        ServeRequest { settings, lifetime }.to_argument()
    }

    pub(crate) fn status(&self) -> EngineStatus {
        beffroi_engine::status(&self.settings).unwrap()
    }

    pub(crate) fn wait_until_stopped(&self) {
        wait_until("the engine has ended", || {
            self.status() == EngineStatus::Stopped
        });
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.settings.data_dir.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // In a failing test too, so that nothing stays behind.
        let _ = beffroi_engine::stop(&self.settings);
    }
}

/// This binary, as the child.
pub(crate) fn serve_command() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("serve");
    command
}

pub(crate) fn play_child(request: &str) -> ExitCode {
    match beffroi_engine::serve(&request.parse().unwrap()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            eprintln!("{error}: {}", cause.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn play_owner(request: &str) -> ExitCode {
    let request: ServeRequest = request.parse().unwrap();
    let engine =
        beffroi_engine::start(&request.settings, request.lifetime, serve_command()).unwrap();
    println!("{}", engine.endpoint().pid);
    loop {
        thread::park();
    }
}

pub(crate) fn wait_until(what: &str, mut look: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !look() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
}

/// Runs a statement; panics unless it is answered 200.
pub(crate) fn query(endpoint: &Endpoint, sql: &str) -> String {
    let (status, body) = ask(
        endpoint,
        &credentials(endpoint.user, endpoint.password.expose()),
        sql,
    );
    assert_eq!(status, 200, "{sql}: {body}");
    body.trim_end().to_owned()
}

pub(crate) fn credentials(user: &str, password: &str) -> String {
    format!("X-ClickHouse-User: {user}\r\nX-ClickHouse-Key: {password}\r\n")
}

/// Sends a statement with these header lines; the answer's status and body.
pub(crate) fn ask(endpoint: &Endpoint, headers: &str, sql: &str) -> (u16, String) {
    let request = format!(
        "POST / HTTP/1.0\r\n{headers}Content-Length: {}\r\n\r\n{sql}",
        sql.len()
    );
    let answer = send(endpoint, request.as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).map(str::parse);
    (
        status.expect("a status").expect("a number"),
        body.to_owned(),
    )
}

/// Sends bytes and reads until the connection is closed.
pub(crate) fn send(endpoint: &Endpoint, bytes: &[u8]) -> String {
    let mut stream = connect(endpoint);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A reset in the place of an answer is an answer too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn connect(endpoint: &Endpoint) -> TcpStream {
    let stream = TcpStream::connect(endpoint.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}
