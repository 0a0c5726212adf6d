//! What is known of a host's pace: its gap, its blocks, its failures in a row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beffroi_model::Failed;
use jiff::Timestamp;
use tokio::{sync::Semaphore, time::Instant};

use super::{Forgettable, Gap, budget::Api};
use crate::BudgetSpec;

/// Transport errors in a row after which a host is given up.
const STRIKES: u32 = 3;

/// A moment so late that nobody waits for it, where the server's own cannot be held.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The state of a host.
pub(super) struct Host {
    /// Exchanges at once.
    pub(super) slots: Arc<Semaphore>,
    /// Held by the one who waits for the gap; the others queue behind.
    pub(super) turn: tokio::sync::Mutex<()>,
    give_up: Duration,
    clock: Mutex<Clock>,
}

#[derive(Default)]
struct Clock {
    gap: Duration,
    last_start: Option<Instant>,
    last_end: Option<Instant>,
    blocked: Option<(Instant, Timestamp)>,
    /// By scheme, http then https: a host that fails on one often answers on the other.
    strikes: [Strikes; 2],
    apis: Vec<Arc<Api>>,
}

#[derive(Default)]
struct Strikes {
    count: u32,
    last: Option<(Instant, Failed)>,
}

/// Whether a host may be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    Now,
    /// Its gap ends then.
    At(Instant),
    /// It wants no request before then.
    Blocked(Instant, Timestamp),
    /// It failed too often, last with this.
    GivenUp(Failed),
}

impl Host {
    pub(super) fn new(concurrency: usize, give_up: Duration) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(concurrency)),
            turn: tokio::sync::Mutex::new(()),
            give_up,
            clock: Mutex::default(),
        }
    }

    pub(super) fn readiness(&self, is_https: bool, gap: Gap) -> Readiness {
        let now = Instant::now();
        let clock = self.clock();
        if let Some((moment, until)) = clock.blocked
            && moment > now
        {
            return Readiness::Blocked(moment, until);
        }
        let strikes = &clock.strikes[usize::from(is_https)];
        if strikes.count >= STRIKES
            && let Some((last, class)) = strikes.last
            && now < last + self.give_up
        {
            return Readiness::GivenUp(class);
        }
        let Gap::Kept { since } = gap else {
            return Readiness::Now;
        };
        match clock.gap_ends(since) {
            Some(end) if end > now => Readiness::At(end),
            _ => Readiness::Now,
        }
    }

    pub(super) fn set_gap(&self, gap: Duration) {
        self.clock().gap = gap;
    }

    pub(super) fn begin(&self, now: Instant) {
        self.clock().last_start = Some(now);
    }

    pub(super) fn end(&self, now: Instant) {
        self.clock().last_end = Some(now);
    }

    /// Keeps the latest of all moments that were named.
    pub(super) fn block(&self, until: Timestamp) {
        let Ok(wait) = Duration::try_from(until.duration_since(Timestamp::now())) else {
            return; // the moment has passed
        };
        let now = Instant::now();
        let moment = now.checked_add(wait.min(NEVER)).unwrap_or(now);
        let mut clock = self.clock();
        if clock.blocked.is_none_or(|(earlier, _)| moment > earlier) {
            clock.blocked = Some((moment, until));
        }
    }

    pub(super) fn strike(&self, is_https: bool, class: Failed) {
        let now = Instant::now();
        let give_up = self.give_up;
        let strikes = &mut self.clock().strikes[usize::from(is_https)];
        let is_in_a_row = strikes.last.is_some_and(|(last, _)| now < last + give_up);
        strikes.count = if is_in_a_row { strikes.count + 1 } else { 1 };
        strikes.last = Some((now, class));
    }

    pub(super) fn clear_strikes(&self, is_https: bool) {
        self.clock().strikes[usize::from(is_https)] = Strikes::default();
    }

    /// The gate of one of the host's budgets.
    pub(super) fn api(&self, budget: BudgetSpec) -> Arc<Api> {
        let mut clock = self.clock();
        if let Some(api) = clock.apis.iter().find(|api| api.budget == budget) {
            return api.clone();
        }
        let api = Arc::new(Api::new(budget));
        clock.apis.push(api.clone());
        api
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// When the gap ends after what was last asked; others may have asked until `since`.
    fn gap_ends(&self, since: Option<Instant>) -> Option<Instant> {
        // An unset moment is earlier than any other.
        let last = self.last_start.max(self.last_end).max(since)?;
        Some(last + self.gap.min(NEVER))
    }
}

impl Forgettable for Host {
    fn is_idle(&self, now: Instant) -> bool {
        let clock = self.clock();
        let has_settled = clock.gap_ends(None).is_none_or(|end| end <= now);
        let is_blocked = clock.blocked.is_some_and(|(moment, _)| moment > now);
        let has_strikes = clock.strikes.iter().any(|strikes| {
            strikes
                .last
                .is_some_and(|(last, _)| now < last + self.give_up)
        });
        let has_budget = clock.apis.iter().any(|api| {
            clock
                .last_start
                .is_some_and(|start| now < start + api.budget.per)
        });
        has_settled && !is_blocked && !has_strikes && !has_budget
    }
}
