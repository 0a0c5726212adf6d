//! The command line.

mod judgement;
mod keeping;
mod night;
mod report;
mod trial;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::{
    judgement::{ExplainArgs, JudgeArgs, ReplayArgs, RollupArgs},
    keeping::{
        AccountCommand, CredentialsCommand, EngineCommand, PolicyCommand, RegistryCommand,
        RobotsCommand, TableFormat,
    },
    night::{DeadChoice, DeadCommand, DeadListArgs, PlanArgs, RunArgs, StatusArgs, WorkerArgs},
    report::{Against, Of, Output, Period, ReportArgs, ReportCommand, ReportFormat, over_accounts},
    trial::{DemoArgs, SimArgs, SimCommand},
};

/// An open observatory of how French public territories talk with the people who live in them.
#[derive(Debug, Parser)]
#[command(
    name = "beffroi",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  beffroi run                                  one night over all of France, on this machine alone
  beffroi run --only department=35 --resume    go on with an interrupted night over one département
  beffroi report presence                      who is where
  beffroi measure https://bsky.app/profile/exemple.fr
  beffroi sql \"SELECT count() FROM v_collectivity\"

Without a configuration beffroi keeps its own ClickHouse in `beffroi-data/`. With
`--store http://… --queue amqp://…` the same commands work on servers and many machines."
)]
pub(crate) struct Cli {
    /// Configuration file (TOML); `beffroi config` prints the commented defaults.
    #[arg(long, global = true, value_name = "FILE", env = "BEFFROI_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// More of the log on standard error; twice and thrice for more still.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(flatten)]
    pub(crate) places: Places,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that override the configuration.
#[derive(Debug, Args)]
pub(crate) struct Places {
    /// ClickHouse to use instead of `store.url`: `embedded` or `http://user:password@host:8123`.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) store: Option<String>,

    /// Queue to use instead of `queue.url`: `in-process` or `amqp://user:password@host:5672/vhost`.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) queue: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Crawl one night: plan, fetch, store, certificate.
    Run(RunArgs),
    /// Show what a night would do and cost, without doing it.
    #[command(
        after_help = "Examples:\n  beffroi plan\n  beffroi plan --only platform=x --later\n  \
        beffroi plan --date 2026-12-01 --json"
    )]
    Plan(PlanArgs),
    /// Work for runs that others plan (RabbitMQ only), until told to stop.
    Worker(WorkerArgs),
    /// Show what is under way: runs, lanes, workers, what is put off, warnings.
    Status(StatusArgs),
    /// The jobs that nobody works on any more (RabbitMQ only).
    #[command(subcommand)]
    Dead(DeadCommand),
    /// Bring the database's schema up to date.
    Migrate {
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The embedded ClickHouse.
    #[command(subcommand)]
    Engine(EngineCommand),
    /// The collectivities.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Recognise account URLs.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Measure one account, without a store.
    #[command(after_help = "Example:\n  beffroi measure https://social.example/@mairie --json")]
    Measure {
        /// Address of the account.
        account_url: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read one website and find its accounts, without a store.
    #[command(after_help = "Example:\n  beffroi discover https://www.exemple.fr --json")]
    Discover {
        /// Address of the website. Without a scheme, `https://` is tried and then `http://`.
        url: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fetch one document politely; succeeds only when it was had.
    #[command(after_help = "Example:\n  beffroi fetch https://www.exemple.fr/ --json")]
    Fetch {
        /// Address of the document. Without a scheme it is taken as `https://`; `http://` is only
        /// asked when it is written (curl takes it the other way round).
        url: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// robots.txt.
    #[command(subcommand)]
    Robots(RobotsCommand),
    /// The keys and tokens of the platforms.
    #[command(subcommand)]
    Credentials(CredentialsCommand),
    /// What the platforms' terms allow to be stored, combined and published.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Compute the figures of nights (complete runs over everything) anew, and judge them.
    Rollup(RollupArgs),
    /// Judge nights that have figures anew: scores, ranks, alerts, recall of discovery.
    Judge(JudgeArgs),
    /// Where a published figure comes from: formula, observations, exchanges; recomputed and compared.
    Explain(ExplainArgs),
    /// Read the archived answers again with the present connectors, and compare with what is stored.
    Replay(ReplayArgs),
    /// Reports on what was measured.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Run a read-only statement on the store.
    #[command(
        after_help = "Examples:\n  beffroi sql \"SELECT category, count() FROM v_collectivity GROUP BY category\"\n  beffroi sql --format parquet \"SELECT * FROM v_account\" > accounts.parquet"
    )]
    Sql {
        /// The statement; `-` reads it from standard input.
        statement: String,
        /// Format of the result.
        #[arg(long, value_enum, default_value_t = TableFormat::Table)]
        format: TableFormat,
    },
    /// The simulated France, for tests and demonstrations.
    #[command(subcommand)]
    Sim(SimCommand),
    /// The whole of beffroi on a simulated France: import, one night, certificate, reports, proof.
    Demo(DemoArgs),
    /// Print the commented default configuration.
    Config,
}

impl Command {
    /// Whether it works for a while and its log tells the story; the others answer a question.
    pub(crate) fn works_long(&self) -> bool {
        match self {
            Self::Run(_)
            | Self::Worker(_)
            | Self::Rollup(_)
            | Self::Sim(SimCommand::Serve(_))
            | Self::Demo(_) => true,
            Self::Registry(RegistryCommand::Import { .. }) => true,
            Self::Judge(_)
            | Self::Plan(_)
            | Self::Status(_)
            | Self::Dead(_)
            | Self::Migrate { .. }
            | Self::Engine(_)
            | Self::Registry(RegistryCommand::Show { .. })
            | Self::Account(_)
            | Self::Measure { .. }
            | Self::Discover { .. }
            | Self::Fetch { .. }
            | Self::Robots(_)
            | Self::Credentials(_)
            | Self::Policy(_)
            | Self::Explain(_)
            | Self::Replay(_)
            | Self::Report(_)
            | Self::Sql { .. }
            | Self::Sim(SimCommand::Compare { .. })
            | Self::Config => false,
        }
    }
}

impl Cli {
    /// The request of the hidden `engine serve`.
    pub(crate) fn engine_to_serve(&self) -> Option<&str> {
        match &self.command {
            Command::Engine(EngineCommand::Serve { request }) => Some(request),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn dead_letters_are_only_chosen_on_purpose() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        for right in [
            "--all",
            "some-id",
            "--run 2026-11-26",
            "--older-than 30d --reason gone",
        ] {
            parse(&format!("beffroi dead drop {right}")).unwrap();
        }
        for wrong in [
            "",
            " --dry-run",
            " --all some-id",
            " --all --run x",
            " --older-than soon",
        ] {
            assert!(
                parse(&format!("beffroi dead drop{wrong}")).is_err(),
                "{wrong}"
            );
        }
    }
}
