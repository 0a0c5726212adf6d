//! What somebody should look at.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_model::Lane;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    fleet::Heard,
    snapshot::{LaneStatus, held},
};

/// Names that a warning spells out; of more it says how many.
const NAMED: usize = 5;

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Warning {
    pub(super) kind: WarningKind,
    /// For people.
    pub(super) text: String,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WarningKind {
    /// Jobs wait in a lane that nobody consumes.
    LaneWithoutConsumer,
    /// A worker is silent.
    WorkerSilent,
    /// Two workers say that they hold a lane.
    LaneHeldTwice,
    /// The workers differ in `queue.hold`, on which the exactness of budgets rests.
    HoldsDiffer,
    /// Workers of several versions are at work.
    VersionsDiffer,
}

/// What is wrong in this state of things.
pub(super) fn of(lanes: &[LaneStatus], heard: &[&Heard], now: Timestamp) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, text| warnings.push(Warning { kind, text });

    let is_left = |it: &&LaneStatus| it.depth.unwrap_or_default() > 0 && it.consumers == Some(0);
    let left: Vec<&LaneStatus> = lanes.iter().filter(is_left).collect();
    if !left.is_empty() {
        let jobs: u64 = left.iter().filter_map(|it| it.depth).sum();
        let names = named(left.iter().map(|it| it.lane.as_str()));
        let text = format!("{jobs} jobs wait in lanes that nobody consumes: {names}");
        warn(WarningKind::LaneWithoutConsumer, text);
    }
    for silent in heard.iter().filter(|it| !it.is_heard(now)) {
        let secs = silent.silence(now).as_secs();
        let name = &silent.report.worker;
        let text = format!("the worker `{name}` has not been heard for {secs} s");
        warn(WarningKind::WorkerSilent, text);
    }
    let there: Vec<&Heard> = heard
        .iter()
        .copied()
        .filter(|it| it.is_heard(now))
        .collect();
    let mut holders: BTreeMap<&Lane, Vec<&str>> = BTreeMap::new();
    for worker in &there {
        for figures in held(worker) {
            holders
                .entry(&figures.lane)
                .or_default()
                .push(&worker.report.worker);
        }
    }
    for (lane, workers) in holders.iter().filter(|(_, workers)| workers.len() > 1) {
        let text = format!(
            "{} say that they hold `{lane}`; unless it has just changed hands, something is wrong",
            named(workers.iter().copied())
        );
        warn(WarningKind::LaneHeldTwice, text);
    }
    let holds: BTreeSet<u64> = there.iter().map(|it| it.report.hold_ms).collect();
    if holds.len() > 1 {
        let text = format!(
            "the workers differ in `queue.hold` ({} ms): it must be the same for all",
            named(holds.iter().map(ToString::to_string))
        );
        warn(WarningKind::HoldsDiffer, text);
    }
    let version = |it: &&Heard| format!("{} (jobs {})", it.report.version, it.report.job_schema);
    let versions: BTreeSet<String> = there.iter().map(version).collect();
    if versions.len() > 1 {
        let text = format!(
            "workers of several versions are at work: {}",
            named(versions)
        );
        warn(WarningKind::VersionsDiffer, text);
    }
    warnings
}

fn named(names: impl IntoIterator<Item = impl ToString>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|it| it.to_string()).collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
