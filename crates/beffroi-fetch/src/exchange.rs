//! One request and its answer: sent to the checked addresses, bounded in time, in bytes of head
//! and in bytes of body after decompression. It knows nothing of paces, redirects or retries.

use std::time::Duration;

use beffroi_model::{BodyHash, Failed, FetchRecord, Outcome};
use jiff::Timestamp;
use reqwest::{
    Response,
    header::{
        ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    },
};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};

use crate::{
    BodySink, BuildError, Collect, FetchSettings, Head, Words,
    coding::{self, Decoding, Stop},
    failure::{Phase, class_of},
    guard::Target,
    journey::Errand,
    pins::Pins,
    tls,
};

/// Headers of one HTTP/1 answer, whatever their bytes. The library's own 100 are met by sites that
/// set a cookie for everything; it makes room for as many as are allowed with each answer (32 KiB),
/// so that this cannot be as many as the bytes would hold.
const MAX_HEADERS: usize = 512;

/// How much is read of what an API says with a 429.
const MAX_WORDS_BYTES: u64 = 4 * 1024;

/// Sends requests.
pub(crate) struct Exchanger {
    http: reqwest::Client,
    pins: Pins,
    total_timeout: Duration,
    max_header_bytes: u32,
}

/// What to do with a body that is longer than its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLimit {
    /// The exchange fails.
    FailAt(u64),
    /// The rest is not read.
    CutAt(u64),
}

/// An answer. Of a redirect, a 429 or a 5xx only the head is read, and of an API's 429 what it says.
pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) body_bytes: u64,
    /// Hash of a body that was read whole.
    pub(crate) body_hash: Option<BodyHash>,
    /// What an API says with a 429.
    pub(crate) words: Words,
}

/// An exchange that brought no answer.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    pub(crate) class: Failed,
    pub(crate) status: Option<u16>,
    pub(crate) head: Option<Head>,
    pub(crate) source: Option<reqwest::Error>,
}

/// What was learned before an exchange failed or was cut off.
#[derive(Default)]
struct Progress {
    status: Option<u16>,
    head: Option<Head>,
    body_bytes: u64,
}

impl Exchanger {
    pub(crate) fn try_new(settings: &FetchSettings) -> Result<Self, BuildError> {
        let pins = Pins::default();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config(settings)?)
            .dns_resolver(std::sync::Arc::new(pins.clone()))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            // The library undoes one coding only, and of gzip the first member only (`coding`).
            .no_gzip()
            .no_deflate()
            .no_brotli()
            .no_zstd()
            .default_headers(HeaderMap::from_iter([(
                ACCEPT_ENCODING,
                HeaderValue::from_static(coding::ACCEPTED),
            )]))
            .user_agent(settings.user_agent())
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            // Tens of thousands of hosts are met in a night: a connection is kept just long enough
            // for the host's next turn.
            .pool_idle_timeout(settings.host_interval + Duration::from_secs(3))
            .pool_max_idle_per_host(settings.host_concurrency.get())
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(settings.max_header_bytes)
            .build()
            .map_err(BuildError::Client)?;
        Ok(Self {
            http,
            pins,
            total_timeout: settings.total_timeout,
            max_header_bytes: settings.max_header_bytes,
        })
    }

    /// Sends one request and reads its answer into the sink.
    pub(crate) async fn send(
        &self,
        errand: &Errand,
        target: &Target,
        headers: HeaderMap,
        sink: &mut dyn BodySink,
    ) -> (Result<Answer, NoAnswer>, FetchRecord) {
        let at = Timestamp::now();
        let begin = Instant::now();
        let mut progress = Progress::default();
        let _pin = self.pins.pin(target);
        let exchange = self.send_and_read(errand, headers, sink, &mut progress);
        let outcome = timeout(self.total_timeout, exchange).await;
        let answer = outcome.unwrap_or(Err((Failed::TotalTimeout, None)));
        let answer = answer.map_err(|(class, source)| NoAnswer {
            class,
            status: progress.status,
            head: progress.head.take(),
            source,
        });
        let record = FetchRecord {
            at,
            url: errand.url.clone(),
            status: progress.status,
            error_class: error_class(&answer),
            body_bytes: progress.body_bytes,
            body_hash: answer.as_ref().ok().and_then(|answer| answer.body_hash),
            duration_ms: u32::try_from(begin.elapsed().as_millis()).unwrap_or(u32::MAX),
        };
        (answer, record)
    }

    async fn send_and_read(
        &self,
        errand: &Errand,
        headers: HeaderMap,
        sink: &mut dyn BodySink,
        progress: &mut Progress,
    ) -> Result<Answer, (Failed, Option<reqwest::Error>)> {
        let is_conditional =
            headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE);
        let (url, limit) = (&errand.url, errand.limit);
        let request = match &errand.post {
            None => self.http.get(url.clone()),
            Some(post) => self.http.post(url.clone()).body(post.body.clone()),
        };
        let mut response = request
            .headers(headers)
            .send()
            .await
            .map_err(|error| (class_of(&error, Phase::Head), Some(error)))?;
        let status = response.status().as_u16();
        progress.status = Some(status);
        if header_bytes(response.headers()) > self.max_header_bytes as usize {
            return Err((Failed::HeadersTooLarge, None));
        }
        let head = progress.head.insert(Head {
            url: url.clone(),
            status,
            headers: std::mem::take(response.headers_mut()),
        });
        if status == 304 && !is_conditional {
            // Not changed since when? Nobody asked.
            return Err((Failed::MalformedResponse, None));
        }
        let mut body_hash = None;
        let mut words = Collect::default();
        if status == 429 && errand.budget.is_some() {
            let limit = BodyLimit::CutAt(MAX_WORDS_BYTES);
            // The head says what matters: words that do not come whole are not missed.
            let read = read_body(response, head, limit, &mut words, &mut progress.body_bytes).await;
            body_hash = read.unwrap_or_default();
        } else if wants_body(head) {
            sink.start(head);
            body_hash = read_body(response, head, limit, sink, &mut progress.body_bytes).await?;
        }
        Ok(Answer {
            head: progress.head.take().expect("the head has just come"),
            body_bytes: progress.body_bytes,
            body_hash,
            words: Words(words.body.into()),
        })
    }
}

