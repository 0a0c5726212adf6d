//! What a visit leaves for the next one: of each video of the window its counter and the times of
//! its threads, so that only comments that moved are asked for. No comment and no commenter is
//! named: a thread is known again by when it was opened.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::observe::Openness;
use crate::conversation::ThreadTimes;

/// How long a video is believed to be open to comments, or closed, before it is asked again.
const OPENNESS_BELIEVED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is remembered of a channel or account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Its permanent id.
    pub(super) actor: String,
    /// Videos of the window, by their id.
    pub(super) videos: BTreeMap<String, Remembered>,
}

/// What is remembered of the comments below a video.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Comments by the list of videos, where it counts them.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(super) comments: Option<u64>,
    /// The threads.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) threads: Vec<ThreadTimes>,
    /// Whether anybody may comment, where that was asked.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub(super) openness: Option<SeenOpenness>,
}

/// Who may comment, and when that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeenOpenness {
    /// Who may.
    #[serde(rename = "w")]
    pub(super) openness: Openness,
    /// Seen when.
    #[serde(rename = "at")]
    pub(super) seen_at: Timestamp,
}

impl Remembered {
    /// Who may comment, while that is believed.
    pub(super) fn believed_openness(&self, now: Timestamp) -> Option<SeenOpenness> {
        let seen = self.openness?;
        let age = now.duration_since(seen.seen_at);
        (age < OPENNESS_BELIEVED_FOR).then_some(seen)
    }

    /// When the account first replied in the thread opened at this moment, where that is known
    /// already. Of two threads of one moment nothing is known.
    pub(super) fn replied_at(&self, opened_at: Timestamp) -> Option<Timestamp> {
        let mut of_that_moment = self
            .threads
            .iter()
            .filter(|thread| thread.opened_at == opened_at);
        let thread = of_that_moment.next()?;
        match of_that_moment.next() {
            Some(_) => None,
            None => thread.replied_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn thread(opened: i64, replied: Option<i64>) -> ThreadTimes {
        ThreadTimes {
            opened_at: at(opened),
            replied_at: replied.map(at),
        }
    }

    #[test]
    fn a_thread_is_known_again_by_its_moment_alone() {
        let remembered = Remembered {
            threads: vec![
                thread(1, Some(5)),
                thread(2, None),
                thread(3, Some(6)),
                thread(3, None),
            ],
            ..Remembered::default()
        };
        assert_eq!(remembered.replied_at(at(1)), Some(at(5)));
        assert_eq!(remembered.replied_at(at(2)), None);
        assert_eq!(remembered.replied_at(at(3)), None, "two of that moment");
        assert_eq!(remembered.replied_at(at(4)), None);
    }

    #[test]
    fn who_may_comment_is_believed_for_a_week() {
        let remembered = Remembered {
            openness: Some(SeenOpenness {
                openness: Openness::Open,
                seen_at: at(0),
            }),
            ..Remembered::default()
        };
        let week = OPENNESS_BELIEVED_FOR.as_secs();
        assert!(remembered.believed_openness(at(week - 1)).is_some());
        assert!(remembered.believed_openness(at(week)).is_none());
    }

    #[test]
    fn a_state_is_short_and_reads_back() {
        let remembered = Remembered {
            comments: Some(2),
            threads: vec![thread(0, None)],
            openness: None,
        };
        let state = State {
            actor: "https://video.example.fr/video-channels/ville".to_owned(),
            videos: [("u-1".to_owned(), remembered)].into(),
        };
        let json = serde_json::to_string(&state).unwrap();
        assert!(
            json.ends_with(r#""videos":{"u-1":{"n":2,"t":[{"o":"1970-01-01T00:00:00Z"}]}}}"#),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }
}
