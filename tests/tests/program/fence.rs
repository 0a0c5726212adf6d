//! One worker at a time asks in a lane, seen from the side of the servers that are asked: who is stopped
//! or cut off falls silent before the next begins, and lanes change hands when workers come and go, in
//! time, and at no other time.

use std::{
    collections::{BTreeMap, HashMap},
    thread,
    time::{Duration, Instant},
};

use beffroi_sim::{Arrival, Quotas, SimSettings};
use beffroi_tests::{
    chaos::{
        HOLD, Handover, Servers, World, WorldSettings, handovers, lanes_of_hosts, name_of,
        on_own_ports, too_early,
    },
    judge::{assert_all_figures_are_true, assert_good_manners, certificate},
    temporary_folder, wait_until,
};
use jiff::Timestamp;
use nix::sys::signal::Signal;
use tempfile::TempDir;

/// How long before a next owner asks the last one must have been silent: the hold and a second, less what
/// a request may take from the last look at the hold to the server.
const SILENCE: Duration = Duration::from_millis(2_800);

/// What was put off comes back after a minute at the most.
const LONGEST: Duration = Duration::from_secs(150);

/// Time for lanes to find their owners after a start.
const SETTLED: Duration = Duration::from_secs(15);

/// What a busy machine may add to the times that are promised.
const GRACE: Duration = Duration::from_secs(5);

struct Night {
    world: World,
    servers: Servers,
    _folder: TempDir,
}

