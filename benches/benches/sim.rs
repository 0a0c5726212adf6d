//! Requests a second that the simulated France serves on one core: home pages, robots.txt and feeds
//! of all its sites, over connections that stay open.

use std::{process::ExitCode, time::Duration};

use beffroi_benches::{
    child::{self, Helper},
    plain, simulator,
    usage::{Cores, Meter},
};
use futures::{StreamExt as _, stream};
use reqwest::Client;
use url::Url;

/// Rounds over the same requests.
const ROUNDS: usize = 5;

/// Sites that are asked.
const SITES: usize = 10_000;

/// Requests under way.
const IN_FLIGHT: usize = 64;

/// A site that takes longer is one of those that are slow on purpose, and is left out.
const SLOW: Duration = Duration::from_millis(150);

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
    // What is measured here is the helper: it has a core to itself.
    cores.measure()?;
    let simulator = Helper::simulator()?;
    cores.start_helpers()?;
    tokio::runtime::Runtime::new()?.block_on(rounds(&simulator))
}

async fn rounds(helper: &Helper) -> anyhow::Result<()> {
    let client = plain::client()?;
    let port = helper.port;
    let registry = format!("http://127.0.0.1:{port}/_sim/registry.csv");
    let registry = client.get(registry).send().await?.text().await?;
    let asked = simulator::homes(&registry).into_iter().take(SITES);
    let asked: Vec<Url> = asked.flat_map(|home| requests_of(&home)).collect();
    let quick = stream::iter(asked)
        .map(|url| async {
            let answer = tokio::time::timeout(SLOW, ask(&client, port, &url)).await;
            matches!(answer, Ok(Ok(_))).then_some(url)
        })
        .buffer_unordered(IN_FLIGHT);
    let requests: Vec<Url> = quick.filter_map(std::future::ready).collect().await;
    println!(
        "{} addresses answer 200 at once; {IN_FLIGHT} requests under way",
        requests.len()
    );
    for _ in 0..ROUNDS {
        let meter = Meter::start(&[helper.pid()])?;
        let answers = stream::iter(&requests)
            .map(|url| ask(&client, port, url))
            .buffer_unordered(IN_FLIGHT)
            .filter_map(|answer| std::future::ready(answer.ok()))
            .fold((0, 0), async |(answers, bytes), body| {
                (answers + 1, bytes + body)
            });
        let (answers, bytes) = answers.await;
        let spent = meter.stop()?;
        let cpu = spent.others[0].as_secs_f64();
        println!(
            "{answers} answers, {:.0} KB each, in {:.2} s: {:.0} a second; of the simulator's core \
             {:.0} µs each, {:.0} a second",
            bytes as f64 / 1e3 / f64::from(answers),
            spent.wall.as_secs_f64(),
            f64::from(answers) / spent.wall.as_secs_f64(),
            cpu * 1e6 / f64::from(answers),
            f64::from(answers) / cpu,
        );
    }
    Ok(())
}

/// A feed is elsewhere on most systems: what answers 404 is left out.
fn requests_of(home: &Url) -> Vec<Url> {
    let mut robots = home.clone();
    robots.set_path("/robots.txt");
    let mut feed = home.clone();
    feed.set_path("/feed/");
    vec![robots, home.clone(), feed]
}

async fn ask(client: &Client, port: u16, url: &Url) -> reqwest::Result<usize> {
    let answer = simulator::get(client, port, url)
        .send()
        .await?
        .error_for_status()?;
    Ok(answer.bytes().await?.len())
}
