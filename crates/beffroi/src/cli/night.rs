//! The options of the commands of a night: run, plan, worker, status, dead.

use std::{
    net::SocketAddr,
    num::{NonZeroU64, NonZeroUsize},
};

use beffroi_worker::LanePattern;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi run
  beffroi run --only platform=mastodon,bluesky
  beffroi run --only category=commune --only department=35
  beffroi run --queue amqp://guest:guest@127.0.0.1/ --store http://default@127.0.0.1:8123
  beffroi run --resume

A night that is complete is not crawled again: its certificate is printed. Ctrl-C lets the jobs under
way end; `--resume` goes on where it stopped.")]
pub(crate) struct RunArgs {
    /// The night's date. Default: today, in France.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,

    /// Go on with an interrupted run: only what is left is done.
    #[arg(long)]
    pub(crate) resume: bool,

    /// Restrict the run: `platform=…`, `category=…`, `department=…`; values by commas, repeatable.
    #[arg(long, value_name = "KIND=VALUE")]
    pub(crate) only: Vec<String>,

    /// Only plan, publish and watch; the work is done by `beffroi worker` elsewhere.
    #[arg(long)]
    pub(crate) no_work: bool,

    /// Print the certificate as JSON on standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The night's date. Default: today, in France.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,

    /// Restrict the plan, as in `run`.
    #[arg(long, value_name = "KIND=VALUE")]
    pub(crate) only: Vec<String>,

    /// List the accounts that the night cannot hold, with the night in which their turn is expected.
    #[arg(long)]
    pub(crate) later: bool,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi worker --queue amqp://guest:guest@127.0.0.1/ --store http://default@127.0.0.1:8123
  beffroi worker --lanes 'host.*' --max-hosts 300 --listen 127.0.0.1:9464
  beffroi worker --lanes api.youtube.main api.bluesky

Workers share the lanes out among themselves, come and go. Ctrl-C or SIGTERM: it takes nothing more,
lets the jobs under way end, gives the others back, and leaves (`worker.drain_timeout`).")]
pub(crate) struct WorkerArgs {
    /// Work only in these lanes: names (`api.youtube.main`) or beginnings (`host.*`, `api.*`).
    /// Default: `worker.lanes`, all.
    #[arg(long, value_name = "PATTERN", num_args = 1.., value_delimiter = ',')]
    pub(crate) lanes: Vec<LanePattern>,

    /// Websites visited at once. Default: `worker.max_sites_in_flight`.
    #[arg(long, value_name = "N")]
    pub(crate) max_hosts: Option<NonZeroUsize>,

    /// Name under which outcomes are recorded. Default: `worker.name`, host name and process id.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Where to answer `/metrics`, `/livez` and `/readyz`. Default: `worker.listen`, nowhere.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi status
  beffroi status --watch
  beffroi status --json | jq '.warnings[].text'

It reads the store and the broker of the configuration, from any machine that reaches them, and
changes nothing. With the in-process queue only the store can be asked.")]
pub(crate) struct StatusArgs {
    /// Show it again and again, every so many seconds.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2")]
    pub(crate) watch: Option<NonZeroU64>,

    /// Print JSON, one line each time.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadCommand {
    /// List the dead letters, the newest first.
    List(DeadListArgs),
    /// Show one with its whole history.
    Show {
        /// Its id, as listed.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have their jobs done again, from the first try.
    #[command(after_help = "\
Examples:
  beffroi dead replay 2b6a0b0e-0c8a-5d3e-9f0e-6f7d8c9b0a11
  beffroi dead replay --run 2026-11-26 --reason tcp_timeout --dry-run
  beffroi dead replay --all --yes

The jobs' outcomes are retracted, the jobs published anew, and then the letters taken. Workers that
run do them; a night that was complete is open again until `beffroi run --date … --resume` has seen
its end. Status 3: some could not be replayed, and why is told.")]
    Replay(DeadChoice),
    /// Throw them away; their jobs keep the outcome they have.
    #[command(
        after_help = "Examples:\n  beffroi dead drop --older-than 30d --dry-run\n  beffroi dead drop --all --yes"
    )]
    Drop(DeadChoice),
}

#[derive(Debug, Args)]
pub(crate) struct DeadListArgs {
    /// Only those with this reason.
    #[arg(long)]
    pub(crate) reason: Option<String>,

    /// Only those of this run.
    #[arg(long)]
    pub(crate) run: Option<String>,

    /// The newest so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which letters, and how. Of several restrictions all must hold.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true))]
pub(crate) struct DeadChoice {
    /// Those with these ids, as listed.
    #[arg(value_name = "ID", group = "which")]
    pub(crate) ids: Vec<String>,

    /// All there are.
    #[arg(long, group = "which", conflicts_with_all = ["ids", "reason", "run", "older_than"])]
    pub(crate) all: bool,

    /// Those with this reason.
    #[arg(long, group = "which")]
    pub(crate) reason: Option<String>,

    /// Those of this run.
    #[arg(long, group = "which")]
    pub(crate) run: Option<String>,

    /// Those that were buried longer ago (`30d`, `12h`).
    #[arg(long, value_name = "AGE", group = "which")]
    pub(crate) older_than: Option<jiff::Span>,

    /// Only say which.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Do not ask before `--all`.
    #[arg(long)]
    pub(crate) yes: bool,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
