//! Who is among the best, and how surely.

use super::Belief;
use crate::stats::{Draws, normal_cdf, normal_quantile};

/// So many of the likeliest are drawn in full; what they reach bounds what the others have to.
const LIKELIEST: usize = 64;

/// How much is taken off a bound, in standard deviations: a thousand times the error of the normal law's
/// two functions.
const SLACK: f64 = 1e-6;

/// How often each account is among the `top` best when each is drawn from its own belief. Keys make
/// the streams of chance, so that neither the order of the list nor anybody else's presence changes
/// what an account draws. The standard error is at most `0.5 / sqrt(draws)`: 1.1 points for 2,000.
///
/// Of 30,000 accounts next to none can be among the ten best. The likeliest are drawn first: in each
/// draw the tenth of them is a bar that the tenth of all does not go below. Of the others only the
/// uniform number of a draw is made, and its normal value only where it can reach the lowest bar. The
/// result is that of drawing everybody.
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
    let (likeliest, others) = by_likelihood(accounts, top);
    let mut contest: Vec<Vec<(usize, f64)>> = vec![Vec::with_capacity(likeliest.len()); draws];
    for index in likeliest {
        let (key, belief) = accounts[index];
        let mut stream = Draws::new(seed, "top", key);
        for drawn in &mut contest {
            drawn.push((index, belief.mean + belief.sd * stream.normal()));
        }
    }
    let bars: Vec<f64> = contest.iter().map(|drawn| bar(drawn, top)).collect();
    let lowest = bars.iter().copied().fold(f64::INFINITY, f64::min);
    for index in others {
        let (key, belief) = accounts[index];
        if belief.sd == 0.0 {
            for (drawn, bar) in contest.iter_mut().zip(&bars) {
                if belief.mean >= *bar {
                    drawn.push((index, belief.mean));
                }
            }
            continue;
        }
        let least = normal_cdf((lowest - belief.mean) / belief.sd - SLACK);
        if least >= 1.0 {
            continue;
        }
        let mut stream = Draws::new(seed, "top", key);
        for (drawn, bar) in contest.iter_mut().zip(&bars) {
            let unit = stream.unit();
            if unit >= least {
                let value = belief.mean + belief.sd * normal_quantile(unit);
                if value >= *bar {
                    drawn.push((index, value));
                }
            }
        }
    }
    let mut hits = vec![0_usize; accounts.len()];
    for drawn in &contest {
        let last_of_top = bar(drawn, top);
        for (index, value) in drawn {
            hits[*index] += usize::from(*value >= last_of_top);
        }
    }
    hits.into_iter()
        .map(|hit| hit as f64 / draws as f64)
        .collect()
}

/// Those whose high values are highest, and the others. Any choice gives the same probabilities; this
/// one leaves little to do for the others.
fn by_likelihood(accounts: &[(&str, Belief)], top: usize) -> (Vec<usize>, Vec<usize>) {
    let reach = |index: &usize| {
        let (_, belief) = accounts[*index];
        belief.mean + 2.0 * belief.sd
    };
    let mut order: Vec<usize> = (0..accounts.len()).collect();
    let count = LIKELIEST.max(2 * top);
    if order.len() > count {
        order.select_nth_unstable_by(count - 1, |a, b| reach(b).total_cmp(&reach(a)));
    }
    let others = order.split_off(count.min(order.len()));
    (order, others)
}

/// The value of the last of the `top` best of a draw.
fn bar(drawn: &[(usize, f64)], top: usize) -> f64 {
    let mut values: Vec<f64> = drawn.iter().map(|(_, value)| *value).collect();
    let (_, last_of_top, _) = values.select_nth_unstable_by(top - 1, |a, b| b.total_cmp(a));
    *last_of_top
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

    /// The same, everybody drawn.
    fn of_everybody(accounts: &[(&str, Belief)], top: usize, draws: usize, seed: u64) -> Vec<f64> {
        let mut hits = vec![0.0; accounts.len()];
        let mut streams: Vec<Draws> = accounts
            .iter()
            .map(|(key, _)| Draws::new(seed, "top", key))
            .collect();
        for _ in 0..draws {
            let values: Vec<f64> = accounts
                .iter()
                .zip(&mut streams)
                .map(|((_, belief), stream)| belief.mean + belief.sd * stream.normal())
                .collect();
            let mut ranked = values.clone();
            ranked.sort_by(|a, b| b.total_cmp(a));
            for (hit, value) in hits.iter_mut().zip(&values) {
                *hit += f64::from(u8::from(*value >= ranked[top - 1]));
            }
        }
        hits.iter().map(|hit| hit / draws as f64).collect()
    }

    #[test]
    fn drawing_only_those_who_can_gives_what_drawing_everybody_gives() {
        let mut chance = Draws::new(8, "test", "top");
        for (spread, sd) in [(1.0, 0.2), (1.0, 1.5), (0.0, 1.0), (0.3, 0.0)] {
            let beliefs: Vec<(String, Belief)> = (0..700)
                .map(|n| {
                    let mean = spread * chance.normal();
                    // Some are exactly known, some hardly at all.
                    let own = [0.0, 0.5, 1.0, 3.0][n % 4];
                    (format!("account {n}"), Belief { mean, sd: sd * own })
                })
                .collect();
            let accounts: Vec<(&str, Belief)> = beliefs
                .iter()
                .map(|(key, belief)| (key.as_str(), *belief))
                .collect();
            let found = top_probabilities(&accounts, 10, 120, 3);
            assert_eq!(found, of_everybody(&accounts, 10, 120, 3));
        }
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
