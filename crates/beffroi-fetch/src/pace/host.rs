//! What is known of a host's pace: its gap, its blocks, its failures in a row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beffroi_model::Failed;
use jiff::Timestamp;
use tokio::{sync::Semaphore, time::Instant};

use super::{
    Gap,
    budget::Api,
    patience::{Backoff, NEVER, Patience},
    states::Forgettable,
};
use crate::{BudgetSpec, FetchSettings, Holder, HostMemory};

/// Transport errors in a row after which a host is given up.
const STRIKES: u32 = 3;

/// How long a crawl delay is kept that another process had read: the host's robots.txt is asked for
/// long before.
const RECALLED_FOR: Duration = Duration::from_secs(3600);

/// The state of a host.
pub(super) struct Host {
    /// Exchanges at once.
    pub(super) slots: Arc<Semaphore>,
    /// Held by the one who waits for the gap; the others queue behind.
    pub(super) turn: tokio::sync::Mutex<()>,
    key: String,
    interval: Duration,
    give_up: Duration,
    clock: Mutex<Clock>,
}

#[derive(Default)]
struct Clock {
    crawl_delay: Option<Duration>,
    recalled_at: Option<Instant>,
    last_start: Option<Instant>,
    last_end: Option<Instant>,
    patience: Patience,
    /// By scheme, http then https: a host that fails on one often answers on the other.
    strikes: [Strikes; 2],
    apis: Vec<Arc<Api>>,
    /// By whose rate it is.
    holders: Vec<(Holder, Arc<Mutex<Patience>>)>,
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
    pub(super) fn new(key: String, settings: &FetchSettings) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(settings.host_concurrency.get())),
            turn: tokio::sync::Mutex::new(()),
            key,
            interval: settings.host_interval,
            give_up: settings.host_give_up,
            clock: Mutex::default(),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Until when its websites are left alone, if they are.
    pub(super) fn blocked(&self, now: Instant) -> Option<(Instant, Timestamp)> {
        self.clock().patience.blocked(now)
    }

    /// Whether it may be asked, as far as blocks do not matter.
    pub(super) fn readiness(&self, is_https: bool, gap: Gap) -> Readiness {
        let now = Instant::now();
        let clock = self.clock();
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
        match clock.gap_ends(self.interval, since) {
            Some(end) if end > now => Readiness::At(end),
            _ => Readiness::Now,
        }
    }

    /// What its robots.txt asks for; whether that is new.
    pub(super) fn set_crawl_delay(&self, crawl_delay: Option<Duration>) -> bool {
        let mut clock = self.clock();
        std::mem::replace(&mut clock.crawl_delay, crawl_delay) != crawl_delay
    }

    pub(super) fn begin(&self, now: Instant) {
        self.clock().last_start = Some(now);
    }

    pub(super) fn end(&self, now: Instant) {
        self.clock().last_end = Some(now);
    }

    /// See [`Patience::block`].
    pub(super) fn block(&self, until: Timestamp) -> bool {
        self.clock().patience.block(until)
    }

    /// See [`Patience::offend`].
    pub(super) fn offend(
        &self,
        asked_at: Instant,
        named: Option<Timestamp>,
        backoff: Backoff,
    ) -> Timestamp {
        self.clock().patience.offend(asked_at, named, backoff)
    }

    /// See [`Patience::forgive`].
    pub(super) fn forgive(&self, asked_at: Instant) -> bool {
        self.clock().patience.forgive(asked_at)
    }

    /// What is worth remembering of it.
    pub(super) fn memory(&self) -> HostMemory {
        let now = Instant::now();
        let mut clock = self.clock();
        HostMemory {
            key: self.key.clone(),
            blocked_until: clock.patience.blocked(now).map(|(_, until)| until),
            backoff: clock.patience.level(now),
            slowed: 0,
            crawl_delay: clock.crawl_delay,
            at: Timestamp::now(),
        }
    }

    /// What another process knew of it.
    pub(super) fn recall(&self, memory: &HostMemory, calm: Duration, backoff: Backoff) {
        let mut clock = self.clock();
        clock
            .patience
            .recall(memory.blocked_until, memory.backoff, calm, backoff);
        if clock.crawl_delay.is_none() && memory.crawl_delay.is_some() {
            clock.crawl_delay = memory.crawl_delay;
            clock.recalled_at = Some(Instant::now());
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
        let patience = clock.holder(budget.holder);
        let api = Arc::new(Api::new(budget, patience));
        clock.apis.push(api.clone());
        api
    }

    /// The patience with whoever keeps a rate there.
    pub(super) fn holder(&self, holder: Holder) -> Arc<Mutex<Patience>> {
        self.clock().holder(holder)
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// When the gap ends after what was last asked; others may have asked until `since`.
    fn gap_ends(&self, interval: Duration, since: Option<Instant>) -> Option<Instant> {
        // An unset moment is earlier than any other.
        let last = self.last_start.max(self.last_end).max(since)?;
        let gap = interval.max(self.crawl_delay.unwrap_or_default());
        Some(last + gap.min(NEVER))
    }

    fn holder(&mut self, holder: Holder) -> Arc<Mutex<Patience>> {
        if let Some((_, patience)) = self.holders.iter().find(|(known, _)| *known == holder) {
            return patience.clone();
        }
        let patience = Arc::<Mutex<Patience>>::default();
        self.holders.push((holder, patience.clone()));
        patience
    }
}

impl Forgettable for Host {
    fn is_idle(&self, now: Instant) -> bool {
        let mut clock = self.clock();
        let has_settled = clock
            .gap_ends(self.interval, None)
            .is_none_or(|end| end <= now);
        let is_recalled = clock.recalled_at.is_some_and(|at| now < at + RECALLED_FOR);
        let is_patient = !clock.patience.is_idle(now)
            || clock.holders.iter().any(|(_, patience)| {
                let mut patience = patience.lock().unwrap_or_else(PoisonError::into_inner);
                !patience.is_idle(now)
            });
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
        has_settled && !is_recalled && !is_patient && !has_strikes && !has_budget
    }
}
