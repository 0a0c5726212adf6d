//! `beffroi dead list|show|replay|drop`: the jobs that nobody works on any more.
//!
//! Letters are looked at one after the other and given back; only those that were replayed or dropped
//! are taken. Letters that come meanwhile stay.

mod choice;
mod letter;

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use beffroi_model::{Job, JobId, Lane, RunId};
use beffroi_queue::{DeadLetter, Queue, QueueUrl};
use jiff::Timestamp;
use serde::Serialize;

use self::{
    choice::Choice,
    letter::{Letter, WholeLetter, print_table},
};
use crate::{
    cli::{DeadChoice, DeadCommand, DeadListArgs},
    config::{Config, ConfigError},
    output::{self, say, tell},
    services::{self, StoreService},
};

pub(crate) async fn dead(config: &Config, command: DeadCommand) -> anyhow::Result<ExitCode> {
    if config.queue.url == QueueUrl::InProcess {
        bail!(
            "the in-process queue takes its dead letters with it when `beffroi run` ends; this is for \
             RabbitMQ: give `--queue amqp://…` or set `queue.url`"
        );
    }
    let queue = services::open_queue(config).await?;
    let result = carry_out(config, &queue, command).await;
    queue.close().await;
    result
}

async fn carry_out(
    config: &Config,
    queue: &Queue,
    command: DeadCommand,
) -> anyhow::Result<ExitCode> {
    match command {
        DeadCommand::List(args) => list(queue, &args).await,
        DeadCommand::Show { id, json } => show(queue, &id, json).await,
        DeadCommand::Replay(choice) => replay(config, queue, &choice).await,
        DeadCommand::Drop(choice) => drop_letters(queue, &choice).await,
    }
}

#[derive(Serialize)]
struct List {
    /// All there are.
    letters_total: usize,
    /// The newest of those asked for.
    letters: Vec<Letter>,
}

