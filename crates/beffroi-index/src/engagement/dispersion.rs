//! Many networks, engagement on few: how evenly interactions lie over a collectivity's networks.

use beffroi_model::{Figure, MissingReason};

/// How evenly the interactions of a collectivity lie over the networks where it is present.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// Networks that were measured, those without interactions too.
    pub networks: usize,
    /// Sum of squared shares (Herfindahl-Hirschman), `1 / networks` to 1: 1 is all on one network.
    pub herfindahl: Figure<f64>,
    /// Shannon's entropy over its maximum, `ln networks` (Pielou's evenness 1966), 0 to 1: 1 is all
    /// alike. Missing on a single network, where it means nothing.
    pub evenness: Figure<f64>,
    /// The number of equally used networks that would have the same entropy (Hill's number of
    /// order 1, 1973): 1 to `networks`.
    pub effective_networks: Figure<f64>,
}

/// The dispersion of interactions, one number per network. Whether figures of these networks may be
/// combined is for the caller to ask the policies.
pub fn dispersion(interactions: &[u64]) -> Dispersion {
    let networks = interactions.len();
    let mut counts = interactions.to_vec();
    counts.sort_unstable();
    let total: f64 = counts.iter().map(|count| *count as f64).sum();
    if total == 0.0 {
        let none = Figure::Missing(MissingReason::NoData);
        return Dispersion {
            networks,
            herfindahl: none,
            evenness: none,
            effective_networks: none,
        };
    }
    let shares = || {
        counts
            .iter()
            .filter(|count| **count > 0)
            .map(|count| *count as f64 / total)
    };
    let entropy: f64 = -shares().map(|share| share * share.ln()).sum::<f64>();
    Dispersion {
        networks,
        herfindahl: Figure::Known(shares().map(|share| share * share).sum()),
        evenness: if networks > 1 {
            Figure::Known(entropy / (networks as f64).ln())
        } else {
            Figure::Missing(MissingReason::NoData)
        },
        effective_networks: Figure::Known(entropy.exp()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(figure: Figure<f64>, expected: f64) {
        let value = figure.known().unwrap();
        assert!((value - expected).abs() < 1e-12, "{value} for {expected}");
    }

    #[test]
    fn shares_of_a_half_and_two_quarters_give_the_textbook_values() {
        // H = 1.5 bits; evenness 1.5 / log2 3; Hill 2^1.5; Herfindahl 3/8.
        let three = dispersion(&[25, 50, 25]);
        close(three.herfindahl, 0.375);
        close(three.evenness, 1.5 / 3.0_f64.log2());
        close(three.effective_networks, 2.0_f64.powf(1.5));
    }

    #[test]
    fn silent_networks_count_as_networks() {
        let five = dispersion(&[0, 0, 90, 0, 0]);
        assert_eq!(five.networks, 5);
        close(five.herfindahl, 1.0);
        close(five.evenness, 0.0);
        close(five.effective_networks, 1.0);
    }

    #[test]
    fn without_interactions_nothing_is_even_or_uneven() {
        let none = Figure::Missing(MissingReason::NoData);
        assert_eq!(dispersion(&[0, 0]).evenness, none);
        assert_eq!(dispersion(&[]).herfindahl, none);
        assert_eq!(dispersion(&[12]).evenness, none);
    }
}
