//! What happens in one lane, counted by a handle that is made once and counts without a look-up.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use beffroi_model::{FetchRecord, Lane, Outcome, OutcomeKind, Platform};
use jiff::Timestamp;
use prometheus_client::metrics::{counter::Counter, gauge::Gauge, histogram::Histogram};
use strum::IntoEnumIterator as _;

use super::{Families, recent::Recent};
use crate::report::LaneReport;

/// Counts what happens in one lane. Cheap to clone; see [`super::Metrics::lane`].
#[derive(Debug, Clone)]
pub struct LaneMetrics(Arc<Figures>);

/// Why a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum HoldEnd {
    /// The lane is another worker's now.
    Yielded,
    /// This worker stops.
    Leaving,
    /// The broker did not answer in time, or the connection broke.
    Lost,
}

/// Jobs that are counted until this is dropped, however what is done with them ends.
#[derive(Debug)]
#[must_use = "the jobs are counted until this is dropped"]
pub struct Counted {
    gauge: Gauge,
    jobs: i64,
}

#[derive(Debug)]
struct Figures {
    lane: Lane,
    families: Arc<Families>,
    platform: &'static str,
    taken: Counter,
    waiting: Gauge,
    in_flight: Gauge,
    /// By outcome, in their order.
    ended: Vec<Counter>,
    repeated: Counter,
    put_off: Counter,
    parked: Counter,
    handed_over: Counter,
    given_back: Counter,
    buried: Counter,
    held: Gauge,
    held_since: Mutex<Option<Timestamp>>,
    holds_begun: Counter,
    /// By [`HoldEnd`], in their order.
    holds_ended: Vec<Counter>,
    requests: Counter,
    recent_requests: Recent,
    bytes: Counter,
    request_duration: Histogram,
    /// Only of lanes of which it is known.
    allowed: OnceLock<Gauge<f64, AtomicU64>>,
}

impl LaneMetrics {
    pub(super) fn new(families: &Arc<Families>, lane: &Lane, platform: Platform) -> Self {
        let name = || Cow::Owned(lane.to_string());
        let platform: &'static str = platform.into();
        let ended = |kind: OutcomeKind| families.ended.of([name(), kind.as_str().into()]);
        let hold_ended = |end: HoldEnd| {
            let reason: &'static str = end.into();
            families.holds_ended.of([name(), reason.into()])
        };
        Self(Arc::new(Figures {
            lane: lane.clone(),
            platform,
            taken: families.taken.of([name()]),
            waiting: families.waiting.of([name()]),
            in_flight: families.in_flight.of([name()]),
            ended: OutcomeKind::iter().map(ended).collect(),
            repeated: families.repeated.of([name()]),
            put_off: families.put_off.of([name()]),
            parked: families.parked.of([name()]),
            handed_over: families.handed_over.of([name()]),
            given_back: families.given_back.of([name()]),
            buried: families.buried.of([name()]),
            held: families.held.of([name()]),
            held_since: Mutex::default(),
            holds_begun: families.holds_begun.of([name()]),
            holds_ended: HoldEnd::iter().map(hold_ended).collect(),
            requests: families.requests.of([name()]),
            recent_requests: Recent::new(),
            bytes: families.bytes.of([name()]),
            request_duration: families.request_duration.of([platform.into()]),
            allowed: OnceLock::new(),
            families: Arc::clone(families),
        }))
    }

    /// Jobs were taken from the queue.
    pub fn taken(&self, jobs: usize) {
        self.0.taken.inc_by(jobs as u64);
    }

    /// Jobs wait to be begun, until the answer is dropped.
    pub fn waiting(&self, jobs: usize) -> Counted {
        Counted::new(&self.0.waiting, jobs)
    }

    /// Jobs are worked on, until the answer is dropped.
    pub fn in_flight(&self, jobs: usize) -> Counted {
        Counted::new(&self.0.in_flight, jobs)
    }

