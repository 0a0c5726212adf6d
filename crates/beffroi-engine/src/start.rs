//! The parent's half: attaches to the engine that serves a folder, or starts one and waits for it.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdin, Command, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tracing::{info, warn};

use crate::{
    Endpoint, EngineError, EngineSettings, Lifetime, ServeRequest,
    endpoint::EndpointRecord,
    folder::{DataFolder, Holder},
    ping,
};

/// Pause between two looks at a starting engine, which takes 300 ms and more.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Lines of a failed child's standard error that are kept for the message.
const KEPT_LINES: usize = 20;

/// An engine that answers.
///
/// When it was started with [`Lifetime::WithOwner`] it ends with this value or, at the latest, with
/// this process; [`RunningEngine::stop`] also waits for it.
#[derive(Debug)]
pub struct RunningEngine {
    endpoint: Endpoint,
    owned: Option<OwnedChild>,
}

/// A child whose standard input is held open: its end is the child's order to stop.
#[derive(Debug)]
struct OwnedChild {
    child: Child,
    lifeline: ChildStdin,
    stop_timeout: Duration,
}

impl RunningEngine {
    /// Where it answers.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether it ends with us.
    pub fn is_owned(&self) -> bool {
        self.owned.is_some()
    }

    /// Stops the engine if it is ours, and waits until it has ended; another's is left alone.
    pub fn stop(self) -> Result<(), EngineError> {
        match self.owned {
            Some(owned) => owned.stop(),
            None => Ok(()),
        }
    }
}

impl OwnedChild {
    fn stop(mut self) -> Result<(), EngineError> {
        drop(self.lifeline);
        let deadline = Instant::now() + self.stop_timeout;
        while Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(LOOK_INTERVAL),
                Ok(Some(_)) => return Ok(()),
                Err(error) => return Err(EngineError::system("wait for the engine")(error)),
            }
        }
        warn!(
            engine.pid = self.child.id(),
            "engine does not stop, killing it"
        );
        kill(&mut self.child);
        Err(EngineError::StopTimeout {
            limit: self.stop_timeout,
        })
    }
}

/// Attaches to the engine that serves the folder, or starts one.
///
/// `serve_command` is the program with the arguments that lead to [`crate::serve()`]; the request is
/// added as the last argument. Blocks for at most `start_timeout`, usually half a second.
pub fn start(
    settings: &EngineSettings,
    lifetime: Lifetime,
    serve_command: Command,
) -> Result<RunningEngine, EngineError> {
    let folder = DataFolder::create(&settings.data_dir)?;
    let deadline = Instant::now() + settings.start_timeout;
    if let Some(endpoint) = attach(&folder, settings, deadline)? {
        return Ok(RunningEngine {
            endpoint,
            owned: None,
        });
    }
    let starting = Starting::spawn(&folder, settings, lifetime, serve_command)?;
    starting.wait(&folder, settings, deadline)
}

/// Waits for the engine of another process that holds the folder; `None` when nobody does (any more).
fn attach(
    folder: &DataFolder,
    settings: &EngineSettings,
    deadline: Instant,
) -> Result<Option<Endpoint>, EngineError> {
    loop {
        match folder.holder()? {
            Holder::Nobody => return Ok(None),
            Holder::LeftBehind(pid) => {
                return Err(EngineError::InUse {
                    folder: folder.root().to_owned(),
                    pid: pid.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string()),
                });
            }
            Holder::Server(_) => {}
        }
        if let Some(record) = EndpointRecord::read(folder)?
            && ping::answers(record.port)
        {
            info!(engine.pid = record.pid, "attached to a running engine");
            return record.into_endpoint(folder).map(Some);
        }
        if Instant::now() >= deadline {
            return Err(start_timeout(folder, settings));
        }
        thread::sleep(LOOK_INTERVAL);
    }
}

/// A child that does not answer yet.
struct Starting {
    child: Child,
    lifeline: Option<ChildStdin>,
    said: JoinHandle<VecDeque<String>>,
}

impl Starting {
    fn spawn(
        folder: &DataFolder,
        settings: &EngineSettings,
        lifetime: Lifetime,
        mut command: Command,
    ) -> Result<Self, EngineError> {
        let request = ServeRequest {
            settings: EngineSettings {
                data_dir: folder.root().to_owned(),
                ..settings.clone()
            },
            lifetime,
        };
        let stdin = match lifetime {
            Lifetime::WithOwner => Stdio::piped(),
            Lifetime::UntilStopped => Stdio::null(),
        };
        let mut child = command
            .arg(request.to_argument())
            .stdin(stdin)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(EngineError::system("start the engine's process"))?;
        let lifeline = child.stdin.take();
        let stderr = child.stderr.take().expect("its standard error is a pipe");
        Ok(Self {
            child,
            lifeline,
            said: thread::spawn(move || last_lines(stderr)),
        })
    }

    fn wait(
        mut self,
        folder: &DataFolder,
        settings: &EngineSettings,
        deadline: Instant,
    ) -> Result<RunningEngine, EngineError> {
        let pid = self.child.id();
        loop {
            if let Some(record) = EndpointRecord::read(folder)?
                && record.pid == pid
                && ping::answers(record.port)
            {
                info!(
                    engine.pid = pid,
                    engine.version = record.version,
                    "engine started"
                );
                return Ok(RunningEngine {
                    endpoint: record.into_endpoint(folder)?,
                    owned: self.lifeline.map(|lifeline| OwnedChild {
                        child: self.child,
                        lifeline,
                        stop_timeout: settings.stop_timeout,
                    }),
                });
            }
            let status = self.child.try_wait();
            match status.map_err(EngineError::system("wait for the engine"))? {
                None if Instant::now() < deadline => thread::sleep(LOOK_INTERVAL),
                None => {
                    kill(&mut self.child);
                    return Err(start_timeout(folder, settings));
                }
                // Perhaps because another process was faster; then its engine is as good.
                Some(_) => {
                    let said = self.said.join().unwrap_or_default();
                    return match attach(folder, settings, deadline)? {
                        Some(endpoint) => Ok(RunningEngine {
                            endpoint,
                            owned: None,
                        }),
                        None => Err(EngineError::StartFailed {
                            reason: Vec::from(said).join("; "),
                        }),
                    };
                }
            }
        }
    }
}

fn start_timeout(folder: &DataFolder, settings: &EngineSettings) -> EngineError {
    EngineError::StartTimeout {
        folder: folder.root().to_owned(),
        limit: settings.start_timeout,
    }
}

fn kill(child: &mut Child) {
    // Both fail only when it has already gone.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads to the end (so that the child never waits for us) and keeps the last lines, of bounded
/// length.
fn last_lines(stream: impl Read) -> VecDeque<String> {
    const MAX_LINE_BYTES: u64 = 4096;
    let mut reader = BufReader::new(stream);
    let mut kept = VecDeque::new();
    loop {
        let mut line = Vec::new();
        match (&mut reader)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => return kept,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(line.trim().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_of_a_failed_child_are_kept() {
        let mut text = String::new();
        for number in 0..100 {
            text.push_str(&format!("line {number}\n\n"));
        }
        let kept = last_lines(text.as_bytes());
        assert_eq!(kept.len(), KEPT_LINES);
        assert_eq!(kept.back().unwrap(), "line 99");
        let endless = "x".repeat(1 << 20);
        let kept = last_lines(endless.as_bytes());
        assert!(kept.iter().map(String::len).sum::<usize>() <= KEPT_LINES * 4096);
    }
}