async fn list(queue: &Queue, args: &DeadListArgs) -> anyhow::Result<ExitCode> {
    let choice = Choice::of_list(args);
    let mut letters = Vec::new();
    let mut letters_total = 0;
    look(queue, |letter| {
        letters_total += 1;
        let letter = Letter::of(letter);
        if choice.includes(&letter) {
            letters.push(letter);
        }
    })
    .await?;
    // Those that the broker buried without a time come last.
    letters.sort_by_key(|it| std::cmp::Reverse(it.buried_at));
    let found = letters.len();
    letters.truncate(args.limit);
    if args.json {
        output::print_json(&List {
            letters_total,
            letters,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    if letters.is_empty() {
        say!(
            "no dead letter{}",
            if letters_total > 0 {
                " is as asked for"
            } else {
                ""
            }
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    print_table(&letters)?;
    say!("{} of {found} dead letters", letters.len())?;
    Ok(ExitCode::SUCCESS)
}

async fn show(queue: &Queue, id: &str, json: bool) -> anyhow::Result<ExitCode> {
    let mut found = Vec::new();
    look(queue, |letter| {
        if letter.id == id {
            found.push(WholeLetter::of(letter));
        }
    })
    .await?;
    if found.is_empty() {
        bail!("there is no dead letter `{id}`; `beffroi dead list` has the ids");
    }
    for letter in &found {
        if json {
            output::print_json(letter)?;
        } else {
            letter.print()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What was done with the letters.
#[derive(Debug, Serialize)]
struct Done {
    /// Replayed or dropped; in a dry run, what would have been.
    letters: usize,
    dry_run: bool,
    /// Letters that cannot be replayed, and why.
    refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    id: String,
    because: String,
}

async fn drop_letters(queue: &Queue, args: &DeadChoice) -> anyhow::Result<ExitCode> {
    let (letters, _) = chosen(queue, args).await?;
    if !args.dry_run && !letters.is_empty() {
        confirm(args, "drop", letters.len())?;
        take(queue, &letters).await?;
    }
    let done = Done {
        letters: letters.len(),
        dry_run: args.dry_run,
        refused: Vec::new(),
    };
    if args.json {
        output::print_json(&done)?;
    } else if args.dry_run {
        list_of(&letters)?;
        say!("{} dead letters would be dropped", done.letters)?;
    } else {
        say!("{} dead letters dropped", done.letters)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn replay(config: &Config, queue: &Queue, args: &DeadChoice) -> anyhow::Result<ExitCode> {
    let (letters, jobs) = chosen(queue, args).await?;
    let lanes = services::lanes(config).all(&config.run.platforms);
    let mut refused = Vec::new();
    let mut replayed: Vec<(Letter, Job)> = Vec::new();
    for (letter, job) in letters.into_iter().zip(jobs) {
        match job {
            None => refused.push(Refused {
                because: format!(
                    "it cannot be read ({}): a worker of the version that wrote it could",
                    letter.reason
                ),
                id: letter.id,
            }),
            Some(job) if !lanes.contains(&job.lane) => refused.push(Refused {
                because: format!("its lane `{}` is none of this configuration", job.lane),
                id: letter.id,
            }),
            Some(job) => replayed.push((letter, anew(job))),
        }
    }
    if !args.dry_run && !replayed.is_empty() {
        confirm(args, "replay", replayed.len())?;
        send(config, queue, &lanes, &replayed).await?;
    }
    let (letters, _): (Vec<Letter>, Vec<Job>) = replayed.into_iter().unzip();
    report_replay(args, &letters, refused)
}

/// The job as if nobody had tried it; what came of the tries before stays told in it.
fn anew(job: Job) -> Job {
    Job {
        attempt: 0,
        parked: 0,
        ..job
    }
}

/// Retracts the outcomes, publishes the jobs, and only then takes the letters: a crash between leaves
/// a letter whose job is done, and a repeat is harmless.
async fn send(
    config: &Config,
    queue: &Queue,
    lanes: &[Lane],
    replayed: &[(Letter, Job)],
) -> anyhow::Result<()> {
    let mut by_run: BTreeMap<RunId, Vec<JobId>> = BTreeMap::new();
    for (_, job) in replayed {
        by_run
            .entry(job.run_id.clone())
            .or_default()
            .push(job.job_id);
    }
    let service = StoreService::open(config).await?;
    let mut reopened = Ok(());
    for (run, jobs) in &by_run {
        reopened = service.store.reopen_jobs(jobs, run).await.map(|_| ());
        if reopened.is_err() {
            break;
        }
    }
    service.close().await?;
    reopened.context("the jobs' outcomes could not be retracted; nothing was replayed")?;
    queue.declare(lanes).await?;
    let jobs: Vec<Job> = replayed.iter().map(|(_, job)| job.clone()).collect();
    queue.publish(&jobs).await?;
    let letters: Vec<Letter> = replayed.iter().map(|(letter, _)| letter.clone()).collect();
    take(queue, &letters).await
}

fn report_replay(
    args: &DeadChoice,
    letters: &[Letter],
    refused: Vec<Refused>,
) -> anyhow::Result<ExitCode> {
    let is_whole = refused.is_empty();
    for it in &refused {
        tell!("not replayed: {}: {}", it.id, it.because);
    }
    if args.json {
        output::print_json(&Done {
            letters: letters.len(),
            dry_run: args.dry_run,
            refused,
        })?;
    } else if args.dry_run {
        list_of(letters)?;
        say!("{} jobs would be replayed", letters.len())?;
    } else {
        say!("{} jobs replayed", letters.len())?;
        if !letters.is_empty() {
            say!(
                "Workers that run do them now; `beffroi run --date … --resume` of their night brings \
                 it to its end."
            )?;
        }
    }
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(output::WITH_ISSUES)
    })
}

fn list_of(letters: &[Letter]) -> anyhow::Result<()> {
    if letters.is_empty() {
        return Ok(());
    }
    print_table(letters)
}

/// The letters meant, and the jobs in them. Ids that are not there are an error, before anything is done.
async fn chosen(
    queue: &Queue,
    args: &DeadChoice,
) -> anyhow::Result<(Vec<Letter>, Vec<Option<Job>>)> {
    let choice = Choice::of(args, Timestamp::now())?;
    let mut letters = Vec::new();
    let mut jobs = Vec::new();
    look(queue, |found| {
        let letter = Letter::of(found);
        if choice.includes(&letter) {
            letters.push(letter);
            jobs.push(found.job());
        }
    })
    .await?;
    let missing = choice.missing(&letters);
    if !missing.is_empty() {
        bail!(
            "no dead letter as asked for has the id {}",
            missing.join(", ")
        );
    }
    Ok((letters, jobs))
}

/// Looks at all letters; none is taken.
async fn look(queue: &Queue, mut see: impl FnMut(&DeadLetter)) -> anyhow::Result<()> {
    let mut pass = queue.dead_letters().await?;
    while let Some(letter) = pass.next().await? {
        see(&letter);
    }
    pass.close().await?;
    Ok(())
}

/// Takes these letters away.
async fn take(queue: &Queue, letters: &[Letter]) -> anyhow::Result<()> {
    let mut pass = queue.dead_letters().await?;
    while let Some(letter) = pass.next().await? {
        if letters.contains(&Letter::of(&letter)) {
            pass.take().await?;
        }
    }
    pass.close().await?;
    Ok(())
}

/// Asks before all letters are done away with, or done again.
fn confirm(args: &DeadChoice, verb: &str, letters: usize) -> anyhow::Result<()> {
    if !args.all || args.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let text =
            format!("`--all` would {verb} {letters} dead letters; say `--yes` if that is meant");
        return Err(ConfigError::Wrong(text).into());
    }
    tell!("{verb} all {letters} dead letters? Type yes:");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if answer.trim() != "yes" {
        bail!("nothing was done");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
