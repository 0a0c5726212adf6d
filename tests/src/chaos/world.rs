//! A small France, the processes of one night in it, and the wires between them and the servers.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use beffroi_sim::SimSettings;
use jiff::Timestamp;
use nix::sys::signal::Signal;

use crate::{
    Ended, Holdings, Installation, Running, Simulator, Wire,
    chaos::{Disturbed, Servers, kind::Server},
    dying_with_us, wait_until,
};

/// What a round sets on top of what every short night does: few lanes, hosts that are given up are soon
/// asked again, an outage is known sooner.
const ROUND: [(&str, &str); 9] = [
    ("BEFFROI_RUN__HOST_LANES", "8"),
    ("BEFFROI_FETCH__HOST_GIVE_UP", "5s"),
    ("BEFFROI_FETCH__READ_TIMEOUT", "3s"),
    ("BEFFROI_FETCH__BACKOFF_BASE", "1s"),
    ("BEFFROI_FETCH__BACKOFF_MAX", "4s"),
    ("BEFFROI_PLATFORMS__MASTODON__PER", "20s"),
    ("BEFFROI_PLATFORMS__MASTODON__PAGING_PER", "20s"),
    ("BEFFROI_STORE__GIVE_UP_AFTER", "2m"),
    ("BEFFROI_QUEUE__OUTAGE_TIMEOUT", "2m"),
];

/// How long a lane is held without a proof.
pub const HOLD: Duration = Duration::from_secs(2);

/// How much longer than a disturbance a lane may take to change hands because of it.
const AFTERMATH: Duration = Duration::from_secs(10);

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct WorldSettings {
    /// How many collectivities there are.
    pub collectivities: u32,
    /// The simulator's settings.
    pub sim: SimSettings,
    /// Variables of the program's environment, on top of all others.
    pub environment: Vec<(&'static str, String)>,
}

/// A process of the night, with its own wires.
#[derive(Debug)]
pub struct Member {
    /// Its name, also in outcomes and in the User-Agent.
    pub name: String,
    /// Its wire to the broker.
    pub broker: Wire,
    /// Its wire to the store.
    pub store: Wire,
    /// The process, unless it was killed.
    pub running: Option<Running>,
    /// Whether it was told to leave.
    pub is_leaving: bool,
    /// What it held, from its start on, a look a second.
    pub holdings: Vec<Holdings>,
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, String)>,
    lives: u32,
}

/// A member by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A worker, by its number.
    Worker(usize),
    /// `beffroi run --no-work`.
    Coordinator,
}

/// The night and all that takes part in it.
#[derive(Debug)]
pub struct World {
    /// The simulated France.
    pub france: Simulator,
    /// An installation with ways of its own to broker and store, which no fault touches.
    pub home: Installation,
    /// `beffroi run --no-work`.
    pub coordinator: Member,
    /// The workers, those that have gone among them.
    pub workers: Vec<Member>,
    /// Those that could not let go of their lanes in good order.
    pub disturbed: Vec<Disturbed>,
    /// How the names of queues begin.
    pub prefix: String,
    broker_url: String,
    ways: Ways,
    begun: Instant,
}

/// Where wires lead.
#[derive(Debug, Clone, Copy)]
struct Ways {
    broker: std::net::SocketAddr,
    store: std::net::SocketAddr,
}

impl World {
    /// Makes a world in a folder; `name` keeps it apart in broker and store. Nobody works yet.
    pub fn new(servers: &mut Servers, folder: &Path, name: &str, settings: &WorldSettings) -> Self {
        let france = Simulator::start_in(folder, settings.collectivities, &settings.sim);
        let mut home = Installation::in_france_at(&france, folder)
            .with_engine(&servers.engine)
            .with_queue(&servers.broker.url())
            .with_variable("BEFFROI_QUEUE__PREFIX", name)
            .with_variable("BEFFROI_STORE__DATABASE", name);
        for (variable, value) in ROUND {
            home = home.with_variable(variable, value);
        }
        home = home.with_variable("BEFFROI_QUEUE__HOLD", &format!("{}s", HOLD.as_secs()));
        for (variable, value) in &settings.environment {
            home = home.with_variable(variable, value);
        }
        servers.import(&home, name, settings);
        let ways = Ways {
            broker: servers.broker.address(),
            store: servers.engine.address(),
        };
        Self {
            coordinator: Member::new("run", ways, &["run", "--no-work", "--json"]),
            france,
            home,
            workers: Vec::new(),
            disturbed: Vec::new(),
            prefix: name.to_owned(),
            broker_url: servers.broker.url(),
            ways,
            begun: Instant::now(),
        }
    }

    /// From now on for `lasting` and some seconds, this worker cannot let go of its lanes in good order.
    pub fn disturb(&mut self, number: usize, lasting: Duration) {
        let from_ms = Timestamp::now().as_millisecond();
        let lasting_ms = (lasting + AFTERMATH).as_millis() as i64;
        self.disturbed.push(Disturbed {
            worker: self.workers[number].name.clone(),
            from_ms,
            until_ms: from_ms + lasting_ms,
        });
    }

