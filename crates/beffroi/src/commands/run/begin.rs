//! The beginning of a run, planned or resumed.

use anyhow::Context;
use beffroi_fetch::FetchClient;
use beffroi_model::{AccountRef, Job, JobId, Origin, RunId, Subject};
use beffroi_plan::{Night, Plan, Scope};
use beffroi_store::{Day, JobRow, Millis, RunRow, Store, run_state};
use jiff::Timestamp;

use super::write;
use crate::{
    commands::{
        lanes,
        plan::{self, Bodies},
    },
    config::Config,
};

/// What it takes to plan or resume.
#[derive(Clone, Copy)]
pub(super) struct Beginning<'a> {
    pub(super) config: &'a Config,
    pub(super) store: &'a Store,
    pub(super) client: &'a FetchClient,
    pub(super) bodies: &'a Bodies,
}

/// A run whose jobs are to be published.
pub(super) struct Begun {
    pub(super) row: RunRow,
    pub(super) jobs: Vec<Job>,
    /// Whether some of it had been published before.
    pub(super) is_resumed: bool,
}

/// The row of a run that begins now.
pub(super) fn new_row(run_id: &RunId, scope: &Scope) -> RunRow {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    RunRow {
        run_id: run_id.to_string(),
        night: Day::from(run_id.date()),
        state: run_state::PLANNING.to_owned(),
        reason: String::new(),
        scope: serde_json::to_string(scope).expect("a scope is plain JSON"),
        as_of: now.into(),
        started_at: now.into(),
        ended_at: None,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        certificate: String::new(),
        updated_at: Millis::now(),
    }
}

impl Beginning<'_> {
    /// Writes the plan, then says that the run has begun.
    pub(super) async fn begin(self, row: RunRow, scope: &Scope) -> anyhow::Result<Begun> {
        let store = self.store;
        write(store, &row, run_state::PLANNING).await?;
        let run_id: RunId = row.run_id.parse()?;
        let night = plan::night(self.config, run_id, row.as_of.timestamp());
        let Plan { mut jobs, lanes } =
            plan::of_night(self.config, store, &night, self.bodies, scope).await?;
        for (lane, plan) in lanes.iter().filter(|(_, plan)| !plan.later.is_empty()) {
            tracing::warn!(
                lane,
                accounts.later = plan.later.len(),
                every_nights = plan.every_nights,
                "the night cannot hold all accounts; `beffroi plan --later` lists them"
            );
        }
        // The same for all workers of the run, whatever is learnt meanwhile.
        let front_domains = self.config.fetch.front_domains.get();
        let fronts = store.fix_fronts(&night.run_id, front_domains).await?;
        self.client.learn_fronts(fronts);
        lanes::place_by_address(self.config, store, self.client, &mut jobs).await?;
        if jobs.is_empty() {
            tracing::warn!("nothing to measure: no account is due that this run asks for");
        }
        store.write_jobs(&jobs).await?;
        let row = write(store, &row, run_state::RUNNING).await?;
        tracing::info!(
            run.id = row.run_id,
            jobs.planned = jobs.len(),
            "night planned"
        );
        Ok(Begun {
            row,
            jobs,
            is_resumed: false,
        })
    }

    /// Reads back what is left of a run. Only the store is asked: what the queue still holds of it is
    /// thrown away, and with it how often a job was tried or put off. Such a job begins anew.
    pub(super) async fn resume(self, row: RunRow) -> anyhow::Result<Begun> {
        let run_id: RunId = row.run_id.parse()?;
        let night = plan::night(self.config, run_id.clone(), row.as_of.timestamp());
        let left = self.store.unfinished_jobs(&run_id).await?;
        let mut jobs = left
            .into_iter()
            .map(|job| job_again(&night, self.bodies, job))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let fronts = self.store.fronts_of(&run_id).await?;
        self.client.learn_fronts(fronts);
        lanes::place_by_address(self.config, self.store, self.client, &mut jobs).await?;
        let row = write(self.store, &row, run_state::RUNNING).await?;
        tracing::info!(run.id = row.run_id, jobs.left = jobs.len(), "run resumed");
        Ok(Begun {
            row,
            jobs,
            is_resumed: true,
        })
    }
}

/// The job of a row of the plan.
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
