#![doc = include_str!("../README.md")]

mod backoff;
mod batch;
mod crowd;
mod ending;
mod fence;
mod fleet;
mod health;
mod hosts;
mod in_flight;
mod journal;
mod known;
mod lane_filter;
mod lane_task;
mod lookup;
mod membership;
mod metrics;
mod ownership;
mod report;
mod settings;
mod worker;

pub use fence::Fences;
pub use fleet::HoldsDiffer;
pub use health::Health;
pub use journal::StoreJournal;
pub use lane_filter::{InvalidLanePattern, LaneFilter, LanePattern};
pub use membership::MembershipError;
pub use metrics::{
    Counted, HoldEnd, LaneMetrics, METRICS, METRICS_CONTENT_TYPE, MetricKind, MetricSpec, Metrics,
};
pub use report::{LaneReport, MAX_REPORT_BYTES, UnreadableReport, WorkerReport, WorkerState};
pub use settings::WorkerSettings;
pub use worker::{Means, Worker, WorkerError};
