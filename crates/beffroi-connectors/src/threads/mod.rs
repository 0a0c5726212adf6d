//! Threads, through its API's profile discovery.
//!
//! - **Asked**: `/profile_lookup` (followers; every `lookup_days`) and `/profile_posts` (times of
//!   publications; at every visit).
//! - **Measured**: followers; the posts of the window, of which only the time is known.
//! - **Never given**: accounts followed, posts in all, the counters of others' posts, who replies
//!   and when. `has_replies` tells no number and is not read: a zero where it is false, beside
//!   nothing where it is true, would make a mean of zeros. The lookup also holds sums over seven
//!   days (likes, replies, reposts, quotes, views) of the whole account; they are no counters of
//!   posts, and are not kept yet.
//! - **Shown**: public profiles of adults with enough followers (100 by notes of 2026, 1,000 by a
//!   copy of the page of 2025). All others end as `not_found`, and are asked for more seldom.
//!   There is no permanent id.
//! - **Needs**: an application of its own with the use case Threads, and a user's token (60 days,
//!   to be renewed) with `threads_basic` and `threads_profile_discovery`, the latter after review:
//!   before, only Meta's own accounts are shown (Meta, "Threads Profiles", 2026-04-13).
//! - **Limits**: 1,000 lookups for a token's user in any 24 hours, failures included; whether the
//!   lists of posts count among them is not known, so they are counted. A visit costs one unit, and
//!   one more in the nights of a lookup: eight units a week for an account visited nightly, two for
//!   one visited weekly.

pub(crate) mod accounts;
mod check;
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

use crate::{
    Access, Connector, CredentialCheck, MeasureRequest, Measured, instagram::graph::Graph,
    platforms::settings_with_credentials,
};

pub use settings::ThreadsSettings;

/// Measures accounts of Threads, one at a time.
#[derive(Debug)]
pub struct ThreadsConnector {
    graph: Graph,
    settings: ThreadsSettings,
}

impl ThreadsConnector {
    /// A connector that asks with one token, or, without one, not at all.
    pub fn new(access: Access, settings: ThreadsSettings) -> Self {
        Self {
            graph: Graph::new(access, &settings.terms()),
            settings,
        }
    }
}

#[async_trait]
impl Connector for ThreadsConnector {
    fn platform(&self) -> Platform {
        Platform::Threads
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

settings_with_credentials!(ThreadsSettings, ThreadsConnector);
