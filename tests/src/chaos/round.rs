//! A round, from its script to its report.

use std::{
    collections::HashMap,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use beffroi_sim::{Quotas, SimSettings};
use jiff::Timestamp;

use crate::{
    Ended,
    chaos::{
        Figures, Handover, Kind, Script, Servers, World, WorldSettings, handovers,
        inject::{self, Begun},
        lanes_of_hosts,
        verdict::{self, Against, caught},
    },
};

/// Collectivities of a world.
const COLLECTIVITIES: u32 = 36;

/// A night that has not ended by then never does.
const LONGEST_NIGHT: Duration = Duration::from_secs(240);

/// Pause between two looks at a night.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// Time between two looks at what workers hold.
const HOLDINGS_INTERVAL: Duration = Duration::from_secs(1);

/// What became of a round.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was to happen.
    pub script: Script,
    /// What it came to, if it came to an end.
    pub figures: Option<Figures>,
    /// Lanes that had to change hands, and when they moved again.
    pub moved: Vec<Handover>,
    /// Faults that could not be done, or for which the night was over too soon.
    pub missed: Vec<String>,
    /// What was wrong; nothing, when the round passed.
    pub problems: Vec<String>,
    /// Where its logs are, if something was wrong.
    pub folder: Option<PathBuf>,
}

/// What all rounds of one call share.
#[derive(Debug)]
pub struct Rounds {
    folder: PathBuf,
    as_of: Timestamp,
    /// By world.
    clean: Mutex<HashMap<u64, Arc<Mutex<Option<Figures>>>>>,
}

impl Rounds {
    /// Rounds whose folders are made in this one.
    pub fn in_folder(folder: PathBuf) -> Self {
        let now = Timestamp::now().as_second();
        Self {
            folder,
            as_of: Timestamp::from_second(now - now.rem_euclid(3_600)).unwrap(),
            clean: Mutex::default(),
        }
    }

    /// What a night of a world comes to when nothing goes wrong. The first who asks finds it out, and
    /// the others wait for it.
    pub fn clean(&self, world: u64, servers: &mut Servers) -> Result<Figures, Box<Report>> {
        let seat = self.clean.lock().unwrap().entry(world).or_default().clone();
        let mut known = seat.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = &*known {
            return Ok(figures.clone());
        }
        let report = self.play(&Script::clean(world), servers, None);
        match report.figures.clone() {
            Some(figures) if report.problems.is_empty() => {
                *known = Some(figures.clone());
                Ok(figures)
            }
            _ => Err(Box::new(report)),
        }
    }

    /// Plays a round and judges it. Servers are running again afterwards, or the round has failed.
    pub fn run(&self, script: &Script, servers: &mut Servers) -> Report {
        match self.clean(script.world, servers) {
            Ok(clean) => self.play(script, servers, Some(clean)),
            Err(report) => *report,
        }
    }

    fn play(&self, script: &Script, servers: &mut Servers, clean: Option<Figures>) -> Report {
        let name = format!("r{}_{}", script.seed, script.world);
        let folder = self.folder.join(&name);
        // Of an earlier call, in which it failed.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut round = Round {
            script,
            clean,
            begun: Vec::new(),
            report: Report {
                script: script.clone(),
                figures: None,
                moved: Vec::new(),
                missed: Vec::new(),
                problems: Vec::new(),
                folder: None,
            },
        };
        if let Err(said) = caught(|| round.play(servers, &folder, &name, self.as_of)) {
            round.report.problems.push(said);
        }
        let mut report = round.report;
        // A database and queues for each round would fill the servers.
        let tidied = caught(|| {
            servers
                .engine
                .query(&format!("DROP DATABASE IF EXISTS {name} SYNC"));
            servers.broker.forget(&format!("{name}."));
        });
        report.problems.extend(tidied.err());
        if report.problems.is_empty() {
            fs::remove_dir_all(&folder).unwrap();
        } else {
            // Out of the way of the next round of this name: the clean night of a world is tried again.
            let kept = folder.with_extension("failed");
            let _ = fs::remove_dir_all(&kept);
            fs::rename(&folder, &kept).unwrap();
            report.folder = Some(kept);
        }
        report
    }
}

struct Round<'a> {
    script: &'a Script,
    clean: Option<Figures>,
    begun: Vec<Begun>,
    report: Report,
}