    /// A job's outcome is in the store.
    pub fn ended(&self, outcome: Outcome) {
        let kind = outcome.kind();
        self.0.ended[kind as usize].inc();
        if let Some(reason) = outcome.reason() {
            let labels = [self.0.platform.into(), kind.as_str().into(), reason.into()];
            self.0.families.reasons.of(labels).inc();
        }
    }

    /// A job was delivered that had ended already, or is being worked on here.
    pub fn repeated(&self) {
        self.0.repeated.inc();
    }

    /// A try failed, and the job was published again for later.
    pub fn put_off(&self) {
        self.0.put_off.inc();
    }

    /// A job was published again for later, without a try.
    pub fn parked(&self) {
        self.0.parked.inc();
    }

    /// A job was handed over to another host group's lane.
    pub fn handed_over(&self) {
        self.0.handed_over.inc();
    }

    /// Jobs were given back to the queue unfinished.
    pub fn given_back(&self, jobs: usize) {
        self.0.given_back.inc_by(jobs as u64);
    }

    /// A job was buried.
    pub fn buried(&self) {
        self.0.buried.inc();
    }

    /// A hold began. A second word of the same hold changes nothing.
    pub fn hold_begun(&self) {
        let mut since = self.held_since();
        if since.is_none() {
            *since = Some(Timestamp::now());
            self.0.held.set(1);
            self.0.holds_begun.inc();
        }
    }

    /// The hold ended. Without one, nothing is counted.
    pub fn hold_ended(&self, why: HoldEnd) {
        if self.held_since().take().is_some() {
            self.0.held.set(0);
            self.0.holds_ended[why as usize].inc();
        }
    }

    /// The first job of a hold was begun, so long after the hold did.
    pub fn first_job_after(&self, takeover: Duration) {
        self.0.families.takeover.observe(takeover.as_secs_f64());
    }

    /// A visit ended, whatever came of it: these are all its requests.
    pub fn visited(&self, requests: &[FetchRecord]) {
        let mut bytes = 0;
        for request in requests {
            bytes += request.body_bytes;
            let secs = f64::from(request.duration_ms) / 1000.0;
            self.0.request_duration.observe(secs);
        }
        self.0.requests.inc_by(requests.len() as u64);
        self.0.recent_requests.add(requests.len() as u64);
        self.0.bytes.inc_by(bytes);
    }

    /// What the lane's budget allows, requests per second. Only to be told where it is one rate: of a
    /// lane whose hosts have their own nobody knows it.
    pub fn allow(&self, requests_per_second: f64) {
        let new = || self.0.families.allowed.of([self.0.lane.to_string().into()]);
        self.0.allowed.get_or_init(new).set(requests_per_second);
    }

    /// The lane in a heartbeat.
    pub fn report(&self) -> LaneReport {
        let Figures {
            waiting, in_flight, ..
        } = &*self.0;
        let count = |gauge: &Gauge| u32::try_from(gauge.get()).unwrap_or_default();
        let window = Recent::WINDOW.as_secs_f64();
        LaneReport {
            lane: self.0.lane.clone(),
            held_since: *self.held_since(),
            in_flight: count(in_flight),
            waiting: count(waiting),
            ended: self.0.ended.iter().map(Counter::get).sum(),
            put_off: self.0.put_off.get(),
            parked: self.0.parked.get(),
            requests: self.0.recent_requests.count(),
            allowed: self.0.allowed.get().map(|rate| rate.get() * window),
        }
    }

    fn held_since(&self) -> MutexGuard<'_, Option<Timestamp>> {
        let since = self.0.held_since.lock();
        since.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn new(gauge: &Gauge, jobs: usize) -> Self {
        let jobs = i64::try_from(jobs).unwrap_or(i64::MAX);
        gauge.inc_by(jobs);
        Self {
            gauge: gauge.clone(),
            jobs,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.gauge.dec_by(self.jobs);
    }
}
