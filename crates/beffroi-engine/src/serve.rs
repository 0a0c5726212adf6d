//! The child's half: opens the folder, runs ClickHouse, stops it when told to.
//!
//! One process serves one folder and does nothing else: it gives its standard input and output, its
//! signals and its allocator to ClickHouse, and a crash of ClickHouse is then only a restart.
//! It is told to stop by SIGTERM, SIGINT or SIGHUP, or by the end of its standard input when it
//! lives with its owner.

use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    os::fd::AsFd,
    path::PathBuf,
    str::FromStr,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use nix::unistd::{dup2_stderr, setsid};
use serde::{Deserialize, Serialize};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::{
    EngineError, EngineSettings, config,
    credentials::Credentials,
    endpoint::EndpointRecord,
    executable::{self, ExecutableEngine},
    folder::DataFolder,
    library::Library,
    library_engine::LibraryEngine,
    locate::{Installed, locate},
    version::{EngineVersion, FolderVersion},
};

/// Room for one event of each source and some repeated signals; a full channel makes a watcher wait.
const EVENT_CAPACITY: usize = 16;

/// Pause between two nudges of an engine that is asked to stop and has not ended.
const NUDGE_INTERVAL: Duration = Duration::from_millis(100);

/// Until when an engine serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifetime {
    /// Until the process that started it ends, by whatever cause.
    WithOwner,
    /// Until it is stopped.
    UntilStopped,
}

/// What the child is told: the one argument of the hidden subcommand, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeRequest {
    /// The engine's settings.
    pub settings: EngineSettings,
    /// Until when it serves.
    pub lifetime: Lifetime,
}

