//! Jobs under way in this process: one that is delivered a second time meanwhile waits for the first.

use std::{collections::HashMap, sync::Arc};

use beffroi_model::JobId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The jobs under way.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    jobs: std::sync::Mutex<HashMap<JobId, Arc<Mutex<()>>>>,
}

/// A job under way; dropped when it has ended.
#[derive(Debug)]
pub(crate) struct Underway {
    job: JobId,
    of: Arc<InFlight>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl InFlight {
    /// Waits until nobody else here works on the job.
    pub(crate) async fn enter(self: &Arc<Self>, job: JobId) -> Underway {
        let turn = Arc::clone(self.lock().entry(job).or_default());
        let mut underway = Underway {
            job,
            of: Arc::clone(self),
            guard: None,
        };
        underway.guard = Some(turn.lock_owned().await);
        underway
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Arc<Mutex<()>>>> {
        self.jobs
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut jobs = self.of.lock();
        self.guard = None;
        // Whoever waits holds it too.
        if jobs
            .get(&self.job)
            .is_some_and(|turn| Arc::strong_count(turn) == 1)
        {
            jobs.remove(&self.job);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use beffroi_model::{AccountId, Platform};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_delivered_twice_is_done_by_one_at_a_time_and_then_forgotten() {
        let jobs = Arc::new(InFlight::default());
        let run = "2026-11-23".parse().unwrap();
        let job = |handle| JobId::new(&run, AccountId::new(Platform::Website, handle));
        let first = jobs.enter(job("a")).await;
        let other = jobs.enter(job("b")).await;
        let patience = Duration::from_secs(1);
        let second = tokio::time::timeout(patience, jobs.enter(job("a"))).await;
        assert!(second.is_err(), "the first is under way");
        drop(first);
        let again = jobs.enter(job("a")).await;
        assert_eq!(jobs.lock().len(), 2);
        drop((again, other));
        assert!(jobs.lock().is_empty());
    }
}
