//! ClickHouse out of libchdb, serving HTTP.
//!
//! What holds it together (measured with 26.7.3): the library can only run `clickhouse local`, which
//! ends with its last statement. So it is given two files of statements: the first starts the HTTP
//! listener and tells us the port through a named pipe, the second *is* a named pipe, whose other
//! end we keep open and never write to. Reading it blocks without a query running or a core turning;
//! closing our end is the clean stop.
//!
//! Without a terminal `clickhouse local` ends the whole process at the first malformed request. With
//! `--interactive` and a pseudo-terminal as standard input it does not; its banner goes to /dev/null.

use std::{
    ffi::CString,
    fs::{self, File, OpenOptions},
    io::Read,
    os::{
        fd::OwnedFd,
        unix::{ffi::OsStringExt, fs::OpenOptionsExt},
    },
    path::{Path, PathBuf},
    sync::mpsc::SyncSender,
    thread,
};

use nix::{
    fcntl::OFlag,
    pty::{OpenptyResult, openpty},
    sys::stat::Mode,
    unistd::{dup2_stdin, dup2_stdout, mkfifo},
};

use crate::{EngineError, EngineSettings, folder::DataFolder, library::Library, serve::Event};

/// ClickHouse parses queries recursively and expects a main thread's stack or more.
const STACK_BYTES: usize = 16 << 20;

/// A running library engine; closing its two handles stops it.
#[derive(Debug)]
pub(crate) struct LibraryEngine {
    library: Library,
    stop_path: PathBuf,
    stop_pipe: File,
    keyboard: OwnedFd,
}

/// A library engine that was asked to stop.
#[derive(Debug)]
pub(crate) struct StoppingLibrary {
    library: Library,
    stop_path: PathBuf,
}

impl LibraryEngine {
    /// Starts the engine on threads of its own. `Event::Ready` or `Event::Ended` follows.
    pub(crate) fn launch(
        library: Library,
        folder: &DataFolder,
        settings: &EngineSettings,
        config: &Path,
        events: &SyncSender<Event>,
    ) -> Result<Self, EngineError> {
        let run = folder.run_dir();
        let ports = make_pipe(run.join("ports"))?;
        let stop = make_pipe(run.join("stop"))?;
        let start = run.join("start.sql");
        folder.write_private(&start, &start_statements(&ports))?;

        // Both ends: opening does not wait for ClickHouse, and a writer that never writes is there.
        let stop_pipe = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&stop)
            .map_err(EngineError::file("open", &stop))?;
        let keyboard = take_terminal()?;
        let arguments = arguments(folder, settings, config, &start, &stop);

        let ended = events.clone();
        thread::Builder::new()
            .name("clickhouse".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                let reason = library.run(&arguments);
                // A closed channel means that nobody waits any more.
                let _ = ended.send(Event::Ended(reason));
            })
            .map_err(EngineError::system("start a thread"))?;
        let ready = events.clone();
        thread::Builder::new()
            .name("ports".to_owned())
            .spawn(move || {
                if let Some((port, version)) = read_ports(&ports) {
                    let _ = ready.send(Event::Ready { port, version });
                }
            })
            .map_err(EngineError::system("start a thread"))?;
        Ok(Self {
            library,
            stop_path: stop,
            stop_pipe,
            keyboard,
        })
    }

    /// Asks the engine to stop; `Event::Ended` follows, at the latest after a nudge.
    pub(crate) fn ask_to_stop(self) -> StoppingLibrary {
        drop(self.stop_pipe);
        drop(self.keyboard);
        StoppingLibrary {
            library: self.library,
            stop_path: self.stop_path,
        }
    }
}

impl StoppingLibrary {
    /// Ends the wait of an engine that opened the pipe only after we had closed our end: opening a
    /// pipe waits for its other end. Fails when nobody reads, and then there is nobody to nudge.
    pub(crate) fn nudge(&self) {
        let writer = OpenOptions::new()
            .write(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(&self.stop_path);
        drop(writer);
    }

    /// Closes what the library still has open. Only after `Event::Ended`.
    pub(crate) fn shutdown(self) {
        self.library.shutdown();
    }
}

fn make_pipe(path: PathBuf) -> Result<PathBuf, EngineError> {
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR)
        .map_err(|error| EngineError::file("create", &path)(error.into()))?;
    Ok(path)
}

/// Makes a pseudo-terminal our standard input and /dev/null our standard output. Returns the
/// keyboard, on which nobody types.
fn take_terminal() -> Result<OwnedFd, EngineError> {
    let OpenptyResult { master, slave } =
        openpty(None, None).map_err(EngineError::system("open a pseudo-terminal"))?;
    dup2_stdin(&slave).map_err(EngineError::system("redirect standard input"))?;
    let null = OpenOptions::new()
        .write(true)
        .open("/dev/null")
        .map_err(EngineError::file("open", "/dev/null"))?;
    dup2_stdout(&null).map_err(EngineError::system("redirect standard output"))?;
    Ok(master)
}

fn start_statements(ports: &Path) -> String {
    let ports = ports
        .to_string_lossy()
        .replace('\\', "\\\\")
        .replace('\'', "\\'");
    format!(
        "SYSTEM START LISTEN HTTP;\n\
         SELECT getServerPort('http_port'), version() INTO OUTFILE '{ports}' APPEND FORMAT TSVRaw;\n"
    )
}

fn arguments(
    folder: &DataFolder,
    settings: &EngineSettings,
    config: &Path,
    start: &Path,
    stop: &Path,
) -> Vec<CString> {
    let with_path = |option: &str, path: &Path| {
        let mut text = std::ffi::OsString::from(option);
        text.push(path);
        text
    };
    let arguments = [
        "clickhouse".into(),
        with_path("--path=", &folder.data_dir()),
        "--listen_host=127.0.0.1".into(),
        "--http_port=0".into(),
        with_path("--config-file=", config),
        format!("--log-level={}", settings.log_level.as_str()).into(),
        with_path("--logger.log=", &folder.log_file()),
        "--interactive".into(),
        "--disable_suggestion".into(),
        "--history_file=/dev/null".into(),
        "--queries-file".into(),
        start.as_os_str().to_owned(),
        stop.as_os_str().to_owned(),
    ];
    arguments
        .into_iter()
        .map(|argument| CString::new(argument.into_vec()).expect("a path contains no NUL"))
        .collect()
}

/// Waits until the engine listens; `None` when it closed the pipe without a word.
fn read_ports(pipe: &Path) -> Option<(u16, String)> {
    let mut line = String::new();
    File::open(pipe).ok()?.read_to_string(&mut line).ok()?;
    // Best effort: the run folder is emptied at the next start anyway.
    let _ = fs::remove_file(pipe);
    let (port, version) = line.trim().split_once('\t')?;
    Some((port.parse().ok()?, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_the_path_stays_inside_the_statement() {
        let statements = start_statements(Path::new("/l'été/run\\ports"));
        assert!(
            statements.contains(r"OUTFILE '/l\'été/run\\ports' APPEND"),
            "{statements}"
        );
    }
}
