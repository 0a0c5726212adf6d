//! YouTube, through the Data API v3 with a key; without one, the keyless Atom feed.
//!
//! - **Asked with a key**: `channels` (50 accounts a call; one call for a name that is not resolved
//!   yet), `playlistItems` (uploads, of a channel whose number of videos moved or whose turn has
//!   come), `videos:batchGetStats` or `videos` (50 videos a call, across the accounts of a batch),
//!   `commentThreads` and `comments` (where the number of comments moved). Never `search`, which
//!   has a hundred calls a day.
//! - **Asked without a key**: the feed of the channel's 15 newest videos, and before its id is known
//!   the channel's page, both as robots.txt allows.
//! - **Measured**: subscribers, public videos; of each video likes, comments, views; visitors'
//!   threads and when the account answered. The feed gives the list of videos and their views alone.
//! - **Rounded by the platform**: subscribers, cut to three significant digits from 1,000 on (since
//!   September 2019). They are kept as given, with the step; the day-to-day change of a large channel
//!   means nothing. Views of Shorts count every start since 2025-03-31: a break in the series.
//! - **Never given**: shares, subscriptions, posts of the tab "Community". A channel that was
//!   deleted, one that was terminated and a wrong id look the same.
//! - **Limits**: 10,000 units a day for a project, and 10,000 more for `batchGetStats` alone; every
//!   call costs one (developers.google.com/youtube/v3/determine_quota_cost and the revision history;
//!   read in 2026). The day ends at midnight in California. The limit by minute is not published;
//!   nothing tells what is left.
//! - **A night of n accounts** costs n/50 units for the channels, one for each account whose uploads
//!   are listed, one for each whose comments moved, and of the other allowance one for 50 videos.

pub(crate) mod accounts;
mod ask;
mod channels;
mod check;
mod comments;
mod feed;
mod kept;
mod keyless;
mod name;
mod observe;
mod opened;
mod quota;
mod refusal;
mod requests;
mod settings;
mod state;
mod statistics;
mod tariff;
#[cfg(test)]
mod tests;
mod uploads;
mod visit;
mod wire;

use std::num::NonZeroUsize;

use async_trait::async_trait;
use beffroi_budget::Purse;
use beffroi_fetch::{BudgetSpec, FetchClient, header::HeaderValue};
use beffroi_model::{Forbidden, Platform};
use futures::{StreamExt, stream};

use self::{quota::Minute, statistics::VideoMethod, visit::Visit};
use crate::{
    Access, Connector, Credential, CredentialCheck, MeasureRequest, Measured, api::Setback,
    platforms::settings_with_credentials,
};

pub use settings::YoutubeSettings;

/// Measures channels of YouTube.
#[derive(Debug)]
pub struct YoutubeConnector {
    client: FetchClient,
    settings: YoutubeSettings,
    key: Option<HeaderValue>,
    budget: BudgetSpec,
    purse: Purse,
    minute: Minute,
    video_method: VideoMethod,
}

impl YoutubeConnector {
    /// A connector that asks with one key, or, without one, reads the feed.
    pub fn new(access: Access, settings: YoutubeSettings) -> Self {
        Self {
            key: access.credential.as_ref().and_then(Credential::header),
            budget: access.budget(settings.budget()),
            purse: access.purse(Platform::Youtube, settings.allowances()),
            client: access.client,
            minute: Minute::default(),
            video_method: VideoMethod::new(settings.batch_get_stats),
            settings,
        }
    }

    /// Measures a batch by the API, step by step for all of its accounts together, so that one call
    /// answers as many of them as the platform lets it.
    async fn by_api(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let at_once = self.settings.concurrency.get() as usize;
        let visits: Vec<Visit<'_>> = batch
            .iter()
            .map(|request| Visit::new(self, request))
            .collect();
        let ids: Vec<&str> = visits.iter().filter_map(Visit::known_id).collect();
        let channels = channels::Batch::ask(self, ids).await;

        let mut opening = Vec::with_capacity(visits.len());
        for visit in visits {
            opening.push(Box::pin(visit.open(&channels)));
        }
        let opened: Vec<_> = stream::iter(opening).buffered(at_once).collect().await;

        let mut videos: Vec<&str> = Vec::new();
        for visit in opened.iter().flatten() {
            videos.extend(visit.video_ids());
        }
        let statistics = statistics::Batch::ask(self, &videos).await;

        let mut closing = Vec::with_capacity(opened.len());
        for visit in opened {
            let statistics = &statistics;
            closing.push(Box::pin(async move {
                match visit {
                    Ok(opened) => opened.close(statistics).await,
                    Err(ended) => *ended,
                }
            }));
        }
        stream::iter(closing).buffered(at_once).collect().await
    }

    /// Measures a batch by the keyless feed.
    async fn by_feed(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        let mut measured = Vec::with_capacity(batch.len());
        for request in batch {
            measured.push(Box::pin(keyless::measure(self, request)).await);
        }
        measured
    }
}

#[async_trait]
impl Connector for YoutubeConnector {
    fn platform(&self) -> Platform {
        Platform::Youtube
    }

    fn batch_size(&self) -> NonZeroUsize {
        const { NonZeroUsize::new(requests::IDS_PER_CALL).expect("50 is not zero") }
    }

    async fn measure(&self, batch: &[MeasureRequest]) -> Vec<Measured> {
        match (&self.key, self.settings.keyless_feed) {
            (Some(_), _) => self.by_api(batch).await,
            (None, true) => self.by_feed(batch).await,
            (None, false) => batch.iter().map(without_credential).collect(),
        }
    }

    fn kept_answers(&self) -> Option<&'static crate::KeptAnswers> {
        Some(&kept::ANSWERS)
    }

    async fn check_credential(&self) -> Option<CredentialCheck> {
        check::check(self).await
    }
}

/// The end of an account that may not be asked for at all.
fn without_credential(request: &MeasureRequest) -> Measured {
    let measurement = request.begun();
    Setback::forbidden(Forbidden::CredentialMissing).end(measurement)
}

settings_with_credentials!(YoutubeSettings, YoutubeConnector);
