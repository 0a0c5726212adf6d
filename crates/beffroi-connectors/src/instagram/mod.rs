//! Instagram, through the business discovery of the Graph API.
//!
//! - **Asked**: `/{our own account}?fields=business_discovery.username(NAME){…}`: counters and the
//!   newest publications in one call; more calls only where the window holds more than one page.
//! - **Measured**: followers, accounts followed, publications in all; of each publication its time,
//!   likes, comments, and views of reels. Likes that the owner hides are missing as such.
//! - **Never given**: who comments, when and what, and so no dialogue: comments can be read below
//!   one's own publications alone. Shares neither (`ask_shares` tries). Stories are not seen.
//! - **Shown**: professional accounts without an age limit. For all others the platform answers as
//!   for a name that does not exist (code 110, subcode 2207013; seen in clients, 2026), so that
//!   they end as `not_found`, and are asked for more seldom from then on. Names change hands and
//!   nothing leads from an old one to a new one; the account's id tells when that happened.
//! - **Needs**: a professional account of our own, linked to a Facebook page, and a token of a
//!   person (or system user) with a role on that page, with `instagram_basic`,
//!   `instagram_manage_insights` and `pages_read_engagement` (Meta, "Business Discovery", 2026).
//! - **Limits**: Meta's platform limits; in practice 200 calls an hour for a token (seen in
//!   clients, 2026). The headers `X-App-Usage` and `X-Business-Use-Case-Usage` are obeyed: slower
//!   from 70 %, no more from 95 %. A visit costs one call, so that a token does 1,600 accounts in
//!   eight hours.

pub(crate) mod accounts;
mod check;
mod fields;
pub(crate) mod graph;
mod kept;
mod observe;
mod requests;
mod settings;
mod tariff;
#[cfg(test)]
mod tests;
mod visit;
mod wire;

use std::num::{NonZeroU16, NonZeroUsize};

use async_trait::async_trait;
use beffroi_model::Platform;

pub(crate) use self::kept::{ERROR, PAGING};
use self::{fields::AcceptedFields, graph::Graph};
use crate::{
    Access, Connector, CredentialCheck, MeasureRequest, Measured,
    platforms::settings_with_credentials,
};

pub use settings::InstagramSettings;

/// Measures professional accounts of Instagram, one a call.
#[derive(Debug)]
pub struct InstagramConnector {
    graph: Graph,
    settings: InstagramSettings,
    fields: AcceptedFields,
}

impl InstagramConnector {
    /// A connector that asks with one token, or, without one, not at all.
    pub fn new(access: Access, settings: InstagramSettings) -> Self {
        Self {
            graph: Graph::new(access, &settings.terms()),
            fields: AcceptedFields::new(settings.ask_shares),
            settings,
        }
    }
}

#[async_trait]
impl Connector for InstagramConnector {
    fn platform(&self) -> Platform {
        Platform::Instagram
    }

    fn batch_size(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn prefetch(&self) -> Option<NonZeroU16> {
        self.settings.terms().prefetch()
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let mut measured = Vec::with_capacity(batch.len());
        for request in batch {
            measured.push(Box::pin(visit::measure(self, request)).await);
        }
        measured
    }

    async fn check_credential(&self) -> Option<CredentialCheck> {
        check::check(self).await
    }
}

settings_with_credentials!(InstagramSettings, InstagramConnector);
