//! The state of everything at one moment: a pure function of what the store, the broker and the
//! workers told.

use std::collections::HashMap;

use beffroi_model::Lane;
use beffroi_queue::{LaneDepth, RetryDepth};
use beffroi_worker::{LaneReport, WorkerState};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    fleet::Heard,
    runs::{LaneProgress, RunStatus, StoreView},
    warnings::{self, Warning},
};

/// What is printed.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    pub(super) at: Timestamp,
    /// The runs under way.
    pub(super) runs: Vec<RunStatus>,
    /// The latest run, when none is under way.
    pub(super) latest_run: Option<LatestRun>,
    /// `rabbitmq` or `in_process`; of the latter nothing below is known outside of its process.
    pub(super) queue: &'static str,
    pub(super) lanes: Vec<LaneStatus>,
    /// Jobs put off, by the delay that they wait for.
    pub(super) retries: Option<Vec<RetryTier>>,
    /// Dead letters.
    pub(super) dead: Option<u64>,
    pub(super) workers: Vec<WorkerStatus>,
    pub(super) warnings: Vec<Warning>,
}

/// A run that is not under way.
#[derive(Debug, Serialize)]
pub(super) struct LatestRun {
    pub(super) run_id: String,
    pub(super) state: String,
    /// Why it was skipped; empty else.
    pub(super) reason: String,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

/// Jobs that wait for a delay to pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RetryTier {
    pub(super) delay_secs: u64,
    pub(super) jobs: u64,
}

/// A lane. Counts are of its present owner's life; `None` without one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct LaneStatus {
    pub(super) lane: Lane,
    /// The worker that says that it holds it.
    pub(super) owner: Option<String>,
    pub(super) held_since: Option<Timestamp>,
    /// Jobs that wait in its queue: not those taken, nor those put off.
    pub(super) depth: Option<u64>,
    /// Consumers at the broker; some versions leave out those in line.
    pub(super) consumers: Option<u32>,
    pub(super) in_flight: Option<u32>,
    /// Requests a second, over the last ten.
    pub(super) requests_per_second: Option<f64>,
    /// What its budget allows; `None` where each host has its own.
    pub(super) allowed_per_second: Option<f64>,
    /// Of the runs under way.
    pub(super) planned: u64,
    pub(super) ended: u64,
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct WorkerStatus {
    pub(super) worker: String,
    pub(super) session: String,
    pub(super) version: String,
    pub(super) job_schema: u16,
    pub(super) state: WorkerState,
    pub(super) started_at: Timestamp,
    /// How long ago it was last heard.
    pub(super) heard_secs_ago: i64,
    pub(super) lanes: Vec<Lane>,
    pub(super) in_flight: u32,
    pub(super) sites_in_flight: u32,
    pub(super) rss_bytes: Option<u64>,
    pub(super) open_fds: Option<u64>,
}

/// What the broker told.
#[derive(Debug, Default)]
pub(super) struct BrokerView {
    pub(super) depths: Vec<LaneDepth>,
    pub(super) retries: Vec<RetryDepth>,
    pub(super) dead: u64,
}

impl Status {
    /// Puts together what was told; no `broker` where the queue is in another process.
    pub(super) fn of(
        store: StoreView,
        broker: Option<BrokerView>,
        heard: &[&Heard],
        now: Timestamp,
    ) -> Self {
        let lanes = lanes(broker.as_ref(), &store.lanes, heard, now);
        let warnings = warnings::of(&lanes, heard, now);
        let tier = |it: &RetryDepth| RetryTier {
            delay_secs: it.delay.as_secs(),
            jobs: it.waiting,
        };
        Self {
            at: now,
            runs: store.runs,
            latest_run: store.latest.map(|row| LatestRun {
                started_at: row.started_at.timestamp(),
                ended_at: row.ended_at.map(|at| at.timestamp()),
                run_id: row.run_id,
                state: row.state,
                reason: row.reason,
            }),
            queue: match broker {
                Some(_) => "rabbitmq",
                None => "in_process",
            },
            lanes,
            retries: (broker.as_ref()).map(|it| it.retries.iter().map(tier).collect()),
            dead: broker.as_ref().map(|it| it.dead),
            workers: heard.iter().map(|it| worker(it, now)).collect(),
            warnings,
        }
    }
}

/// Every lane that the broker, the store or a worker knows, by name.
fn lanes(
    broker: Option<&BrokerView>,
    progress: &HashMap<Lane, LaneProgress>,
    heard: &[&Heard],
    now: Timestamp,
) -> Vec<LaneStatus> {
    let depths = broker.map(|it| it.depths.as_slice()).unwrap_or_default();
    let depths: HashMap<&Lane, &LaneDepth> = depths.iter().map(|it| (&it.lane, it)).collect();
    let owners = owners(heard, now);
    let mut names: Vec<&Lane> = depths.keys().copied().collect();
    names.extend(progress.keys());
    names.extend(owners.keys());
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|lane| {
            let depth = depths.get(lane);
            let owner = owners.get(lane);
            let figures = owner.map(|(_, figures)| *figures);
            let done = progress.get(lane).copied().unwrap_or_default();
            LaneStatus {
                lane: lane.clone(),
                owner: owner.map(|(heard, _)| heard.report.worker.clone()),
                held_since: figures.and_then(|it| it.held_since),
                depth: depth.map(|it| it.ready),
                consumers: depth.map(|it| it.consumers),
                in_flight: figures.map(|it| it.in_flight),
                requests_per_second: figures.map(|it| it.requests as f64 / 10.0),
                allowed_per_second: figures.and_then(|it| it.allowed).map(|it| it / 10.0),
                planned: done.planned,
                ended: done.ended,
            }
        })
        .collect()
}

/// Who says that it holds each lane: the one that began last, where two do.
fn owners<'a>(
    heard: &[&'a Heard],
    now: Timestamp,
) -> HashMap<&'a Lane, (&'a Heard, &'a LaneReport)> {
    let mut owners: HashMap<&Lane, (&Heard, &LaneReport)> = HashMap::new();
    for worker in heard.iter().filter(|it| it.is_heard(now)) {
        for figures in held(worker) {
            let before = owners.get(&figures.lane);
            if before.is_none_or(|(_, before)| before.held_since < figures.held_since) {
                owners.insert(&figures.lane, (worker, figures));
            }
        }
    }
    owners
}

/// The lanes that a worker says it holds.
pub(super) fn held(heard: &Heard) -> impl Iterator<Item = &LaneReport> {
    let lanes = heard.report.lanes.iter();
    lanes.filter(|it| it.held_since.is_some())
}

fn worker(heard: &Heard, now: Timestamp) -> WorkerStatus {
    let report = &heard.report;
    WorkerStatus {
        worker: report.worker.clone(),
        session: report.session.to_string(),
        version: report.version.clone(),
        job_schema: report.job_schema,
        state: report.state,
        started_at: report.started_at,
        heard_secs_ago: heard.silence(now).as_secs(),
        lanes: held(heard).map(|it| it.lane.clone()).collect(),
        in_flight: report.lanes.iter().map(|it| it.in_flight).sum(),
        sites_in_flight: report.sites_in_flight,
        rss_bytes: report.rss_bytes,
        open_fds: report.open_fds,
    }
}
