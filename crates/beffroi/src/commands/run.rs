//! `beffroi run`: one night, from the plan to the certificate.
//!
//! The store is the truth of a run: its plan, its outcomes, its state. So a run can be stopped or
//! killed at any moment; what is left is what has no outcome yet.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use beffroi_fetch::FetchClient;
use beffroi_model::{AccountRef, Job, JobId, Lane, Origin, RunId, Subject};
use beffroi_plan::{Night, Plan, Scope};
use beffroi_policy::Policies;
use beffroi_queue::Queue;
use beffroi_store::{Day, JobRow, Millis, Progress, RunRow, Store};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{
    certificate::Certificate,
    cli::RunArgs,
    commands::{
        lanes,
        only_run::OnlyRun,
        plan::{self, Bodies},
        registry::ensure_registry,
        worker,
    },
    config::Config,
    output::{self, tell},
    policies,
    progress::ProgressView,
    services::{self, StoreService},
};

/// Time between two looks at how far the run has come.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Jobs handed to the queue in one call.
const PUBLISH_JOBS: usize = 2_000;

/// Exit status of a run that was interrupted, as a shell has it for Ctrl-C.
const INTERRUPTED: u8 = 130;

mod state {
    pub(super) const PLANNING: &str = "planning";
    pub(super) const RUNNING: &str = "running";
    pub(super) const INTERRUPTED: &str = "interrupted";
    pub(super) const COMPLETE: &str = "complete";
}

pub(crate) async fn run(config: &Config, args: RunArgs) -> anyhow::Result<ExitCode> {
    // Before anything is started: a wrong restriction or setting should cost nothing.
    Scope::parse(args.only.iter().map(String::as_str))?;
    let policies = policies::load(config)?;
    let client = services::client(config)?;
    let service = StoreService::open(config).await?;
    let result = run_on(config, &policies, &service.store, &client, &args).await;
    service.close().await?;
    result
}

/// One night on a store that is open already.
async fn run_on(
    config: &Config,
    policies: &Policies,
    store: &Store,
    client: &FetchClient,
    args: &RunArgs,
) -> anyhow::Result<ExitCode> {
    store.check_clock().await?;
    let scope = &Scope::parse(args.only.iter().map(String::as_str))?;
    let begin_alone = || OnlyRun::begin(&config.engine.data_dir);
    let _only_run = config.store.is_embedded().then(begin_alone).transpose()?;
    ensure_registry(store).await?;
    let run_id = plan::run_id(args.date, scope);
    let present = store.run(&run_id).await?;
    match &present {
        Some(row) if row.state == state::COMPLETE => {
            tracing::info!(run.id = %run_id, "this night is complete; nothing to do");
            return show_stored(row, args.json);
        }
        Some(row) if row.state != state::PLANNING && !args.resume => {
            let (ended, planned) = totals(&store.progress(&run_id).await?);
            bail!(
                "run {run_id} has begun already ({ended} of {planned} jobs have ended); go on with \
                 `{}`",
                command_to_resume(row)
            );
        }
        Some(_) | None => {}
    }
    // Before anything is written: a broker that cannot be reached should leave no trace.
    let queue = services::open_queue(config).await?;
    let bodies = plan::bodies(store).await?;
    let (row, jobs, is_resumed) = match present {
        // Cut short while planning: nothing was published yet, so plan again.
        Some(row) if row.state == state::PLANNING => {
            begin(config, store, client, row, &bodies, scope).await?
        }
        Some(row) => resume(config, store, client, row, &bodies).await?,
        None => {
            begin(
                config,
                store,
                client,
                new_row(&run_id, scope),
                &bodies,
                scope,
            )
            .await?
        }
    };
    let night = plan::night(config, run_id, row.as_of.timestamp());
    let crawl = Crawl {
        config,
        store,
        client,
        queue: &queue,
        night: &night,
        works: !args.no_work,
    };
    let end = crawl.carry_out(jobs, is_resumed).await;
    queue.close().await;
    conclude(store, policies, row, end?, args.json).await
}

/// What to type to go on with a run.
pub(crate) fn command_to_resume(row: &RunRow) -> String {
    let scope: Scope = serde_json::from_str(&row.scope).unwrap_or_default();
    let mut command = format!("beffroi run --date {}", &row.run_id[..10]);
    for only in scope.restrictions() {
        command.push_str(&format!(" --only {only}"));
    }
    command.push_str(" --resume");
    command
}

