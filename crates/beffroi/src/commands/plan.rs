//! `beffroi plan`, and what `run` shares with it.

use std::{collections::HashMap, process::ExitCode, sync::Arc};

use beffroi_model::{Collectivity, CollectivityId, Job, Platform, RunId};
use beffroi_plan::{Due, Night, Scope, plan as plan_night, summarise};
use beffroi_store::Store;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

use crate::{
    cli::PlanArgs,
    config::Config,
    output::{self, say},
    services::{self, StoreService},
};

/// The bodies by key.
pub(crate) type Bodies = HashMap<CollectivityId, Collectivity>;

pub(crate) async fn plan(config: &Config, args: PlanArgs) -> anyhow::Result<ExitCode> {
    let scope = Scope::parse(args.only.iter().map(String::as_str))?;
    let service = StoreService::open(config).await?;
    let result = show(config, &service.store, &scope, args.date, args.json).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

async fn show(
    config: &Config,
    store: &Store,
    scope: &Scope,
    date: Option<Date>,
    json: bool,
) -> anyhow::Result<()> {
    super::registry::ensure_registry(store).await?;
    let night = night(config, run_id(date, scope), Timestamp::now());
    let bodies = bodies(store).await?;
    let jobs = jobs(store, &night, &bodies, &config.run.platforms, scope).await?;
    let summary = summarise(&jobs);
    if json {
        return output::print_json(&serde_json::json!({
            "run_id": night.run_id, "as_of": night.as_of, "plan": summary,
        }));
    }
    let mut table = output::table(["platform", "jobs"], 1);
    for (platform, jobs) in &summary.platforms {
        table.add_row([platform.to_string(), output::thousands(*jobs as u64)]);
    }
    table.add_row(["all".to_owned(), output::thousands(summary.jobs as u64)]);
    say!("Plan of run {}\n{table}", night.run_id)?;
    if !summary.busiest_hosts.is_empty() {
        let mut hosts = output::table(["hosts that many share", "jobs", "at least"], 1);
        for (host, jobs) in &summary.busiest_hosts {
            // A robots.txt once, then one page a job at the least.
            let bound = config.fetch.host_interval * u32::try_from(*jobs).unwrap_or(u32::MAX);
            hosts.add_row([
                host.clone(),
                output::thousands(*jobs as u64),
                format!("{} s", bound.as_secs()),
            ]);
        }
        say!("\n{hosts}")?;
    }
    say!("\nAccounts that the websites reveal are added during the night.")
}

/// Today's date where the collectivities are.
fn today_in_france() -> Date {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    Zoned::now().with_time_zone(zone).date()
}

/// The name of a night's run.
pub(crate) fn run_id(date: Option<Date>, scope: &Scope) -> RunId {
    let date = date.unwrap_or_else(today_in_france);
    let text = match scope.label() {
        Some(label) => format!("{date}.{label}"),
        None => date.to_string(),
    };
    text.parse()
        .expect("a date and a scope's label are a run id")
}

/// What all jobs of the night have in common.
pub(crate) fn night(config: &Config, run_id: RunId, as_of: Timestamp) -> Night {
    Night {
        run_id,
        as_of,
        lanes: Arc::new(services::lanes(config)),
    }
}

pub(crate) async fn bodies(store: &Store) -> anyhow::Result<Bodies> {
    let bodies = store.collectivities().await?;
    Ok(bodies
        .into_iter()
        .map(|body| (body.collectivity_id.clone(), body))
        .collect())
}

/// The jobs of a night.
pub(crate) async fn jobs(
    store: &Store,
    night: &Night,
    bodies: &Bodies,
    platforms: &[Platform],
    scope: &Scope,
) -> anyhow::Result<Vec<Job>> {
    let due = store.due_accounts().await?;
    let due = due
        .into_iter()
        .map(|it| Due {
            account: it.account,
            collectivity_ids: it.collectivity_ids,
        })
        .collect();
    Ok(plan_night(night, due, bodies, platforms, scope))
}
