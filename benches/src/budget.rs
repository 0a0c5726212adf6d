//! How much of a budget was used, by what the server saw.

/// Silence that is no pace any more: a lane changed hands, or nobody had it.
const SILENCE_MS: i64 = 2_000;

/// How long a lane may rest when it changes hands (decision 17: `queue.hold`, a second more, and the
/// first request). A longer silence counts as unused budget beyond this.
const REST_MS: i64 = 7_000;

/// Requests to one budget while there was work for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Use {
    /// Requests allowed, from the first to the end of the work.
    pub allowed: f64,
    /// Requests that came.
    pub came: usize,
    /// Silences longer than two seconds.
    pub rests: usize,
    /// Their length together, each as far as a change of hands may take, milliseconds.
    pub rested_ms: i64,
    /// The longest of them, milliseconds.
    pub longest_ms: i64,
    /// Time between two requests that are allowed, milliseconds.
    pub interval_ms: f64,
}

impl Use {
    /// Judges arrivals between two moments, milliseconds. `None` when hardly any came.
    pub fn of(arrivals_ms: &[i64], from_ms: i64, until_ms: i64, interval_ms: f64) -> Option<Self> {
        let came: Vec<i64> = arrivals_ms
            .iter()
            .copied()
            .filter(|at| (from_ms..=until_ms).contains(at))
            .collect();
        let (first, _) = (came.first()?, came.get(1)?);
        // The end is a silence like any other when nothing came before it.
        let moments = came.iter().copied().chain([until_ms]);
        let gaps: Vec<i64> = moments
            .clone()
            .zip(moments.skip(1))
            .map(|(one, next)| next - one)
            .filter(|gap| *gap > SILENCE_MS.max((4.0 * interval_ms) as i64))
            .collect();
        Some(Self {
            allowed: (until_ms - first) as f64 / interval_ms,
            // The first stands at the beginning of the time.
            came: came.len() - 1,
            rests: gaps.len(),
            rested_ms: gaps.iter().map(|gap| (*gap).min(REST_MS)).sum(),
            longest_ms: gaps.iter().copied().max().unwrap_or_default(),
            interval_ms,
        })
    }

    /// Share of the budget that was used.
    pub fn share(&self) -> f64 {
        self.came as f64 / self.allowed
    }

    /// The same, as if the rests had not been there.
    pub fn share_without_rests(&self) -> f64 {
        let rested = self.rested_ms as f64 / self.interval_ms;
        self.came as f64 / (self.allowed - rested).max(1.0)
    }
}

/// The most arrivals in any window, as a share of what it allows.
pub fn fullest_window(arrivals_ms: &[i64], requests: u32, window_ms: i64) -> f64 {
    let mut first = 0;
    let mut most = 0;
    for (index, at) in arrivals_ms.iter().enumerate() {
        while at - arrivals_ms[first] >= window_ms {
            first += 1;
        }
        most = most.max(index - first + 1);
    }
    most as f64 / f64::from(requests)
}

/// When so few of some jobs are left that they cannot use a budget; ends are milliseconds, 0 for those
/// that have not ended.
pub fn work_ends_ms(ends_ms: &[i64], few: usize, limit_ms: i64) -> i64 {
    let mut ends: Vec<i64> = ends_ms
        .iter()
        .map(|end| if *end == 0 { i64::MAX } else { *end })
        .collect();
    ends.sort_unstable();
    let last_of_many = ends.len().checked_sub(few + 1);
    last_of_many.map_or(0, |index| ends[index].min(limit_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_pace_uses_what_it_uses() {
        let arrivals: Vec<i64> = (0..100).map(|n| n * 102).collect();
        let used = Use::of(&arrivals, 0, 99 * 102, 100.0).unwrap();
        assert!((used.share() - 100.0 / 102.0).abs() < 1e-9, "{used:?}");
        assert_eq!(used.rests, 0);
        assert_eq!(used.share(), used.share_without_rests());
    }

    #[test]
    fn a_rest_is_told_apart_but_only_as_long_as_a_change_of_hands_takes() {
        let begin = (0..=50).map(|n| n * 100);
        let after = (0..=50).map(|n| 5_000 + 10_000 + n * 100);
        let arrivals: Vec<i64> = begin.chain(after).collect();
        let used = Use::of(&arrivals, 0, 20_000, 100.0).unwrap();
        assert_eq!(
            (used.rests, used.longest_ms, used.rested_ms),
            (1, 10_000, 7_000)
        );
        assert!((used.share() - 101.0 / 200.0).abs() < 1e-9);
        assert!((used.share_without_rests() - 101.0 / 130.0).abs() < 1e-9);
        let gone = Use::of(&arrivals[..51], 0, 20_000, 100.0).unwrap();
        assert_eq!(
            gone.longest_ms, 15_000,
            "an end without work done is silence, too"
        );
    }

    #[test]
    fn windows_slide() {
        assert_eq!(fullest_window(&[0, 500, 999, 1_000], 3, 1_000), 1.0);
        assert_eq!(fullest_window(&[0, 500, 998, 999], 2, 1_000), 2.0);
        assert_eq!(fullest_window(&[], 2, 1_000), 0.0);
    }

    #[test]
    fn work_ends_when_few_jobs_are_left() {
        assert_eq!(work_ends_ms(&[40, 10, 30, 20], 1, 1_000), 30);
        assert_eq!(work_ends_ms(&[40, 10, 0, 20], 1, 1_000), 40);
        assert_eq!(work_ends_ms(&[40, 0, 0, 20], 1, 1_000), 1_000);
        assert_eq!(work_ends_ms(&[40], 1, 1_000), 0, "never enough to bind");
    }
}
