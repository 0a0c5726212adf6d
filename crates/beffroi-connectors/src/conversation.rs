//! Finds visitors' threads in the messages under one post.
//!
//! The definition is [`beffroi_model::Thread`]'s: a visitor's thread begins with a direct reply, by
//! somebody else, to the post or to the account's own continuation of it, and is answered when the
//! account replied anywhere below. Messages come in any order, with gaps (deleted, private) and
//! from any server, so nothing is assumed of them: loops and unknown parents are left aside.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One message under a post. It borrows: a citizen's id lives no longer than the answer that
/// held it.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// The id of what it replies to.
    pub(crate) parent: &'a str,
    /// Whether the account wrote it.
    pub(crate) is_own: bool,
    /// When it was written.
    pub(crate) at: Timestamp,
}

/// The times of a visitor's thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ThreadTimes {
    /// When the visitor wrote.
    #[serde(rename = "o")]
    pub(crate) opened_at: Timestamp,
    /// When the account first replied.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub(crate) replied_at: Option<Timestamp>,
}

/// What the messages under a post amount to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Conversation {
    /// Visitors' threads, oldest first.
    pub(crate) threads: Vec<ThreadTimes>,
    /// Indices of the messages by which the account continued its post.
    pub(crate) continuations: Vec<usize>,
    /// Own messages whose way up to the post is not among the messages.
    pub(crate) unplaced_own: usize,
}

/// Where a message stands.
#[derive(Clone, Copy)]
enum Place {
    /// The account's continuation of its post.
    Continuation,
    /// In the thread of this number.
    InThread(usize),
    /// Its way up is broken, or a loop.
    Unplaced,
}

