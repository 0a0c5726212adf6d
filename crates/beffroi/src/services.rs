//! The live objects, assembled in one place: the store (with its engine), the queue, the client, the
//! connectors.

use std::{collections::BTreeMap, process::Command, sync::Arc};

use anyhow::Context;
use beffroi_budget::Ledger;
use beffroi_connectors::{Access, Connector, Credential, MEASURABLE};
use beffroi_engine::{Lifetime, RunningEngine};
use beffroi_fetch::FetchClient;
use beffroi_model::{AccountRef, Lane, Platform};
use beffroi_plan::Lanes;
use beffroi_queue::{Queue, QueueUrl};
use beffroi_store::{Store, StoreSettings};
use beffroi_worker::{Fences, StoreJournal};

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

/// The lanes of a night.
pub(crate) fn lanes(config: &Config) -> Lanes {
    let of = |platform: &Platform| {
        let credentials = config.platforms.of(*platform)?.credentials()?;
        Some((*platform, credentials.keys().cloned().collect()))
    };
    Lanes {
        host_shards: config.run.host_lanes,
        credentials: MEASURABLE.iter().filter_map(of).collect(),
    }
}

/// The fences of a night's lanes: what a worker heeds while it asks.
pub(crate) fn fences(config: &Config) -> Fences {
    let lanes = lanes(config);
    let all = lanes.all(&config.run.platforms);
    Fences::new(&lanes, all, config.queue.url != QueueUrl::InProcess)
}

/// The connectors of the platforms that a night measures, by lane: each lane has its own, which asks
/// through a client that heeds the lane's fence.
pub(crate) fn connectors(
    config: &Config,
    client: &FetchClient,
    ledger: &Ledger,
    fences: &Fences,
) -> anyhow::Result<BTreeMap<Lane, Arc<dyn Connector>>> {
    let lanes = lanes(config);
    let mut connectors = BTreeMap::new();
    for platform in &config.run.platforms {
        for credential in credentials(config, *platform)? {
            let of = match &credential {
                _ if *platform == Platform::Website => lanes.hosts().collect(),
                Some(credential) => vec![Lane::of_credential(*platform, &credential.name)],
                None => vec![Lane::api(*platform)],
            };
            for lane in of {
                let pass = fences.pass(&lane);
                let client = pass.map_or_else(|| client.clone(), |pass| client.within(pass));
                let credential = credential.clone();
                let connector = connector(config, &client, ledger, *platform, credential);
                connectors.extend(connector.map(|connector| (lane, connector)));
            }
        }
    }
    Ok(connectors)
}

/// The connector of a platform, for one of its credentials; `None` where it cannot be measured.
pub(crate) fn connector(
    config: &Config,
    client: &FetchClient,
    ledger: &Ledger,
    platform: Platform,
    credential: Option<Credential>,
) -> Option<Arc<dyn Connector>> {
    let access = Access {
        client: client.clone(),
        credential,
        ledger: ledger.clone(),
    };
    Some(config.platforms.of(platform)?.connector(access))
}

/// The credentials of a platform, read; a single `None` where there is none.
pub(crate) fn credentials(
    config: &Config,
    platform: Platform,
) -> anyhow::Result<Vec<Option<Credential>>> {
    let settings = config.platforms.of(platform);
    let named = settings
        .and_then(|it| it.credentials())
        .into_iter()
        .flatten();
    let read = named.map(|(name, source)| {
        let credential = source.read(name).with_context(|| {
            format!("the credential `platforms.{platform}.credentials.{name}` cannot be used")
        })?;
        Ok(Some(credential))
    });
    let read: Vec<_> = read.collect::<anyhow::Result<_>>()?;
    Ok(if read.is_empty() { vec![None] } else { read })
}

/// The credential that asks for an account, if there is one.
pub(crate) fn credential_of(
    config: &Config,
    account: &AccountRef,
) -> anyhow::Result<Option<Credential>> {
    let lanes = lanes(config);
    let name = lanes.credential_of(account);
    let credentials = credentials(config, account.platform)?;
    let is_meant = |it: &Credential| Some(it.name.as_str()) == name;
    Ok(credentials.into_iter().flatten().find(is_meant))
}

/// The budget ledger, over the store, under a worker's name.
pub(crate) fn ledger(store: &Store, worker: &str) -> Ledger {
    Ledger::new(Arc::new(StoreJournal::new(
        store.clone(),
        worker.to_owned(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_of_a_night_has_its_connector() {
        let mut config = Config::default();
        config.run.platforms = MEASURABLE.to_vec();
        let source = serde_json::from_str(r#"{"secret":"x"}"#).unwrap();
        config.platforms.youtube.credentials = [
            ("a".to_owned(), source),
            ("b".to_owned(), Default::default()),
        ]
        .into();
        let client = client(&config).unwrap();
        let ledger = Ledger::in_memory();
        let fences = fences(&config);
        let refused = connectors(&config, &client, &ledger, &fences)
            .err()
            .unwrap();
        assert!(
            refused
                .to_string()
                .contains("platforms.youtube.credentials.b")
        );

        config.platforms.youtube.credentials.remove("b");
        let connectors = connectors(&config, &client, &ledger, &fences).unwrap();
        let lanes = lanes(&config).all(&config.run.platforms);
        assert_eq!(connectors.len(), lanes.len());
        for lane in lanes {
            assert!(connectors.contains_key(&lane), "{lane}");
        }
    }
}