impl FromStr for ServeRequest {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl ServeRequest {
    /// The argument that reads back as this request.
    pub fn to_argument(&self) -> String {
        serde_json::to_string(self).expect("settings are plain JSON")
    }
}

/// What the serving loop waits for.
#[derive(Debug)]
pub(crate) enum Event {
    /// ClickHouse listens.
    Ready { port: u16, version: String },
    /// ClickHouse has ended, with what it said.
    Ended(Option<String>),
    /// We are to stop.
    Stop,
}

/// Serves the folder until told to stop. Call it from the first thread of a process that has no
/// other, and return from `main` afterwards.
///
/// Prints one line `ready http_port=N pid=N` on standard output when ClickHouse answers.
pub fn serve(request: &ServeRequest) -> Result<(), EngineError> {
    let settings = &request.settings;
    // Handlers, not a mask: a `clickhouse` executable would inherit a mask and never see SIGTERM.
    let signals =
        Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(EngineError::system("handle signals"))?;
    // Away from our starter's terminal: its Ctrl-C is for the starter, which then stops us in its
    // own time. Refused when somebody started us by hand in a shell, where Ctrl-C should reach us.
    let _ = setsid();

    let folder = DataFolder::create(&settings.data_dir)?;
    let _lock = folder.lock()?;
    EndpointRecord::remove(&folder)?;
    folder.require_free_mb(settings.min_free_mb)?;
    let recorded = FolderVersion::read(&folder)?;
    let found = locate(settings, recorded.as_ref().map(|it| it.kind))?;
    let engine = Engine::open(&found)?;
    let installed = FolderVersion::installed(found.kind(), engine.version()?);
    if let Some(recorded) = recorded {
        recorded.admits(&installed, &folder)?;
    }

    folder.fresh_run_dir()?;
    folder.rotate_log()?;
    let credentials = Credentials::load_or_create(&folder)?;
    let config = config::write(&folder, settings, &credentials, installed.kind)?;

    // ClickHouse takes the standard streams, so ours are set aside first.
    let mut stdout = set_aside(&io::stdout())?;
    let stdin = set_aside(&io::stdin())?;
    let (events, inbox) = sync_channel(EVENT_CAPACITY);
    watch_signals(signals, events.clone())?;
    if request.lifetime == Lifetime::WithOwner {
        watch_owner(stdin, events.clone())?;
    }
    let running = engine.launch(&folder, settings, config, &events)?;

    let served = serve_until_told_to_stop(&inbox, &folder, settings, &installed, &mut stdout);
    let forgotten = EndpointRecord::remove(&folder);
    let stopped = match &served {
        Err(EngineError::Ended { .. }) => Ok(()),
        Err(EngineError::StartTimeout { .. }) => {
            running.abandon();
            Ok(())
        }
        Ok(()) | Err(_) => running.stop(&inbox, settings.stop_timeout),
    };
    served.and(forgotten).and(stopped)
}

fn serve_until_told_to_stop(
    inbox: &Receiver<Event>,
    folder: &DataFolder,
    settings: &EngineSettings,
    installed: &FolderVersion,
    stdout: &mut File,
) -> Result<(), EngineError> {
    let started = wait_until_ready(inbox, folder, settings.start_timeout)?;
    if started.asked_to_stop {
        return Ok(());
    }
    installed.write(folder)?;
    let port = started.port;
    EndpointRecord::of_this_process(port, started.version).write(folder)?;
    // Nobody needs to be listening.
    let _ = writeln!(stdout, "ready http_port={port} pid={}", std::process::id());
    send_stderr_to_log(folder)?;
    wait_until_told_to_stop(inbox, folder)
}

fn set_aside(stream: &impl AsFd) -> Result<File, EngineError> {
    let copy = stream.as_fd().try_clone_to_owned();
    copy.map(File::from)
        .map_err(EngineError::system("copy a standard stream"))
}

fn watch_signals(mut signals: Signals, events: SyncSender<Event>) -> Result<(), EngineError> {
    spawn("signals", move || {
        for _ in signals.forever() {
            if events.send(Event::Stop).is_err() {
                return;
            }
        }
    })
}

fn watch_owner(mut stdin: File, events: SyncSender<Event>) -> Result<(), EngineError> {
    spawn("owner", move || {
        let mut nothing = [0; 64];
        // An error is as good as the end: in both cases nobody can speak for the owner.
        while matches!(stdin.read(&mut nothing), Ok(1..)) {}
        // A closed channel means that the process is ending already.
        let _ = events.send(Event::Stop);
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), EngineError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(EngineError::system("start a thread"))
}

/// Once we serve nobody reads our standard error any more: a starter has what it waited for. Only a
/// person at a terminal keeps it.
fn send_stderr_to_log(folder: &DataFolder) -> Result<(), EngineError> {
    if io::stderr().is_terminal() {
        return Ok(());
    }
    let path = folder.log_dir().join("stderr.log");
    let file = File::create(&path).map_err(EngineError::file("create", &path))?;
    dup2_stderr(&file).map_err(EngineError::system("redirect standard error"))
}

struct Started {
    port: u16,
    version: String,
    asked_to_stop: bool,
}

/// Waits for the end of the start. One that was asked to stop meanwhile is only remembered: the
/// library cannot be stopped in the middle of its start.
fn wait_until_ready(
    inbox: &Receiver<Event>,
    folder: &DataFolder,
    limit: Duration,
) -> Result<Started, EngineError> {
    let deadline = Instant::now() + limit;
    let mut asked_to_stop = false;
    loop {
        match inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Event::Ready { port, version }) => {
                return Ok(Started {
                    port,
                    version,
                    asked_to_stop,
                });
            }
            Ok(Event::Ended(reason)) => return Err(ended(reason, folder)),
            Ok(Event::Stop) => asked_to_stop = true,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err(EngineError::StartTimeout {
                    folder: folder.root().to_owned(),
                    limit,
                });
            }
        }
    }
}

fn wait_until_told_to_stop(
    inbox: &Receiver<Event>,
    folder: &DataFolder,
) -> Result<(), EngineError> {
    loop {
        match inbox.recv() {
            Ok(Event::Stop) => return Ok(()),
            Ok(Event::Ended(reason)) => return Err(ended(reason, folder)),
            Ok(Event::Ready { .. }) => {}
            Err(_) => unreachable!("the caller holds a sender"),
        }
    }
}

fn ended(reason: Option<String>, folder: &DataFolder) -> EngineError {
    EngineError::Ended {
        reason: reason.unwrap_or_else(|| "it gave no reason".to_owned()),
        log: folder.log_file(),
    }
}

/// An engine that is installed and whose version is known, not yet running.
enum Engine {
    Library { library: Library, version: String },
    Executable { path: PathBuf, version: String },
}

impl Engine {
    fn open(installed: &Installed) -> Result<Self, EngineError> {
        match installed {
            Installed::Library(path) => {
                let library = Library::load(path)?;
                let version = library.version();
                Ok(Self::Library { library, version })
            }
            Installed::Executable(path) => {
                let version = executable::version(path)?;
                let path = path.clone();
                Ok(Self::Executable { path, version })
            }
        }
    }

