//! Calls of platforms' APIs: one request through the polite client, its record kept, and the meaning
//! of answers that are no answer.

use std::borrow::Cow;

use beffroi_fetch::{FetchClient, FetchError, Fetched, Request};
use beffroi_model::{Absent, Failed, FetchRecord, Forbidden, Measurement, MissingReason, Outcome};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{Measured, Retry};

/// The calls made for one account, with the record of every exchange.
#[derive(Debug)]
pub(crate) struct Calls {
    client: FetchClient,
    records: Vec<FetchRecord>,
}

impl Calls {
    /// No call yet.
    pub(crate) fn new(client: FetchClient) -> Self {
        Self {
            client,
            records: Vec::new(),
        }
    }

    /// Asks. Any answer below 500 except 429 is a [`Reply`].
    pub(crate) async fn get(&mut self, request: Request) -> Result<Reply, Setback> {
        let answer = self.get_or_error(request).await;
        answer.map_err(|error| Setback::from(&*error))
    }

    /// Asks, and gives a failure as the client tells it: for platforms whose headers say more of a
    /// refusal than its status does.
    pub(crate) async fn get_or_error(
        &mut self,
        request: Request,
    ) -> Result<Reply, Box<FetchError>> {
        let answer = self.client.get(request).await;
        self.keep(answer)
    }

    /// Asks an address that names what a citizen wrote: it is recorded and logged as `shown`.
    pub(crate) async fn get_hidden(
        &mut self,
        request: Request,
        shown: &Url,
    ) -> Result<Reply, Setback> {
        let answer = self.get_hidden_or_error(request, shown).await;
        answer.map_err(|error| Setback::from(&*error))
    }

    /// The same, and a failure as the client tells it.
    pub(crate) async fn get_hidden_or_error(
        &mut self,
        request: Request,
        shown: &Url,
    ) -> Result<Reply, Box<FetchError>> {
        let mut answer = self.client.get(request).await;
        let records = match &mut answer {
            Ok(fetched) => &mut fetched.records,
            Err(error) => {
                error.url.clone_from(shown);
                // The library's error may hold the address as well.
                error.source = None;
                &mut error.records
            }
        };
        for record in records {
            record.url.clone_from(shown);
        }
        self.keep(answer)
    }

    fn keep(&mut self, answer: Result<Fetched, FetchError>) -> Result<Reply, Box<FetchError>> {
        match answer {
            Ok(mut fetched) => {
                self.records.append(&mut fetched.records);
                Ok(Reply(fetched))
            }
            Err(mut error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "call of an API failed"
                );
                self.records.append(&mut error.records);
                Err(Box::new(error))
            }
        }
    }

    /// How many exchanges there were so far.
    pub(crate) fn count(&self) -> usize {
        self.records.len()
    }

    /// How many there were since there were so many.
    pub(crate) fn since(&self, before: usize) -> u64 {
        (self.records.len() - before) as u64
    }

    /// The records of all exchanges.
    pub(crate) fn into_records(self) -> Vec<FetchRecord> {
        self.records
    }
}

/// An answer of an API.
#[derive(Debug)]
pub(crate) struct Reply(Fetched);

/// Words of pages that stand before a site to keep robots out, in lower case.
const WALL_MARKS: &[&str] = &[
    "anubis_challenge",
    "making sure you&#39;re not a bot",
    "making sure you're not a bot",
    "cf-chl",
    "challenge-platform",
    "just a moment...",
    "ddos-guard",
    "captcha",
];

/// How much of a page is searched for these words.
const WALL_SEARCHED_BYTES: usize = 16 * 1024;

impl Reply {
    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.0.head.status
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.0.head.header(name)
    }

    /// The body as text; bytes that are none are replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0.body)
    }

    /// The body as it came, decompressed.
    pub(crate) fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The body as JSON of the expected shape; `None` when it is something else.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        let body: &[u8] = &self.0.body;
        read_json(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
    }

    /// Whether it is a page for people rather than an answer.
    pub(crate) fn is_page(&self) -> bool {
        is_page(&self.0.body)
    }

    /// Whether it is a page that keeps robots out.
    pub(crate) fn is_wall(&self) -> bool {
        is_wall(&self.0.body)
    }

    /// What it means when this is all the platform answers.
    pub(crate) fn setback(&self) -> Setback {
        Setback::lasting(match self.status() {
            401 => Outcome::Forbidden(Forbidden::LoginRequired),
            403 | 451 => Outcome::Forbidden(Forbidden::Blocked),
            404 => Outcome::Absent(Absent::NotFound),
            410 => Outcome::Absent(Absent::Gone),
            400..500 => Outcome::Failed(Failed::Http4xx),
            _ if self.is_wall() => Outcome::Forbidden(Forbidden::Blocked),
            _ => Outcome::Failed(Failed::Layout),
        })
    }
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

