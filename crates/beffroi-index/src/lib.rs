#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod dialogue;
pub mod engagement;
pub mod index;
pub mod peers;
pub mod presence;
mod problem;
pub mod score;
pub mod stats;
#[cfg(test)]
mod testing;
pub mod trends;

pub use problem::{InvalidFile, Problem};

/// The shipped versions of the index, `config/index.toml`.
pub const INDEX_FILE: &str = include_str!("../../../config/index.toml");

/// The shipped catalogue of metrics, `config/metrics.toml`.
pub const METRICS_FILE: &str = include_str!("../../../config/metrics.toml");

/// The shipped calendar, `config/calendar.toml`.
pub const CALENDAR_FILE: &str = include_str!("../../../config/calendar.toml");
