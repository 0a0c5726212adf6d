//! A visit and its records.

use beffroi_connectors::MeasureRequest;
use beffroi_fetch::{
    Take, TakenAnswer,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use beffroi_model::{Absent, BodyHash, Failed, Forbidden, JobId, Outcome, Platform, RunId};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::warc::{Record, broken};

/// What a connector was asked to measure in one call, and what it was answered.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The platform.
    pub platform: Platform,
    /// The program that visited.
    pub program: String,
    /// When it ended.
    pub at: Timestamp,
    /// The accounts, in the order in which they were handed over.
    pub requests: Vec<ArchivedRequest>,
    /// What was asked and answered, without anything of citizens'.
    pub takes: Vec<Take>,
}

/// One account of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivedRequest {
    /// The run that it was measured for.
    pub run_id: RunId,
    /// The job.
    pub job_id: JobId,
    /// What the connector was handed.
    pub request: MeasureRequest,
}

/// The block of a visit's own record.
#[derive(Serialize, Deserialize)]
struct Head {
    platform: Platform,
    program: String,
    answers: usize,
    requests: Vec<ArchivedRequest>,
}

/// The block of a call that brought no answer.
#[derive(Serialize, Deserialize)]
struct NoAnswer {
    outcome: String,
    reason: String,
    status: Option<u16>,
    is_transient: bool,
}

/// The type of a visit's own record.
pub(crate) const OF_VISIT: &str = "application/json;profile=beffroi-visit";

const OF_FAILURE: &str = "application/json;profile=beffroi-failure";
const OF_ANSWER: &str = "application/http;msgtype=response";
const BODY_HASH: &str = "WARC-Beffroi-Body-SHA256";
const ANSWERED_BY: &str = "WARC-Beffroi-Answered-By";
const DURATION: &str = "WARC-Beffroi-Duration-Ms";

impl Visit {
    pub(crate) fn records(&self) -> Vec<Record> {
        let head = Head {
            platform: self.platform,
            program: self.program.clone(),
            answers: self.takes.len(),
            requests: self.requests.clone(),
        };
        let block = serde_json::to_vec(&head).expect("text and numbers are JSON");
        let visit = Record::new("metadata", OF_VISIT, self.at, block);
        let concurrent = format!("<urn:uuid:{}>", visit.id);
        let mut records = vec![visit];
        for take in &self.takes {
            let record = record(take)
                .with("WARC-Target-URI", take.url.as_str())
                .with("WARC-Concurrent-To", &concurrent)
                .with(DURATION, take.duration_ms.to_string());
            records.push(record);
        }
        records
    }

    /// How many answers follow the record of a visit.
    pub(crate) fn begin(record: &Record) -> Option<(Self, usize)> {
        let head: Head = serde_json::from_slice(&record.block).ok()?;
        let visit = Self {
            platform: head.platform,
            program: head.program,
            at: record.at,
            requests: head.requests,
            takes: Vec::with_capacity(head.answers),
        };
        Some((visit, head.answers))
    }
}

fn record(take: &Take) -> Record {
    match &take.answer {
        TakenAnswer::Failure {
            outcome,
            status,
            is_transient,
        } => {
            let block = NoAnswer {
                outcome: outcome.kind().to_string(),
                reason: outcome.reason().unwrap_or_default().to_owned(),
                status: *status,
                is_transient: *is_transient,
            };
            let block = serde_json::to_vec(&block).expect("text and numbers are JSON");
            Record::new("metadata", OF_FAILURE, take.at, block)
        }
        TakenAnswer::Reply {
            url,
            status,
            headers,
            body,
            body_hash,
        } => {
            let mut block = format!("HTTP/1.1 {status} \r\n").into_bytes();
            for (name, value) in headers {
                block.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
            }
            block.extend(b"\r\n");
            block.extend(&body[..]);
            Record::new("conversion", OF_ANSWER, take.at, block)
                .with(BODY_HASH, format!("{body_hash:?}"))
                .with(ANSWERED_BY, url.as_str())
        }
    }
}

/// Reads a call back.
pub(crate) fn take(record: &Record) -> std::io::Result<Take> {
    let url = |name: &str| -> std::io::Result<Url> {
        let text = record
            .field(name)
            .ok_or_else(|| broken("a call lacks its address"))?;
        text.parse()
            .map_err(|_| broken("a call's address cannot be read"))
    };
    let answer = if record.kind() == "metadata" {
        failure(&record.block)
    } else {
        reply(&record.block, url(ANSWERED_BY)?, record.field(BODY_HASH))
    };
    Ok(Take {
        url: url("WARC-Target-URI")?,
        at: record.at,
        duration_ms: record
            .field(DURATION)
            .and_then(|it| it.parse().ok())
            .unwrap_or(0),
        answer: answer.ok_or_else(|| broken("a call cannot be read"))?,
    })
}

fn failure(block: &[u8]) -> Option<TakenAnswer> {
    let told: NoAnswer = serde_json::from_slice(block).ok()?;
    Some(TakenAnswer::Failure {
        outcome: outcome(&told.outcome, &told.reason)?,
        status: told.status,
        is_transient: told.is_transient,
    })
}

fn outcome(kind: &str, reason: &str) -> Option<Outcome> {
    match kind {
        "absent" => reason.parse::<Absent>().ok().map(Outcome::Absent),
        "forbidden" => reason.parse::<Forbidden>().ok().map(Outcome::Forbidden),
        "failed" => reason.parse::<Failed>().ok().map(Outcome::Failed),
        _ => None,
    }
}

fn reply(block: &[u8], url: Url, hash: Option<&str>) -> Option<TakenAnswer> {
    let end = block.windows(4).position(|it| it == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(&block[..end]).ok()?, &block[end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name: HeaderName = name.parse().ok()?;
        headers.append(name, HeaderValue::from_str(value.trim()).ok()?);
    }
    Some(TakenAnswer::Reply {
        url,
        status,
        headers,
        body: Bytes::copy_from_slice(body),
        body_hash: BodyHash(bytes_of(hash?)?),
    })
}

fn bytes_of(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hexadecimal.len() != 64 || !hexadecimal.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hexadecimal[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}
