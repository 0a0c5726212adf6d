//! What the client has done since it was made, for the process's metrics.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use beffroi_model::FetchRecord;
use dashmap::DashMap;

/// Running counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    exchanges: AtomicU64,
    body_bytes: AtomicU64,
    failures: DashMap<&'static str, u64>,
}

/// The counters at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountersSnapshot {
    /// Exchanges with servers, robots.txt, redirects and retries included.
    pub exchanges_total: u64,
    /// Bytes of bodies, after decompression.
    pub body_bytes_total: u64,
    /// Exchanges that failed, by error class.
    pub failures_total: BTreeMap<&'static str, u64>,
}

impl Counters {
    pub(crate) fn count(&self, record: &FetchRecord) {
        self.exchanges.fetch_add(1, Ordering::Relaxed);
        self.body_bytes
            .fetch_add(record.body_bytes, Ordering::Relaxed);
        if let Some(class) = record.error_class {
            *self.failures.entry(class).or_default() += 1;
        }
    }

    pub(crate) fn snapshot(&self) -> CountersSnapshot {
        CountersSnapshot {
            exchanges_total: self.exchanges.load(Ordering::Relaxed),
            body_bytes_total: self.body_bytes.load(Ordering::Relaxed),
            failures_total: self
                .failures
                .iter()
                .map(|e| (*e.key(), *e.value()))
                .collect(),
        }
    }
}