    /// Starts one more worker and tells its number.
    pub fn start_worker(&mut self) -> usize {
        self.start_worker_with(Vec::new())
    }

    /// The same with variables of its own.
    pub fn start_worker_with(&mut self, environment: Vec<(&'static str, String)>) -> usize {
        let number = self.workers.len();
        let name = format!("w{number}");
        let mut worker = Member::new(&name, self.ways, &["worker"]);
        worker.environment = vec![
            ("BEFFROI_WORKER__NAME", name.clone()),
            (
                "BEFFROI_FETCH__CONTACT",
                format!("https://observatoire.test/{name}"),
            ),
        ];
        worker.environment.extend(environment);
        worker.start(&self.home, &self.broker_url, &[]);
        self.workers.push(worker);
        number
    }

    /// Waits until each worker that lives has said that it is ready.
    pub fn wait_for_workers(&mut self) {
        for worker in &mut self.workers {
            let Some(running) = &mut worker.running else {
                continue;
            };
            wait_until("a worker is ready", || {
                let log = running.stderr();
                assert!(!running.has_ended(), "{} has ended: {log}", worker.name);
                log.contains("worker ready")
            });
        }
    }

    /// Starts the night.
    pub fn start_night(&mut self) {
        self.begun = Instant::now();
        self.coordinator.start(&self.home, &self.broker_url, &[]);
    }

    /// Goes on with the night after its coordinator was killed.
    pub fn resume_night(&mut self) {
        let resume = ["--resume"];
        self.coordinator
            .start(&self.home, &self.broker_url, &resume);
    }

    /// Starts a worker again that was killed.
    pub fn start_again(&mut self, worker: usize) {
        self.workers[worker].start(&self.home, &self.broker_url, &[]);
    }

    /// How long ago the night was started.
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Workers that work: alive, and not told to leave.
    pub fn working(&mut self) -> Vec<usize> {
        let mut working = Vec::new();
        for (number, worker) in self.workers.iter_mut().enumerate() {
            if worker.is_alive() && !worker.is_leaving {
                working.push(number);
            }
        }
        working
    }

    /// A member.
    pub fn member(&mut self, place: Place) -> &mut Member {
        match place {
            Place::Worker(number) => &mut self.workers[number],
            Place::Coordinator => &mut self.coordinator,
        }
    }
}

impl Member {
    fn new(name: &str, ways: Ways, arguments: &[&'static str]) -> Self {
        Self {
            name: name.to_owned(),
            broker: Wire::to(ways.broker),
            store: Wire::to(ways.store),
            running: None,
            is_leaving: false,
            holdings: Vec::new(),
            arguments: arguments.to_vec(),
            environment: Vec::new(),
            lives: 0,
        }
    }

    fn start(&mut self, home: &Installation, broker_url: &str, more: &[&str]) {
        self.lives += 1;
        self.is_leaving = false;
        self.holdings.clear();
        let arguments = [&self.arguments[..], more].concat();
        let mut command: Command = home.command(&arguments);
        let own_way = |url: &str, wire: &Wire| {
            let (before, rest) = url.split_once("127.0.0.1:").expect("a loopback address");
            let after = rest.trim_start_matches(|it: char| it.is_ascii_digit());
            format!("{before}{}{after}", wire.address())
        };
        command.env("BEFFROI_QUEUE__URL", own_way(broker_url, &self.broker));
        command.env(
            "BEFFROI_STORE__URL",
            format!("http://{}", self.store.address()),
        );
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        let name = format!("{}-{}", self.name, self.lives);
        let dying = dying_with_us(&command);
        self.running = Some(Running::start(dying, home.folder(), &name));
    }

    /// Its wire to a server.
    pub(crate) fn wire_to(&self, server: Server) -> &Wire {
        match server {
            Server::Broker => &self.broker,
            Server::Store => &self.store,
        }
    }

    /// Whether its process runs.
    pub fn is_alive(&mut self) -> bool {
        self.running
            .as_mut()
            .is_some_and(|running| !running.has_ended())
    }

    /// Ends it at once, without a chance to tidy up.
    pub fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
        }
    }

    /// Asks it to leave.
    pub fn leave(&mut self) {
        self.is_leaving = true;
        self.signal(Signal::SIGTERM);
    }

    /// Sends a signal to it, if it is alive.
    pub fn signal(&mut self, signal: Signal) {
        if self.is_alive()
            && let Some(running) = &self.running
        {
            running.signal(signal);
        }
    }

    /// Writes down what it holds now.
    pub fn look_at_holdings(&mut self) {
        let now = self.running.as_ref().and_then(Running::holdings);
        self.holdings.extend(now);
    }

    /// Waits for its end; `None` when it was killed before.
    pub fn wait(&mut self) -> Option<Ended> {
        self.running.take().map(Running::wait)
    }

    /// What its present or last life has logged, by file.
    pub fn log(&self, home: &Installation) -> PathBuf {
        home.folder()
            .join(format!("{}-{}.err", self.name, self.lives))
    }
}
