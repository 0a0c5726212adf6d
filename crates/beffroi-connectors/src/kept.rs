//! What of a platform's answers may be kept in the archive: an allow-list beside each connector, of the
//! members that it reads. Whatever is not named is left out, so that nothing unknown is kept.
//!
//! Nobody's name or text is named by any list. Of visitors there are ids, which the connectors read to
//! tell who replied to what: an author's becomes the word `visitor` unless it is the account's own, and a
//! message's becomes `message-1`, `message-2` …, the same one everywhere in a visit. What an answer is not
//! as JSON is left out whole.

use std::collections::{BTreeSet, HashMap};

use beffroi_fetch::{Take, TakenAnswer};
use bytes::Bytes;
use serde_json::{Map, Value};

/// What stands in the place of a visitor's id.
pub(crate) const VISITOR: &str = "visitor";

/// Headers that connectors read to find their way.
const HEADERS: [&str; 2] = ["content-type", "link"];

/// What is kept of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// Text, a number, a flag: as it is. Never for what a visitor made.
    Value,
    /// The same, and it is an id of the account's own: of itself or of what it published.
    Own,
    /// An author's id: as it is where it is the account's own, else [`VISITOR`].
    Author,
    /// A message's id: as it is where it is, or names, the account's own; else a stand-in.
    Message,
    /// Only that it is there: an empty object.
    Mark,
    /// Of an object these members.
    Object(&'static [(&'static str, Keep)]),
    /// Each element of a list.
    List(&'static Keep),
    /// Another list's, for what nests in itself.
    As(&'static Keep),
}

/// What is kept of the answers of one kind of address.
#[derive(Debug)]
pub(crate) struct KeptAnswer {
    /// The end of its path; `*` is any one segment.
    pub(crate) path: &'static str,
    pub(crate) keep: Keep,
}

/// What is kept of a platform's answers.
#[derive(Debug)]
pub struct KeptAnswers {
    pub(crate) answers: &'static [KeptAnswer],
    /// Of those with a status of 400 and more.
    pub(crate) refusals: Keep,
}

/// The answers of a visit without anything of visitors'. `None` where one of them cannot be kept, so that
/// the visit could not be told again.
pub fn without_visitors(rules: &KeptAnswers, takes: Vec<Take>) -> Option<Vec<Take>> {
    let mut scrubber = Scrubber::default();
    let mut read = Vec::with_capacity(takes.len());
    for take in takes {
        let value = match &take.answer {
            TakenAnswer::Failure { .. } => None,
            TakenAnswer::Reply { status, body, .. } => {
                let keep = rules.of(take.url.path(), *status)?;
                let value: Value = match body.is_empty() {
                    true => Value::Null,
                    false => serde_json::from_slice(body).ok()?,
                };
                scrubber.learn(keep, &value);
                Some((keep, value))
            }
        };
        read.push((take, value));
    }
    let kept = read.into_iter().map(|(mut take, value)| {
        if let (TakenAnswer::Reply { headers, body, .. }, Some((keep, value))) =
            (&mut take.answer, value)
        {
            let is_empty = body.is_empty();
            let kept = scrubber.kept(keep, &value);
            if !is_empty {
                *body = Bytes::from(kept.to_string());
            }
            let names: Vec<_> = headers.keys().cloned().collect();
            for name in names.iter().filter(|it| !HEADERS.contains(&it.as_str())) {
                headers.remove(name);
            }
        }
        take
    });
    Some(kept.collect())
}

impl KeptAnswers {
    /// What is kept of an answer; `None` of an address that is not known.
    fn of(&self, path: &str, status: u16) -> Option<&Keep> {
        let found = self.answers.iter().find(|it| ends_with(path, it.path))?;
        Some(if status < 400 {
            &found.keep
        } else {
            &self.refusals
        })
    }
}

fn ends_with(path: &str, pattern: &str) -> bool {
    let mut segments = path.trim_end_matches('/').rsplit('/');
    pattern.rsplit('/').all(|wanted| {
        segments
            .next()
            .is_some_and(|it| wanted == "*" || wanted == it)
    })
}

/// Removes visitors from the answers of one visit.
#[derive(Default)]
struct Scrubber {
    own: BTreeSet<String>,
    messages: HashMap<String, usize>,
}

impl Scrubber {
    /// Learns which ids are the account's own.
    fn learn(&mut self, keep: &Keep, value: &Value) {
        match (keep, value) {
            (Keep::Own, Value::String(_) | Value::Number(_)) => {
                self.own.insert(text(value));
            }
            (Keep::Object(members), Value::Object(object)) => {
                for (name, keep) in *members {
                    if let Some(value) = object.get(*name) {
                        self.learn(keep, value);
                    }
                }
            }
            (Keep::List(keep), Value::Array(list)) => {
                list.iter().for_each(|value| self.learn(keep, value));
            }
            (Keep::As(keep), value) => self.learn(keep, value),
            _ => {}
        }
    }

    fn kept(&mut self, keep: &Keep, value: &Value) -> Value {
        match (keep, value) {
            (_, Value::Null) => Value::Null,
            (Keep::As(keep), value) => self.kept(keep, value),
            (Keep::Value | Keep::Own, Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
                value.clone()
            }
            (Keep::Author, Value::String(_) | Value::Number(_)) => {
                if self.own.contains(&text(value)) {
                    value.clone()
                } else {
                    Value::from(VISITOR)
                }
            }
            (Keep::Message, Value::String(_) | Value::Number(_)) => {
                if self.is_own(&text(value)) {
                    return value.clone();
                }
                let next = self.messages.len() + 1;
                let number = *self.messages.entry(text(value)).or_insert(next);
                Value::from(format!("message-{number}"))
            }
            (Keep::Mark, _) => Value::Object(Map::new()),
            (Keep::Object(members), Value::Object(object)) => {
                let member = |(name, keep): &(&'static str, Keep)| {
                    let value = self.kept(keep, object.get(*name)?);
                    Some(((*name).to_owned(), value))
                };
                Value::Object(members.iter().filter_map(member).collect())
            }
            (Keep::List(keep), Value::Array(list)) => {
                Value::Array(list.iter().map(|value| self.kept(keep, value)).collect())
            }
            // Of another shape than is read: what it is does not matter, that it is there may.
            (
                Keep::Value
                | Keep::Own
                | Keep::Author
                | Keep::Message
                | Keep::Object(_)
                | Keep::List(_),
                _,
            ) => Value::Bool(false),
        }
    }

    /// Whether an id is the account's own, or names it: `at://did:plc:own/app.bsky.feed.post/3k`.
    fn is_own(&self, id: &str) -> bool {
        self.own.contains(id)
            || id.strip_prefix("at://").is_some_and(|rest| {
                let owner = rest.split('/').next().unwrap_or_default();
                self.own.contains(owner)
            })
    }
}

/// Ids are written as text or as numbers.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_fetch::header::HeaderMap;
    use beffroi_model::BodyHash;
    use jiff::Timestamp;
    use serde_json::json;

    static NODE: Keep = Keep::Object(&[
        ("id", Keep::Message),
        ("by", Keep::Author),
        ("at", Keep::Value),
        ("edited", Keep::Mark),
        ("below", Keep::List(&Keep::As(&NODE))),
    ]);
    static RULES: KeptAnswers = KeptAnswers {
        answers: &[
            KeptAnswer {
                path: "account",
                keep: Keep::Object(&[("id", Keep::Own), ("fans", Keep::Value)]),
            },
            KeptAnswer {
                path: "posts/*/replies",
                keep: Keep::List(&Keep::As(&NODE)),
            },
        ],
        refusals: Keep::Object(&[("error", Keep::Value)]),
    };

    fn take(url: &str, status: u16, body: &str) -> Take {
        let url: url::Url = url.parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "who=Jeanne".parse().unwrap());
        headers.insert(
            "link",
            "<https://a.example/next>; rel=next".parse().unwrap(),
        );
        Take {
            url: url.clone(),
            at: Timestamp::UNIX_EPOCH,
            duration_ms: 1,
            answer: TakenAnswer::Reply {
                url,
                status,
                headers,
                body: Bytes::from(body.to_owned()),
                body_hash: BodyHash::of(body.as_bytes()),
            },
        }
    }

    fn bodies(takes: Vec<Take>) -> Option<Vec<Value>> {
        let kept = without_visitors(&RULES, takes)?;
        let body = |take: &Take| match &take.answer {
            TakenAnswer::Reply { body, headers, .. } => {
                assert!(!headers.contains_key("set-cookie") && headers.contains_key("link"));
                serde_json::from_slice(body).unwrap()
            }
            TakenAnswer::Failure { .. } => Value::Null,
        };
        Some(kept.iter().map(body).collect())
    }

    #[test]
    fn nothing_of_visitors_is_kept_but_who_replied_to_what_when() {
        let replies = json!([
            {"id": "77", "by": 9, "at": 5, "name": "Jeanne", "text": "Bonjour",
             "below": [{"id": "78", "by": "1", "at": 6, "edited": {"by": "Jeanne"}, "below": []}]},
            {"id": "77", "by": {"name": "Jeanne"}, "at": 7, "below": "Jeanne"},
        ]);
        let kept = bodies(vec![
            take(
                "https://a.example/posts/3/replies",
                200,
                &replies.to_string(),
            ),
            take(
                "https://a.example/v1/account",
                200,
                r#"{"id":1,"fans":"12","bio":"Jeanne"}"#,
            ),
            take(
                "https://a.example/v1/account",
                404,
                r#"{"error":"gone","who":"Jeanne"}"#,
            ),
        ])
        .unwrap();
        assert_eq!(
            kept[0],
            json!([
                {"id": "message-1", "by": "visitor", "at": 5,
                 "below": [{"id": "message-2", "by": "1", "at": 6, "edited": {}, "below": []}]},
                {"id": "message-1", "by": false, "at": 7, "below": false},
            ])
        );
        assert_eq!(kept[1], json!({"id": 1, "fans": "12"}));
        assert_eq!(kept[2], json!({"error": "gone"}));
    }

    #[test]
    fn a_visit_with_an_answer_that_cannot_be_kept_is_not_kept() {
        assert_eq!(
            bodies(vec![take("https://a.example/other", 200, "{}")]),
            None
        );
        let page = take("https://a.example/account", 200, "<html>Jeanne</html>");
        assert_eq!(bodies(vec![page]), None);
    }
}
