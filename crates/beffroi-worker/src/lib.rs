#![doc = include_str!("../README.md")]

mod backoff;
mod batch;
mod journal;
mod known;
mod lookup;
mod metrics;
mod report;
mod settings;
mod worker;

pub use journal::StoreJournal;
pub use metrics::{
    Counted, HoldEnd, LaneMetrics, METRICS, METRICS_CONTENT_TYPE, MetricKind, MetricSpec, Metrics,
};
pub use report::{LaneReport, MAX_REPORT_BYTES, UnreadableReport, WorkerReport, WorkerState};
pub use settings::WorkerSettings;
pub use worker::{Means, Worker, WorkerError};
