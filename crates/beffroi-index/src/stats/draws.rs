//! Chance from a seed: what an account draws depends on the seed and its key alone, not on which
//! other accounts there are or in which order they came.

use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng as _, SeedableRng as _},
};

use super::normal_quantile;

/// A stream of draws. PCG's values are documented as the same on every machine and in every version.
#[derive(Debug, Clone)]
pub struct Draws(Pcg64Mcg);

impl Draws {
    /// The stream of one subject (`"total"`, `"top ten"` …) and one key within it.
    pub fn new(seed: u64, subject: &str, key: &str) -> Self {
        // FNV-1a; the byte that no UTF-8 text holds keeps subject and key apart.
        let hash = subject
            .bytes()
            .chain([0xFF])
            .chain(key.bytes())
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
            });
        Self(Pcg64Mcg::seed_from_u64(seed ^ hash))
    }

    /// Uniform in the open interval 0..1.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_seed_its_subject_and_its_key() {
        let first = |seed, subject, key| Draws::new(seed, subject, key).unit();
        assert_eq!(first(1, "total", "a"), first(1, "total", "a"));
        assert_ne!(first(1, "total", "a"), first(2, "total", "a"));
        assert_ne!(first(1, "total", "a"), first(1, "total", "b"));
        assert_ne!(first(1, "tot", "ala"), first(1, "total", "a"));
    }

    #[test]
    fn normal_draws_have_the_moments_of_the_normal_law() {
        let mut draws = Draws::new(7, "test", "moments");
        let values: Vec<f64> = (0..20_000).map(|_| draws.normal()).collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 19_999.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.04, "{variance}");
    }
}
