//! The options of `beffroi report`.

use std::{fmt::Display, path::PathBuf, str::FromStr};

use beffroi_index::catalogue::{Catalogue, Level, Metric, Need};
use beffroi_model::{Category, Platform, Stratum};
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use strum::IntoEnumIterator;

use crate::words::Lang;

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Who is where: by category, stratum and platform, beside published figures.
    #[command(
        after_help = "Examples:\n  beffroi report presence\n  beffroi report presence --region 53 --format csv --output presence.csv\n  beffroi report presence --over-time --platform bluesky\n  beffroi report presence --published --format csv\n  beffroi report presence --events --since 2026-11-01"
    )]
    Presence {
        #[command(flatten)]
        args: ReportArgs,
        /// The last judged night of each month instead of one night.
        #[arg(long)]
        over_time: bool,
        /// The accounts opened, closed, renamed, moved and departed from, with the night each was seen.
        #[arg(long, conflicts_with_all = ["over_time", "published"])]
        events: bool,
        /// The published figures of the field beside ours, over all of France.
        #[arg(long, conflicts_with_all = [
            "over_time", "platform", "category", "stratum", "department", "region",
        ])]
        published: bool,
        #[command(flatten)]
        period: Period,
    },
    /// How accounts engage: followers, rhythm, interactions, E, engagement within peers.
    #[command(
        after_help = "Examples:\n  beffroi report engagement --window 90 --platform mastodon\n  beffroi report engagement --format parquet --output engagement.parquet\n  beffroi report engagement --of collectivities --department 35\n  beffroi report engagement --dictionary"
    )]
    Engagement {
        #[command(flatten)]
        args: ReportArgs,
        /// Of whom.
        #[arg(long, value_enum, default_value_t = Of::Accounts)]
        of: Of,
    },
    /// Medians over all networks, by category and stratum: only what may be combined.
    Peers(ReportArgs),
    /// The figures of each platform: means, medians and quartiles over its accounts, metric by metric.
    #[command(
        after_help = "Examples:\n  beffroi report platforms\n  beffroi report platforms --metric e,e_post_median --category commune --stratum 2000-3499\n  beffroi report platforms --platform youtube --metric views_median --window 28\n  beffroi report platforms --format csv --output platforms.csv"
    )]
    Platforms {
        #[command(flatten)]
        args: ReportArgs,
        /// Only these metrics of the catalogue (`config/metrics.toml`). Default: six of them on a terminal,
        /// all as data.
        #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = platform_metric)]
        metric: Vec<String>,
    },
    /// The engagement index, within peers, with intervals and tie ranks.
    #[command(
        after_help = "Examples:\n  beffroi report ranking --platform facebook --category commune --stratum 2000-3499\n  beffroi report ranking --of collectivities --category departement"
    )]
    Ranking {
        #[command(flatten)]
        args: ReportArgs,
        /// Of whom.
        #[arg(long, value_enum, default_value_t = Of::Accounts)]
        of: Of,
    },
    /// Rank by fans against rank by the index: who is under- and overrated by the fan count.
    Rankshift(ReportArgs),
    /// Who answers, and how fast.
    Dialogue(ReportArgs),
    /// Who rose and fell: in the index between two judged nights, or against the week or the year before.
    #[command(
        after_help = "Examples:\n  beffroi report movers --since 2026-08-30 --department 35\n  beffroi report movers --against year --platform mastodon"
    )]
    Movers {
        #[command(flatten)]
        args: ReportArgs,
        /// What the figures are compared with.
        #[arg(long, value_enum, default_value_t = Against::Night)]
        against: Against,
        #[command(flatten)]
        period: Period,
    },
    /// Dormant accounts, sites that are down or stale, accounts that closed, moved or departed.
    Dormant {
        #[command(flatten)]
        args: ReportArgs,
        #[command(flatten)]
        period: Period,
    },
    /// The figures of one account and their history.
    #[command(
        after_help = "Examples:\n  beffroi report account mastodon:mairie@social.example\n  beffroi report account https://www.facebook.com/exempleville --window 28"
    )]
    Account {
        /// `platform:handle`, an address, or the account's id.
        account: String,
        #[command(flatten)]
        args: ReportArgs,
        #[command(flatten)]
        period: Period,
    },
    /// A collectivity's own page: its indicators, its peers, its networks, what changed.
    #[command(
        after_help = "Examples:\n  beffroi report collectivity 35238\n  beffroi report collectivity Rennes --format html --output rennes.html"
    )]
    Collectivity {
        /// SIREN, INSEE code or name.
        query: String,
        #[command(flatten)]
        args: ReportArgs,
    },
    /// A run's certificate, and how much of each stratum its night measured.
    Run {
        /// The run, `YYYY-MM-DD` or its whole name. Default: the latest.
        #[arg(long, value_name = "RUN")]
        run: Option<String>,
        #[command(flatten)]
        out: Output,
    },
}

