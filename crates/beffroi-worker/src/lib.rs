#![doc = include_str!("../README.md")]

mod backoff;
mod batch;
mod known;
mod lanes;
mod lookup;
mod settings;
mod worker;

pub use lanes::all_lanes;
pub use settings::WorkerSettings;
pub use worker::{Worker, WorkerError};
