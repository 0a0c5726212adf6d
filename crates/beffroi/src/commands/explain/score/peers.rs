//! The published accounts of the platform, and who of them takes part in a contest.

use beffroi_index::{
    index::{IndexVersion, Indicator},
    peers::{PeerCounts, PeerGroup, Peers},
    score::Evidence,
};
use beffroi_model::Category;
use serde::Deserialize;

use crate::commands::explain::read::Published;

/// A published account of the platform.
#[derive(Debug, Deserialize)]
pub(super) struct Peer {
    pub(super) account_id: String,
    pub(super) category: String,
    pub(super) population: Option<u32>,
    pub(super) components: String,
    pub(super) closed_posts: u32,
    pub(super) followers: Option<u64>,
    pub(super) audience_figure: Option<f64>,
    pub(super) activity_figure: Option<f64>,
    pub(super) engagement_figure: Option<f64>,
    pub(super) dialogue_figure: Option<f64>,
    pub(super) engagement_count: Option<u32>,
    pub(super) engagement_squares: Option<f64>,
    pub(super) dialogue_count: Option<u32>,
    pub(super) dialogue_squares: Option<f64>,
    pub(super) total: Option<f64>,
    pub(super) total_sd: Option<f64>,
}

impl Peer {
    pub(super) fn category(&self) -> Option<Category> {
        self.category.parse().ok()
    }

    pub(super) fn figure(&self, indicator: Indicator) -> Option<f64> {
        match indicator {
            Indicator::Audience => self.audience_figure,
            Indicator::Activity => self.activity_figure,
            Indicator::Engagement => self.engagement_figure,
            Indicator::Dialogue => self.dialogue_figure,
        }
    }

    /// The observations behind a figure that is shrunk; `None` of a count, and of nights that were judged
    /// before they were kept.
    pub(super) fn evidence(&self, indicator: Indicator) -> Option<Evidence> {
        let (count, squares) = match indicator {
            Indicator::Audience | Indicator::Activity => return None,
            Indicator::Engagement => (self.engagement_count, self.engagement_squares),
            Indicator::Dialogue => (self.dialogue_count, self.dialogue_squares),
        };
        Some(Evidence {
            count: count?,
            mean: self.figure(indicator)?,
            squares: squares?,
        })
    }

    pub(super) fn has_followers(&self, version: &IndexVersion) -> bool {
        self.followers
            .is_some_and(|count| count >= version.min_followers)
    }

    pub(super) fn has_posts(&self, version: &IndexVersion) -> bool {
        self.closed_posts >= version.min_posts
    }
}

/// A contest: who takes part, and who of them can be ranked.
pub(super) struct Contest<'a> {
    pub(super) peers: Peers,
    pub(super) members: Vec<(&'a Peer, bool)>,
}

impl<'a> Contest<'a> {
    /// The narrowest group of the account with enough ranked members.
    pub(super) fn of(
        candidates: Vec<(&'a Peer, bool)>,
        published: &Published,
        version: &IndexVersion,
    ) -> Option<Self> {
        let mut counts = PeerCounts::default();
        for (peer, _) in candidates.iter().filter(|(_, is_rankable)| *is_rankable) {
            counts.add(peer.category()?, peer.population);
        }
        let peers = counts.choose(published.category?, published.population, version.min_peers)?;
        let members = candidates
            .into_iter()
            .filter(|(peer, _)| {
                let category = peer.category();
                category.is_some_and(|it| PeerGroup::of(it, peer.population).contains(&peers.group))
            })
            .collect();
        Some(Self { peers, members })
    }
}
