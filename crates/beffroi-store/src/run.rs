//! Runs in the store: their plan, their progress, their end.

use std::collections::HashSet;

use beffroi_model::{Job, JobId, RunId};
use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    rows::{JobRow, RunRow},
};

/// The states of a run.
pub mod run_state {
    /// Its plan is being written; nothing has been published.
    pub const PLANNING: &str = "planning";
    /// Its jobs are published, or about to be.
    pub const RUNNING: &str = "running";
    /// It was stopped, or jobs of it were reopened; to be resumed.
    pub const INTERRUPTED: &str = "interrupted";
    /// Every job has its outcome.
    pub const COMPLETE: &str = "complete";
    /// Another run was at work when it was due: nothing was planned.
    pub const SKIPPED: &str = "skipped";
}

/// Rows of the plan sent in one insert.
const INSERT_ROWS: usize = 50_000;

/// How far a run has come on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The platform's word.
    pub platform: String,
    /// Jobs planned so far, discovered ones included.
    pub planned: u64,
    /// Jobs that have ended.
    pub ended: u64,
}

/// One line of a run's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct CertificateLine {
    /// The platform's word.
    pub platform: String,
    /// Category of the body (the first, when an account belongs to several).
    pub category: String,
    /// Its population band.
    pub stratum: String,
    /// The outcome; empty while the job has not ended.
    pub outcome: String,
    /// The outcome's reason; empty for measured and unchanged.
    pub reason: String,
    /// Jobs.
    pub jobs: u64,
}

#[derive(Row, Deserialize)]
struct CountRow {
    platform: String,
    jobs: u64,
}

#[derive(Row, Deserialize)]
struct JobIdRow {
    #[serde(with = "clickhouse::serde::uuid")]
    job_id: Uuid,
}

impl Store {
    /// Writes (or replaces) a run's row.
    pub async fn write_run(&self, run: &RunRow) -> Result<(), StoreError> {
        self.insert_rows("run", std::slice::from_ref(run)).await
    }

    /// A run's row.
    pub async fn run(&self, run: &RunId) -> Result<Option<RunRow>, StoreError> {
        self.client
            .query_raw(include_str!("queries/run.sql"))
            .param("run_id", run.as_str())
            .fetch_optional()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the run",
                source,
            })
    }

    /// All runs, the latest first.
    pub async fn runs(&self) -> Result<Vec<RunRow>, StoreError> {
        self.client
            .query(include_str!("queries/runs.sql"))
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the runs",
                source,
            })
    }

    /// Writes the plan.
    pub async fn write_jobs(&self, jobs: &[Job]) -> Result<(), StoreError> {
        let now = jiff::Timestamp::now();
        for part in jobs.chunks(INSERT_ROWS) {
            let rows: Vec<JobRow> = part.iter().map(|job| JobRow::of(job, now)).collect();
            self.insert_rows("job", &rows).await?;
        }
        Ok(())
    }

    /// The jobs of a run that have not ended.
    pub async fn unfinished_jobs(&self, run: &RunId) -> Result<Vec<JobRow>, StoreError> {
        self.client
            .query_raw(include_str!("queries/unfinished_jobs.sql"))
            .param("run_id", run.as_str())
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the unfinished jobs",
                source,
            })
    }

    /// The jobs that were planned before the run began; those that discovery added are left out.
    pub async fn planned_jobs(&self, run: &RunId) -> Result<Vec<JobId>, StoreError> {
        let rows = self
            .client
            .query_raw(include_str!("queries/planned_job_ids.sql"))
            .param("run_id", run.as_str())
            .fetch_all::<JobIdRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the plan",
                source,
            })?;
        Ok(rows
            .into_iter()
            .map(|row| JobId::from_uuid(row.job_id))
            .collect())
    }

    /// Which of these jobs have ended already: delivered again, or published twice.
    pub async fn ended_jobs(
        &self,
        run: &RunId,
        jobs: &[JobId],
    ) -> Result<HashSet<JobId>, StoreError> {
        let ids: Vec<String> = jobs.iter().map(JobId::to_string).collect();
        let rows = self
            .client
            .query_raw(include_str!("queries/ended_jobs.sql"))
            .param("run_id", run.as_str())
            .param("jobs", ids)
            .fetch_all::<JobIdRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "look for ended jobs",
                source,
            })?;
        Ok(rows
            .into_iter()
            .map(|row| JobId::from_uuid(row.job_id))
            .collect())
    }

    /// How far the run has come. Outcomes are counted before the plan: a job's finds enter the plan
    /// before the job's own outcome is written, so when both counts are equal nothing is left.
    pub async fn progress(&self, run: &RunId) -> Result<Vec<Progress>, StoreError> {
        let ended = self.counts(include_str!("queries/ended.sql"), run).await?;
        let planned = self
            .counts(include_str!("queries/planned.sql"), run)
            .await?;
        Ok(planned
            .into_iter()
            .map(|plan| {
                let ended = ended.iter().find(|row| row.platform == plan.platform);
                Progress {
                    planned: plan.jobs,
                    ended: ended.map_or(0, |row| row.jobs),
                    platform: plan.platform,
                }
            })
            .collect())
    }

    async fn counts(&self, sql: &str, run: &RunId) -> Result<Vec<CountRow>, StoreError> {
        self.client
            .query_raw(sql)
            .param("run_id", run.as_str())
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "count the jobs",
                source,
            })
    }

    /// The lines of the run's certificate.
    pub async fn certificate(&self, run: &RunId) -> Result<Vec<CertificateLine>, StoreError> {
        self.client
            .query_raw(include_str!("queries/certificate.sql"))
            .param("run_id", run.as_str())
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "compute the certificate",
                source,
            })
    }
}
