//! What a backlog costs: so many jobs are queued, a worker takes from them for a while, the others are
//! consumed once. Nothing but the queue may grow with their number.
//!
//! `-- --quick` for two small backlogs, `-- --ten-million` for the largest alone, `-- 50000` for one of
//! that size.

use std::{
    collections::HashSet,
    process::ExitCode,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use beffroi_benches::{
    broker::{BenchBroker, ensure_free_gb, free_bytes},
    child::{self, Helper},
    engine::BenchEngine,
    program::Installation,
    table::{Column, Table},
    towns::Night,
    usage::memory_of,
};
use beffroi_model::{Job, Lane, Origin, Platform};
use beffroi_plan::Lanes;
use beffroi_queue::{Queue, QueueSettings};
use beffroi_store::Store;
use futures::future::try_join_all;
use tokio::sync::mpsc;

/// Backlogs, and how long a worker takes from each.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
const QUICK_SIZES: [u64; 2] = [2_000, 10_000];
const TEN_MILLION: u64 = 10_000_000;
const WORK: Duration = Duration::from_secs(60);
const QUICK_WORK: Duration = Duration::from_secs(15);

/// Lanes of websites: few, so that what all lanes together hand out at once (256 jobs each) is less than
/// the smallest backlog.
const HOST_LANES: u16 = 4;

/// Jobs handed to the queue in one call, as `beffroi run` does.
const PUBLISH_JOBS: u64 = 2_000;

/// Disk that ten million jobs may take, and what has to stay free while they are published.
const WANTED_GB: u64 = 30;
const RESERVE_BYTES: u64 = 10_000_000_000;

/// How long the last jobs may let us wait.
const CONSUME_PATIENCE: Duration = Duration::from_secs(120);

const COLUMNS: &[Column] = &[
    Column::new("jobs", "jobs", 0),
    Column::new("publish_per_s", "published a second", 0),
    Column::new("worker_peak_mib", "worker, peak MiB", 0),
    Column::new("worker_jobs", "jobs it ended", 0),
    Column::new("consume_per_s", "consumed a second", 0),
    Column::new("client_growth_mib", "growth of who did both, MiB", 0),
    Column::new("broker_full_mib", "RabbitMQ, MiB", 0),
    Column::new("broker_after_mib", "afterwards", 0),
    Column::new("disk_full_mb", "its disk, MB", 0),
    Column::new("disk_after_mb", "afterwards", 0),
];

fn main() -> ExitCode {
    if let Some(played) = child::play() {
        return played;
    }
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_given = |word: &str| arguments.iter().any(|argument| argument == word);
    let own_sizes: Vec<u64> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let (sizes, work) = match (is_given("--ten-million"), is_given("--quick")) {
        _ if !own_sizes.is_empty() => (own_sizes, WORK),
        (true, _) => (vec![TEN_MILLION], WORK),
        (_, true) => (QUICK_SIZES.to_vec(), QUICK_WORK),
        (false, false) => (SIZES.to_vec(), WORK),
    };
    let towns = Helper::server()?;
    let mut table = Table::new(COLUMNS);
    for jobs in sizes {
        // Each on a store and a broker of its own, or one would inherit the other's size.
        let engine = BenchEngine::start()?;
        let broker = BenchBroker::start()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let backlog = Backlog {
            jobs,
            work,
            night: Night::new("backlog", towns.port),
            lanes: Lanes {
                host_shards: HOST_LANES,
                ..Lanes::default()
            },
            engine: &engine,
            broker: &broker,
        };
        let row = runtime.block_on(backlog.measure());
        drop(runtime);
        engine.stop()?;
        table.add(row?);
    }
    table.print();
    Ok(())
}

struct Backlog<'a> {
    jobs: u64,
    work: Duration,
    night: Night,
    lanes: Lanes,
    engine: &'a BenchEngine,
    broker: &'a BenchBroker,
}

