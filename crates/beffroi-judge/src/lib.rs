#![doc = include_str!("../README.md")]

mod alerts;
mod collectivities;
mod days;
mod error;
mod judge;
mod profile;
mod recall;
mod scores;
mod trend;

pub use alerts::{ALERT_DAYS, LookedAt};
pub use error::JudgeError;
pub use judge::{JudgeReport, VersionReport, judge_night};
pub use profile::profile;
pub use trend::Held;
