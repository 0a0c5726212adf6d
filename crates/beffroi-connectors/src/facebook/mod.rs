//! Facebook pages, through the Graph API with Page Public Content Access.
//!
//! - **Asked**: `/{page}` with its counters, its posts of the window and their comments by field
//!   expansion, one call for a page; where they are more than one call holds, `/{page}/posts` and
//!   `/{post}/comments` (only below posts whose count of comments moved).
//! - **Measured**: followers (fans, where there are no followers); of each post reactions of all
//!   kinds, comments of all levels, shares; visitors' threads and when the page answered.
//! - **Never given**: the pages it likes and views (both to the page's own staff alone), posts in
//!   all. Who comments is withheld of people (since 2018-02-05) and given of pages, but not always
//!   (sns-sdks/python-facebook #95): a comment without author is taken for a visitor's, and as long
//!   as no author was ever given of a page's comments, its dialogue is missing, not unanswered.
//!   A count of comments may be larger than the list of them (Facepager #68).
//! - **Limits**: of a system user's or page's token 4,800 calls in 24 hours for each user engaged
//!   with the page, page by page; of an application's 200 an hour for each of its daily users
//!   (Graph API, "Rate Limits", read in 2026). How much is used is told in percent: from 70 we slow
//!   down, at 95 we stop. Some 600 posts a year are listed (Page Feed reference, read in 2026).
//! - **Manners**: the API alone; reading the site by machine is forbidden by Meta's terms.

pub(crate) mod accounts;
mod asker;
mod check;
mod comments;
mod gate;
mod kept;
mod observe;
mod refusal;
mod requests;
mod settings;
mod tariff;
#[cfg(test)]
mod tests;
mod usage;
mod visit;
mod wire;

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_budget::Purse;
use beffroi_fetch::{BudgetSpec, FetchClient, header::HeaderValue};
use beffroi_model::Platform;
use tokio::sync::Semaphore;

use self::gate::Gate;
use crate::{
    Access, Connector, Credential, CredentialCheck, MeasureRequest, Measured,
    platforms::settings_with_credentials,
};

pub use settings::FacebookSettings;

/// Measures Facebook pages, one at a time: a batch would save nothing, since each page in it counts
/// as a call, and one unknown page would spoil it.
#[derive(Debug)]
pub struct FacebookConnector {
    client: FetchClient,
    settings: FacebookSettings,
    authorization: Option<HeaderValue>,
    budget: BudgetSpec,
    purse: Purse,
    /// Calls at a time.
    slots: Semaphore,
    gate: Gate,
}

impl FacebookConnector {
    /// A connector that asks with one token, or, without one, not at all.
    pub fn new(access: Access, settings: FacebookSettings) -> Self {
        Self {
            authorization: access.credential.as_ref().and_then(Credential::bearer),
            budget: access.budget(settings.budget()),
            purse: access.purse(Platform::Facebook, settings.allowances()),
            client: access.client,
            slots: Semaphore::new(settings.concurrency.get() as usize),
            gate: Gate::new(&settings),
            settings,
        }
    }
}

#[async_trait]
impl Connector for FacebookConnector {
    fn platform(&self) -> Platform {
        Platform::Facebook
    }

    fn batch_size(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let mut measured = Vec::with_capacity(batch.len());
        for request in batch {
            measured.push(Box::pin(visit::measure(self, request)).await);
        }
        measured
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn check_credential(&self) -> Option<CredentialCheck> {
        check::check(self).await
    }
}

settings_with_credentials!(FacebookSettings, FacebookConnector);
