//! `beffroi rollup`: the figures of judged nights and what follows from them, computed anew.

use std::process::ExitCode;

use anyhow::{bail, ensure};
use beffroi_judge::JudgeReport;
use beffroi_policy::Policies;
use beffroi_store::{Claimant, Day, JudgedNight, RollupReport, Store, kept_nights};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    cli::RollupArgs,
    commands::judge,
    config::Config,
    machine,
    output::{self, say},
    policies,
    services::StoreService,
};

pub(crate) async fn rollup(config: &Config, args: RollupArgs) -> anyhow::Result<ExitCode> {
    let policies = policies::load(config)?;
    let service = StoreService::open(config).await?;
    let result = nights(config, &service.store, &policies, &args).await;
    service.close().await?;
    result
}

/// What was computed of a night.
#[derive(Debug, Serialize)]
pub(crate) struct NightReport {
    #[serde(flatten)]
    figures: RollupReport,
    judgement: JudgeReport,
}

async fn nights(
    config: &Config,
    store: &Store,
    policies: &Policies,
    args: &RollupArgs,
) -> anyhow::Result<ExitCode> {
    let judged = store.judged_nights().await?;
    let nights = asked(&judged, config.figures.keep_nights.get(), args)?;
    let mut reports = Vec::new();
    for (place, night) in (1..).zip(&nights) {
        if nights.len() > 1 {
            tracing::info!(run.id = night.run_id, "night {place} of {}", nights.len());
        }
        let report = compute(config, store, policies, night).await?;
        if !args.json {
            print(&report.figures)?;
            judge::print(&report.judgement)?;
        }
        reports.push(report);
    }
    if args.json {
        output::print_json(&reports)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Computes everything that is computed of a judged night: its figures, then scores, alerts and recall.
pub(crate) async fn compute(
    config: &Config,
    store: &Store,
    policies: &Policies,
    night: &JudgedNight,
) -> anyhow::Result<NightReport> {
    let claimant = Claimant {
        who: format!("process {} on {}", std::process::id(), machine::name()),
        what: format!("figures of {}", night.run_id),
    };
    // What is kept and what may be combined are the policies' of now, also in a store's first night.
    policies::write_down(store, policies).await?;
    let figures = store.rollup(night, &config.figures, &claimant).await?;
    let judgement = judge::by_all_versions(store, policies, night).await?;
    Ok(NightReport { figures, judgement })
}

/// What to type to compute a night again.
pub(crate) fn command_to_repeat(night: Date) -> String {
    format!("beffroi rollup --night {night}")
}

/// The nights that are asked for, the oldest first, since what a night is compared with is the night
/// before it.
fn asked(
    judged: &[JudgedNight],
    keep_nights: u16,
    args: &RollupArgs,
) -> anyhow::Result<Vec<JudgedNight>> {
    let Some(newest) = judged.last() else {
        bail!("no night is judged yet: that takes a complete `beffroi run` without `--only`");
    };
    let kept = kept_nights(judged, keep_nights);
    let since = |first: Day| {
        let is_asked = |it: &&JudgedNight| it.night >= first && kept.contains(&it.night);
        judged.iter().filter(is_asked).cloned().collect()
    };
    if args.all {
        return Ok(since(Day(0)));
    }
    if let Some(first) = args.since {
        return Ok(since(Day::from(first)));
    }
    let Some(date) = args.night else {
        return Ok(vec![newest.clone()]);
    };
    let night = Day::from(date);
    let Some(found) = judged.iter().find(|it| it.night == night) else {
        bail!(
            "the night of {date} is not judged: that takes a complete `beffroi run --date {date}` \
             without `--only`"
        );
    };
    ensure!(
        kept.contains(&night),
        "of nights older than {keep_nights} days only the last of each week keeps its figures \
         (`figures.keep_nights`), and {date} is none"
    );
    Ok(vec![found.clone()])
}

fn print(report: &RollupReport) -> anyhow::Result<()> {
    say!("Figures of {}, in {:.1} s", report.run_id, report.secs)?;
    let mut table = output::table(["table", "rows", "seconds"], 1);
    for it in &report.tables {
        table.add_row([
            it.table.to_owned(),
            output::thousands(it.rows),
            format!("{:.2}", it.secs),
        ]);
    }
    say!("{table}")?;
    if let Some(night) = report.posts_since {
        let night = night.date();
        say!("posts went on from the figures of {night}, since nothing was stored late")?;
    }
    if report.thinned > 0 {
        say!("{} partitions of older nights were dropped", report.thinned)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use beffroi_store::Millis;

    use super::*;

    fn args(night: Option<&str>, since: Option<&str>, all: bool) -> RollupArgs {
        let date = |text: &str| text.parse().unwrap();
        RollupArgs {
            night: night.map(date),
            since: since.map(date),
            all,
            json: false,
        }
    }

    fn shown(args: &RollupArgs) -> anyhow::Result<Vec<String>> {
        let first: Date = "2026-09-01".parse().unwrap();
        let judged: Vec<JudgedNight> = (0..80)
            .map(|n| {
                let night = Day(Day::from(first).0 + n);
                JudgedNight {
                    run_id: night.date().to_string(),
                    night,
                    as_of: Millis(0),
                }
            })
            .collect();
        let nights = asked(&judged, 35, args)?;
        Ok(nights.into_iter().map(|it| it.run_id).collect())
    }

    #[test]
    fn only_nights_that_keep_their_figures_are_computed() {
        assert_eq!(shown(&args(None, None, false)).unwrap(), ["2026-11-19"]);
        let since = shown(&args(None, Some("2026-11-15"), false)).unwrap();
        assert_eq!(since.len(), 5);
        let all = shown(&args(None, None, true)).unwrap();
        assert_eq!(all[..2], ["2026-09-06", "2026-09-13"]);
        assert!(all.is_sorted());
        assert_eq!(
            shown(&args(Some("2026-09-06"), None, false)).unwrap(),
            ["2026-09-06"]
        );
        let old = shown(&args(Some("2026-09-07"), None, false)).unwrap_err();
        assert!(old.to_string().contains("figures.keep_nights"), "{old}");
        let missing = shown(&args(Some("2026-08-07"), None, false)).unwrap_err();
        assert!(missing.to_string().contains("is not judged"), "{missing}");
        assert!(asked(&[], 35, &args(None, None, true)).is_err());
    }
}
