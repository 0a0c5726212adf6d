//! Whose lanes are whose: a pure function of the workers that are heard, the same for all of them.
//!
//! Rendezvous hashing with a bound: each lane goes to the worker that draws the highest number for it
//! and has room left, so that nobody holds more than his share, and few lanes change hands when a
//! worker comes or goes. It only balances: the broker decides who is active.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_model::Lane;
use beffroi_plan::stable_hash;
use uuid::Uuid;

use crate::LaneFilter;

/// A worker that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// The life of its process.
    pub(crate) session: Uuid,
    /// Its name: a worker that comes back under its name gets its lanes back.
    pub(crate) name: String,
    /// Which lanes it takes.
    pub(crate) filter: LaneFilter,
}

/// The lanes of the member `session`, out of all `lanes`. A lane that no member takes is nobody's.
pub(crate) fn lanes_of(session: Uuid, members: &[Member], lanes: &[Lane]) -> BTreeSet<Lane> {
    let owned = owners(members, lanes).into_iter();
    let mine = owned.filter(|(_, owner)| *owner == session);
    mine.map(|(lane, _)| lane).collect()
}

/// Each lane's owner. Lanes of websites and lanes of APIs are shared out apart, because they weigh
/// differently.
fn owners(members: &[Member], lanes: &[Lane]) -> BTreeMap<Lane, Uuid> {
    let (hosts, apis): (Vec<&Lane>, Vec<&Lane>) = lanes.iter().partition(|lane| is_host(lane));
    let mut owners = BTreeMap::new();
    for kind in [hosts, apis] {
        share_out(members, &kind, &mut owners);
    }
    owners
}

/// Whether it is a shard of host groups.
pub(crate) fn is_host(lane: &Lane) -> bool {
    lane.as_str().starts_with("host.")
}

fn share_out(members: &[Member], lanes: &[&Lane], owners: &mut BTreeMap<Lane, Uuid>) {
    // The highest draws first: what depends on the order of the lanes' names would follow their
    // numbers.
    let mut draws: Vec<(u64, &Lane, &Member)> = Vec::with_capacity(members.len() * lanes.len());
    for lane in lanes {
        let takers = members.iter().filter(|member| member.filter.includes(lane));
        draws.extend(takers.map(|member| (draw(lane, member), *lane, member)));
    }
    draws.sort_unstable_by(|a, b| {
        let key =
            |(draw, lane, member): &(u64, &Lane, &Member)| (*draw, (*lane).clone(), member.session);
        key(b).cmp(&key(a))
    });
    let mut room: BTreeMap<Uuid, usize> = BTreeMap::new();
    let share = lanes.len().div_ceil(members.len().max(1));
    for bound in [share, usize::MAX] {
        // In the second round go the lanes whose takers are all full: they are few, where workers
        // take different lanes.
        for (_, lane, member) in &draws {
            let held = room.entry(member.session).or_default();
            if *held < bound && !owners.contains_key(*lane) {
                *held += 1;
                owners.insert((*lane).clone(), member.session);
            }
        }
    }
}

fn draw(lane: &Lane, member: &Member) -> u64 {
    stable_hash(format!("{lane}\n{}", member.name).as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn member(number: u128) -> Member {
        Member {
            session: Uuid::from_u128(number),
            name: format!("worker-{number}"),
            filter: LaneFilter::default(),
        }
    }

    fn lanes(hosts: u16) -> Vec<Lane> {
        let apis = ["bluesky", "mastodon", "x"].into_iter();
        let apis = apis.map(|name| Lane::api(name.parse().unwrap()));
        (0..hosts).map(Lane::host).chain(apis).collect()
    }

    proptest! {
        #[test]
        fn every_lane_has_one_owner_whoever_computes_and_nobody_more_than_his_share(
            numbers in proptest::collection::btree_set(1_u128..1_000, 1..12), hosts in 1_u16..130,
        ) {
            let members: Vec<Member> = numbers.into_iter().map(member).collect();
            let lanes = lanes(hosts);
            let all = owners(&members, &lanes);
            prop_assert_eq!(all.len(), lanes.len());
            let mut turned = members.clone();
            turned.reverse();
            let mut turned_lanes = lanes.clone();
            turned_lanes.reverse();
            prop_assert_eq!(&all, &owners(&turned, &turned_lanes));
            let share = usize::from(hosts).div_ceil(members.len());
            for member in &members {
                let held = all.iter().filter(|(lane, owner)| is_host(lane) && **owner == member.session);
                prop_assert!(held.count() <= share);
            }
        }

        #[test]
        fn few_lanes_change_hands_when_one_comes(count in 1_u128..9) {
            let members: Vec<Member> = (1..=count).map(member).collect();
            let lanes = lanes(64);
            let before = owners(&members, &lanes);
            let grown: Vec<Member> = (1..=count + 1).map(member).collect();
            let after = owners(&grown, &lanes);
            let moved = lanes.iter().filter(|lane| before[lane] != after[lane]).count();
            let needed = 64_usize.div_ceil(grown.len());
            // The bound makes some move between those who were there.
            prop_assert!(moved <= 2 * needed + 8, "{} of 67 for {}", moved, needed);
        }
    }

    #[test]
    fn a_lane_goes_only_to_those_who_take_it() {
        let only_apis = Member {
            filter: LaneFilter::new(vec!["api.*".parse().unwrap()]),
            ..member(1)
        };
        let members = [only_apis, member(2)];
        let lanes = lanes(4);
        let owners = owners(&members, &lanes);
        assert_eq!(owners.len(), lanes.len());
        for (lane, owner) in &owners {
            assert!(!is_host(lane) || *owner == Uuid::from_u128(2), "{lane}");
        }
        let alone = lanes_of(Uuid::from_u128(1), &members[..1], &lanes);
        assert_eq!(alone.len(), 3, "nobody takes the websites");
    }

    #[test]
    fn who_comes_back_under_his_name_gets_his_lanes_back() {
        let lanes = lanes(64);
        let before = owners(&[member(1), member(2)], &lanes);
        let again = Member {
            session: Uuid::from_u128(77),
            ..member(2)
        };
        let after = owners(&[member(1), again], &lanes);
        let kept = |lane: &&Lane| (before[*lane] == after[*lane]) == (before[*lane].as_u128() == 1);
        assert_eq!(lanes.iter().filter(kept).count(), lanes.len());
    }
}
