//! One indicator over all accounts: each account scored within its own peer group.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use beffroi_model::{Category, Figure, MissingReason, Platform};
use strum::{Display, EnumString, IntoStaticStr};

use super::{IndexVersion, Profile};
use crate::{
    engagement::Components,
    peers::{PeerCounts, PeerGroup, Peers},
    score::{Belief, Evidence, Member, Posterior, Prior, Score, score_group},
    stats::Standing,
};

/// What is shown apart before any total.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum Indicator {
    /// Followers per thousand inhabitants.
    Audience,
    /// Posts per week, up to the version's full activity.
    Activity,
    /// What the posts get from those who follow.
    Engagement,
    /// Whether and how fast visitors are answered.
    Dialogue,
}

impl Indicator {
    /// All four, in the order in which they are shown.
    pub const ALL: [Self; 4] = [
        Self::Audience,
        Self::Activity,
        Self::Engagement,
        Self::Dialogue,
    ];
}

/// Why an account has no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unscored {
    /// The figure is missing.
    Missing(MissingReason),
    /// Fewer closed threads than may be published.
    TooFewThreads {
        /// How many there are.
        found: u32,
    },
    /// Even the widest group has too few rankable members.
    TooFewPeers,
}

/// An indicator of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorScore {
    /// The figure on its own scale: followers per thousand inhabitants; posts per week; mean over
    /// days of `ln(1 + E)`; mean promptness.
    pub figure: f64,
    /// What is believed of it within the peers: the shrunken estimate and its standard deviation, or
    /// the exact figure.
    pub belief: Belief,
    /// How much of the estimate is the account's own, 0 to 1.
    pub own_weight: f64,
    /// The repeated observations that the figure is the mean of; `None` of a count, which is exact.
    pub evidence: Option<Evidence>,
    /// Percentile, interval, rank.
    pub score: Score,
    /// Among whom.
    pub peers: Peers,
    /// The rankable peers' estimates.
    pub(crate) peer_values: Arc<Standing>,
}

/// An account in an indicator's contest.
struct Candidate<'a> {
    key: &'a str,
    /// Only accounts of one platform, and for engagement over the same components, are compared.
    class: (Platform, Components),
    category: Category,
    population: Option<u32>,
    figure: Observed,
    is_rankable: bool,
}

enum Observed {
    Exact(f64),
    Repeated(Evidence),
}

/// Scores of one indicator, by key.
pub(crate) fn scores(
    indicator: Indicator,
    profiles: &[Profile],
    version: &IndexVersion,
) -> BTreeMap<String, Result<IndicatorScore, Unscored>> {
    let mut results = BTreeMap::new();
    let mut classes: BTreeMap<(Platform, Components), Vec<Candidate<'_>>> = BTreeMap::new();
    for profile in profiles {
        match candidate(indicator, profile, version) {
            Ok(candidate) => classes.entry(candidate.class).or_default().push(candidate),
            Err(why) => {
                results.insert(profile.key.clone(), Err(why));
            }
        }
    }
    for candidates in classes.values() {
        results.extend(class_scores(candidates, version));
    }
    results
}

fn candidate<'a>(
    indicator: Indicator,
    profile: &'a Profile,
    version: &IndexVersion,
) -> Result<Candidate<'a>, Unscored> {
    let known = |figure: Figure<f64>| match figure {
        Figure::Known(value) => Ok(value),
        Figure::Missing(reason) => Err(Unscored::Missing(reason)),
    };
    let repeated = |figure: Figure<Evidence>| match figure {
        Figure::Known(evidence) => Ok(evidence),
        Figure::Missing(reason) => Err(Unscored::Missing(reason)),
    };
    let mut components = Components::default();
    let mut has_posts = true;
    let figure = match indicator {
        Indicator::Audience => Observed::Exact(known(profile.audience)?),
        Indicator::Activity => {
            Observed::Exact(known(profile.posts_per_week)?.min(version.full_activity))
        }
        Indicator::Engagement => {
            components = profile.components;
            has_posts = profile.posts >= version.min_posts;
            Observed::Repeated(repeated(profile.engagement)?)
        }
        Indicator::Dialogue => {
            let evidence = repeated(profile.dialogue)?;
            if evidence.count < version.min_threads {
                return Err(Unscored::TooFewThreads {
                    found: evidence.count,
                });
            }
            Observed::Repeated(evidence)
        }
    };
    Ok(Candidate {
        key: &profile.key,
        class: (profile.platform, components),
        category: profile.category,
        population: profile.population,
        figure,
        is_rankable: has_posts && has_followers(profile, version),
    })
}

