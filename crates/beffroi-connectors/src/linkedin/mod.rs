//! LinkedIn, through its Community Management API with the token of a member.
//!
//! - **Asked**: `/rest/organizations?q=vanityName` (the number of an organisation, once), `/rest/
//!   organizationsLookup` (whether they are still there and what they are called today, 50 a call,
//!   every `describe_days`), `/rest/networkSizes/{urn}` (followers, every `followers_days`). Of
//!   organisations that granted it also `/rest/posts`, `/rest/socialMetadata` (counters, 50 posts a
//!   call) and `/rest/socialActions/{urn}/comments` (where the count of comments moved), at every
//!   visit.
//! - **Measured**: followers of any organisation. Of those that granted it, of each post reactions of
//!   all kinds and comments, visitors' threads and when the organisation answered.
//! - **Never given**: accounts followed, posts in all. Shares and views are in statistics for
//!   administrators that are not asked for. Persons are never asked for.
//! - **Needs**: the product Community Management, which LinkedIn grants to legal entities after a
//!   review; a member's token (about 60 days). Posts need `r_organization_social`, and that the
//!   member administers the page: others' posts are refused with 403, which says nothing of the
//!   token (learn.microsoft.com, "Community Management", read in 2026).
//! - **Limits**: an allowance a day for the application and one for the member, for each kind of call,
//!   renewed at 00:00 UTC; they are not published, and no header tells what is left ("Rate limits",
//!   read in 2026). A visit costs one call a week for followers, and one ever for the number.
//! - **Manners**: reading the site by machine is forbidden, even logged out; there is no fallback. Of
//!   a comment only its time and whether the organisation wrote it are read.

pub(crate) mod accounts;
mod ask;
mod check;
mod describe;
mod kept;
mod name;
mod observe;
mod posts;
mod refusal;
mod requests;
mod settings;
mod state;
mod talk;
mod tariff;
#[cfg(test)]
mod tests;
mod visit;
mod wire;

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_budget::Purse;
use beffroi_fetch::{BudgetSpec, FetchClient, header::HeaderValue};
use beffroi_model::{Forbidden, Platform};
use futures::{StreamExt, stream};
use jiff::Timestamp;

use self::visit::Visit;
use crate::{
    Access, Connector, Credential, CredentialCheck, MeasureRequest, Measured, api::Setback,
    credential::Barred, platforms::settings_with_credentials,
};

pub use settings::LinkedinSettings;

/// Measures pages of organisations on LinkedIn.
#[derive(Debug)]
pub struct LinkedinConnector {
    client: FetchClient,
    settings: LinkedinSettings,
    /// Marked as sensitive, so that it prints nowhere.
    authorization: Option<HeaderValue>,
    budget: BudgetSpec,
    purse: Purse,
    barred: Barred,
}

impl LinkedinConnector {
    /// A connector that asks with one credential, whose secret is a member's access token; without
    /// one, every account ends as forbidden.
    pub fn new(access: Access, settings: LinkedinSettings) -> Self {
        if settings.is_version_ending(Timestamp::now()) {
            tracing::warn!(
                version = %settings.api_version,
                "LinkedIn answers a version of its API for a year: \
                 `platforms.linkedin.api_version` is due for a newer one"
            );
        }
        Self {
            authorization: access.credential.as_ref().and_then(Credential::bearer),
            budget: access.budget(settings.budget()),
            purse: access.purse(Platform::Linkedin, settings.allowances()),
            client: access.client,
            barred: Barred::default(),
            settings,
        }
    }
}

#[async_trait]
impl Connector for LinkedinConnector {
    fn platform(&self) -> Platform {
        Platform::Linkedin
    }

    fn batch_size(&self) -> NonZeroUsize {
        const { NonZeroUsize::new(requests::IDS_PER_CALL).expect("50 is not zero") }
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let visits = batch.iter().map(|request| Visit::new(self, request));
        let mut visits: Vec<Visit<'_>> = visits.collect();
        if self.authorization.is_none() {
            let missing = Setback::forbidden(Forbidden::CredentialMissing);
            visits.iter_mut().for_each(|visit| visit.close(missing));
            return visits.into_iter().map(Visit::finish).collect();
        }
        describe::read(self, &mut visits).await;
        let at_once = self.settings.concurrency.get() as usize;
        let mut visiting = Vec::with_capacity(visits.len());
        for mut visit in visits {
            visiting.push(Box::pin(async move {
                if let Err(setback) = visit.run().await {
                    visit.close(setback);
                }
                visit.finish()
            }));
        }
        stream::iter(visiting).buffered(at_once).collect().await
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn check_credential(&self) -> Option<CredentialCheck> {
        check::check(self).await
    }
}

settings_with_credentials!(LinkedinSettings, LinkedinConnector);
