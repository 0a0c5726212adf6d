//! A visit and its records.

use beffroi_connectors::MeasureRequest;
use beffroi_fetch::Recording;
use beffroi_model::{JobId, Platform, RunId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{call, warc::Record};

/// What a connector was asked to measure in one call, and what it was answered.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The platform.
    pub platform: Platform,
    /// The program that visited.
    pub program: String,
    /// When it ended.
    pub at: Timestamp,
    /// The accounts, in the order in which they were handed over.
    pub requests: Vec<ArchivedRequest>,
    /// What was asked and answered, without anything of citizens'.
    pub recording: Recording,
}

/// One account of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivedRequest {
    /// The run that it was measured for.
    pub run_id: RunId,
    /// The job.
    pub job_id: JobId,
    /// What the connector was handed.
    pub request: MeasureRequest,
}

/// The block of a visit's own record.
#[derive(Serialize, Deserialize)]
struct Head {
    platform: Platform,
    program: String,
    /// Not told by the first archives, whose connectors did not ask by it.
    #[serde(default)]
    began: Option<Timestamp>,
    #[serde(default)]
    is_cut: bool,
    answers: usize,
    requests: Vec<ArchivedRequest>,
}

/// The type of a visit's own record.
pub(crate) const OF_VISIT: &str = "application/json;profile=beffroi-visit";

impl Visit {
    pub(crate) fn records(&self) -> Vec<Record> {
        let head = Head {
            platform: self.platform,
            program: self.program.clone(),
            began: Some(self.recording.began),
            is_cut: self.recording.is_cut,
            answers: self.recording.takes.len(),
            requests: self.requests.clone(),
        };
        let block = serde_json::to_vec(&head).expect("text and numbers are JSON");
        let visit = Record::new("metadata", OF_VISIT, self.at, block);
        let concurrent = format!("<urn:uuid:{}>", visit.id);
        let mut records = vec![visit];
        for take in &self.recording.takes {
            let of_take = call::records(take).into_iter();
            records.extend(of_take.map(|it| it.with("WARC-Concurrent-To", &concurrent)));
        }
        records
    }

    /// The visit without its answers yet, and how many of them follow its record.
    pub(crate) fn begin(record: &Record) -> Option<(Self, usize)> {
        let head: Head = serde_json::from_slice(&record.block).ok()?;
        let visit = Self {
            platform: head.platform,
            program: head.program,
            at: record.at,
            requests: head.requests,
            recording: Recording {
                began: head.began.unwrap_or(record.at),
                takes: Vec::with_capacity(head.answers.min(1024)),
                is_cut: head.is_cut,
            },
        };
        Some((visit, head.answers))
    }
}
