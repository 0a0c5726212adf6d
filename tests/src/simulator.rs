//! `beffroi sim serve` as a process of its own; it ends with its standard input, that is with us.

use std::{fs, process::Stdio};

use beffroi_sim::{MetersReport, RefereeReport, SimSettings};
use tempfile::TempDir;

use crate::{Running, get, installation::program, temporary_folder, wait_until};

/// A simulated France that answers.
#[derive(Debug)]
pub struct Simulator {
    process: Running,
    url: String,
    folder: TempDir,
}

impl Simulator {
    /// Serves a France of so many collectivities on free ports.
    pub fn start(collectivities: u32) -> Self {
        Self::start_with(collectivities, &SimSettings::default())
    }

    /// The same with what the settings say of the networks: quotas, spoilt answers, names of fields.
    pub fn start_with(collectivities: u32, settings: &SimSettings) -> Self {
        let folder = temporary_folder();
        let file = folder.path().join("simulator.toml");
        fs::write(&file, toml::to_string(settings).unwrap()).unwrap();
        let mut command = program();
        command
            .args([
                "sim",
                "serve",
                "--until-eof",
                "--limit",
                &collectivities.to_string(),
            ])
            .args([
                "--http-port",
                "0",
                "--https-port",
                "0",
                "--dns-port",
                "0",
                "--out",
            ])
            .arg(folder.path())
            .arg("--settings")
            .arg(&file)
            .stdin(Stdio::piped());
        let mut process = Running::start(command, folder.path(), "simulator");
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
            folder,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it wants of a crawler's configuration.
    pub fn crawler_config(&self) -> String {
        fs::read_to_string(self.folder.path().join("beffroi.toml")).unwrap()
    }

    /// The file with the simulated websites, for `beffroi registry import`.
    pub fn registry(&self) -> String {
        self.folder
            .path()
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
