//! The one list of metrics: what `/metrics` says of each, what `docs/metrics.md` tells, and what the
//! code counts are all made of it.
//!
//! Labels are few and bounded: `lane`, `platform`, `outcome`, `reason`; never an account or a host. (The
//! version of the program is one more, of a metric that exists to tell it.)

/// What is known of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricSpec {
    /// Its name, as scraped; of a histogram without `_bucket`, `_sum` and `_count`.
    pub name: &'static str,
    /// What kind of figure it is.
    pub kind: MetricKind,
    /// What is counted.
    pub unit: &'static str,
    /// Its labels, in order.
    pub labels: &'static [&'static str],
    /// What it means: a sentence without its final point.
    pub help: &'static str,
}

/// What kind of figure a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum MetricKind {
    /// It only rises while the process lives.
    Counter,
    /// It rises and falls.
    Gauge,
    /// Durations, counted by how long they were.
    Histogram,
}

macro_rules! catalogue {
    ($( $id:ident = $kind:ident $name:literal $labels:tt $unit:literal: $help:literal; )*) => {
        $(
            pub(super) const $id: MetricSpec = MetricSpec {
                name: $name,
                kind: MetricKind::$kind,
                unit: $unit,
                labels: &$labels,
                help: $help,
            };
        )*

        /// Every metric, by subject.
        pub const METRICS: &[MetricSpec] = &[$($id),*];
    };
}

catalogue! {
    JOBS_TAKEN = Counter "beffroi_jobs_taken_total" ["lane"] "jobs":
        "Jobs that were taken from the queue, repeats included";
    JOBS_WAITING = Gauge "beffroi_jobs_waiting" ["lane"] "jobs":
        "Jobs taken and not begun: they wait for the look-up or for their place among the visits";
    JOBS_IN_FLIGHT = Gauge "beffroi_jobs_in_flight" ["lane"] "jobs":
        "Jobs being worked on";
    JOBS_ENDED = Counter "beffroi_jobs_ended_total" ["lane", "outcome"] "jobs":
        "Jobs whose outcome is in the store";
    JOB_REASONS = Counter "beffroi_job_reasons_total" ["platform", "outcome", "reason"] "jobs":
        "Jobs that ended otherwise than measured or unchanged, by the outcome's reason";
    JOBS_REPEATED = Counter "beffroi_jobs_repeated_total" ["lane"] "jobs":
        "Jobs that were delivered though they had ended or were being worked on: acknowledged or given up unread";
    JOBS_PUT_OFF = Counter "beffroi_jobs_put_off_total" ["lane"] "jobs":
        "Tries that failed in a way that may pass: the job was published again for later";
    JOBS_PARKED = Counter "beffroi_jobs_parked_total" ["lane"] "jobs":
        "Jobs published again for later without a try: their host was not to be asked yet, or their turn was too far away";
    JOBS_HANDED_OVER = Counter "beffroi_jobs_handed_over_total" ["lane"] "jobs":
        "Jobs handed over to the lane of another host group";
    JOBS_GIVEN_BACK = Counter "beffroi_jobs_given_back_total" ["lane"] "jobs":
        "Jobs given back to the queue unfinished: the lane was let go of or lost, or the store failed";
    JOBS_BURIED = Counter "beffroi_jobs_buried_total" ["lane"] "jobs":
        "Jobs that failed for good and went to the dead letters";

    LANE_HELD = Gauge "beffroi_lane_held" ["lane"] "0 or 1":
        "Whether this process holds the lane";
    HOLDS_BEGUN = Counter "beffroi_lane_holds_begun_total" ["lane"] "holds":
        "How often this process began to hold the lane";
    HOLDS_ENDED = Counter "beffroi_lane_holds_ended_total" ["lane", "reason"] "holds":
        "How often the hold ended: `yielded` (the lane is another worker's now), `leaving` (this worker stops), `lost` (the broker did not answer in time, or the connection broke)";
    TAKEOVER = Histogram "beffroi_lane_takeover_seconds" [] "seconds":
        "Time from the beginning of a hold to the first job of it that was begun";

    LANE_REQUESTS = Counter "beffroi_lane_requests_total" ["lane"] "requests":
        "Requests sent for jobs of the lane, counted when the visit ends";
    LANE_BYTES = Counter "beffroi_lane_body_bytes_total" ["lane"] "bytes":
        "Bytes of the bodies they brought, after decompression";
    LANE_ALLOWED = Gauge "beffroi_lane_requests_allowed_per_second" ["lane"] "requests per second":
        "What the lane's budget allows; only of lanes whose budget is one rate (not of hosts, each of which has its own)";
    REQUEST_DURATION = Histogram "beffroi_request_duration_seconds" ["platform"] "seconds":
        "Time of a request, from sending to the end of the body";
    FETCH_REQUESTS = Counter "beffroi_fetch_requests_total" [] "requests":
        "Exchanges of the polite client with servers: robots.txt, redirects and retries included";
    FETCH_BYTES = Counter "beffroi_fetch_body_bytes_total" [] "bytes":
        "Bytes of bodies that the polite client read, after decompression";
    FETCH_FAILURES = Counter "beffroi_fetch_failures_total" ["reason"] "requests":
        "Exchanges of the polite client that failed, by error class";

    WRITER_WAITING = Gauge "beffroi_writer_jobs_waiting" [] "jobs":
        "Jobs whose rows wait for the batch under way; at 512 the visits wait for the store";
    WRITER_ROWS = Counter "beffroi_writer_rows_total" [] "rows":
        "Rows of jobs that the store confirmed";
    WRITER_FAILURES = Counter "beffroi_writer_failures_total" [] "tries":
        "Tries to write a batch that the store did not take; each is tried again";
    LOOKUPS = Histogram "beffroi_lookup_duration_seconds" [] "seconds":
        "Time until the store told what is known of the jobs of a batch";

    QUEUE_BLOCKED = Gauge "beffroi_queue_blocked" [] "0 or 1":
        "Whether the broker blocks publishers (a memory or disk alarm)";
    HEARTBEATS_HEARD = Counter "beffroi_heartbeats_heard_total" [] "heartbeats":
        "Heartbeats heard from workers, our own included";
    WORKERS_KNOWN = Gauge "beffroi_workers_known" [] "workers":
        "Workers among whom this one shares the lanes out, itself included";
    CLOCK_OFFSET = Gauge "beffroi_clock_offset_seconds" [] "seconds":
        "How far the store's clock is ahead of ours";

    PROCESS_MEMORY = Gauge "beffroi_process_resident_memory_bytes" [] "bytes":
        "Memory of the process that is in use";
    PROCESS_FDS = Gauge "beffroi_process_open_fds" [] "descriptors":
        "Open file descriptors of the process";
    PROCESS_START = Gauge "beffroi_process_start_time_seconds" [] "seconds since 1970":
        "When the process began to count";
    BUILD = Gauge "beffroi_build_info" ["version", "job_schema"] "1":
        "The program's version and the version of the jobs that it writes";
}
