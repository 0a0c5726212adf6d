//! Where observations come from: the exchanges of the jobs that made them.
//!
//! No row says which exchange gave which figure: a visit asks several addresses, and its figures come
//! from all of them. All exchanges of the job in that run are told, in their order.

use std::collections::BTreeMap;

use beffroi_model::{AccountId, JobId, RunId};
use beffroi_store::{Store, explain};
use serde::{Deserialize, Serialize};

use super::{
    inputs::{ShownPost, ShownReading, ShownThread},
    read::Published,
};

/// A job of a run and what it asked.
#[derive(Debug, Serialize)]
pub(super) struct Source {
    pub(super) run_id: String,
    pub(super) job_id: String,
    pub(super) ended: Option<Ended>,
    pub(super) exchanges: Vec<Exchange>,
}

/// A parameter of a statement.
#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Parameter<'a> {
    Text(&'a str),
    List(&'a [String]),
}

/// How a job ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ended {
    #[serde(skip_serializing)]
    run_id: String,
    pub(super) outcome: String,
    pub(super) reason: String,
    pub(super) attempt: u16,
    pub(super) worker: String,
}

/// An exchange with a server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Exchange {
    #[serde(skip_serializing)]
    run_id: String,
    #[serde(serialize_with = "as_text")]
    pub(super) fetched_at: i64,
    pub(super) sequence: u16,
    pub(super) url: String,
    pub(super) status: Option<u16>,
    pub(super) error_class: String,
    pub(super) body_bytes: u64,
    pub(super) body_sha256: String,
    pub(super) duration_ms: u32,
    pub(super) connector: String,
}

fn as_text<S: serde::Serializer>(millis: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&moment(*millis))
}

fn moment(millis: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

impl Exchange {
    pub(super) fn at(&self) -> String {
        moment(self.fetched_at).to_string()
    }
}

impl Source {
    /// The outcome with its reason.
    pub(super) fn outcome(&self) -> Option<String> {
        let ended = self.ended.as_ref()?;
        Some(if ended.reason.is_empty() {
            ended.outcome.clone()
        } else {
            format!("{} ({})", ended.outcome, ended.reason)
        })
    }
}

/// The runs that inputs come from, the judged one first.
pub(super) fn runs(
    published: &Published,
    posts: &[ShownPost],
    threads: &[ShownThread],
    followers: &[ShownReading],
) -> Vec<RunId> {
    let mut names = vec![published.run_id.as_str()];
    names.extend(followers.iter().map(|it| it.run_id.as_str()));
    names.extend(posts.iter().map(|it| it.run_id.as_str()));
    names.extend(posts.iter().filter_map(|it| it.followers_run.as_deref()));
    names.extend(threads.iter().map(|it| it.run_id.as_str()));
    let mut runs: Vec<RunId> = Vec::new();
    for name in names {
        if let Ok(run) = name.parse::<RunId>()
            && !runs.contains(&run)
        {
            runs.push(run);
        }
    }
    runs
}

/// The jobs of an account in these runs.
pub(super) async fn read(
    store: &Store,
    published: &Published,
    runs: &[RunId],
) -> anyhow::Result<Vec<Source>> {
    let account = AccountId::from_uuid(published.account_id.parse()?);
    let jobs: Vec<JobId> = runs.iter().map(|run| JobId::new(run, account)).collect();
    let names: Vec<String> = runs.iter().map(RunId::to_string).collect();
    let nights: Vec<String> = runs.iter().map(|run| run.date().to_string()).collect();
    let ids: Vec<String> = jobs.iter().map(JobId::to_string).collect();
    let of_account = [
        ("account", Parameter::Text(&published.account_id)),
        ("runs", Parameter::List(&names)),
        ("nights", Parameter::List(&nights)),
    ];
    let of_jobs = [
        ("runs", Parameter::List(&names)),
        ("jobs", Parameter::List(&ids)),
        ("nights", Parameter::List(&nights)),
    ];
    let (exchanges, ends) = tokio::try_join!(
        store.json_rows_of::<Exchange>(explain::EXCHANGES, &of_account),
        store.json_rows_of::<Ended>(explain::OUTCOMES, &of_jobs),
    )?;
    let mut by_run: BTreeMap<String, Vec<Exchange>> = BTreeMap::new();
    for exchange in exchanges {
        by_run
            .entry(exchange.run_id.clone())
            .or_default()
            .push(exchange);
    }
    let source = |(run, job): (&RunId, JobId)| Source {
        run_id: run.to_string(),
        job_id: job.to_string(),
        ended: ends.iter().find(|end| end.run_id == run.as_str()).cloned(),
        exchanges: by_run.remove(run.as_str()).unwrap_or_default(),
    };
    Ok(runs.iter().zip(jobs).map(source).collect())
}
