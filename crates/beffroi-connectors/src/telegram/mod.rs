//! Telegram: public channels, by the preview that `t.me` shows of them in a browser.
//!
//! - **Asked**: the page `/s/NAME`, and further pages of it back to the start of the window. It is
//!   a page of a website: robots.txt is obeyed and the pace of the host holds. The APIs of Telegram
//!   want an account and are not used.
//! - **Measured**: subscribers; of each post views and reactions. From a thousand on Telegram
//!   rounds them to about three figures (`3.42K`), and so are ours.
//! - **Never given**: shares, comments, replies, posts in all, accounts followed. Posts bear no
//!   name of an author that is read. The views of a forwarded post are those of the original, and
//!   so no figure of the channel's. Where no post shows a reaction, nobody reacted or the channel
//!   does not allow it: missing.
//! - A channel whose owner switched the preview off has its card alone: subscribers, no posts. A
//!   group, a person or a bot is no channel.
//! - **Limits**: none is published; readers of that page keep half a second between requests
//!   (medialab/minet, `telegram/constants.py`, read in 2026), we keep the pace of any website.
//!
//! Nothing is remembered between visits: the page shows no permanent id, and a channel that was
//! renamed leaves its name to whoever takes it.

pub(crate) mod accounts;
mod count;
mod kept;
mod name;
mod observe;
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

use crate::{Access, Checked, Connector, MeasureRequest, Measured, Settings};

pub use settings::TelegramSettings;

/// Measures public channels, one at a time.
#[derive(Debug)]
pub struct TelegramConnector {
    client: FetchClient,
    settings: TelegramSettings,
}

impl TelegramConnector {
    /// A connector that goes out through `client`.
    pub fn new(client: FetchClient, settings: TelegramSettings) -> Self {
        Self { client, settings }
    }
}

#[async_trait]
impl Connector for TelegramConnector {
    fn platform(&self) -> Platform {
        Platform::Telegram
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

impl Settings for TelegramSettings {
    fn check(&self) -> Checked<'_> {
        self.check()
    }

    fn tariff(&self) -> Tariff {
        tariff::tariff()
    }

    fn connector(&self, access: Access) -> Arc<dyn Connector> {
        Arc::new(TelegramConnector::new(access.client, self.clone()))
    }
}
