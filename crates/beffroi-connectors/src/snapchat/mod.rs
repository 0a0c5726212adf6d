//! Snapchat: the page of a public profile. **Switched off by default**: Snap has no API that tells
//! of others' accounts, and its terms forbid reading the pages by machine without its leave. The
//! connector is there for those who have it.
//!
//! - **Asked**: the page `/@NAME`, every `days`, as robots.txt allows. The figures stand in the data
//!   that the page is drawn from.
//! - **Measured**: subscribers of public profiles, exact. Where the page does not hold them, the
//!   account may hide them or be too small: they are missing, not 0.
//! - **Never given**: accounts followed, posts in all. Stories are gone after 24 hours and show no
//!   counters, so that there are no posts and no dialogue. Spotlight videos have counters on pages of
//!   their own, which are not read. There is no permanent id.
//! - **Limits**: none is published, and no header tells one. We ask once in `interval`, 10 seconds.

pub(crate) mod accounts;
mod kept;
mod observe;
mod settings;
mod tariff;
#[cfg(test)]
mod tests;
mod visit;
mod wire;

use std::{
    num::{NonZeroU16, NonZeroUsize},
    sync::Arc,
};

use async_trait::async_trait;
use beffroi_budget::Tariff;
use beffroi_fetch::{FetchClient, is_played};
use beffroi_model::Platform;
use tokio::time::Instant;

use crate::{Access, Checked, Connector, MeasureRequest, Measured, Settings};

pub use settings::SnapchatSettings;

/// Measures public profiles, one at a time.
#[derive(Debug)]
pub struct SnapchatConnector {
    client: FetchClient,
    settings: SnapchatSettings,
    /// When the last page was asked for. An async lock, for it is the queue itself.
    asked_at: tokio::sync::Mutex<Option<Instant>>,
}

impl SnapchatConnector {
    /// A connector that goes out through `client`.
    pub fn new(client: FetchClient, settings: SnapchatSettings) -> Self {
        Self {
            client,
            settings,
            asked_at: tokio::sync::Mutex::default(),
        }
    }

    /// Waits until another page may be asked for.
    async fn wait(&self) {
        let mut asked_at = self.asked_at.lock().await;
        if let Some(last) = asked_at.filter(|_| !is_played()) {
            tokio::time::sleep_until(last + self.settings.interval).await;
        }
        *asked_at = Some(Instant::now());
    }
}

#[async_trait]
impl Connector for SnapchatConnector {
    fn platform(&self) -> Platform {
        Platform::Snapchat
    }

    fn batch_size(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn prefetch(&self) -> Option<NonZeroU16> {
        let jobs = 600.0 / self.settings.interval.as_secs_f64().max(0.01);
        NonZeroU16::new(jobs.clamp(1.0, f64::from(u16::MAX)) as u16)
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

impl Settings for SnapchatSettings {
    fn check(&self) -> Checked<'_> {
        self.check()
    }

    fn tariff(&self) -> Tariff {
        tariff::tariff(self)
    }

    fn connector(&self, access: Access) -> Arc<dyn Connector> {
        Arc::new(SnapchatConnector::new(access.client, self.clone()))
    }
}
