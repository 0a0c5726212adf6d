//! Chance without chance: every value is a pure function of the seed, a subject and a key.
//! SplitMix64 (Steele, Lea, Flood 2014) is fast, tiny and good enough for a population.

/// A stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    state: u64,
}

impl Draw {
    /// The stream of one subject (`"site"`, `"posts"` …) and one key within it.
    pub(crate) fn new(seed: u64, subject: &str, key: u64) -> Self {
        let mut draw = Self {
            state: seed ^ hash(subject.as_bytes()),
        };
        draw.state = draw.next() ^ key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        draw.next();
        draw
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in 0..n; 0 when n is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// Uniform in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// The index of one weight, chosen in proportion to it.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut rest = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            rest -= weight;
            if rest < 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }

    /// Standard normal (Box and Muller).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    pub(crate) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Poisson (Knuth), cut at 200: no rate here comes near.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let limit = (-mean.min(100.0)).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > limit && count < 200 {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

/// FNV-1a: keys of subjects and names.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_draws_the_same_values_and_another_key_others() {
        let values = |key| {
            let mut draw = Draw::new(7, "test", key);
            (0..8).map(|_| draw.next()).collect::<Vec<_>>()
        };
        assert_eq!(values(1), values(1));
        assert_ne!(values(1), values(2));
    }

    #[test]
    fn laws_have_the_mean_they_are_asked_for() {
        let mut draw = Draw::new(1, "laws", 0);
        let mean = |f: &mut dyn FnMut() -> f64| (0..20_000).map(|_| f()).sum::<f64>() / 20_000.0;
        let unit = mean(&mut || draw.unit());
        assert!((unit - 0.5).abs() < 0.02, "{unit}");
        let poisson = mean(&mut || draw.poisson(3.0) as f64);
        assert!((poisson - 3.0).abs() < 0.1, "{poisson}");
        let exponential = mean(&mut || draw.exponential(5.0));
        assert!((exponential - 5.0).abs() < 0.3, "{exponential}");
        let below_median = mean(&mut || f64::from(u8::from(draw.log_normal(8.0, 1.3) < 8.0)));
        assert!((below_median - 0.5).abs() < 0.02, "{below_median}");
    }

    #[test]
    fn a_weight_of_zero_is_never_chosen() {
        let mut draw = Draw::new(1, "weights", 0);
        assert!((0..1000).all(|_| draw.weighted(&[0.0, 1.0, 0.0]) == 1));
    }
}
