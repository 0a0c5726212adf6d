//! A share of a count, with its interval.

use crate::stats::{Interval, two_sided_z};

/// A share and what it is a share of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Those that did.
    pub part: usize,
    /// All.
    pub whole: usize,
    /// `part / whole`, 0 to 1.
    pub value: f64,
    /// Wilson's score interval of 95 %.
    pub interval: Interval,
}

impl Share {
    /// The share; `None` of nothing.
    pub fn of(part: usize, whole: usize) -> Option<Self> {
        Some(Self {
            part,
            whole,
            value: part as f64 / whole as f64,
            interval: wilson(part, whole, 0.95)?,
        })
    }
}

/// Wilson's score interval of a proportion (1927): never outside 0..=1, and not empty at 0 or 1.
pub fn wilson(part: usize, whole: usize, level: f64) -> Option<Interval> {
    if whole == 0 {
        return None;
    }
    let z = two_sided_z(level);
    let n = whole as f64;
    let p = part as f64 / n;
    let scale = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / scale;
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / scale;
    Some(Interval {
        low: (centre - half).max(0.0),
        high: (centre + half).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_newcombes_example() {
        // Newcombe (1998), table I: 81 of 263 has 0.2553 to 0.3662; 15 of 148 0.0624 to 0.1605;
        // 0 of 20 0.0000 to 0.1611.
        for (part, whole, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
        ] {
            let interval = wilson(part, whole, 0.95).unwrap();
            assert!((interval.low - low).abs() < 5e-5, "{interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{interval:?}");
        }
        assert_eq!(wilson(0, 0, 0.95), None);
    }
}
