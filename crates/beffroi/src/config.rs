//! The configuration: compiled-in defaults, then a file, then the environment, then options.
//!
//! `config/default.toml` is the documentation of every key and is compiled in; a test keeps it equal
//! to the defaults of the code. Unknown keys are refused.

mod explain;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use beffroi_archive::ArchiveSettings;
use beffroi_connectors::{MEASURABLE, PlatformSettings};
use beffroi_engine::EngineSettings;
use beffroi_fetch::FetchSettings;
use beffroi_model::Platform;
use beffroi_queue::QueueSettings;
use beffroi_registry::DirectorySettings;
use beffroi_store::{FigureSettings, StoreSettings};
use beffroi_worker::WorkerSettings;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use explain::Sources;
pub(crate) use explain::with_place;

/// The commented default file, compiled in.
pub(crate) const DEFAULT_FILE: &str = include_str!("../../../config/default.toml");

/// Variables that are text whatever they look like: a password of digits alone would else be read as
/// a number, refused, and printed with the error.
const TEXTS: [(&str, &str); 2] = [
    ("BEFFROI_STORE__USER", "store.user"),
    ("BEFFROI_STORE__PASSWORD", "store.password"),
];

/// How the variables of the environment that are settings begin.
const PREFIX: &str = "BEFFROI_";

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) run: RunSettings,
    pub(crate) store: StoreSettings,
    pub(crate) engine: EngineSettings,
    pub(crate) queue: QueueSettings,
    pub(crate) worker: WorkerSettings,
    pub(crate) fetch: FetchSettings,
    pub(crate) archive: ArchiveSettings,
    pub(crate) registry: DirectorySettings,
    pub(crate) policies: PolicySettings,
    pub(crate) figures: FigureSettings,
    pub(crate) platforms: PlatformSettings,
}

/// `[run]`: the night as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RunSettings {
    /// Lanes over which websites are spread. The same for all that plan and work. Default 64.
    pub(crate) host_lanes: u16,
    /// Platforms measured in a night, the same for all that plan and work: any that has a table
    /// `[platforms.…]` below. Accounts of the others are recorded as presence. Default those whose
    /// nights over all of the simulated France have been proved; `beffroi measure` knows all of them.
    pub(crate) platforms: Vec<Platform>,
    /// How long a night may be. Accounts that a lane cannot ask for in that time are left for later
    /// nights. Default `10h`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub(crate) longest_night: Duration,
    /// Price of a dollar in euros, for plans. Default 0.86; set your bank's.
    pub(crate) euros_per_dollar: f64,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            host_lanes: 64,
            platforms: vec![Platform::Website, Platform::Mastodon, Platform::Bluesky],
            longest_night: Duration::from_secs(10 * 3600),
            euros_per_dollar: 0.86,
        }
    }
}

/// `[policies]`: what the platforms' terms allow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PolicySettings {
    /// A file that is read over the rules shipped with the program, from the current folder: a
    /// platform that it names is replaced whole, its amendments are added. Default: none.
    pub(crate) file: Option<PathBuf>,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("the configuration file `{0}` does not exist")]
    NoFile(PathBuf),
    #[error("{0}")]
    Wrong(String),
}

impl Config {
    /// Reads the configuration. The environment overrides the file: `BEFFROI_STORE__URL` is
    /// `store.url`.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        if let Some(file) = file.filter(|file| !file.is_file()) {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        let figment = figment(file);
        let sources = Sources::new(&figment, file);
        let config: Self = figment.extract().map_err(|error| sources.explain(&error))?;
        match config.unusable() {
            Some((path, problem)) => Err(sources.wrong(&path, &problem)),
            None => Ok(config),
        }
    }

    /// The first value with which the program could not work, by its key's path, and what is wrong
    /// with it. What a polite client cannot be made of is told when it is made.
    fn unusable(&self) -> Option<(Vec<&str>, String)> {
        let counts: [(&[&str], usize); 5] = [
            (&["run", "host_lanes"], self.run.host_lanes.into()),
            (&["store", "batch_rows"], self.store.batch_rows),
            (
                &["worker", "max_sites_in_flight"],
                self.worker.max_sites_in_flight,
            ),
            (
                &["worker", "max_accounts_in_flight"],
                self.worker.max_accounts_in_flight,
            ),
            (&["worker", "max_tries"], self.worker.max_tries.into()),
        ];
        if let Some((path, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Some((path.to_vec(), "found `0`, expected 1 or more".to_owned()));
        }
        let unknown = |platform: &&Platform| !MEASURABLE.contains(platform);
        if let Some(platform) = self.run.platforms.iter().find(unknown) {
            let known: Vec<String> = MEASURABLE.iter().map(Platform::to_string).collect();
            let problem = format!("found `{platform}`, expected any of {}", known.join(", "));
            return Some((vec!["run", "platforms"], problem));
        }
        let share = self.figures.min_coverage;
        if !(0.0..=1.0).contains(&share) {
            let problem = format!("found `{share}`, expected a share from 0 to 1");
            return Some((vec!["figures", "min_coverage"], problem));
        }
        let (path, problem) = self.platforms.check().err()?;
        Some((["platforms"].into_iter().chain(path).collect(), problem))
    }
}

