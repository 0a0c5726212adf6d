//! A ClickHouse of the benchmark's own, on a folder that goes away with it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use beffroi_engine::{EngineSettings, Lifetime, RunningEngine};
use beffroi_store::{Store, StoreSettings};

use crate::{child, plain, program::temporary_folder};

/// A running engine. It knows no runtime, so that it may be started before the threads whose cores
/// are chosen.
#[derive(Debug)]
pub struct BenchEngine {
    engine: RunningEngine,
    _folder: Option<tempfile::TempDir>,
}

impl BenchEngine {
    /// Starts an engine as `beffroi run` would, with its default settings.
    pub fn start() -> anyhow::Result<Self> {
        let folder = temporary_folder()?;
        let mut engine = Self::start_in(folder.path())?;
        engine._folder = Some(folder);
        Ok(engine)
    }

    /// Starts an engine on a folder that stays, with what was left there.
    pub fn start_in(folder: &Path) -> anyhow::Result<Self> {
        let settings = EngineSettings {
            data_dir: folder.join("engine"),
            library: library(),
            ..EngineSettings::default()
        };
        let command = child::engine_command()?;
        let engine = beffroi_engine::start(&settings, Lifetime::WithOwner, command)
            .context("the engine could not be started; `make engine` fetches it")?;
        Ok(Self {
            engine,
            _folder: None,
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.engine.endpoint().pid
    }

    /// Its address, the user with all rights, and the user's password.
    pub fn access(&self) -> (&str, &str, &str) {
        let endpoint = self.engine.endpoint();
        (&endpoint.url, endpoint.user, endpoint.password.expose())
    }

    /// Its store, migrated. The connections belong to the runtime of the caller.
    pub async fn store(&self) -> anyhow::Result<Store> {
        plain::choose_cryptography();
        let endpoint = self.engine.endpoint();
        let store = Store::try_new(StoreSettings {
            url: endpoint.url.clone(),
            user: endpoint.user.to_owned(),
            password: endpoint.password.expose().to_owned(),
            ..StoreSettings::default()
        })?;
        store.connect().await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Stops it and removes its folder. No connection may be left: it would wait for them.
    pub fn stop(self) -> anyhow::Result<()> {
        self.engine.stop()?;
        Ok(())
    }
}

/// The library of the project, whatever folder the benchmark runs in.
fn library() -> Option<PathBuf> {
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.vendor/chdb/libchdb.so");
    std::env::var_os("BEFFROI_CHDB_LIB")
        .map(PathBuf::from)
        .into_iter()
        .chain([vendored])
        .find(|path| path.is_file())
}
