#![doc = include_str!("../README.md")]

mod backoff;
mod batch;
mod journal;
mod known;
mod lookup;
mod settings;
mod worker;

pub use journal::StoreJournal;
pub use settings::WorkerSettings;
pub use worker::{Means, Worker, WorkerError};
