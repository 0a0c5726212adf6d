//! The configuration: compiled-in defaults, then a file, then the environment, then options.
//!
//! `config/default.toml` is the documentation of every key and is compiled in; a test keeps it equal
//! to the defaults of the code. Unknown keys are refused.

use std::path::{Path, PathBuf};

use beffroi_connectors::{
    bluesky::BlueskySettings, mastodon::MastodonSettings, website::WebsiteSettings,
};
use beffroi_engine::EngineSettings;
use beffroi_fetch::FetchSettings;
use beffroi_queue::QueueSettings;
use beffroi_registry::DirectorySettings;
use beffroi_store::StoreSettings;
use beffroi_worker::WorkerSettings;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

/// The commented default file, compiled in.
pub(crate) const DEFAULT_FILE: &str = include_str!("../../../config/default.toml");

/// Variables that are text whatever they look like: a password of digits alone would else be read as
/// a number, refused, and printed with the error.
const TEXTS: [(&str, &str); 2] = [
    ("BEFFROI_STORE__USER", "store.user"),
    ("BEFFROI_STORE__PASSWORD", "store.password"),
];

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
    pub(crate) registry: DirectorySettings,
    pub(crate) platforms: PlatformSettings,
}

/// `[run]`: the night as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RunSettings {
    /// Lanes over which websites are spread. The same for all that plan and work. Default 64.
    pub(crate) host_lanes: u16,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self { host_lanes: 64 }
    }
}

/// `[platforms.…]`: one table a platform.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlatformSettings {
    pub(crate) website: WebsiteSettings,
    pub(crate) mastodon: MastodonSettings,
    pub(crate) bluesky: BlueskySettings,
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
        let mut figment = Figment::from(Toml::string(DEFAULT_FILE));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(
            Env::prefixed("BEFFROI_")
                .ignore(&["CHDB_LIB", "CONFIG", "LOG"])
                .split("__"),
        );
        for (variable, key) in TEXTS {
            if let Ok(text) = std::env::var(variable) {
                figment = figment.merge(Serialized::default(key, text));
            }
        }
        figment
            .extract()
            .map_err(|error| ConfigError::Wrong(explain(&error, file)))
    }
}

/// All errors of a configuration, a line each: key, place, what was found and what was expected.
fn explain(errors: &figment::Error, file: Option<&Path>) -> String {
    let line = |error: figment::Error| {
        let place = error
            .metadata
            .as_ref()
            .map_or_else(String::new, |metadata| {
                let source = metadata
                    .source
                    .as_ref()
                    .and_then(|source| source.file_path());
                match source.or(file.filter(|_| metadata.name.contains("TOML"))) {
                    Some(path) => format!("in `{}`", path.display()),
                    None => format!("in {}", metadata.name),
                }
            });
        let key = error.path.join(".");
        let at = if key.is_empty() {
            String::new()
        } else {
            format!("`{key}`: ")
        };
        format!("{at}{} {place}", error.kind).trim_end().to_owned()
    };
    errors
        .clone()
        .into_iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
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
        let written = toml::Table::try_from(Config::default()).unwrap();
        let read: toml::Table = toml::from_str(DEFAULT_FILE).unwrap();
        for (table, value) in &written {
            let toml::Value::Table(keys) = value else {
                continue;
            };
            for key in keys.keys() {
                assert!(
                    read[table].get(key).is_some(),
                    "`{table}.{key}` is not in the file"
                );
            }
        }
    }

    #[test]
    fn a_wrong_value_names_its_key_its_place_and_what_was_expected() {
        let message = load("[run]\nhost_lanes = \"many\"").unwrap_err();
        assert!(
            message.contains("run.host_lanes") && message.contains("beffroi.toml"),
            "{message}"
        );
        assert!(
            message.contains("many") && message.contains("u16"),
            "{message}"
        );
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_known_ones() {
        let message = load("[fetch]\nhost_intervall = \"2s\"").unwrap_err();
        assert!(
            message.contains("host_intervall") && message.contains("host_interval`"),
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
