//! The normal law, from the crate statrs: good to about eleven digits.

use statrs::function::erf::{erfc, erfc_inv};

/// The probability that a standard normal value is at most `z`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

/// The value that a standard normal one does not exceed with probability `p`, 0 < p < 1.
pub fn normal_quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// How many standard deviations a two-sided interval of this level reaches: 1.96 for 0.95.
pub fn two_sided_z(level: f64) -> f64 {
    normal_quantile(0.5 + level.clamp(0.0, 0.999_999) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_values_are_met() {
        assert!((normal_cdf(1.0) - 0.841_344_746_068_543).abs() < 1e-10);
        assert!((normal_cdf(-1.959_963_984_540_054) - 0.025).abs() < 1e-10);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
        assert!((two_sided_z(0.9) - 1.644_853_626_951_472).abs() < 1e-9);
        assert_eq!(normal_cdf(0.0), 0.5);
    }
}
