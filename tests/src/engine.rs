//! A ClickHouse of the test's own, which can be killed and started again on its folder behind an
//! address that stays.

use std::{net::SocketAddr, path::PathBuf};

use beffroi_engine::{EngineSettings, Lifetime, RunningEngine};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::{
    Reply, Wire,
    installation::{engine_library, program},
    post, temporary_folder,
};

/// A running engine; it ends with its value, at the latest with this process.
#[derive(Debug)]
pub struct Engine {
    settings: EngineSettings,
    running: Option<RunningEngine>,
    user: &'static str,
    password: String,
    reader_password: String,
    wire: Wire,
    /// Where the folder is to be removed.
    _folder: Option<TempDir>,
}

impl Engine {
    /// Starts it on an empty folder.
    pub fn start() -> Self {
        let folder = temporary_folder();
        let data_dir = folder.path().join("engine");
        let mut engine = Self::start_in(data_dir);
        engine._folder = Some(folder);
        engine
    }

    /// Starts it on an empty folder of somebody else's.
    pub fn start_in(data_dir: PathBuf) -> Self {
        let settings = EngineSettings {
            data_dir,
            library: engine_library(),
            memory_mb: 1024,
            min_free_mb: 32,
            ..EngineSettings::default()
        };
        let running = launch(&settings);
        let endpoint = running.endpoint();
        Self {
            user: endpoint.user,
            password: endpoint.password.expose().to_owned(),
            reader_password: endpoint.reader_password.expose().to_owned(),
            wire: Wire::to(address(&running)),
            running: Some(running),
            settings,
            _folder: None,
        }
    }

    /// Its address, which a restart does not change.
    pub fn url(&self) -> String {
        format!("http://{}", self.wire.address())
    }

    /// Where it is reached by whoever has another way to it; a restart does not change it.
    pub fn address(&self) -> SocketAddr {
        self.wire.address()
    }

    /// The user with all rights.
    pub fn user(&self) -> &str {
        self.user
    }

    /// The user's password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The password of the user `reader`, who can only read.
    pub fn reader_password(&self) -> &str {
        &self.reader_password
    }

    /// Runs a statement as the user with all rights.
    pub fn query(&self, sql: &str) -> String {
        let Reply { status, body } = self.query_as(self.user, &self.password, sql);
        assert_eq!(status, 200, "{sql}: {body}");
        body.trim_end().to_owned()
    }

    /// Runs a statement as somebody.
    pub fn query_as(&self, user: &str, password: &str, sql: &str) -> Reply {
        let headers = format!("X-ClickHouse-User: {user}\r\nX-ClickHouse-Key: {password}\r\n");
        post(&self.url(), &headers, sql)
    }

    /// As a power cut would, save for the disk.
    pub fn kill(&mut self) {
        let running = self.running.take().expect("it runs");
        kill(
            Pid::from_raw(running.endpoint().pid.try_into().unwrap()),
            Signal::SIGKILL,
        )
        .unwrap();
        running.stop().unwrap();
    }

    /// Starts it again on its folder.
    pub fn restart(&mut self) {
        let running = launch(&self.settings);
        self.wire.lead_to(address(&running));
        self.running = Some(running);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if self.running.is_some() {
            // Nothing of it is wanted any more, so it need not tidy up.
            self.kill();
        }
    }
}

fn launch(settings: &EngineSettings) -> RunningEngine {
    let mut command = program();
    command.args(["engine", "serve"]);
    beffroi_engine::start(settings, Lifetime::WithOwner, command).unwrap()
}

fn address(running: &RunningEngine) -> SocketAddr {
    running
        .endpoint()
        .url
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap()
}
