//! The broker and the store that the rounds of one thread share: a round has names of its own in both.

use std::collections::HashMap;

use tempfile::TempDir;

use crate::{
    Broker, Engine, Installation,
    chaos::{SmallDisk, WorldSettings},
    temporary_folder,
};

/// Room for the store of a round, MiB: its data needs some tens.
const DISK_MB: u32 = 512;

/// A running broker and a running engine; they end with the thread that started them.
#[derive(Debug)]
pub struct Servers {
    /// RabbitMQ.
    pub broker: Broker,
    /// ClickHouse.
    pub engine: Engine,
    /// The engine's disk, or why it has none of its own.
    pub disk: Result<SmallDisk, String>,
    templates: HashMap<Template, String>,
    _folder: TempDir,
}

/// Worlds whose registry is the same: it holds the addresses of websites, and so the port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Template {
    seed: u64,
    collectivities: u32,
    http_port: u16,
}

impl Servers {
    /// Starts both; the engine on a small disk where that is allowed.
    pub fn start() -> Self {
        let folder = temporary_folder();
        let disk = SmallDisk::mount(&folder.path().join("disk"), DISK_MB);
        let data_dir = match &disk {
            Ok(disk) => disk.folder().join("engine"),
            Err(_) => folder.path().join("engine"),
        };
        Self {
            broker: Broker::start(),
            engine: Engine::start_in(data_dir),
            disk,
            templates: HashMap::new(),
            _folder: folder,
        }
    }

    /// Brings the registry of a world into the installation's database. To import it takes seconds of
    /// computing, so that is done once and copied afterwards.
    pub(crate) fn import(&mut self, home: &Installation, database: &str, settings: &WorldSettings) {
        let key = Template {
            seed: settings.sim.seed,
            collectivities: settings.collectivities,
            http_port: settings.sim.http_port,
        };
        let Some(template) = self.templates.get(&key) else {
            let registry = home.folder().join("registry.csv");
            home.succeed(&["registry", "import", registry.to_str().unwrap()]);
            let template = format!("template_{}", self.templates.len());
            self.engine.query(&format!("CREATE DATABASE {template}"));
            for table in self.tables(database) {
                let statement =
                    format!("CREATE TABLE {template}.{table} CLONE AS {database}.{table}");
                self.engine.query(&statement);
            }
            self.templates.insert(key, template);
            return;
        };
        home.succeed(&["migrate"]);
        for table in self.tables(template) {
            let rows = format!("INSERT INTO {database}.{table} SELECT * FROM {template}.{table}");
            self.engine.query(&rows);
        }
    }

    /// Tables that hold rows, the schema's own left out.
    fn tables(&self, database: &str) -> Vec<String> {
        let statement = format!(
            "SELECT name FROM system.tables WHERE database = '{database}' \
             AND engine LIKE '%MergeTree' AND total_rows > 0 AND name != 'schema_migration'"
        );
        let names = self.engine.query(&statement);
        names.lines().map(str::to_owned).collect()
    }
}
