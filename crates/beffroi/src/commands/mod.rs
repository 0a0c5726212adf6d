//! One file a subcommand; here only the way to each.

pub(crate) mod account;
pub(crate) mod compare;
pub(crate) mod credentials;
pub(crate) mod dead;
pub(crate) mod demo;
pub(crate) mod engine;
pub(crate) mod explain;
pub(crate) mod judge;
pub(crate) mod lanes;
pub(crate) mod oneshot;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod registry;
pub(crate) mod reparse;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod robots;
pub(crate) mod rollup;
pub(crate) mod run;
pub(crate) mod sim;
pub(crate) mod sql;
pub(crate) mod status;
pub(crate) mod worker;

use std::process::ExitCode;

use crate::{
    cli::{AccountCommand, Cli, Command, CredentialsCommand, RobotsCommand, SimCommand},
    config::{Config, ConfigError, DEFAULT_FILE, with_place},
    output::{self, say},
    services::StoreService,
};

/// Runs the subcommand.
pub(crate) async fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli {
        config: file,
        places,
        command,
        ..
    } = cli;
    let mut config = Config::load(file.as_deref())?;
    if let Some(url) = &places.store {
        config.store.url.clone_from(url);
    }
    if let Some(url) = &places.queue {
        let wrong = |error| ConfigError::Wrong(format!("`--queue`: {error}"));
        config.queue.url = url.parse().map_err(wrong)?;
    }
    let result = carry_out(&config, command).await;
    result.map_err(|error| with_place(error, file.as_deref(), &places))
}

async fn carry_out(config: &Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(config, args).await,
        Command::Plan(args) => plan::plan(config, args).await,
        Command::Worker(args) => worker::worker(config, args).await,
        Command::Status(args) => status::status(config, args).await,
        Command::Dead(command) => dead::dead(config, command).await,
        Command::Migrate { json } => migrate(config, json).await,
        Command::Engine(command) => engine::engine(config, command).await,
        Command::Registry(command) => registry::registry(config, command).await,
        Command::Account(AccountCommand::Parse { urls, json }) => account::parse(&urls, json),
        Command::Account(AccountCommand::Reparse { dry_run, json }) => {
            reparse::reparse(config, dry_run, json).await
        }
        Command::Credentials(CredentialsCommand::Check { platforms, json }) => {
            credentials::check(config, &platforms, json).await
        }
        Command::Policy(command) => policy::policy(config, command).await,
        Command::Measure { account_url, json } => {
            oneshot::measure(config, &account_url, json).await
        }
        Command::Discover { url, json } => oneshot::discover(config, &url, json).await,
        Command::Fetch { url, json } => oneshot::fetch(config, &url, json).await,
        Command::Robots(RobotsCommand::Check {
            robots,
            agent,
            urls,
        }) => robots::check(&robots, &agent, &urls),
        Command::Rollup(args) => rollup::rollup(config, args).await,
        Command::Judge(args) => judge::judge(config, args).await,
        Command::Explain(args) => explain::explain(config, args).await,
        Command::Replay(args) => replay::replay(config, args).await,
        Command::Report(command) => report::report(config, command).await,
        Command::Sql { statement, format } => sql::sql(config, &statement, format).await,
        Command::Sim(SimCommand::Serve(args)) => sim::serve(args).await,
        Command::Sim(SimCommand::Compare { truth, run, json }) => {
            compare::compare(config, &truth, run.as_deref(), json).await
        }
        Command::Demo(args) => demo::demo(args).await,
        Command::Config => {
            output::write(format_args!("{DEFAULT_FILE}"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn migrate(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let service = StoreService::connect(config).await?;
    let report = service.store.migrate().await;
    service.close().await?;
    let report = report?;
    if json {
        output::print_json(&report)?;
    } else if report.applied.is_empty() {
        say!("the schema is up to date (number {})", report.schema)?;
    } else {
        for name in &report.applied {
            say!("applied {name}")?;
        }
        say!("the schema is now at number {}", report.schema)?;
    }
    Ok(ExitCode::SUCCESS)
}
