//! The options of the commands that compute, judge, explain and replay figures.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi rollup                        the latest night
  beffroi rollup --night 2026-11-24     one night
  beffroi rollup --since 2026-11-01     all nights from that one on that keep their figures
  beffroi rollup --all

Each `beffroi run` over everything ends with it; by hand it is for what came late, and for new rules.
Each night's figures are put in the place of the old ones at once, so that it may be stopped and repeated
at any time. What the policies have removed of old raw figures is missing in figures computed after that.")]
pub(crate) struct RollupArgs {
    /// The night. Default: the latest.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["since", "all"])]
    pub(crate) night: Option<jiff::civil::Date>,

    /// That night and those after it, the oldest first.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "all")]
    pub(crate) since: Option<jiff::civil::Date>,

    /// All nights that keep their figures (`figures.keep_nights`), the oldest first.
    #[arg(long)]
    pub(crate) all: bool,

    /// Print what was computed as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi judge                                the latest night
  beffroi judge --since 2026-11-01 --json
  beffroi judge --all --version v2             all of history by one version, beside the others

A night is judged from its figures (`beffroi rollup`). A repeat gives the same and replaces what was there;
what other versions of the index gave stays.")]
pub(crate) struct JudgeArgs {
    /// The night. Default: the latest that has figures.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["since", "all"])]
    pub(crate) night: Option<jiff::civil::Date>,

    /// All nights from this one on.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "all")]
    pub(crate) since: Option<jiff::civil::Date>,

    /// All nights that have figures.
    #[arg(long)]
    pub(crate) all: bool,

    /// Only this version of the index, repeatable. Default: all of `config/index.toml`.
    #[arg(long = "version", value_name = "VERSION")]
    pub(crate) versions: Vec<String>,

    /// Print a JSON line a night.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi explain facebook:ville.rennes e
  beffroi explain facebook:ville.rennes followers posts_per_week e --json
  beffroi explain https://social.example/@mairie reply_delay_median --window 90
  beffroi explain mastodon:mairie@social.example index_total --night 2026-11-26 --json

It reads the published figure of a judged night, the observations it is made of and the exchanges they
come from, computes it again, and says whether it is the same.")]
pub(crate) struct ExplainArgs {
    /// The account: `platform:handle`, its address or its id.
    pub(crate) account: String,
    /// The metric, by its name in the catalogue, or several; `beffroi explain ACCOUNT ?` lists them.
    #[arg(required = true, value_name = "METRIC")]
    pub(crate) metrics: Vec<String>,
    /// The judged night. Default: the latest.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) night: Option<jiff::civil::Date>,
    /// Length of the window, days. Default: 28, and for the index its own.
    #[arg(long, value_name = "DAYS")]
    pub(crate) window: Option<u16>,
    /// Version of the index.
    #[arg(long, value_name = "VERSION", default_value = "v1")]
    pub(crate) index: String,
    /// Show every post, thread and job, not the first 20.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON, a document a line for each metric.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi replay --run 2026-11-26
  beffroi replay --platform mastodon --json
  beffroi replay --run 2026-11-26 --account bluesky:exemple.fr --write

It reads the folder `archive.dir`, in which the answers of all platforms but websites are, asks nobody, and
changes nothing without `--write`. With it corrected
observations replace the stored ones of the same run, the old values are kept in the table `correction`, and
the nights to be rolled up again are told.")]
pub(crate) struct ReplayArgs {
    /// Only this run.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Only this platform.
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) platform: Option<beffroi_model::Platform>,
    /// Only this account: `platform:handle`, or its id.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// Only compare: the default, to be said aloud.
    #[arg(long, conflicts_with = "write")]
    pub(crate) dry_run: bool,
    /// Store what has changed.
    #[arg(long)]
    pub(crate) write: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
