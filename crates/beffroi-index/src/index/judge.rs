//! The judgement of all accounts by one version of the index.

use std::collections::BTreeMap;

use beffroi_model::Platform;

use super::{
    IndexVersion, Indicator, IndicatorScore, Profile, RankShift, Total, Unscored,
    indicator::{has_followers, scores},
    rank_shifts,
    total::{Sum, sum},
};
use crate::{
    engagement::Components,
    peers::{PeerCounts, PeerGroup, Peers},
    score::{Member, Score, score_group},
    stats::EvenPoints,
};

/// Points over which the spread of a total is taken, a number of Fibonacci: the ends of its interval lie within
/// 0.04 standard deviations of the true ones, where those of 2,000 draws have a standard error of 0.05.
const TOTAL_POINTS: usize = 987;

/// All that the index says of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Whose.
    pub key: String,
    /// By which version.
    pub version: String,
    /// Over which components its engagement is taken.
    pub components: Components,
    /// The four indicators, or why one is not there.
    pub indicators: BTreeMap<Indicator, Result<IndicatorScore, Unscored>>,
    /// The total, or why there is none.
    pub total: Result<Total, Unscored>,
    /// Fan count against index; only for those who are ranked.
    pub rank_shift: Option<RankShift>,
}

/// Two different profiles under one key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("account `{key}` is there twice with different figures; deliver each account once")]
pub struct Conflict {
    /// Which key.
    pub key: String,
}

/// Judges all accounts. The result is in the order of keys; neither the order of the profiles nor
/// their repetition changes it.
pub fn judge(profiles: &[Profile], version: &IndexVersion) -> Result<Vec<Judgement>, Conflict> {
    let profiles = canonical(profiles)?;
    let mut indicators: BTreeMap<String, BTreeMap<Indicator, Result<IndicatorScore, Unscored>>> =
        BTreeMap::new();
    for indicator in Indicator::ALL {
        for (key, result) in scores(indicator, &profiles, version) {
            indicators.entry(key).or_default().insert(indicator, result);
        }
    }
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut unscored: BTreeMap<&str, Unscored> = BTreeMap::new();
    let points = EvenPoints::new(TOTAL_POINTS);
    for profile in &profiles {
        match sum(&indicators[&profile.key], version, &points) {
            Ok(sum) => {
                sums.insert(&profile.key, sum);
            }
            Err(why) => {
                unscored.insert(&profile.key, why);
            }
        }
    }
    let mut places = places(&profiles, &sums, version);
    Ok(profiles
        .iter()
        .map(|profile| {
            let key = profile.key.as_str();
            let place = places.remove(key);
            let rank_shift = place.as_ref().and_then(|place| place.shift);
            let total = match (sums.remove(key), place) {
                (Some(sum), Some(place)) => Ok(total(sum, place)),
                (Some(_), None) => Err(Unscored::TooFewPeers),
                (None, _) => Err(unscored[key]),
            };
            Judgement {
                key: profile.key.clone(),
                version: version.name.clone(),
                components: profile.components,
                indicators: indicators.remove(key).unwrap_or_default(),
                total,
                rank_shift,
            }
        })
        .collect())
}

/// The profiles by key, each once.
fn canonical(profiles: &[Profile]) -> Result<Vec<Profile>, Conflict> {
    let mut sorted: Vec<&Profile> = profiles.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let mut each: Vec<Profile> = Vec::with_capacity(sorted.len());
    for profile in sorted {
        match each.last() {
            Some(last) if last.key == profile.key && last != profile => {
                return Err(Conflict {
                    key: profile.key.clone(),
                });
            }
            Some(last) if last.key == profile.key => {}
            _ => each.push(profile.clone()),
        }
    }
    Ok(each)
}

/// Where a total stands.
struct Place {
    score: Score,
    peers: Peers,
    shift: Option<RankShift>,
}

fn total(sum: Sum, place: Place) -> Total {
    Total {
        value: sum.belief.mean,
        interval: sum.interval,
        sd: sum.belief.sd,
        parts: sum.parts,
        missing: sum.missing,
        peers: place.peers,
        rank: place.score.rank,
        top_ten: place.score.top_ten,
    }
}

/// Ranks the totals among accounts of the same platform whose engagement has the same components.
fn places<'a>(
    profiles: &'a [Profile],
    sums: &BTreeMap<&'a str, Sum>,
    version: &IndexVersion,
) -> BTreeMap<&'a str, Place> {
    let mut classes: BTreeMap<(Platform, Components), Vec<&Profile>> = BTreeMap::new();
    for profile in profiles {
        if sums.contains_key(profile.key.as_str()) {
            let class = (profile.platform, profile.components);
            classes.entry(class).or_default().push(profile);
        }
    }
    let is_rankable =
        |profile: &Profile| profile.posts >= version.min_posts && has_followers(profile, version);
    let mut places = BTreeMap::new();
    for accounts in classes.values() {
        let mut counts = PeerCounts::default();
        for account in accounts.iter().filter(|account| is_rankable(account)) {
            counts.add(account.category, account.population);
        }
        let mut chosen: BTreeMap<PeerGroup, (Peers, Vec<&str>)> = BTreeMap::new();
        for account in accounts {
            let (category, population) = (account.category, account.population);
            if let Some(peers) = counts.choose(category, population, version.min_peers) {
                let (_, keys) = chosen.entry(peers.group).or_insert((peers, Vec::new()));
                keys.push(&account.key);
            }
        }
        let mut members: BTreeMap<PeerGroup, Vec<&Profile>> = BTreeMap::new();
        for one in accounts {
            for group in PeerGroup::of(one.category, one.population) {
                if chosen.contains_key(&group) {
                    members.entry(group).or_default().push(one);
                }
            }
        }
        for (group, (peers, keys)) in chosen {
            let scores = group_places(&members[&group], sums, version, is_rankable);
            for (key, score, shift) in scores {
                if keys.binary_search(&key).is_ok() {
                    places.insert(
                        key,
                        Place {
                            score,
                            peers,
                            shift,
                        },
                    );
                }
            }
        }
    }
    places
}

fn group_places<'a>(
    members: &[&'a Profile],
    sums: &BTreeMap<&str, Sum>,
    version: &IndexVersion,
    is_rankable: impl Fn(&Profile) -> bool,
) -> Vec<(&'a str, Score, Option<RankShift>)> {
    let contest: Vec<Member> = members
        .iter()
        .map(|member| Member {
            key: member.key.clone(),
            belief: sums[member.key.as_str()].belief,
            is_rankable: is_rankable(member),
        })
        .collect();
    let ranked: Vec<&Profile> = members
        .iter()
        .copied()
        .filter(|member| is_rankable(member))
        .collect();
    let fans_and_index: Vec<(u64, f64)> = ranked
        .iter()
        .filter_map(|member| {
            let index = sums[member.key.as_str()].belief.mean;
            Some((member.followers.known()?, index))
        })
        .collect();
    let mut shifts: BTreeMap<&str, RankShift> = ranked
        .iter()
        .map(|member| member.key.as_str())
        .zip(rank_shifts(&fans_and_index))
        .collect();
    // Both are in the order of keys.
    members
        .iter()
        .zip(score_group(&contest, &version.reference()))
        .map(|(member, score)| {
            let key = member.key.as_str();
            (key, score, shifts.remove(key))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgements_may_go_to_another_thread() {
        fn is_send_and_sync<T: Send + Sync>() {}
        is_send_and_sync::<Judgement>();
    }
}
