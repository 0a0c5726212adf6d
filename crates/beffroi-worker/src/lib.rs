#![doc = include_str!("../README.md")]

mod backoff;
mod batch;
mod health;
mod journal;
mod known;
mod lane_filter;
mod lookup;
mod metrics;
mod report;
mod settings;
mod worker;

pub use health::Health;
pub use journal::StoreJournal;
pub use lane_filter::{InvalidLanePattern, LaneFilter, LanePattern};
pub use metrics::{
    Counted, HoldEnd, LaneMetrics, METRICS, METRICS_CONTENT_TYPE, MetricKind, MetricSpec, Metrics,
};
pub use report::{LaneReport, MAX_REPORT_BYTES, UnreadableReport, WorkerReport, WorkerState};
pub use settings::WorkerSettings;
pub use worker::{Means, Worker, WorkerError};
