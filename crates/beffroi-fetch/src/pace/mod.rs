//! When a request may go: the paces of its host, of its address and of its API.
//!
//! The invariant: between two requests to a host lies its gap, counted from the end of the answer;
//! a gate is passed by one at a time, in order of arrival, and whoever holds its turn leaves only
//! when the request may really go. Nothing else in the crate waits for a server's sake.
//!
//! Gates are passed in one order (host, group, whole), so that nobody can wait in a circle. Where a
//! lane is worked for, the last look is at its hold: what begins begins within it, and every gate
//! counts as if it had been passed when the hold began, for until then others may have passed it.

mod budget;
mod host;

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use beffroi_model::Failed;
use dashmap::DashMap;
use jiff::Timestamp;
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use crate::{BudgetSpec, FetchSettings, HostGroup, LanePass, guard::Target, pass::Held};
use host::{Host, Readiness};

/// States kept without looking for idle ones.
const SWEEP_FLOOR: usize = 1024;

/// The gates of everything that goes out.
pub(crate) struct Pace {
    settings: FetchSettings,
    hosts: Gates<String, Host>,
    groups: Gates<HostGroup, Group>,
    everywhere: Arc<Semaphore>,
}

/// At which pace a request goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tempo {
    /// A website's, with what its robots.txt asks for.
    Site {
        /// `Crawl-delay`, when there is one.
        crawl_delay: Option<Duration>,
    },
    /// An API's.
    Api(BudgetSpec),
}

/// Why a request may not go, for longer than a call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// The server named a moment.
    Blocked(Timestamp),
    /// The host failed too often in a row, last with this.
    GivenUp(Failed),
    /// The lane is held no more: never.
    HoldEnded,
}

/// The right to one exchange. Its end, that is its drop, is the end of the answer.
pub(crate) struct Permit<'a> {
    /// The hold within which it was given.
    pub(crate) held: Option<Held<'a>>,
    host: Arc<Host>,
    is_https: bool,
    _slots: Vec<OwnedSemaphorePermit>,
    _group: Option<Arc<Group>>,
}

/// The gate of a host group.
struct Group {
    slots: Arc<Semaphore>,
    /// When the last request began. Held while waiting for one's turn: an async lock, for it is
    /// the queue itself.
    last_start: Mutex<Option<Instant>>,
    settled: std::sync::Mutex<Instant>,
}

impl Pace {
    pub(crate) fn new(settings: &FetchSettings) -> Self {
        Self {
            everywhere: Arc::new(Semaphore::new(settings.max_concurrent.get())),
            settings: settings.clone(),
            hosts: Gates::new(),
            groups: Gates::new(),
        }
    }

    /// Waits until the request may go. Once the lane is held no more it waits for ever, and is in
    /// nobody's way meanwhile.
    pub(crate) async fn enter<'a>(
        &self,
        target: &Target,
        is_https: bool,
        tempo: Tempo,
        pass: Option<&'a LanePass>,
    ) -> Result<Permit<'a>, NotNow> {
        let (held, since) = match pass {
            Some(pass) => {
                let (held, since) = pass.begun().await;
                (Some(held), Some(since))
            }
            None => (None, None),
        };
        let host = self.host(target);
        let visitor = Visitor {
            is_https,
            held,
            since,
        };
        let permit = match tempo {
            Tempo::Site { crawl_delay } => {
                let gap = self
                    .settings
                    .host_interval
                    .max(crawl_delay.unwrap_or_default());
                host.set_gap(gap);
                self.enter_site(host, &target.group, visitor).await
            }
            Tempo::Api(budget) => self.enter_api(host, budget, visitor).await,
        };
        if permit.as_ref().err() == Some(&NotNow::HoldEnded) {
            pending::<()>().await;
        }
        permit
    }

    /// Sends nothing more to this host before the moment.
    pub(crate) fn block(&self, target: &Target, until: Timestamp) {
        self.host(target).block(until);
    }

    async fn enter_site<'a>(
        &self,
        host: Arc<Host>,
        group: &HostGroup,
        visitor: Visitor<'a>,
    ) -> Result<Permit<'a>, NotNow> {
        let host_slot = acquire(&host.slots).await;
        let turn = host.turn.lock().await;
        let group = self
            .groups
            .get(group, || Group::new(self.settings.group_concurrency.get()));
        let since = visitor.since;
        let gap = Gap::Kept { since };
        let (group_slot, whole_slot) = loop {
            self.wait_for_host(&host, visitor, gap).await?;
            let group_slot = acquire(&group.slots).await;
            let mut last_start = group.last_start.lock().await;
            // An unset moment is earlier than any other.
            let last = (*last_start).max(since);
            let next = last.map(|last| last + self.settings.group_interval);
            if let Some(next) = next.filter(|next| *next > Instant::now()) {
                sleep_until(next).await;
            }
            let whole_slot = acquire(&self.everywhere).await;
            // Much may have happened to the host while others were waited for.
            if host.readiness(visitor.is_https, gap) == Readiness::Now {
                visitor.look_last()?;
                let now = Instant::now();
                *last_start = Some(now);
                group.settle(now + self.settings.group_interval);
                host.begin(now);
                break (group_slot, whole_slot);
            }
        };
        drop(turn);
        let slots = vec![host_slot, group_slot, whole_slot];
        Ok(Permit {
            held: visitor.held,
            host,
            is_https: visitor.is_https,
            _slots: slots,
            _group: Some(group),
        })
    }

    async fn enter_api<'a>(
        &self,
        host: Arc<Host>,
        budget: BudgetSpec,
        visitor: Visitor<'a>,
    ) -> Result<Permit<'a>, NotNow> {
        let api = host.api(budget);
        let api_slot = acquire(&api.slots).await;
        let turn = api.turn.lock().await;
        let whole_slot = loop {
            self.wait_for_host(&host, visitor, Gap::Ignored).await?;
            api.wait(visitor.since).await;
            visitor.look_last()?;
            // The budget counts from the moment of sending: where others must be waited for, its
            // cell has been spent in vain and the next one is due.
            match self.everywhere.clone().try_acquire_owned() {
                Ok(slot) if host.readiness(visitor.is_https, Gap::Ignored) == Readiness::Now => {
                    break slot;
                }
                Ok(_) => {}
                Err(_) => drop(acquire(&self.everywhere).await),
            }
        };
        host.begin(Instant::now());
        drop(turn);
        Ok(Permit {
            held: visitor.held,
            host,
            is_https: visitor.is_https,
            _slots: vec![api_slot, whole_slot],
            _group: None,
        })
    }

    /// Waits for the host's gap and for a block that ends soon; gives up on a longer one.
    async fn wait_for_host(
        &self,
        host: &Host,
        visitor: Visitor<'_>,
        gap: Gap,
    ) -> Result<(), NotNow> {
        loop {
            match host.readiness(visitor.is_https, gap) {
                Readiness::Now => return Ok(()),
                Readiness::At(moment) => sleep_until(moment).await,
                Readiness::Blocked(moment, until) => {
                    if moment.duration_since(Instant::now()) > self.settings.retry_max_wait {
                        return Err(NotNow::Blocked(until));
                    }
                    sleep_until(moment).await;
                }
                Readiness::GivenUp(class) => return Err(NotNow::GivenUp(class)),
            }
        }
    }

    fn host(&self, target: &Target) -> Arc<Host> {
        let make = || {
            Host::new(
                self.settings.host_concurrency.get(),
                self.settings.host_give_up,
            )
        };
        self.hosts.get(&host_key(&target.host, target.port), make)
    }
}

