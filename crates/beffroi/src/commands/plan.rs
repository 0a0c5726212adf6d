//! `beffroi plan`, and what `run` shares with it.

mod show;

use std::{
    collections::{BTreeMap, HashMap},
    process::ExitCode,
    sync::Arc,
};

use beffroi_budget::{Allowance, BucketId, Journal, Tariff};
use beffroi_model::{Collectivity, CollectivityId, Lane, Platform, RunId};
use beffroi_plan::{
    Bounds, BucketState, Due, Night, Plan, Scope, Terms, WEBSITES, plan as plan_night,
};
use beffroi_store::Store;
use beffroi_worker::StoreJournal;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

use crate::{
    cli::PlanArgs,
    config::Config,
    services::{self, StoreService},
};

/// The bodies by key.
pub(crate) type Bodies = HashMap<CollectivityId, Collectivity>;

pub(crate) async fn plan(config: &Config, args: PlanArgs) -> anyhow::Result<ExitCode> {
    let scope = Scope::parse(args.only.iter().map(String::as_str))?;
    let service = StoreService::open(config).await?;
    let result = show_plan(config, &service.store, &scope, &args).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

async fn show_plan(
    config: &Config,
    store: &Store,
    scope: &Scope,
    args: &PlanArgs,
) -> anyhow::Result<()> {
    super::registry::ensure_registry(store).await?;
    let now = Timestamp::now();
    let night = night(config, run_id(args.date, scope), now);
    let bodies = bodies(store).await?;
    let plan = of_night(config, store, &night, &bodies, scope).await?;
    let shown = show::Shown {
        config,
        night: &night,
        plan: &plan,
        now,
    };
    match (args.json, args.later) {
        (true, later) => shown.print_json(later),
        (false, true) => shown.print_later(),
        (false, false) => shown.print(),
    }
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

/// The plan of a night: its jobs, what they cost, and what is left for later.
pub(crate) async fn of_night(
    config: &Config,
    store: &Store,
    night: &Night,
    bodies: &Bodies,
    scope: &Scope,
) -> anyhow::Result<Plan> {
    let due = store.due_accounts().await?;
    let due = due
        .into_iter()
        .map(|it| Due {
            account: it.account,
            collectivity_ids: it.collectivity_ids,
            visited_at: it.visited_at,
        })
        .collect();
    let bounds = bounds(config, store, night).await?;
    let platforms = &config.run.platforms;
    Ok(plan_night(night, due, bodies, platforms, scope, &bounds))
}

/// What each lane is bound to tonight.
async fn bounds(config: &Config, store: &Store, night: &Night) -> anyhow::Result<Bounds> {
    let journal = StoreJournal::new(store.clone(), String::new());
    // Of another day's allowances nothing is spent.
    let is_tonight = night.run_id.date() == today_in_france();
    let mut terms = BTreeMap::new();
    for platform in config.run.platforms.iter().copied() {
        let (Some(settings), Some(tariff)) =
            (config.platforms.of(platform), tariff(config, platform))
        else {
            continue;
        };
        if platform == Platform::Website {
            let buckets = Vec::new();
            terms.insert(WEBSITES.to_owned(), Terms { tariff, buckets });
            continue;
        }
        let names: Vec<Option<&str>> = match settings.credentials() {
            None => vec![None],
            // Without a credential nothing is asked, and so nothing bounds it.
            Some(credentials) => credentials.keys().map(|name| Some(name.as_str())).collect(),
        };
        for name in names {
            let mut buckets = Vec::new();
            for allowance in settings.allowances() {
                let spent = match is_tonight {
                    true => spent(&journal, platform, name, allowance).await?,
                    false => 0,
                };
                buckets.push(BucketState { allowance, spent });
            }
            let lane = match name {
                Some(name) => Lane::of_credential(platform, name),
                None => Lane::api(platform),
            };
            let tariff = tariff.clone();
            terms.insert(lane.to_string(), Terms { tariff, buckets });
        }
    }
    Ok(Bounds {
        terms,
        night: config.run.longest_night,
    })
}

/// What the visits of a platform cost, as it is set; `None` of one that cannot be measured.
pub(crate) fn tariff(config: &Config, platform: Platform) -> Option<Tariff> {
    let mut tariff = config.platforms.of(platform)?.tariff();
    if platform == Platform::Website {
        for charge in &mut tariff.charges {
            charge.pace.per = config.fetch.host_interval;
        }
    }
    Some(tariff)
}

async fn spent(
    journal: &StoreJournal,
    platform: Platform,
    credential: Option<&str>,
    allowance: Allowance,
) -> anyhow::Result<u64> {
    let bucket = BucketId {
        platform,
        credential: credential.unwrap_or_default().to_owned(),
        bucket: allowance.bucket.to_owned(),
    };
    let since = allowance.period.since(Timestamp::now());
    let entries = journal.read(&bucket, since).await?;
    Ok(entries.iter().map(beffroi_budget::Entry::counted).sum())
}
