//! The values of one visit's answers: which ids are the account's own, and what is kept of each value.

use std::collections::{BTreeSet, HashMap};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{Keep, UNREAD, VISITOR, text};

/// Removes visitors from the answers of one visit.
#[derive(Default)]
pub(super) struct Scrubber {
    own: BTreeSet<String>,
    messages: HashMap<String, String>,
    places: HashMap<String, String>,
}

impl Scrubber {
    /// Learns an id of the account's own.
    pub(super) fn learn_own(&mut self, id: &str) {
        self.own.insert(id.to_owned());
    }

    /// Learns every text of what an earlier visit left: it is stored, and so is nobody's but the account's.
    pub(super) fn learn_state(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.learn_own(text),
            Value::Array(list) => list.iter().for_each(|value| self.learn_state(value)),
            Value::Object(object) => {
                for (name, value) in object {
                    self.learn_own(name);
                    self.learn_state(value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Learns which ids are the account's own.
    pub(super) fn learn(&mut self, keep: &Keep, value: &Value) {
        match (keep, value) {
            (Keep::Own, Value::String(_) | Value::Number(_)) => {
                self.own.insert(text(value));
            }
            (Keep::Object(members) | Keep::Actor(members), Value::Object(object)) => {
                if matches!(keep, Keep::Actor(_)) {
                    self.own.extend(person(object));
                }
                for (name, keep) in *members {
                    if let Some(value) = object.get(*name) {
                        self.learn(keep, value);
                    }
                }
            }
            (Keep::Published(author, ids, members), Value::Object(object)) => {
                let author = object.get(*author).filter(|it| !it.is_null());
                if author.is_none_or(|it| self.is_author(&text(it))) {
                    let ids = ids.iter().filter_map(|name| object.get(*name));
                    ids.for_each(|id| self.learn_ids(id));
                }
                self.learn(&Keep::Object(members), value);
            }
            (Keep::Either(_, compound), Value::Array(_) | Value::Object(_)) => {
                self.learn(compound, value);
            }
            (Keep::List(keep), Value::Array(list)) => {
                list.iter().for_each(|value| self.learn(keep, value));
            }
            (Keep::Map(names, keep), Value::Object(object)) => {
                debug_assert!(
                    !matches!(names, Keep::Own | Keep::Value),
                    "anything may be a name"
                );
                object.values().for_each(|value| self.learn(keep, value));
            }
            (Keep::As(keep), value) => self.learn(keep, value),
            _ => {}
        }
    }

    fn learn_ids(&mut self, ids: &Value) {
        match ids {
            // Those of the platforms that have such lists are numbers.
            Value::String(_) | Value::Number(_) if is_number(&text(ids)) => {
                self.learn_own(&text(ids));
            }
            Value::String(_) | Value::Number(_) => {}
            Value::Array(list) => list.iter().for_each(|id| self.learn_ids(id)),
            Value::Null | Value::Bool(_) | Value::Object(_) => {}
        }
    }

    /// Whether an author is the account. Names are written in any case.
    fn is_author(&self, id: &str) -> bool {
        self.own.contains(id) || self.own.contains(&id.to_lowercase())
    }

    /// What is kept of a value.
    pub(super) fn kept(&mut self, keep: &Keep, value: &Value) -> Value {
        match (keep, value) {
            (_, Value::Null) => Value::Null,
            (Keep::As(keep), value) => self.kept(keep, value),
            (Keep::Mark, _) => Value::Object(Map::new()),
            (Keep::Either(_, compound), Value::Array(_) | Value::Object(_)) => {
                self.kept(compound, value)
            }
            (Keep::Either(scalar, _), value) => self.kept(scalar, value),
            (
                Keep::Object(members) | Keep::Actor(members) | Keep::Published(_, _, members),
                Value::Object(object),
            ) => {
                let member = |(name, keep): &(&'static str, Keep)| {
                    let value = self.kept(keep, object.get(*name)?);
                    Some(((*name).to_owned(), value))
                };
                Value::Object(members.iter().filter_map(member).collect())
            }
            (Keep::Person, Value::Object(object)) => {
                let is_own = person(object).is_some_and(|it| self.own.contains(&it));
                let member = |name: &str| {
                    let value = match object.get(name)? {
                        Value::Null => Value::Null,
                        value if is_own => value.clone(),
                        Value::String(_) => Value::from(VISITOR),
                        _ => Value::Bool(false),
                    };
                    Some((name.to_owned(), value))
                };
                Value::Object(["name", "host"].into_iter().filter_map(member).collect())
            }
            (Keep::List(keep), Value::Array(list)) => {
                Value::Array(list.iter().map(|value| self.kept(keep, value)).collect())
            }
            (Keep::Map(names, keep), Value::Object(object)) => {
                let mut kept = Map::new();
                for (index, (name, value)) in object.iter().enumerate() {
                    // LinkedIn writes URNs as they stand in addresses, or plain.
                    let meant = percent_decode_str(name).decode_utf8_lossy();
                    let name = match self.scalar(names, &meant, &Value::from(&*meant)) {
                        Value::String(name) if name != UNREAD && name != VISITOR => name,
                        _ => format!("name-{}", index + 1),
                    };
                    let value = self.kept(keep, value);
                    kept.insert(name, value);
                }
                Value::Object(kept)
            }
            (keep, Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
                self.scalar(keep, &text(value), value)
            }
            // Of another shape than is read: what it is does not matter, that it is there may.
            (_, Value::Array(_) | Value::Object(_)) => Value::Bool(false),
        }
    }

    /// What is kept of a scalar, which reads so as text.
    fn scalar(&mut self, keep: &Keep, text: &str, value: &Value) -> Value {
        let only = |is_kept: bool| match (is_kept, value) {
            (true, _) | (false, Value::Bool(_)) => value.clone(),
            (false, _) => Value::from(UNREAD),
        };
        if value.is_boolean() {
            return match keep {
                Keep::Value | Keep::Flag | Keep::Number | Keep::Time | Keep::Text(_) => {
                    value.clone()
                }
                // `true` where an object or an id is read is as good as `false`.
                _ => Value::Bool(false),
            };
        }
        match keep {
            Keep::Value | Keep::Own => value.clone(),
            Keep::Number => only(value.is_number() || is_number(text)),
            Keep::Time => only(value.is_number() || is_time(text)),
            Keep::Flag => only(value.is_number() || matches!(text, "true" | "false")),
            Keep::OneOf(words) => only(words.contains(&text)),
            Keep::Phrases(phrases) => {
                let lower = text.to_lowercase();
                let has = |phrase: &&&str| lower.contains(&phrase.to_lowercase());
                let found: Vec<&str> = phrases.iter().filter(has).copied().collect();
                Value::from(found.join("; "))
            }
            Keep::Spoken(phrases) => {
                let lower = text.to_lowercase();
                let own = self.own.iter().map(String::as_str);
                // Shorter ones are in any text.
                let own = own.filter(|it| it.len() >= 3 && lower.contains(&it.to_lowercase()));
                let phrases = phrases.iter().copied().filter(|it| lower.contains(it));
                Value::from(phrases.chain(own).collect::<Vec<_>>().join("; "))
            }
            Keep::Text(reduce) if value.is_string() => Value::from(reduce(text)),
            Keep::Author => match self.is_author(text) {
                true => value.clone(),
                false => Value::from(VISITOR),
            },
            Keep::Message => match self.is_own(text) {
                true => value.clone(),
                false => Value::from(self.message(text)),
            },
            Keep::TellingMessage(tell) => match self.is_own(text) {
                true => value.clone(),
                false => Value::from(self.telling_message(text, *tell)),
            },
            Keep::Place if text.is_empty() => value.clone(),
            Keep::Place => Value::from(self.place(text)),
            Keep::Something if text.is_empty() => value.clone(),
            Keep::Something => Value::from(UNREAD),
            _ => Value::Bool(false),
        }
    }

    /// The stand-in of a message's id.
    pub(super) fn message(&mut self, id: &str) -> String {
        let next = self.messages.len() + 1;
        let stand_in = self.messages.entry(id.to_owned());
        stand_in
            .or_insert_with(|| format!("message-{next}"))
            .clone()
    }

    /// The same where the id tells more that is read.
    fn telling_message(&mut self, id: &str, tell: fn(&str, u64) -> Option<String>) -> String {
        let next = self.messages.len() as u64 + 1;
        let stand_in = self.messages.entry(id.to_owned());
        let told = || tell(id, next).unwrap_or_else(|| format!("message-{next}"));
        stand_in.or_insert_with(told).clone()
    }

    /// The stand-in of a place in a list.
    pub(super) fn place(&mut self, place: &str) -> String {
        let next = self.places.len() + 1;
        let stand_in = self.places.entry(place.to_owned());
        stand_in.or_insert_with(|| format!("place-{next}")).clone()
    }

    /// Whether an id is the account's own, or names it: `at://did:plc:own/app.bsky.feed.post/3k`.
    pub(super) fn is_own(&self, id: &str) -> bool {
        self.own.contains(id)
            || id.strip_prefix("at://").is_some_and(|rest| {
                let owner = rest.split('/').next().unwrap_or_default();
                self.own.contains(owner)
            })
    }
}

/// By what somebody is known whom a name and a host name.
fn person(object: &Map<String, Value>) -> Option<String> {
    let part = |name: &str| Some(object.get(name)?.as_str()?.to_lowercase());
    Some(format!("{}@{}", part("name")?, part("host")?))
}

/// A number that is written as text, or nothing.
pub(crate) fn is_number(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 24
        && text
            .bytes()
            .all(|it| it.is_ascii_digit() || b".,+-".contains(&it))
}

/// A moment as RFC 3339 and its kin write it, or nothing.
pub(crate) fn is_time(text: &str) -> bool {
    let is_part = |it: u8| it.is_ascii_digit() || b"TZtz:+-. ".contains(&it);
    text.len() <= 40 && text.bytes().all(is_part)
}
