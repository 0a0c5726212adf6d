//! What must hold after every round.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use beffroi_sim::Violation;
use serde_json::Value;

use crate::{
    Ended, Holdings, QueueSeen, Running,
    chaos::{Figures, HOLD, Servers, World, too_early},
    judge,
};

/// Open files that a worker may have at the end beyond what it once had in the night.
const MORE_FILES: u64 = 8;

/// The same of memory, MiB: an allocator gives back late.
const MORE_MEMORY_MB: u64 = 48;

/// How long the lanes may take to be empty after the certificate: copies of ended jobs are put off for
/// ten seconds at the least.
const LANES_EMPTY_WITHIN: Duration = Duration::from_secs(20);

/// Share of a clean night's comparisons that must be there. Not all: each night ends its window of four
/// weeks at another moment, and old posts drop out of it.
const AS_MANY: f64 = 0.99;

/// Who takes a lane over rests for a hold and this.
const AND_A_SECOND: Duration = Duration::from_secs(1);

/// What a request may take from the last look at the hold to the server, on a busy machine.
const ON_THE_WAY: Duration = Duration::from_millis(300);

/// Characters shown of what a check says.
const SHOWN: usize = 700;

/// What a round is held against.
#[derive(Debug)]
pub(crate) struct Against<'a> {
    /// A clean night of the same world, unless this is one.
    pub(crate) clean: Option<&'a Figures>,
    /// Whether the sites were sick for a while.
    pub(crate) weather: bool,
}

/// What the store says of something that a sick server did not tell.
const MISSING: [&str; 8] = [
    "stored None",
    "stored (\"failed\"",
    "stored \"\"",
    "stored 0,",
    "stored Some(\"call_failed\")",
    "was not found",
    "is missing",
    "was not measured",
];

/// Share of the figures that bad weather of some seconds may cost, in [0, 1].
const LOST_TO_WEATHER: f64 = 0.2;

/// A crawler that gives up a silent server goes on at once, and the server may see the next request
/// before the end of the connection that was given up.
const GIVEN_UP: [(Violation, u64); 1] = [(Violation::AddressConcurrency, 8)];

/// Looks at a night that has ended; what is wrong goes into `problems`.
pub(crate) fn of(
    world: &mut World,
    servers: &Servers,
    ended: Ended,
    night: Duration,
    against: &Against<'_>,
    problems: &mut Vec<String>,
) -> Figures {
    let certificate = note(problems, "certificate", || judge::certificate(ended));
    let planned = certificate.as_ref().map(|it| judge::number(&it["planned"]));
    let left = drained(world, servers);
    leaks(world, problems);
    farewell(world, problems);
    note(problems, "queues", || queues(world, servers, &left));
    note(problems, "counted twice", || {
        nothing_counts_twice(world, servers);
    });
    let compared = note(problems, "figures", || figures_are_true(world, against));
    note(problems, "referee", || {
        let known: &[(Violation, u64)] = if against.weather { &GIVEN_UP } else { &[] };
        judge::assert_good_manners_but_for(&world.france, known);
    });
    note(problems, "two at once", || one_at_a_time(world));
    note(problems, "processes left", || nobody_is_left(world));
    let figures = Figures {
        planned: planned.unwrap_or_default(),
        compared: compared.unwrap_or_default(),
        requests: world.france.referee().requests,
        night,
        checksums: note(problems, "checksums", || checksums(world, servers, "facts"))
            .unwrap_or_default(),
    };
    note(problems, "computed again", || {
        figures_are_of_the_facts(world, servers);
    });
    if let Some(clean) = against.clean
        && compared.is_some()
    {
        note(problems, "clean night", || {
            is_like(&figures, clean, against.weather);
        });
    }
    figures
}

/// As many figures as in a clean night of the same world (posts of a site that was not reached are not
/// there to be compared). Where exactly as many, the windows of both
/// nights hold the same posts (they only lose some as time goes by), and every table of facts must be the
/// same. Their figures are not: they follow the moment at which the windows end, which is each night's own.
fn is_like(figures: &Figures, clean: &Figures, weather: bool) {
    let (compared, expected) = (figures.compared, clean.compared);
    assert!(
        weather || compared as f64 >= expected as f64 * AS_MANY,
        "{compared} figures compared, {expected} in a clean night"
    );
    if compared == expected && !weather {
        assert_eq!(figures.checksums, clean.checksums, "checksums");
    }
}

