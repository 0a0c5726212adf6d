//! The conversation below one of the account's posts, as it grows from night to night.
//!
//! The definition is [`beffroi_model::Thread`]'s. A visitor's message and the account's answer to it
//! may be read in different nights, and between them nothing of the citizen may be kept but the
//! time. So an answer finds its question again by the time that is in the question's id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::time;
use crate::conversation::ThreadTimes;

/// What is remembered of a conversation: times, and ids of the account's own messages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Talk {
    /// Visitors' threads, oldest first.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) threads: Vec<ThreadTimes>,
    /// Ids of the messages by which the account continued its post.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    continuations: Vec<String>,
    /// Answers to messages that were not heard yet.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pending: Vec<Pending>,
}

/// An answer of the account to a message that was not heard yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    /// When that message was written.
    #[serde(rename = "o")]
    opened_at: Timestamp,
    /// When the account answered.
    #[serde(rename = "r")]
    replied_at: Timestamp,
}

/// A message below a post, of this night. It borrows: a citizen's id lives no longer than the
/// answer that held it.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    /// Its id.
    pub(super) id: &'a str,
    /// The id of what it replies to.
    pub(super) parent: &'a str,
    /// When it was written.
    pub(super) at: Timestamp,
}

impl Talk {
    /// Adds what was written since the last visit: by the account itself, and by visitors in reply
    /// to it. `post_ids` are all ids of the post at the top.
    ///
    /// An answer to a message that was not addressed to the account (a visitor's to another's) finds
    /// no thread and counts for none.
    pub(super) fn add(
        &mut self,
        post_ids: &[&str],
        mut own: Vec<Message<'_>>,
        visitors: &[Message<'_>],
    ) {
        own.sort_unstable_by_key(|message| message.at);
        let mut answers = Vec::new();
        for message in own {
            let is_known = self.continuations.iter().any(|id| id == message.id);
            if is_known {
                continue;
            }
            if self.is_top(post_ids, message.parent) {
                self.continuations.push(message.id.to_owned());
            } else {
                answers.push(message);
            }
        }
        let mut opened: Vec<(&str, usize)> = Vec::new();
        for message in visitors {
            let is_heard_twice = opened.iter().any(|(id, _)| *id == message.id);
            let is_own = self.continuations.iter().any(|id| id == message.id);
            if is_heard_twice || is_own || !self.is_top(post_ids, message.parent) {
                continue;
            }
            opened.push((message.id, self.threads.len()));
            self.threads.push(ThreadTimes {
                opened_at: message.at,
                replied_at: None,
            });
        }
        for pending in std::mem::take(&mut self.pending) {
            self.answer(None, pending);
        }
        for message in answers {
            let thread = opened.iter().find(|(id, _)| *id == message.parent);
            let index = thread.map(|(_, index)| *index);
            let opened_at = match index {
                Some(index) => Some(self.threads[index].opened_at),
                None => time::of_id(message.parent),
            };
            if let Some(opened_at) = opened_at {
                let replied_at = message.at;
                let answer = Pending {
                    opened_at,
                    replied_at,
                };
                self.answer(index, answer);
            }
        }
        self.threads
            .sort_unstable_by_key(|thread| (thread.opened_at, thread.replied_at));
    }

    /// Forgets answers whose questions would have been heard by now: before `heard_to` there is
    /// nothing more to hear.
    pub(super) fn forget_pending(&mut self, heard_to: Timestamp) {
        self.pending.retain(|pending| pending.opened_at >= heard_to);
    }

    /// Whether a message with this parent stands directly below the post or its continuation.
    fn is_top(&self, post_ids: &[&str], parent: &str) -> bool {
        post_ids.contains(&parent) || self.continuations.iter().any(|id| id == parent)
    }

    /// Notes an answer in the thread of this number, or of this time of opening.
    fn answer(&mut self, index: Option<usize>, answer: Pending) {
        let is_opened_then =
            |thread: &ThreadTimes| time::is_same_second(thread.opened_at, answer.opened_at);
        let index = index.or_else(|| self.threads.iter().position(is_opened_then));
        let Some(index) = index else {
            self.pending.push(answer);
            return;
        };
        let replied_at = &mut self.threads[index].replied_at;
        let first = replied_at.map_or(answer.replied_at, |first| first.min(answer.replied_at));
        *replied_at = Some(first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation;
    use proptest::prelude::*;

    /// An id of this second after the first one of the ids, and when it was made.
    fn id(second: i64) -> String {
        ((second * 1000) << 22).to_string()
    }

    fn at(second: i64) -> Timestamp {
        time::of_id(&id(second)).unwrap()
    }

    fn thread(opened: i64, replied: Option<i64>) -> ThreadTimes {
        ThreadTimes {
            opened_at: at(opened),
            replied_at: replied.map(at),
        }
    }

    /// A message of each pair of seconds: when it was written, and when that to which it replies.
    fn messages(seconds: &[(i64, i64)]) -> Vec<(String, String, Timestamp)> {
        let message = |(own, parent): &(i64, i64)| (id(*own), id(*parent), at(*own));
        seconds.iter().map(message).collect()
    }

    fn borrowed(messages: &[(String, String, Timestamp)]) -> Vec<Message<'_>> {
        let mut borrowed = Vec::new();
        for (id, parent, at) in messages {
            borrowed.push(Message {
                id,
                parent,
                at: *at,
            });
        }
        borrowed
    }

    /// A night of the talk below the post of second 10.
    fn night(talk: &mut Talk, own: &[(i64, i64)], visitors: &[(i64, i64)]) {
        let (own, visitors) = (messages(own), messages(visitors));
        talk.add(&[&id(10)], borrowed(&own), &borrowed(&visitors));
    }

    /// A talk of one night.
    fn talk(own: &[(i64, i64)], visitors: &[(i64, i64)]) -> Talk {
        let mut talk = Talk::default();
        night(&mut talk, own, visitors);
        talk
    }

    #[test]
    fn a_question_and_its_answer_of_one_night_make_a_thread() {
        let talk = talk(&[(50, 20)], &[(30, 10), (20, 10)]);
        assert_eq!(talk.threads, [thread(20, Some(50)), thread(30, None)]);
        assert!(talk.pending.is_empty());
    }

    #[test]
    fn an_answer_of_a_later_night_finds_its_question_by_the_time_alone() {
        let mut talk = talk(&[], &[(20, 10), (30, 10)]);
        night(&mut talk, &[(90, 30), (95, 30)], &[]);
        assert_eq!(talk.threads, [thread(20, None), thread(30, Some(90))]);
    }

    #[test]
    fn an_answer_waits_for_a_question_that_is_heard_later() {
        let mut waiting = talk(&[(40, 20)], &[]);
        let mut answered = waiting.clone();
        night(&mut answered, &[], &[(20, 10)]);
        assert_eq!(answered.threads, [thread(20, Some(40))]);
        assert!(answered.pending.is_empty());
        waiting.forget_pending(at(20));
        assert_eq!(waiting.pending.len(), 1, "it may still be heard");
        waiting.forget_pending(at(21));
        assert!(waiting.pending.is_empty());
    }

    #[test]
    fn a_reply_to_a_continuation_opens_a_thread_and_one_to_an_answer_does_not() {
        let mut talk = talk(&[(12, 11), (11, 10)], &[]);
        night(&mut talk, &[(30, 20)], &[(20, 12), (35, 30)]);
        assert_eq!(talk.threads, [thread(20, Some(30))]);
        assert_eq!(talk.continuations, [id(11), id(12)]);
    }

    #[test]
    fn a_message_that_is_heard_twice_counts_once() {
        let talk = talk(&[(11, 10), (11, 10)], &[(20, 10), (20, 10), (11, 10)]);
        assert_eq!(talk.threads, [thread(20, None)]);
        assert_eq!(talk.continuations.len(), 1);
    }

    #[test]
    fn what_is_remembered_is_short_and_reads_back() {
        let talk = talk(&[(11, 10), (40, 25)], &[(20, 10)]);
        let json = serde_json::to_string(&talk).unwrap();
        assert_eq!(serde_json::from_str::<Talk>(&json).unwrap(), talk);
        assert!(!json.contains(&id(20)) && !json.contains(&id(25)), "{json}");
        assert_eq!(serde_json::to_string(&Talk::default()).unwrap(), "{}");
    }

    proptest! {
        /// What the nights add up to is what one would have read at the end, as long as visitors
        /// write to the account.
        #[test]
        fn nights_add_up_to_the_whole_conversation(
            shape in prop::collection::vec(
                (any::<bool>(), any::<prop::sample::Index>(), any::<bool>()), 0..16,
            ),
        ) {
            let mut written: Vec<(bool, i64, i64)> = Vec::new();
            let mut found = Talk::default();
            let (mut own, mut visitors) = (Vec::new(), Vec::new());
            for (second, (is_own, pick, is_night_over)) in (20..).zip(shape) {
                let reachable = written.iter().filter(|(by_account, ..)| is_own || *by_account);
                let mut parents: Vec<i64> = reachable.map(|(_, second, _)| *second).collect();
                parents.push(10);
                let parent = parents[pick.index(parents.len())];
                written.push((is_own, second, parent));
                if is_own { &mut own } else { &mut visitors }.push((second, parent));
                if is_night_over {
                    night(&mut found, &own, &visitors);
                    own.clear();
                    visitors.clear();
                }
            }
            night(&mut found, &own, &visitors);

            let whole: Vec<(String, String)> =
                written.iter().map(|(_, own, parent)| (id(*own), id(*parent))).collect();
            let whole: Vec<_> = written
                .iter()
                .zip(&whole)
                .map(|((is_own, second, _), (id, parent))| conversation::Message {
                    id,
                    parent,
                    is_own: *is_own,
                    at: at(*second),
                })
                .collect();
            prop_assert_eq!(found.threads, conversation::read(&id(10), &whole).threads);
        }
    }
}
