//! Poison: jobs that the broker took out of their lanes because every worker that had them died of them
//! or lost them. Nobody gives such a job an outcome, and the run would never end, so that whoever watches
//! it does. The letters stay among the dead, for `beffroi dead`.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use beffroi_model::{Failed, Job, JobId, Outcome, RunId};
use beffroi_queue::{Queue, QueueError};
use beffroi_store::{JobOutcomeRow, Store};
use jiff::Timestamp;

/// When no job has ended for so long, the dead letters are looked at. Also the time between two looks,
/// in which a letter must have stayed the only trace of its job: a worker that buries a job writes its
/// outcome in a moment, and who replays a letter takes it.
const STILL_FOR: Duration = Duration::from_secs(30);

/// How long a pass over letters that are as many as before is spared.
const LOOK_ANYWAY_AFTER: Duration = Duration::from_secs(300);

/// Who is said to have ended these jobs.
const WORKER: &str = "beffroi run";

/// What is known of the dead letters of a run.
#[derive(Debug)]
pub(super) struct Poison<'a> {
    queue: &'a Queue,
    store: &'a Store,
    run_id: &'a RunId,
    /// Letters of jobs that were dead before they were published (again).
    before: HashMap<JobId, usize>,
    /// Jobs without an outcome that had a letter at the last look.
    suspected: HashSet<JobId>,
    /// Letters that cannot be read, as last told.
    unreadable: usize,
    /// Jobs that had ended, and since when it is that many.
    ended: (u64, Instant),
    /// Letters at the last pass, and when that was.
    last_pass: Option<(u64, Instant)>,
    last_look: Instant,
}

impl<'a> Poison<'a> {
    /// To be made before the run's jobs are published. Letters from before do not count against what
    /// is published then.
    pub(super) async fn watch(
        queue: &'a Queue,
        store: &'a Store,
        run_id: &'a RunId,
    ) -> Result<Self, QueueError> {
        let (letters, unreadable) = letters_of(queue, run_id).await?;
        let now = Instant::now();
        Ok(Self {
            queue,
            store,
            run_id,
            before: counted(&letters),
            suspected: HashSet::new(),
            unreadable,
            ended: (0, now),
            last_pass: None,
            last_look: now,
        })
    }

    /// Looks whether jobs are poisoned, if so many of the run's jobs have ended for a while. What goes
    /// wrong is told and tried again later: the run does not depend on it.
    pub(super) async fn look(&mut self, ended: u64) {
        let now = Instant::now();
        if ended != self.ended.0 {
            self.ended = (ended, now);
        }
        if now - self.ended.1 < STILL_FOR || now - self.last_look < STILL_FOR {
            return;
        }
        self.last_look = now;
        if let Err(error) = self.reap().await {
            tracing::warn!(
                error = &*error as &dyn std::error::Error,
                "the dead letters could not be looked at"
            );
        }
    }

    async fn reap(&mut self) -> anyhow::Result<()> {
        let count = self.queue.dead_count().await?;
        let is_known = |(letters, at): (u64, Instant)| {
            letters == count && self.suspected.is_empty() && at.elapsed() < LOOK_ANYWAY_AFTER
        };
        if self.last_pass.is_some_and(is_known) {
            return Ok(());
        }
        let (letters, unreadable) = letters_of(self.queue, self.run_id).await?;
        self.last_pass = Some((count, Instant::now()));
        if unreadable > self.unreadable {
            tracing::warn!(
                letters = unreadable,
                "dead letters cannot be read: a job among them keeps its run from ending; \
                 `beffroi dead list`"
            );
        }
        self.unreadable = unreadable;
        let buried = newly_buried(&self.before, letters);
        let ids: Vec<JobId> = buried.iter().map(|job| job.job_id).collect();
        let ended = self.store.ended_jobs(self.run_id, &ids).await?;
        let unfinished = buried
            .into_iter()
            .filter(|job| !ended.contains(&job.job_id));
        let poisoned = confirmed(&mut self.suspected, unfinished.collect());
        if poisoned.is_empty() {
            return Ok(());
        }
        let now = Timestamp::now();
        let outcome = Outcome::Failed(Failed::Poisoned);
        let rows = poisoned
            .iter()
            .map(|job| JobOutcomeRow::of(job, outcome, 0, WORKER, now));
        let rows: Vec<JobOutcomeRow> = rows.collect();
        self.store.end_jobs(&rows).await?;
        tracing::warn!(
            jobs = poisoned.len(),
            "jobs of which their workers died again and again have failed; `beffroi dead list`"
        );
        Ok(())
    }
}

