//! What an answer holds, and what it costs.

use serde_json::{Value, json};

/// What one object costs, tenths of a US cent (list prices of August 2026).
pub(super) const USER_MILLS: u64 = 10;
pub(super) const POST_MILLS: u64 = 5;

/// An answer before it is billed.
pub(super) struct Reply {
    pub(super) value: Value,
    /// Users that it holds, by id.
    pub(super) users: Vec<u64>,
    /// Posts that it holds, those in `includes` among them.
    pub(super) posts: Vec<u64>,
    /// Whether the request itself costs as much as a post.
    pub(super) is_charged: bool,
}

impl Reply {
    pub(super) fn free(value: Value) -> Self {
        Self {
            value,
            users: Vec::new(),
            posts: Vec::new(),
            is_charged: false,
        }
    }

    /// `data` and `errors`, each only where there is something.
    pub(super) fn of(data: Vec<Value>, errors: Vec<Value>) -> Self {
        let mut value = json!({});
        if !data.is_empty() {
            value["data"] = data.into();
        }
        if !errors.is_empty() {
            value["errors"] = errors.into();
        }
        Self::free(value)
    }
}
