//! The heartbeat: what a worker tells the others and `beffroi status` of itself, every second or so.
//!
//! It is JSON, read by workers of other versions too: unknown fields are ignored, missing ones have
//! their defaults. All moments in it are of the sender's clock.

use beffroi_model::{Job, Lane};
use jiff::{Timestamp, fmt::serde::timestamp::second};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest report, bytes. What would be longer tells its lanes without their figures.
pub const MAX_REPORT_BYTES: usize = 16 * 1024;

/// What a worker tells of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkerReport {
    /// Version of this shape, as its writer knew it; see [`WorkerReport::SCHEMA`].
    pub schema: u16,
    /// The worker's name, under which it records outcomes.
    pub worker: String,
    /// This life of it: drawn by the process when it starts.
    pub session: Uuid,
    /// Version of the program.
    pub version: String,
    /// Version of the jobs that it writes and reads ([`Job::SCHEMA`]).
    pub job_schema: u16,
    /// `queue.hold`, milliseconds: must be the same for all.
    pub hold_ms: u64,
    /// When it started, by its clock.
    pub started_at: Timestamp,
    /// When this was sent, by its clock.
    pub sent_at: Timestamp,
    /// Rises by one with each report of a session, from 1.
    pub sequence: u64,
    /// Where it is in its life.
    pub state: WorkerState,
    /// The patterns of the lanes it works in; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wants: Vec<String>,
    /// The lanes it holds, and those where it still has jobs in flight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<LaneReport>,
    /// Memory of the process, bytes; `None` where the system does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss_bytes: Option<u64>,
    /// Its open file descriptors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_fds: Option<u64>,
    /// Websites being visited.
    pub sites_in_flight: u32,
}

/// Where a worker is in its life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum WorkerState {
    /// It listens for the others and holds nothing yet.
    Starting,
    /// It takes its share of the lanes.
    Working,
    /// It lets go of its lanes and takes no other: the others share them out without it.
    Leaving,
    /// A state that this version does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

/// A lane, as its worker sees it. Counts are of the worker's present life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneReport {
    /// The lane.
    pub lane: Lane,
    /// Since when it is held, in seconds; `None` when it is not any more, and jobs are still in flight.
    #[serde(
        default,
        with = "second::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub held_since: Option<Timestamp>,
    /// Jobs being worked on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub in_flight: u32,
    /// Jobs taken and not begun.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waiting: u32,
    /// Jobs ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ended: u64,
    /// Jobs put off after a try.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub put_off: u64,
    /// Jobs put off without a try.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub parked: u64,
    /// Requests of the last ten seconds, counted when their visit ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub requests: u64,
    /// What the budget would allow in ten seconds; `None` where it is not one rate (hosts have their
    /// own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<f64>,
}