fn new_row(run_id: &RunId, scope: &Scope) -> RunRow {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    RunRow {
        run_id: run_id.to_string(),
        night: Day::from(run_id.date()),
        state: state::PLANNING.to_owned(),
        scope: serde_json::to_string(scope).expect("a scope is plain JSON"),
        as_of: now.into(),
        started_at: now.into(),
        ended_at: None,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        certificate: String::new(),
        updated_at: Millis::now(),
    }
}

/// Writes the plan, then says that the run has begun.
async fn begin(
    config: &Config,
    store: &Store,
    client: &FetchClient,
    row: RunRow,
    bodies: &Bodies,
    scope: &Scope,
) -> anyhow::Result<(RunRow, Vec<Job>, bool)> {
    write(store, &row, state::PLANNING).await?;
    let run_id: RunId = row.run_id.parse()?;
    let night = plan::night(config, run_id, row.as_of.timestamp());
    let Plan { mut jobs, lanes } = plan::of_night(config, store, &night, bodies, scope).await?;
    for (lane, plan) in lanes.iter().filter(|(_, plan)| !plan.later.is_empty()) {
        tracing::warn!(
            lane,
            accounts.later = plan.later.len(),
            every_nights = plan.every_nights,
            "the night cannot hold all accounts; `beffroi plan --later` lists them"
        );
    }
    lanes::place_by_address(config, client, &mut jobs).await;
    if jobs.is_empty() {
        tracing::warn!("nothing to measure: no account is due that this run asks for");
    }
    store.write_jobs(&jobs).await?;
    let row = write(store, &row, state::RUNNING).await?;
    tracing::info!(
        run.id = row.run_id,
        jobs.planned = jobs.len(),
        "night planned"
    );
    Ok((row, jobs, false))
}

/// Reads back what is left of a run.
async fn resume(
    config: &Config,
    store: &Store,
    client: &FetchClient,
    row: RunRow,
    bodies: &Bodies,
) -> anyhow::Result<(RunRow, Vec<Job>, bool)> {
    let run_id: RunId = row.run_id.parse()?;
    let night = plan::night(config, run_id.clone(), row.as_of.timestamp());
    let left = store.unfinished_jobs(&run_id).await?;
    let mut jobs = left
        .into_iter()
        .map(|job| job_again(&night, bodies, job))
        .collect::<anyhow::Result<Vec<_>>>()?;
    lanes::place_by_address(config, client, &mut jobs).await;
    let row = write(store, &row, state::RUNNING).await?;
    tracing::info!(run.id = row.run_id, jobs.left = jobs.len(), "run resumed");
    Ok((row, jobs, true))
}

fn job_again(night: &Night, bodies: &Bodies, row: JobRow) -> anyhow::Result<Job> {
    let account = AccountRef {
        platform: row
            .platform
            .parse()
            .context("the plan holds an unknown platform")?,
        url: row
            .url
            .parse()
            .context("the plan holds an address that cannot be read")?,
        handle: row.handle,
    };
    let subjects: Vec<Subject> = row
        .collectivity_ids
        .into_iter()
        .filter_map(|id| bodies.get(&beffroi_model::CollectivityId::from_stored(id)))
        .map(beffroi_model::Collectivity::subject)
        .collect();
    let origin = if row.origin == "discovered" {
        Origin::Discovered
    } else {
        Origin::Planned
    };
    let lane = night.lanes.of(&account);
    let run_id = night.run_id.clone();
    let job = Job::new(run_id, night.as_of, lane, account, subjects, origin);
    Ok(Job {
        job_id: JobId::from_uuid(row.job_id),
        ..job
    })
}

async fn write(store: &Store, row: &RunRow, state: &str) -> anyhow::Result<RunRow> {
    let row = RunRow {
        state: state.to_owned(),
        updated_at: Millis::now(),
        ..row.clone()
    };
    store.write_run(&row).await?;
    Ok(row)
}

/// How a crawl ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    Interrupted,
}

/// A worker at work.
type Working = tokio::task::JoinHandle<Result<(), beffroi_worker::WorkerError>>;

