//! What a round draws: the same from the same seed, on every machine and in every version.

use std::{ops::Range, time::Duration};

/// A stream of draws (SplitMix64).
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number of the range.
    pub fn number(&mut self, range: Range<u64>) -> u64 {
        range.start + self.bits() % (range.end - range.start)
    }

    /// Yes in `share` of the cases, in [0, 1].
    pub fn is(&mut self, share: f64) -> bool {
        self.between(0.0, 1.0) < share
    }

    /// A number between two.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        low + unit * (high - low)
    }

    /// A duration between two, in seconds.
    pub fn secs(&mut self, low: f64, high: f64) -> Duration {
        Duration::from_secs_f64(self.between(low, high))
    }

    /// One of them.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.number(0..of.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_stays_within_what_was_asked() {
        let (mut one, mut other) = (Draw::new(7), Draw::new(7));
        for _ in 0..1_000 {
            assert_eq!(one.bits(), other.bits());
            assert!((3..9).contains(&one.number(3..9)));
            assert!((2.0..5.0).contains(&one.secs(2.0, 5.0).as_secs_f64()));
            other.bits();
            other.bits();
        }
        assert_ne!(Draw::new(7).bits(), Draw::new(8).bits());
    }
}
