//! beffroi as somebody has it: a folder with a configuration, and the executable.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use beffroi_engine::EngineSettings;
use serde_json::Value;
use tempfile::TempDir;

use crate::{Ended, Engine, Running, Simulator};

/// Rows of every table that holds facts, repeats removed.
pub type Rows = BTreeMap<String, u64>;

/// A crawl of the simulated France without the patience of a real night: hosts that hang are given up
/// soon, failures tried again soon, and Mastodon's instances asked faster (a small France stays far
/// below what they allow in their five minutes). By the environment, which overrides what the
/// simulator's configuration may say.
const SHORT_NIGHT: [(&str, &str); 6] = [
    ("BEFFROI_FETCH__READ_TIMEOUT", "2s"),
    ("BEFFROI_FETCH__TOTAL_TIMEOUT", "8s"),
    ("BEFFROI_WORKER__RETRY_PAUSE", "1s"),
    ("BEFFROI_WORKER__MAX_TRIES", "2"),
    ("BEFFROI_WORKER__DRAIN_TIMEOUT", "10s"),
    ("BEFFROI_PLATFORMS__MASTODON__PER", "1m"),
];

/// A folder with `beffroi.toml`, in which commands are run. Its engine ends with it.
#[derive(Debug)]
pub struct Installation {
    folder: PathBuf,
    /// Where the folder is to be removed.
    _own: Option<TempDir>,
    environment: Vec<(&'static str, String)>,
    options: Vec<String>,
}

impl Default for Installation {
    /// An installation with nothing configured but its folder.
    fn default() -> Self {
        Self::new("")
    }
}

impl Installation {
    /// An installation with this configuration (no `[engine]`, which it sets itself). It has no name
    /// server, so that no test can lead to a real site, whatever the program does.
    pub fn new(toml: &str) -> Self {
        Self::with_names(toml).with_variable("BEFFROI_FETCH__DNS", "127.0.0.1:1")
    }

    fn with_names(toml: &str) -> Self {
        let own = temporary_folder();
        let folder = own.path().to_owned();
        let mut installation = Self::in_folder(folder, toml);
        installation._own = Some(own);
        installation
    }

    fn in_folder(folder: PathBuf, toml: &str) -> Self {
        let data_dir = folder.join("engine");
        let engine = format!(
            "\n[engine]\ndata_dir = {:?}\nmemory_mb = 1024\n",
            data_dir.to_str().unwrap()
        );
        fs::write(folder.join("beffroi.toml"), format!("{toml}{engine}")).unwrap();
        Self {
            folder,
            _own: None,
            environment: Vec::new(),
            options: Vec::new(),
        }
    }

    /// An installation that crawls the simulated France, whose websites are not yet imported.
    pub fn in_france(france: &Simulator) -> Self {
        Self::with_names(&france.crawler_config()).in_a_hurry()
    }

    /// The same in a folder of somebody else's, which stays.
    pub fn in_france_at(france: &Simulator, folder: &Path) -> Self {
        Self::in_folder(folder.to_owned(), &france.crawler_config()).in_a_hurry()
    }

    fn in_a_hurry(mut self) -> Self {
        self.environment
            .extend(SHORT_NIGHT.map(|(name, value)| (name, value.to_owned())));
        self
    }

    /// Uses this store instead of the embedded one.
    pub fn with_store(mut self, url: &str, user: &str, password: &str) -> Self {
        self.environment
            .push(("BEFFROI_STORE__URL", url.to_owned()));
        self.environment
            .push(("BEFFROI_STORE__USER", user.to_owned()));
        self.environment
            .push(("BEFFROI_STORE__PASSWORD", password.to_owned()));
        self
    }

    /// Uses this engine instead of the embedded one.
    pub fn with_engine(self, engine: &Engine) -> Self {
        self.with_store(&engine.url(), engine.user(), engine.password())
    }

    /// Uses this broker.
    pub fn with_queue(mut self, url: &str) -> Self {
        self.environment
            .push(("BEFFROI_QUEUE__URL", url.to_owned()));
        self
    }

    /// Gives these options to every command.
    pub fn with_options(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(ToString::to_string));
        self
    }

