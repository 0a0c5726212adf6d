//! TikTok, through its Research API with the client key and secret of an approved project.
//!
//! - **Asked**: `POST /v2/research/user/info/` (counters of one account; every `profile_days`), and
//!   `POST /v2/research/video/query/` (videos of the window of up to `names_per_query` accounts at
//!   once, 100 a page; at every visit). A token is asked of `/v2/oauth/token/` every two hours.
//! - **Measured**: followers, following, videos in all; of each video likes, comments, shares,
//!   views.
//! - **Late by the platform's making**: the videos come from an archive. A new one appears after up
//!   to 48 hours, and its counters may be up to 10 days behind (developers.tiktok.com,
//!   "About Research API", read in 2026). The account's own counters are of now.
//! - **Never given**: who wrote a comment, so that nobody knows whether the account replied: it has
//!   no dialogue. There is no permanent id. An account that is private, of a minor, renamed or not
//!   there is one and the same answer: all end as `not_found`, and are asked for more seldom.
//! - **Limits**: 1,000 requests a day, midnight to midnight UTC, for all that an organisation asks,
//!   failures included (read in 2026); TikTok tells nothing of what is left. Its other limit, of the
//!   moment, is not published.
//! - **A night of n accounts** costs n/`profile_days` requests for counters, and for the videos
//!   n/`names_per_query`, and one more for each 100 videos beyond the first of a query. With the
//!   defaults 4,000 accounts with 6 videos each take 570, 80 and 160.
//! - **Manners**: researchers alone may ask. The pages of tiktok.com are never read.

pub(crate) mod accounts;
mod ask;
mod check;
mod kept;
mod observe;
mod refusal;
mod requests;
mod settings;
mod tariff;
#[cfg(test)]
mod tests;
mod token;
mod videos;
mod visit;
mod wire;

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_budget::Purse;
use beffroi_fetch::{BudgetSpec, FetchClient};
use beffroi_model::{Forbidden, Platform};
use futures::{StreamExt, stream};

use self::{token::Tokens, visit::Visit};
use crate::{
    Access, Connector, CredentialCheck, MeasureRequest, Measured, api::Setback,
    platforms::settings_with_credentials,
};

pub use settings::TiktokSettings;

/// Measures accounts of TikTok.
#[derive(Debug)]
pub struct TiktokConnector {
    client: FetchClient,
    settings: TiktokSettings,
    tokens: Option<Tokens>,
    budget: BudgetSpec,
    purse: Purse,
}

impl TiktokConnector {
    /// A connector that asks with one credential. Its id is the client key of the application, its
    /// secret the client secret; without both, every account ends as forbidden.
    pub fn new(access: Access, settings: TiktokSettings) -> Self {
        Self {
            budget: access.budget(settings.budget()),
            purse: access.purse(Platform::Tiktok, settings.allowances()),
            tokens: access.credential.and_then(Tokens::of),
            client: access.client,
            settings,
        }
    }
}

#[async_trait]
impl Connector for TiktokConnector {
    fn platform(&self) -> Platform {
        Platform::Tiktok
    }

    fn batch_size(&self) -> NonZeroUsize {
        self.settings.names_per_query.into()
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let visits = batch.iter().map(|request| Visit::new(self, request));
        let mut visits: Vec<Visit<'_>> = visits.collect();
        let Some(tokens) = &self.tokens else {
            let missing = Setback::forbidden(Forbidden::CredentialMissing);
            visits.iter_mut().for_each(|visit| visit.close(missing));
            return visits.into_iter().map(Visit::finish).collect();
        };
        let at_once = self.settings.concurrency.get() as usize;
        let mut meeting = Vec::with_capacity(visits.len());
        for visit in visits {
            meeting.push(Box::pin(visit.meet(tokens)));
        }
        let mut visits: Vec<Visit<'_>> = stream::iter(meeting).buffered(at_once).collect().await;
        videos::read(self, tokens, &mut visits).await;
        visits.into_iter().map(Visit::finish).collect()
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn check_credential(&self) -> Option<CredentialCheck> {
        check::check(self).await
    }
}

settings_with_credentials!(TiktokSettings, TiktokConnector);
