//! The command line.

mod report;

use std::{
    net::SocketAddr,
    num::{NonZeroU64, NonZeroUsize},
    path::PathBuf,
};

use beffroi_worker::LanePattern;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::report::{Output, Period, ReportArgs, ReportCommand, ReportFormat};

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

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi explain facebook:ville.rennes e
  beffroi explain https://social.example/@mairie reply_delay_median --window 90
  beffroi explain mastodon:mairie@social.example index_total --night 2026-11-26 --json

It reads the published figure of a judged night, the observations it is made of and the exchanges they
come from, computes it again, and says whether it is the same.")]
pub(crate) struct ExplainArgs {
    /// The account: `platform:handle`, its address or its id.
    pub(crate) account: String,
    /// The metric, by its name in the catalogue; `beffroi explain ACCOUNT ?` lists them.
    pub(crate) metric: String,
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
    /// Print JSON.
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

#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Serve the simulated France until Ctrl-C.
    #[command(
        after_help = "Example:\n  beffroi sim serve --limit 300 --out /tmp/sim\n  beffroi --config /tmp/sim/beffroi.toml run"
    )]
    Serve(SimArgs),
    /// Compare every stored figure of a run with the simulator's truth.
    Compare {
        /// Address of the simulator, as printed by `sim serve`.
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8480")]
        truth: String,
        /// The run. Default: the latest.
        #[arg(long, value_name = "RUN")]
        run: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SimArgs {
    /// Everything is drawn from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many collectivities are on the networks: `low` (as counted) or `high` (as surveyed).
    #[arg(long, default_value = "high")]
    pub(crate) population: beffroi_sim::Population,
    /// Keep only so many collectivities, of all strata.
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Port of HTTP; 0 picks a free one.
    #[arg(long, default_value_t = 8480)]
    pub(crate) http_port: u16,
    /// Port of HTTPS; 0 picks a free one.
    #[arg(long, default_value_t = 8443)]
    pub(crate) https_port: u16,
    /// Port of the name server (UDP); 0 picks a free one.
    #[arg(long, default_value_t = 8453)]
    pub(crate) dns_port: u16,
    /// The moment up to which the world has published. Default: the beginning of this hour.
    #[arg(long)]
    pub(crate) as_of: Option<jiff::Timestamp>,
    /// Further settings, TOML: `malformed_share = 0.02`, `new_field_names = true`, `[quotas]`
    /// (`instagram_calls_per_hour`, `youtube_units_per_day` …). The options here come on top.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Also stop when standard input ends, so that the simulator dies with who started it.
    #[arg(long)]
    pub(crate) until_eof: bool,
    /// Folder for what a crawler needs: `beffroi.toml`, `registry.csv`, the certificate authority.
    #[arg(long, value_name = "FOLDER", default_value = "beffroi-sim")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi demo                 all of France, in a folder of its own (beffroi-demo/)
  beffroi demo --limit 500     a small one
  beffroi demo --all-platforms --folder beffroi-demo-all
                               every network that is simulated, with ample allowances")]
pub(crate) struct DemoArgs {
    /// Folder of the demonstration's data.
    #[arg(long, value_name = "FOLDER", default_value = "beffroi-demo")]
    pub(crate) folder: PathBuf,
    /// Keep only so many collectivities, of all strata.
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Everything is drawn from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many collectivities are on the networks: `low` (as counted) or `high` (as surveyed).
    #[arg(long, default_value = "high")]
    pub(crate) population: beffroi_sim::Population,
    /// Measure every network that is simulated, not only those of `run.platforms`' default. The
    /// simulated platforms then allow what one night needs.
    #[arg(long)]
    pub(crate) all_platforms: bool,
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