/// Who wants to pass.
#[derive(Clone, Copy)]
struct Visitor<'a> {
    is_https: bool,
    /// The hold within which the request must begin.
    held: Option<Held<'a>>,
    /// The beginning of that hold.
    since: Option<Instant>,
}

impl Visitor<'_> {
    /// The last look before a request begins: nothing is waited for after it.
    fn look_last(self) -> Result<(), NotNow> {
        if self.held.is_none_or(Held::lasts) {
            Ok(())
        } else {
            Err(NotNow::HoldEnded)
        }
    }
}

/// Whether the gap of websites is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Kept {
        /// Others may have asked until then.
        since: Option<Instant>,
    },
    Ignored,
}

/// http and https of one host share their pace; an odd port is a server of its own.
fn host_key(host: &str, port: u16) -> String {
    let host = host.trim_end_matches('.');
    if matches!(port, 80 | 443) {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    }
}

async fn acquire(slots: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    slots
        .clone()
        .acquire_owned()
        .await
        .expect("no semaphore of the pace is ever closed")
}

impl Permit<'_> {
    /// The server answered.
    pub(crate) fn succeeded(&self) {
        self.host.clear_strikes(self.is_https);
    }

    /// The connection failed.
    pub(crate) fn failed(&self, class: Failed) {
        self.host.strike(self.is_https, class);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.host.end(Instant::now());
    }
}

impl Group {
    fn new(concurrency: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(concurrency)),
            last_start: Mutex::new(None),
            settled: std::sync::Mutex::new(Instant::now()),
        }
    }

    fn settle(&self, moment: Instant) {
        *self
            .settled
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = moment;
    }
}

/// A state that can be forgotten once nothing depends on it.
trait Forgettable {
    /// Whether a fresh state would behave in the same way.
    fn is_idle(&self, now: Instant) -> bool;
}

impl Forgettable for Group {
    fn is_idle(&self, now: Instant) -> bool {
        let settled = self
            .settled
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *settled <= now
    }
}

/// States by key. Those that nobody holds and that are idle are dropped when the map has doubled,
/// so that it stays within twice what is really in use.
struct Gates<K: std::hash::Hash + Eq, V> {
    states: DashMap<K, Arc<V>>,
    sweep_at: AtomicUsize,
}

impl<K: std::hash::Hash + Eq + Clone, V: Forgettable> Gates<K, V> {
    fn new() -> Self {
        Self {
            states: DashMap::new(),
            sweep_at: AtomicUsize::new(SWEEP_FLOOR),
        }
    }

    fn get(&self, key: &K, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(state) = self.states.get(key) {
            return state.clone();
        }
        if self.states.len() >= self.sweep_at.load(Ordering::Relaxed) {
            let now = Instant::now();
            // The map's own lock is held here: a count of one means that nobody can get another.
            self.states
                .retain(|_, state| Arc::strong_count(state) > 1 || !state.is_idle(now));
            let next = (self.states.len() * 2).max(SWEEP_FLOOR);
            self.sweep_at.store(next, Ordering::Relaxed);
        }
        self.states
            .entry(key.clone())
            .or_insert_with(|| Arc::new(make()))
            .clone()
    }
}

#[cfg(test)]
mod tests;
