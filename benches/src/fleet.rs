//! Worker processes that come and go, with the servers they share.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use beffroi_store::Store;
use serde::Deserialize;

use crate::{
    broker::BenchBroker,
    engine::BenchEngine,
    france::{Account, France, Site},
    program::{Installation, Process},
    usage::cpu_of,
};

/// How long a worker may take until it is ready.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// After which the lanes of those who work have settled: a worker is heard within seconds, and whoever
/// takes a lane over is silent for six (decision 17).
pub const SETTLE: Duration = Duration::from_secs(20);

/// A broker, a store, and the workers on them.
#[derive(Debug)]
pub struct Fleet {
    /// Runs commands of the operator.
    pub here: Installation,
    workers: Vec<Process>,
    /// Asked to leave, and still at it.
    leaving: Vec<Process>,
    started: usize,
    /// What those that have gone had used when they were last looked at.
    used_by_the_gone: Duration,
    engine: BenchEngine,
    broker: BenchBroker,
}

/// How one job ended.
#[derive(Debug, Clone, Deserialize)]
pub struct Ended {
    /// Of the account.
    pub platform: String,
    /// The address that was measured.
    pub url: String,
    /// Milliseconds since 1970; 0 while it is still to be done.
    pub ended_ms: i64,
}

impl Fleet {
    /// Starts broker and store, and imports what there is to measure. `variables` go to every process.
    pub fn start(
        france: &France,
        sites: &[Site],
        accounts: &[Account],
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let engine = BenchEngine::start()?;
        let broker = BenchBroker::start()?;
        let config = france.crawler_config()?;
        let mut here = Installation::new(&config, &engine, &broker.url())?;
        for (name, value) in variables {
            here = here.with_variable(name, value);
        }
        here.succeed(&["migrate"])?;
        let registry = france.registry(sites, accounts)?;
        here.succeed(&["registry", "import", &registry])?;
        Ok(Self {
            here,
            workers: Vec::new(),
            leaving: Vec::new(),
            started: 0,
            used_by_the_gone: Duration::ZERO,
            engine,
            broker,
        })
    }

    /// Its store, for questions.
    pub async fn store(&self) -> anyhow::Result<Store> {
        self.engine.store().await
    }

    /// Starts so many workers and waits until their lanes have settled.
    pub fn settle(&mut self, workers: usize) -> anyhow::Result<()> {
        for _ in 0..workers {
            self.join()?;
        }
        for worker in &mut self.workers {
            worker.wait_for("worker ready", READY_LIMIT)?;
        }
        thread::sleep(SETTLE);
        Ok(())
    }

    /// Workers that are not about to leave.
    pub fn size(&self) -> usize {
        self.workers.len()
    }

    /// Another worker joins.
    pub fn join(&mut self) -> anyhow::Result<()> {
        self.started += 1;
        let name = format!("worker-{}", self.started);
        self.workers.push(self.here.start(&name, &["worker"])?);
        Ok(())
    }

    /// The eldest worker leaves as an operator would have it.
    pub fn leave(&mut self) -> anyhow::Result<()> {
        let worker = self.eldest()?;
        worker.terminate()?;
        self.leaving.push(worker);
        Ok(())
    }

    /// The eldest worker dies.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut worker = self.eldest()?;
        self.used_by_the_gone += cpu_of(worker.pid())?;
        worker.kill()
    }

    fn eldest(&mut self) -> anyhow::Result<Process> {
        ensure!(!self.workers.is_empty(), "no worker is left");
        Ok(self.workers.remove(0))
    }

    /// Fails when a worker has ended by itself.
    pub fn ensure_alive(&mut self) -> anyhow::Result<()> {
        for worker in &mut self.workers {
            ensure!(
                !worker.has_ended()?,
                "a worker died: {}",
                worker.last_lines()
            );
        }
        Ok(())
    }

    /// Processor time used so far by the workers, by the broker and by the store.
    pub fn used(&self) -> anyhow::Result<[Duration; 3]> {
        let mut workers = self.used_by_the_gone;
        for worker in &self.workers {
            workers += cpu_of(worker.pid())?;
        }
        // One that has left meanwhile is looked at no more: its last seconds are missing.
        let leaving = self.leaving.iter();
        workers += leaving
            .filter_map(|worker| cpu_of(worker.pid()).ok())
            .sum::<Duration>();
        Ok([
            workers,
            cpu_of(self.broker.pid())?,
            cpu_of(self.engine.pid())?,
        ])
    }

    /// Plans a night and publishes it; the work is the workers'.
    pub fn begin_night(&self) -> anyhow::Result<Process> {
        self.here.start("night", &["run", "--no-work", "--json"])
    }

    /// Waits until the night is planned, and gives the moment, milliseconds since 1970.
    pub fn wait_until_planned(&self, night: &mut Process) -> anyhow::Result<i64> {
        night.wait_for("night planned", Duration::from_secs(180))?;
        Ok(jiff::Timestamp::now().as_millisecond())
    }

    /// Every job of the night, as it stands.
    pub async fn jobs(&self, store: &Store) -> anyhow::Result<Vec<Ended>> {
        // Without a match ClickHouse joins the epoch: not yet ended.
        let sql = "SELECT platform, url, toUnixTimestamp64Milli(ended_at) AS ended_ms \
                   FROM (SELECT * FROM job FINAL) AS job \
                   LEFT JOIN (SELECT job_id, ended_at FROM job_outcome FINAL) AS outcome USING (job_id)";
        store
            .json_rows(sql, &[])
            .await
            .context("the jobs cannot be read")
    }

    /// Ends everything.
    pub fn stop(self) -> anyhow::Result<()> {
        drop(self.workers);
        drop(self.leaving);
        drop(self.broker);
        self.engine.stop()
    }
}

/// Sleeps until a moment; not at all when it has passed.
pub fn sleep_until(moment: Instant) {
    thread::sleep(moment.saturating_duration_since(Instant::now()));
}
