//! The runs under way, as the store knows them.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use beffroi_model::{Lane, OutcomeKind, Platform};
use beffroi_plan::{Load, Terms, forecast};
use beffroi_store::{RunRow, Store, run_state};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{commands::plan, config::Config};

/// The states of a run that is at work, as far as the store knows.
const UNDER_WAY: [&str; 2] = [run_state::PLANNING, run_state::RUNNING];

/// The stretch over which the rate is taken, as in `outcomes.sql`.
const RATE_SECS: f64 = 300.0;

/// A run, and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RunStatus {
    pub(super) run_id: String,
    pub(super) state: String,
    pub(super) started_at: Timestamp,
    pub(super) planned: u64,
    pub(super) ended: u64,
    /// Jobs that ended a second, over the last five minutes or since the start; `None` at first.
    pub(super) jobs_per_second: Option<f64>,
    /// When the last job ends, if they go on ending at this rate; `None` when none has ended lately.
    pub(super) end_by_rate: Option<Timestamp>,
    /// What is left cannot end before: what the platforms' paces allow, with no time between. `None`
    /// when nothing is left, or the paces are not known.
    pub(super) end_at_the_earliest: Option<Timestamp>,
    /// The host or lane that bounds it.
    pub(super) bound_by: Option<String>,
    pub(super) platforms: Vec<PlatformProgress>,
}

/// A platform's part of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PlatformProgress {
    pub(super) platform: String,
    pub(super) planned: u64,
    pub(super) ended: u64,
    /// Jobs that ended, by outcome.
    pub(super) outcomes: BTreeMap<String, u64>,
}

/// Jobs of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LaneProgress {
    pub(super) planned: u64,
    pub(super) ended: u64,
}

/// A row of `outcomes.sql`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct OutcomeRow {
    pub(super) lane: String,
    pub(super) platform: String,
    pub(super) outcome: String,
    pub(super) jobs: u64,
    pub(super) recent: u64,
}

/// A row of `busiest_hosts.sql`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct HostRow {
    pub(super) platform: String,
    pub(super) host: String,
    pub(super) jobs: u64,
}

/// What the store knows.
#[derive(Debug, Default)]
pub(super) struct StoreView {
    /// The runs under way.
    pub(super) runs: Vec<RunStatus>,
    /// The latest run, when none is under way.
    pub(super) latest: Option<RunRow>,
    /// Over the runs under way.
    pub(super) lanes: HashMap<Lane, LaneProgress>,
}

impl StoreView {
    /// Asks the store.
    pub(super) async fn read(config: &Config, store: &Store) -> anyhow::Result<Self> {
        let runs = store.runs().await?;
        let mut view = Self::default();
        for row in runs
            .iter()
            .filter(|row| UNDER_WAY.contains(&row.state.as_str()))
        {
            let parameters = [("run_id", row.run_id.as_str())];
            let (outcomes, hosts) = tokio::try_join!(
                store.json_rows::<OutcomeRow>(include_str!("outcomes.sql"), &parameters),
                store.json_rows::<HostRow>(include_str!("busiest_hosts.sql"), &parameters),
            )?;
            view.add(config, row, &outcomes, &hosts, Timestamp::now());
        }
        if view.runs.is_empty() {
            view.latest = runs.into_iter().next();
        }
        Ok(view)
    }

    /// Adds a run.
    pub(super) fn add(
        &mut self,
        config: &Config,
        row: &RunRow,
        outcomes: &[OutcomeRow],
        hosts: &[HostRow],
        now: Timestamp,
    ) {
        let mut platforms: BTreeMap<&str, PlatformProgress> = BTreeMap::new();
        let mut recent = 0;
        for it in outcomes {
            let platform = platforms
                .entry(&it.platform)
                .or_insert_with(|| PlatformProgress {
                    platform: it.platform.clone(),
                    planned: 0,
                    ended: 0,
                    outcomes: BTreeMap::new(),
                });
            let lane = self.lanes.entry(lane(&it.lane)).or_default();
            platform.planned += it.jobs;
            lane.planned += it.jobs;
            if it.outcome.parse::<OutcomeKind>().is_ok() {
                platform.ended += it.jobs;
                lane.ended += it.jobs;
                recent += it.recent;
                *platform.outcomes.entry(it.outcome.clone()).or_default() += it.jobs;
            }
        }
        let platforms: Vec<PlatformProgress> = platforms.into_values().collect();
        let planned = platforms.iter().map(|it| it.planned).sum();
        let ended = platforms.iter().map(|it| it.ended).sum();
        let started_at = row.started_at.timestamp();
        let rate = rate(recent, now.duration_since(started_at));
        let bound = lower_bound(config, &self.lanes, hosts);
        self.runs.push(RunStatus {
            run_id: row.run_id.clone(),
            state: row.state.clone(),
            started_at,
            planned,
            ended,
            jobs_per_second: rate,
            end_by_rate: end_by_rate(planned - ended, rate, now),
            end_at_the_earliest: bound.as_ref().and_then(|(wait, _)| after(now, *wait)),
            bound_by: bound.map(|(_, by)| by),
            platforms,
        });
    }
}

fn lane(name: &str) -> Lane {
    serde_json::from_value(name.into()).expect("any text is a lane's name")
}

/// Jobs a second, of those that ended in the last minutes.
fn rate(recent: u64, since_start: SignedDuration) -> Option<f64> {
    let secs = since_start.as_secs_f64().min(RATE_SECS);
    // Of the first seconds nothing can be said.
    (secs >= 5.0).then(|| recent as f64 / secs)
}

fn end_by_rate(left: u64, rate: Option<f64>, now: Timestamp) -> Option<Timestamp> {
    let rate = rate.filter(|rate| *rate > 0.0)?;
    after(now, Duration::try_from_secs_f64(left as f64 / rate).ok()?)
}

fn after(now: Timestamp, wait: Duration) -> Option<Timestamp> {
    now.checked_add(wait).ok()
}

/// How long what is left takes at the paces allowed, as if all had been visited before (a first visit
/// costs more): by lane, and by the busiest host where each has its own pace.
fn lower_bound(
    config: &Config,
    lanes: &HashMap<Lane, LaneProgress>,
    hosts: &[HostRow],
) -> Option<(Duration, String)> {
    let mut longest: Option<(Duration, String)> = None;
    let mut consider = |platform: Platform, load: &Load, by: &str| {
        let Some(tariff) = plan::tariff(config, platform) else {
            return;
        };
        let terms = Terms {
            tariff,
            buckets: Vec::new(),
        };
        let secs = forecast(load, &terms, Duration::ZERO).lower_bound_secs;
        let wait = Duration::from_secs(secs);
        if !wait.is_zero() && longest.as_ref().is_none_or(|(longest, _)| *longest < wait) {
            longest = Some((wait, by.to_owned()));
        }
    };
    for host in hosts {
        if let Ok(platform) = host.platform.parse() {
            let load = Load {
                by_host: [(host.host.clone(), (0, host.jobs))].into(),
                ..Load::default()
            };
            consider(platform, &load, &host.host);
        }
    }
    for (lane, progress) in lanes {
        let name = lane.as_str().strip_prefix("api.").unwrap_or_default();
        if let Ok(platform) = name.split('.').next().unwrap_or_default().parse() {
            let load = Load {
                again: progress.planned - progress.ended,
                ..Load::default()
            };
            consider(platform, &load, lane.as_str());
        }
    }
    longest
}

#[cfg(test)]
mod tests;