impl Backlog<'_> {
    async fn measure(&self) -> anyhow::Result<serde_json::Value> {
        if self.jobs >= TEN_MILLION {
            ensure_free_gb(WANTED_GB)?;
        }
        let store = self.engine.store().await?;
        let (_, broker_idle_mib) = memory_of(self.broker.pid())?;
        let queue = self.queue().await?;
        let lanes = self.lanes.all(&[Platform::Website, Platform::Bluesky]);
        queue.declare(&lanes).await?;
        let (_, client_before_mib) = memory_of(std::process::id())?;

        let begin = Instant::now();
        self.publish(&queue).await?;
        let publish_per_s = self.jobs as f64 / begin.elapsed().as_secs_f64();
        let queued = queue.depth(&lanes).await?;
        ensure!(
            queued == self.jobs,
            "{queued} of {} jobs are queued",
            self.jobs
        );
        let (_, broker_full_mib) = memory_of(self.broker.pid())?;
        let disk_full = self.broker.disk_bytes()?;
        eprintln!(
            "{} jobs are queued: {publish_per_s:.0} a second, broker {broker_full_mib:.0} MiB, disk {} MB",
            self.jobs,
            disk_full / 1_000_000
        );

        let worker = self.let_a_worker_take(&store).await?;
        let ended = u64::try_from(worker.ended.len())?;
        let left = self.jobs - ended;
        let begin = Instant::now();
        let again = self.consume(&queue, &lanes, left, worker.ended).await?;
        let consume_per_s = left as f64 / begin.elapsed().as_secs_f64();
        let (_, client_after_mib) = memory_of(std::process::id())?;
        let (broker_peak_mib, broker_after_mib) = memory_of(self.broker.pid())?;
        let row = serde_json::json!({
            "bench": "backlog",
            "jobs": self.jobs,
            "publish_per_s": publish_per_s,
            "consume_per_s": consume_per_s,
            "delivered_twice": again.twice,
            "delivered_after_their_end": again.ended,
            "worker_peak_mib": worker.peak_mib,
            "worker_jobs": ended,
            "worker_secs": self.work.as_secs(),
            "client_growth_mib": client_after_mib - client_before_mib,
            "broker_idle_mib": broker_idle_mib,
            "broker_full_mib": broker_full_mib,
            "broker_peak_mib": broker_peak_mib,
            "broker_after_mib": broker_after_mib,
            "disk_full_mb": disk_full / 1_000_000,
            "disk_after_mb": self.broker.disk_bytes()? / 1_000_000,
        });
        queue.close().await;
        Ok(row)
    }

    async fn queue(&self) -> anyhow::Result<Queue> {
        let settings = QueueSettings {
            url: self.broker.url().parse()?,
            ..QueueSettings::default()
        };
        Ok(Queue::connect(&settings).await?)
    }

    /// Half of them websites, half of them accounts. They are made as they are sent.
    async fn publish(&self, queue: &Queue) -> anyhow::Result<()> {
        let mut number = 0;
        while number < self.jobs {
            let end = (number + PUBLISH_JOBS).min(self.jobs);
            let part: Vec<Job> = (number..end)
                .map(|number| self.job(number))
                .collect::<anyhow::Result<_>>()?;
            queue.publish(&part).await?;
            number = end;
            if number.is_multiple_of(100_000) {
                ensure!(
                    free_bytes()? > RESERVE_BYTES,
                    "the disk is nearly full after {number} jobs"
                );
            }
            if number.is_multiple_of(1_000_000) {
                let (_, memory) = memory_of(self.broker.pid())?;
                let disk = self.broker.disk_bytes()?;
                eprintln!(
                    "{number} published: broker {memory:.0} MiB, disk {} MB",
                    disk / 1_000_000
                );
            }
        }
        Ok(())
    }

    fn job(&self, number: u64) -> anyhow::Result<Job> {
        let number = usize::try_from(number)?;
        let mut job = match number % 2 {
            0 => self.night.site_job(number),
            _ => self.night.bluesky_job(number),
        };
        job.lane = self.lanes.of(&job.account);
        Ok(job)
    }

    /// A worker as it is started by an operator, slow by its pace and its budget.
    async fn let_a_worker_take(&self, store: &Store) -> anyhow::Result<Work> {
        let port = self.night.port;
        let toml = format!(
            "[run]\nhost_lanes = {HOST_LANES}\nplatforms = [\"website\", \"bluesky\"]\n\
             [worker]\nmax_sites_in_flight = 32\nmax_tries = 1\ndrain_timeout = \"20s\"\n\
             [fetch]\nallow_addresses = [\"127.0.0.0/8:{port}\"]\ndns = \"127.0.0.1:1\"\n\
             [platforms.bluesky]\nbase_url = \"http://127.0.0.1:{port}/\"\nrequests_per_second = 20\n"
        );
        let here = Installation::new(&toml, self.engine, &self.broker.url())?;
        let mut worker = here.start("worker", &["worker"])?;
        worker.wait_for("worker ready", Duration::from_secs(60))?;
        thread::sleep(self.work);
        let (peak_mib, _) = memory_of(worker.pid())?;
        worker.terminate()?;
        let status = worker.wait()?;
        ensure!(status.success(), "{status}: {}", worker.last_lines());
        #[derive(serde::Deserialize)]
        struct Ended {
            job_id: String,
        }
        // What it found on the websites and measured, too, is no part of the backlog.
        let sql = "SELECT DISTINCT toString(job_id) AS job_id FROM job_outcome \
                   WHERE job_id NOT IN (SELECT job_id FROM job)";
        let rows: Vec<Ended> = store.json_rows(sql, &[]).await?;
        let ended: HashSet<String> = rows.into_iter().map(|row| row.job_id).collect();
        ensure!(
            !ended.is_empty(),
            "the worker did nothing: {}",
            worker.last_lines()
        );
        Ok(Work { peak_mib, ended })
    }

    /// Takes what is left, each job once. Gives how many came that should not.
    async fn consume(
        &self,
        queue: &Queue,
        lanes: &[Lane],
        left: u64,
        ended: HashSet<String>,
    ) -> anyhow::Result<Again> {
        let (numbers, mut taken) = mpsc::channel(10_000);
        let ended = Arc::new(ended);
        let consumers = lanes.iter().map(async |lane| {
            let mut consumer = queue.consume(lane).await?;
            let (numbers, ended) = (numbers.clone(), Arc::clone(&ended));
            anyhow::Ok(tokio::spawn(async move {
                while let Some(delivery) = consumer.next().await {
                    let told = Taken::of(delivery.job(), &ended);
                    delivery.ack().await?;
                    if numbers.send(told).await.is_err() {
                        break;
                    }
                }
                anyhow::Ok(())
            }))
        });
        let consumers = try_join_all(consumers).await?;
        let mut seen = vec![0_u64; usize::try_from(self.jobs / 64 + 1)?];
        let mut distinct = 0;
        let mut again = Again::default();
        while distinct < left || queue.depth(lanes).await? > 0 {
            let next = match tokio::time::timeout(CONSUME_PATIENCE, taken.recv()).await {
                Ok(next) => next.context("the lanes are consumed no more")?,
                Err(_) => bail!("{distinct} of {left} jobs came back"),
            };
            match next {
                Taken::Left(number) => {
                    let word = &mut seen[usize::try_from(number / 64)?];
                    let bit = 1 << (number % 64);
                    if *word & bit == 0 {
                        distinct += 1;
                        if distinct.is_multiple_of(1_000_000) {
                            eprintln!("{distinct} consumed");
                        }
                    } else {
                        again.twice += 1;
                    }
                    *word |= bit;
                }
                Taken::Ended => again.ended += 1,
                Taken::Found => {}
            }
        }
        consumers.iter().for_each(|consumer| consumer.abort());
        Ok(again)
    }
}

/// A job that was taken.
enum Taken {
    /// Of the backlog, by its number.
    Left(u64),
    /// One that the worker had brought to its end.
    Ended,
    /// One that the worker found.
    Found,
}

impl Taken {
    fn of(job: &Job, ended: &HashSet<String>) -> Self {
        let town = job.subjects.first().map(|it| it.collectivity_id.as_str());
        let number = town.and_then(|town| town.parse::<u64>().ok());
        match number.and_then(|number| number.checked_sub(210_000_000)) {
            Some(number) if job.origin == Origin::Planned => {
                if ended.contains(&job.job_id.to_string()) {
                    Self::Ended
                } else {
                    Self::Left(number)
                }
            }
            _ => Self::Found,
        }
    }
}

/// Deliveries that were in vain: allowed, since delivery is at least once, but dear.
#[derive(Debug, Default)]
struct Again {
    /// Of jobs taken here before.
    twice: u64,
    /// Of jobs that the worker had brought to their end.
    ended: u64,
}

/// What a worker did.
struct Work {
    peak_mib: f64,
    /// Jobs that have an outcome.
    ended: HashSet<String>,
}
