//! Whether this process is well, for those who watch it.
//!
//! *Alive*: the runtime turned within the last ten seconds; a process that is not should be started
//! anew. *Ready*: it has told the others of itself, and is not leaving; a process that is not yet
//! should be waited for.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{self, Instant};

/// A runtime that has not turned for so long is stuck; a heartbeat as old is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the runtime shows that it turns.
const TICK: Duration = Duration::from_secs(1);

/// How this process is. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Health(Arc<State>);

#[derive(Debug)]
struct State {
    ticked_at: Mutex<Instant>,
    announced_at: Mutex<Option<Instant>>,
    is_leaving: AtomicBool,
}

impl Health {
    /// A process that has just started.
    pub fn new() -> Self {
        Self(Arc::new(State {
            ticked_at: Mutex::new(Instant::now()),
            announced_at: Mutex::default(),
            is_leaving: AtomicBool::new(false),
        }))
    }

    /// Shows again and again that the runtime turns. Never returns: to be spawned, and aborted with
    /// whoever asks.
    pub async fn tick(self) {
        loop {
            *lock(&self.0.ticked_at) = Instant::now();
            time::sleep(TICK).await;
        }
    }

    /// A heartbeat went out and the queue confirmed it.
    pub fn announced(&self) {
        *lock(&self.0.announced_at) = Some(Instant::now());
    }

    /// The process takes nothing more.
    pub fn leaving(&self) {
        self.0.is_leaving.store(true, Ordering::Relaxed);
    }

    /// Whether the runtime turned lately: to be asked from outside of it.
    pub fn is_alive(&self) -> bool {
        lock(&self.0.ticked_at).elapsed() < PATIENCE
    }

    /// Why the process is not ready, as far as is known here; the store is asked elsewhere.
    pub fn reasons(&self) -> Vec<&'static str> {
        let mut reasons = Vec::new();
        match *lock(&self.0.announced_at) {
            None => reasons.push("no heartbeat has gone out yet"),
            Some(at) if at.elapsed() >= PATIENCE => {
                reasons.push("the broker has confirmed no heartbeat for ten seconds");
            }
            Some(_) => {}
        }
        if self.0.is_leaving.load(Ordering::Relaxed) {
            reasons.push("the worker is leaving");
        }
        reasons
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

/// What is kept is plain moments, whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_process_is_alive_while_its_runtime_turns() {
        let health = Health::new();
        let ticking = tokio::spawn(health.clone().tick());
        time::sleep(Duration::from_secs(60)).await;
        assert!(health.is_alive());
        ticking.abort();
        time::sleep(PATIENCE + TICK).await;
        assert!(!health.is_alive());
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_is_ready_from_its_first_heartbeat_until_it_leaves() {
        let health = Health::new();
        assert_eq!(health.reasons(), ["no heartbeat has gone out yet"]);
        health.announced();
        assert!(health.reasons().is_empty());
        time::sleep(PATIENCE).await;
        assert_eq!(health.reasons().len(), 1);
        health.announced();
        health.leaving();
        assert_eq!(health.reasons(), ["the worker is leaving"]);
    }
}
