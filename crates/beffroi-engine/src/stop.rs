//! Asking after an engine and stopping it, from any process of the same user.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tracing::warn;

use crate::{
    Endpoint, EngineError, EngineSettings,
    endpoint::EndpointRecord,
    folder::{DataFolder, Holder},
    ping,
};

/// Pause between two looks whether it has ended.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// How long the kernel may take to bury a killed process.
const BURIAL: Duration = Duration::from_secs(10);

/// What the engine of a folder is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineStatus {
    /// Nobody serves the folder.
    Stopped,
    /// A process holds the folder and does not answer (yet, or any more).
    NotAnswering {
        /// The process, once it has said which.
        pid: Option<u32>,
    },
    /// Its serving process was killed and ClickHouse lives on without it.
    LeftBehind {
        /// ClickHouse's own process, as far as it is known.
        pid: Option<u32>,
    },
    /// It answers.
    Running(Box<Endpoint>),
}

/// What stopping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// There was nothing to stop.
    WasNotRunning,
    /// It ended in its own way.
    Cleanly {
        /// The process.
        pid: u32,
    },
    /// It had to be killed.
    Killed {
        /// The process.
        pid: u32,
    },
}

/// What the folder's engine is doing.
pub fn status(settings: &EngineSettings) -> Result<EngineStatus, EngineError> {
    let Some(folder) = DataFolder::existing(&settings.data_dir)? else {
        return Ok(EngineStatus::Stopped);
    };
    let pid = match folder.holder()? {
        Holder::Nobody => return Ok(EngineStatus::Stopped),
        Holder::LeftBehind(pid) => return Ok(EngineStatus::LeftBehind { pid }),
        Holder::Server(pid) => pid,
    };
    match EndpointRecord::read(&folder)? {
        Some(record) if ping::answers(record.port) => {
            let endpoint = record.into_endpoint(&folder)?;
            Ok(EngineStatus::Running(Box::new(endpoint)))
        }
        _ => Ok(EngineStatus::NotAnswering { pid }),
    }
}

/// Stops the folder's engine, whoever started it: SIGTERM, and SIGKILL after `stop_timeout`.
pub fn stop(settings: &EngineSettings) -> Result<Stopped, EngineError> {
    let Some(folder) = DataFolder::existing(&settings.data_dir)? else {
        return Ok(Stopped::WasNotRunning);
    };
    let deadline = Instant::now() + settings.stop_timeout;
    // A process that has just taken the folder writes its id in the next microseconds.
    let Some(pid) = wait_for(deadline, || match folder.holder()? {
        Holder::Nobody => Ok(Some(None)),
        holder => Ok(holder.pid().map(Some)),
    })?
    .flatten() else {
        return Ok(Stopped::WasNotRunning);
    };

    send(pid, Signal::SIGTERM)?;
    if wait_until_gone(&folder, pid, deadline)? {
        return Ok(Stopped::Cleanly { pid });
    }
    warn!(engine.pid = pid, "engine does not stop, killing it");
    send(pid, Signal::SIGKILL)?;
    if wait_until_gone(&folder, pid, Instant::now() + BURIAL)? {
        return Ok(Stopped::Killed { pid });
    }
    Err(EngineError::CannotStop { pid })
}

/// Sends a signal to a process that may have ended meanwhile.
fn send(pid: u32, signal: Signal) -> Result<(), EngineError> {
    let pid = Pid::from_raw(pid.try_into().expect("a process id fits pid_t"));
    match kill(pid, signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => Err(EngineError::system("send a signal to the engine")(error)),
    }
}

/// Whether the process gives the folder back in time. Another may take it at once.
fn wait_until_gone(folder: &DataFolder, pid: u32, deadline: Instant) -> Result<bool, EngineError> {
    let gone = wait_for(deadline, || {
        let holder = folder.holder()?;
        Ok((holder.pid() != Some(pid)).then_some(()))
    })?;
    Ok(gone.is_some())
}

fn wait_for<T>(
    deadline: Instant,
    mut look: impl FnMut() -> Result<Option<T>, EngineError>,
) -> Result<Option<T>, EngineError> {
    loop {
        if let Some(seen) = look()? {
            return Ok(Some(seen));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(LOOK_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_has_no_engine_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let settings = EngineSettings {
            data_dir: dir.path().join("none"),
            ..EngineSettings::default()
        };
        assert_eq!(status(&settings).unwrap(), EngineStatus::Stopped);
        assert_eq!(stop(&settings).unwrap(), Stopped::WasNotRunning);
        assert!(!settings.data_dir.exists());
    }

    #[test]
    fn a_process_that_holds_the_folder_in_silence_is_told_apart_from_a_running_engine() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        let settings = EngineSettings {
            data_dir: dir.path().to_owned(),
            ..EngineSettings::default()
        };
        let _lock = folder.lock().unwrap();
        let pid = Some(std::process::id());
        assert_eq!(
            status(&settings).unwrap(),
            EngineStatus::NotAnswering { pid }
        );
    }
}
