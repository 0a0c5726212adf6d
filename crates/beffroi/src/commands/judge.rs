//! `beffroi judge`: nights that have figures, by the versions of the index.

use std::process::ExitCode;

use anyhow::Context;
use beffroi_index::index::{IndexVersion, IndexVersions};
use beffroi_judge::{JudgeReport, judge_night};
use beffroi_policy::Policies;
use beffroi_store::{Claimant, JudgedNight, Store};
use jiff::civil::Date;

use crate::{
    cli::JudgeArgs,
    config::{Config, ConfigError},
    machine,
    output::{self, say},
    policies,
    services::StoreService,
};

/// What the lease of those who judge is called.
const LEASE: &str = "judge";

pub(crate) async fn judge(config: &Config, args: JudgeArgs) -> anyhow::Result<ExitCode> {
    // What is wrong with the command line or a file should be told before an engine is started.
    let versions = chosen(&args.versions)?;
    let policies = policies::load(config)?;
    let service = StoreService::open(config).await?;
    let result = nights(&service.store, &policies, &versions, &args).await;
    service.close().await?;
    result?;
    Ok(ExitCode::SUCCESS)
}

/// The versions asked for, all when none is.
fn chosen(names: &[String]) -> Result<Vec<IndexVersion>, ConfigError> {
    let shipped = IndexVersions::shipped();
    if names.is_empty() {
        return Ok(shipped.iter().cloned().collect());
    }
    names
        .iter()
        .map(|name| {
            shipped.get(name).cloned().ok_or_else(|| {
                let known: Vec<&str> = shipped.iter().map(|it| it.name.as_str()).collect();
                let known = known.join(", ");
                ConfigError::Wrong(format!(
                    "`--version {name}`: there is no such version of the index, expected {known}"
                ))
            })
        })
        .collect()
}

async fn nights(
    store: &Store,
    policies: &Policies,
    versions: &[IndexVersion],
    args: &JudgeArgs,
) -> anyhow::Result<()> {
    for night in asked(store, args).await? {
        let report = judged(store, policies, &night, versions).await?;
        if args.json {
            output::print_json(&report)?;
        } else {
            print(&report)?;
        }
    }
    Ok(())
}

/// Judges a night by all versions of the index.
pub(crate) async fn by_all_versions(
    store: &Store,
    policies: &Policies,
    night: &JudgedNight,
) -> anyhow::Result<JudgeReport> {
    let versions: Vec<IndexVersion> = IndexVersions::shipped().iter().cloned().collect();
    judged(store, policies, night, &versions).await
}

/// Judges a night while nobody else judges.
async fn judged(
    store: &Store,
    policies: &Policies,
    night: &JudgedNight,
    versions: &[IndexVersion],
) -> anyhow::Result<JudgeReport> {
    let claimant = Claimant {
        who: format!("process {} on {}", std::process::id(), machine::name()),
        what: format!("judgement of {}", night.run_id),
    };
    let lease = store
        .lease(LEASE, &claimant)
        .await
        .context("a night is being judged already")?;
    let judging = judge_night(store, policies, night.night.date(), &night.run_id, versions);
    let report = tokio::select! {
        report = judging => report,
        () = lease.lost() => anyhow::bail!(
            "the store was away for too long: another may judge by now; repeat it with `beffroi judge`"
        ),
    };
    // Also after an error, or the next who judges would wait for it to end by itself, as it does where this
    // fails.
    let _ = lease.release().await;
    Ok(report?)
}

/// The nights asked for; an error where there is none.
async fn asked(store: &Store, args: &JudgeArgs) -> anyhow::Result<Vec<JudgedNight>> {
    let (first, last) = (Date::constant(1970, 1, 1), Date::constant(2149, 6, 6));
    let (since, until) = match (args.night, args.since) {
        (Some(night), _) => (night, night),
        (None, Some(since)) => (since, last),
        (None, None) => (first, last),
    };
    let mut nights = store.nights_with_figures(since, until).await?;
    if args.night.is_none() && args.since.is_none() && !args.all {
        nights = nights.pop().into_iter().collect();
    }
    if nights.is_empty() {
        let which = match (args.night, args.since) {
            (Some(night), _) => format!("the night of {night} has no figures"),
            (None, Some(since)) => format!("no night since {since} has figures"),
            (None, None) => "no night has figures yet".to_owned(),
        };
        anyhow::bail!("{which} to judge; compute them first: `beffroi rollup`");
    }
    Ok(nights)
}

pub(crate) fn print(report: &JudgeReport) -> anyhow::Result<()> {
    say!(
        "{} judged in {:.1} s (run {})",
        report.night,
        report.seconds,
        report.run_id
    )?;
    for version in &report.versions {
        say!(
            "  {}: {} accounts, {} with a total, {} ranked; {} collectivities; {} posts set apart by raids",
            version.version,
            output::thousands(version.accounts),
            output::thousands(version.with_total),
            output::thousands(version.ranked),
            output::thousands(version.collectivities),
            output::thousands(version.posts_set_apart)
        )?;
    }
    for (kind, count) in &report.alerts {
        say!("  alert {kind}: {}", output::thousands(*count))?;
    }
    say!("  recall of discovery: {} estimates", report.recalls)
}
