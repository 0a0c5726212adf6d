//! How long to wait before an exchange is tried again.

use std::time::Duration;

use rand::Rng;

/// Full jitter: anything between nothing and the bound, which doubles with each try. Clients that
/// failed together do not come back together.
pub(crate) fn backoff(base: Duration, retries_done: u32, random: &mut impl Rng) -> Duration {
    let bound = bound(base, retries_done);
    let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(random.next_u64().checked_rem(nanos.max(1)).unwrap_or(0))
}

/// The longest wait that [`backoff`] may give.
pub(crate) fn bound(base: Duration, retries_done: u32) -> Duration {
    base.saturating_mul(2_u32.saturating_pow(retries_done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_spread_over_a_bound_that_doubles() {
        let base = Duration::from_millis(500);
        let mut random = rand::rng();
        for retries_done in 0..4 {
            let bound = bound(base, retries_done);
            assert_eq!(bound, base * 2_u32.pow(retries_done));
            let waits: Vec<Duration> = (0..200)
                .map(|_| backoff(base, retries_done, &mut random))
                .collect();
            assert!(waits.iter().all(|wait| *wait < bound));
            assert!(waits.iter().any(|wait| *wait < bound / 4));
            assert!(waits.iter().any(|wait| *wait > bound / 4 * 3));
        }
    }

    #[test]
    fn no_base_and_no_number_of_tries_overflow() {
        let mut random = rand::rng();
        assert_eq!(backoff(Duration::ZERO, 3, &mut random), Duration::ZERO);
        assert!(backoff(Duration::MAX, u32::MAX, &mut random) < Duration::MAX);
    }
}
