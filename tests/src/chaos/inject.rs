//! Doing it, and undoing it.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use crate::{
    Weather,
    chaos::{
        Fault, Kind, Place, Servers, World,
        kind::{Server, Side, Trouble},
    },
};

/// RabbitMQ 3.10.8 does not always bring back a quorum queue when it is killed within some two seconds
/// of its declaration: nothing tells from outside when it would.
const LANES_ARE_KEPT_AFTER: Duration = Duration::from_secs(6);

/// How far a clock may be off, and how far it may not.
const SKEW: (&str, &str) = ("4s", "600s");

/// How long a worker may take to see that its clock is wrong.
const REFUSED_WITHIN: Duration = Duration::from_secs(30);

/// How late a slow wire is.
const LATE: Duration = Duration::from_millis(150);

/// A fault that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) kind: Kind,
    pub(crate) ends: Instant,
    /// The worker that it hit, if it hit one.
    pub(crate) worker: Option<usize>,
    /// When it began, milliseconds since 1970.
    pub(crate) at_ms: i64,
}

/// Begins a fault; `Err` says why it cannot be done on this machine.
pub(crate) fn begin(
    fault: &Fault,
    world: &mut World,
    servers: &mut Servers,
) -> Result<Begun, String> {
    let mut worker = None;
    let mut victim = |world: &mut World| {
        let working = world.working();
        let number = working[fault.victim % working.len()];
        worker = Some(number);
        number
    };
    let mut at_ms = now_ms();
    match fault.kind {
        Kind::Calm => {}
        Kind::WorkerKilled => {
            let number = victim(world);
            world.disturb(number, fault.lasting);
            world.workers[number].kill();
            // What comes from now on is of another life.
            at_ms = now_ms();
        }
        Kind::WorkerJoins => {
            worker = Some(world.start_worker());
        }
        Kind::WorkerLeaves => {
            let number = victim(world);
            world.workers[number].leave();
        }
        Kind::WorkerPaused => {
            let number = victim(world);
            world.disturb(number, fault.lasting);
            world.workers[number].signal(Signal::SIGSTOP);
        }
        Kind::WorkerClockSkewed => {
            let sign = if fault.victim.is_multiple_of(2) {
                "+"
            } else {
                "-"
            };
            worker = Some(world.start_worker_with(other_clock(sign, SKEW.0)?));
        }
        Kind::WorkerClockWrong => {
            let sign = if fault.victim.is_multiple_of(2) {
                "+"
            } else {
                "-"
            };
            worker = Some(world.start_worker_with(other_clock(sign, SKEW.1)?));
        }
        Kind::CoordinatorKilled => world.coordinator.kill(),
        Kind::BrokerKilled => {
            thread::sleep(LANES_ARE_KEPT_AFTER.saturating_sub(world.age()));
            at_ms = now_ms();
            servers.broker.kill();
        }
        Kind::BrokerAlarm => servers.broker.set_memory_alarm(true),
        Kind::StoreKilled => servers.engine.kill(),
        Kind::StoreDiskFull => servers.disk.as_ref().map_err(Clone::clone)?.fill(),
        Kind::SitesSlow => world.france.weather(Weather::Slow, fault.lasting),
        Kind::SitesSilent => world.france.weather(Weather::Silent, fault.lasting),
        Kind::SitesReset => world.france.weather(Weather::Reset, fault.lasting),
        kind => {
            let wire = kind.of_a_wire().expect("all others are done by now");
            let place = match wire.side {
                Side::Worker => {
                    let number = victim(world);
                    // Without the store a lane is handed over like any other.
                    if wire.server == Server::Broker {
                        world.disturb(number, fault.lasting);
                    }
                    Place::Worker(number)
                }
                Side::Coordinator => Place::Coordinator,
            };
            let member = world.member(place);
            let its_wire = member.wire_to(wire.server);
            match wire.trouble {
                Trouble::Cut => its_wire.cut(),
                Trouble::Stalled => its_wire.stall(),
                Trouble::Slow => its_wire.slow(LATE),
            }
        }
    }
    Ok(Begun {
        kind: fault.kind,
        ends: Instant::now() + fault.lasting,
        worker,
        at_ms,
    })
}

/// Ends a fault: what was killed is started again, what was cut is healed. What is wrong by then is told.
pub(crate) fn end(begun: &Begun, world: &mut World, servers: &mut Servers) -> Result<(), String> {
    match (begun.kind, begun.worker) {
        (Kind::WorkerKilled, Some(number)) => world.start_again(number),
        // The night needs somebody.
        (Kind::WorkerLeaves, _) if world.working().is_empty() => {
            world.start_worker();
        }
        (Kind::WorkerPaused, Some(number)) => world.workers[number].signal(Signal::SIGCONT),
        (Kind::WorkerClockWrong, Some(number)) => return refused(world, number),
        (Kind::CoordinatorKilled, _) => world.resume_night(),
        (Kind::BrokerKilled, _) => servers.broker.restart(),
        (Kind::BrokerAlarm, _) => servers.broker.set_memory_alarm(false),
        (Kind::StoreKilled, _) => servers.engine.restart(),
        (Kind::StoreDiskFull, _) => {
            if let Ok(disk) = &servers.disk {
                disk.clear();
            }
        }
        (kind, worker) => {
            if let Some(wire) = kind.of_a_wire() {
                let place = worker.map_or(Place::Coordinator, Place::Worker);
                world.member(place).wire_to(wire.server).heal();
            }
        }
    }
    Ok(())
}

/// A worker whose clock is wrong has ended by itself and said why.
fn refused(world: &mut World, number: usize) -> Result<(), String> {
    let worker = &mut world.workers[number];
    let deadline = Instant::now() + REFUSED_WITHIN;
    while worker.is_alive() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    if worker.is_alive() {
        worker.kill();
        return Err("a worker whose clock is wrong by 600 s works".to_owned());
    }
    let ended = worker.wait();
    match ended {
        Some(ended) if ended.code == Some(1) && ended.stderr.contains("clock") => Ok(()),
        ended => Err(format!("a worker whose clock is wrong: {ended:?}")),
    }
}

/// Another time of day for a process, its monotonic clock left alone.
fn other_clock(sign: &str, by: &str) -> Result<Vec<(&'static str, String)>, String> {
    let folders = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib",
    ];
    let mut files = folders
        .iter()
        .map(|folder| format!("{folder}/faketime/libfaketimeMT.so.1"));
    let library = files.find(|file| std::path::Path::new(file).is_file());
    let library = library.ok_or("libfaketime is not installed (`apt-get install faketime`)")?;
    Ok(vec![
        ("LD_PRELOAD", library),
        ("FAKETIME", format!("{sign}{by}")),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}

/// The time of day.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default().as_millis() as i64
}
