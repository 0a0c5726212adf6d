//! Look-ups of what the store knows of the jobs about to begin, gathered so that hundreds of jobs
//! cost two queries: has the job ended already (it was delivered twice), and what did its connector
//! leave at its last visit.

use std::{collections::HashMap, time::Duration};

use beffroi_model::{AccountId, Job, JobId, RunId};
use beffroi_store::Store;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time,
};

use crate::Metrics;

/// Look-ups that wait. Those who ask hold a delivery, so this is bounded by the prefetch anyway.
const QUEUE_CAPACITY: usize = 1_024;

/// Jobs in one query: their ids travel in the request's address, which ClickHouse limits to 1 MiB.
const MAX_JOBS: usize = 500;

/// How long the first of a batch waits for company.
const LINGER: Duration = Duration::from_millis(10);

/// The longest pause between tries while the store is away.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// What is known of a job before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) has_ended: bool,
    pub(crate) previous_state: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Lookups {
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
struct Request {
    run: RunId,
    job: JobId,
    account: AccountId,
    answer: oneshot::Sender<Known>,
}

impl Lookups {
    /// Starts the task that answers; it ends when all `Lookups` are dropped.
    pub(crate) fn start(store: Store, metrics: Metrics) -> (Self, JoinHandle<()>) {
        let (requests, queue) = mpsc::channel(QUEUE_CAPACITY);
        (
            Self { requests },
            tokio::spawn(answer_all(store, metrics, queue)),
        )
    }

    /// What is known of a job; `None` when the look-ups have stopped (a bug of the store's schema,
    /// logged by the task).
    pub(crate) async fn known(&self, job: &Job) -> Option<Known> {
        let (answer, known) = oneshot::channel();
        let request = Request {
            run: job.run_id.clone(),
            job: job.job_id,
            account: job.account.account_id(),
            answer,
        };
        self.requests.send(request).await.ok()?;
        known.await.ok()
    }
}

async fn answer_all(store: Store, metrics: Metrics, mut queue: mpsc::Receiver<Request>) {
    let mut requests = Vec::with_capacity(MAX_JOBS);
    while queue.recv_many(&mut requests, MAX_JOBS).await > 0 {
        if requests.len() < MAX_JOBS {
            time::sleep(LINGER).await;
            while requests.len() < MAX_JOBS
                && let Ok(request) = queue.try_recv()
            {
                requests.push(request);
            }
        }
        let mut runs: HashMap<RunId, Vec<Request>> = HashMap::new();
        for request in requests.drain(..) {
            runs.entry(request.run.clone()).or_default().push(request);
        }
        for (run, requests) in runs {
            let begun = time::Instant::now();
            if !answer(&store, &run, requests).await {
                return;
            }
            metrics.looked_up(begun.elapsed());
        }
    }
}

/// Answers the requests of one run, waiting while the store is away. `false` when it is no use.
async fn answer(store: &Store, run: &RunId, requests: Vec<Request>) -> bool {
    let jobs: Vec<JobId> = requests.iter().map(|request| request.job).collect();
    let accounts: Vec<AccountId> = requests.iter().map(|request| request.account).collect();
    let mut pause = Duration::from_millis(200);
    loop {
        let found = tokio::try_join!(
            store.ended_jobs(run, &jobs),
            store.previous_states(run, &accounts)
        );
        let error = match found {
            Ok((ended, mut states)) => {
                for request in requests {
                    let known = Known {
                        has_ended: ended.contains(&request.job),
                        previous_state: states.remove(&request.account),
                    };
                    // Whoever asked may be gone with the shutdown.
                    let _ = request.answer.send(known);
                }
                return true;
            }
            Err(error) => error,
        };
        if !error.is_transient() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "look-ups in the store failed for good"
            );
            return false;
        }
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the store does not answer look-ups, trying again"
        );
        time::sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}
