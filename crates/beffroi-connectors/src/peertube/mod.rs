//! PeerTube: channels, and the accounts that own them.
//!
//! - **Asked**, of each one's home instance: `/api/v1/video-channels/:name` or
//!   `/api/v1/accounts/:name` (counters), `…/videos` (posts), `/api/v1/videos/:uuid/comment-threads`
//!   (comments that moved) and `…/comment-threads/:id` (when the account replied); in doubt
//!   `/api/v1/videos/:uuid` and `/.well-known/nodeinfo`.
//! - **Measured**: followers, following, videos in all; of each video views, likes, comments;
//!   visitors' threads and when the account answered. The account that owns a channel answers for
//!   it: a channel cannot comment. Likes alone are reactions, as on YouTube, which keeps dislikes
//!   to itself.
//! - **Never given**: shares. Replies by the collaborators of a channel are not seen as its own.
//!   Where comments are closed or held for approval, having none means nothing.
//! - **Limits**: 50 calls of the API in 10 seconds for an address, unless the administrator has set
//!   others (`support/doc/api/openapi.yaml` of PeerTube 7.0, read in 2026), of each instance. Its
//!   headers are obeyed by the client.

pub(crate) mod accounts;
mod address;
mod comments;
mod kept;
mod observe;
mod requests;
mod resolve;
mod settings;
mod state;
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

use crate::{Access, Checked, Connector, MeasureRequest, Measured, Settings};

pub use settings::{PeertubeInstance, PeertubeSettings};

/// Measures channels and accounts of PeerTube, one at a time, each on its own instance.
#[derive(Debug)]
pub struct PeertubeConnector {
    client: FetchClient,
    settings: PeertubeSettings,
}

impl PeertubeConnector {
    /// A connector that goes out through `client`.
    pub fn new(client: FetchClient, settings: PeertubeSettings) -> Self {
        Self { client, settings }
    }
}

#[async_trait]
impl Connector for PeertubeConnector {
    fn platform(&self) -> Platform {
        Platform::Peertube
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
}

impl Settings for PeertubeSettings {
    fn check(&self) -> Checked<'_> {
        self.check()
    }

    fn tariff(&self) -> Tariff {
        tariff::tariff(self)
    }

    fn connector(&self, access: Access) -> Arc<dyn Connector> {
        Arc::new(PeertubeConnector::new(access.client, self.clone()))
    }
}
