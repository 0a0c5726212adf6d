//! What a visit leaves for the next one: ids and counters of the account and its posts, and times.
//! Of a citizen there is nothing but when a thread was opened.

use std::collections::BTreeMap;

use beffroi_model::PostKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{name, talk::Talk};

/// What is known of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Its id, by which it is found again under another name.
    pub(super) id: String,
    /// Its name when the profile was last read.
    pub(super) username: String,
    /// When that was.
    pub(super) profile_at: Option<Timestamp>,
    /// The profile's count of posts when they were last listed: while it stays, there is nothing to
    /// list. `None` when something had come that was left for the next visit.
    pub(super) total: Option<u64>,
    /// End of the time whose posts were listed.
    pub(super) listed_to: Option<Timestamp>,
    /// The newest of the account's posts and replies until then.
    pub(super) since_id: Option<String>,
    /// Start of the time whose posts are known without a gap.
    pub(super) whole_since: Option<Timestamp>,
    /// When the counters of all known posts were last read.
    pub(super) refreshed_at: Option<Timestamp>,
    /// The time whose visitors' replies were heard without a gap.
    pub(super) heard: Option<Heard>,
    /// The posts of the window, by their first id.
    pub(super) posts: BTreeMap<String, Kept>,
}

/// A stretch of time, its end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heard {
    pub(super) since: Timestamp,
    pub(super) to: Timestamp,
}

/// A post of the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// When it was published.
    pub(super) at: Timestamp,
    /// The id that an edited post bears today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) edited: Option<String>,
    /// What it shows, where that was told when it was listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<PostKind>,
    /// Whether not everybody may reply.
    #[serde(default)]
    pub(super) is_restricted: bool,
    /// Whether its conversation is known from the start.
    #[serde(default)]
    pub(super) is_whole: bool,
    /// Its conversation.
    #[serde(default)]
    pub(super) talk: Talk,
}

impl State {
    /// Nothing is known yet but the name and the id.
    pub(super) fn new(id: &str, username: &str) -> Self {
        Self {
            id: id.to_owned(),
            username: username.to_owned(),
            profile_at: None,
            total: None,
            listed_to: None,
            since_id: None,
            whole_since: None,
            refreshed_at: None,
            heard: None,
            posts: BTreeMap::new(),
        }
    }

    /// Reads what the last visit left; what cannot be read (another version's) is as none.
    pub(super) fn read(json: &str) -> Option<Self> {
        let state: Self = serde_json::from_str(json).ok()?;
        (name::is_id(&state.id) && name::is_username(&state.username)).then_some(state)
    }

    /// As the next visit is to read it.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).expect("text, times and numbers are JSON")
    }

    /// The post at the top of a conversation, by its first id.
    pub(super) fn post_of(&self, conversation_id: &str) -> Option<&str> {
        if let Some((post_id, _)) = self.posts.get_key_value(conversation_id) {
            return Some(post_id);
        }
        let is_edited = |kept: &Kept| kept.edited.as_deref() == Some(conversation_id);
        let edited = self.posts.iter().find(|(_, kept)| is_edited(kept))?;
        Some(edited.0)
    }
}

impl Kept {
    /// The id by which the post is asked for.
    pub(super) fn id_today<'a>(&'a self, post_id: &'a str) -> &'a str {
        self.edited.as_deref().unwrap_or(post_id)
    }
}
