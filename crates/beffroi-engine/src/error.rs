//! What can go wrong with the embedded engine, and what to do about it.

use std::{io, path::PathBuf, time::Duration};

use crate::version::{EngineKind, EngineVersion};

/// Why the engine could not be started, asked or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Neither an executable nor a library is installed.
    #[error(
        "no ClickHouse engine was found, looked for {looked_for}; install it with `make engine` (it unpacks `libchdb.so` of the npm package `@chdb/lib-linux-x64-gnu` into `.vendor/chdb`)"
    )]
    NotInstalled {
        /// The places, in their order.
        looked_for: String,
    },
    /// The library was found and cannot be used.
    #[error("`{path}` cannot be loaded as a ClickHouse library")]
    Library {
        /// The library.
        path: PathBuf,
        /// What the loader says.
        #[source]
        source: libloading::Error,
    },
    /// The executable was found and cannot be used.
    #[error("`{path} --version` does not name a ClickHouse version, it says `{said}`")]
    Executable {
        /// The executable.
        path: PathBuf,
        /// The beginning of its answer.
        said: String,
    },
    /// Another engine lives on the folder.
    #[error(
        "the engine folder `{folder}` is in use by process `{pid}`; stop it with `beffroi engine stop`"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Who holds it; `unknown` when it has not said so yet.
        pid: String,
    },
    /// The files were laid out by another version of beffroi.
    #[error(
        "the engine folder `{folder}` has layout `{found}` and this program knows layout `{known}`; use the program that wrote it, or another `engine.data_dir`"
    )]
    Layout {
        /// The folder.
        folder: PathBuf,
        /// Its layout.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The folder was written by an engine that this one must not follow.
    #[error(
        "the engine folder `{folder}` was written by ClickHouse `{found}` and the engine installed is `{installed}`; install ClickHouse `{found}`, or use another `engine.data_dir`"
    )]
    Version {
        /// The folder.
        folder: PathBuf,
        /// The version that wrote it.
        found: EngineVersion,
        /// The version installed.
        installed: EngineVersion,
    },
    /// The folder was made by the other kind of engine.
    #[error(
        "the engine folder `{folder}` was made by {found} and only {installed} is installed; install the former, or use another `engine.data_dir`"
    )]
    Kind {
        /// The folder.
        folder: PathBuf,
        /// The kind that made it.
        found: EngineKind,
        /// The kind installed.
        installed: EngineKind,
    },
    /// Not enough room.
    #[error(
        "only {free_mb} MiB are free for the engine folder `{folder}`, {needed_mb} MiB are needed (`engine.min_free_mb`)"
    )]
    DiskFull {
        /// The folder.
        folder: PathBuf,
        /// What is free.
        free_mb: u64,
        /// What is asked for.
        needed_mb: u64,
    },
    /// A file of ours cannot be used.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A file of ours holds something else than we wrote.
    #[error("`{path}` is not what the engine wrote: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system refused something that every start needs (a pipe, a thread, a child).
    #[error("cannot {action}")]
    System {
        /// What was tried.
        action: &'static str,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// ClickHouse ended without being asked to.
    #[error("the engine ended by itself: {reason}; its log is `{log}`")]
    Ended {
        /// What it said, as far as it is known.
        reason: String,
        /// Its log.
        log: PathBuf,
    },
    /// The child ended before it served.
    #[error("the engine did not start: {reason}")]
    StartFailed {
        /// What the child said.
        reason: String,
    },
    /// The child lives and does not answer.
    #[error("the engine on `{folder}` did not answer within {limit:?} (`engine.start_timeout`)")]
    StartTimeout {
        /// The folder.
        folder: PathBuf,
        /// The limit.
        limit: Duration,
    },
    /// It had to be ended by force.
    #[error(
        "the engine did not stop within {limit:?} and was ended by force (`engine.stop_timeout`)"
    )]
    StopTimeout {
        /// The limit.
        limit: Duration,
    },
    /// It survives even a kill.
    #[error("process `{pid}` still holds the engine folder after it was killed")]
    CannotStop {
        /// The process.
        pid: u32,
    },
}

impl EngineError {
    /// An error about a file, for `map_err`.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    /// An error of the system, for `map_err`.
    pub(crate) fn system<E: Into<io::Error>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System {
            action,
            source: source.into(),
        }
    }
}