/// Of whom a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Of {
    /// A line each account: it has peers on its platform alone.
    Accounts,
    /// A line each collectivity, over its accounts.
    Collectivities,
}

/// Which figures, of whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// The judged night. Default: the latest.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) night: Option<Date>,

    /// Days of the window over which figures are taken.
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = ["7", "28", "90", "365"])]
    pub(crate) window: String,

    /// Version of the engagement index.
    #[arg(long, value_name = "VERSION", default_value = "v1")]
    pub(crate) index: String,

    /// Only this platform.
    #[arg(long, value_parser = one_of::<Platform>)]
    pub(crate) platform: Option<Platform>,

    /// Only collectivities of this category (`commune`, `departement` …).
    #[arg(long, value_parser = one_of::<Category>)]
    pub(crate) category: Option<Category>,

    /// Only collectivities of this stratum (`500-1999`, `>=100000` …).
    #[arg(long, value_parser = one_of::<Stratum>)]
    pub(crate) stratum: Option<Stratum>,

    /// Only this département (its code: `35`, `2A`, `974`).
    #[arg(long, value_name = "CODE")]
    pub(crate) department: Option<String>,

    /// Only this region (its INSEE code: `53`).
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<String>,

    /// Lines. Default: 30 on a terminal, all as data.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,

    #[command(flatten)]
    pub(crate) out: Output,
}

/// A name of a list; of another one the names that there are are told.
fn one_of<T: FromStr + IntoEnumIterator + Display>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| {
        let known: Vec<String> = T::iter().map(|it| it.to_string()).collect();
        format!("known are {}", known.join(", "))
    })
}

/// A metric that is computed of platforms; of another one those that are, are told.
fn platform_metric(name: &str) -> Result<String, String> {
    let catalogue = Catalogue::shipped();
    let known: Vec<&str> = over_accounts(&catalogue)
        .map(|metric| metric.name.as_str())
        .collect();
    if known.contains(&name) {
        return Ok(name.to_owned());
    }
    let known = known.join(", ");
    Err(match catalogue.get(name) {
        Some(metric) if metric.levels.contains(&Level::Platform) => {
            format!("it is in `report presence`; known here are {known}")
        }
        Some(_) => format!("it is not computed of platforms; known are {known}"),
        None => format!("known are {known}"),
    })
}

/// The metrics of platforms that are made of their accounts' figures, in the order of the catalogue. What
/// rests on who is where is in `report presence`.
pub(crate) fn over_accounts(catalogue: &Catalogue) -> impl Iterator<Item = &Metric> {
    catalogue.iter().filter(|metric| {
        metric.levels.contains(&Level::Platform) && !metric.needs.contains(&Need::Presence)
    })
}

/// What movers are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Against {
    /// The index in an earlier judged night, beyond the intervals.
    Night,
    /// The interactions of the week before, by the account's own usual changes.
    Week,
    /// The same weeks of the year before, beside what changed for the peers.
    Year,
}

/// From when to when.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Period {
    /// First night. Default: 28 days before the last one for movers, a year before it elsewhere.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) since: Option<Date>,
    /// Last night. Default: that of `--night`.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "night")]
    pub(crate) until: Option<Date>,
}

/// How the result is handed on.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// Format of the result.
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,

    /// File to write instead of standard output; it appears when it is whole.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Language of headings, reasons and notes; names of columns stay. Default: that of the
    /// environment (`LC_ALL`, `LC_MESSAGES`, `LANG`) where it is French or English, else French.
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Lang>,

    /// Print what each column is instead: title, unit, formula, source.
    #[arg(long)]
    pub(crate) dictionary: bool,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// One JSON document.
    Json,
    /// Apache Parquet, for notebooks.
    Parquet,
    /// A page to print, of `report collectivity` alone.
    Html,
}
