//! The whole pipeline against a plain reqwest loop that only downloads, from the same server, in the
//! same run: requests a second and processor time a request, as ratios.
//!
//! Client and server are processes of their own on cores of their own; the engine shares the
//! server's. Rounds of both take turns, so that a noisy moment of the machine meets both.

use std::{fmt, ops::Range, process::ExitCode, time::Duration};

use anyhow::{Context, ensure};
use beffroi_benches::{
    child::{self, Helper},
    engine::BenchEngine,
    pipeline, plain, server,
    towns::Night,
    usage::{Cores, Meter, Spent},
};
use beffroi_store::Store;
use url::Url;

/// Rounds of each program on each load.
const ROUNDS: usize = 3;

/// Websites of a round; each costs seven requests, five of them 50 KB pages.
const SITES: usize = 2_000;

/// Bluesky accounts of a round; each costs a request and the twenty-fifth part of one.
const ACCOUNTS: usize = 15_000;

/// Sites, or accounts, that each program has under way.
const IN_FLIGHT: usize = 64;

/// Profiles that one request of the connector asks for.
const PROFILES: usize = 25;

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
    let cores = Cores::split()?;
    cores.start_helpers()?;
    let server = Helper::server()?;
    let engine = BenchEngine::start()?;
    cores.measure()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(rounds(&server, &engine));
    drop(runtime);
    engine.stop()?;
    ended
}