/// What the night computed and judged at its end is what a second roll-up comes to, whatever broke in the
/// first.
fn figures_are_of_the_facts(world: &World, servers: &Servers) {
    let first = checksums(world, servers, "figures");
    for table in ["account_figure", "account_score", "account_trend"] {
        assert!(first.contains_key(table), "{table}: {first:?}");
    }
    world.home.succeed(&["rollup"]);
    let again = checksums(world, servers, "figures");
    assert_eq!(first, again, "figures computed again");
}

/// Of the night's tables with this content, as `v_checksum` calls it.
fn checksums(world: &World, servers: &Servers, content: &str) -> BTreeMap<String, String> {
    let database = &world.prefix;
    let rows = servers.engine.query(&format!(
        "SELECT table_name, checksum FROM {database}.v_checksum WHERE content = '{content}'"
    ));
    let pairs = rows.lines().filter_map(|line| line.split_once('\t'));
    pairs
        .map(|(table, sum)| (table.to_owned(), sum.to_owned()))
        .collect()
}

/// No figure is false, and only sick servers leave out any: what they did not tell is stored as not known.
fn figures_are_true(world: &World, against: &Against<'_>) -> u64 {
    let (_, comparison) = judge::compare(&world.home, &world.france);
    let wrong = judge::number(&comparison["wrong"]);
    let compared = judge::number(&comparison["compared"]);
    let examples = comparison["examples"].as_array().unwrap();
    let is_missing = |example: &Value| {
        let example = example.as_str().unwrap_or_default();
        MISSING.iter().any(|words| example.contains(words))
    };
    let is_lost = |example: &&Value| against.weather && is_missing(example);
    // What is false is shown before what is only missing.
    let (lost, falsehoods): (Vec<&Value>, Vec<&Value>) = examples.iter().partition(is_lost);
    let is_excused = falsehoods.is_empty() && wrong as f64 <= compared as f64 * LOST_TO_WEATHER;
    let names = &comparison["wrong_figures"];
    assert!(
        wrong == 0 || is_excused,
        "{wrong} of {compared} are wrong: {names} {falsehoods:?} {lost:?}"
    );
    compared
}

/// No host was asked by two workers at once, nor within the silence that the second owes.
fn one_at_a_time(world: &World) {
    let silence = (HOLD + AND_A_SECOND - ON_THE_WAY).as_millis() as i64;
    let early = too_early(&world.france.arrivals(), &world.disturbed, silence);
    assert!(early.is_empty(), "{} times: {early:?}", early.len());
}

/// Runs a check; a panic in it is a problem and not an end.
pub(crate) fn note<T>(
    problems: &mut Vec<String>,
    what: &str,
    check: impl FnOnce() -> T,
) -> Option<T> {
    match caught(check) {
        Ok(value) => Some(value),
        Err(said) => {
            problems.push(format!("{what}: {said}"));
            None
        }
    }
}

/// What it panics with.
pub(crate) fn caught<T>(check: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(check)).map_err(|payload| {
        let said = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        let said = said.unwrap_or("a panic without words");
        said.chars().take(SHOWN).collect()
    })
}

