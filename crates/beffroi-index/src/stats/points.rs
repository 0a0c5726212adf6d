//! Points that fill a square evenly: what chance would need many draws for, few of them tell.

use super::normal_quantile;

/// Points of the unit square, each coordinate as a standard normal value.
///
/// They are the lattice of the golden ratio: the n-th point lies at ((n + 1/2) / count, the fractional part
/// of n times the ratio). Where the count is a number of Fibonacci it is the best lattice of the square
/// (Niederreiter 1992, ch. 5; from memory). Further coordinates, which the index does not need today, take
/// the square roots of two and three.
#[derive(Debug, Clone)]
pub struct EvenPoints {
    normals: [Vec<f64>; 4],
    count: usize,
}

/// The golden ratio's fractional part.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

impl EvenPoints {
    /// So many points.
    pub fn new(count: usize) -> Self {
        let coordinate = |unit: &dyn Fn(f64) -> f64| -> Vec<f64> {
            (0..count)
                // No multiple of an irrational step is whole; what rounding makes so is moved.
                .map(|n| normal_quantile(unit(n as f64).clamp(1e-9, 1.0 - 1e-9)))
                .collect()
        };
        Self {
            normals: [
                coordinate(&|n| (n + 0.5) / count as f64),
                coordinate(&|n| (0.5 + n * GOLDEN).fract()),
                coordinate(&|n| (0.5 + n * std::f64::consts::SQRT_2).fract()),
                coordinate(&|n| (0.5 + n * 3.0_f64.sqrt()).fract()),
            ],
            count,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The coordinates one after the other, four of them.
    pub fn normals(&self) -> impl Iterator<Item = &[f64]> {
        self.normals.iter().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_two_coordinates_have_the_spread_of_the_normal_law() {
        let points = EvenPoints::new(987);
        let coordinates: Vec<&[f64]> = points.normals().collect();
        // 3 and 4 make 5: mean 0, standard deviation 5, 5 % below -8.224 and above 8.224.
        let mut sums: Vec<f64> = (0..points.len())
            .map(|n| 3.0 * coordinates[0][n] + 4.0 * coordinates[1][n])
            .collect();
        let mean = sums.iter().sum::<f64>() / 987.0;
        let variance = sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / 987.0;
        assert!(mean.abs() < 0.05, "{mean}");
        assert!((variance.sqrt() - 5.0).abs() < 0.01, "{variance}");
        sums.sort_by(f64::total_cmp);
        let quantile = |p| crate::stats::quantile(&sums, p).unwrap();
        assert!((quantile(0.05) + 8.224).abs() < 0.2, "{}", quantile(0.05));
        assert!((quantile(0.95) - 8.224).abs() < 0.2, "{}", quantile(0.95));
    }
}
