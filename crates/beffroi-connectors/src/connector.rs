//! What every platform's connector is: small, so that planning, waiting, retrying and writing are
//! done once, outside.

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_model::{AccountRef, Measurement, Outcome, Platform, Subject};
use jiff::Timestamp;

use crate::{CredentialCheck, api::Setback, availability::note_missing_figures};

/// One account to be measured.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureRequest {
    /// The account.
    pub account: AccountRef,
    /// Whose it is.
    pub subjects: Vec<Subject>,
    /// End of the window; figures "over 28 days" count what was published in the 28 days before.
    pub as_of: Timestamp,
    /// What this connector left at its last visit in an earlier run ([`Measurement::state`]).
    pub previous_state: Option<String>,
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

    /// Measures the accounts: one measurement for each request, in the same order, whatever
    /// happens. An error becomes an outcome.
    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured>;

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
}

impl Measured {
    /// A visit that came to its end, or to a setback.
    pub(crate) fn ended(mut measurement: Measurement, end: Result<(), Setback>) -> Self {
        match end {
            Ok(()) => {
                note_missing_figures(&mut measurement);
                Self {
                    measurement,
                    retry: None,
                }
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
}
