//! The website as a platform among others.

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_fetch::FetchClient;
use beffroi_model::{Figure, Figures, Measurement, MissingReason, Outcome, Platform};
use jiff::Timestamp;

use super::{
    settings::WebsiteSettings,
    visit::{Errand, visit},
};
use crate::{Connector, MeasureRequest, Measured};

/// Measures websites and finds the accounts that they name.
#[derive(Debug, Clone)]
pub struct WebsiteConnector {
    client: FetchClient,
    settings: WebsiteSettings,
}

impl WebsiteConnector {
    /// A connector that asks through `client`.
    pub fn new(client: FetchClient, settings: WebsiteSettings) -> Self {
        Self { client, settings }
    }

    async fn measure_one(&self, request: &MeasureRequest) -> Measured {
        let errand = Errand {
            url: &request.account.url,
            subjects: &request.subjects,
            as_of: request.as_of,
            previous_state: request.previous_state.as_deref(),
            carried: request.carried.as_deref(),
        };
        let observed_at = Timestamp::now();
        let seen = visit(&self.client, &self.settings, errand).await;
        let was_read = matches!(seen.outcome, Outcome::Measured | Outcome::Unchanged);
        let reason = if was_read {
            MissingReason::NotGivenByPlatform
        } else {
            MissingReason::NotMeasured
        };
        let measurement = Measurement {
            figures: Figures::missing(reason),
            posts: seen.posts,
            threads: Figure::Missing(reason),
            unavailable: seen.unavailable,
            site: Some(seen.site),
            finds: seen.finds,
            fetches: seen.fetches,
            state: seen.state,
            ..Measurement::without_figures(request.account.clone(), seen.outcome, observed_at)
        };
        Measured {
            measurement,
            retry: seen.retry,
            elsewhere: seen.elsewhere,
        }
    }
}

#[async_trait]
impl Connector for WebsiteConnector {
    fn platform(&self) -> Platform {
        Platform::Website
    }

    fn batch_size(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let mut measured = Vec::with_capacity(batch.len());
        for request in batch {
            measured.push(self.measure_one(request).await);
        }
        measured
    }
}