/// Reads the body part by part, counting and hashing what comes out of the decoders. Gives the hash
/// of a body that was read whole.
async fn read_body(
    mut response: Response,
    head: &Head,
    limit: BodyLimit,
    sink: &mut dyn BodySink,
    body_bytes: &mut u64,
) -> Result<Option<BodyHash>, (Failed, Option<reqwest::Error>)> {
    let (BodyLimit::FailAt(max_bytes) | BodyLimit::CutAt(max_bytes)) = limit;
    let mut hash = Sha256::new();
    if has_no_body(head) {
        return Ok(Some(BodyHash(hash.finalize().into())));
    }
    let decoding = Decoding::of(&head.headers, max_bytes);
    let mut decoding = decoding.ok_or((Failed::BadEncoding, None))?;
    if let BodyLimit::FailAt(_) = limit
        && declared_length(head).is_some_and(|length| length > max_bytes)
    {
        return Err((Failed::TooLarge, None));
    }
    let mut take = |decoded: &[u8]| {
        let left = max_bytes - *body_bytes;
        let fits = usize::try_from(left).map_or(decoded.len(), |left| left.min(decoded.len()));
        *body_bytes += fits as u64;
        hash.update(&decoded[..fits]);
        sink.chunk(&decoded[..fits]);
        if fits < decoded.len() {
            Err(Stop::Full)
        } else {
            Ok(())
        }
    };
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| (class_of(&error, Phase::Body), Some(error)))?;
        let Some(chunk) = chunk else { break };
        match (decoding.push(&chunk, &mut take), limit) {
            (Ok(()), _) => {}
            (Err(Stop::Broken), _) => return Err((Failed::BadEncoding, None)),
            (Err(Stop::Full), BodyLimit::FailAt(_)) => return Err((Failed::TooLarge, None)),
            (Err(Stop::Full), BodyLimit::CutAt(_)) => return Ok(None),
        }
    }
    if !decoding.is_complete() {
        return Err((Failed::BadEncoding, None));
    }
    Ok(Some(BodyHash(hash.finalize().into())))
}

/// The statuses with a place to go to.
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn wants_body(head: &Head) -> bool {
    head.status != 429 && head.status < 500 && !is_redirect(head.status)
}

fn has_no_body(head: &Head) -> bool {
    matches!(head.status, 204 | 304) || declared_length(head) == Some(0)
}

fn declared_length(head: &Head) -> Option<u64> {
    head.headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Bytes of the head as HTTP/1 writes it.
fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}

/// The class under which an exchange is recorded, when it failed.
fn error_class(answer: &Result<Answer, NoAnswer>) -> Option<&'static str> {
    let class = match answer {
        Err(failure) => failure.class,
        Ok(answer) if answer.head.status == 429 => Failed::RateLimited,
        Ok(answer) if answer.head.status >= 500 => Failed::Http5xx,
        Ok(_) => return None,
    };
    Outcome::Failed(class).reason()
}
