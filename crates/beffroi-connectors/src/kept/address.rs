//! Addresses of one visit's calls: of their parameters those that are known, and in the place of a message's
//! id or of a place in a list what stands for it in the answers.

use percent_encoding::percent_decode_str;
use url::Url;

use super::{KeptAnswer, KeptAnswers, Part, scrubber::Scrubber};

impl KeptAnswers {
    /// Learns the ids of the account's own that an address names.
    pub(super) fn learn_address(&self, scrubber: &mut Scrubber, url: &Url) {
        for (name, value) in url.query_pairs() {
            if self.part(&name) == Some(Part::Own) {
                // LinkedIn writes `List(1,2)`.
                let list = value
                    .strip_prefix("List(")
                    .and_then(|it| it.strip_suffix(')'));
                let ids = list.unwrap_or(&value).split(',');
                ids.for_each(|id| scrubber.learn_own(id));
            }
        }
    }

    /// An address as it may be kept.
    pub(super) fn address(&self, scrubber: &mut Scrubber, answer: &KeptAnswer, url: &Url) -> Url {
        let mut kept = url.clone();
        kept.set_fragment(None);
        // A URL without a host has no credentials to be taken away.
        let _ = kept.set_username("");
        let _ = kept.set_password(None);
        if answer.path.contains('?') {
            kept.set_path(&without_messages(scrubber, answer.path, url.path()));
        }
        let query: Vec<String> = url
            .query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .filter_map(|pair| self.parameter(scrubber, pair))
            .collect();
        let query = query.join("&");
        kept.set_query((url.query().is_some() && !query.is_empty()).then_some(&query));
        kept
    }

    /// The address that answered: nothing of another path, for the server chose it.
    pub(super) fn answered_by(
        &self,
        scrubber: &mut Scrubber,
        asked: &Url,
        by: &Url,
    ) -> Option<Url> {
        let is_same = by.host_str() == asked.host_str() && by.path() == asked.path();
        let answer = self.of(by.path()).filter(|_| is_same)?;
        Some(self.address(scrubber, answer, by))
    }

    /// A parameter as it was written, where it is known.
    fn parameter(&self, scrubber: &mut Scrubber, pair: &str) -> Option<String> {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let stand_in = match self.part(&decoded(name))? {
            Part::Plain | Part::Own => return Some(pair.to_owned()),
            Part::Message => match decoded(value) {
                value if scrubber.is_own(&value) => return Some(pair.to_owned()),
                value => scrubber.message(&value),
            },
            Part::Place => scrubber.place(&decoded(value)),
        };
        Some(format!("{name}={stand_in}"))
    }

    fn part(&self, name: &str) -> Option<Part> {
        let found = self.parameters.iter().find(|(known, _)| *known == name);
        found.map(|(_, part)| *part)
    }
}

/// A path with stand-ins for messages where the pattern has them.
fn without_messages(scrubber: &mut Scrubber, pattern: &str, path: &str) -> String {
    let mut wanted = pattern.rsplit('/');
    let mut kept: Vec<String> = Vec::new();
    for segment in path.trim_end_matches('/').rsplit('/') {
        let is_message = wanted.next() == Some("?");
        let id = decoded(segment);
        kept.push(match is_message && !scrubber.is_own(&id) {
            true => scrubber.message(&id),
            false => segment.to_owned(),
        });
    }
    kept.reverse();
    kept.join("/")
}

/// A part of an address as it is meant.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
