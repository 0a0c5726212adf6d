//! What every platform's connector is: small, so that planning, waiting, retrying and writing are
//! done once, outside.

use std::num::{NonZeroU16, NonZeroUsize};

use async_trait::async_trait;
use beffroi_fetch::HostGroup;
use beffroi_model::{AccountRef, Measurement, Outcome, Platform, Subject};
use jiff::Timestamp;

use crate::{CredentialCheck, KeptAnswers, api::Setback, availability::note_missing_figures};

/// One account to be measured.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MeasureRequest {
    /// The account.
    pub account: AccountRef,
    /// Whose it is.
    pub subjects: Vec<Subject>,
    /// End of the window; figures "over 28 days" count what was published in the 28 days before.
    pub as_of: Timestamp,
    /// What this connector left at its last visit in an earlier run ([`Measurement::state`]).
    pub previous_state: Option<String>,
    /// What it carried over from another lane in this run ([`Elsewhere::carried`]).
    pub carried: Option<String>,
}

impl MeasureRequest {
    /// The measurement of which nothing was brought yet. What the last visit left is kept unless this
    /// one leaves something else.
    pub(crate) fn begun(&self) -> Measurement {
        let account = self.account.clone();
        let now = Timestamp::now();
        let mut measurement = Measurement::without_figures(account, Outcome::Measured, now);
        measurement.state.clone_from(&self.previous_state);
        measurement
    }
}

/// A platform that can be asked.
///
/// A connector knows neither the queue nor the store: it is handed the polite client when it is
/// made, and returns measurements.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Which platform.
    fn platform(&self) -> Platform;

    /// How many accounts one call answers at the most; `measure` is handed at most that many.
    fn batch_size(&self) -> NonZeroUsize;

    /// How many jobs of its lane a worker may take at once, where that is less than the queue's usual
    /// number: what it can end within some minutes at the pace that its platform allows.
    fn prefetch(&self) -> Option<NonZeroU16> {
        None
    }

    /// Measures the accounts: one measurement for each request, in the same order, whatever
    /// happens. An error becomes an outcome.
    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured>;

    /// What of its answers the archive may keep; `None`: nothing, its visits are not archived.
    fn kept_answers(&self) -> Option<&'static KeptAnswers> {
        None
    }

    /// Asks the platform, as cheaply as it can be asked, what the credential is good for. `None`
    /// where the platform takes none, or there is none: then nothing is asked.
    async fn check_credential(&self) -> Option<CredentialCheck> {
        None
    }
}

/// A measurement, and whether the job should rather be tried again later.
#[derive(Debug)]
pub struct Measured {
    /// What was brought back.
    pub measurement: Measurement,
    /// Set when the failure may pass: the worker tries the job again (not before the moment given,
    /// if any) until its tries are spent, and only then keeps this measurement as its end.
    pub retry: Option<Retry>,
    /// Set when the way led to a server that another lane asks: the job goes on there. The measurement
    /// then holds no more than the exchanges so far.
    pub elsewhere: Option<Elsewhere>,
}

/// Where a visit goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The group of the server; its lane is the one of [`HostGroup`]'s text.
    pub group: HostGroup,
    /// What the visit has learnt so far, for this connector alone ([`MeasureRequest::carried`]).
    pub carried: String,
}

impl Measured {
    /// What was brought back, or what to do instead. A visit that asked anything has asked, whatever
    /// its last call met: it would ask again next time, and that is a try.
    pub(crate) fn new(measurement: Measurement, retry: Option<Retry>) -> Self {
        let has_asked = !measurement.fetches.is_empty();
        Self {
            measurement,
            retry: retry.map(|retry| Retry {
                has_asked: retry.has_asked || has_asked,
                ..retry
            }),
            elsewhere: None,
        }
    }

    /// A visit that came to its end, or to a setback.
    pub(crate) fn ended(mut measurement: Measurement, end: Result<(), Setback>) -> Self {
        match end {
            Ok(()) => {
                note_missing_figures(&mut measurement);
                Self::new(measurement, None)
            }
            Err(setback) => setback.end(measurement),
        }
    }
}

/// A failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The server does not want to be asked again before.
    pub not_before: Option<Timestamp>,
    /// Whether this was a try. `false` where nobody was asked, since it was known that the host or the
    /// allowance has to be waited for; `not_before` then says how long.
    pub has_asked: bool,
}

impl Retry {
    /// A try that failed and may go better another time.
    pub(crate) fn after_a_try(not_before: Option<Timestamp>) -> Self {
        Self {
            not_before,
            has_asked: true,
        }
    }

    /// Nobody was asked, and nobody will be before this moment.
    pub(crate) fn unasked(until: Timestamp) -> Self {
        Self {
            not_before: Some(until),
            has_asked: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::{BodyHash, FetchRecord};

    fn measurement(exchanges: usize) -> Measurement {
        let account = AccountRef {
            platform: Platform::Mastodon,
            handle: "mairie@social.example".to_owned(),
            url: "https://social.example/@mairie".parse().unwrap(),
        };
        let record = FetchRecord {
            at: Timestamp::UNIX_EPOCH,
            url: account.url.clone(),
            status: Some(200),
            error_class: None,
            body_bytes: 0,
            body_hash: Some(BodyHash::of(&[])),
            duration_ms: 1,
        };
        Measurement {
            fetches: vec![record; exchanges],
            ..Measurement::without_figures(account, Outcome::Measured, Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn a_visit_that_asked_anything_has_asked_whatever_its_last_call_met() {
        let blocked = Retry::unasked(Timestamp::MAX);
        for (exchanges, has_asked) in [(0, false), (1, true), (7, true)] {
            let measured = Measured::new(measurement(exchanges), Some(blocked));
            let retry = measured.retry.unwrap();
            assert_eq!(retry.has_asked, has_asked, "{exchanges}");
            assert_eq!(retry.not_before, Some(Timestamp::MAX));
        }
        assert_eq!(Measured::new(measurement(1), None).retry, None);
    }
}
