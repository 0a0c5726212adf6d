//! The account's dialogue, gathered post by post, and what is remembered of it until the next
//! visit: of every conversation its times alone, so that only those that moved are asked again.

use beffroi_model::{Figure, MissingReason, Thread};
use serde::{Deserialize, Serialize};

use crate::conversation::ThreadTimes;

/// The threads gathered so far. One conversation that could not be read makes the whole figure
/// missing: a reply rate over an unknown part of the threads would be no reply rate.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    threads: Vec<Thread>,
    missing: Option<MissingReason>,
}

impl Dialogue {
    /// Adds the threads under a post.
    pub(crate) fn add(&mut self, post_id: &str, threads: &[ThreadTimes]) {
        self.threads.extend(threads.iter().map(|times| Thread {
            post_id: post_id.to_owned(),
            opened_at: times.opened_at,
            replied_at: times.replied_at,
        }));
    }

    /// Notes that a part is missing; the first reason is kept.
    pub(crate) fn miss(&mut self, reason: MissingReason) {
        self.missing.get_or_insert(reason);
    }

    /// The figure.
    pub(crate) fn figure(self) -> Figure<Vec<Thread>> {
        match self.missing {
            Some(reason) => Figure::Missing(reason),
            None => Figure::Known(self.threads),
        }
    }
}

/// A conversation as it was at the last visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// By what the platform's listing shows that it moved.
    #[serde(flatten)]
    pub(crate) mark: Mark,
    /// Its threads.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) threads: Vec<ThreadTimes>,
    /// Whether the answer was cut at the platform's limit.
    #[serde(rename = "cut", default)]
    pub(crate) is_truncated: bool,
}

/// What a listing of the account's own posts shows of a conversation without asking for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Direct replies, as the platform counts them, to the post and to the account's own messages
    /// below it.
    #[serde(rename = "n")]
    pub(crate) replies: u64,
    /// How many of the account's own messages are below it.
    #[serde(rename = "m")]
    pub(crate) own: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn one_unread_conversation_makes_the_dialogue_unknown() {
        let opened_at = Timestamp::UNIX_EPOCH;
        let threads = [ThreadTimes {
            opened_at,
            replied_at: None,
        }];
        let mut dialogue = Dialogue::default();
        dialogue.add("p1", &threads);
        dialogue.miss(MissingReason::CallFailed);
        dialogue.miss(MissingReason::Truncated);
        assert_eq!(
            dialogue.figure(),
            Figure::Missing(MissingReason::CallFailed)
        );
    }

    #[test]
    fn a_remembered_conversation_is_short_and_reads_back() {
        let remembered = Remembered {
            mark: Mark { replies: 2, own: 1 },
            threads: vec![ThreadTimes {
                opened_at: Timestamp::UNIX_EPOCH,
                replied_at: None,
            }],
            is_truncated: false,
        };
        let json = serde_json::to_string(&remembered).unwrap();
        assert_eq!(
            json,
            r#"{"n":2,"m":1,"t":[{"o":"1970-01-01T00:00:00Z"}],"cut":false}"#
        );
        assert_eq!(
            serde_json::from_str::<Remembered>(&json).unwrap(),
            remembered
        );
    }
}
