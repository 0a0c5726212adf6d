//! The simulated France as the benches of many workers use it: a process of its own, asked over HTTP for
//! what came when, and a registry of the parts of it that a bench wants.

use std::{collections::HashMap, fs, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use beffroi_model::Platform;
use beffroi_sim::{Expected, RefereeReport, SimSettings, TruthLine};
use serde::Deserialize;
use tempfile::TempDir;
use url::Url;

use crate::{
    plain,
    program::{Process, program, temporary_folder},
};

/// All of France is drawn in a second or two.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A simulated France that answers; it ends when this is dropped.
#[derive(Debug)]
pub struct France {
    process: Process,
    url: String,
    folder: TempDir,
    client: reqwest::Client,
}

/// One address of it, and what came there.
#[derive(Debug, Clone, Deserialize)]
pub struct Place {
    /// The address, which is the host group of the websites behind it.
    pub address: String,
    /// The names behind it.
    pub hosts: Vec<String>,
    /// Moments of arrival, milliseconds since 1970, in order.
    pub arrivals_ms: Vec<i64>,
}

/// A website of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its body's key.
    pub body: String,
    /// Its address.
    pub url: Url,
}

/// An account on a body's pages, that a right crawler would accept as its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its body's key.
    pub body: String,
    /// Where.
    pub platform: Platform,
    /// Its address as the page writes it.
    pub href: String,
}

impl France {
    /// Starts it with so many collectivities.
    pub fn start(collectivities: usize, settings: &SimSettings) -> anyhow::Result<Self> {
        let folder = temporary_folder()?;
        let file = folder.path().join("simulator.toml");
        fs::write(&file, toml::to_string(settings)?)?;
        let mut command = program()?;
        command
            .args(["sim", "serve", "--http-port", "0", "--https-port", "0"])
            .args(["--dns-port", "0", "--limit", &collectivities.to_string()])
            .arg("--settings")
            .arg(&file)
            .arg("--out")
            .arg(folder.path())
            .stdin(Stdio::null());
        let mut process = Process::start(command, folder.path(), "simulator")?;
        process.wait_until(START_LIMIT, |process| process.stdout().contains("Ctrl-C"))?;
        let said = process.stdout();
        let url = said
            .split_once("answers at ")
            .and_then(|(_, rest)| rest.split_once(';'))
            .map(|(url, _)| url.to_owned());
        Ok(Self {
            url: url.context("the simulator does not say where it answers")?,
            process,
            folder,
            client: plain::client()?,
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The configuration with which a crawler meets it.
    pub fn crawler_config(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("beffroi.toml"))?)
    }

    /// All its addresses, with what came there so far.
    pub async fn places(&self) -> anyhow::Result<Vec<Place>> {
        let text = self.get("places").await?;
        let lines = text.lines().map(serde_json::from_str);
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// What the referee says so far.
    pub async fn referee(&self) -> anyhow::Result<RefereeReport> {
        Ok(serde_json::from_str(&self.get("referee").await?)?)
    }

    /// Its websites, in plain http alone.
    pub async fn sites(&self) -> anyhow::Result<Vec<Site>> {
        let csv = self.get("registry.csv").await?;
        let sites = csv.lines().skip(1).filter_map(|line| {
            let mut columns = line.split(',');
            let (body, _field) = (columns.next()?, columns.next()?);
            let url: Url = columns.next()?.parse().ok()?;
            (url.scheme() == "http").then(|| Site {
                body: body.to_owned(),
                url,
            })
        });
        Ok(sites.collect())
    }

    /// Accounts on these platforms.
    pub async fn accounts(&self, platforms: &[Platform]) -> anyhow::Result<Vec<Account>> {
        let mut accounts = Vec::new();
        for line in self.get("truth.ndjson").await?.lines() {
            let line: TruthLine = serde_json::from_str(line)?;
            for account in line.accounts {
                let is_measured = account
                    .measure
                    .is_some_and(|truth| truth.outcome == "measured");
                if is_measured
                    && account.expected == Expected::Accept
                    && platforms.contains(&account.platform)
                    && account.href.starts_with("http")
                {
                    accounts.push(Account {
                        body: line.collectivity_id.clone(),
                        platform: account.platform,
                        href: account.href,
                    });
                }
            }
        }
        Ok(accounts)
    }

    /// Writes the corrections that leave the registry with these websites and accounts and no other, so
    /// that no real address is in any plan. Gives the file's name.
    pub fn registry(&self, sites: &[Site], accounts: &[Account]) -> anyhow::Result<String> {
        let wanted: HashMap<&str, &Url> = sites
            .iter()
            .map(|site| (site.body.as_str(), &site.url))
            .collect();
        let whole = fs::read_to_string(self.folder.path().join("registry.csv"))?;
        let mut csv = String::from("collectivity,field,value,note\n");
        for line in whole.lines().skip(1) {
            let body = line.split(',').next().unwrap_or_default();
            let url = wanted.get(body).map(|url| url.as_str()).unwrap_or_default();
            csv.push_str(&format!("{body},website,{url},bench\n"));
        }
        for account in accounts {
            csv.push_str(&format!(
                "{},account,{},bench\n",
                account.body, account.href
            ));
        }
        let path = self.folder.path().join("bench.csv");
        fs::write(&path, csv)?;
        Ok(path.display().to_string())
    }

    async fn get(&self, what: &str) -> anyhow::Result<String> {
        let url = format!("{}/_sim/{what}", self.url);
        let answer = self.client.get(&url).send().await?;
        ensure!(
            answer.status() == 200,
            "`{url}` answers {}",
            answer.status()
        );
        Ok(answer.text().await?)
    }
}
