//! Pages a second of one worker as a process, with pace off, against a reqwest loop that only downloads
//! the same addresses from the same server in the same run.
//!
//! As in the bench `pipeline`, but for what stands between: a real RabbitMQ, and the executable. The
//! worker and the loop have a core, and all that serves them has the others.

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use beffroi_benches::{
    broker::BenchBroker,
    child::{self, Helper},
    engine::BenchEngine,
    fleet::SETTLE,
    plain,
    program::Installation,
    server,
    table::{Column, Table},
    towns::{self, Night},
    usage::{Cores, Meter, cpu_of},
};
use beffroi_model::{Job, Platform};
use beffroi_queue::{Queue, QueueSettings};
use beffroi_store::Store;
use url::Url;

/// Rounds, each over websites of its own, and how many.
const ROUNDS: usize = 3;
const SITES: usize = 3_000;
const QUICK_SITES: usize = 500;

/// Websites under way.
const IN_FLIGHT: usize = 64;

/// Pages among the seven requests of a website; the others are robots.txt and the feed.
const PAGES: f64 = 5.0 / 7.0;

/// How often the server is asked how far it is.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// How long nothing may come before a worker is given up.
const PATIENCE: Duration = Duration::from_secs(60);

const COLUMNS: &[Column] = &[
    Column::new("round", "round", 0),
    Column::new("plain_pages_per_s", "plain reqwest, pages a second", 0),
    Column::new("pages_per_s", "worker, pages a second", 0),
    Column::new("ratio", "ratio", 3),
    Column::new("plain_cpu_us", "plain, processor µs a page", 0),
    Column::new("cpu_us", "worker, processor µs a page", 0),
    Column::new("cpu_ratio", "ratio", 3),
    Column::new("core_percent", "worker's core, %", 0),
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
    let sites = match std::env::args().any(|argument| argument == "--quick") {
        true => QUICK_SITES,
        false => SITES,
    };
    let cores = Cores::split()?;
    cores.start_helpers()?;
    let towns = Helper::server()?;
    let engine = BenchEngine::start()?;
    let broker = BenchBroker::start()?;
    cores.measure()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(rounds(&towns, &engine, &broker, sites));
    drop(runtime);
    engine.stop()?;
    ended
}

async fn rounds(
    towns: &Helper,
    engine: &BenchEngine,
    broker: &BenchBroker,
    sites: usize,
) -> anyhow::Result<()> {
    let store = engine.store().await?;
    let settings = QueueSettings {
        url: broker.url().parse()?,
        ..QueueSettings::default()
    };
    let queue = Queue::connect(&settings).await?;
    queue
        .declare(&towns::lanes().all(&[Platform::Website]))
        .await?;
    let here = Installation::new(&config(towns.port), engine, &broker.url())?;
    let mut worker = here.start("worker", &["worker"])?;
    worker.wait_for("worker ready", PATIENCE)?;
    thread::sleep(SETTLE);
    let mut table = Table::new(COLUMNS);
    for round in 0..ROUNDS {
        let night = Night::new(&format!("saturation-{round}"), towns.port);
        let numbers = round * sites..(round + 1) * sites;
        let lists: Vec<Vec<Url>> = numbers
            .clone()
            .map(|number| night.site_requests(number))
            .collect();
        let requests = u64::try_from(lists.iter().map(Vec::len).sum::<usize>())?;
        let meter = Meter::start(&[])?;
        plain::download(lists, IN_FLIGHT).await?;
        let plain = meter.stop()?;

        let jobs: Vec<Job> = numbers.map(|number| night.site_job(number)).collect();
        store.write_jobs(&jobs).await?;
        let before = count(towns).await?;
        let cpu_before = cpu_of(worker.pid())?;
        // From the first request on, and not from when the jobs began to be published.
        let publishing = queue.publish(&jobs);
        let (published, worked) = tokio::join!(publishing, watch(towns, before, requests));
        published?;
        let worked = worked.with_context(|| worker.last_lines())?;
        let cpu = (cpu_of(worker.pid())? - cpu_before).as_secs_f64();
        let pages = requests as f64 * PAGES;
        let plain_secs = plain.wall.as_secs_f64();
        table.add(serde_json::json!({
            "bench": "saturation",
            "round": round + 1,
            "requests": requests,
            "plain_pages_per_s": pages / plain_secs,
            "pages_per_s": pages / worked,
            "ratio": plain_secs / worked,
            "plain_cpu_us": plain.cpu.as_secs_f64() * 1e6 / pages,
            "cpu_us": cpu * 1e6 / pages,
            "cpu_ratio": plain.cpu.as_secs_f64() / cpu,
            "core_percent": 100.0 * cpu / worked,
        }));
        ensure!(!worker.has_ended()?, "{}", worker.last_lines());
        ensure_all_measured(&store, &night, jobs.len()).await?;
    }
    queue.close().await;
    table.print();
    Ok(())
}

/// Waits until all are in the store, and fails when one ended otherwise than measured.
async fn ensure_all_measured(store: &Store, night: &Night, jobs: usize) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let progress = store.progress(&night.run_id).await?;
        let ended: u64 = progress.iter().map(|platform| platform.ended).sum();
        if ended >= jobs as u64 {
            break;
        }
        ensure!(
            Instant::now() < deadline,
            "{ended} of {jobs} jobs have ended"
        );
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    for line in store.certificate(&night.run_id).await? {
        ensure!(
            line.outcome == "measured",
            "{} websites ended as {} {}",
            line.jobs,
            line.outcome,
            line.reason
        );
    }
    Ok(())
}

/// Pace off, and as many sites under way as the loop has.
fn config(port: u16) -> String {
    format!(
        "[run]\nplatforms = [\"website\"]\n\
         [worker]\nmax_sites_in_flight = {IN_FLIGHT}\nmax_tries = 1\n\
         [fetch]\nallow_addresses = [\"127.0.0.0/8:{port}\"]\ndns = \"127.0.0.1:1\"\n\
         host_interval = \"0s\"\ngroup_interval = \"0s\"\n"
    )
}

/// Seconds from the first to the last of so many requests.
async fn watch(towns: &Helper, before: u64, requests: u64) -> anyhow::Result<f64> {
    let mut begin = None;
    let mut last = (before, Instant::now());
    loop {
        let counted = count(towns).await?;
        let now = Instant::now();
        if counted > last.0 {
            begin.get_or_insert(now);
            last = (counted, now);
        }
        if counted >= before + requests {
            let begin: Instant = begin.context("it had begun before")?;
            return Ok((now - begin).as_secs_f64());
        }
        ensure!(
            now - last.1 < PATIENCE,
            "{} of {requests} requests came",
            counted - before
        );
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

async fn count(towns: &Helper) -> anyhow::Result<u64> {
    let url = format!("http://127.0.0.1:{}{}", towns.port, server::COUNT);
    let text = plain::client()?.get(url).send().await?.text().await?;
    text.parse().context("the server's count is no number")
}
