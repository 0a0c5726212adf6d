//! A call and what came of it, and what the client makes of it when it is played again.

use beffroi_model::{BodyHash, FetchRecord, Outcome};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use url::Url;

use crate::{FetchError, Fetched, Head, Words};

/// A call and what came of it.
#[derive(Debug, Clone)]
pub struct Take {
    /// The address that was asked for.
    pub url: Url,
    /// What a POST carried; empty where that holds a secret.
    pub asked: Option<Bytes>,
    /// When.
    pub at: Timestamp,
    /// Milliseconds that the last exchange took.
    pub duration_ms: u32,
    /// What came.
    pub answer: TakenAnswer,
}

/// What a call brought.
#[derive(Debug, Clone)]
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
        /// Bytes of the body as it came, after decompression.
        body_bytes: u64,
        /// Hash of the body as it came.
        body_hash: BodyHash,
    },
    /// None.
    Failure {
        /// The address that failed, after redirects.
        url: Url,
        /// What it meant for the job.
        outcome: Outcome,
        /// The status, when there was one.
        status: Option<u16>,
        /// Headers of the refusal.
        headers: HeaderMap,
        /// What an API said with it.
        words: Bytes,
        /// Before this moment the server was not to be asked again.
        not_before: Option<Timestamp>,
        /// Whether that moment was our own back-off.
        is_backoff: bool,
        /// Whether it might have passed.
        is_transient: bool,
    },
}

impl Take {
    /// What a call brought.
    pub(super) fn of(url: Url, asked: Option<Bytes>, answer: &Result<Fetched, FetchError>) -> Self {
        let records = match answer {
            Ok(fetched) => &fetched.records,
            Err(error) => &error.records,
        };
        let last = records.last();
        let (at, duration_ms) = last.map_or((Timestamp::now(), 0), |it| (it.at, it.duration_ms));
        let answer = match answer {
            Ok(fetched) => TakenAnswer::Reply {
                url: fetched.head.url.clone(),
                status: fetched.head.status,
                headers: fetched.head.headers.clone(),
                body: fetched.body.clone(),
                body_bytes: fetched.body_bytes,
                body_hash: fetched.body_hash,
            },
            Err(error) => TakenAnswer::Failure {
                url: error.url.clone(),
                outcome: error.outcome,
                status: error.status,
                headers: error
                    .head
                    .as_ref()
                    .map_or_else(HeaderMap::new, |head| head.headers.clone()),
                words: error.words.0.clone(),
                not_before: error.not_before,
                is_backoff: error.is_backoff,
                is_transient: error.is_transient,
            },
        };
        Self {
            url,
            asked,
            at,
            duration_ms,
            answer,
        }
    }

    /// The same answer again, which took no exchange.
    pub(super) fn into_answer(self) -> Result<Fetched, Box<FetchError>> {
        match self.answer {
            TakenAnswer::Failure {
                url,
                outcome,
                status,
                headers,
                words,
                not_before,
                is_backoff,
                is_transient,
            } => Err(Box::new(FetchError {
                status,
                head: status.map(|status| {
                    let url = url.clone();
                    Box::new(Head {
                        url,
                        status,
                        headers,
                    })
                }),
                words: Words(words),
                not_before,
                is_backoff,
                is_transient,
                ..failure(url, outcome)
            })),
            TakenAnswer::Reply {
                url,
                status,
                headers,
                body,
                body_bytes,
                body_hash,
            } => {
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

/// A failure that says all by its outcome.
pub(super) fn failure(url: Url, outcome: Outcome) -> FetchError {
    FetchError {
        outcome,
        url,
        status: None,
        head: None,
        words: Words::default(),
        not_before: None,
        is_backoff: false,
        is_transient: false,
        elsewhere: None,
        has_asked: true,
        redirects: Vec::new(),
        records: Vec::new(),
        source: None,
    }
}
