//! `beffroi report …`: what was judged, as tables, data and pages. Presence and outcomes are ours and
//! public; figures pass the gate of the policies.

mod account;
mod asked;
mod collectivity;
mod columns;
mod dictionary;
mod export;
mod kind;
mod platforms;
mod presence;
mod run;
mod table;
mod units;

use std::process::ExitCode;

use anyhow::{Context, bail};
use beffroi_model::Platform;
use beffroi_policy::Policies;
use beffroi_store::{Format, ReportRows, Store, reports};

pub(crate) use self::run::find_run;
use self::{asked::Asked, columns::Dictionary, kind::Kind};
use crate::{
    cli::{Against, Of, Output, Period, ReportArgs, ReportCommand, ReportFormat},
    config::Config,
    gate::{Gate, Use},
    output::say,
    policies,
    services::StoreService,
    words::Lang,
};

/// How many nights a report compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunOf {
    /// One, with whatever history.
    OneNight,
    /// Two.
    TwoNights,
}

pub(crate) async fn report(config: &Config, command: ReportCommand) -> anyhow::Result<ExitCode> {
    let policies = policies::load(config)?;
    check_format(&command)?;
    let service = StoreService::open(config).await?;
    let desk = Desk {
        store: service.reader(),
        policies: &policies,
        min_coverage: config.figures.min_coverage,
    };
    let result = hand_on(&desk, command).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

/// A page there is of a collectivity alone, and no file of a table; told before anything is started.
fn check_format(command: &ReportCommand) -> anyhow::Result<()> {
    let out = match command {
        ReportCommand::Run { out, .. } => out,
        ReportCommand::Collectivity { args, .. } => &args.out,
        ReportCommand::Engagement { args, .. }
        | ReportCommand::Peers(args)
        | ReportCommand::Platforms { args, .. }
        | ReportCommand::Ranking { args, .. }
        | ReportCommand::Rankshift(args)
        | ReportCommand::Dialogue(args)
        | ReportCommand::Presence { args, .. }
        | ReportCommand::Movers { args, .. }
        | ReportCommand::Dormant { args, .. }
        | ReportCommand::Account { args, .. } => &args.out,
    };
    if out.format == ReportFormat::Table && out.output.is_some() {
        bail!("a table is for the terminal; say what the file is to be, such as `--format csv`");
    }
    let is_page = matches!(command, ReportCommand::Collectivity { .. });
    if out.format == ReportFormat::Html && !is_page {
        bail!("`--format html` is for `report collectivity`; expected table, csv, json or parquet");
    }
    Ok(())
}

async fn hand_on(desk: &Desk<'_>, command: ReportCommand) -> anyhow::Result<()> {
    let none = Period::default();
    match command {
        ReportCommand::Engagement {
            args,
            of: Of::Collectivities,
        }
        | ReportCommand::Ranking {
            args,
            of: Of::Collectivities,
        } if args.platform.is_some() => bail!(
            "a collectivity is judged over all its accounts; leave `--platform` out, or say `--of accounts`"
        ),
        ReportCommand::Engagement { args, of } => {
            let (kind, all) = match of {
                Of::Accounts => (&kind::ENGAGEMENT, Vec::new()),
                Of::Collectivities => (
                    &kind::ENGAGEMENT_OF_COLLECTIVITIES,
                    vec![("body", String::new())],
                ),
            };
            desk.tabular_with(kind, &args, &none, &all).await
        }
        ReportCommand::Peers(args) => desk.tabular(&kind::PEERS, &args, &none).await,
        ReportCommand::Platforms { args, metric } => platforms::report(desk, &args, &metric).await,
        ReportCommand::Ranking { args, of } => {
            let kind = match of {
                Of::Accounts => &kind::RANKING,
                Of::Collectivities => &kind::RANKING_OF_COLLECTIVITIES,
            };
            desk.tabular(kind, &args, &none).await
        }
        ReportCommand::Rankshift(args) => desk.tabular(&kind::RANKSHIFT, &args, &none).await,
        ReportCommand::Dialogue(args) => desk.tabular(&kind::DIALOGUE, &args, &none).await,
        ReportCommand::Movers {
            args,
            against: Against::Night,
            period,
        } => desk.tabular(&kind::MOVERS, &args, &period).await,
        ReportCommand::Movers {
            args,
            against,
            period,
        } => {
            if period.since.is_some() || period.until.is_some() {
                bail!(
                    "`--since` and `--until` are for `--against night`; another night is `--night`"
                );
            }
            let kind = match against {
                Against::Year => &kind::MOVERS_YEAR,
                Against::Week | Against::Night => &kind::MOVERS_WEEK,
            };
            desk.tabular(kind, &args, &none).await
        }
        ReportCommand::Dormant { args, period } => {
            desk.tabular(&kind::DORMANT, &args, &period).await
        }
        ReportCommand::Presence {
            args,
            over_time: true,
            period,
            ..
        } => presence::over_time(desk, &args, &period).await,
        ReportCommand::Presence {
            args,
            events: true,
            period,
            ..
        } => desk.tabular(&kind::EVENTS, &args, &period).await,
        ReportCommand::Presence {
            args,
            period,
            published,
            ..
        } => {
            if period.since.is_some() || period.until.is_some() {
                bail!(
                    "`--since` and `--until` are for `--over-time` and `--events`; one night is `--night`"
                );
            }
            if published {
                presence::published(desk, &args).await
            } else {
                presence::report(desk, &args).await
            }
        }
        ReportCommand::Account {
            account,
            args,
            period,
        } => account::report(desk, &account, &args, &period).await,
        ReportCommand::Collectivity { query, args } => {
            collectivity::report(desk, &query, &args).await
        }
        ReportCommand::Run { run, out } => run::report(desk, run.as_deref(), &out).await,
    }
}

/// Where reports are made: the store and the rules of what may leave it.
struct Desk<'a> {
    store: &'a Store,
    policies: &'a Policies,
    /// Share of the accounts of a line that a night has to measure (`figures.min_coverage`).
    min_coverage: f64,
}