impl Night {
    /// Workers at a night that is long, since each visits few sites at once.
    fn begin(workers: usize, collectivities: u32, environment: &[(&'static str, &str)]) -> Self {
        let folder = temporary_folder();
        let mut servers = Servers::start();
        let environment = environment
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let settings = WorldSettings {
            collectivities,
            sim: SimSettings {
                seed: 1,
                record_arrivals: true,
                quotas: Quotas::ample(),
                ..on_own_ports()
            },
            environment: environment.collect(),
        };
        let mut world = World::new(&mut servers, folder.path(), "fence", &settings);
        for _ in 0..workers {
            world.start_worker();
        }
        world.wait_for_workers();
        world.start_night();
        Self {
            world,
            servers,
            _folder: folder,
        }
    }

    fn lanes(&self) -> HashMap<String, String> {
        lanes_of_hosts(&self.servers.engine, &self.world.prefix)
    }

    /// The worker that asks in most lanes at present.
    fn busiest(&self) -> usize {
        let mut owned: BTreeMap<String, usize> = BTreeMap::new();
        for (name, _) in owners(&self.world.france.arrivals(), &self.lanes()).into_values() {
            *owned.entry(name).or_default() += 1;
        }
        let busiest = owned.into_iter().max_by_key(|(_, lanes)| *lanes);
        let (name, _) = busiest.expect("somebody works");
        name.trim_start_matches('w').parse().unwrap()
    }

    /// Waits until somebody else has asked in a lane of this worker.
    fn wait_for_a_handover(&self, from: usize, since_ms: i64) {
        let (lanes, owner) = (self.lanes(), self.name(from));
        wait_until("another asks in its lanes", || {
            let arrivals = self.world.france.arrivals();
            !handovers(&arrivals, &lanes, since_ms, Some(&owner)).is_empty()
        });
    }

    /// When the lanes of a worker moved again, once there is nothing more to come.
    fn handovers(&self, from: usize, since_ms: i64, within: Duration) -> Vec<Handover> {
        thread::sleep(within + GRACE);
        let arrivals = self.world.france.arrivals();
        handovers(&arrivals, &self.lanes(), since_ms, Some(&self.name(from)))
    }

    fn name(&self, worker: usize) -> String {
        self.world.workers[worker].name.clone()
    }

    /// The night ends well, and no host was ever asked by two at once, nor within the silence that a next
    /// owner owes.
    fn ends_well(mut self, figures: u64) {
        let deadline = Instant::now() + LONGEST;
        while self.world.coordinator.is_alive() {
            assert!(Instant::now() < deadline, "open: {}", self.open_jobs());
            thread::sleep(Duration::from_millis(200));
        }
        certificate(self.world.coordinator.wait().unwrap());
        for worker in &mut self.world.workers {
            worker.leave();
            worker.wait();
        }
        self.assert_one_at_a_time();
        assert_all_figures_are_true(&self.world.home, &self.world.france, figures);
        assert_good_manners(&self.world.france);
    }

    fn open_jobs(&self) -> String {
        let database = &self.world.prefix;
        self.servers.engine.query(&format!(
            "SELECT lane, handle, planned_at FROM {database}.job FINAL \
             WHERE job_id NOT IN (SELECT job_id FROM {database}.job_outcome)"
        ))
    }

    fn assert_one_at_a_time(&self) {
        let arrivals = self.world.france.arrivals();
        let early = too_early(&arrivals, &self.world.disturbed, SILENCE.as_millis() as i64);
        assert!(early.is_empty(), "{early:#?}");
    }
}

/// Who asked last in each lane, and when.
fn owners(
    arrivals: &[Arrival],
    lanes: &HashMap<String, String>,
) -> BTreeMap<String, (String, i64)> {
    let mut owners = BTreeMap::new();
    for arrival in arrivals {
        if let Some(lane) = lanes.get(&arrival.host) {
            owners.insert(lane.clone(), (name_of(&arrival.agent), arrival.at_ms));
        }
    }
    owners
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Few sites at a time, so that a lane has work for long.
const LONG: (&str, &str) = ("BEFFROI_WORKER__MAX_SITES_IN_FLIGHT", "3");

/// One at a time in each lane, so that there is work for some minutes, and none that waits in a worker's
/// hands in front of a lane that it has just taken over.
const LONGER: (&str, &str) = ("BEFFROI_QUEUE__PREFETCH", "1");

#[test]
fn a_worker_that_was_stopped_sends_nothing_in_lanes_that_another_has_taken_over() {
    let mut night = Night::begin(2, 80, &[LONG]);
    night.world.france.wait_for_requests(100);
    let (stopped, since_ms) = (night.busiest(), now_ms());
    night.world.disturb(stopped, LONGEST);
    night.world.workers[stopped].signal(Signal::SIGSTOP);
    night.wait_for_a_handover(stopped, since_ms);
    thread::sleep(HOLD);
    night.world.workers[stopped].signal(Signal::SIGCONT);
    night.ends_well(1_500);
}

#[test]
fn a_worker_that_is_cut_off_from_the_broker_falls_silent_before_another_begins() {
    let mut night = Night::begin(2, 80, &[LONG]);
    night.world.france.wait_for_requests(100);
    let (cut_off, since_ms) = (night.busiest(), now_ms());
    night.world.disturb(cut_off, LONGEST);
    night.world.workers[cut_off].broker.stall();
    night.wait_for_a_handover(cut_off, since_ms);
    thread::sleep(HOLD);
    night.world.workers[cut_off].broker.heal();
    night.ends_well(1_500);
}

#[test]
fn lanes_stay_with_their_owners_and_move_in_time_when_workers_leave_join_and_die() {
    // The hold as shipped: the times are promised for it.
    let mut night = Night::begin(4, 900, &[LONGER, ("BEFFROI_QUEUE__HOLD", "5s")]);
    night.world.france.wait_for_requests(100);
    thread::sleep(SETTLED);

    let calm_ms = now_ms();
    thread::sleep(Duration::from_secs(60));
    let arrivals = night.world.france.arrivals();
    let moved: Vec<_> = changes_of_lanes(&arrivals, &night.lanes())
        .into_iter()
        .filter(|(at_ms, _)| *at_ms >= calm_ms)
        .collect();
    assert!(moved.is_empty(), "nobody came or went: {moved:#?}");

    let promised = Duration::from_secs(10);
    let (leaving, since_ms) = (night.busiest(), now_ms());
    night.world.workers[leaving].leave();
    assert_in_time(night.handovers(leaving, since_ms, promised), promised);

    let (joined, begin) = (night.world.start_worker(), Instant::now());
    let name = night.name(joined);
    wait_until("the new worker asks", || {
        let arrivals = night.world.france.arrivals();
        arrivals
            .iter()
            .any(|arrival| name_of(&arrival.agent) == name)
    });
    assert!(begin.elapsed() < promised + GRACE, "{:?}", begin.elapsed());
    thread::sleep(SETTLED);

    let promised = Duration::from_secs(20);
    let (killed, since_ms) = (night.busiest(), now_ms());
    night.world.disturb(killed, LONGEST);
    night.world.workers[killed].kill();
    assert_in_time(night.handovers(killed, since_ms, promised), promised);
    night.assert_one_at_a_time();
    assert_good_manners(&night.world.france);
}

fn assert_in_time(moved: Vec<Handover>, promised: Duration) {
    assert!(!moved.is_empty(), "it had lanes with work left");
    let late: Vec<_> = moved
        .iter()
        .filter(|it| it.after_ms > (promised + GRACE).as_millis() as i64)
        .collect();
    assert!(late.is_empty(), "{late:#?}");
}

/// When a lane was asked by another than the one before.
fn changes_of_lanes(arrivals: &[Arrival], lanes: &HashMap<String, String>) -> Vec<(i64, String)> {
    let mut last: HashMap<&String, String> = HashMap::new();
    let mut changes = Vec::new();
    for arrival in arrivals {
        let Some(lane) = lanes.get(&arrival.host) else {
            continue;
        };
        let name = name_of(&arrival.agent);
        let before = last.insert(lane, name.clone());
        if let Some(before) = before.filter(|before| *before != name) {
            let what = format!("{lane} from {before} to {name} at {}", arrival.host);
            changes.push((arrival.at_ms, what));
        }
    }
    changes
}