/// Whether the account has the followers without which it is not ranked.
pub(crate) fn has_followers(profile: &Profile, version: &IndexVersion) -> bool {
    let followers = profile.followers.known();
    followers.is_some_and(|count| count >= version.min_followers)
}

fn class_scores(
    candidates: &[Candidate<'_>],
    version: &IndexVersion,
) -> Vec<(String, Result<IndicatorScore, Unscored>)> {
    let mut counts = PeerCounts::default();
    for candidate in candidates.iter().filter(|candidate| candidate.is_rankable) {
        counts.add(candidate.category, candidate.population);
    }
    let mut results = Vec::with_capacity(candidates.len());
    let mut chosen: BTreeMap<PeerGroup, (Peers, BTreeSet<&str>)> = BTreeMap::new();
    for candidate in candidates {
        let (category, population) = (candidate.category, candidate.population);
        match counts.choose(category, population, version.min_peers) {
            Some(peers) => {
                let (_, keys) = chosen
                    .entry(peers.group)
                    .or_insert((peers, BTreeSet::new()));
                keys.insert(candidate.key);
            }
            None => results.push((candidate.key.to_owned(), Err(Unscored::TooFewPeers))),
        }
    }
    let mut members: BTreeMap<PeerGroup, Vec<&Candidate<'_>>> = BTreeMap::new();
    for one in candidates {
        for group in PeerGroup::of(one.category, one.population) {
            if chosen.contains_key(&group) {
                members.entry(group).or_default().push(one);
            }
        }
    }
    for (group, (peers, keys)) in chosen {
        let scored = group_scores(&members[&group], peers, version);
        results.extend(
            scored
                .into_iter()
                .filter(|score| keys.contains(score.score.key.as_str()))
                .map(|score| (score.score.key.clone(), Ok(score))),
        );
    }
    results
}

/// Scores of all members of one peer group, in the order of keys.
fn group_scores(
    members: &[&Candidate<'_>],
    peers: Peers,
    version: &IndexVersion,
) -> Vec<IndicatorScore> {
    let measures: Vec<Evidence> = members
        .iter()
        .filter(|member| member.is_rankable)
        .filter_map(|member| match member.figure {
            Observed::Repeated(evidence) => Some(evidence),
            Observed::Exact(_) => None,
        })
        .collect();
    let prior = Prior::fit(&measures);
    let believed: BTreeMap<&str, (&Observed, f64, Posterior)> = members
        .iter()
        .map(|member| {
            let (figure, posterior) = posterior(&member.figure, prior);
            (member.key, (&member.figure, figure, posterior))
        })
        .collect();
    let contest: Vec<Member> = members
        .iter()
        .map(|member| {
            let (_, _, posterior) = believed[member.key];
            Member {
                key: member.key.to_owned(),
                belief: Belief {
                    mean: posterior.mean,
                    sd: posterior.sd,
                },
                is_rankable: member.is_rankable,
            }
        })
        .collect();
    let rankable = contest.iter().filter(|member| member.is_rankable);
    let peer_values = Arc::new(Standing::new(rankable.map(|member| member.belief.mean)));
    score_group(&contest, &version.reference())
        .into_iter()
        .map(|score| {
            let (observed, figure, posterior) = believed[score.key.as_str()];
            IndicatorScore {
                figure,
                belief: Belief {
                    mean: posterior.mean,
                    sd: posterior.sd,
                },
                own_weight: posterior.own_weight,
                evidence: match observed {
                    Observed::Exact(_) => None,
                    Observed::Repeated(evidence) => Some(*evidence),
                },
                score,
                peers,
                peer_values: Arc::clone(&peer_values),
            }
        })
        .collect()
}

/// The figure itself and what is to be believed of it.
fn posterior(figure: &Observed, prior: Option<Prior>) -> (f64, Posterior) {
    let exact = |value| Posterior {
        mean: value,
        sd: 0.0,
        own_weight: 1.0,
    };
    match (figure, prior) {
        (Observed::Exact(value), _) => (*value, exact(*value)),
        (Observed::Repeated(evidence), Some(prior)) => (evidence.mean, prior.posterior(evidence)),
        // A group has at least two rankable members, so it has a prior.
        (Observed::Repeated(evidence), None) => (evidence.mean, exact(evidence.mean)),
    }
}
