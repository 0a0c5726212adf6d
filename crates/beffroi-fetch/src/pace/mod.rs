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
mod group;
mod host;
mod patience;
mod permit;
mod states;

use std::{
    future::pending,
    sync::{Arc, PoisonError},
    time::Duration,
};

use beffroi_model::Failed;
use jiff::Timestamp;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use crate::{
    BudgetSpec, FetchSettings, HostGroup, HostMemory, LanePass, guard::Target, memory::Notebook,
    pass::Held,
};
use budget::holder_of;
use group::{Group, group_of};
use host::{Host, Readiness};
use patience::{Backoff, FORGIVEN_AFTER};
use permit::Beside;
pub(crate) use permit::Permit;
use states::States;

/// The gates of everything that goes out.
pub(crate) struct Pace {
    /// What there is to remember.
    pub(crate) notebook: Notebook,
    settings: FetchSettings,
    backoff: Backoff,
    hosts: States<String, Host>,
    groups: States<HostGroup, Group>,
    everywhere: Arc<Semaphore>,
}

/// At which pace a request goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tempo {
    /// A website's.
    Site(CrawlDelay),
    /// An API's.
    Api(BudgetSpec),
}

/// What a website's robots.txt asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CrawlDelay {
    /// It is not read yet: what is known from earlier holds.
    Unread,
    /// Its `Crawl-delay`, when there is one.
    Read(Option<Duration>),
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

impl Pace {
    pub(crate) fn new(settings: &FetchSettings) -> Self {
        Self {
            everywhere: Arc::new(Semaphore::new(settings.max_concurrent.get())),
            notebook: Notebook::default(),
            backoff: Backoff::new(settings),
            settings: settings.clone(),
            hosts: States::new(),
            groups: States::new(),
        }
    }

