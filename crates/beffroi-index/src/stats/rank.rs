//! Ranks with ties, the percentile rank, and Spearman's correlation.

/// The rank of each value, 1 for the smallest; tied values share the mean of their ranks.
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let tied = order[start..]
            .iter()
            .take_while(|index| values[**index] == value)
            .count()
            .max(1);
        let rank = start as f64 + (tied as f64 + 1.0) / 2.0;
        for index in &order[start..start + tied] {
            ranks[*index] = rank;
        }
        start += tied;
    }
    ranks
}

/// The percentile rank of a value among values in rising order, 0 to 100: the share below it and
/// half the share equal to it (the mid-rank definition, Roscoe 1975; Hazen's plotting position for
/// a member without ties). The best of n members has `100 * (n - 0.5) / n`, never 100.
pub fn percentile_within(sorted: &[f64], value: f64) -> Option<f64> {
    if sorted.is_empty() {
        return None;
    }
    let below = sorted.partition_point(|other| *other < value);
    let not_above = sorted.partition_point(|other| *other <= value);
    Some(50.0 * (below + not_above) as f64 / sorted.len() as f64)
}

/// Spearman's rank correlation of pairs: Pearson's on mid-ranks, which is the definition that
/// holds with ties. `None` for fewer than two pairs, or when one side is constant.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let left = mid_ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let right = mid_ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    // Mid-ranks of n values always have this mean.
    let centre = (pairs.len() as f64 + 1.0) / 2.0;
    let mut products = 0.0;
    let mut left_squares = 0.0;
    let mut right_squares = 0.0;
    for (a, b) in left.iter().zip(&right) {
        products += (a - centre) * (b - centre);
        left_squares += (a - centre).powi(2);
        right_squares += (b - centre).powi(2);
    }
    let size = (left_squares * right_squares).sqrt();
    (size > 0.0).then(|| products / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tied_values_share_a_rank() {
        assert_eq!(
            mid_ranks(&[10.0, 20.0, 10.0, 5.0, 10.0]),
            [3.0, 5.0, 3.0, 1.0, 3.0]
        );
    }

    #[test]
    fn percentiles_count_half_of_the_equal() {
        let peers = [1.0, 2.0, 2.0, 3.0];
        assert_eq!(percentile_within(&peers, 1.0), Some(12.5));
        assert_eq!(percentile_within(&peers, 2.0), Some(50.0));
        assert_eq!(percentile_within(&peers, 3.0), Some(87.5));
        // Those who are not members: below all, between, above all.
        assert_eq!(percentile_within(&peers, 0.0), Some(0.0));
        assert_eq!(percentile_within(&peers, 2.5), Some(75.0));
        assert_eq!(percentile_within(&peers, 9.0), Some(100.0));
        assert_eq!(percentile_within(&[], 9.0), None);
    }

    #[test]
    fn spearman_without_ties_is_the_textbook_formula() {
        // The example of the encyclopedias (IQ and hours of television, n = 10):
        // sum of d^2 = 194, rho = 1 - 6 * 194 / 990 = -29/165.
        let pairs = [
            (86.0, 2.0),
            (97.0, 20.0),
            (99.0, 28.0),
            (100.0, 27.0),
            (101.0, 50.0),
            (103.0, 29.0),
            (106.0, 7.0),
            (110.0, 17.0),
            (112.0, 6.0),
            (113.0, 12.0),
        ];
        let rho = spearman(&pairs).unwrap();
        assert!((rho + 29.0 / 165.0).abs() < 1e-12, "{rho}");
    }

    #[test]
    fn spearman_with_ties_is_pearson_on_ranks() {
        // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: by hand 4.5 / sqrt(4.5 * 5).
        let pairs = [(1.0, 10.0), (2.0, 30.0), (2.0, 20.0), (3.0, 40.0)];
        let rho = spearman(&pairs).unwrap();
        assert!((rho - 4.5 / 22.5_f64.sqrt()).abs() < 1e-12, "{rho}");
        assert_eq!(spearman(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(spearman(&[(1.0, 1.0)]), None);
    }
}
