//! X (once Twitter), through API v2 with the bearer token of an app (pay-per-use).
//!
//! - **Asked**: `GET /2/users/by` and `/2/users` (profiles, 100 accounts a request; by name, and by
//!   id once it is known), `/2/users/:id/tweets` (posts and own replies since the last visit, of
//!   accounts whose counter of posts has moved), `/2/tweets/search/recent` (visitors' replies since
//!   the last visit, 20 accounts a request), `/2/tweets` (counters of known posts when their turn
//!   has come, 100 posts a request).
//! - **Measured**: followers, following, posts; of each post likes, replies, reposts with quotes,
//!   impressions; visitors' threads and when the account answered. A thread of several posts by the
//!   account is one post. Reposts are not posts.
//! - **Not had**: protected accounts. On the nights between two readings followers and counters are
//!   missing as not asked. X's search goes back 7 days, so that the dialogue is truncated until all
//!   posts of the window that have replies are younger than that or were heard from the start. An
//!   answer to a visitor's message that was not addressed to the account counts for no thread.
//! - **Costs**: X bills each object that it returns, once in a UTC day: $0.010 a user, $0.005 a
//!   post or reply (docs.x.com, "Pricing", August 2026). A visit asks for no object twice. It costs
//!   at the most one user every `profile_days`; each new post and own reply once; each visitor's
//!   reply once; every post of the window again every `refresh_days`. The first visit reads the
//!   window whole and a week of replies. A batch of 100 accounts takes at the most 2 requests for
//!   profiles, one for each account that has moved (more only past 100 posts), 5 searches (more only
//!   past 100 replies) and one for every 100 posts whose turn it is. Empty answers and refusals are
//!   free. 3 million posts may be read in a month. A run that begins and ends within one UTC day
//!   pays for nothing twice, whatever is tried again.
//! - **Limits**, for an app in 15 minutes: profiles 300 requests each, posts of an account 10,000,
//!   known posts 3,500, searches 450 (docs.x.com, "Rate limits", 2026). X's headers are obeyed by
//!   the client. Once credits or the monthly cap are spent, X is not asked for 15 minutes.
//! - **Manners**: X forbids reading its pages without the API; there is no fallback. Of a visitor
//!   only the time of the message is kept.

pub(crate) mod accounts;
mod asker;
mod check;
mod conclude;
mod hearing;
mod kept;
mod listing;
mod name;
mod observe;
mod price;
mod profiles;
mod refresh;
mod refusal;
mod requests;
mod settings;
mod state;
mod talk;
mod tariff;
#[cfg(test)]
mod tests;
mod time;
mod visit;
mod wire;

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_budget::Purse;
use beffroi_fetch::{BudgetSpec, FetchClient, Holder, header::HeaderValue};
use beffroi_model::{Forbidden, Platform};

use self::{
    asker::{Asker, Spent},
    price::BilledToday,
    visit::Visit,
};
use crate::{
    Access, Connector, Credential, CredentialCheck, MeasureRequest, Measured, api::Setback,
    platforms::settings_with_credentials,
};

pub use price::Dollars;
pub use settings::{FieldNames, XSettings};

/// Measures accounts of X.
#[derive(Debug)]
pub struct XConnector {
    client: FetchClient,
    settings: XSettings,
    authorization: Option<HeaderValue>,
    holder: Holder,
    purse: Purse,
    spent: Spent,
    billed_today: BilledToday,
}

impl XConnector {
    /// A connector that asks with one token, or, without one, not at all.
    pub fn new(access: Access, settings: XSettings) -> Self {
        Self {
            authorization: access.credential.as_ref().and_then(Credential::bearer),
            holder: access.budget(settings.user_budget()).holder,
            purse: access.purse(Platform::X, settings.allowances()),
            client: access.client,
            settings,
            spent: Spent::default(),
            billed_today: BilledToday::default(),
        }
    }

    /// A rate that the token has for itself.
    fn held(&self, budget: BudgetSpec) -> BudgetSpec {
        BudgetSpec {
            holder: self.holder,
            ..budget
        }
    }
}

#[async_trait]
impl Connector for XConnector {
    fn platform(&self) -> Platform {
        Platform::X
    }

    fn batch_size(&self) -> NonZeroUsize {
        const { NonZeroUsize::new(requests::USERS_PER_CALL).expect("100 is not zero") }
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let settings = &self.settings;
        let Some(asker) = Asker::try_new(self) else {
            let missing = Setback::forbidden(Forbidden::CredentialMissing);
            let refused = |request| Visit::refused(settings, request, missing).finish();
            return batch.iter().map(refused).collect();
        };
        let new = |request| Visit::new(settings, request);
        let mut visits: Vec<Visit<'_>> = batch.iter().map(new).collect();
        profiles::read(&asker, &mut visits).await;
        listing::read(&asker, &mut visits).await;
        hearing::hear(&asker, &mut visits).await;
        refresh::read(&asker, &mut visits).await;
        visits.into_iter().map(Visit::finish).collect()
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn check_credential(&self) -> Option<CredentialCheck> {
        check::check(self).await
    }
}

settings_with_credentials!(XSettings, XConnector);
