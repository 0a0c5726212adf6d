//! `beffroi worker`: works for runs that others plan.

use std::{process::ExitCode, sync::Arc};

use anyhow::bail;
use beffroi_fetch::FetchClient;
use beffroi_queue::{Queue, QueueUrl};
use beffroi_store::Store;
use beffroi_worker::{Health, Means, Metrics, Worker, WorkerSettings};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    services::{self, StoreService},
};

pub(crate) async fn worker(config: &Config) -> anyhow::Result<ExitCode> {
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
    let queue = services::open_queue(config).await?;
    let stop = stop_on_signals();
    let worker = assemble(config, &service.store, &client, &queue, stop)?;
    tracing::info!("worker ready; Ctrl-C lets the jobs under way end");
    worker.run().await?;
    queue.close().await;
    service.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Puts a worker together.
pub(crate) fn assemble(
    config: &Config,
    store: &Store,
    client: &FetchClient,
    queue: &Queue,
    stop: CancellationToken,
) -> anyhow::Result<Worker> {
    let mut settings: WorkerSettings = config.worker.clone();
    if settings.name.is_empty() {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.trim().is_empty() {
            "worker"
        } else {
            host.trim()
        };
        settings.name = format!("{host}-{}", std::process::id());
    }
    let ledger = services::ledger(store, &settings.name);
    let fences = services::fences(config);
    let means = Means {
        queue: queue.clone(),
        store: store.clone(),
        client: client.clone(),
        lanes: Arc::new(services::lanes(config)),
        connectors: services::connectors(config, client, &ledger, &fences)?,
        fences,
        ledger,
        metrics: Metrics::new(),
        health: Health::new(),
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