/// Reads the messages under the post `root`. A message given twice counts once.
pub(crate) fn read(root: &str, messages: &[Message<'_>]) -> Conversation {
    let mut by_id: HashMap<&str, usize> = HashMap::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        by_id.entry(message.id).or_insert(index);
    }
    let mut places: Vec<Option<Place>> = vec![None; messages.len()];
    let mut threads: Vec<ThreadTimes> = Vec::new();
    let mut way_up: Vec<usize> = Vec::new();

    for start in by_id.values().copied() {
        // Climb until something whose place is known: the post, a placed message, or nothing.
        let mut index = start;
        let mut place = loop {
            if let Some(place) = places[index] {
                break place;
            }
            // Until its own place is found a message counts as unplaced: so a loop ends here.
            places[index] = Some(Place::Unplaced);
            way_up.push(index);
            let parent = messages[index].parent;
            if parent == root {
                break Place::Continuation;
            }
            match by_id.get(parent) {
                Some(above) => index = *above,
                None => break Place::Unplaced,
            }
        };
        // Then come down again.
        while let Some(index) = way_up.pop() {
            let message = &messages[index];
            place = match place {
                Place::Continuation if message.is_own => Place::Continuation,
                Place::Continuation => {
                    threads.push(ThreadTimes {
                        opened_at: message.at,
                        replied_at: None,
                    });
                    Place::InThread(threads.len() - 1)
                }
                Place::InThread(_) | Place::Unplaced => place,
            };
            places[index] = Some(place);
        }
    }

    let mut continuations = Vec::new();
    let mut unplaced_own = 0;
    for (index, message) in messages.iter().enumerate() {
        if !message.is_own || by_id.get(message.id) != Some(&index) {
            continue;
        }
        match places[index] {
            Some(Place::InThread(thread)) => {
                let replied_at = &mut threads[thread].replied_at;
                *replied_at = Some(replied_at.map_or(message.at, |first| first.min(message.at)));
            }
            Some(Place::Continuation) => continuations.push(index),
            Some(Place::Unplaced) | None => unplaced_own += 1,
        }
    }
    threads.sort_unstable_by_key(|thread| (thread.opened_at, thread.replied_at));
    Conversation {
        threads,
        continuations,
        unplaced_own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A message `id < parent`, written at `second`; own ids begin with `m` (mairie).
    fn message<'a>(id: &'a str, parent: &'a str, second: i64) -> Message<'a> {
        Message {
            id,
            parent,
            is_own: id.starts_with('m'),
            at: at(second),
        }
    }

    fn thread(opened: i64, replied: Option<i64>) -> ThreadTimes {
        ThreadTimes {
            opened_at: at(opened),
            replied_at: replied.map(at),
        }
    }

    #[test]
    fn a_direct_reply_of_somebody_else_opens_a_thread() {
        let found = read(
            "post",
            &[message("c1", "post", 10), message("c2", "c1", 20)],
        );
        assert_eq!(found.threads, [thread(10, None)]);
    }

    #[test]
    fn a_reply_of_the_account_anywhere_below_answers_the_first_one_counting() {
        let messages = [
            message("m2", "c1", 90),
            message("m1", "c2", 50),
            message("c2", "c1", 20),
            message("c1", "post", 10),
        ];
        assert_eq!(read("post", &messages).threads, [thread(10, Some(50))]);
    }

    #[test]
    fn a_reply_to_the_accounts_own_continuation_opens_a_thread_too() {
        let messages = [
            message("m1", "post", 1),
            message("m2", "m1", 2),
            message("c1", "m2", 10),
            message("m3", "c1", 30),
        ];
        let found = read("post", &messages);
        assert_eq!(found.threads, [thread(10, Some(30))]);
        assert_eq!(found.continuations, [0, 1]);
    }

    #[test]
    fn an_own_message_below_a_visitors_continues_nothing() {
        let messages = [
            message("c1", "post", 10),
            message("m1", "c1", 20),
            message("c2", "m1", 30),
        ];
        let found = read("post", &messages);
        assert_eq!(
            found.threads,
            [thread(10, Some(20))],
            "`c2` opens no second thread"
        );
        assert!(found.continuations.is_empty());
    }

    #[test]
    fn broken_ways_and_loops_are_left_aside() {
        let messages = [
            message("c1", "deleted", 10),
            message("m1", "c1", 20),
            message("a", "b", 1),
            message("b", "a", 1),
            message("m-self", "m-self", 1),
            message("c2", "post", 30),
        ];
        let found = read("post", &messages);
        assert_eq!(found.threads, [thread(30, None)]);
        assert_eq!(found.unplaced_own, 2);
    }

    #[test]
    fn a_message_given_twice_counts_once() {
        let messages = [message("c1", "post", 10), message("c1", "post", 10)];
        assert_eq!(read("post", &messages).threads.len(), 1);
    }

    /// The definition taken word by word, slowly.
    fn threads_by_definition(messages: &[Message<'_>]) -> Vec<ThreadTimes> {
        let find = |id: &str| messages.iter().find(|message| message.id == id);
        let path = |start: &Message<'_>| -> Option<Vec<usize>> {
            let mut path = Vec::new();
            let mut id = start.id.to_owned();
            while id != "post" {
                if path.len() > messages.len() {
                    return None;
                }
                let index = messages.iter().position(|message| message.id == id)?;
                path.push(index);
                id = messages[index].parent.to_owned();
            }
            path.reverse();
            Some(path)
        };
        let opener_of = |message: &Message<'_>| {
            path(message)?
                .into_iter()
                .find(|index| !messages[*index].is_own)
        };
        let mut threads: Vec<ThreadTimes> = messages
            .iter()
            .enumerate()
            .filter(|(index, message)| opener_of(message) == Some(*index))
            .map(|(index, opener)| ThreadTimes {
                opened_at: opener.at,
                replied_at: messages
                    .iter()
                    .filter(|message| message.is_own && opener_of(message) == Some(index))
                    .filter(|message| find(message.id).is_some())
                    .map(|message| message.at)
                    .min(),
            })
            .collect();
        threads.sort_unstable_by_key(|thread| (thread.opened_at, thread.replied_at));
        threads
    }

    proptest! {
        #[test]
        fn threads_are_those_of_the_definition(
            shape in prop::collection::vec((any::<bool>(), 0usize..14, 0i64..50), 0..12),
        ) {
            let own_mark = |own: bool| if own { "m" } else { "c" };
            let ids: Vec<String> = shape
                .iter()
                .enumerate()
                .map(|(index, (own, ..))| format!("{}{index}", own_mark(*own)))
                .collect();
            let messages: Vec<Message<'_>> = shape
                .iter()
                .enumerate()
                .map(|(index, (_, parent, second))| {
                    let parent = match parent {
                        12 => "post",
                        13 => "unknown",
                        other => ids.get(*other).map_or("post", String::as_str),
                    };
                    message(&ids[index], parent, *second)
                })
                .collect();
            prop_assert_eq!(read("post", &messages).threads, threads_by_definition(&messages));
        }
    }
}