/// Bytes that are no report.
#[derive(Debug, thiserror::Error)]
#[error("a heartbeat cannot be read")]
pub struct UnreadableReport(#[from] serde_json::Error);

impl WorkerReport {
    /// The present version of the shape.
    pub const SCHEMA: u16 = 1;

    /// The first report of a process that starts now, to be kept and sent again and again, each time
    /// with [`WorkerReport::next`]. `session` is drawn here.
    pub fn new(worker: String, hold_ms: u64, wants: Vec<String>) -> Self {
        let now = Timestamp::now();
        Self {
            schema: Self::SCHEMA,
            worker,
            session: new_session(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            job_schema: Job::SCHEMA,
            hold_ms,
            started_at: now,
            sent_at: now,
            state: WorkerState::Starting,
            wants,
            ..Self::default()
        }
    }

    /// Makes it the next one, sent now. Figures come from [`crate::Metrics::fill`].
    pub fn next(&mut self) {
        self.sequence += 1;
        self.sent_at = Timestamp::now();
    }

    /// As it travels, at most [`MAX_REPORT_BYTES`] long (with some 300 lanes or fewer).
    pub fn encode(&self) -> Vec<u8> {
        let json = to_json(self);
        if json.len() <= MAX_REPORT_BYTES {
            return json;
        }
        let bare = |it: &LaneReport| LaneReport {
            held_since: it.held_since,
            ..LaneReport::of(it.lane.clone())
        };
        to_json(&Self {
            lanes: self.lanes.iter().map(bare).collect(),
            ..self.clone()
        })
    }

    /// Reads what another worker sent.
    pub fn decode(bytes: &[u8]) -> Result<Self, UnreadableReport> {
        Ok(serde_json::from_slice(bytes)?)
    }
}

impl Default for WorkerReport {
    fn default() -> Self {
        Self {
            schema: 0,
            worker: String::new(),
            session: Uuid::nil(),
            version: String::new(),
            job_schema: 0,
            hold_ms: 0,
            started_at: Timestamp::UNIX_EPOCH,
            sent_at: Timestamp::UNIX_EPOCH,
            sequence: 0,
            state: WorkerState::Unknown,
            wants: Vec::new(),
            lanes: Vec::new(),
            rss_bytes: None,
            open_fds: None,
            sites_in_flight: 0,
        }
    }
}

impl LaneReport {
    /// A lane of which nothing else is known.
    pub fn of(lane: Lane) -> Self {
        Self {
            lane,
            held_since: None,
            in_flight: 0,
            waiting: 0,
            ended: 0,
            put_off: 0,
            parked: 0,
            requests: 0,
            allowed: None,
        }
    }

    /// Whether its jobs visit websites.
    pub fn is_of_hosts(&self) -> bool {
        self.lane.as_str().starts_with("host.")
    }
}

fn to_json(report: &WorkerReport) -> Vec<u8> {
    serde_json::to_vec(report).expect("a report is plain JSON")
}

fn new_session() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> WorkerReport {
        let mut report = WorkerReport::new("machine-1".to_owned(), 5000, vec!["host.*".to_owned()]);
        report.next();
        report.state = WorkerState::Working;
        report.lanes = vec![LaneReport {
            held_since: Some("2026-11-26T02:00:00Z".parse().unwrap()),
            in_flight: 3,
            allowed: Some(50.0),
            ..LaneReport::of(Lane::host(7))
        }];
        report.rss_bytes = Some(123_456_789);
        report
    }

    fn busy(shard: u16) -> LaneReport {
        LaneReport {
            held_since: Some("2026-11-26T02:00:00Z".parse().unwrap()),
            in_flight: 256,
            waiting: 256,
            ended: 123_456,
            put_off: 12_345,
            parked: 12_345,
            requests: 12_345,
            allowed: Some(1234.5),
            ..LaneReport::of(Lane::host(shard))
        }
    }

    #[test]
    fn what_is_sent_is_read() {
        let report = report();
        assert_eq!(report.sequence, 1);
        assert_eq!(WorkerReport::decode(&report.encode()).unwrap(), report);
        assert_ne!(new_session(), new_session());
    }

    #[test]
    fn a_newer_report_is_read_as_far_as_it_is_known() {
        let newer = br#"{"schema":9,"worker":"w","state":"hibernating","mood":"good",
            "lanes":[{"lane":"host.01","in_flight":2,"colour":"red"}],"sequence":4}"#;
        let report = WorkerReport::decode(newer).unwrap();
        assert_eq!((report.schema, report.sequence), (9, 4));
        assert_eq!(report.state, WorkerState::Unknown);
        assert_eq!(report.lanes[0].in_flight, 2);
        assert_eq!(report.lanes[0].held_since, None);
        assert_eq!(report.rss_bytes, None);
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert!(WorkerReport::decode(b"").is_err());
        assert!(WorkerReport::decode(br#"{"lanes":7}"#).is_err());
    }

    #[test]
    fn a_hundred_busy_lanes_fit_with_their_figures() {
        let mut report = report();
        report.lanes = (0..100).map(busy).collect();
        let bytes = report.encode();
        assert!(bytes.len() <= MAX_REPORT_BYTES, "{} bytes", bytes.len());
        assert_eq!(WorkerReport::decode(&bytes).unwrap(), report);
    }

    #[test]
    fn of_more_lanes_only_the_names_are_told() {
        let mut report = report();
        report.lanes = (0..250).map(busy).collect();
        let bytes = report.encode();
        assert!(bytes.len() <= MAX_REPORT_BYTES, "{} bytes", bytes.len());
        let read = WorkerReport::decode(&bytes).unwrap();
        assert_eq!(read.lanes.len(), 250);
        assert!(
            read.lanes
                .iter()
                .all(|it| it.held_since.is_some() && it.ended == 0)
        );
    }
}
