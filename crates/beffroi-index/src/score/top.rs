//! Who is among the best, and how surely.

use super::Belief;
use crate::stats::Draws;

/// How often each account is among the `top` best when each is drawn from its own belief. Keys make
/// the streams of chance, so that neither the order of the list nor anybody else's presence changes
/// what an account draws. The standard error is at most `0.5 / sqrt(draws)`: 1.1 points for 2,000.
pub fn top_probabilities(
    accounts: &[(&str, Belief)],
    top: usize,
    draws: usize,
    seed: u64,
) -> Vec<f64> {
    if accounts.len() <= top {
        return vec![1.0; accounts.len()];
    }
    if top == 0 || draws == 0 {
        return vec![0.0; accounts.len()];
    }
    // What is exactly known for all is drawn once.
    let is_exact = accounts.iter().all(|(_, belief)| belief.sd == 0.0);
    let draws = if is_exact { 1 } else { draws };
    let mut streams: Vec<Draws> = accounts
        .iter()
        .map(|(key, _)| Draws::new(seed, "top", key))
        .collect();
    let mut hits = vec![0_usize; accounts.len()];
    let mut values = vec![0.0; accounts.len()];
    for _ in 0..draws {
        for ((value, stream), (_, belief)) in values.iter_mut().zip(&mut streams).zip(accounts) {
            *value = belief.mean + belief.sd * stream.normal();
        }
        let mut ranked = values.clone();
        let (_, last_of_top, _) = ranked.select_nth_unstable_by(top - 1, |a, b| b.total_cmp(a));
        for (hit, value) in hits.iter_mut().zip(&values) {
            *hit += usize::from(*value >= *last_of_top);
        }
    }
    hits.into_iter()
        .map(|hit| hit as f64 / draws as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_alike_share_one_place() {
        let alike = Belief { mean: 1.0, sd: 1.0 };
        let found = top_probabilities(&[("a", alike), ("b", alike)], 1, 10_000, 5);
        assert!((found[0] - 0.5).abs() < 0.02, "{found:?}");
        assert!((found[0] + found[1] - 1.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn the_probability_is_that_of_the_difference() {
        let one = Belief { mean: 5.0, sd: 3.0 };
        let other = Belief { mean: 0.0, sd: 4.0 };
        let found = top_probabilities(&[("a", one), ("b", other)], 1, 20_000, 5);
        assert!((found[0] - 0.8413).abs() < 0.011, "{found:?}");
    }

    #[test]
    fn what_is_exactly_known_is_certain() {
        let exact = |mean| Belief { mean, sd: 0.0 };
        let accounts = [("a", exact(3.0)), ("b", exact(1.0)), ("c", exact(2.0))];
        assert_eq!(top_probabilities(&accounts, 2, 10, 1), [1.0, 0.0, 1.0]);
        assert_eq!(top_probabilities(&accounts, 3, 10, 1), [1.0, 1.0, 1.0]);
        assert_eq!(top_probabilities(&accounts, 0, 10, 1), [0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_order_of_the_list_changes_nothing() {
        let belief = |mean| Belief { mean, sd: 1.0 };
        let there = [("a", belief(1.0)), ("b", belief(1.5)), ("c", belief(0.2))];
        let back = [there[2], there[1], there[0]];
        let mut found = top_probabilities(&back, 1, 500, 9);
        found.reverse();
        assert_eq!(found, top_probabilities(&there, 1, 500, 9));
    }
}
