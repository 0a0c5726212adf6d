//! What a visit leaves for the next one: own ids, times and counters alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::conversation::ThreadTimes;

/// What is remembered of an organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Its number, which outlives every name.
    pub(super) id: String,
    /// Whether it is a part of another organisation, and has another kind of URN.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_brand: bool,
    /// The name in its page's address when it was last described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// The run in which it was last described, and so known to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) described_at: Option<Timestamp>,
    /// The run in which its followers were last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) followers_at: Option<Timestamp>,
    /// The run in which its posts were last refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused_at: Option<Timestamp>,
    /// Conversations below posts of the window, by the post's URN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) talks: BTreeMap<String, Talk>,
}

/// The conversations below a post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Talk {
    /// Comments of both levels, as the platform counts them: by this one sees that something moved.
    #[serde(rename = "n")]
    pub(super) comments: u64,
    /// The threads.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) threads: Vec<ThreadTimes>,
}

impl State {
    /// Of an organisation of which only the number is known.
    pub(super) fn of(id: &str, is_brand: bool) -> Self {
        Self {
            id: id.to_owned(),
            is_brand,
            name: None,
            described_at: None,
            followers_at: None,
            refused_at: None,
            talks: BTreeMap::new(),
        }
    }

    /// What the last visit left; one that cannot be read (another version's) is as none.
    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        serde_json::from_str(text?).ok()
    }

    /// As it is kept.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).expect("text, times and numbers are JSON")
    }
}
