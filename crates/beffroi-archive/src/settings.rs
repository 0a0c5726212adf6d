//! `[archive]` of the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Whether answers are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveSettings {
    /// The folder into which a worker writes the answers it got, those of websites excepted, without
    /// anything of citizens', so that `beffroi replay` can compute figures again after a connector was
    /// corrected. Made when it is missing. Default: none, nothing is kept.
    pub dir: Option<PathBuf>,
}
