//! What a night came to.

use std::{collections::BTreeMap, time::Duration};

/// The figures of a night that two nights of one world must share, or nearly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Jobs planned, discovered ones among them; all have ended.
    pub planned: u64,
    /// Figures that were held against the simulator's truth.
    pub compared: u64,
    /// Requests that the simulator got.
    pub requests: u64,
    /// From the start of `beffroi run` to its end.
    pub night: Duration,
    /// The content of each table of facts in one number, whoever wrote it, when and how often.
    pub checksums: BTreeMap<String, String>,
}