fn is_wall(body: &[u8]) -> bool {
    if !is_page(body) {
        return false;
    }
    let searched = &body[..body.len().min(WALL_SEARCHED_BYTES)];
    let text = String::from_utf8_lossy(searched).to_lowercase();
    WALL_MARKS.iter().any(|mark| text.contains(mark))
}

/// What may stand in the archive for a body that is not as it should be: a wall for a wall, a page for a
/// page, and something that is neither nor JSON for all else.
pub(crate) fn stand_in_of_page(body: &[u8]) -> &'static str {
    match is_page(body) {
        true if is_wall(body) => "<html>captcha</html>",
        true => "<html></html>",
        false => "?",
    }
}

/// Its text is checked at once, which takes a fifth less time for a page of statuses than checking
/// every string for itself. What is no text may still be read, as far as its bad strings are none
/// of those wanted.
fn read_json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text).ok(),
        Err(_) => serde_json::from_slice(body).ok(),
    }
}

/// Why a call brought nothing: how the job ends if nothing else does, and whether to try later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setback {
    pub(crate) outcome: Outcome,
    pub(crate) retry: Option<Retry>,
    /// Whether the moment of `retry` is the client's own back-off, since the server named none.
    pub(crate) is_backoff: bool,
}

impl Setback {
    /// Whether there is a moment to keep to: the server's, or one that was known before it was asked.
    pub(crate) fn is_dated(self) -> bool {
        let retry = self.retry.filter(|_| !self.is_backoff);
        retry.is_some_and(|retry| retry.not_before.is_some())
    }

    /// One that another try would not change.
    pub(crate) fn lasting(outcome: Outcome) -> Self {
        Self {
            outcome,
            retry: None,
            is_backoff: false,
        }
    }

    /// An account that is not there.
    pub(crate) fn absent(reason: Absent) -> Self {
        Self::lasting(Outcome::Absent(reason))
    }

    /// An account that may not be read.
    pub(crate) fn forbidden(reason: Forbidden) -> Self {
        Self::lasting(Outcome::Forbidden(reason))
    }

    /// An answer without the shape that we know.
    pub(crate) fn layout() -> Self {
        Self::lasting(Outcome::Failed(Failed::Layout))
    }

    /// Why a figure is missing when only the call that gives it ended so.
    pub(crate) fn missing_reason(self) -> MissingReason {
        match self.outcome {
            Outcome::Forbidden(Forbidden::LoginRequired) => MissingReason::LoginRequired,
            Outcome::Forbidden(Forbidden::PermissionMissing) => MissingReason::PermissionMissing,
            Outcome::Failed(Failed::QuotaSpent) => MissingReason::NotAsked,
            _ => MissingReason::CallFailed,
        }
    }

    /// Ends the measurement.
    pub(crate) fn end(self, mut measurement: Measurement) -> Measured {
        measurement.outcome = self.outcome;
        Measured::new(measurement, self.retry)
    }
}

impl From<&FetchError> for Setback {
    fn from(error: &FetchError) -> Self {
        let may_pass = error.is_transient || error.not_before.is_some();
        Self {
            outcome: error.outcome,
            retry: may_pass.then_some(Retry {
                not_before: error.not_before,
                has_asked: error.has_asked || error.not_before.is_none(),
            }),
            is_backoff: error.is_backoff,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wanted {
        name: String,
    }

    #[test]
    fn bytes_that_are_no_text_spoil_only_the_string_that_holds_them() {
        let name = |body: &[u8]| read_json::<Wanted>(body).map(|wanted| wanted.name);
        let read = Some("Évry".to_owned());
        assert_eq!(
            name("{\"note\":\"été\",\"name\":\"Évry\"}".as_bytes()),
            read
        );
        assert_eq!(
            name(b"{\"note\":\"\xe9t\xe9\",\"name\":\"\xc3\x89vry\"}"),
            read
        );
        assert_eq!(name(b"{\"note\":\"\",\"name\":\"\xc9vry\"}"), None);
    }
}
