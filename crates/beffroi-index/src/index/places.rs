//! The ranks of collectivities among their peers, as those of accounts: tie groups within category and
//! stratum, or the next wider group with enough of them.

use std::collections::BTreeMap;

use beffroi_model::Category;

use super::IndexVersion;
use crate::{
    peers::{PeerCounts, PeerGroup, Peers},
    score::{Belief, Member, Rank, score_group},
};

/// A collectivity with a total.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// Its key.
    pub key: String,
    /// Its category.
    pub category: Category,
    /// Its inhabitants.
    pub population: Option<u32>,
    /// Its total and the total's standard deviation.
    pub total: Belief,
}

/// Where a collectivity stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Among whom.
    pub peers: Peers,
    /// The ranks of its tie group.
    pub rank: Rank,
    /// Probability of being among the ten best of the peers.
    pub top_ten: f64,
}

/// The places of collectivities, by key. Each is ranked in the narrowest group with `min_peers`; whoever has
/// none is not there. The order of the contenders changes nothing.
///
/// The totals of a group rest on different platforms. They are means of percentiles, each within one
/// platform's peers; the mean of several lies nearer to the middle than one alone, which a rank cannot undo.
pub fn collectivity_places(
    contenders: &[Contender],
    version: &IndexVersion,
) -> BTreeMap<String, Place> {
    let mut counts = PeerCounts::default();
    for one in contenders {
        counts.add(one.category, one.population);
    }
    let peers_of = |one: &Contender| counts.choose(one.category, one.population, version.min_peers);
    let mut groups: BTreeMap<PeerGroup, Vec<Member>> = contenders
        .iter()
        .filter_map(|one| Some((peers_of(one)?.group, Vec::new())))
        .collect();
    for one in contenders {
        for group in PeerGroup::of(one.category, one.population) {
            if let Some(members) = groups.get_mut(&group) {
                members.push(Member {
                    key: one.key.clone(),
                    belief: one.total,
                    is_rankable: true,
                });
            }
        }
    }
    let mut scores = BTreeMap::new();
    for (group, members) in groups {
        for score in score_group(&members, &version.reference()) {
            scores.insert((group, score.key), (score.rank, score.top_ten));
        }
    }
    contenders
        .iter()
        .filter_map(|one| {
            let peers = peers_of(one)?;
            let (rank, top_ten) = scores.get(&(peers.group, one.key.clone()))?;
            let place = Place {
                peers,
                rank: (*rank)?,
                top_ten: (*top_ten)?,
            };
            Some((one.key.clone(), place))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::IndexVersions;

    fn contender(number: u32, population: u32, sd: f64) -> Contender {
        Contender {
            key: format!("{population}-{number:02}"),
            category: Category::Commune,
            population: Some(population),
            total: Belief {
                mean: f64::from(number) * 3.0,
                sd,
            },
        }
    }

    #[test]
    fn collectivities_are_ranked_by_tie_groups_within_category_and_stratum() {
        let versions = IndexVersions::shipped();
        let version = versions.get("v1").unwrap();
        let mut all: Vec<Contender> = (0..25).map(|n| contender(n, 800, 2.0)).collect();
        // Too few of their own size: among all villages.
        all.extend((0..4).map(|n| contender(n, 300, 0.1)));
        let places = collectivity_places(&all, version);
        assert_eq!(places.len(), 29);
        let best = &places["800-24"];
        assert_eq!(best.peers.group.to_string(), "commune 500-1999");
        // 1.645 * 2 * sqrt(2) = 4.65: one step of 3 below is not told apart, two are.
        let rank = |from, to, of| Rank { from, to, of };
        assert_eq!(best.rank, rank(1, 2, 25));
        assert_eq!(places["800-23"].rank, best.rank);
        assert_eq!(places["800-22"].rank.from, 3);
        assert!(best.top_ten > 0.99 && places["800-00"].top_ten < 0.01);
        let small = &places["300-03"];
        assert_eq!(small.peers.group.to_string(), "commune village");
        assert!(small.peers.is_widened && !best.peers.is_widened);
        assert_eq!(small.rank.of, 29);
        all.reverse();
        assert_eq!(collectivity_places(&all, version), places);
    }

    #[test]
    fn where_even_the_widest_group_is_too_small_nobody_is_ranked() {
        let versions = IndexVersions::shipped();
        let few: Vec<Contender> = (0..19).map(|n| contender(n, 800, 1.0)).collect();
        let places = collectivity_places(&few, versions.get("v1").unwrap());
        assert!(places.is_empty(), "{places:?}");
    }
}
