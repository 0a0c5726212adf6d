//! Bluesky, through the public AppView (XRPC, no key).
//!
//! - **Asked**: `app.bsky.actor.getProfiles` (25 accounts a call), `getProfile` (why one was left
//!   out), `app.bsky.feed.getAuthorFeed` (posts, own replies and what they reply to),
//!   `app.bsky.feed.getPostThread` (conversations that the feed does not show whole and that moved).
//! - **Measured**: followers, follows, posts; of each post likes, replies, reposts with quotes;
//!   visitors' threads and when the account answered. A thread of several posts by the account is
//!   one post. Counters change without any sign of it, so the feed is read at every visit.
//! - **Never given**: views. Replies hidden by moderation, blocks or a threadgate are not seen; a
//!   post without replies whose author restricts them has no comment figure, and an account that
//!   restricts all its posts has no dialogue.
//! - **Limits**: not published for anonymous readers; a Bluesky server allows 3,000 requests in
//!   5 minutes for an address (docs.bsky.app, "Rate Limits"; atproto `packages/pds/src/rate-limits.ts`;
//!   read in 2026). Its headers, where there are any, are obeyed by the client.
//! - **Manners**: an account labelled `!no-unauthenticated` by itself asks not to be shown to those
//!   who are not logged in. The calls return it all the same; we do not read it.

pub(crate) mod accounts;
mod actor;
mod kept;
mod observe;
mod profiles;
mod requests;
mod settings;
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
use futures::{StreamExt, stream};

use self::{profiles::Batch, visit::Visit};
use crate::{Access, Checked, Connector, MeasureRequest, Measured, Settings};

pub use settings::BlueskySettings;

/// Measures accounts of Bluesky.
#[derive(Debug)]
pub struct BlueskyConnector {
    client: FetchClient,
    settings: BlueskySettings,
}

impl BlueskyConnector {
    /// A connector that goes out through `client`.
    pub fn new(client: FetchClient, settings: BlueskySettings) -> Self {
        Self { client, settings }
    }
}

#[async_trait]
impl Connector for BlueskyConnector {
    fn platform(&self) -> Platform {
        Platform::Bluesky
    }

    fn batch_size(&self) -> NonZeroUsize {
        const { NonZeroUsize::new(requests::PROFILES_PER_CALL).expect("25 is not zero") }
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let visit = |request| Visit::new(&self.client, &self.settings, request);
        let visits: Vec<Visit<'_>> = batch.iter().map(visit).collect();
        let mut actors: Vec<&str> = visits
            .iter()
            .filter_map(|visit| visit.actor().ok())
            .collect();
        actors.sort_unstable();
        actors.dedup();
        let mut profiles = Batch::ask(&self.client, &self.settings, &actors).await;

        let mut measuring = Vec::with_capacity(visits.len());
        for visit in visits {
            let (profile, records) = match visit.actor() {
                Ok(actor) => (profiles.take(actor), profiles.records.clone()),
                Err(setback) => (Err(setback), Vec::new()),
            };
            measuring.push(Box::pin(visit.measure(profile, records)));
        }
        let at_once = self.settings.concurrency.get() as usize;
        stream::iter(measuring).buffered(at_once).collect().await
    }
}

impl Settings for BlueskySettings {
    fn check(&self) -> Checked<'_> {
        self.check()
    }

    fn tariff(&self) -> Tariff {
        tariff::tariff(self)
    }

    fn connector(&self, access: Access) -> Arc<dyn Connector> {
        Arc::new(BlueskyConnector::new(access.client, self.clone()))
    }
}
