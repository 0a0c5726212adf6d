//! What each connector costs: an account from its jobs to its rows, with answers of realistic size,
//! against a reqwest loop that downloads the very same bytes in the same run.
//!
//! Client and server are processes of their own on cores of their own. The time is the processor's,
//! of the client alone: it suffers least from neighbours.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, ensure};
use beffroi_benches::{
    child::{self, Helper},
    plain,
    recorded::{AGAIN, KEPT, POSTS},
    towns::Night,
    usage::{Cores, Meter},
};
use beffroi_budget::Ledger;
use beffroi_connectors::{Access, Credential, MeasureRequest, Measured, PlatformSettings, Secret};
use beffroi_fetch::{FetchClient, FetchSettings};
use beffroi_model::{AccountRef, Job, Outcome, Platform};
use beffroi_store::JobRows;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use url::Url;

/// Accounts of a round.
const ACCOUNTS: usize = 1_000;

/// Rounds of each platform; the least is taken.
const ROUNDS: usize = 3;

const PLATFORMS: [Platform; 12] = [
    Platform::Bluesky,
    Platform::Facebook,
    Platform::Instagram,
    Platform::Linkedin,
    Platform::Mastodon,
    Platform::Peertube,
    Platform::Snapchat,
    Platform::Telegram,
    Platform::Threads,
    Platform::Tiktok,
    Platform::X,
    Platform::Youtube,
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
    let cores = Cores::split()?;
    cores.start_helpers()?;
    let server = Helper::recorded()?;
    cores.measure()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(all(server.port))
}

async fn all(port: u16) -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |platform: &Platform| {
        let mut names = wanted.iter().filter(|name| !name.starts_with('-'));
        names.clone().next().is_none() || names.any(|name| name == platform.as_str())
    };
    println!("{ACCOUNTS} accounts of each platform, {ROUNDS} rounds, the least of each figure\n");
    println!(
        "| platform | requests | KB | posts | visit, µs | a post, µs | rows, µs | plain, µs | \
         visit / plain | JSON, µs | JSON of visit |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for platform in PLATFORMS.into_iter().filter(is_wanted) {
        let mut least: Option<Cost> = None;
        for _ in 0..ROUNDS {
            let cost = round(port, platform).await;
            let cost = cost.with_context(|| format!("{platform} failed"))?;
            least = Some(least.map_or(cost, |least| least.least(cost)));
        }
        if let Some(cost) = least {
            println!("{}", cost.line(platform));
        }
    }
    Ok(())
}

/// What the accounts of a round cost together.
#[derive(Debug, Clone, Copy)]
struct Cost {
    requests: usize,
    bytes: u64,
    posts: usize,
    visit: Duration,
    rows: Duration,
    plain: Duration,
    /// Passing over the JSON; zero for pages.
    scan: Duration,
    /// Making a tree of it.
    tree: Duration,
}

impl Cost {
    fn least(self, other: Self) -> Self {
        Self {
            visit: self.visit.min(other.visit),
            rows: self.rows.min(other.rows),
            plain: self.plain.min(other.plain),
            scan: self.scan.min(other.scan),
            tree: self.tree.min(other.tree),
            ..other
        }
    }

    fn line(self, platform: Platform) -> String {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / ACCOUNTS as f64;
        let (visit, plain) = (each(self.visit), each(self.plain));
        let (scan, tree) = (each(self.scan), each(self.tree));
        let posts = self.posts as f64 / ACCOUNTS as f64;
        let a_post = match self.posts {
            0 => "–".to_owned(),
            _ => format!("{:.1}", visit / posts),
        };
        let (json, share) = if self.scan.is_zero() {
            ("–".to_owned(), "–".to_owned())
        } else {
            let percent = |time: f64| 100.0 * time / visit;
            (
                format!("{scan:.0} to {tree:.0}"),
                format!("{:.0} to {:.0} %", percent(scan), percent(tree)),
            )
        };
        format!(
            "| {platform} | {:.2} | {:.1} | {posts:.0} | {visit:.0} | {a_post} | {:.1} | {plain:.0} | \
             {:.2} | {json} | {share} |",
            self.requests as f64 / ACCOUNTS as f64,
            self.bytes as f64 / 1e3 / ACCOUNTS as f64,
            each(self.rows),
            visit / plain,
        )
    }
}

async fn round(port: u16, platform: Platform) -> anyhow::Result<Cost> {
    let base: Url = format!("http://127.0.0.1:{port}/").parse()?;
    let connector = connector(platform, &base)?;
    let as_of = Timestamp::now();
    let requests: Vec<MeasureRequest> = (0..ACCOUNTS)
        .map(|number| request(platform, &base, number, as_of))
        .collect::<anyhow::Result<_>>()?;
    // Forgets what was kept before, and opens the connection.
    let client = plain::client()?;
    let kept = async || -> anyhow::Result<usize> {
        let answer = client.get(base.join(KEPT)?).send().await?;
        Ok(answer.text().await?.parse()?)
    };
    kept().await?;

    let meter = Meter::start(&[])?;
    let mut measured: Vec<Measured> = Vec::with_capacity(ACCOUNTS);
    for batch in requests.chunks(connector.batch_size().get()) {
        measured.extend(connector.measure(batch).await);
    }
    let visit = meter.stop()?.cpu;
    let mut posts = 0;
    for measured in &measured {
        let measurement = &measured.measurement;
        ensure!(
            measurement.outcome == Outcome::Measured,
            "`{}` ended as {:?}",
            measurement.account.handle,
            measurement.outcome
        );
        posts += measurement.posts.len();
    }
    let has_all_posts = match platform {
        Platform::Snapchat => posts == 0,
        Platform::Bluesky => posts > 0,
        _ => posts == ACCOUNTS * POSTS,
    };
    ensure!(has_all_posts, "{posts} posts came");
    let rows = rows(&measured)?;
    let count = kept().await?;

    let meter = Meter::start(&[])?;
    let mut bodies = Vec::with_capacity(count);
    for number in 0..count {
        let url = base.join(&format!("{AGAIN}{number}"))?;
        bodies.push(client.get(url).send().await?.bytes().await?);
    }
    let plain = meter.stop()?.cpu;
    let is_of_pages = matches!(platform, Platform::Snapchat | Platform::Telegram);
    let (mut scan, mut tree) = (Duration::ZERO, Duration::ZERO);
    if !is_of_pages {
        scan = parse::<IgnoredAny>(&bodies)?;
        tree = parse::<Value>(&bodies)?;
    }
    Ok(Cost {
        requests: count,
        bytes: bodies.iter().map(|body| body.len() as u64).sum(),
        posts,
        visit,
        rows,
        plain,
        scan,
        tree,
    })
}

