//! What a worker's process counts, for `/metrics`, for heartbeats and so for `beffroi status`.
//!
//! What the store knows (a run's progress) is asked of the store; here is only what this process did.
//! Counting costs an atomic addition: whoever counts in a lane has a handle of its own.

mod catalogue;
mod family;
mod lane;
mod process;
mod recent;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use beffroi_fetch::CountersSnapshot;
use beffroi_model::{Job, Lane, Platform};
use jiff::{SignedDuration, Timestamp};
use prometheus_client::{
    encoding::prometheus_text,
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::{Metric, Registry},
};

use self::{
    catalogue::{
        BUILD, CLOCK_OFFSET, FETCH_BYTES, FETCH_FAILURES, FETCH_REQUESTS, HEARTBEATS_HEARD,
        HOLDS_BEGUN, HOLDS_ENDED, JOB_REASONS, JOBS_BURIED, JOBS_ENDED, JOBS_GIVEN_BACK,
        JOBS_HANDED_OVER, JOBS_IN_FLIGHT, JOBS_PARKED, JOBS_PUT_OFF, JOBS_REPEATED, JOBS_TAKEN,
        JOBS_WAITING, LANE_ALLOWED, LANE_BYTES, LANE_HELD, LANE_REQUESTS, LOOKUPS, PROCESS_FDS,
        PROCESS_MEMORY, PROCESS_START, QUEUE_BLOCKED, REQUEST_DURATION, TAKEOVER, WORKERS_KNOWN,
        WRITER_FAILURES, WRITER_ROWS, WRITER_WAITING,
    },
    family::{Labelled, register},
};
pub use self::{
    catalogue::{METRICS, MetricKind, MetricSpec},
    lane::{Counted, HoldEnd, LaneMetrics},
};
use crate::report::WorkerReport;

/// The `Content-Type` of [`Metrics::render`].
pub const METRICS_CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

type Float = Gauge<f64, AtomicU64>;

/// The program's version: all crates of the workspace have the same.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Looks at something that nobody tells of by itself, just before the metrics are read.
type Sampler = Box<dyn Fn(&Metrics) + Send + Sync>;

/// What this process counts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Shared>);

struct Shared {
    registry: Registry,
    families: Arc<Families>,
    lanes: Mutex<BTreeMap<Lane, LaneMetrics>>,
    samplers: Mutex<Vec<Sampler>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Everything that is counted, as registered.
#[derive(Debug)]
struct Families {
    taken: Labelled<Counter, 1>,
    waiting: Labelled<Gauge, 1>,
    in_flight: Labelled<Gauge, 1>,
    ended: Labelled<Counter, 2>,
    reasons: Labelled<Counter, 3>,
    repeated: Labelled<Counter, 1>,
    put_off: Labelled<Counter, 1>,
    parked: Labelled<Counter, 1>,
    handed_over: Labelled<Counter, 1>,
    given_back: Labelled<Counter, 1>,
    buried: Labelled<Counter, 1>,
    held: Labelled<Gauge, 1>,
    holds_begun: Labelled<Counter, 1>,
    holds_ended: Labelled<Counter, 2>,
    takeover: Histogram,
    requests: Labelled<Counter, 1>,
    bytes: Labelled<Counter, 1>,
    allowed: Labelled<Float, 1>,
    request_duration: Labelled<Histogram, 1>,
    fetch_requests: Counter,
    fetch_bytes: Counter,
    fetch_failures: Labelled<Counter, 1>,
    writer_waiting: Gauge,
    writer_rows: Counter,
    writer_failures: Counter,
    lookups: Histogram,
    queue_blocked: Gauge,
    heartbeats_heard: Counter,
    workers_known: Gauge,
    /// Without labels, and there only once it is known: an unknown figure is no zero.
    clock_offset: Labelled<Float, 0>,
    process_memory: Labelled<Gauge, 0>,
    process_fds: Labelled<Gauge, 0>,
}

impl Metrics {
    /// Begins to count.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let families = Arc::new(Families::register(&mut registry));
        Self(Arc::new(Shared {
            registry,
            families,
            lanes: Mutex::default(),
            samplers: Mutex::default(),
        }))
    }

    /// The handle of a lane, whose jobs measure accounts of `platform`; the same one for the same lane.
    pub fn lane(&self, lane: &Lane, platform: Platform) -> LaneMetrics {
        let mut lanes = lock(&self.0.lanes);
        let known = lanes.entry(lane.clone());
        let new = || LaneMetrics::new(&self.0.families, lane, platform);
        known.or_insert_with(new).clone()
    }

    /// What is to be looked at whenever the metrics are read. It is called often, and must not wait.
    pub fn before_reading(&self, look: impl Fn(&Metrics) + Send + Sync + 'static) {
        lock(&self.0.samplers).push(Box::new(look));
    }

    /// What the polite client has done since it was made. To be told by one client only.
    pub fn fetched(&self, counters: &CountersSnapshot) {
        let families = &self.0.families;
        raise(&families.fetch_requests, counters.exchanges_total);
        raise(&families.fetch_bytes, counters.body_bytes_total);
        for (class, failures) in &counters.failures_total {
            let failed = families.fetch_failures.of([(*class).into()]);
            raise(&failed, *failures);
        }
    }

    /// Where the writer to the store is: jobs whose rows wait, and what it has done since it began.
    pub fn writer(&self, jobs_waiting: usize, rows_written: u64, tries_failed: u64) {
        let families = &self.0.families;
        set(&families.writer_waiting, jobs_waiting);
        raise(&families.writer_rows, rows_written);
        raise(&families.writer_failures, tries_failed);
    }

    /// The store told what is known of some jobs, after so long.
    pub fn looked_up(&self, duration: Duration) {
        self.0.families.lookups.observe(duration.as_secs_f64());
    }

