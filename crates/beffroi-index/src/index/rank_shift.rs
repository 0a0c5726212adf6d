//! Who is over- and underrated by the fan count.

use crate::stats::mid_ranks;

/// The rank by fans against the rank by the index, within the same peers. 1 is best; equal values
/// share the mean of their ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankShift {
    /// Rank by followers.
    pub by_fans: f64,
    /// Rank by the index.
    pub by_index: f64,
    /// `by_fans - by_index`: above 0 the fan count underrates the account, below it overrates it.
    pub shift: f64,
}

/// The shifts of peers, given as (followers, index).
pub fn rank_shifts(peers: &[(u64, f64)]) -> Vec<RankShift> {
    let falling = |values: Vec<f64>| mid_ranks(&values);
    // Ranks rise with the value; the best is to be first.
    let by_fans = falling(peers.iter().map(|(fans, _)| -(*fans as f64)).collect());
    let by_index = falling(peers.iter().map(|(_, index)| -index).collect());
    by_fans
        .into_iter()
        .zip(by_index)
        .map(|(by_fans, by_index)| RankShift {
            by_fans,
            by_index,
            shift: by_fans - by_index,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_fans_and_a_low_index_are_overrated() {
        let shifts = rank_shifts(&[(90_000, 5.0), (300, 95.0), (2_000, 50.0), (2_000, 40.0)]);
        let shift: Vec<f64> = shifts.iter().map(|shift| shift.shift).collect();
        assert_eq!(shift, [-3.0, 3.0, 0.5, -0.5]);
        assert_eq!((shifts[0].by_fans, shifts[0].by_index), (1.0, 4.0));
        assert_eq!(shifts[2].by_fans, 2.5);
    }
}
