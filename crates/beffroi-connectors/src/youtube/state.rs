//! What a visit leaves for the next one: own ids, times and counters alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::conversation::ThreadTimes;

/// What is remembered of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// The channel's permanent id, by which it is found again under another handle and for one
    /// unit with 49 others.
    pub(super) id: String,
    /// Its uploads, once they have been listed.
    #[serde(default)]
    pub(super) uploads: Option<Remembered>,
}

/// The uploads of the window when they were last listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Public videos then, by which one sees that some came or went.
    pub(super) video_count: Option<u64>,
    /// When they were listed.
    pub(super) listed_at: Timestamp,
    /// How many days back.
    pub(super) window_days: u16,
    /// Whether the list was cut at our limit.
    #[serde(default)]
    pub(super) is_cut: bool,
    /// The videos by id.
    pub(super) videos: BTreeMap<String, RememberedVideo>,
}

/// A video as it was at the last visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RememberedVideo {
    /// When it was published.
    pub(super) at: Timestamp,
    /// What was said below it, once that has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) talk: Option<Talk>,
}

/// The conversations below a video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Talk {
    /// Comments and replies, as the platform counts them: by this one sees that something moved.
    #[serde(rename = "n")]
    pub(super) comments: u64,
    /// The threads.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) threads: Vec<ThreadTimes>,
}

impl State {
    /// What the last visit left; one that cannot be read (another version's) is as none.
    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        serde_json::from_str(text?).ok()
    }

    /// As it is kept.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).expect("text, times and numbers are JSON")
    }
}
