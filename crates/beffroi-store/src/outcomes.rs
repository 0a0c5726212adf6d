//! Ends of jobs that no worker writes: given by the coordinator, and taken back by hand.

use std::collections::HashSet;

use beffroi_model::{JobId, RunId};

use crate::{JobOutcomeRow, Millis, RunRow, Store, StoreError, run_state};

/// Jobs named in one statement: their ids travel in the address of the request.
const JOBS_AT_ONCE: usize = 1_000;

impl Store {
    /// Gives jobs their outcomes; durable when it returns. One that a worker gives later replaces it.
    pub async fn end_jobs(&self, outcomes: &[JobOutcomeRow]) -> Result<(), StoreError> {
        self.insert_rows("job_outcome", outcomes).await
    }

    /// Takes back how jobs of a run ended, so that they can be done again; their figures stay until
    /// new ones replace them. A complete run is `interrupted` from then on, until `run --resume` has
    /// finished it. How many of them had ended.
    pub async fn reopen_jobs(&self, jobs: &[JobId], run: &RunId) -> Result<u64, StoreError> {
        let Some(row) = self.run(run).await? else {
            return Err(StoreError::UnknownRun {
                run_id: run.to_string(),
            });
        };
        let jobs: HashSet<JobId> = jobs.iter().copied().collect();
        let jobs: Vec<JobId> = jobs.into_iter().collect();
        let mut ended = HashSet::new();
        for part in jobs.chunks(JOBS_AT_ONCE) {
            ended.extend(self.ended_jobs(run, part).await?);
        }
        if ended.is_empty() {
            return Ok(0);
        }
        // First, so that whatever happens in between leaves a run that is to be resumed.
        if row.state == run_state::COMPLETE {
            let interrupted = RunRow {
                state: run_state::INTERRUPTED.to_owned(),
                ended_at: None,
                updated_at: Millis::now(),
                ..row
            };
            self.write_run(&interrupted).await?;
        }
        let ended: Vec<JobId> = ended.into_iter().collect();
        for part in ended.chunks(JOBS_AT_ONCE) {
            self.remove_outcomes(run, part).await?;
        }
        Ok(ended.len() as u64)
    }

    async fn remove_outcomes(&self, run: &RunId, jobs: &[JobId]) -> Result<(), StoreError> {
        let ids: Vec<String> = jobs.iter().map(JobId::to_string).collect();
        let removed = self
            .client
            .query_raw(include_str!("queries/reopen.sql"))
            .with_setting("mutations_sync", "2")
            .param("partition", run.date().strftime("%Y%m").to_string())
            .param("run_id", run.as_str())
            .param("jobs", ids)
            .execute()
            .await;
        removed.map_err(|source| StoreError::Query {
            action: "take back the outcomes of jobs",
            source,
        })
    }
}
