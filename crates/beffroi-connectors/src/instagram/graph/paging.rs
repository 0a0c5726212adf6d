//! Where a list of a Graph API goes on.

use serde::Deserialize;

use crate::tolerant;

/// `paging` of a list.
#[derive(Deserialize)]
pub(crate) struct Paging {
    #[serde(default, deserialize_with = "tolerant::object")]
    cursors: Option<Cursors>,
}

#[derive(Deserialize)]
struct Cursors {
    #[serde(default, deserialize_with = "tolerant::text")]
    after: Option<String>,
}

impl Paging {
    /// The cursor behind which the next page begins.
    pub(crate) fn after(&self) -> Option<&str> {
        self.cursors.as_ref()?.after.as_deref()
    }
}