/// Parameters of a statement.
type Parameters = Vec<(&'static str, String)>;

impl Desk<'_> {
    /// A report that is one statement.
    async fn tabular(&self, kind: &Kind, args: &ReportArgs, period: &Period) -> anyhow::Result<()> {
        self.tabular_with(kind, args, period, &[]).await
    }

    /// The same with more parameters.
    async fn tabular_with(
        &self,
        kind: &Kind,
        args: &ReportArgs,
        period: &Period,
        more: &[(&'static str, String)],
    ) -> anyhow::Result<()> {
        let lang = Lang::of(args.out.lang);
        if args.out.dictionary {
            return dictionary::hand_on(self, kind, args, more).await;
        }
        let asked = Asked::of(self, args, period, kind.nights).await?;
        let gate = self.gate(kind, &asked).await?;
        let mut parameters = asked.parameters(&gate.parameter(lang));
        parameters.extend_from_slice(more);
        if args.out.format != ReportFormat::Table {
            let fields = [
                ("report", about(kind, &asked, lang)),
                ("policy", serde_json::to_value(&gate)?),
            ];
            return self.export(kind.sql, &parameters, &args.out, &fields).await;
        }
        let rows = self.rows(kind.sql, &parameters).await?;
        print_title(kind, &asked, lang)?;
        self.print(kind, &rows, &gate, lang)
    }

    /// Prints a table with what has to be said of it.
    fn print(&self, kind: &Kind, rows: &ReportRows, gate: &Gate, lang: Lang) -> anyhow::Result<()> {
        if rows.data.is_empty() {
            say!("{}", lang.pick(kind.nothing.0, kind.nothing.1))?;
        } else {
            table::print(rows, kind.cells, &Dictionary::shipped(), lang)?;
        }
        say!("{}", lang.pick(kind.note.0, kind.note.1))?;
        if let Some(line) = table::reasons(rows, kind.cells, gate, lang) {
            say!("{line}")?;
        }
        for line in table::legend(rows, lang) {
            say!("{line}")?;
        }
        for footnote in gate.footnotes(lang) {
            say!("* {footnote}")?;
        }
        Ok(())
    }

    /// What the policies withhold of a report's columns.
    async fn gate(&self, kind: &Kind, asked: &Asked) -> anyhow::Result<Gate> {
        #[derive(serde::Deserialize)]
        struct Row {
            platform: Platform,
        }
        let night = asked.night.night.to_string();
        let parameters = [("night", night.as_str())];
        let rows: Vec<Row> = self
            .store
            .json_rows(reports::PLATFORMS, &parameters)
            .await?;
        let platforms: Vec<Platform> = rows
            .into_iter()
            .map(|row| row.platform)
            .filter(|it| asked.platform.is_none_or(|platform| platform == *it))
            // Figures over several accounts are over networks.
            .filter(|it| *it != Platform::Website || kind.used == Use::EachAccount)
            .collect();
        Ok(Gate::new(self.policies, &platforms, kind.gated, kind.used))
    }

    async fn rows(&self, sql: &str, parameters: &Parameters) -> anyhow::Result<ReportRows> {
        let rows = self.store.rows(sql, parameters).await;
        rows.context("the report could not be made")
    }

    async fn export(
        &self,
        sql: &str,
        parameters: &Parameters,
        out: &Output,
        fields: &[(&str, serde_json::Value)],
    ) -> anyhow::Result<()> {
        let format = match out.format {
            ReportFormat::Csv => Format::CSVWithNames,
            ReportFormat::Json => Format::JSON,
            ReportFormat::Parquet => Format::Parquet,
            ReportFormat::Table | ReportFormat::Html => Format::PrettyCompact,
        };
        let parameters: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let file = out.output.as_deref();
        export::write(self.store, sql, &parameters, format, fields, file).await
    }
}

/// What a JSON document says of itself.
fn about(kind: &Kind, asked: &Asked, lang: Lang) -> serde_json::Value {
    serde_json::json!({
        "name": kind.name,
        "title": lang.pick(kind.title.0, kind.title.1),
        "note": lang.pick(kind.note.0, kind.note.1),
        "night": asked.night.night,
        "run_id": asked.night.run_id,
        "night_before": asked.before,
        "window_days": asked.window.parse::<u16>().ok(),
        "index_version": asked.index,
        "lang": lang,
    })
}

fn print_title(kind: &Kind, asked: &Asked, lang: Lang) -> anyhow::Result<()> {
    let title = lang.pick(kind.title.0, kind.title.1);
    let night = asked.night.night;
    let mut line = match lang {
        Lang::Fr => format!("{title}, nuit du {night}"),
        Lang::En => format!("{title}, night of {night}"),
    };
    if let Some(before) = asked.before {
        line.push_str(&match lang {
            Lang::Fr => format!(" comparée à celle du {before}"),
            Lang::En => format!(" against that of {before}"),
        });
    }
    if kind.sql.contains("{window:UInt16}") {
        line.push_str(&format!(
            ", {} {}",
            asked.window,
            lang.pick("jours", "days")
        ));
    }
    if kind.sql.contains("{index:String}") {
        line.push_str(&format!(
            ", {} {}",
            lang.pick("indice", "index"),
            asked.index
        ));
    }
    say!("{line}")
}
