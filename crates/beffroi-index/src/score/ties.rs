//! Which accounts cannot be told apart.

use super::Belief;
use crate::stats::normal_cdf;

/// The probability that one account is truly above another, both beliefs being normal and
/// independent; 0.5 for two that are exactly known and equal.
pub fn probability_above(one: Belief, other: Belief) -> f64 {
    let distance = one.mean - other.mean;
    let sd = one.sd.hypot(other.sd);
    if sd > 0.0 {
        normal_cdf(distance / sd)
    } else if distance > 0.0 {
        1.0
    } else if distance < 0.0 {
        0.0
    } else {
        0.5
    }
}

/// The tie group of each account of a list in falling order of means, 0 for the first.
///
/// From the top: an account belongs to the group of the account that opened it as long as that one
/// is above it with a probability below `certainty` (0.95); the first that is distinguishable opens
/// the next group. Everybody is compared with the opener, not with the neighbour: chained from
/// neighbour to neighbour, small steps would make one group of all.
pub fn tie_groups(falling: &[Belief], certainty: f64) -> Vec<usize> {
    let mut groups = Vec::with_capacity(falling.len());
    let mut opener: Option<Belief> = None;
    let mut group = 0;
    for belief in falling {
        match opener {
            None => opener = Some(*belief),
            Some(first) if probability_above(first, *belief) >= certainty => {
                group += 1;
                opener = Some(*belief);
            }
            Some(_) => {}
        }
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belief(mean: f64, sd: f64) -> Belief {
        Belief { mean, sd }
    }

    #[test]
    fn the_difference_of_two_normals_decides() {
        // 3 and 4 make 5: a distance of 5 is one standard deviation.
        let above = probability_above(belief(5.0, 3.0), belief(0.0, 4.0));
        assert!((above - 0.841_344_746).abs() < 1e-9);
        assert_eq!(probability_above(belief(2.0, 0.0), belief(1.0, 0.0)), 1.0);
        assert_eq!(probability_above(belief(1.0, 0.0), belief(2.0, 0.0)), 0.0);
        assert_eq!(probability_above(belief(1.0, 0.0), belief(1.0, 0.0)), 0.5);
    }

    #[test]
    fn a_group_ends_where_its_opener_is_surely_better() {
        // With sd 1 each, 0.95 lies at a distance of 1.645 * sqrt(2) = 2.326.
        let falling = [10.0, 9.0, 8.0, 7.5, 6.0, 5.0].map(|mean| belief(mean, 1.0));
        assert_eq!(tie_groups(&falling, 0.95), [0, 0, 0, 1, 1, 2]);
        let exact = [3.0, 2.0, 2.0, 1.0].map(|mean| belief(mean, 0.0));
        assert_eq!(tie_groups(&exact, 0.95), [0, 1, 1, 2]);
        assert!(tie_groups(&[], 0.95).is_empty());
    }
}
