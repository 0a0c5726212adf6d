//! What a worker remembers of the runs it works for: their scope, and which jobs need not be
//! published again when an account is found on a second website.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use beffroi_model::{JobId, RunId};
use beffroi_plan::Scope;
use beffroi_store::{Store, StoreError};
use tokio::sync::Mutex as AsyncMutex;

use crate::hosts::Hosts;

/// Runs remembered; a worker meets one at a time, and a late job of the night before.
const MAX_RUNS: usize = 4;

/// A run as a worker sees it.
#[derive(Debug)]
pub(crate) struct KnownRun {
    pub(crate) scope: Scope,
    /// Jobs that are in the queue or have been: the plan's, and those that this worker published.
    /// Those that another worker published are not known here; such a job is in the queue twice,
    /// and its second delivery is acknowledged unread once the first has ended.
    published: Mutex<HashSet<JobId>>,
}

impl KnownRun {
    /// Whether the job has still to be published. Asking does not claim it: a job counts as published
    /// only once the queue has confirmed it.
    pub(crate) fn is_new(&self, job: JobId) -> bool {
        !self.lock().contains(&job)
    }

    /// Remembers that the queue holds these jobs.
    pub(crate) fn published(&self, jobs: impl IntoIterator<Item = JobId>) {
        self.lock().extend(jobs);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<JobId>> {
        self.published
            .lock()
            .expect("no one panics while holding this lock")
    }
}

/// The runs a worker has met. Loaded from the store at first sight.
#[derive(Debug)]
pub(crate) struct KnownRuns {
    store: Store,
    hosts: Arc<Hosts>,
    runs: AsyncMutex<HashMap<RunId, Arc<KnownRun>>>,
}

impl KnownRuns {
    pub(crate) fn new(store: Store, hosts: Arc<Hosts>) -> Self {
        Self {
            store,
            hosts,
            runs: AsyncMutex::default(),
        }
    }

    pub(crate) async fn get(&self, run: &RunId) -> Result<Arc<KnownRun>, StoreError> {
        let mut runs = self.runs.lock().await;
        if let Some(known) = runs.get(run) {
            return Ok(Arc::clone(known));
        }
        let scope = match self.store.run(run).await? {
            Some(row) => {
                serde_json::from_str(&row.scope).map_err(|problem| StoreError::Corrupt {
                    column: "run.scope",
                    value: row.scope,
                    problem: problem.to_string(),
                })?
            }
            None => Scope::default(),
        };
        self.hosts.know_fronts(run).await?;
        let published = self.store.planned_jobs(run).await?.into_iter().collect();
        if runs.len() >= MAX_RUNS {
            // Run ids sort by date: forget the oldest.
            if let Some(oldest) = runs.keys().min().cloned() {
                runs.remove(&oldest);
            }
        }
        let known = Arc::new(KnownRun {
            scope,
            published: Mutex::new(published),
        });
        runs.insert(run.clone(), Arc::clone(&known));
        Ok(known)
    }
}
