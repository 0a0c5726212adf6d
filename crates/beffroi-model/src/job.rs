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
    /// Version of this message's shape; see [`Job::SCHEMA`].
    pub schema: u16,
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
}

impl Job {
    /// The present version of the message's shape.
    pub const SCHEMA: u16 = 1;
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
    fn lanes_are_named_by_their_budget() {
        assert_eq!(Lane::api(Platform::Youtube).as_str(), "api.youtube");
        assert_eq!(Lane::host(7).as_str(), "host.07");
    }
}