/// The sources in their order, the last word first to be believed.
fn figment(file: Option<&Path>) -> Figment {
    let mut figment = Figment::from(Toml::string(DEFAULT_FILE));
    if let Some(file) = file {
        figment = figment.merge(Toml::file_exact(file));
    }
    figment = figment.merge(
        Env::prefixed(PREFIX)
            .ignore(&["CHDB_LIB", "CONFIG", "LOG"])
            .split("__"),
    );
    for (variable, key) in TEXTS {
        if let Ok(text) = std::env::var(variable) {
            figment = figment.merge(Serialized::default(key, text));
        }
    }
    figment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("beffroi.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_commented_file_and_the_codes_defaults_are_equal() {
        let from_file: Config = toml::from_str(DEFAULT_FILE).unwrap();
        assert_eq!(from_file, Config::default());
    }

    #[test]
    fn the_commented_file_names_every_key() {
        fn look(written: &toml::Table, read: &toml::Table, above: &str) {
            for (key, value) in written {
                let path = format!("{above}{key}");
                let found = read.get(key);
                assert!(found.is_some(), "`{path}` is not in the file");
                if let (toml::Value::Table(below), Some(toml::Value::Table(read))) = (value, found)
                {
                    look(below, read, &format!("{path}."));
                }
            }
        }
        let written = toml::Table::try_from(Config::default()).unwrap();
        look(&written, &toml::from_str(DEFAULT_FILE).unwrap(), "");
    }

    #[test]
    fn a_wrong_value_names_its_key_its_place_and_what_was_expected() {
        for (text, told) in [
            (
                "[run]\n\nhost_lanes = 'many'",
                "line 3: `run.host_lanes`: found `many`, expected a whole number from 0 to 65535",
            ),
            (
                "[queue]\nprefetch = 0",
                "line 2: `queue.prefetch`: found `0`, expected a whole number from 1 to 65535",
            ),
            (
                "run = { host_lanes = 3 }\nstore = 3",
                "line 2: `store`: found `3`, expected a table of settings",
            ),
            (
                "[fetch]\nextra_ca = 'x'",
                "line 2: `fetch.extra_ca`: found `x`, expected a list",
            ),
            (
                "[fetch]\nallow_addresses = [\n  3]",
                "line 2: `fetch.allow_addresses.0`: found `3`, expected a text in quotes",
            ),
            (
                "[store]\nconnect_timeout = 30",
                "line 2: `store.connect_timeout`: found `30`, expected a duration in quotes",
            ),
            (
                "[fetch]\nhost_interval = 'soon'",
                "line 2: `fetch.host_interval`: found `soon`, expected a duration in quotes",
            ),
            (
                "[fetch]\ndns = 3",
                "line 2: `fetch.dns`: expected `system`, a name server, a table of names",
            ),
            (
                "[engine]\nlog_level = 'loud'",
                "line 2: `engine.log_level`: found `loud`, expected one of `error`, `warning`",
            ),
            (
                "[platforms.mastodon.instances.'a.test']\nbase_url = 'ftp://x'",
                "line 2: `platforms.mastodon.instances.a.test.base_url`: found `ftp://x",
            ),
            (
                "[platforms.mastodon]\nwindow_days = 0",
                "line 2: `platforms.mastodon.window_days`: found `0`, expected",
            ),
            (
                "[platforms]\nbluesky.base_url = 'ftp://x'",
                "line 2: `platforms.bluesky.base_url`: found `ftp://x/`, expected",
            ),
            (
                "[run]\nhost_lanes = 0",
                "line 2: `run.host_lanes`: found `0`, expected 1 or more",
            ),
            (
                "[worker]\nmax_tries = 0",
                "line 2: `worker.max_tries`: found `0`, expected 1 or more",
            ),
        ] {
            let message = load(text).unwrap_err();
            let place = message.find("beffroi.toml, line ");
            let rest = place.map_or("", |at| &message[at + "beffroi.toml, ".len()..]);
            assert!(rest.starts_with(told), "{text}: {message}");
            assert!(!message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn a_secret_is_not_repeated() {
        for (text, key) in [
            ("[store]\npassword = 12345", "store.password"),
            ("[queue]\nurl = 12345", "queue.url"),
            ("[queue]\nurl = 'http://u:12345@broker'", "queue.url"),
        ] {
            let message = load(text).unwrap_err();
            let told = format!("line 2: `{key}`: ");
            assert!(message.contains(&told), "{message}");
            assert!(!message.contains("12345"), "{message}");
        }
    }

    #[test]
    fn what_the_client_refuses_has_its_place_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("beffroi.toml");
        std::fs::write(&file, "[fetch]\nretries = 1\ncontact = 'a b'\n").unwrap();
        let config = Config::load(Some(&file)).unwrap();
        let refused = crate::services::client(&config).err().unwrap();
        let places = crate::cli::Places {
            store: None,
            queue: None,
        };
        let told = with_place(refused, Some(&file), &places);
        assert!(told.is::<ConfigError>());
        let told = told.to_string();
        assert!(
            told.contains("beffroi.toml, line 3: `fetch.contact`: `a b` found, expected"),
            "{told}"
        );
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_known_ones() {
        let message = load("[fetch]\nhost_intervall = \"2s\"").unwrap_err();
        assert!(
            message.contains("line 2: `fetch.host_intervall`: there is no such setting")
                && message.contains("`host_interval`"),
            "{message}"
        );
    }

    #[test]
    fn a_file_overrides_the_defaults_and_leaves_the_rest() {
        let config = load("[run]\nhost_lanes = 8").unwrap();
        assert_eq!(config.run.host_lanes, 8);
        assert_eq!(config.store, StoreSettings::default());
    }
}
