//! What one visit asks and is answered, on a tape: to be archived, and to be played again.
//!
//! While a future runs within [`recorded`], each document that is fetched whole in its task goes onto the
//! tape, a failure too. Within [`played`] nothing is sent at all: the same calls are answered from the
//! tape, address by address, and those that are not on it fail and are told. Documents that go to a sink
//! (websites) and POSTs are not on tapes.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use beffroi_model::{BodyHash, Failed, FetchRecord, Outcome};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use url::Url;

use crate::{FetchError, Fetched, Head, Words};

tokio::task_local! {
    static TAPE: Arc<Tape>;
}

/// A call and what came of it.
#[derive(Debug, Clone)]
pub struct Take {
    /// The address that was asked for.
    pub url: Url,
    /// When.
    pub at: Timestamp,
    /// Milliseconds that the last exchange took.
    pub duration_ms: u32,
    /// What came.
    pub answer: TakenAnswer,
}

/// What a call brought.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a tape holds next to nothing but replies"
)]
pub enum TakenAnswer {
    /// An answer.
    Reply {
        /// The address that answered, after redirects.
        url: Url,
        /// Its status.
        status: u16,
        /// Its headers.
        headers: HeaderMap,
        /// Its body, after decompression.
        body: Bytes,
        /// Hash of the body as it came.
        body_hash: BodyHash,
    },
    /// None.
    Failure {
        /// What it meant for the job.
        outcome: Outcome,
        /// The status, when there was one.
        status: Option<u16>,
        /// Whether it might have passed.
        is_transient: bool,
    },
}

/// What a call meets in its task.
pub(crate) enum Tape {
    /// It is kept.
    Recording(Mutex<Vec<Take>>),
    /// It is answered.
    Playing(Mutex<Playing>),
}

/// A tape that is played.
pub(crate) struct Playing {
    /// By address, in their order. The last one answers for all that follow.
    answers: HashMap<Url, VecDeque<Take>>,
    unanswered: Vec<Url>,
}

/// Runs a visit and keeps what it asks.
pub async fn recorded<F: Future>(visit: F) -> (F::Output, Vec<Take>) {
    let tape = Arc::new(Tape::Recording(Mutex::default()));
    let output = TAPE.scope(Arc::clone(&tape), visit).await;
    let takes = match &*tape {
        Tape::Recording(takes) => std::mem::take(&mut *lock(takes)),
        Tape::Playing(_) => Vec::new(),
    };
    (output, takes)
}

/// Runs a visit on what an earlier one was answered. Gives the addresses that the tape does not hold.
pub async fn played<F: Future>(takes: Vec<Take>, visit: F) -> (F::Output, Vec<Url>) {
    let mut answers: HashMap<Url, VecDeque<Take>> = HashMap::new();
    for take in takes {
        answers.entry(take.url.clone()).or_default().push_back(take);
    }
    let tape = Arc::new(Tape::Playing(Mutex::new(Playing {
        answers,
        unanswered: Vec::new(),
    })));
    let output = TAPE.scope(Arc::clone(&tape), visit).await;
    let unanswered = match &*tape {
        Tape::Playing(playing) => std::mem::take(&mut lock(playing).unanswered),
        Tape::Recording(_) => Vec::new(),
    };
    (output, unanswered)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while holding it")
}

impl Tape {
    /// The tape of this task.
    pub(crate) fn current() -> Option<Arc<Self>> {
        TAPE.try_with(Arc::clone).ok()
    }

    /// Keeps what a call brought.
    pub(crate) fn keep(&self, url: Url, answer: &Result<Fetched, FetchError>) {
        let Self::Recording(takes) = self else {
            return;
        };
        let records = match answer {
            Ok(fetched) => &fetched.records,
            Err(error) => &error.records,
        };
        let last = records.last();
        let answer = match answer {
            Ok(fetched) => TakenAnswer::Reply {
                url: fetched.head.url.clone(),
                status: fetched.head.status,
                headers: fetched.head.headers.clone(),
                body: fetched.body.clone(),
                body_hash: fetched.body_hash,
            },
            Err(error) => TakenAnswer::Failure {
                outcome: error.outcome,
                status: error.status,
                is_transient: error.is_transient,
            },
        };
        lock(takes).push(Take {
            url,
            at: last.map_or_else(Timestamp::now, |record| record.at),
            duration_ms: last.map_or(0, |record| record.duration_ms),
            answer,
        });
    }

