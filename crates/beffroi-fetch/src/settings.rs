//! `[fetch]` of the configuration.

/// Settings of the polite client.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FetchSettings {
    /// Where to complain about the crawler: an address in the User-Agent.
    pub contact: String,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self { contact: String::new() }
    }
}
