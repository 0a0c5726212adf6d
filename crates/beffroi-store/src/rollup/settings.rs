//! `[figures]` of the configuration.

use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

/// How the figures of a night are computed and kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FigureSettings {
    /// Share of a stratum's accounts, 0 to 1, that must have been measured (or found absent) in a night
    /// for the stratum to count as covered; figures over one that is not are flagged or withheld.
    /// Default 0.8.
    pub min_coverage: f64,
    /// Nights whose figures of accounts and of presence, and whose scores, are all kept. Of older weeks
    /// the last judged night is: the Sunday, where there is one. Default 35.
    pub keep_nights: NonZeroU16,
}

impl Default for FigureSettings {
    fn default() -> Self {
        Self {
            min_coverage: 0.8,
            keep_nights: NonZeroU16::new(35).expect("35 is not zero"),
        }
    }
}