    /// Waits until the request may go. Once the lane is held no more it waits for ever, and is in
    /// nobody's way meanwhile.
    pub(crate) async fn enter<'a>(
        &'a self,
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
        let host = self.host(&host_key(&target.host, target.port));
        let visitor = Visitor {
            is_https,
            held,
            since,
        };
        let permit = match tempo {
            Tempo::Site(crawl_delay) => {
                if let CrawlDelay::Read(crawl_delay) = crawl_delay
                    && host.set_crawl_delay(crawl_delay)
                {
                    self.notebook.remember(host.memory());
                }
                self.enter_site(host, &target.group, visitor).await
            }
            Tempo::Api(budget) => self.enter_api(host, budget, visitor).await,
        };
        if permit.as_ref().err() == Some(&NotNow::HoldEnded) {
            pending::<()>().await;
        }
        permit
    }

    /// Takes over what another process knew. What is known here already is never shortened.
    pub(crate) fn recall(&self, memories: Vec<HostMemory>) {
        for mut memory in memories {
            let last = memory.blocked_until.max(Some(memory.at));
            let calm = last.map(|last| Timestamp::now().duration_since(last));
            let calm = calm.and_then(|calm| Duration::try_from(calm).ok());
            let calm = calm.unwrap_or_default();
            let longest = self.settings.max_crawl_delay;
            memory.crawl_delay = memory.crawl_delay.map(|delay| delay.min(longest));
            let Some(memory) = Some(memory).filter(|it| is_of_use(it, calm)) else {
                continue;
            };
            let (until, level) = (memory.blocked_until, memory.backoff);
            if let Some(group) = group_of(&memory.key) {
                let group = self.group(&group);
                let mut mood = group.mood();
                mood.patience.recall(until, level, calm, self.backoff);
                mood.slowed.recall(memory.slowed, calm);
            } else if let Some((host_key, holder)) = holder_of(&memory.key) {
                let patience = self.host(host_key).holder(holder);
                let mut patience = patience.lock().unwrap_or_else(PoisonError::into_inner);
                patience.recall(until, level, calm, self.backoff);
            } else {
                self.host(&memory.key).recall(&memory, calm, self.backoff);
            }
        }
    }

    async fn enter_site<'a>(
        &'a self,
        host: Arc<Host>,
        group: &HostGroup,
        visitor: Visitor<'a>,
    ) -> Result<Permit<'a>, NotNow> {
        let host_slot = acquire(&host.slots).await;
        let turn = host.turn.lock().await;
        let group = self.group(group);
        let since = visitor.since;
        let readiness = || {
            let now = Instant::now();
            match host.blocked(now).max(group.mood().patience.blocked(now)) {
                Some((moment, until)) => Readiness::Blocked(moment, until),
                None => host.readiness(visitor.is_https, Gap::Kept { since }),
            }
        };
        let (group_slot, whole_slot, asked_at) = loop {
            self.wait_until_ready(readiness).await?;
            let group_slot = acquire(&group.slots).await;
            let mut last_start = group.last_start.lock().await;
            // An unset moment is earlier than any other.
            let last = (*last_start).max(since);
            let slowed = group.mood().slowed.level(Instant::now());
            let interval = self.settings.group_interval * 2_u32.pow(u32::from(slowed));
            let next = last.map(|last| last + interval);
            if let Some(next) = next.filter(|next| *next > Instant::now()) {
                sleep_until(next).await;
            }
            let whole_slot = acquire(&self.everywhere).await;
            // Much may have happened to the host while others were waited for.
            if readiness() == Readiness::Now {
                visitor.look_last()?;
                let now = Instant::now();
                *last_start = Some(now);
                group.mood().settled = now + interval;
                host.begin(now);
                break (group_slot, whole_slot, now);
            }
        };
        drop(turn);
        let slots = vec![host_slot, group_slot, whole_slot];
        Ok(Permit {
            held: visitor.held,
            pace: self,
            host,
            beside: Beside::Group(group),
            is_https: visitor.is_https,
            asked_at,
            _slots: slots,
        })
    }

    async fn enter_api<'a>(
        &'a self,
        host: Arc<Host>,
        budget: BudgetSpec,
        visitor: Visitor<'a>,
    ) -> Result<Permit<'a>, NotNow> {
        let api = host.api(budget);
        let api_slot = acquire(&api.slots).await;
        let turn = api.turn.lock().await;
        let readiness = || match api.patience().blocked(Instant::now()) {
            Some((moment, until)) => Readiness::Blocked(moment, until),
            None => host.readiness(visitor.is_https, Gap::Ignored),
        };
        let whole_slot = loop {
            self.wait_until_ready(readiness).await?;
            api.wait(visitor.since).await;
            visitor.look_last()?;
            // The budget counts from the moment of sending: where others must be waited for, its
            // cell has been spent in vain and the next one is due.
            match self.everywhere.clone().try_acquire_owned() {
                Ok(slot) if readiness() == Readiness::Now => break slot,
                Ok(_) => {}
                Err(_) => drop(acquire(&self.everywhere).await),
            }
        };
        let asked_at = Instant::now();
        host.begin(asked_at);
        drop(turn);
        Ok(Permit {
            held: visitor.held,
            pace: self,
            host,
            beside: Beside::Api(api),
            is_https: visitor.is_https,
            asked_at,
            _slots: vec![api_slot, whole_slot],
        })
    }

    /// Waits for the host's gap and for a block that ends soon; gives up on a longer one.
    async fn wait_until_ready(&self, readiness: impl Fn() -> Readiness) -> Result<(), NotNow> {
        loop {
            match readiness() {
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

    fn host(&self, key: &str) -> Arc<Host> {
        let key = key.to_owned();
        self.hosts
            .get(&key, || Host::new(key.clone(), &self.settings))
    }

    fn group(&self, key: &HostGroup) -> Arc<Group> {
        let concurrency = self.settings.group_concurrency.get();
        self.groups
            .get(key, || Group::new(key.clone(), concurrency))
    }
}

/// Whether anything in a memory still holds after so much calm.
fn is_of_use(memory: &HostMemory, calm: Duration) -> bool {
    let levels = u32::from(memory.backoff.max(memory.slowed));
    memory.blocked_until.is_some_and(|it| it > Timestamp::now())
        || memory.crawl_delay.is_some()
        || levels > 0 && calm < FORGIVEN_AFTER * levels
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

#[cfg(test)]
mod tests;
