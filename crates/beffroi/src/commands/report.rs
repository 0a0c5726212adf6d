//! `beffroi report presence|engagement|peers|run`. Presence and outcomes are ours and public; figures
//! pass the gate of the policies.

use std::process::ExitCode;

use anyhow::{Context, bail};
use beffroi_model::Platform;
use beffroi_policy::Policies;
use beffroi_store::{RunRow, Store, reports, run_state};
use serde_json::Value;

use crate::{
    cli::{ReportArgs, ReportCommand, TableFormat},
    commands::{
        run::{command_to_begin, command_to_resume, stored_certificate},
        sql::print_result,
    },
    config::Config,
    gate::{Gate, Use},
    output::{self, say},
    policies,
    services::StoreService,
};

/// Rows of a table that is handed on as data: all.
const ALL_ROWS: u32 = u32::MAX;

/// Columns of the presence matrix that a terminal has no room for.
const NARROW_PRESENCE: [&str; 6] = [
    "threads", "snapchat", "peertube", "telegram", "whatsapp", "tiktok",
];

pub(crate) async fn report(config: &Config, command: ReportCommand) -> anyhow::Result<ExitCode> {
    let policies = policies::load(config)?;
    let service = StoreService::open(config).await?;
    let result = print(service.reader(), &policies, command).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

async fn print(store: &Store, policies: &Policies, command: ReportCommand) -> anyhow::Result<()> {
    match command {
        ReportCommand::Presence(args) => presence(store, &args).await,
        ReportCommand::Engagement { common, limit } => {
            engagement(store, policies, &common, limit).await
        }
        ReportCommand::Peers(args) => peers(store, policies, &args).await,
        ReportCommand::Run(args) => run(store, &args).await,
    }
}

/// The run that is meant: by its whole name, or the latest.
pub(crate) async fn find_run(store: &Store, name: Option<&str>) -> anyhow::Result<RunRow> {
    let runs = store.runs().await?;
    let found = match name {
        Some(name) => runs.iter().find(|run| run.run_id == name),
        // A night that was skipped has no figures.
        None => runs.iter().find(|run| run.state != run_state::SKIPPED),
    };
    match (found, name) {
        (Some(run), _) => Ok(run.clone()),
        (None, None) => bail!("there is no run yet; `beffroi run` makes one"),
        (None, Some(name)) => {
            let known: Vec<&str> = runs.iter().take(5).map(|run| run.run_id.as_str()).collect();
            bail!(
                "there is no run `{name}`; the latest are: {}",
                known.join(", ")
            )
        }
    }
}

/// The presence matrix, and on a terminal the published figures beside it.
async fn presence(store: &Store, args: &ReportArgs) -> anyhow::Result<()> {
    let run = find_run(store, args.run.as_deref()).await?;
    let parameters = [("run_id", run.run_id.as_str())];
    if args.format != TableFormat::Table {
        return print_result(store, reports::PRESENCE, &parameters, args.format, None).await;
    }
    say!(
        "Presence, run {}: share of bodies (%) that have an account",
        run.run_id
    )?;
    print_table(store, reports::PRESENCE, &parameters, 2, &NARROW_PRESENCE).await?;
    say!("(`--format csv` has the other platforms)\n\nBeside published figures (%)")?;
    print_table(store, reports::PUBLISHED, &parameters, 2, &[]).await
}

/// The engagement table.
async fn engagement(
    store: &Store,
    policies: &Policies,
    args: &ReportArgs,
    limit: u32,
) -> anyhow::Result<()> {
    let run = find_run(store, args.run.as_deref()).await?;
    let is_table = args.format == TableFormat::Table;
    let rows = if is_table { limit } else { ALL_ROWS }.to_string();
    let platforms = platforms(store, &run).await?;
    let gate = Gate::of_engagement(policies, &platforms, Use::EachAccount);
    let gated = gate.parameter();
    let parameters = [
        ("run_id", run.run_id.as_str()),
        ("limit", rows.as_str()),
        ("policy", gated.as_str()),
    ];
    if !is_table {
        let field = ("policy", serde_json::to_value(&gate)?);
        let sql = reports::ENGAGEMENT;
        return print_result(store, sql, &parameters, args.format, Some(field)).await;
    }
    say!(
        "Engagement, run {}: 28 days; E per thousand followers and post (Bonsón et al.)",
        run.run_id
    )?;
    let left_out = ["category", "followers_step", "policy"];
    print_table(store, reports::ENGAGEMENT, &parameters, 5, &left_out).await?;
    print_footnotes(&gate)
}

/// Medians over all platforms that may be combined.
async fn peers(store: &Store, policies: &Policies, args: &ReportArgs) -> anyhow::Result<()> {
    let run = find_run(store, args.run.as_deref()).await?;
    let platforms = platforms(store, &run).await?;
    let gate = Gate::of_engagement(policies, &platforms, Use::Together);
    let gated = gate.parameter();
    let rows = ALL_ROWS.to_string();
    let parameters = [
        ("run_id", run.run_id.as_str()),
        ("limit", rows.as_str()),
        ("policy", gated.as_str()),
    ];
    let sql = reports::peers();
    if args.format != TableFormat::Table {
        let field = ("policy", serde_json::to_value(&gate)?);
        return print_result(store, &sql, &parameters, args.format, Some(field)).await;
    }
    say!(
        "Peers, run {}: medians over the accounts of all networks that may be combined",
        run.run_id
    )?;
    print_table(store, &sql, &parameters, 2, &["policy"]).await?;
    print_footnotes(&gate)
}

/// The platforms of which a run has figures.
async fn platforms(store: &Store, run: &RunRow) -> anyhow::Result<Vec<Platform>> {
    #[derive(serde::Deserialize)]
    struct Row {
        platform: Platform,
    }
    let parameters = [("run_id", run.run_id.as_str())];
    let rows: Vec<Row> = store.json_rows(reports::PLATFORMS, &parameters).await?;
    Ok(rows.into_iter().map(|row| row.platform).collect())
}

fn print_footnotes(gate: &Gate) -> anyhow::Result<()> {
    for footnote in gate.footnotes() {
        say!("* {footnote}")?;
    }
    Ok(())
}

async fn run(store: &Store, args: &ReportArgs) -> anyhow::Result<()> {
    let run = find_run(store, args.run.as_deref()).await?;
    match args.format {
        TableFormat::Table if run.state == run_state::SKIPPED => {
            bail!(
                "run {} was skipped: {}; do it with `{}`",
                run.run_id,
                run.reason,
                command_to_begin(&run)
            )
        }
        TableFormat::Table if run.certificate.is_empty() => {
            bail!(
                "run {} has not ended (state: {}); go on with `{}`",
                run.run_id,
                run.state,
                command_to_resume(&run)
            )
        }
        TableFormat::Table => {
            let certificate = stored_certificate(&run)?;
            certificate.print()?;
            certificate.print_strata()
        }
        TableFormat::Json if !run.certificate.is_empty() => {
            output::print_json(&stored_certificate(&run)?)
        }
        format => {
            let parameters = [("run_id", run.run_id.as_str())];
            print_result(store, reports::RUN, &parameters, format, None).await
        }
    }
}

async fn print_table(
    store: &Store,
    sql: &str,
    parameters: &[(&str, &str)],
    text_columns: usize,
    left_out: &[&str],
) -> anyhow::Result<()> {
    let rows = store
        .rows(sql, parameters)
        .await
        .context("the report could not be made")?;
    let is_shown: Vec<bool> = rows
        .meta
        .iter()
        .map(|column| !left_out.contains(&column.name.as_str()))
        .collect();
    let shown = rows
        .meta
        .iter()
        .zip(&is_shown)
        .filter(|(_, is_shown)| **is_shown);
    let headings = shown.map(|(column, _)| column.name.replace('_', " "));
    let hidden_texts = is_shown[..text_columns]
        .iter()
        .filter(|is_shown| !**is_shown)
        .count();
    let mut table = output::table(headings, text_columns - hidden_texts);
    for row in rows.data {
        let cells = row.iter().zip(&is_shown).filter(|(_, is_shown)| **is_shown);
        table.add_row(cells.map(|(value, _)| cell(value)));
    }
    say!("{table}")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => output::MISSING.to_owned(),
        Value::String(text) => match text.parse::<u64>() {
            // ClickHouse writes 64-bit integers as strings, for the sake of JavaScript.
            Ok(number) => output::thousands(number),
            Err(_) => text.clone(),
        },
        Value::Number(number) => number
            .as_u64()
            .map_or_else(|| number.to_string(), output::thousands),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
