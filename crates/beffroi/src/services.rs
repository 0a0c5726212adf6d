//! The live objects, assembled in one place: the store (with its engine), the queue, the client, the
//! connectors.

use std::{process::Command, sync::Arc};

use anyhow::Context;
use beffroi_connectors::{
    Connector, bluesky::BlueskyConnector, facebook::FacebookConnector,
    instagram::InstagramConnector, mastodon::MastodonConnector, peertube::PeertubeConnector,
    telegram::TelegramConnector, threads::ThreadsConnector, website::WebsiteConnector,
    x::XConnector, youtube::YoutubeConnector,
};
use beffroi_engine::{Lifetime, RunningEngine};
use beffroi_fetch::FetchClient;
use beffroi_model::Platform;
use beffroi_queue::Queue;
use beffroi_store::{Store, StoreSettings};

use crate::config::Config;

/// Platforms that have a connector.
pub(crate) const MEASURABLE: [Platform; 10] = [
    Platform::Website,
    Platform::Mastodon,
    Platform::Bluesky,
    Platform::Facebook,
    Platform::Instagram,
    Platform::Peertube,
    Platform::Telegram,
    Platform::Threads,
    Platform::X,
    Platform::Youtube,
];

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
    let (client, of) = (client.clone(), &config.platforms);
    Some(match platform {
        Platform::Website => Arc::new(WebsiteConnector::new(client, of.website.clone())),
        Platform::Mastodon => Arc::new(MastodonConnector::new(client, of.mastodon.clone())),
        Platform::Bluesky => Arc::new(BlueskyConnector::new(client, of.bluesky.clone())),
        Platform::Facebook => Arc::new(FacebookConnector::new(client, of.facebook.clone())),
        Platform::Instagram => Arc::new(InstagramConnector::new(client, of.instagram.clone())),
        Platform::Peertube => Arc::new(PeertubeConnector::new(client, of.peertube.clone())),
        Platform::Telegram => Arc::new(TelegramConnector::new(client, of.telegram.clone())),
        Platform::Threads => Arc::new(ThreadsConnector::new(client, of.threads.clone())),
        Platform::X => Arc::new(XConnector::new(client, of.x.clone())),
        Platform::Youtube => Arc::new(YoutubeConnector::new(client, of.youtube.clone())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measurable_has_a_connector_of_its_platform() {
        let config = Config::default();
        let client = client(&config).unwrap();
        for platform in MEASURABLE {
            let connector = connector(&config, &client, platform).unwrap();
            assert_eq!(connector.platform(), platform);
        }
        assert!(connector(&config, &client, Platform::Linkedin).is_none());
    }
}