async fn rounds(server: &Helper, engine: &BenchEngine) -> anyhow::Result<()> {
    let store = engine.store().await?;
    println!("client on one core; {IN_FLIGHT} sites or accounts at a time; {ROUNDS} rounds\n");
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |load: &Load| {
        let mut names = wanted.iter().filter(|name| !name.starts_with('-'));
        names.clone().next().is_none() || names.any(|name| name == load.label())
    };
    for load in Load::ALL.into_iter().filter(is_wanted) {
        println!("{load}");
        ask(server, load.coding()).await?;
        for round in 0..ROUNDS {
            let mut night = Night::new(&format!("{}-{round}", load.label()), server.port);
            if matches!(load, Load::SitesGzip) {
                night.names = server::COMPRESSED_TOWNS;
            }
            let plain = measure(server, engine, || download(load, &night, round)).await?;
            println!("  plain reqwest  {plain}");
            let ours = measure(server, engine, || pipeline(load, &night, round, &store)).await?;
            println!("  beffroi        {ours}");
            ensure!(
                plain.requests == ours.requests,
                "the programs did not ask for the same: {} and {} requests",
                plain.requests,
                ours.requests
            );
            #[cfg(feature = "spider")]
            if load.is_of_sites() {
                let theirs = measure(server, engine, || {
                    beffroi_benches::spider::crawl(&night, numbers(load, round), IN_FLIGHT)
                })
                .await?;
                println!("  spider         {theirs}");
                println!("  beffroi / spider: {}", Ratio::of(&ours, &theirs));
            }
            println!("  beffroi / plain: {}\n", Ratio::of(&ours, &plain));
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Load {
    /// 50 KB pages with robots.txt and feed, discovery, rows.
    Sites,
    /// The same, compressed.
    SitesGzip,
    /// 5 KB JSON answers, rows.
    Bluesky,
    /// The same, compressed.
    BlueskyGzip,
}

impl Load {
    const ALL: [Self; 4] = [
        Self::Sites,
        Self::SitesGzip,
        Self::Bluesky,
        Self::BlueskyGzip,
    ];

    /// By which it is asked for on the command line.
    fn label(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::SitesGzip => "sites-gzip",
            Self::Bluesky => "bluesky",
            Self::BlueskyGzip => "bluesky-gzip",
        }
    }

    fn is_of_sites(self) -> bool {
        matches!(self, Self::Sites | Self::SitesGzip)
    }

    /// What tells the server how to send.
    fn coding(self) -> &'static str {
        match self {
            Self::Sites | Self::Bluesky => server::PLAIN,
            Self::SitesGzip | Self::BlueskyGzip => server::GZIP,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_of_sites() {
            write!(f, "{SITES} websites: robots.txt, 5 pages of 50 KB, a feed")?;
        } else {
            write!(
                f,
                "{ACCOUNTS} Bluesky accounts: feeds of 5 KB, profiles by 25"
            )?;
        }
        write!(f, " ({})", self.label())
    }
}

/// Each round of each load meets towns of its own: a second visit would find them known.
fn numbers(load: Load, round: usize) -> Range<usize> {
    let each = if load.is_of_sites() { SITES } else { ACCOUNTS };
    let is_second = matches!(load, Load::SitesGzip | Load::BlueskyGzip);
    let first = each * (round + if is_second { ROUNDS } else { 0 });
    first..first + each
}

async fn download(load: Load, night: &Night, round: usize) -> anyhow::Result<()> {
    let lists: Vec<Vec<Url>> = if load.is_of_sites() {
        numbers(load, round)
            .map(|number| night.site_requests(number))
            .collect()
    } else {
        let numbers: Vec<usize> = numbers(load, round).collect();
        let of_batch = |numbers: &[usize]| {
            let feeds = numbers.iter().map(|&number| night.bluesky_request(number));
            feeds.chain([night.profiles_request(numbers)]).collect()
        };
        numbers.chunks(PROFILES).map(of_batch).collect()
    };
    plain::download(lists, IN_FLIGHT).await?;
    Ok(())
}

async fn pipeline(load: Load, night: &Night, round: usize, store: &Store) -> anyhow::Result<()> {
    let jobs: Vec<_> = if load.is_of_sites() {
        numbers(load, round)
            .map(|number| night.site_job(number))
            .collect()
    } else {
        numbers(load, round)
            .map(|number| night.bluesky_job(number))
            .collect()
    };
    pipeline::work(store, night.port, &jobs, IN_FLIGHT).await
}

/// One program's round.
struct Round {
    requests: u64,
    spent: Spent,
}

/// Requests are counted by the server.
async fn measure<F: Future<Output = anyhow::Result<()>>>(
    server: &Helper,
    engine: &BenchEngine,
    work: impl FnOnce() -> F,
) -> anyhow::Result<Round> {
    let before = count(server).await?;
    let meter = Meter::start(&[server.pid(), engine.pid()])?;
    work().await?;
    let spent = meter.stop()?;
    Ok(Round {
        requests: count(server).await? - before,
        spent,
    })
}

async fn count(server: &Helper) -> anyhow::Result<u64> {
    let count = ask(server, server::COUNT).await?;
    count.parse().context("the server's count is no number")
}

async fn ask(server: &Helper, path: &str) -> anyhow::Result<String> {
    let url = format!("http://127.0.0.1:{}{path}", server.port);
    Ok(plain::client()?.get(url).send().await?.text().await?)
}

impl Round {
    fn per_second(&self) -> f64 {
        self.requests as f64 / self.spent.wall.as_secs_f64()
    }

    fn micros_each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.requests as f64
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:6} requests in {:6.2} s: {:6.0} a second; processor {:4.0} µs a request \
             (server {:.0} µs, engine {:.0} µs)",
            self.requests,
            self.spent.wall.as_secs_f64(),
            self.per_second(),
            self.micros_each(self.spent.cpu),
            self.micros_each(self.spent.others[0]),
            self.micros_each(self.spent.others[1]),
        )
    }
}

/// How one program does against another.
struct Ratio {
    per_second: f64,
    cpu_each: f64,
}

impl Ratio {
    fn of(ours: &Round, theirs: &Round) -> Self {
        Self {
            per_second: ours.per_second() / theirs.per_second(),
            cpu_each: theirs.micros_each(theirs.spent.cpu) / ours.micros_each(ours.spent.cpu),
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.2} of its requests a second, {:.2} of its requests a processor second",
            self.per_second, self.cpu_each
        )
    }
}