impl Round<'_> {
    fn play(&mut self, servers: &mut Servers, folder: &Path, name: &str, as_of: Timestamp) {
        let settings = WorldSettings {
            collectivities: COLLECTIVITIES,
            sim: SimSettings {
                seed: self.script.world,
                as_of: Some(as_of),
                record_arrivals: true,
                quotas: Quotas::ample(),
                ..on_own_ports()
            },
            environment: self.tries(),
        };
        let mut world = World::new(servers, folder, name, &settings);
        for _ in 0..self.script.workers {
            world.start_worker();
        }
        world.wait_for_workers();
        world.start_night();
        let Some(ended) = self.watch(&mut world, servers) else {
            keep_tables(&world, servers);
            return;
        };
        let night = world.age();
        let problems = &mut self.report.problems;
        let against = Against {
            clean: self.clean.as_ref(),
            weather: self.script.faults.iter().any(|it| it.kind.is_weather()),
        };
        let figures = verdict::of(&mut world, servers, ended, night, &against, problems);
        self.report.figures = Some(figures);
        self.look_at_lanes(&world, servers);
        if !self.report.problems.is_empty() {
            keep_tables(&world, servers);
        }
    }

    /// Sites that are always bad make a night long: in every other world they are not tried again. In
    /// bad weather a good site needs another try.
    fn tries(&self) -> Vec<(&'static str, String)> {
        let mut faults = self.script.faults.iter();
        let tries = if faults.any(|fault| fault.kind.is_weather()) {
            "3"
        } else if self.script.world.is_multiple_of(2) {
            "2"
        } else {
            "1"
        };
        vec![("BEFFROI_WORKER__MAX_TRIES", tries.to_owned())]
    }

    /// Watches a night to its end, and spoils it.
    fn watch(&mut self, world: &mut World, servers: &mut Servers) -> Option<Ended> {
        let mut faults = self.script.faults.iter().peekable();
        let mut at_work: Vec<Begun> = Vec::new();
        let mut looked = Instant::now();
        loop {
            let is_down = at_work.iter().any(|it| it.kind == Kind::CoordinatorKilled);
            let is_over = !is_down && !world.coordinator.is_alive();
            let is_late = world.age() > LONGEST_NIGHT;
            // What is still wrong is mended before the end is judged.
            let (due, not_due): (Vec<Begun>, Vec<Begun>) = at_work
                .into_iter()
                .partition(|it| is_over || is_late || it.ends <= Instant::now());
            at_work = not_due;
            for begun in due {
                self.report
                    .problems
                    .extend(inject::end(&begun, world, servers).err());
                self.begun.push(begun);
            }
            if is_late {
                self.report
                    .problems
                    .push(format!("not over in {LONGEST_NIGHT:?}"));
                return None;
            }
            if is_over {
                let missed = faults.map(|fault| format!("{}: the night was over", fault.kind));
                self.report.missed.extend(missed);
                return world.coordinator.wait();
            }
            let asked = world.france.referee().requests as f64;
            let all = self
                .clean
                .as_ref()
                .map_or(f64::INFINITY, |clean| clean.requests as f64);
            if let Some(fault) = faults.next_if(|fault| asked >= all * fault.at) {
                match inject::begin(fault, world, servers) {
                    Ok(begun) => at_work.push(begun),
                    Err(said) => self.report.missed.push(format!("{}: {said}", fault.kind)),
                }
            }
            self.look_for_the_dead(world);
            if looked.elapsed() >= HOLDINGS_INTERVAL {
                looked = Instant::now();
                world
                    .workers
                    .iter_mut()
                    .for_each(|it| it.look_at_holdings());
            }
            thread::sleep(LOOK_INTERVAL);
        }
    }

    /// A worker that ends by itself is wrong; the night needs another.
    fn look_for_the_dead(&mut self, world: &mut World) {
        let all = world.workers.len();
        for number in 0..all {
            let worker = &mut world.workers[number];
            if worker.running.is_none() || worker.is_leaving || worker.is_alive() {
                continue;
            }
            let is_wanted = self
                .script
                .faults
                .iter()
                .any(|it| it.kind == Kind::WorkerClockWrong);
            if is_wanted && number + 1 == all {
                continue;
            }
            let ended = worker.wait();
            let said = ended.map(|ended| {
                let last = ended.stderr.lines().last().unwrap_or_default().to_owned();
                format!("ended by itself with {:?}: {last}", ended.code)
            });
            let name = &world.workers[number].name;
            let said = said.unwrap_or_default();
            self.report.problems.push(format!("{name} {said}"));
            world.start_again(number);
        }
    }

    /// When lanes moved again whose owner was taken away.
    fn look_at_lanes(&mut self, world: &World, servers: &Servers) {
        let begun: Vec<&Begun> = self
            .begun
            .iter()
            .filter(|it| it.kind.moves_lanes())
            .collect();
        if begun.is_empty() {
            return;
        }
        let lanes = lanes_of_hosts(&servers.engine, &world.prefix);
        let arrivals = world.france.arrivals();
        for begun in begun {
            let owner = begun
                .worker
                .map(|number| world.workers[number].name.clone());
            let at_ms = begun.at_ms;
            let moved = if begun.kind == Kind::WorkerKilled {
                // It may take its lanes again in its next life.
                let mut moved = handovers(&arrivals, &lanes, at_ms, None);
                moved.retain(|it| Some(&it.from) == owner.as_ref());
                moved
            } else {
                handovers(&arrivals, &lanes, at_ms, owner.as_deref())
            };
            self.report.moved.extend(moved);
        }
    }
}

thread_local! {
    /// Ports that the simulators of this thread use one after the other.
    static PORTS: SimSettings = {
        let [http_port, https_port, dns_port] = ports_of_our_own();
        SimSettings { http_port, https_port, dns_port, ..SimSettings::default() }
    };
}

/// A simulator's settings with ports that are the same for all rounds of a thread.
pub fn on_own_ports() -> SimSettings {
    PORTS.with(Clone::clone)
}

/// Free ports below those that the kernel hands out by itself: nobody takes them between two rounds.
fn ports_of_our_own<const N: usize>() -> [u16; N] {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + (std::process::id() % 1_900) as u16 * 10;
    [(); N].map(|()| {
        loop {
            let port = first + TAKEN.fetch_add(1, Ordering::Relaxed);
            if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
                return port;
            }
        }
    })
}

/// What a reader of a failed round wants to see of its store.
fn keep_tables(world: &World, servers: &Servers) {
    for table in ["run", "job", "job_outcome", "fetch_log"] {
        let rows = caught(|| {
            let database = &world.prefix;
            let statement = format!("SELECT * FROM {database}.{table} FINAL FORMAT TSVWithNames");
            servers.engine.query(&statement)
        });
        let rows = rows.unwrap_or_else(|said| said);
        world.home.write(&format!("{table}.tsv"), rows);
    }
    let arrivals = world.france.arrivals();
    let lines: Vec<String> = arrivals
        .iter()
        .filter_map(|arrival| serde_json::to_string(arrival).ok())
        .collect();
    world.home.write("arrivals.ndjson", lines.join("\n"));
}
