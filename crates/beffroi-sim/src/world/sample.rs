//! A small France: some collectivities of every category and stratum.

use std::collections::BTreeMap;

use beffroi_model::{Category, Collectivity, Stratum};

use crate::draw::{Draw, hash};

/// Keeps `limit` bodies, taken in turn from every category and stratum, in their first order.
pub(super) fn sample(bodies: &[Collectivity], limit: usize, seed: u64) -> Vec<Collectivity> {
    let mut groups: BTreeMap<(Category, Stratum), Vec<usize>> = BTreeMap::new();
    for (index, body) in bodies.iter().enumerate() {
        groups
            .entry((body.category, body.stratum()))
            .or_default()
            .push(index);
    }
    for members in groups.values_mut() {
        members.sort_by_key(|index| {
            let id = bodies[*index].collectivity_id.as_str();
            Draw::new(seed, "sample", hash(id.as_bytes())).next()
        });
        members.reverse();
    }
    let mut kept = Vec::new();
    while kept.len() < limit && groups.values().any(|members| !members.is_empty()) {
        for ((category, _), members) in &mut groups {
            // Communes are 96 % of France: they get four turns.
            let turns = if *category == Category::Commune { 4 } else { 1 };
            for _ in 0..turns {
                if kept.len() < limit {
                    kept.extend(members.pop());
                }
            }
        }
    }
    kept.sort_unstable();
    kept.into_iter()
        .map(|index| bodies[index].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::country;

    #[test]
    fn a_sample_holds_every_category_and_stratum() {
        let bodies = country();
        let sampled = sample(&bodies, 60, 1);
        assert_eq!(sampled.len(), 60);
        assert_eq!(sampled, sample(&bodies, 60, 1));
        let groups = |bodies: &[Collectivity]| {
            bodies
                .iter()
                .map(|body| (body.category, body.stratum()))
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(groups(&sampled), groups(&bodies));
        assert_eq!(sample(&bodies, 10_000, 1), bodies);
    }
}
