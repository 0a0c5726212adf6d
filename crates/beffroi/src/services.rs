//! The live objects, assembled in one place: the store (with its engine), the queue, the client, the
//! connectors.

use std::{process::Command, sync::Arc};

use anyhow::Context;
use beffroi_connectors::Connector;
use beffroi_engine::{Lifetime, RunningEngine};
use beffroi_fetch::FetchClient;
use beffroi_model::Platform;
use beffroi_queue::Queue;
use beffroi_store::{Store, StoreSettings};

use crate::config::Config;

/// A store, and the engine under it when it is ours.
pub(crate) struct StoreService {
    pub(crate) store: Store,
    reader: Store,
    engine: Option<RunningEngine>,
}

impl StoreService {
    /// Connects to the configured store, starting the embedded engine when none is named, and brings
    /// the schema up to date.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let service = Self::connect(config).await?;
        let report = service.store.migrate().await?;
        if !report.applied.is_empty() {
            tracing::info!(
                store.schema = report.schema,
                migrations = report.applied.len(),
                "schema brought up to date"
            );
        }
        Ok(service)
    }

    /// The same without touching the schema.
    pub(crate) async fn connect(config: &Config) -> anyhow::Result<Self> {
        let mut settings = config.store.clone();
        let mut reader_settings = None;
        let mut engine = None;
        if settings.is_embedded() {
            let running = start_engine(config, Lifetime::WithOwner).await?;
            let endpoint = running.endpoint();
            settings = StoreSettings {
                url: endpoint.url.clone(),
                user: endpoint.user.to_owned(),
                password: endpoint.password.expose().to_owned(),
                ..settings
            };
            reader_settings = Some(StoreSettings {
                user: endpoint.reader_user.to_owned(),
                password: endpoint.reader_password.expose().to_owned(),
                ..settings.clone()
            });
            engine = Some(running);
        }
        let store = Store::try_new(settings)?;
        store.connect().await?;
        let reader = match reader_settings {
            Some(settings) => Store::try_new(settings)?,
            None => store.read_only(),
        };
        Ok(Self {
            store,
            reader,
            engine,
        })
    }

    /// A client that can only read.
    pub(crate) fn reader(&self) -> &Store {
        &self.reader
    }

    /// Stops the engine when it is ours.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        let Some(engine) = self.engine else {
            return Ok(());
        };
        // Our connections would keep the engine waiting for them.
        drop((self.store, self.reader));
        tokio::task::spawn_blocking(move || engine.stop())
            .await
            .context("the engine could not be stopped")??;
        Ok(())
    }
}

/// Starts (or finds running) the embedded engine.
pub(crate) async fn start_engine(
    config: &Config,
    lifetime: Lifetime,
) -> anyhow::Result<RunningEngine> {
    let settings = config.engine.clone();
    let program = std::env::current_exe().context("the path of this program is not known")?;
    tokio::task::spawn_blocking(move || {
        let mut command = Command::new(program);
        command.args(["engine", "serve"]);
        beffroi_engine::start(&settings, lifetime, command)
    })
    .await
    .context("the engine's start was interrupted")?
    .context("the embedded ClickHouse could not be started")
}

/// Connects to the configured queue.
pub(crate) async fn open_queue(config: &Config) -> anyhow::Result<Queue> {
    Ok(Queue::connect(&config.queue).await?)
}

/// The polite client, shouting when its guard is open.
pub(crate) fn client(config: &Config) -> anyhow::Result<FetchClient> {
    Ok(FetchClient::try_new(config.fetch.clone())?)
}

/// The connectors of the platforms that a night measures.
pub(crate) fn connectors(config: &Config, client: &FetchClient) -> Vec<Arc<dyn Connector>> {
    let platforms = config.run.platforms.iter();
    platforms
        .filter_map(|platform| connector(config, client, *platform))
        .collect()
}

/// The connector of a platform; `None` where it has none.
pub(crate) fn connector(
    config: &Config,
    client: &FetchClient,
    platform: Platform,
) -> Option<Arc<dyn Connector>> {
    beffroi_connectors::connector(platform, &config.platforms, client.clone(), None)
}