/// What it costs to parse the bodies into something.
fn parse<T: DeserializeOwned>(bodies: &[Bytes]) -> anyhow::Result<Duration> {
    let meter = Meter::start(&[])?;
    for body in bodies {
        let parsed: T = serde_json::from_str(std::str::from_utf8(body)?)?;
        std::hint::black_box(parsed);
    }
    Ok(meter.stop()?.cpu)
}

/// What it costs to make rows of the measurements.
fn rows(measured: &[Measured]) -> anyhow::Result<Duration> {
    let night = Night::new("bench", 80);
    let now = Timestamp::now();
    let jobs: Vec<Job> = measured
        .iter()
        .enumerate()
        .map(|(number, measured)| night.job(number, measured.measurement.account.clone()))
        .collect();
    let meter = Meter::start(&[])?;
    let mut all = JobRows::default();
    for (job, measured) in jobs.iter().zip(measured) {
        let mut rows = JobRows::of(job, &measured.measurement, "bench", now);
        all.append(&mut rows);
    }
    let spent = meter.stop()?.cpu;
    ensure!(all.outcomes.len() == measured.len(), "rows are missing");
    Ok(spent)
}

/// The name of an account, as short as the strictest platform wants it.
fn name(number: usize) -> String {
    format!("ville{number:05}")
}

fn request(
    platform: Platform,
    base: &Url,
    number: usize,
    as_of: Timestamp,
) -> anyhow::Result<MeasureRequest> {
    let name = name(number);
    let handle = match platform {
        Platform::Bluesky => format!(
            "mairie-{}.bsky.social",
            beffroi_benches::server::town(number)
        ),
        Platform::Linkedin => format!("company:{name}"),
        Platform::Mastodon => format!("{name}@{}", base.authority()),
        Platform::Peertube => format!("channel:{name}@{}", base.authority()),
        Platform::Youtube => format!("UC{name}aaaaaaaaaaaa"),
        _ => name,
    };
    Ok(MeasureRequest {
        account: AccountRef {
            platform,
            handle,
            url: base.join("compte")?,
        },
        subjects: Vec::new(),
        as_of,
        previous_state: None,
        carried: None,
    })
}

fn connector(
    platform: Platform,
    base: &Url,
) -> anyhow::Result<std::sync::Arc<dyn beffroi_connectors::Connector>> {
    let client = FetchClient::try_new(FetchSettings {
        contact: "mailto:bench@example.org".to_owned(),
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        allow_addresses: vec![base.authority().to_owned()],
        ..FetchSettings::default()
    })?;
    let access = Access {
        client,
        credential: Some(Credential {
            name: "bench".to_owned(),
            id: Some("17841400000000009".to_owned()),
            secret: Secret::new("bench"),
        }),
        ledger: Ledger::in_memory(),
    };
    let settings = settings(base)?;
    let settings = settings.of(platform).context("it has no connector")?;
    Ok(settings.connector(access))
}

/// All platforms at one server, with budgets that nobody meets.
fn settings(base: &Url) -> anyhow::Result<PlatformSettings> {
    let below = |path: &str| base.join(path);
    let many = 1_000_000;
    let settings = json!({
        "bluesky": {"base_url": base, "requests_per_second": many},
        "facebook": {"base_url": below("facebook/")?, "requests": many},
        "instagram": {"base_url": below("instagram/")?, "requests": 4_000_000_000_u32},
        "linkedin": {"base_url": base, "requests_per_day": many, "requests_per_second": many,
            "try_posts": true},
        "mastodon": {"requests": many, "paging_requests": many,
            "instances": {base.authority(): {"base_url": base}}},
        "peertube": {"requests": many, "instances": {base.authority(): {"base_url": base}}},
        "snapchat": {"base_url": base, "enabled": true, "interval": "0s"},
        "telegram": {"base_url": base},
        "threads": {"base_url": below("threads/")?, "requests": 4_000_000_000_u32},
        "tiktok": {"base_url": base, "requests_per_day": many, "requests_per_second": many},
        "x": {"base_url": base, "dollars_per_day": many, "posts_per_day": many, "user_requests": many,
            "timeline_requests": many, "post_requests": many, "search_requests": many},
        "youtube": {"base_url": below("youtube/v3/")?, "site_url": base, "units_per_day": many,
            "statistics_per_day": many, "requests_per_second": many},
    });
    Ok(serde_json::from_value(settings)?)
}
