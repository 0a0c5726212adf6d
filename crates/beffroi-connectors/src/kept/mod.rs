//! What of a platform's answers may be kept in the archive: an allow-list beside each connector, of the
//! members that it reads. Whatever is not named is left out, so that nothing unknown is kept; and what is
//! named is kept only if it is of the kind that is read there, so that a name in the place of a number is not.
//!
//! Nobody's name or text is named by any list. Of visitors there are ids, which the connectors read to
//! tell who replied to what: an author's becomes the word `visitor` unless it is the account's own, and a
//! message's becomes `message-1`, `message-2` …, the same one everywhere in a visit, its addresses
//! included. Where a list goes on is told by words of the platform that may name whoever stands there:
//! they become `place-1`, `place-2` … likewise.
//!
//! What is not as a list says (a page in the place of JSON) leaves as much as the connectors tell by: that it
//! was a page, or a wall against robots.

mod address;
mod markup;
mod scrubber;
mod visit;

use serde_json::Value;

pub(crate) use markup::{Markup, counted, words};
pub(crate) use scrubber::{is_number, is_time};
pub use visit::without_visitors;

/// What stands in the place of a visitor's id.
pub(crate) const VISITOR: &str = "visitor";

/// What stands in the place of what is not of the kind that is read there.
pub(crate) const UNREAD: &str = "?";

/// What is kept of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// Text, a number, a flag: as it is. Never for what a visitor made, or may have made.
    Value,
    /// A number, or one that is written as text.
    Number,
    /// A moment.
    Time,
    /// `true`, `false` or a number.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Of a prose those of these phrases that it holds, whatever their case.
    Phrases(&'static [&'static str]),
    /// The same, and those of the account's own ids and names that it holds.
    Spoken(&'static [&'static str]),
    /// What a function makes of a text.
    Text(fn(&str) -> String),
    /// The same as [`Self::Value`], and it is an id of the account's own: of itself or of what it published.
    Own,
    /// An author's id: as it is where it is the account's own, else [`VISITOR`].
    Author,
    /// A message's id: as it is where it is, or names, the account's own; else a stand-in.
    Message,
    /// The same where the id tells more that is read, such as the time: what a function makes of the id and
    /// of a number that no other message of the visit has, where it can.
    TellingMessage(fn(&str, u64) -> Option<String>),
    /// Where a list goes on: a stand-in.
    Place,
    /// Only that it is there: an empty object.
    Mark,
    /// Only whether text stands there: a stand-in.
    Something,
    /// Of an object these members.
    Object(&'static [(&'static str, Keep)]),
    /// Of what somebody published these members. Where the author, told by the first name, is the account or
    /// not told, the ids told by the second names are the account's own.
    Published(
        &'static str,
        &'static [&'static str],
        &'static [(&'static str, Keep)],
    ),
    /// Of a list or an object by the second rule, of anything else by the first.
    Either(&'static Keep, &'static Keep),
    /// An account's own name and host, and of its object these members.
    Actor(&'static [(&'static str, Keep)]),
    /// Somebody's `name` and `host`: as they are where they are the account's own, else [`VISITOR`].
    Person,
    /// Each element of a list.
    List(&'static Keep),
    /// Each value of an object, whose names are kept by the first rule.
    Map(&'static Keep, &'static Keep),
    /// Another list's, for what nests in itself.
    As(&'static Keep),
    /// What a function makes of a body that is no JSON.
    Body(fn(&[u8]) -> Vec<u8>),
}

/// What is kept of the answers of one kind of address.
#[derive(Debug)]
pub(crate) struct KeptAnswer {
    /// The end of its path; `*` is any one segment, `?` one that is a message's id.
    pub(crate) path: &'static str,
    pub(crate) keep: Keep,
}

/// What the value of a parameter of an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What we asked in words of our own.
    Plain,
    /// Ids or names of accounts, or ids of what they published, with commas between them.
    Own,
    /// A message's id.
    Message,
    /// Where a list goes on.
    Place,
}

/// What is kept of a platform's answers.
#[derive(Debug)]
pub struct KeptAnswers {
    pub(crate) answers: &'static [KeptAnswer],
    /// Of those with a status of 400 and more.
    pub(crate) refusals: Keep,
    /// Parameters of addresses; others are left out.
    pub(crate) parameters: &'static [(&'static str, Part)],
    /// Members of a POST's body that say where a list goes on.
    pub(crate) places_asked: &'static [&'static str],
    /// Headers, and what is kept of each as text or, where it is JSON, as such.
    pub(crate) headers: &'static [(&'static str, Keep)],
}

impl KeptAnswers {
    /// The rule of an answer; `None` of an address that is not known.
    fn of(&self, path: &str) -> Option<&KeptAnswer> {
        self.answers.iter().find(|it| ends_with(path, it.path))
    }

    /// What is kept of its body.
    fn body_of<'a>(&'a self, answer: &'a KeptAnswer, status: u16) -> &'a Keep {
        match answer.keep {
            Keep::Body(_) => &answer.keep,
            _ if status < 400 => &answer.keep,
            _ => &self.refusals,
        }
    }
}

fn ends_with(path: &str, pattern: &str) -> bool {
    let mut segments = path.trim_end_matches('/').rsplit('/');
    pattern.rsplit('/').all(|wanted| {
        segments
            .next()
            .is_some_and(|it| matches!(wanted, "*" | "?") && !it.is_empty() || wanted == it)
    })
}

/// Of JSON within a page what a rule keeps of it; `None` where it is none.
pub(crate) fn json_within(keep: &Keep, body: &[u8]) -> Option<String> {
    let value = visit::json(body)?;
    let kept = scrubber::Scrubber::default().kept(keep, &value);
    // So that no text of it ends the script in which it stands.
    Some(kept.to_string().replace("</", "<\\/"))
}

/// Ids are written as text or as numbers.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
