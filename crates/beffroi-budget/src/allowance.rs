//! Buckets, and what is allowed of each.

use beffroi_model::Platform;
use serde::{Deserialize, Serialize};

use crate::Period;

/// What is counted.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unit {
    /// Requests.
    Requests,
    /// Units of the platform's own tariff (YouTube).
    Units,
    /// Objects that are billed or counted one by one (X's posts).
    Objects,
    /// Millionths of a US dollar, so that sums are exact.
    MicroDollars,
}

/// One thing that is counted for one credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BucketId {
    /// The platform.
    pub platform: Platform,
    /// The credential's name in the configuration; empty where none is asked for.
    pub credential: String,
    /// The bucket's name, the connector's own word: `units`, `statistics`, `lookups`, `money`.
    pub bucket: String,
}

impl std::fmt::Display for BucketId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            platform,
            credential,
            bucket,
        } = self;
        match credential.as_str() {
            "" => write!(f, "{platform}: {bucket}"),
            name => write!(f, "{platform}.{name}: {bucket}"),
        }
    }
}

/// What is allowed of a bucket. A bucket without one is counted, and not bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Allowance {
    /// The bucket's name.
    pub bucket: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// How much, in `unit`.
    pub amount: u64,
    /// For how long.
    pub period: Period,
}
