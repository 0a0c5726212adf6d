//! Mastodon, and servers that answer its client API (Pleroma, GoToSocial, Pixelfed …).
//!
//! - **Asked**: `/.well-known/webfinger` (home server), `/api/v1/accounts/lookup` or
//!   `/api/v1/accounts/:id` (counters), `/api/v1/accounts/:id/statuses` (posts and own replies),
//!   `/api/v1/statuses/:id/context` (conversations that moved); in doubt `/api/v1/statuses/:id` and
//!   `/.well-known/nodeinfo`.
//! - **Measured**: followers, following, statuses; of each post favourites, replies, boosts with
//!   quotes; visitors' threads and when the account answered. A thread of several statuses by the
//!   account is one post.
//! - **Never given**: views. Anonymous readers see 60 replies below a status; a conversation cut
//!   there makes the dialogue missing as truncated. An own reply deeper than 20 levels is not seen.
//! - **Limits**: 300 requests in 5 minutes for an address, and 300 that page in 15 minutes
//!   (docs.joinmastodon.org/api/rate-limits; `config/initializers/rack_attack.rb`; read in 2026),
//!   of each instance. Its headers are obeyed by the client.

pub(crate) mod accounts;
mod address;
mod kept;
mod observe;
mod paging;
mod requests;
mod resolve;
mod settings;
mod software;
mod tariff;
#[cfg(test)]
mod tests;
mod visit;
mod wire;

use std::{num::NonZeroUsize, sync::Arc};

use async_trait::async_trait;
use beffroi_budget::Tariff;
use beffroi_fetch::FetchClient;
use beffroi_model::Platform;

use self::{paging::PagingPace, software::SoftwareCache};
use crate::{Access, Checked, Connector, MeasureRequest, Measured, Settings};

pub use settings::{InstanceSettings, MastodonSettings};

/// Measures accounts of the fediverse, one at a time, each on its own home server.
#[derive(Debug)]
pub struct MastodonConnector {
    client: FetchClient,
    settings: MastodonSettings,
    paging: PagingPace,
    software: SoftwareCache,
}

impl MastodonConnector {
    /// A connector that goes out through `client`.
    pub fn new(client: FetchClient, settings: MastodonSettings) -> Self {
        Self {
            client,
            paging: PagingPace::new(settings.paging_requests, settings.paging_per),
            software: SoftwareCache::default(),
            settings,
        }
    }
}

#[async_trait]
impl Connector for MastodonConnector {
    fn platform(&self) -> Platform {
        Platform::Mastodon
    }

    fn batch_size(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
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
}

impl Settings for MastodonSettings {
    fn check(&self) -> Checked<'_> {
        self.check()
    }

    fn tariff(&self) -> Tariff {
        tariff::tariff(self)
    }

    fn connector(&self, access: Access) -> Arc<dyn Connector> {
        Arc::new(MastodonConnector::new(access.client, self.clone()))
    }
}
