//! Many states by key, of which only those in use are kept.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use dashmap::DashMap;
use tokio::time::Instant;

/// States kept without looking for idle ones.
pub(super) const SWEEP_FLOOR: usize = 1024;

/// A state that can be forgotten once nothing depends on it.
pub(super) trait Forgettable {
    /// Whether a fresh state would behave in the same way.
    fn is_idle(&self, now: Instant) -> bool;
}

/// States by key. Those that nobody holds and that are idle are dropped when the map has doubled,
/// so that it stays within twice what is really in use.
pub(super) struct States<K: Hash + Eq, V> {
    states: DashMap<K, Arc<V>>,
    sweep_at: AtomicUsize,
}

impl<K: Hash + Eq + Clone, V: Forgettable> States<K, V> {
    pub(super) fn new() -> Self {
        Self {
            states: DashMap::new(),
            sweep_at: AtomicUsize::new(SWEEP_FLOOR),
        }
    }

    pub(super) fn get(&self, key: &K, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(state) = self.states.get(key) {
            return state.clone();
        }
        if self.states.len() >= self.sweep_at.load(Ordering::Relaxed) {
            let now = Instant::now();
            // The map's own lock is held here: a count of one means that nobody can get another.
            self.states
                .retain(|_, state| Arc::strong_count(state) > 1 || !state.is_idle(now));
            let next = (self.states.len() * 2).max(SWEEP_FLOOR);
            self.sweep_at.store(next, Ordering::Relaxed);
        }
        self.states
            .entry(key.clone())
            .or_insert_with(|| Arc::new(make()))
            .clone()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.states.len()
    }
}
