//! The benchmarks' own helpers as processes: a benchmark starts itself again with a word that names
//! the helper, reads one line that says where it listens, and ends it by closing its input.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, ExitCode, Stdio},
    thread,
};

use anyhow::Context;

use crate::{recorded, server};

const ENGINE: &str = "play-engine";
const RECORDED: &str = "play-recorded";
const SERVER: &str = "play-server";
const SIMULATOR: &str = "play-simulator";

/// A helper at work; it ends when this is dropped.
#[derive(Debug)]
pub struct Helper {
    child: Child,
    /// Port at which it listens.
    pub port: u16,
}

impl Helper {
    /// Starts the server of pages and feeds.
    pub fn server() -> anyhow::Result<Self> {
        Self::start(SERVER)
    }

    /// Starts the server of every platform's answers.
    pub fn recorded() -> anyhow::Result<Self> {
        Self::start(RECORDED)
    }

    /// Starts the simulated France.
    pub fn simulator() -> anyhow::Result<Self> {
        Self::start(SIMULATOR)
    }

    fn start(role: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("`{role}` could not be started"))?;
        let stdout = child.stdout.take().expect("the output is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let port = line.trim().parse();
        Ok(Self {
            port: port.with_context(|| format!("`{role}` says `{line}`"))?,
            child,
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ends by itself once its input has ended; a zombie would stay without this.
        let _ = self.child.wait();
    }
}

/// How the engine is told to serve; its request follows as the next argument.
pub fn engine_command() -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ENGINE);
    Ok(command)
}

/// Plays the helper that the arguments name; `None` when they name none and the benchmark itself is
/// wanted. To be called first in `main`.
pub fn play() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let played = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [ENGINE, request] => play_engine(request),
        [RECORDED] => serve_until_end_of_input(recorded::serve),
        [SERVER] => serve_until_end_of_input(server::serve),
        [SIMULATOR] => serve_until_end_of_input(simulate),
        _ => return None,
    };
    Some(match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    })
}

fn play_engine(request: &str) -> anyhow::Result<()> {
    let request: beffroi_engine::ServeRequest = request.parse()?;
    Ok(beffroi_engine::serve(&request)?)
}

/// Serves on one thread, which is what the helpers are allowed. What comes with the port serves for
/// as long as it is held.
fn serve_until_end_of_input<T>(
    serve: impl AsyncFnOnce() -> anyhow::Result<(u16, T)>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    thread::spawn(move || {
        // An input that cannot be read has ended, too.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        drop(ended);
    });
    runtime.block_on(async {
        let (port, _serving) = serve().await?;
        println!("{port}");
        std::io::stdout().flush()?;
        // The sender is dropped unsent: an error is the end that is waited for.
        let _ = end.await;
        Ok(())
    })
}

/// All of France, in plain http.
async fn simulate() -> anyhow::Result<(u16, beffroi_sim::RunningSim)> {
    let settings = beffroi_sim::SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        https_share: 0.0,
        ..beffroi_sim::SimSettings::default()
    };
    let sim = beffroi_sim::serve(settings, beffroi_registry::shipped().collectivities).await?;
    Ok((sim.http_port, sim))
}
