//! Runs, lanes and jobs: what the queue carries.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccountId, AccountRef, Platform, Subject};

/// Name of one nightly crawl: the night's date, and, when only a part was asked for, a label of
/// that part (`2026-11-23`, `2026-11-23.bluesky-35`). Names sort by date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// A text that is no run id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a run id is a date `YYYY-MM-DD`, optionally followed by `.` and a label of lower-case letters, digits and hyphens; found `{0}`"
)]
pub struct InvalidRunId(String);

impl RunId {
    /// The run's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The night's date.
    pub fn date(&self) -> jiff::civil::Date {
        self.0[..10].parse().expect("a run id begins with a date")
    }
}

impl FromStr for RunId {
    type Err = InvalidRunId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidRunId(text.to_owned());
        let date = text.get(..10).ok_or_else(invalid)?;
        date.parse::<jiff::civil::Date>().map_err(|_| invalid())?;
        let label_is_plain = |label: &str| {
            !label.is_empty()
                && label.len() <= 64
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text[10..].strip_prefix('.') {
            None if text.len() == 10 => {}
            Some(label) if label_is_plain(label) => {}
            _ => return Err(invalid()),
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for RunId {
    type Error = InvalidRunId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> Self {
        run.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stream of jobs that share one budget; its text is the routing key: `api.bluesky`,
/// `api.youtube.main`, `host.07`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(String);

impl Lane {
    /// The lane of a platform's API.
    pub fn api(platform: Platform) -> Self {
        Self(format!("api.{platform}"))
    }

    /// The lane of one of the credentials for a platform's API, which has budgets of its own.
    pub fn of_credential(platform: Platform, credential: &str) -> Self {
        Self(format!("api.{platform}.{credential}"))
    }

    /// A shard of host groups.
    pub fn host(shard: u16) -> Self {
        Self(format!("host.{shard:02}"))
    }

    /// The routing key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Identity of a job: derived from its run and its account, so that planning or discovering the
/// same work twice makes the same job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(Uuid);

impl JobId {
    /// The job that measures `account` in `run`.
    pub fn new(run: &RunId, account: AccountId) -> Self {
        Self(Uuid::new_v5(&account.as_uuid(), run.as_str().as_bytes()))
    }

    /// Takes back an id that was stored.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID itself.
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How an account came into tonight's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// Known before the night.
    Planned,
    /// Found on a website during the night.
    Discovered,
}

/// The work of measuring one account in one run. A worker that takes several jobs of a lane at
/// once may serve them by one call where the platform answers many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Version of this message's shape, as its writer knew it; see [`Job::SCHEMA`].
    pub schema: u16,
    /// The oldest version whose reader may work on it: what is new beyond may be passed over.
    #[serde(default = "first_schema")]
    pub needs: u16,
    /// Its identity.
    pub job_id: JobId,
    /// The crawl it belongs to.
    pub run_id: RunId,
    /// The end of every window of the run: the moment at which the run was planned. The same for
    /// all jobs of a run, also when it is resumed.
    pub as_of: Timestamp,
    /// Whose budget it spends.
    pub lane: Lane,
    /// What is measured.
    pub account: AccountRef,
    /// The collectivities whose account it is: usually one, several on a shared website.
    pub subjects: Vec<Subject>,
    /// How it came into the plan.
    pub origin: Origin,
    /// How often it has been tried before (0 at first).
    #[serde(default)]
    pub attempt: u16,
    /// How often it was put off without having been tried: its host was not to be asked yet, or its
    /// turn was too far away.
    #[serde(default)]
    pub parked: u16,
    /// What came of the tries before, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Try>,
    /// What another lane's worker had learnt when the way led into this lane: the connector's own text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<String>,
    /// What a newer writer added: kept when the job is published again.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

/// One try of a job that was put off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// When it ended.
    pub at: Timestamp,
    /// The worker's name.
    pub worker: String,
    /// The reason of its failure, as an outcome would have it.
    pub reason: String,
}

fn first_schema() -> u16 {
    1
}

impl Job {
    /// The present version of the message's shape: 2 (1 knew no `needs`, `parked`, `tries`, `carried`).
    pub const SCHEMA: u16 = 2;

    /// The oldest version whose reader may work on what is written now: one that does not know
    /// `carried` would ask hosts of other lanes.
    pub const NEEDS: u16 = 2;

    /// A job that nobody has worked on yet.
    pub fn new(
        run_id: RunId,
        as_of: Timestamp,
        lane: Lane,
        account: AccountRef,
        subjects: Vec<Subject>,
        origin: Origin,
    ) -> Self {
        Self {
            schema: Self::SCHEMA,
            needs: Self::NEEDS,
            job_id: JobId::new(&run_id, account.account_id()),
            run_id,
            as_of,
            lane,
            account,
            subjects,
            origin,
            attempt: 0,
            parked: 0,
            tries: Vec::new(),
            carried: None,
            other: serde_json::Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_is_a_date_and_an_optional_label() {
        for good in ["2026-11-23", "2026-11-23.bluesky-35"] {
            assert_eq!(
                good.parse::<RunId>().unwrap().date().to_string(),
                "2026-11-23"
            );
        }
        for bad in [
            "",
            "2026-13-01",
            "2026-11-23x",
            "2026-11-23.",
            "2026-11-23.É",
            "tonight",
            "é026-11-23",
        ] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_work_is_the_same_job() {
        let account = AccountId::new(Platform::Bluesky, "mairie.example.fr");
        let tonight: RunId = "2026-11-23".parse().unwrap();
        let tomorrow: RunId = "2026-11-24".parse().unwrap();
        assert_eq!(JobId::new(&tonight, account), JobId::new(&tonight, account));
        assert_ne!(
            JobId::new(&tonight, account),
            JobId::new(&tomorrow, account)
        );
    }

    #[test]
    fn a_job_of_the_first_version_is_read_and_a_newer_ones_additions_are_kept() {
        let first = r#"{"schema":1,"job_id":"2b6a0b0e-0c8a-5d3e-9f0e-6f7d8c9b0a11","run_id":"2026-11-23",
            "as_of":"2026-11-23T02:00:00Z","lane":"host.07","account":{"platform":"website",
            "handle":"www.exemple.fr","url":"https://www.exemple.fr/"},"subjects":[],
            "origin":"planned","attempt":1}"#;
        let mut job: Job = serde_json::from_str(first).unwrap();
        assert_eq!(
            (job.schema, job.needs, job.attempt, job.parked),
            (1, 1, 1, 0)
        );
        assert!(job.tries.is_empty() && job.carried.is_none() && job.other.is_empty());

        job.other.insert("urgency".to_owned(), 3.into());
        let again: Job = serde_json::from_str(&serde_json::to_string(&job).unwrap()).unwrap();
        assert_eq!(again, job);
    }

    #[test]
    fn lanes_are_named_by_their_budget() {
        assert_eq!(Lane::api(Platform::Youtube).as_str(), "api.youtube");
        assert_eq!(Lane::host(7).as_str(), "host.07");
    }
}
