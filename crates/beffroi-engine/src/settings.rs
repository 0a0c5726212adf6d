//! What can be set of the embedded engine.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// `[engine]`: the ClickHouse that beffroi starts by itself when no other store is configured.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSettings {
    /// The engine's folder: data, passwords, logs. Default `beffroi-data/engine`.
    pub data_dir: PathBuf,
    /// The library to load, whatever else is installed. Default: none, and then a `clickhouse`
    /// executable on `PATH`, else `libchdb.so` named by `BEFFROI_CHDB_LIB`, else
    /// `.vendor/chdb/libchdb.so` under the current folder or beside the executable.
    pub library: Option<PathBuf>,
    /// Memory that ClickHouse may use in all, MiB; a query that needs more is refused. Default
    /// 2048; less than 512 is not comfortable.
    pub memory_mb: u32,
    /// How long the engine may take to answer after its start. Default `60s` (usually 0.4 s;
    /// longer on a large folder after a crash).
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub start_timeout: Duration,
    /// How long a clean stop may take before the engine is killed. Default `60s` (ClickHouse waits
    /// up to 10 s for clients that keep inserting).
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub stop_timeout: Duration,
    /// Free space below which the engine does not start, MiB. Default 256.
    pub min_free_mb: u64,
    /// How much ClickHouse writes into `log/engine.log`. Default `warning`.
    pub log_level: LogLevel,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("beffroi-data/engine"),
            library: None,
            memory_mb: 2048,
            start_timeout: Duration::from_secs(60),
            stop_timeout: Duration::from_secs(60),
            min_free_mb: 256,
            log_level: LogLevel::Warning,
        }
    }
}

/// ClickHouse's own log levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the words say all")]
pub enum LogLevel {
    Error,
    Warning,
    Information,
    Debug,
    Trace,
}

impl LogLevel {
    /// ClickHouse's word.
    pub(crate) fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_from_their_own_text() {
        let settings = EngineSettings {
            library: Some(PathBuf::from("/opt/libchdb.so")),
            start_timeout: Duration::from_secs(90),
            log_level: LogLevel::Debug,
            ..EngineSettings::default()
        };
        let text = toml::to_string(&settings).unwrap();
        assert!(text.contains("log_level = \"debug\""), "{text}");
        assert_eq!(toml::from_str::<EngineSettings>(&text).unwrap(), settings);
    }

    #[test]
    fn what_is_not_written_has_its_default_and_what_is_not_known_is_refused() {
        let some: EngineSettings = toml::from_str("memory_mb = 512").unwrap();
        assert_eq!(some.memory_mb, 512);
        assert_eq!(some.data_dir, EngineSettings::default().data_dir);
        assert!(toml::from_str::<EngineSettings>("memory = 512").is_err());
    }
}