    fn version(&self) -> Result<EngineVersion, EngineError> {
        let (Self::Library { version, .. } | Self::Executable { version, .. }) = self;
        version
            .parse()
            .map_err(|reason| EngineError::StartFailed { reason })
    }

    fn launch(
        self,
        folder: &DataFolder,
        settings: &EngineSettings,
        config: PathBuf,
        events: &SyncSender<Event>,
    ) -> Result<Running, EngineError> {
        match self {
            Self::Library { library, .. } => {
                LibraryEngine::launch(library, folder, settings, &config, events)
                    .map(Running::Library)
            }
            Self::Executable { path, version } => {
                ExecutableEngine::launch(&path, version, folder, &config, events)
                    .map(Running::Executable)
            }
        }
    }
}

/// A running engine.
enum Running {
    Library(LibraryEngine),
    Executable(ExecutableEngine),
}

impl Running {
    /// Gives up on an engine that does not start. The library's ends with this process.
    fn abandon(self) {
        match self {
            Self::Library(_) => {}
            Self::Executable(engine) => engine.kill(),
        }
    }

    /// Stops cleanly. An engine that does not is ended by force, which loses nothing that was
    /// acknowledged.
    fn stop(self, inbox: &Receiver<Event>, limit: Duration) -> Result<(), EngineError> {
        match self {
            Self::Library(engine) => {
                let stopping = engine.ask_to_stop();
                wait_until_ended(inbox, limit, || stopping.nudge())?;
                stopping.shutdown();
                Ok(())
            }
            Self::Executable(engine) => {
                engine.ask_to_stop();
                wait_until_ended(inbox, limit, || {}).inspect_err(|_| engine.kill())
            }
        }
    }
}

fn wait_until_ended(
    inbox: &Receiver<Event>,
    limit: Duration,
    nudge: impl Fn(),
) -> Result<(), EngineError> {
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match inbox.recv_timeout(left.min(NUDGE_INTERVAL)) {
            Ok(Event::Ended(_)) => return Ok(()),
            Ok(Event::Stop | Event::Ready { .. }) => {}
            Err(_) if left.is_zero() => return Err(EngineError::StopTimeout { limit }),
            Err(_) => nudge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        (dir, folder)
    }

    #[test]
    fn a_request_reads_back_from_its_argument() {
        let request = ServeRequest {
            settings: EngineSettings::default(),
            lifetime: Lifetime::WithOwner,
        };
        assert_eq!(
            request.to_argument().parse::<ServeRequest>().unwrap(),
            request
        );
    }

    #[test]
    fn a_stop_during_the_start_is_remembered_until_the_engine_is_ready() {
        let (_dir, folder) = folder();
        let (events, inbox) = sync_channel(4);
        events.send(Event::Stop).unwrap();
        let version = "26.7.2.1".to_owned();
        events.send(Event::Ready { port: 1, version }).unwrap();
        let started = wait_until_ready(&inbox, &folder, Duration::from_secs(5)).unwrap();
        assert_eq!(started.port, 1);
        assert!(started.asked_to_stop);
    }

    #[test]
    fn an_engine_that_ends_or_stays_silent_is_an_error() {
        let (_dir, folder) = folder();
        let (events, inbox) = sync_channel(4);
        events
            .send(Event::Ended(Some("Code: 76".to_owned())))
            .unwrap();
        let limit = Duration::from_secs(5);
        let Err(error) = wait_until_ready(&inbox, &folder, limit) else {
            panic!("it ended");
        };
        assert!(error.to_string().contains("Code: 76"), "{error}");
        let Err(error) = wait_until_ready(&inbox, &folder, Duration::ZERO) else {
            panic!("it is silent");
        };
        assert!(matches!(error, EngineError::StartTimeout { .. }), "{error}");
    }

    #[test]
    fn an_engine_that_does_not_stop_is_an_error() {
        let (events, inbox) = sync_channel(4);
        events.send(Event::Stop).unwrap();
        let error = wait_until_ended(&inbox, Duration::ZERO, || {}).unwrap_err();
        assert!(matches!(error, EngineError::StopTimeout { .. }), "{error}");
        events.send(Event::Ended(None)).unwrap();
        wait_until_ended(&inbox, Duration::ZERO, || {}).unwrap();
    }
}
