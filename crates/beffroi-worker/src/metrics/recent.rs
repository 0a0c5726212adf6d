//! How many requests there were in the last ten seconds.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Seconds of the window.
const WINDOW_SECS: u64 = 10;

/// Those of the window, and the present one.
const PARTS: usize = 11;

/// A count over the last ten whole seconds.
#[derive(Debug)]
pub(super) struct Recent {
    begun: Instant,
    /// By the second since `begun`, modulo [`PARTS`]: which second it stands for, and its count.
    parts: Mutex<[(u64, u64); PARTS]>,
}

impl Recent {
    /// What the window spans.
    pub(super) const WINDOW: Duration = Duration::from_secs(WINDOW_SECS);

    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            parts: Mutex::default(),
        }
    }

    pub(super) fn add(&self, count: u64) {
        let second = self.begun.elapsed().as_secs();
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let part = &mut parts[second as usize % PARTS];
        if part.0 != second {
            *part = (second, 0);
        }
        part.1 += count;
    }

    /// The count of the ten whole seconds before this one: of the present second nobody knows yet
    /// what it will bring.
    pub(super) fn count(&self) -> u64 {
        let second = self.begun.elapsed().as_secs();
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: u64| at + WINDOW_SECS >= second && at < second;
        let recent = parts.iter().filter(|(at, _)| is_recent(*at));
        recent.map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_last_ten_seconds_count() {
        let recent = Recent::new();
        for _ in 0..30 {
            recent.add(5);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        let counted = recent.count();
        assert_eq!(counted, 50);
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(recent.count(), 30);
        tokio::time::advance(Duration::from_secs(100)).await;
        assert_eq!(recent.count(), 0);
    }
}
