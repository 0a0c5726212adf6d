//! The crawl itself: jobs published, worked on or watched, until all have ended.

use std::time::Duration;

use anyhow::Context;
use beffroi_fetch::FetchClient;
use beffroi_model::{Job, Lane};
use beffroi_plan::Night;
use beffroi_queue::{Queue, QueueUrl};
use beffroi_store::Store;
use tokio_util::sync::CancellationToken;

use super::{
    poison::Poison,
    totals,
    turn::{Taken, Turn},
};
use crate::{
    commands::worker::{self, Watched},
    config::Config,
    progress::ProgressView,
};

/// Time between two looks at how far the run has come.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Jobs handed to the queue in one call.
const PUBLISH_JOBS: usize = 2_000;

/// How a crawl ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Complete,
    Interrupted,
    /// The store could not be asked for so long that another may have the turn. Nobody works here.
    InDoubt,
    /// Another run has the turn.
    Taken(Taken),
}

/// A worker at work.
type Working = tokio::task::JoinHandle<Result<(), beffroi_worker::WorkerError>>;

pub(super) struct Crawl<'a> {
    pub(super) config: &'a Config,
    pub(super) store: &'a Store,
    pub(super) client: &'a FetchClient,
    pub(super) queue: &'a Queue,
    pub(super) night: &'a Night,
    pub(super) works: bool,
    /// Cancelled by signals.
    pub(super) stop: CancellationToken,
}

impl Crawl<'_> {
    /// Publishes the jobs and works (or watches others work) until all have ended, or we are stopped,
    /// or it is no longer our turn.
    pub(super) async fn carry_out(
        &self,
        jobs: Vec<Job>,
        is_resumed: bool,
        turn: &mut Turn,
    ) -> anyhow::Result<End> {
        let lanes = self.night.lanes.all(&self.config.run.platforms);
        self.queue.declare(&lanes).await?;
        if is_resumed {
            // What is left was read from the store; what the queue still holds would be done twice.
            self.queue.purge(&lanes).await?;
        }
        let stop = self.stop.child_token();
        let working = self.start_worker(turn, stop.clone())?;
        let end = tokio::select! {
            watched = self.publish_and_watch(jobs, &lanes) => watched.map(|()| End::Complete),
            () = stop.cancelled() => Ok(End::Interrupted),
            end = self.until_turn_is_over(turn) => end,
        };
        stop.cancel();
        if let Some(working) = working {
            working.await.context("the worker was aborted")??;
        }
        end
    }

    /// Returns once the turn is another's, or may be. With a broker the workers' paces rest on it and
    /// not on the turn, so that they work on while the turn is taken back.
    async fn until_turn_is_over(&self, turn: &mut Turn) -> anyhow::Result<End> {
        loop {
            turn.lost().await;
            if self.config.queue.url == QueueUrl::InProcess {
                return Ok(End::InDoubt);
            }
            if let Some(taken) = turn.take_back().await? {
                return Ok(End::Taken(taken));
            }
        }
    }

    fn start_worker(
        &self,
        turn: &Turn,
        stop: CancellationToken,
    ) -> anyhow::Result<Option<Working>> {
        if !self.works {
            return Ok(None);
        }
        // With a broker the paces rest on it; else on the turn alone.
        let is_alone = self.config.queue.url == QueueUrl::InProcess;
        let term = turn.term().filter(|_| is_alone);
        let watched = Watched::new(self.config);
        let endpoints = watched.answer(self.config, self.client, self.store)?;
        let worker = worker::assemble(
            self.config,
            self.store,
            self.client,
            self.queue,
            watched,
            term.as_ref(),
            stop.clone(),
        )?;
        let task = tokio::spawn(async move {
            let result = worker.run().await;
            drop(endpoints);
            // A worker that ends by itself ends the run.
            stop.cancel();
            result
        });
        Ok(Some(task))
    }

    async fn publish_and_watch(&self, jobs: Vec<Job>, lanes: &[Lane]) -> anyhow::Result<()> {
        let run_id = &self.night.run_id;
        // In process a job that kills its worker kills the run with it.
        let mut poison = match self.config.queue.url {
            QueueUrl::InProcess => None,
            QueueUrl::RabbitMq(_) => Some(Poison::watch(self.queue, self.store, run_id).await?),
        };
        let mut view = ProgressView::new();
        for part in jobs.chunks(PUBLISH_JOBS) {
            self.queue.publish(part).await?;
        }
        drop(jobs);
        loop {
            match self.store.progress(run_id).await {
                Ok(progress) => {
                    view.show(&progress);
                    let (ended, planned) = totals(&progress);
                    if ended == planned {
                        break;
                    }
                    if let Some(poison) = &mut poison {
                        poison.look(ended).await;
                    }
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "progress is not known"
                    );
                }
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        drop(view);
        // Copies of jobs that have ended may still wait in the lanes.
        let left = self.queue.depth(lanes).await?;
        if left > 0 {
            tracing::debug!(jobs = left, "copies of ended jobs are left in the queue");
        }
        Ok(())
    }
}
