//! `make chaos`: rounds of nights under faults, a line each, and a table at the end.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
    panic::catch_unwind,
    path::PathBuf,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use beffroi_tests::chaos::{Kind, Report, Rounds, Script, Servers, WORLDS};
use clap::Parser;

/// Nights under faults: each round is a night of a small simulated France in which something really
/// goes wrong, and is judged afterwards. A round is repeated by its seed: `--seed SEED --rounds 1`.
#[derive(Debug, Parser)]
struct Arguments {
    /// The first round's seed; the others follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many rounds.
    #[arg(long, default_value_t = 200)]
    rounds: u64,
    /// How many at once, 6 at the most, each with servers of its own.
    #[arg(long, default_value_t = 3)]
    jobs: u64,
    /// Only this kind of fault, such as `worker-killed`.
    #[arg(long)]
    only: Option<Kind>,
    /// Where the folders of rounds are made; those of failed rounds stay.
    #[arg(long, default_value = "target/chaos")]
    folder: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Panics of a round are its problems, told in its line.
    std::panic::set_hook(Box::new(|_| {}));
    let folder = std::path::absolute(&arguments.folder).unwrap_or(arguments.folder.clone());
    let rounds = Rounds::in_folder(folder);
    let reports = Mutex::new(Vec::new());
    let jobs = arguments.jobs.clamp(1, WORLDS);
    let begin = Instant::now();
    thread::scope(|scope| {
        for job in 0..jobs {
            let (arguments, rounds, reports) = (&arguments, &rounds, &reports);
            scope.spawn(move || work(arguments, rounds, reports, job, jobs));
        }
    });
    let reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    let failed = reports.iter().filter(|it| !it.problems.is_empty()).count();
    say(&format!(
        "\n{} rounds from seed {}, {jobs} at once, {:.0} minutes: {} passed, {failed} failed\n\n{}",
        reports.len(),
        arguments.seed,
        begin.elapsed().as_secs_f64() / 60.0,
        reports.len() - failed,
        table(&reports)
    ));
    if failed == 0 && reports.len() as u64 == arguments.rounds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Plays the rounds of this job's worlds: the addresses in a world's figures are those of the job, and
/// only nights with the same addresses have the same checksums. The servers live as long as this thread.
fn work(arguments: &Arguments, rounds: &Rounds, reports: &Mutex<Vec<Report>>, job: u64, jobs: u64) {
    let seeds = arguments.seed..arguments.seed + arguments.rounds;
    let scripts = seeds.map(|seed| Script::of(seed, arguments.only));
    let mut servers = None;
    for script in scripts.filter(|script| script.world % jobs == job) {
        if servers.is_none() {
            let started = (0..3).find_map(|_| catch_unwind(Servers::start).ok());
            servers = started;
        }
        let Some(running) = &mut servers else {
            say("       the servers do not start: this job ends");
            return;
        };
        let report = rounds.run(&script, running);
        let has_failed = !report.problems.is_empty();
        let mut reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
        say(&line(reports.len() + 1, &report));
        reports.push(report);
        if has_failed {
            // Whatever it left them in.
            servers = None;
        }
    }
}

fn line(number: usize, report: &Report) -> String {
    let script = &report.script;
    let verdict = if report.problems.is_empty() {
        "ok"
    } else {
        "FAILED"
    };
    let night = report
        .figures
        .as_ref()
        .map_or(0.0, |it| it.night.as_secs_f64());
    let kind = script.kind();
    let mut line = format!("{number:>4} {verdict:<6} {kind:<27} night {night:>5.1} s");
    if let Some(longest) = report.moved.iter().map(|it| it.after_ms).max() {
        let _ = write!(line, ", lanes moved after {:.1} s", longest as f64 / 1e3);
    }
    for missed in &report.missed {
        let _ = write!(line, ", not done: {missed}");
    }
    let _ = write!(line, "  [seed {}: {script}]", script.seed);
    for problem in &report.problems {
        let _ = write!(line, "\n       - {}", problem.trim());
    }
    if let Some(folder) = &report.folder {
        let seed = script.seed;
        let folder = folder.display();
        let _ = write!(
            line,
            "\n       {folder}; again: SEED={seed} make chaos ROUNDS=1"
        );
    }
    line
}

/// A row for each kind, in Markdown.
fn table(reports: &[Report]) -> String {
    let mut kinds: BTreeMap<Kind, Vec<&Report>> = BTreeMap::new();
    for report in reports {
        kinds.entry(report.script.kind()).or_default().push(report);
    }
    let mut table = "| fault | rounds | passed | failed | not done | night, median / longest | a lane moved again after, median / longest |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for (kind, reports) in kinds {
        let count = |what: fn(&Report) -> bool| reports.iter().filter(|it| what(it)).count();
        let nights = reports
            .iter()
            .filter_map(|it| Some(it.figures.as_ref()?.night));
        let moved = reports
            .iter()
            .flat_map(|it| &it.moved)
            .map(|it| Duration::from_millis(it.after_ms.unsigned_abs()));
        let _ = writeln!(
            table,
            "| {kind} | {} | {} | {} | {} | {} | {} |",
            reports.len(),
            count(|it| it.problems.is_empty()),
            count(|it| !it.problems.is_empty()),
            count(|it| !it.missed.is_empty()),
            spread(nights.collect()),
            spread(moved.collect()),
        );
    }
    table
}

/// Median and longest.
fn spread(mut durations: Vec<Duration>) -> String {
    durations.sort();
    let Some(longest) = durations.last() else {
        return "–".to_owned();
    };
    let median = durations[durations.len() / 2].as_secs_f64();
    format!("{median:.1} / {:.1} s", longest.as_secs_f64())
}

/// A line on standard output; nobody reading is no reason to stop.
fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}
