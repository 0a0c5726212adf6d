//! How a fetch can fail: always a named outcome, never a panic.

use std::fmt;

use beffroi_model::{Failed, FetchRecord, Outcome};
use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use crate::{Head, HostGroup};

/// A fetch that brought no usable answer.
#[derive(Debug, thiserror::Error)]
#[error("`{url}` could not be fetched: {}{}", outcome.reason().unwrap_or("unknown"), status.map(|s| format!(" (status {s})")).unwrap_or_default())]
pub struct FetchError {
    /// What it means for the job: the outcome and its reason, which is also the error class.
    pub outcome: Outcome,
    /// The address that failed (after redirects, where it had come to that).
    pub url: Url,
    /// The HTTP status, when there was one.
    pub status: Option<u16>,
    /// The head of the answer, when there was one and it was of a bearable size.
    pub head: Option<Box<Head>>,
    /// What an API says with a 429: which of its limits is met.
    pub words: Words,
    /// Before this moment the server is not asked again: as it said (`Retry-After`, rate-limit
    /// headers), or by our own back-off. The client refuses to go to that host before; the job is best
    /// parked until then.
    pub not_before: Option<Timestamp>,
    /// Whether the server refused and named no moment, so that `not_before` is our own back-off.
    pub is_backoff: bool,
    /// Whether trying the job again later may help (time-outs, resets, 5xx, 429).
    pub is_transient: bool,
    /// Set where `url` belongs to a server that another lane asks: nothing was sent to it. (Where a
    /// site's robots.txt has moved there, `url` is the address looked for as it would be there.)
    pub elsewhere: Option<HostGroup>,
    /// Whether anything was sent in this call to the host that refused. `false` where it was only
    /// known that it may not be asked yet, or where another call had asked.
    pub has_asked: bool,
    /// Redirects followed before it failed.
    pub redirects: Vec<Url>,
    /// Every exchange it took.
    pub records: Vec<FetchRecord>,
    /// The library's error, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The first bytes of the body of a refusal. They may repeat what was asked, and do not print.
#[derive(Clone, Default)]
pub struct Words(pub Bytes);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Settings with which no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A setting holds a value that cannot be used.
    #[error("`fetch.{key}`: {problem}")]
    Setting {
        /// The key within `[fetch]`.
        key: &'static str,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// A file of `extra_ca` cannot be read.
    #[error("`fetch.extra_ca`: `{path}` could not be read")]
    ExtraCa {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The HTTP client itself.
    #[error("the HTTP client could not be built")]
    Client(#[source] reqwest::Error),
}

impl FetchError {
    /// The same failure for another who waited for the same answer: without the exchanges, which
    /// are recorded once.
    pub(crate) fn echo(&self) -> Failure {
        Failure {
            outcome: self.outcome,
            status: self.status,
            head: None,
            words: Words::default(),
            not_before: self.not_before,
            is_backoff: self.is_backoff,
            is_transient: self.is_transient,
            elsewhere: self.elsewhere.clone().map(|group| {
                let url = self.url.clone();
                Box::new(Elsewhere { group, url })
            }),
            source: None,
        }
    }
}

/// A failure on the way, before it is told where on the way.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<u16>,
    pub(crate) head: Option<Box<Head>>,
    pub(crate) words: Words,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) is_backoff: bool,
    pub(crate) is_transient: bool,
    pub(crate) elsewhere: Option<Box<Elsewhere>>,
    pub(crate) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// An address that another lane asks.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) group: HostGroup,
    pub(crate) url: Url,
}

impl Failure {
    /// A failure that says all by its outcome.
    pub(crate) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            status: None,
            head: None,
            words: Words::default(),
            not_before: None,
            is_backoff: false,
            is_transient: false,
            elsewhere: None,
            source: None,
        }
    }

    /// The way leads to a server that another lane asks.
    pub(crate) fn elsewhere(group: HostGroup, url: Url) -> Self {
        Self {
            is_transient: true,
            elsewhere: Some(Box::new(Elsewhere { group, url })),
            ..Self::of(Outcome::Failed(Failed::BadRedirect))
        }
    }

    /// Keeps the cause.
    pub(crate) fn caused_by(
        self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }
}