/// Waits until no lane holds a message, and tells what is in the queues then.
fn drained(world: &World, servers: &Servers) -> Vec<QueueSeen> {
    let deadline = Instant::now() + LANES_EMPTY_WITHIN;
    loop {
        let queues = servers.broker.queues(&format!("{}.", world.prefix));
        let is_empty = queues
            .iter()
            .all(|queue| queue.messages == 0 || !is_a_lane(&queue.name));
        if is_empty || Instant::now() >= deadline {
            return queues;
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// Lanes, and the queues from which jobs come back into them.
fn is_a_lane(queue: &str) -> bool {
    let names_a_lane = queue.contains(".host.") || queue.contains(".api.");
    names_a_lane && !is_a_baton(queue)
}

/// Where who lets go of a lane leaves word for the next one.
fn is_a_baton(queue: &str) -> bool {
    queue.contains(".baton.")
}

/// Only queues that the program knows; in them only copies of jobs that have ended; buried only what
/// ended as failed.
fn queues(world: &World, servers: &Servers, seen: &[QueueSeen]) {
    let ended = outcomes(world, servers, "");
    let failed = outcomes(world, servers, "WHERE outcome = 'failed'");
    for queue in seen {
        let known = [
            ".host.",
            ".api.",
            ".baton.",
            ".retry.",
            ".park",
            ".dead",
            ".workers",
            ".unreadable",
        ];
        assert!(
            known.iter().any(|part| queue.name.contains(part)),
            "nobody knows the queue `{}`",
            queue.name
        );
        assert_ne!(queue.kind, "classic", "{}", queue.name);
        if is_a_baton(&queue.name) {
            assert!(
                queue.messages <= 1,
                "{} batons in `{}`",
                queue.messages,
                queue.name
            );
            continue;
        }
        if queue.messages == 0 || queue.kind == "stream" {
            continue;
        }
        let jobs = servers.broker.jobs_in(&queue.name);
        let expected = if queue.name.ends_with(".dead") {
            &failed
        } else {
            &ended
        };
        let strange: Vec<&String> = jobs.iter().filter(|job| !expected.contains(*job)).collect();
        assert!(
            strange.is_empty(),
            "`{}` holds {} jobs, of which these are not expected: {strange:?}",
            queue.name,
            jobs.len()
        );
        assert!(
            !is_a_lane(&queue.name),
            "`{}` still holds {} copies of ended jobs",
            queue.name,
            jobs.len()
        );
    }
}

fn outcomes(world: &World, servers: &Servers, only: &str) -> BTreeSet<String> {
    let database = &world.prefix;
    let statement = format!("SELECT toString(job_id) FROM {database}.job_outcome FINAL {only}");
    let jobs = servers.engine.query(&statement);
    jobs.lines().map(str::to_owned).collect()
}

/// Each job has one outcome; nothing was written twice under another key.
fn nothing_counts_twice(world: &World, servers: &Servers) {
    let database = &world.prefix;
    let number = |statement: String| servers.engine.query(&statement);
    let jobs = number(format!("SELECT count() FROM {database}.job FINAL"));
    let ends = number(format!(
        "SELECT uniqExact(run_id, job_id) FROM {database}.job_outcome"
    ));
    assert_eq!(jobs, ends, "jobs, and those that have ended");
    for (table, keys) in judge::KEYS {
        let repeats = number(format!(
            "SELECT count() - uniqExact({keys}) FROM {database}.{table} FINAL"
        ));
        assert_eq!(repeats, "0", "{table}");
    }
}

/// No worker holds more at the end than any did in the night. (Not than itself: one that has come late
/// has seen little of the night.)
fn leaks(world: &mut World, problems: &mut Vec<String>) {
    let workers = world.workers.iter();
    let in_the_night: Vec<Holdings> = workers
        .flat_map(|worker| &worker.holdings[..worker.holdings.len() * 3 / 4])
        .copied()
        .collect();
    let most = |of: fn(&Holdings) -> u64| in_the_night.iter().map(of).max().unwrap_or_default();
    let (files, memory_mb) = (most(|it| it.open_files), most(|it| it.memory_mb));
    for worker in &mut world.workers {
        let Some(now) = worker.running.as_ref().and_then(Running::holdings) else {
            continue;
        };
        let worker = &worker.name;
        if now.open_files > files + MORE_FILES {
            let now = now.open_files;
            problems.push(format!("{worker}: {now} files open, {files} in the night"));
        }
        if now.memory_mb > memory_mb + MORE_MEMORY_MB {
            let now = now.memory_mb;
            problems.push(format!("{worker}: {now} MiB, {memory_mb} in the night"));
        }
    }
}

/// Every worker leaves when it is told to, with nothing to complain about.
fn farewell(world: &mut World, problems: &mut Vec<String>) {
    for worker in &mut world.workers {
        if worker.is_alive() && !worker.is_leaving {
            worker.leave();
        }
    }
    for worker in &mut world.workers {
        let name = worker.name.clone();
        let Some(ended) = note(problems, &name, || worker.wait()).flatten() else {
            continue;
        };
        if ended.code != Some(0) {
            let said = ended.stderr.lines().last().unwrap_or_default();
            let code = ended.code;
            problems.push(format!("{name} left with {code:?}: {said}"));
        }
    }
}

/// No process works in the round's folder but the simulator.
fn nobody_is_left(world: &World) {
    let folder = world.home.folder();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let left: Vec<String> = processes
        .filter(|process| {
            fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder))
        })
        .map(|process| {
            let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&command).replace('\0', " ")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
