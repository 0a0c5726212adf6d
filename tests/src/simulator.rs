//! `beffroi sim serve` as a process of its own; it ends with its standard input, that is with us.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use beffroi_sim::{Arrival, MetersReport, RefereeReport, SimSettings};
use tempfile::TempDir;

use crate::{Running, get, installation::program, temporary_folder, wait_until};

/// A simulated France that answers.
#[derive(Debug)]
pub struct Simulator {
    process: Running,
    url: String,
    folder: PathBuf,
    /// Where the folder is to be removed.
    _own: Option<TempDir>,
}

/// Bad weather over all of France, as the simulator's README has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Every host answers late.
    Slow,
    /// Every host takes requests and says nothing.
    Silent,
    /// Every host hangs up, with a reset.
    Reset,
}

impl Simulator {
    /// Serves a France of so many collectivities on free ports.
    pub fn start(collectivities: u32) -> Self {
        Self::start_with(collectivities, &SimSettings::default())
    }

    /// The same with what the settings say of the networks: quotas, spoilt answers, names of fields.
    pub fn start_with(collectivities: u32, settings: &SimSettings) -> Self {
        let own = temporary_folder();
        let folder = own.path().to_owned();
        let settings = SimSettings {
            http_port: 0,
            https_port: 0,
            dns_port: 0,
            ..settings.clone()
        };
        Self {
            _own: Some(own),
            ..Self::start_in(&folder, collectivities, &settings)
        }
    }

    /// The same in a folder of somebody else's, which stays, and on the settings' ports.
    pub fn start_in(folder: &Path, collectivities: u32, settings: &SimSettings) -> Self {
        let file = folder.join("simulator.toml");
        fs::write(&file, toml::to_string(settings).unwrap()).unwrap();
        let as_of = settings
            .as_of
            .map(|as_of| ["--as-of".to_owned(), as_of.to_string()]);
        let as_of = as_of.into_iter().flatten();
        let mut command = program();
        command
            .args([
                "sim",
                "serve",
                "--until-eof",
                "--limit",
                &collectivities.to_string(),
            ])
            .args(["--http-port", &settings.http_port.to_string()])
            .args(["--https-port", &settings.https_port.to_string()])
            .args(["--dns-port", &settings.dns_port.to_string()])
            .arg("--out")
            .arg(folder)
            .arg("--seed")
            .arg(settings.seed.to_string())
            .args(as_of)
            .arg("--settings")
            .arg(&file)
            .stdin(Stdio::piped());
        let mut process = Running::start(command, folder, "simulator");
        let mut url = None;
        wait_until("the simulator answers", || {
            assert!(
                !process.has_ended(),
                "the simulator has ended: {}",
                process.stderr()
            );
            url = address(&process.stdout());
            url.is_some()
        });
        let url = url.expect("it was waited for");
        Self {
            process,
            url,
            folder: folder.to_owned(),
            _own: None,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it wants of a crawler's configuration.
    pub fn crawler_config(&self) -> String {
        fs::read_to_string(self.folder.join("beffroi.toml")).unwrap()
    }

    /// The file with the simulated websites, for `beffroi registry import`.
    pub fn registry(&self) -> String {
        self.folder
            .join("registry.csv")
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// What the referee has seen so far.
    pub fn referee(&self) -> RefereeReport {
        let reply = get(&format!("{}/_sim/referee", self.url));
        serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.body))
    }

    /// What the credentials of the networks' APIs have used so far.
    pub fn meters(&self) -> MetersReport {
        let reply = get(&format!("{}/_sim/meters", self.url));
        serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.body))
    }

    /// Who asked which host when, so far; only of one whose settings ask for it.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let reply = get(&format!("{}/_sim/arrivals", self.url));
        let lines = reply.body.lines();
        let arrivals = lines.map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        arrivals.collect()
    }

    /// Orders bad weather for so long.
    pub fn weather(&self, weather: Weather, lasting: Duration) {
        let kind = match weather {
            Weather::Slow => "slow",
            Weather::Silent => "silent",
            Weather::Reset => "reset",
        };
        let ms = lasting.as_millis();
        let reply = get(&format!("{}/_sim/weather?kind={kind}&ms={ms}", self.url));
        assert_eq!(reply.status, 204, "{}", reply.body);
    }

    /// Waits until it has been asked so often.
    pub fn wait_for_requests(&self, count: u64) {
        wait_until("the simulator is asked", || {
            self.referee().requests >= count
        });
    }

    /// What it logged.
    pub fn log(&self) -> String {
        self.process.stderr()
    }
}

/// The address in the line that says that it answers.
fn address(said: &str) -> Option<String> {
    let from = said.find("http://127.0.0.1:")?;
    let rest = &said[from..];
    Some(rest[..rest.find(';')?].to_owned())
}