struct Crawl<'a> {
    config: &'a Config,
    store: &'a Store,
    client: &'a FetchClient,
    queue: &'a Queue,
    night: &'a Night,
    works: bool,
}

impl Crawl<'_> {
    /// Publishes the jobs and works (or watches others work) until all have ended or we are stopped.
    async fn carry_out(&self, jobs: Vec<Job>, is_resumed: bool) -> anyhow::Result<End> {
        let lanes = self.night.lanes.all(&self.config.run.platforms);
        self.queue.declare(&lanes).await?;
        if is_resumed {
            // What is left was read from the store; what the queue still holds would be done twice.
            self.queue.purge(&lanes).await?;
        }
        let interrupted = worker::stop_on_signals();
        let stop = interrupted.child_token();
        let working = self.start_worker(stop.clone())?;
        let watched = tokio::select! {
            watched = self.publish_and_watch(jobs, &lanes) => watched.map(|()| End::Complete),
            () = stop.cancelled() => Ok(End::Interrupted),
        };
        stop.cancel();
        if let Some(working) = working {
            working.await.context("the worker was aborted")??;
        }
        watched
    }

    fn start_worker(&self, stop: CancellationToken) -> anyhow::Result<Option<Working>> {
        if !self.works {
            return Ok(None);
        }
        let worker = worker::assemble(
            self.config,
            self.store,
            self.client,
            self.queue,
            stop.clone(),
        )?;
        let task = tokio::spawn(async move {
            let result = worker.run().await;
            // A worker that ends by itself ends the run.
            stop.cancel();
            result
        });
        Ok(Some(task))
    }

    async fn publish_and_watch(&self, jobs: Vec<Job>, lanes: &[Lane]) -> anyhow::Result<()> {
        let mut view = ProgressView::new();
        for part in jobs.chunks(PUBLISH_JOBS) {
            self.queue.publish(part).await?;
        }
        drop(jobs);
        loop {
            match self.store.progress(&self.night.run_id).await {
                Ok(progress) => {
                    view.show(&progress);
                    let (ended, planned) = totals(&progress);
                    if ended == planned {
                        break;
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

fn totals(progress: &[Progress]) -> (u64, u64) {
    let ended = progress.iter().map(|it| it.ended).sum();
    let planned = progress.iter().map(|it| it.planned).sum();
    (ended, planned)
}

/// Writes the certificate and the run's end, and shows them.
async fn conclude(
    store: &Store,
    policies: &Policies,
    row: RunRow,
    end: End,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let run_id: RunId = row.run_id.parse()?;
    store.flag_implausible(&run_id).await?;
    let lines = store.certificate(&run_id).await?;
    let now = Timestamp::now();
    let (as_of, started_at) = (row.as_of.timestamp(), row.started_at.timestamp());
    let certificate = Certificate::of(run_id, as_of, started_at, now, &lines);
    let is_complete = end == End::Complete && certificate.complete;
    let row = RunRow {
        ended_at: is_complete.then(|| now.into()),
        certificate: serde_json::to_string(&certificate).expect("a certificate is plain JSON"),
        ..row
    };
    write(
        store,
        &row,
        if is_complete {
            state::COMPLETE
        } else {
            state::INTERRUPTED
        },
    )
    .await?;
    show(&certificate, json)?;
    if !is_complete {
        tell!("go on with `{}`", command_to_resume(&row));
    }
    // The night is over and told, whatever becomes of this.
    policies::apply(store, policies)
        .await
        .context("what is too old could not be removed; do it with `beffroi policy apply`")?;
    Ok(if is_complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INTERRUPTED)
    })
}

fn show(certificate: &Certificate, json: bool) -> anyhow::Result<()> {
    if json {
        return output::print_json(certificate);
    }
    certificate.print()
}

/// The certificate of a run that has ended.
pub(crate) fn stored_certificate(row: &RunRow) -> anyhow::Result<Certificate> {
    serde_json::from_str(&row.certificate)
        .with_context(|| format!("the certificate of run {} cannot be read", row.run_id))
}

fn show_stored(row: &RunRow, json: bool) -> anyhow::Result<ExitCode> {
    show(&stored_certificate(row)?, json)?;
    Ok(ExitCode::SUCCESS)
}