    /// Sets a variable of the environment.
    pub fn with_variable(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A command of the program, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .current_dir(self.folder())
            .env("BEFFROI_CONFIG", self.folder().join("beffroi.toml"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .args(&self.options)
            .args(arguments);
        command
    }

    /// Starts a command and leaves it running.
    pub fn start(&self, name: &str, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments), self.folder(), name)
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start("command", arguments).wait()
    }

    /// Runs a command that must succeed.
    pub fn succeed(&self, arguments: &[&str]) -> Ended {
        self.run(arguments).exited(0)
    }

    /// Rows of a statement, by the names of their columns.
    pub fn sql(&self, statement: &str) -> Vec<Value> {
        let answer = self.succeed(&["sql", "--format", "json", statement]).json();
        answer["data"].as_array().unwrap().clone()
    }

    /// The one number that a statement results in.
    pub fn number(&self, statement: &str) -> u64 {
        let rows = self.sql(statement);
        let value = rows[0].as_object().unwrap().values().next().unwrap();
        // 64-bit numbers are quoted in ClickHouse's JSON.
        value
            .as_u64()
            .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
    }

    /// How many rows each table holds, repeats removed.
    pub fn row_counts(&self) -> Rows {
        let tables = self.sql(
            "SELECT concat(name, if(engine LIKE 'Replacing%', ' FINAL', '')) AS source, name \
             FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
        );
        let counts: Vec<String> = tables
            .iter()
            .map(|row| {
                (
                    row["name"].as_str().unwrap(),
                    row["source"].as_str().unwrap(),
                )
            })
            .map(|(table, source)| {
                format!("SELECT '{table}' AS name, toUInt32(count()) AS rows FROM {source}")
            })
            .collect();
        let counts = self.sql(&counts.join(" UNION ALL "));
        let count = |row: &Value| {
            (
                row["name"].as_str().unwrap().to_owned(),
                row["rows"].as_u64().unwrap(),
            )
        };
        counts.iter().map(count).collect()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let settings = EngineSettings {
            data_dir: self.folder().join("engine"),
            ..EngineSettings::default()
        };
        // Of a run that was killed, too; nothing to stop is no failure here.
        let _ = beffroi_engine::stop(&settings);
    }
}

/// The executable under test: the one that `BEFFROI_PROGRAM` names, else the one that was built along
/// with the tests.
fn executable() -> PathBuf {
    if let Some(named) = std::env::var_os("BEFFROI_PROGRAM") {
        return named.into();
    }
    let own = std::env::current_exe().unwrap();
    // Tests lie in a folder below it.
    let mut folders = own.ancestors().skip(1).take(2);
    let built = folders.find_map(|folder| {
        let path = folder.join("beffroi");
        path.is_file().then_some(path)
    });
    built.unwrap_or_else(|| own.with_file_name("beffroi"))
}

/// The executable under test, without the variables of whoever runs the tests.
pub(crate) fn program() -> Command {
    let path = executable();
    assert!(
        path.is_file(),
        "there is no `{}`: the tests run the executable, build it first with `cargo build -p beffroi`",
        path.display()
    );
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BEFFROI_") {
            command.env_remove(name);
        }
    }
    if let Some(library) = engine_library() {
        command.env("BEFFROI_CHDB_LIB", library);
    }
    command
}

/// What `BEFFROI_CHDB_LIB` names, else what `make engine` has installed.
pub(crate) fn engine_library() -> Option<PathBuf> {
    let named = std::env::var_os("BEFFROI_CHDB_LIB").map(PathBuf::from);
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let installed = project.map(|folder| folder.join(".vendor/chdb/libchdb.so"));
    named
        .into_iter()
        .chain(installed)
        .find(|path| path.is_file())
}

/// A folder that is removed with its value, under the build's own.
pub fn temporary_folder() -> TempDir {
    let own = std::env::current_exe().unwrap();
    let profile = own
        .ancestors()
        .find(|folder| folder.join(".fingerprint").is_dir());
    let target = profile.and_then(Path::parent).unwrap().join("tmp");
    fs::create_dir_all(&target).unwrap();
    tempfile::tempdir_in(target).unwrap()
}
