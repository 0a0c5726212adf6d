//! The budget of an API: a cell at a time, evenly spread, a little slower than allowed.
//!
//! Budgets of one host that differ are kept apart: a connector whose calls count twice must make
//! them add up.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use tokio::sync::{Mutex, Semaphore};

use crate::BudgetSpec;

/// What is left unspent, in thousandths: requests that the network holds up must not bunch into a
/// violation, and 95 % of a budget is to be used.
const MARGIN_THOUSANDTHS: u32 = 25;

/// One budget of a host.
pub(super) struct Api {
    pub(super) budget: BudgetSpec,
    /// Exchanges at once.
    pub(super) slots: Arc<Semaphore>,
    /// Held by the one who waits for the next cell.
    pub(super) turn: Mutex<()>,
    limiter: RateLimiter<NotKeyed, InMemoryState, RuntimeClock, NoOpMiddleware<Instant>>,
}

impl Api {
    pub(super) fn new(budget: BudgetSpec) -> Self {
        let quota =
            Quota::with_period(period(budget)).expect("a period is at least a nanosecond long");
        Self {
            budget,
            slots: Arc::new(Semaphore::new(budget.concurrency.get() as usize)),
            turn: Mutex::new(()),
            limiter: RateLimiter::direct_with_clock(quota, RuntimeClock),
        }
    }

    /// Waits for the next cell and spends it.
    pub(super) async fn wait(&self) {
        while let Err(early) = self.limiter.check() {
            let wait = early.wait_time_from(RuntimeClock.now());
            // The timer counts in milliseconds and may be a little early.
            tokio::time::sleep(wait.max(Duration::from_micros(100))).await;
        }
    }
}

/// Time between two requests.
fn period(budget: BudgetSpec) -> Duration {
    let even = budget.per / budget.requests.get();
    let period = even + even * MARGIN_THOUSANDTHS / 1000;
    period.max(Duration::from_nanos(1))
}

/// The runtime's clock, so that tests can pause it.
#[derive(Debug, Clone, Copy)]
struct RuntimeClock;

impl Clock for RuntimeClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    proptest! {
        #[test]
        fn no_window_holds_more_than_allowed_and_95_percent_are_used(
            requests in 20_u32..10_000, per_ms in 1_000_u64..900_000,
        ) {
            let per = Duration::from_millis(per_ms);
            let one = NonZeroU32::MIN;
            let requests = NonZeroU32::new(requests).unwrap();
            let period = period(BudgetSpec { requests, per, concurrency: one });
            let in_window = per.as_nanos().div_ceil(period.as_nanos());
            prop_assert!(in_window <= u128::from(requests.get()));
            prop_assert!(in_window * 100 >= u128::from(requests.get()) * 95);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn cells_come_one_at_a_time_from_the_start() {
        let count = |number| NonZeroU32::new(number).unwrap();
        let per = Duration::from_secs(10);
        let api = Api::new(BudgetSpec {
            requests: count(10),
            per,
            concurrency: count(1),
        });
        let begin = tokio::time::Instant::now();
        let mut moments = Vec::new();
        for _ in 0..5 {
            api.wait().await;
            moments.push(begin.elapsed().as_millis());
        }
        assert_eq!(moments[0], 0);
        assert!(
            moments
                .windows(2)
                .all(|two| (1025..1035).contains(&(two[1] - two[0]))),
            "{moments:?}"
        );
    }
}
