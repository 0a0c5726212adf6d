//! The calls of one visit without anything of visitors'.

use beffroi_fetch::{
    Recording, Take, TakenAnswer,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::{Keep, KeptAnswers, scrubber::Scrubber};
use crate::{MeasureRequest, api::stand_in_of_page};

/// An answer's rule and what it was read as, where it is JSON.
struct Read<'a> {
    keep: &'a Keep,
    value: Option<Value>,
}

/// What a visit asked and was answered without anything of visitors'. `None` where it asked an address that
/// is not known, so that it could not be told again.
pub fn without_visitors(
    rules: &KeptAnswers,
    requests: &[MeasureRequest],
    recording: Recording,
) -> Option<Recording> {
    let mut scrubber = Scrubber::default();
    for request in requests {
        scrubber.learn_own(&request.account.handle);
        let state = request.previous_state.as_deref().unwrap_or_default();
        if let Ok(state) = serde_json::from_str(state) {
            scrubber.learn_state(&state);
        }
    }
    let mut read = Vec::with_capacity(recording.takes.len());
    for take in &recording.takes {
        rules.learn_address(&mut scrubber, &take.url);
        let answer = rules.of(take.url.path())?;
        let (status, body) = match &take.answer {
            TakenAnswer::Failure { words, .. } => (400, words),
            TakenAnswer::Reply { status, body, .. } => (*status, body),
        };
        let keep = rules.body_of(answer, status);
        let value = match keep {
            Keep::Body(_) => None,
            _ => json(body),
        };
        if let Some(value) = &value {
            scrubber.learn(keep, value);
        }
        read.push(Read { keep, value });
    }
    let mut takes = Vec::with_capacity(recording.takes.len());
    for (take, read) in recording.takes.into_iter().zip(read) {
        takes.push(rules.take(&mut scrubber, take, &read)?);
    }
    Some(Recording { takes, ..recording })
}

impl KeptAnswers {
    fn take(&self, scrubber: &mut Scrubber, take: Take, read: &Read<'_>) -> Option<Take> {
        let url = self.address(scrubber, self.of(take.url.path())?, &take.url);
        let asked = match take.asked {
            None => None,
            Some(asked) => Some(self.asked(scrubber, &asked)?),
        };
        let by = |scrubber: &mut Scrubber, by: &Url| {
            let known = self.answered_by(scrubber, &take.url, by);
            known.unwrap_or_else(|| url.clone())
        };
        let answer = match take.answer {
            TakenAnswer::Reply {
                url,
                status,
                headers,
                body,
                body_bytes,
                body_hash,
            } => TakenAnswer::Reply {
                url: by(scrubber, &url),
                status,
                headers: self.headers(scrubber, &headers),
                body: read.body(scrubber, &body),
                body_bytes,
                body_hash,
            },
            TakenAnswer::Failure {
                url,
                outcome,
                status,
                headers,
                words,
                not_before,
                is_backoff,
                is_transient,
            } => TakenAnswer::Failure {
                url: by(scrubber, &url),
                outcome,
                status,
                headers: self.headers(scrubber, &headers),
                words: read.body(scrubber, &words),
                not_before,
                is_backoff,
                is_transient,
            },
        };
        Some(Take {
            url,
            asked,
            answer,
            ..take
        })
    }

    /// What a POST carried: words of our own, but for the places in lists.
    fn asked(&self, scrubber: &mut Scrubber, body: &Bytes) -> Option<Bytes> {
        let mut text = std::str::from_utf8(body).ok()?.to_owned();
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            // Secrets are not on tapes, and nothing else of ours is no JSON.
            return body.is_empty().then(Bytes::new);
        };
        for name in self.places_asked {
            if let Some(place) = value.get(*name) {
                let stand_in = Value::from(scrubber.place(&super::text(place)));
                text = text.replace(
                    &format!("\"{name}\":{place}"),
                    &format!("\"{name}\":{stand_in}"),
                );
            }
        }
        Some(Bytes::from(text))
    }

    fn headers(&self, scrubber: &mut Scrubber, headers: &HeaderMap) -> HeaderMap {
        let mut kept = HeaderMap::new();
        for (name, keep) in self.headers {
            let Some(text) = headers.get(*name).and_then(|it| it.to_str().ok()) else {
                continue;
            };
            let text = match keep {
                Keep::Object(_) | Keep::Map(..) => match serde_json::from_str(text) {
                    Ok(value) => scrubber.kept(keep, &value).to_string(),
                    Err(_) => continue,
                },
                Keep::Place => next_page(self, scrubber, text),
                _ => super::text(&scrubber.kept(keep, &Value::from(text))),
            };
            if let Ok(value) = HeaderValue::from_str(&text) {
                kept.insert(HeaderName::from_static(name), value);
            }
        }
        kept
    }
}

/// Of a `Link` header the address of the next page.
fn next_page(rules: &KeptAnswers, scrubber: &mut Scrubber, header: &str) -> String {
    let next = header
        .split(",<")
        .flat_map(|it| it.split(", <"))
        .find_map(|link| {
            let (address, parameters) = link.trim_start_matches(['<', ' ']).split_once('>')?;
            let is_next = parameters.contains("rel=\"next\"") || parameters.contains("rel=next");
            is_next.then(|| address.parse::<Url>().ok())?
        });
    next.and_then(|url| Some(rules.address(scrubber, rules.of(url.path())?, &url)))
        .map(|url| format!("<{url}>; rel=\"next\""))
        .unwrap_or_default()
}

impl Read<'_> {
    /// The body as it may be kept.
    fn body(&self, scrubber: &mut Scrubber, body: &Bytes) -> Bytes {
        if body.is_empty() {
            return Bytes::new();
        }
        match (self.keep, &self.value) {
            (Keep::Body(reduce), _) => Bytes::from(reduce(body)),
            (keep, Some(value)) => Bytes::from(scrubber.kept(keep, value).to_string()),
            (_, None) => Bytes::from_static(stand_in_of_page(body).as_bytes()),
        }
    }
}

/// JSON as the connectors read it: a mark of the byte order, or bytes that are no text, do not spoil it.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_str(&String::from_utf8_lossy(body)).ok()
}
