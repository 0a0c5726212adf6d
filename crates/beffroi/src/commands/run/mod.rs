//! `beffroi run`: one night, from the plan to the certificate.
//!
//! The store is the truth of a run: its plan, its outcomes, its state. So a run can be stopped or
//! killed at any moment; what is left is what has no outcome yet.

mod begin;
mod crawl;
mod end;
mod only_run;
mod poison;
mod turn;

use std::process::ExitCode;

use anyhow::bail;
use beffroi_fetch::FetchClient;
use beffroi_model::RunId;
use beffroi_plan::Scope;
use beffroi_policy::Policies;
use beffroi_store::{Millis, Progress, RunRow, Store, run_state};

pub(crate) use self::end::{command_to_begin, command_to_resume, stored_certificate};
use self::{
    begin::{Beginning, Begun, new_row},
    crawl::{Crawl, End},
    end::{conclude, refuse, show_stored},
    turn::Turn,
};
use crate::{
    cli::RunArgs,
    commands::{
        plan::{self, Bodies},
        registry::ensure_registry,
        worker,
    },
    config::Config,
    policies,
    services::{self, StoreService},
};

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

/// One night on a store that is open already, once it is our turn.
async fn run_on(
    config: &Config,
    policies: &Policies,
    store: &Store,
    client: &FetchClient,
    args: &RunArgs,
) -> anyhow::Result<ExitCode> {
    store.check_clock().await?;
    let scope = &Scope::parse(args.only.iter().map(String::as_str))?;
    let run_id = plan::run_id(args.date, scope);
    if let Some(row) = store.run(&run_id).await?.filter(is_complete) {
        tracing::info!(run.id = %run_id, "this night is complete; nothing to do");
        return show_stored(&row, args.json);
    }
    let mut turn = match Turn::take(config, store, &run_id).await? {
        Ok(turn) => turn,
        Err(taken) => return refuse(store, &run_id, scope, &taken).await,
    };
    let night = Night {
        config,
        policies,
        store,
        client,
        args,
        scope,
    };
    let result = night.pass(run_id, &mut turn).await;
    turn.end().await;
    result
}

fn is_complete(row: &RunRow) -> bool {
    row.state == run_state::COMPLETE
}

/// A night that is ours.
struct Night<'a> {
    config: &'a Config,
    policies: &'a Policies,
    store: &'a Store,
    client: &'a FetchClient,
    args: &'a RunArgs,
    scope: &'a Scope,
}

impl Night<'_> {
    async fn pass(&self, run_id: RunId, turn: &mut Turn) -> anyhow::Result<ExitCode> {
        let (config, store) = (self.config, self.store);
        ensure_registry(store).await?;
        // It may have moved on while we waited for our turn.
        let present = store.run(&run_id).await?;
        let is_fresh =
            |row: &RunRow| matches!(&*row.state, run_state::PLANNING | run_state::SKIPPED);
        match &present {
            Some(row) if is_complete(row) => return show_stored(row, self.args.json),
            Some(row) if !is_fresh(row) && !self.args.resume => {
                let (ended, planned) = totals(&store.progress(&run_id).await?);
                bail!(
                    "run {run_id} has begun already ({ended} of {planned} jobs have ended); go on \
                     with `{}`",
                    command_to_resume(row)
                );
            }
            Some(_) | None => {}
        }
        // Before anything is written: a broker that cannot be reached should leave no trace.
        let queue = services::open_queue(config).await?;
        let bodies = plan::bodies(store).await?;
        let beginning = self.beginning(&bodies);
        let begun = match present {
            // Cut short while planning: nothing was published yet, so plan again.
            Some(row) if row.state == run_state::PLANNING => {
                beginning.begin(row, self.scope).await?
            }
            Some(row) if !is_fresh(&row) => beginning.resume(row).await?,
            Some(_) | None => {
                let row = new_row(&run_id, self.scope);
                beginning.begin(row, self.scope).await?
            }
        };
        let Begun {
            row,
            mut jobs,
            mut is_resumed,
        } = begun;
        let night = plan::night(config, run_id.clone(), row.as_of.timestamp());
        let crawl = Crawl {
            config,
            store,
            client: self.client,
            queue: &queue,
            night: &night,
            works: !self.args.no_work,
            stop: worker::stop_on_signals(),
        };
        let end = loop {
            let end = crawl.carry_out(jobs, is_resumed, turn).await?;
            if end != End::InDoubt {
                break end;
            }
            tracing::warn!("the work rests until the store can say whose turn it is");
            let taken = tokio::select! {
                taken = turn.take_back() => taken?,
                () = crawl.stop.cancelled() => break End::Interrupted,
            };
            if let Some(taken) = taken {
                break End::Taken(taken);
            }
            let begun = self.beginning(&bodies).resume(row.clone()).await?;
            (jobs, is_resumed) = (begun.jobs, true);
        };
        queue.close().await;
        match end {
            End::Taken(taken) => refuse(store, &run_id, self.scope, &taken).await,
            end => {
                let is_complete = end == End::Complete;
                conclude(
                    config,
                    store,
                    self.policies,
                    row,
                    is_complete,
                    self.args.json,
                )
                .await
            }
        }
    }

    fn beginning<'b>(&'b self, bodies: &'b Bodies) -> Beginning<'b> {
        Beginning {
            config: self.config,
            store: self.store,
            client: self.client,
            bodies,
        }
    }
}

/// Writes a run's row in another state.
async fn write(store: &Store, row: &RunRow, state: &str) -> anyhow::Result<RunRow> {
    let row = RunRow {
        state: state.to_owned(),
        updated_at: Millis::now(),
        ..row.clone()
    };
    store.write_run(&row).await?;
    Ok(row)
}

/// Jobs that have ended, and jobs planned.
fn totals(progress: &[Progress]) -> (u64, u64) {
    let ended = progress.iter().map(|it| it.ended).sum();
    let planned = progress.iter().map(|it| it.planned).sum();
    (ended, planned)
}
