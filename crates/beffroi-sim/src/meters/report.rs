//! What the meters tell.

use std::collections::BTreeMap;

use beffroi_model::Platform;
use serde::{Deserialize, Serialize};

/// `/_sim/meters`: what each credential used, by platform and the credential's name: `1` for the
/// first secret of [`crate::Credentials`], `2` for the same with `-2` behind it, and so on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetersReport {
    /// By platform, then by name of the credential.
    pub platforms: BTreeMap<Platform, BTreeMap<String, CredentialMeter>>,
}

/// What one credential used since the meters were reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialMeter {
    /// Requests of any kind, refused ones among them.
    pub requests: u64,
    /// Units taken from each bucket; a refused call takes none.
    pub units: BTreeMap<String, u64>,
    /// Objects billed, by kind: each at most once in a UTC day.
    pub objects: BTreeMap<String, u64>,
    /// Objects that an answer held though they were billed that day already: free, but a client
    /// that asks for an object twice relies on it.
    #[serde(default)]
    pub again: BTreeMap<String, u64>,
    /// What they cost, in tenths of a US cent.
    pub cost_mills: u64,
    /// Calls refused, by kind.
    pub refusals: BTreeMap<String, u64>,
    /// Calls that a well-behaved client does not make.
    pub violations: BTreeMap<MeterViolation, u64>,
}

/// What a well-behaved client does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterViolation {
    /// A call after the client was told that the quota is spent, before it was there again.
    AfterTold,
    /// A call above what the platform publishes that it allows.
    AbovePublished,
}

impl MetersReport {
    /// Violations of all credentials together.
    pub fn violations(&self) -> u64 {
        let credentials = self.platforms.values().flat_map(BTreeMap::values);
        credentials
            .flat_map(|meter| meter.violations.values())
            .sum()
    }
}
