//! What a POST carries, and when it may be sent again.

use std::fmt;

use beffroi_model::{Failed, Outcome};
use bytes::Bytes;
use reqwest::header::HeaderValue;

use crate::error::Failure;

/// Longest body that is sent: queries of APIs are some kilobytes. More is a mistake of the caller.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024;

/// Whether a call may be sent again when nobody knows whether the server has acted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It changes something, or is paid for: it is sent again only where the server certainly has not
    /// acted on it, since no connection came about or it said 429.
    IfNotSent,
    /// It only reads: it is tried again like any GET.
    Safe,
}

/// The body of a POST. It may hold a secret, and does not print.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) media_type: HeaderValue,
    pub(crate) body: Bytes,
    /// Whether a tape may not hold it.
    pub(crate) is_secret: bool,
    pub(crate) repeat: Repeat,
}

impl Post {
    /// Refuses a body that no call of an API has.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.body.len() <= MAX_BODY_BYTES {
            return Ok(());
        }
        let problem = format!(
            "a body of {} bytes was to be sent, more than {MAX_BODY_BYTES}",
            self.body.len()
        );
        Err(Failure::of(Outcome::Failed(Failed::Internal)).caused_by(problem))
    }

    /// Whether it may be sent again after such a failure.
    pub(crate) fn may_be_sent_again(&self, failure: &Failure) -> bool {
        match self.repeat {
            Repeat::Safe => true,
            Repeat::IfNotSent => failure.status == Some(429) || was_not_sent(failure),
        }
    }
}

/// Whether no connection came about.
fn was_not_sent(failure: &Failure) -> bool {
    let cause = failure.source.as_deref();
    cause
        .and_then(|cause| cause.downcast_ref::<reqwest::Error>())
        .is_some_and(reqwest::Error::is_connect)
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("media_type", &self.media_type)
            .field("body_bytes", &self.body.len())
            .field("repeat", &self.repeat)
            .finish()
    }
}
