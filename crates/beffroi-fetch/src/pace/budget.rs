//! The budget of an API: a cell at a time, evenly spread, a little slower than allowed.
//!
//! Budgets of one host that differ are kept apart: a connector whose calls count twice must make
//! them add up.

use std::{
    sync::{
        Arc, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use jiff::Timestamp;
use tokio::{
    sync::{Mutex, Semaphore},
    time::{Instant, sleep_until},
};

use super::patience::Patience;
use crate::{BudgetSpec, Holder, HostMemory};

/// What is left unspent, in hundredths of the window: requests that the network holds up must not
/// bunch into a violation, and 95 % of a budget is to be used.
const MARGIN_HUNDREDTHS: u32 = 2;

/// How late a timer may wake us without the lost time being lost to the budget, in hundredths of
/// the window. Less than the margin, so that a window can never hold one request too many.
const CATCH_UP_HUNDREDTHS: u32 = 1;

/// One budget of a host.
pub(super) struct Api {
    pub(super) budget: BudgetSpec,
    /// Exchanges at once.
    pub(super) slots: Arc<Semaphore>,
    /// Held by the one who waits for the next cell.
    pub(super) turn: Mutex<()>,
    limiter: RateLimiter<NotKeyed, InMemoryState, CellClock, NoOpMiddleware<Duration>>,
    clock: CellClock,
    begin: Instant,
    /// Between two requests.
    period: Duration,
    /// Of whoever keeps the rate, with that holder's other budgets of the host.
    patience: Arc<std::sync::Mutex<Patience>>,
    catch_up: Duration,
}

impl Api {
    pub(super) fn new(budget: BudgetSpec, patience: Arc<std::sync::Mutex<Patience>>) -> Self {
        let clock = CellClock::default();
        let period = period(budget);
        let quota = Quota::with_period(period).expect("a period is at least a nanosecond long");
        Self {
            budget,
            slots: Arc::new(Semaphore::new(budget.concurrency.get() as usize)),
            turn: Mutex::new(()),
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            begin: Instant::now(),
            period,
            patience,
            catch_up: budget.per * CATCH_UP_HUNDREDTHS / 100,
        }
    }

    pub(super) fn patience(&self) -> MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is worth remembering of it.
    pub(super) fn memory(&self, host_key: &str) -> HostMemory {
        let now = Instant::now();
        let mut patience = self.patience();
        HostMemory {
            key: format!("{API}{host_key}/{:016x}", self.budget.holder.number()),
            blocked_until: patience.blocked(now).map(|(_, until)| until),
            backoff: patience.level(now),
            slowed: 0,
            crawl_delay: None,
            at: Timestamp::now(),
        }
    }

    /// Waits for the next cell and spends it. Only for the holder of the turn. Others may have spent
    /// one at `since`, when this process came to hold the lane.
    ///
    /// A timer wakes a little late. The cell is spent as of the moment when it was due, or the
    /// delays would add up and a fast budget would be left half unused.
    pub(super) async fn wait(&self, since: Option<Instant>) {
        let first = since.map(|since| since + self.period);
        if let Some(first) = first.filter(|first| *first > Instant::now()) {
            sleep_until(first).await;
        }
        let mut due = self.begin.elapsed();
        loop {
            let now = self.begin.elapsed();
            self.clock.set(due.max(now.saturating_sub(self.catch_up)));
            let Err(early) = self.limiter.check() else {
                return;
            };
            due = self.clock.now() + early.wait_time_from(self.clock.now());
            sleep_until(self.begin + due).await;
        }
    }
}

/// How the keys of APIs' memories begin.
const API: &str = "api:";

/// The host's key and the holder that a memory is of.
pub(super) fn holder_of(key: &str) -> Option<(&str, Holder)> {
    let (host_key, holder) = key.strip_prefix(API)?.rsplit_once('/')?;
    let number = u64::from_str_radix(holder, 16).ok()?;
    Some((host_key, Holder::of_number(number)))
}

/// Time between two requests.
fn period(budget: BudgetSpec) -> Duration {
    let window = budget.per + budget.per * MARGIN_HUNDREDTHS / 100;
    (window / budget.requests.get()).max(Duration::from_nanos(1))
}

/// The time since the budget began, as the limiter is to see it.
#[derive(Debug, Clone, Default)]
struct CellClock(Arc<AtomicU64>);

impl CellClock {
    fn set(&self, elapsed: Duration) {
        let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        self.0.store(nanos, Ordering::Relaxed);
    }
}

impl Clock for CellClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    fn api(budget: BudgetSpec) -> Api {
        Api::new(budget, Arc::default())
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_allowed_and_95_percent_are_used(
            requests in 20_u32..10_000, per_ms in 1_000_u64..900_000,
        ) {
            let per = Duration::from_millis(per_ms);
            let one = NonZeroU32::MIN;
            let requests = NonZeroU32::new(requests).unwrap();
            let period = period(BudgetSpec { requests, per, concurrency: one, holder: Holder::default() });
            // A request goes between its cell's moment and the longest catch-up after it.
            let reach = per + per * CATCH_UP_HUNDREDTHS / 100;
            let in_window = reach.as_nanos().div_ceil(period.as_nanos());
            prop_assert!(in_window <= u128::from(requests.get()));
            let used = per.as_nanos() / period.as_nanos() + 1;
            prop_assert!(used * 100 >= u128::from(requests.get()) * 95);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn cells_come_one_at_a_time_from_the_start() {
        let count = |number| NonZeroU32::new(number).unwrap();
        let per = Duration::from_secs(10);
        let api = api(BudgetSpec {
            requests: count(10),
            per,
            concurrency: count(1),
            holder: Holder::default(),
        });
        let begin = Instant::now();
        let mut moments = Vec::new();
        for _ in 0..5 {
            api.wait(None).await;
            moments.push(begin.elapsed().as_millis());
        }
        assert_eq!(moments, [0, 1020, 2040, 3060, 4080]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_that_wakes_late_does_not_slow_a_fast_budget() {
        let count = |number| NonZeroU32::new(number).unwrap();
        let per = Duration::from_secs(1);
        let api = api(BudgetSpec {
            requests: count(400),
            per,
            concurrency: count(1),
            holder: Holder::default(),
        });
        let begin = Instant::now();
        for _ in 0..401 {
            api.wait(None).await; // the runtime's timer rounds each 2.55 ms up to 3 ms
        }
        assert!(begin.elapsed() < per * 1000 / 975, "{:?}", begin.elapsed());
        tokio::time::sleep(Duration::from_secs(60)).await;
        let begin = Instant::now();
        for _ in 0..401 {
            api.wait(None).await;
        }
        assert!(begin.elapsed() >= per, "an idle minute is not caught up on");
    }
}
