//! A call as records: what a POST carried, and what was answered.

use beffroi_fetch::{
    Take, TakenAnswer,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use beffroi_model::{Absent, BodyHash, Failed, Forbidden, Outcome};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::warc::{Record, broken};

/// The block of a call that brought no answer.
#[derive(Serialize, Deserialize)]
struct NoAnswer {
    outcome: String,
    reason: String,
    status: Option<u16>,
    is_transient: bool,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    words: String,
    #[serde(default)]
    not_before: Option<Timestamp>,
    #[serde(default)]
    is_backoff: bool,
}

const OF_FAILURE: &str = "application/json;profile=beffroi-failure";
const OF_ANSWER: &str = "application/http;msgtype=response";
const OF_REQUEST: &str = "application/http;msgtype=request";
const TARGET: &str = "WARC-Target-URI";
const BODY_HASH: &str = "WARC-Beffroi-Body-SHA256";
const BODY_BYTES: &str = "WARC-Beffroi-Body-Bytes";
const ANSWERED_BY: &str = "WARC-Beffroi-Answered-By";
const DURATION: &str = "WARC-Beffroi-Duration-Ms";

/// The records of a call: of a POST two, of a GET one.
pub(crate) fn records(take: &Take) -> Vec<Record> {
    let request = take.asked.as_ref().map(|asked| {
        let head = format!("POST {} HTTP/1.1\r\n\r\n", take.url.path());
        let block = [head.as_bytes(), &asked[..]].concat();
        Record::new("request", OF_REQUEST, take.at, block)
    });
    let answer = answer(take).with(DURATION, take.duration_ms.to_string());
    let records = request.into_iter().chain([answer]);
    records
        .map(|it| it.with(TARGET, take.url.as_str()))
        .collect()
}

fn answer(take: &Take) -> Record {
    match &take.answer {
        TakenAnswer::Failure {
            url,
            outcome,
            status,
            headers,
            words,
            not_before,
            is_backoff,
            is_transient,
        } => {
            let block = NoAnswer {
                outcome: outcome.kind().to_string(),
                reason: outcome.reason().unwrap_or_default().to_owned(),
                status: *status,
                is_transient: *is_transient,
                headers: texts(headers),
                words: String::from_utf8_lossy(words).into_owned(),
                not_before: *not_before,
                is_backoff: *is_backoff,
            };
            let block = serde_json::to_vec(&block).expect("text and numbers are JSON");
            Record::new("metadata", OF_FAILURE, take.at, block).with(ANSWERED_BY, url.as_str())
        }
        TakenAnswer::Reply {
            url,
            status,
            headers,
            body,
            body_bytes,
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
                .with(BODY_BYTES, body_bytes.to_string())
                .with(ANSWERED_BY, url.as_str())
        }
    }
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

/// What a POST carried, where that is what a record holds.
pub(crate) fn asked(record: &Record) -> Option<Bytes> {
    let is_request = record.kind() == "request";
    is_request.then(|| split(&record.block).map(|(_, body)| Bytes::copy_from_slice(body)))?
}

/// Reads a call back; a POST with what it carried.
pub(crate) fn take(record: &Record, asked: Option<Bytes>) -> std::io::Result<Take> {
    let url = |name: &str| -> std::io::Result<Url> {
        let text = record
            .field(name)
            .ok_or_else(|| broken("a call lacks its address"))?;
        text.parse()
            .map_err(|_| broken("a call's address cannot be read"))
    };
    let answer = if record.kind() == "metadata" {
        // The first archives did not tell who failed.
        let url = url(ANSWERED_BY).or_else(|_| url(TARGET))?;
        failure(&record.block, url)
    } else {
        reply(record, url(ANSWERED_BY)?)
    };
    Ok(Take {
        url: url(TARGET)?,
        asked,
        at: record.at,
        duration_ms: number(record, DURATION).unwrap_or(0),
        answer: answer.ok_or_else(|| broken("a call cannot be read"))?,
    })
}

fn number<T: std::str::FromStr>(record: &Record, name: &str) -> Option<T> {
    record.field(name)?.parse().ok()
}

fn failure(block: &[u8], url: Url) -> Option<TakenAnswer> {
    let told: NoAnswer = serde_json::from_slice(block).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in &told.headers {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value).ok()?,
        );
    }
    Some(TakenAnswer::Failure {
        url,
        outcome: outcome(&told.outcome, &told.reason)?,
        status: told.status,
        headers,
        words: Bytes::from(told.words),
        not_before: told.not_before,
        is_backoff: told.is_backoff,
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

/// Head and body of a message of HTTP.
fn split(block: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = block.windows(4).position(|it| it == b"\r\n\r\n")?;
    Some((&block[..end], &block[end + 4..]))
}

fn reply(record: &Record, url: Url) -> Option<TakenAnswer> {
    let (head, body) = split(&record.block)?;
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value.trim()).ok()?,
        );
    }
    Some(TakenAnswer::Reply {
        url,
        status,
        headers,
        body: Bytes::copy_from_slice(body),
        body_bytes: number(record, BODY_BYTES).unwrap_or(body.len() as u64),
        body_hash: BodyHash(bytes_of(record.field(BODY_HASH)?)?),
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