/// The jobs of a run among the dead, one for each letter, and how many letters cannot be read.
async fn letters_of(queue: &Queue, run_id: &RunId) -> Result<(Vec<Job>, usize), QueueError> {
    let (mut jobs, mut unreadable) = (Vec::new(), 0);
    if queue.dead_count().await? == 0 {
        return Ok((jobs, unreadable));
    }
    let mut pass = queue.dead_letters().await?;
    while let Some(letter) = pass.next().await? {
        match letter.job() {
            Some(job) if job.run_id == *run_id => jobs.push(job),
            Some(_) => {}
            None => unreadable += 1,
        }
    }
    pass.close().await?;
    Ok((jobs, unreadable))
}

fn counted(letters: &[Job]) -> HashMap<JobId, usize> {
    let mut counts = HashMap::new();
    for job in letters {
        *counts.entry(job.job_id).or_default() += 1;
    }
    counts
}

/// The jobs that have more letters than before, each once.
fn newly_buried(before: &HashMap<JobId, usize>, letters: Vec<Job>) -> Vec<Job> {
    let counts = counted(&letters);
    let jobs: HashMap<JobId, Job> = letters.into_iter().map(|job| (job.job_id, job)).collect();
    let is_new = |job: &Job| counts[&job.job_id] > before.get(&job.job_id).copied().unwrap_or(0);
    jobs.into_values().filter(is_new).collect()
}

/// Those that were suspected at the look before too; the others are suspected from now on.
fn confirmed(suspected: &mut HashSet<JobId>, unfinished: Vec<Job>) -> Vec<Job> {
    let (confirmed, others): (Vec<Job>, Vec<Job>) = unfinished
        .into_iter()
        .partition(|job| suspected.contains(&job.job_id));
    *suspected = others.iter().map(|job| job.job_id).collect();
    confirmed
}

#[cfg(test)]
mod tests {
    use beffroi_model::{AccountRef, Lane, Origin, Platform};

    use super::*;

    fn job(number: u32) -> Job {
        let account = AccountRef {
            platform: Platform::Bluesky,
            handle: format!("mairie{number}.test"),
            url: format!("https://bsky.app/profile/mairie{number}.test")
                .parse()
                .unwrap(),
        };
        let run_id = "2026-11-23".parse().unwrap();
        let as_of = "2026-11-23T02:00:00Z".parse().unwrap();
        let lane = Lane::api(Platform::Bluesky);
        Job::new(run_id, as_of, lane, account, Vec::new(), Origin::Planned)
    }

    fn ids(jobs: &[Job]) -> HashSet<JobId> {
        jobs.iter().map(|job| job.job_id).collect()
    }

    #[test]
    fn letters_from_before_do_not_count_against_a_job_that_was_published_again() {
        let before = counted(&[job(1), job(2), job(2)]);
        let letters = vec![job(1), job(2), job(2), job(2), job(3), job(3)];
        let buried = newly_buried(&before, letters);
        assert_eq!(buried.len(), 2);
        assert_eq!(ids(&buried), ids(&[job(2), job(3)]));
        assert!(newly_buried(&before, vec![job(1)]).is_empty());
    }

    #[test]
    fn a_job_has_failed_when_its_letter_is_its_only_trace_at_two_looks() {
        let mut suspected = HashSet::new();
        assert!(confirmed(&mut suspected, vec![job(1), job(2)]).is_empty());
        // The second was on its way: its outcome has come, or its letter was taken.
        let failed = confirmed(&mut suspected, vec![job(1), job(3)]);
        assert_eq!(ids(&failed), ids(&[job(1)]));
        assert!(confirmed(&mut suspected, vec![job(2)]).is_empty());
        assert!(
            confirmed(&mut suspected, vec![job(3)]).is_empty(),
            "not in a row"
        );
    }
}
