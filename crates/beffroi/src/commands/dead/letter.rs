//! A dead letter as it is shown.

use beffroi_model::Job;
use beffroi_queue::{DeadLetter, Departure};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::output::{self, MISSING, say};

/// What is told of a letter in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Letter {
    /// The job's id, or a hash of what cannot be read.
    pub(super) id: String,
    /// Nothing of the job is known where the message cannot be read.
    pub(super) run_id: Option<String>,
    pub(super) platform: Option<String>,
    pub(super) handle: Option<String>,
    pub(super) lane: String,
    pub(super) reason: String,
    /// How often it was tried, the last time included; `None` where it cannot be read.
    pub(super) tries: Option<usize>,
    /// `None` where the broker did it by itself.
    pub(super) buried_at: Option<Timestamp>,
}

/// A letter with all its history.
#[derive(Debug, Serialize)]
pub(super) struct WholeLetter {
    #[serde(flatten)]
    pub(super) letter: Letter,
    /// The queues that it left without an acknowledgement, as the broker wrote it, the last one first.
    pub(super) history: Vec<Left>,
    /// The message; of what is no job only its length is told.
    pub(super) job: Option<Job>,
    pub(super) payload_bytes: usize,
}

/// A queue that the message left: its time there was up, or it came back too often.
#[derive(Debug, Serialize)]
pub(super) struct Left {
    queue: String,
    reason: String,
    times: u64,
    /// The first time.
    at: Option<Timestamp>,
}

impl Letter {
    pub(super) fn of(letter: &DeadLetter) -> Self {
        let job = letter.job();
        let of_job = |text: fn(&Job) -> String| job.as_ref().map(text);
        Self {
            id: letter.id.clone(),
            run_id: of_job(|job| job.run_id.to_string()),
            platform: of_job(|job| job.account.platform.to_string()),
            handle: of_job(|job| job.account.handle.clone()),
            lane: letter.lane.clone(),
            reason: letter.reason.clone(),
            tries: job.as_ref().map(|job| usize::from(job.attempt) + 1),
            buried_at: letter.buried_at,
        }
    }
}

impl WholeLetter {
    pub(super) fn of(letter: &DeadLetter) -> Self {
        Self {
            letter: Letter::of(letter),
            history: letter.history.iter().map(left).collect(),
            job: letter.job(),
            payload_bytes: letter.payload.len(),
        }
    }

    /// For people.
    pub(super) fn print(&self) -> anyhow::Result<()> {
        let letter = &self.letter;
        let known = |text: &Option<String>| text.clone().unwrap_or(MISSING.to_owned());
        say!("{}", letter.id)?;
        say!("  run      {}", known(&letter.run_id))?;
        say!(
            "  account  {} {}",
            known(&letter.platform),
            known(&letter.handle)
        )?;
        say!("  lane     {}", letter.lane)?;
        say!("  reason   {}", letter.reason)?;
        say!("  buried   {}", when(letter.buried_at))?;
        let tries = self.job.iter().flat_map(|job| &job.tries);
        for it in tries {
            say!(
                "  try      {} by {}: {}",
                when(Some(it.at)),
                it.worker,
                it.reason
            )?;
        }
        if let Some(job) = self.job.as_ref().filter(|job| job.parked > 0) {
            say!("  parked   {} times, without a try", job.parked)?;
        }
        for it in &self.history {
            let Left {
                queue,
                reason,
                times,
                at,
            } = it;
            say!(
                "  left     {queue}: {reason}, {times} times, first {}",
                when(*at)
            )?;
        }
        match &self.job {
            Some(job) => say!("{}", serde_json::to_string_pretty(job)?),
            None => say!(
                "The message ({} bytes) is none that this program can read, and so cannot be replayed.",
                self.payload_bytes
            ),
        }
    }
}

fn left(departure: &Departure) -> Left {
    Left {
        queue: departure.queue.clone(),
        reason: departure.reason.clone(),
        times: departure.count,
        at: departure.at,
    }
}

/// Prints letters as a table.
pub(super) fn print_table(letters: &[Letter]) -> anyhow::Result<()> {
    let headings = [
        "id",
        "run",
        "platform",
        "handle",
        "lane",
        "reason",
        "buried at",
        "tries",
    ];
    let mut table = output::table(headings, 7);
    for it in letters {
        let known = |text: &Option<String>| text.clone().unwrap_or(MISSING.to_owned());
        table.add_row([
            it.id.clone(),
            known(&it.run_id),
            known(&it.platform),
            known(&it.handle),
            it.lane.clone(),
            it.reason.clone(),
            when(it.buried_at),
            it.tries
                .map_or(MISSING.to_owned(), |tries| tries.to_string()),
        ]);
    }
    say!("{table}")
}

fn when(at: Option<Timestamp>) -> String {
    at.map_or(MISSING.to_owned(), |at| {
        let local = at.to_zoned(TimeZone::system());
        local.strftime("%Y-%m-%d %H:%M:%S").to_string()
    })
}