    /// The answer to a call, where this tape is played.
    pub(crate) fn answer(&self, url: &Url) -> Option<Result<Fetched, FetchError>> {
        let Self::Playing(playing) = self else {
            return None;
        };
        let mut playing = lock(playing);
        let take = match playing.answers.get_mut(url) {
            Some(takes) if takes.len() > 1 => takes.pop_front(),
            Some(takes) => takes.front().cloned(),
            None => None,
        };
        let Some(take) = take else {
            playing.unanswered.push(url.clone());
            let outcome = Outcome::Failed(Failed::Internal);
            return Some(Err(failure(url.clone(), outcome, None, false)));
        };
        Some(take.into_answer().map_err(|error| *error))
    }
}

impl Take {
    fn into_answer(self) -> Result<Fetched, Box<FetchError>> {
        match self.answer {
            TakenAnswer::Failure {
                outcome,
                status,
                is_transient,
            } => Err(Box::new(failure(self.url, outcome, status, is_transient))),
            TakenAnswer::Reply {
                url,
                status,
                headers,
                body,
                body_hash,
            } => {
                let body_bytes = body.len() as u64;
                let record = FetchRecord {
                    at: self.at,
                    url: url.clone(),
                    status: Some(status),
                    error_class: None,
                    body_bytes,
                    body_hash: Some(body_hash),
                    duration_ms: self.duration_ms,
                };
                Ok(Fetched {
                    head: Head {
                        url,
                        status,
                        headers,
                    },
                    body,
                    body_bytes,
                    body_hash,
                    redirects: Vec::new(),
                    records: vec![record],
                })
            }
        }
    }
}

fn failure(url: Url, outcome: Outcome, status: Option<u16>, is_transient: bool) -> FetchError {
    FetchError {
        outcome,
        url,
        status,
        head: None,
        words: Words::default(),
        not_before: None,
        is_backoff: false,
        is_transient,
        elsewhere: None,
        has_asked: true,
        redirects: Vec::new(),
        records: Vec::new(),
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BudgetSpec, FetchClient, FetchSettings, Holder, Request};
    use std::num::NonZeroU32;

    fn take(url: &str, body: &'static str) -> Take {
        let url: Url = url.parse().unwrap();
        Take {
            url: url.clone(),
            at: Timestamp::UNIX_EPOCH,
            duration_ms: 3,
            answer: TakenAnswer::Reply {
                url,
                status: 200,
                headers: HeaderMap::new(),
                body: Bytes::from_static(body.as_bytes()),
                body_hash: BodyHash::of(body.as_bytes()),
            },
        }
    }

    #[tokio::test]
    async fn a_tape_answers_in_order_and_nothing_is_sent() {
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        let budget = BudgetSpec {
            requests: NonZeroU32::MIN,
            per: std::time::Duration::from_secs(3600),
            concurrency: NonZeroU32::MIN,
            holder: Holder::ANYBODY,
        };
        let ask = |url: &str| client.get(Request::api(url.parse().unwrap(), budget));
        let visit = async {
            let mut told = Vec::new();
            // A name that no server resolves: what is sent would fail, and take its time.
            for url in [
                "https://a.invalid/x",
                "https://a.invalid/x",
                "https://a.invalid/x",
            ] {
                told.push(ask(url).await.unwrap().body);
            }
            (told, ask("https://a.invalid/y").await)
        };
        let takes = vec![
            take("https://a.invalid/x", "one"),
            take("https://a.invalid/x", "two"),
        ];
        let ((told, missing), unanswered) = played(takes, visit).await;
        assert_eq!(told, ["one", "two", "two"]);
        assert_eq!(
            missing.unwrap_err().outcome,
            Outcome::Failed(Failed::Internal)
        );
        assert_eq!(unanswered, ["https://a.invalid/y".parse().unwrap()]);
        assert_eq!(client.counters().exchanges_total, 0);
    }
}