    /// Whether the broker blocks publishers.
    pub fn queue_blocked(&self, is_blocked: bool) {
        set(&self.0.families.queue_blocked, usize::from(is_blocked));
    }

    /// A heartbeat was heard.
    pub fn heartbeat_heard(&self) {
        self.0.families.heartbeats_heard.inc();
    }

    /// Among how many workers the lanes are shared out.
    pub fn workers_known(&self, workers: usize) {
        set(&self.0.families.workers_known, workers);
    }

    /// How far the store's clock is ahead of ours.
    pub fn clock_offset(&self, offset: SignedDuration) {
        let clock_offset = self.0.families.clock_offset.of([]);
        clock_offset.set(offset.as_secs_f64());
    }

    /// Fills in what a heartbeat tells of this process and its lanes: those that it holds and those
    /// that still have jobs in flight.
    pub fn fill(&self, report: &mut WorkerReport) {
        let lanes: Vec<LaneMetrics> = lock(&self.0.lanes).values().cloned().collect();
        let reports = lanes.iter().map(LaneMetrics::report);
        report.lanes = reports
            .filter(|it| it.held_since.is_some() || it.in_flight > 0)
            .collect();
        let sites = report.lanes.iter().filter(|it| it.is_of_hosts());
        report.sites_in_flight = sites.map(|it| it.in_flight).sum();
        report.rss_bytes = process::resident_bytes();
        report.open_fds = process::open_fds();
    }

    /// All of it in Prometheus' text format.
    pub fn render(&self) -> String {
        // One reader at a time, so that two do not both raise a counter to what they have seen.
        let samplers = lock(&self.0.samplers);
        for look in &*samplers {
            look(self);
        }
        let families = &self.0.families;
        set_known(&families.process_memory, process::resident_bytes());
        set_known(&families.process_fds, process::open_fds());
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.0.registry)
            .expect("a text takes all that is written");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Families {
    fn register(registry: &mut Registry) -> Self {
        let of = registry;
        let start: Gauge = Gauge::default();
        start.set(Timestamp::now().as_second());
        register(of, PROCESS_START, start);
        let build = Labelled::<Gauge, 2>::register(of, BUILD, Gauge::default);
        let schema = Job::SCHEMA.to_string();
        build.of([VERSION.into(), schema.into()]).set(1);
        Self {
            taken: Labelled::register(of, JOBS_TAKEN, Counter::default),
            waiting: Labelled::register(of, JOBS_WAITING, Gauge::default),
            in_flight: Labelled::register(of, JOBS_IN_FLIGHT, Gauge::default),
            ended: Labelled::register(of, JOBS_ENDED, Counter::default),
            reasons: Labelled::register(of, JOB_REASONS, Counter::default),
            repeated: Labelled::register(of, JOBS_REPEATED, Counter::default),
            put_off: Labelled::register(of, JOBS_PUT_OFF, Counter::default),
            parked: Labelled::register(of, JOBS_PARKED, Counter::default),
            handed_over: Labelled::register(of, JOBS_HANDED_OVER, Counter::default),
            given_back: Labelled::register(of, JOBS_GIVEN_BACK, Counter::default),
            buried: Labelled::register(of, JOBS_BURIED, Counter::default),
            held: Labelled::register(of, LANE_HELD, Gauge::default),
            holds_begun: Labelled::register(of, HOLDS_BEGUN, Counter::default),
            holds_ended: Labelled::register(of, HOLDS_ENDED, Counter::default),
            takeover: plain(of, TAKEOVER, waits()),
            requests: Labelled::register(of, LANE_REQUESTS, Counter::default),
            bytes: Labelled::register(of, LANE_BYTES, Counter::default),
            allowed: Labelled::register(of, LANE_ALLOWED, Float::default),
            request_duration: Labelled::register(of, REQUEST_DURATION, waits),
            fetch_requests: plain(of, FETCH_REQUESTS, Counter::default()),
            fetch_bytes: plain(of, FETCH_BYTES, Counter::default()),
            fetch_failures: Labelled::register(of, FETCH_FAILURES, Counter::default),
            writer_waiting: plain(of, WRITER_WAITING, Gauge::default()),
            writer_rows: plain(of, WRITER_ROWS, Counter::default()),
            writer_failures: plain(of, WRITER_FAILURES, Counter::default()),
            lookups: plain(of, LOOKUPS, waits()),
            queue_blocked: plain(of, QUEUE_BLOCKED, Gauge::default()),
            heartbeats_heard: plain(of, HEARTBEATS_HEARD, Counter::default()),
            workers_known: plain(of, WORKERS_KNOWN, Gauge::default()),
            clock_offset: Labelled::register(of, CLOCK_OFFSET, Float::default),
            process_memory: Labelled::register(of, PROCESS_MEMORY, Gauge::default),
            process_fds: Labelled::register(of, PROCESS_FDS, Gauge::default),
        }
    }
}

/// A metric without labels.
fn plain<M: Metric + Clone>(registry: &mut Registry, spec: MetricSpec, metric: M) -> M {
    register(registry, spec, metric.clone());
    metric
}

/// Durations from a look-up in the store to the longest request (20 s) and a slow takeover.
fn waits() -> Histogram {
    Histogram::new([
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0,
    ])
}

fn set(gauge: &Gauge, value: usize) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

fn set_known(gauge: &Labelled<Gauge, 0>, value: Option<u64>) {
    if let Some(value) = value {
        let gauge = gauge.of([]);
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    }
}

/// Brings a counter to a total that is counted elsewhere; it never falls.
fn raise(counter: &Counter, total: u64) {
    counter.inner().fetch_max(total, Ordering::Relaxed);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
