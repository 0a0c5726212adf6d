//! The options of the commands around the crawl: engine, registry, accounts, policies, robots.txt, credentials, SQL.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum EngineCommand {
    /// Start the embedded ClickHouse and leave it running.
    Start {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say whether it runs, and where.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Stop it.
    Stop,
    /// Serve the folder in this process; started by the others.
    #[command(hide = true)]
    Serve {
        /// What to serve, as JSON.
        request: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Import collectivities, websites and accounts.
    #[command(after_help = "\
Examples:
  beffroi registry import                          the registry shipped with the program
  beffroi registry import all_latest.tar.bz2       the State's directory (DILA), archive or JSON
  beffroi registry import corrections.csv          collectivity,field,value,note (docs/registry.md)

The kind of a file is told by its content. Bad rows are reported with their place and the good ones
are kept: the exit status is then 3. A directory that is cut, corrupt or empty is refused whole, and
the one imported before stays: status 1. Importing the same file twice changes nothing.")]
    Import {
        /// Files to import, in order. Without any, the registry shipped with the program.
        files: Vec<PathBuf>,
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a collectivity with its accounts.
    #[command(
        after_help = "Examples:\n  beffroi registry show 213502388\n  beffroi registry show 35238\n  beffroi registry show Rennes"
    )]
    Show {
        /// SIREN, INSEE code or name.
        query: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Say which account each URL is, one line each.
    #[command(
        after_help = "Examples:\n  beffroi account parse https://www.facebook.com/exempleville/\n  beffroi account parse - --json < urls.txt"
    )]
    Parse {
        /// Addresses; `-` reads them from standard input, one a line.
        #[arg(required = true)]
        urls: Vec<String>,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Apply the present rules of account URLs to the finds that older rules made.
    #[command(
        after_help = "Examples:\n  beffroi account reparse --dry-run\n  beffroi account reparse --json\n\nA find that is another account by the present rules is written anew, with its evidence; the old\none stays in the store, out of force. The accounts that the registry declares are computed anew\ntoo. Doing it twice changes nothing. The old accounts' figures stay under their own ids."
    )]
    Reparse {
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Print what holds: the shipped rules, with those of `policies.file` over them.
    #[command(
        after_help = "Examples:\n  beffroi policy show\n  beffroi policy show --platform youtube      with the sources\n  beffroi policy show --json"
    )]
    Show {
        /// Only this platform, with the source of each rule.
        #[arg(long, value_name = "PLATFORM")]
        platform: Option<beffroi_model::Platform>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what is wrong with a file of rules, by line; the exit status is then 2.
    #[command(after_help = "\
Examples:
  beffroi policy check policies.toml && echo good

A file names only what differs from the shipped rules, a platform whole:

  [platforms.linkedin]
  store = { days = 365, source = \"https://…\", read = 2026-12-01 }
  combine = { allowed = true, source = \"none stated\", read = 2026-12-01 }
  publish = { how = \"notice\", notice = \"…\", source = \"https://…\", read = 2026-12-01 }

or a consent in writing:

  [[amendments]]
  platform = \"youtube\"
  combine = true
  store_days = \"unbounded\"
  document = \"amendment of 1 December 2026\"
  signed = 2026-12-01

It is used when the configuration names it: `policies.file = \"policies.toml\"`.")]
    Check {
        /// The file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete what is older than allowed; the end of each `beffroi run` does the same.
    #[command(
        after_help = "Example:\n  beffroi policy apply --json\n\nA figure that goes is NULL with the reason `retention_expired`; rows of which nothing is left\nare deleted. What would grow too old before the next night goes now. Applying twice changes nothing."
    )]
    Apply {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RobotsCommand {
    /// Say of each URL whether a robots.txt allows it: `allow` or `disallow`, a line each.
    #[command(
        after_help = "Example:\n  beffroi robots check --robots robots.txt --agent beffroi https://www.exemple.fr/actualites/"
    )]
    Check {
        /// The robots.txt, a file.
        #[arg(long, value_name = "FILE")]
        robots: PathBuf,
        /// The product token of the crawler.
        #[arg(long, value_name = "NAME", default_value = "beffroi")]
        agent: String,
        /// Addresses or paths.
        #[arg(required = true)]
        urls: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// Try each credential with a call or two, and say what it is good for; succeeds when nothing is
    /// missing.
    #[command(
        after_help = "Examples:\n  beffroi credentials check\n  beffroi credentials check youtube x --json"
    )]
    Check {
        /// Platforms to try. Default: all that have a credential.
        platforms: Vec<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// One JSON document.
    Json,
    /// Apache Parquet, for notebooks; redirect it into a file.
    Parquet,
}
