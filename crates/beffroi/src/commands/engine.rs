//! `beffroi engine start|status|stop`.

use std::process::ExitCode;

use beffroi_engine::{EngineStatus, Lifetime, ServeRequest, Stopped};
use serde_json::json;

use crate::{
    cli::EngineCommand,
    config::Config,
    output::{self, say, tell},
    services,
};

/// The child's side: serves until told to stop. Runs before anything has made a thread.
pub(crate) fn serve(request: &str) -> ExitCode {
    let request: ServeRequest = match request.parse() {
        Ok(request) => request,
        Err(error) => {
            tell!("error: `engine serve` is started by beffroi itself: {error}");
            return ExitCode::from(2);
        }
    };
    match beffroi_engine::serve(&request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::print_error(&error.into());
            ExitCode::FAILURE
        }
    }
}

pub(crate) async fn engine(config: &Config, command: EngineCommand) -> anyhow::Result<ExitCode> {
    match command {
        EngineCommand::Start { json } => {
            let running = services::start_engine(config, Lifetime::UntilStopped).await?;
            let endpoint = running.endpoint();
            if json {
                output::print_json(&json!({
                    "url": endpoint.url, "user": endpoint.user, "pid": endpoint.pid,
                    "version": endpoint.version, "data_dir": config.engine.data_dir,
                }))?;
            } else {
                say!(
                    "ClickHouse {} serves `{}` at {} (process {}); stop it with `beffroi engine stop`",
                    endpoint.version,
                    config.engine.data_dir.display(),
                    endpoint.url,
                    endpoint.pid
                )?;
            }
            Ok(ExitCode::SUCCESS)
        }
        EngineCommand::Status { json } => status(config, json),
        EngineCommand::Stop => {
            let settings = config.engine.clone();
            let stopped =
                tokio::task::spawn_blocking(move || beffroi_engine::stop(&settings)).await??;
            match stopped {
                Stopped::WasNotRunning => say!("the engine was not running")?,
                Stopped::Cleanly { pid } => say!("the engine (process {pid}) has stopped")?,
                Stopped::Killed { pid } => {
                    say!("the engine (process {pid}) did not stop in time and was killed")?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        EngineCommand::Serve { .. } => unreachable!("served before the runtime was started"),
    }
}

/// Exit status 0 only when it runs, as `systemctl status` does.
fn status(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let status = beffroi_engine::status(&config.engine)?;
    let folder = config.engine.data_dir.display();
    let (word, endpoint) = match &status {
        EngineStatus::Stopped => ("stopped", None),
        EngineStatus::NotAnswering { .. } => ("not answering", None),
        EngineStatus::LeftBehind { .. } => ("left behind", None),
        EngineStatus::Running(endpoint) => ("running", Some(endpoint)),
    };
    if json {
        output::print_json(&json!({
            "status": word,
            "data_dir": config.engine.data_dir,
            "url": endpoint.map(|it| &it.url),
            "pid": endpoint.map(|it| it.pid),
            "version": endpoint.map(|it| &it.version),
            "started_at": endpoint.map(|it| it.started_at),
        }))?;
    } else if let Some(endpoint) = endpoint {
        say!(
            "running: ClickHouse {} serves `{folder}` at {} since {} (process {})",
            endpoint.version,
            endpoint.url,
            endpoint.started_at,
            endpoint.pid
        )?;
    } else {
        say!("{word}: `{folder}`")?;
    }
    Ok(if endpoint.is_some() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
