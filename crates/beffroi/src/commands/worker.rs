//! `beffroi worker`: works for runs that others plan.

use std::{process::ExitCode, sync::Arc};

use anyhow::bail;
use beffroi_archive::Archive;
use beffroi_fetch::FetchClient;
use beffroi_model::Lane;
use beffroi_queue::{Queue, QueueUrl};
use beffroi_store::{LeaseTerm, Store};
use beffroi_worker::{Health, LaneFilter, Means, Metrics, Worker, WorkerSettings};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::WorkerArgs,
    commands::plan,
    config::Config,
    endpoints::Endpoints,
    machine,
    services::{self, StoreService},
};

pub(crate) async fn worker(config: &Config, args: WorkerArgs) -> anyhow::Result<ExitCode> {
    let config = &with_options(config, args);
    if config.queue.url == QueueUrl::InProcess {
        bail!("a worker of its own needs a broker: give `--queue amqp://…` or set `queue.url`");
    }
    if config.store.is_embedded() {
        bail!(
            "a worker of its own needs a shared store: give `--store http://…` or set `store.url`"
        );
    }
    let client = services::client(config)?;
    let service = StoreService::open(config).await?;
    service.store.check_clock().await?;
    let watched = Watched::new(config);
    let endpoints = watched.answer(config, &client, &service.store)?;
    let queue = services::open_queue(config).await?;
    let stop = stop_on_signals();
    let worker = assemble(config, &service.store, &client, &queue, watched, None, stop)?;
    tracing::info!("worker ready; Ctrl-C lets the jobs under way end");
    worker.run().await?;
    queue.close().await;
    drop(endpoints);
    service.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// The configuration with the options of the command line over it.
fn with_options(config: &Config, args: WorkerArgs) -> Config {
    let WorkerArgs {
        lanes,
        max_hosts,
        name,
        listen,
    } = args;
    let mut config = config.clone();
    let settings = &mut config.worker;
    if !lanes.is_empty() {
        settings.lanes = LaneFilter::new(lanes);
    }
    if let Some(max_hosts) = max_hosts {
        settings.max_sites_in_flight = max_hosts.get();
    }
    if let Some(name) = name {
        settings.name = name;
    }
    settings.listen = listen.or(settings.listen);
    config
}

/// Tells the metrics what the budgets allow, of the lanes of this worker of which that is one rate.
fn tell_rates(config: &Config, metrics: &Metrics) {
    let lanes = services::lanes(config);
    for platform in config.run.platforms.iter().copied() {
        let tariff = plan::tariff(config, platform);
        let Some(rate) = tariff.and_then(|it| it.single_rate()) else {
            continue;
        };
        let is_own =
            |lane: &Lane| lane.as_str().starts_with("api.") && config.worker.lanes.includes(lane);
        for lane in lanes.all(&[platform]).iter().filter(|it| is_own(it)) {
            metrics.lane(lane, platform).allow(rate);
        }
    }
}

/// What is told to those who watch this process.
#[derive(Clone)]
pub(crate) struct Watched {
    metrics: Metrics,
    health: Health,
}

impl Watched {
    pub(crate) fn new(config: &Config) -> Self {
        let (metrics, health) = (Metrics::new(), Health::new());
        tell_rates(config, &metrics);
        Self { metrics, health }
    }

    /// Answers them, where the settings say so, until the answer is dropped.
    pub(crate) fn answer(
        &self,
        config: &Config,
        client: &FetchClient,
        store: &Store,
    ) -> anyhow::Result<Option<Endpoints>> {
        let Self { metrics, health } = self;
        Endpoints::start(config.worker.listen, metrics, health, client, store)
    }
}

/// Puts a worker together.
pub(crate) fn assemble(
    config: &Config,
    store: &Store,
    client: &FetchClient,
    queue: &Queue,
    watched: Watched,
    term: Option<&LeaseTerm>,
    stop: CancellationToken,
) -> anyhow::Result<Worker> {
    let mut settings: WorkerSettings = config.worker.clone();
    if settings.name.is_empty() {
        settings.name = format!("{}-{}", machine::name(), std::process::id());
    }
    let ledger = services::ledger(store, &settings.name);
    let mut fences = services::fences(config);
    if let Some(term) = term {
        fences = fences.within(term);
    }
    let archive = match &config.archive.dir {
        Some(dir) => Some(Archive::start(dir, &settings.name)?),
        None => None,
    };
    let means = Means {
        queue: queue.clone(),
        store: store.clone(),
        client: client.clone(),
        lanes: Arc::new(services::lanes(config)),
        connectors: services::connectors(config, client, &ledger, &fences)?,
        fences,
        ledger,
        archive,
        metrics: watched.metrics,
        health: watched.health,
    };
    Ok(Worker::new(means, settings, stop))
}

/// A token that is cancelled by Ctrl-C or SIGTERM; a second signal ends the program at once.
pub(crate) fn stop_on_signals() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        signalled().await;
        tracing::warn!(
            "stopping: the jobs under way are brought to their end (again to stop at once)"
        );
        told.cancel();
        signalled().await;
        std::process::exit(130);
    });
    stop
}

async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn options(line: &[&str]) -> WorkerArgs {
        let line = ["beffroi", "worker"].iter().chain(line);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Worker(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_come_over_the_settings() {
        let config = Config::default();
        assert_eq!(with_options(&config, options(&[])).worker, config.worker);

        let line = "--lanes host.* api.bluesky --max-hosts 30 --name w1 --listen 127.0.0.1:0";
        let line: Vec<&str> = line.split(' ').collect();
        let settings = with_options(&config, options(&line)).worker;
        assert!(settings.lanes.includes(&Lane::host(9)));
        assert!(
            !settings
                .lanes
                .includes(&Lane::api(beffroi_model::Platform::Mastodon))
        );
        assert_eq!(settings.max_sites_in_flight, 30);
        assert_eq!(settings.name, "w1");
        assert_eq!(settings.listen, Some("127.0.0.1:0".parse().unwrap()));
    }

    #[test]
    fn the_rate_of_a_lane_is_told_where_it_is_one() {
        let metrics = Metrics::new();
        tell_rates(&Config::default(), &metrics);
        let text = metrics.render();
        let bluesky = "beffroi_lane_requests_allowed_per_second{lane=\"api.bluesky\"} 5";
        assert!(text.contains(bluesky), "{text}");
        for other in ["host.", "api.mastodon"] {
            let name = format!("allowed_per_second{{lane=\"{other}");
            assert!(!text.contains(&name), "{other}: {text}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_command_line() {
        for wrong in [
            ["--lanes", "host*"],
            ["--max-hosts", "0"],
            ["--listen", "9464"],
        ] {
            let line = ["beffroi", "worker"].iter().chain(&wrong);
            assert!(Cli::try_parse_from(line).is_err(), "{wrong:?}");
        }
    }
}
