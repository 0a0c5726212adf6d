//! `beffroi replay`: the present connectors over the archived answers. Nobody is asked: the polite client
//! answers from the archive.

mod cells;
mod play;

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
};

use anyhow::{Context, bail};
use beffroi_archive::Reader;
use beffroi_model::{AccountId, Platform};
use serde::Serialize;

use self::{cells::Cell, play::Player};
use crate::{
    cli::ReplayArgs,
    config::Config,
    output::{self, say},
    services::StoreService,
};

/// Changes shown one by one.
const SHOWN: usize = 20;

/// What a replay found.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ReplayReport {
    written: bool,
    visits: u64,
    /// Accounts in runs that were read again.
    accounts: u64,
    /// Figures that are the same.
    equal: u64,
    changed: u64,
    /// Rows that are stored and were not read again.
    gone: u64,
    /// Accounts of which nothing is stored (the visit's rows were never written).
    not_stored: u64,
    /// Accounts whose outcome is another one now.
    outcomes_changed: u64,
    /// Accounts that cannot be read again: the connector asks what was not archived.
    unplayable: u64,
    /// Files of the archive that end with a torn record.
    torn_files: u64,
    by_platform: BTreeMap<Platform, Counts>,
    changes: Vec<Change>,
    /// Nights whose observations were corrected, or would be.
    nights: BTreeSet<String>,
    roll_up_again: Option<String>,
}

/// The same for one platform.
#[derive(Debug, Default, Serialize)]
struct Counts {
    accounts: u64,
    equal: u64,
    changed: u64,
    gone: u64,
    unplayable: u64,
}

/// A figure that is another one now.
#[derive(Debug, Serialize)]
struct Change {
    run_id: String,
    account: String,
    account_id: String,
    table: &'static str,
    row: String,
    column: &'static str,
    old: Option<Cell>,
    new: Option<Cell>,
    is_gone: bool,
}

/// What is to be read again.
#[derive(Debug)]
struct Choice {
    run: Option<String>,
    platform: Option<Platform>,
    account: Option<String>,
}

impl Choice {
    fn try_new(args: &ReplayArgs) -> anyhow::Result<Self> {
        let account = match &args.account {
            None => None,
            Some(text) => Some(account_id(text)?),
        };
        Ok(Self {
            run: args.run.clone(),
            platform: args.platform,
            account,
        })
    }

    fn has(&self, request: &beffroi_archive::ArchivedRequest) -> bool {
        let account = &request.request.account;
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|it| it == found);
        is(&self.run, request.run_id.as_str())
            && self.platform.is_none_or(|it| it == account.platform)
            && is(&self.account, &account.account_id().to_string())
    }
}

fn account_id(text: &str) -> anyhow::Result<String> {
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        return Ok(id.to_string());
    }
    if let Some((platform, handle)) = text.split_once(':')
        && let Ok(platform) = platform.parse::<Platform>()
    {
        return Ok(AccountId::new(platform, handle).to_string());
    }
    bail!("`{text}` is no account; give `platform:handle` or an id")
}

pub(crate) async fn replay(config: &Config, args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let dir = config.archive.dir.as_deref().context(
        "there is no archive: set `archive.dir` to its folder (and to have one, before a run)",
    )?;
    let choice = Choice::try_new(&args)?;
    let last = last_visits(dir)?;
    let service = StoreService::open(config).await?;
    let mut player = Player::new(config, &service.store, args.write);
    let played = player.play(Reader::open(dir)?, &choice, &last).await;
    let report = player.report;
    service.close().await?;
    played?;
    if args.json {
        output::print_json(&report)?;
    } else {
        report.print()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The last visit of each job by its number: of a job that was tried several times the last try was
/// stored.
fn last_visits(dir: &std::path::Path) -> anyhow::Result<BTreeMap<(String, String), u64>> {
    let mut last = BTreeMap::new();
    let mut reader = Reader::open(dir)?;
    let mut number = 0;
    while let Some(visit) = reader.next_visit()? {
        for request in visit.requests {
            let key = (request.run_id.to_string(), request.job_id.to_string());
            last.insert(key, number);
        }
        number += 1;
    }
    Ok(last)
}

impl ReplayReport {
    fn print(&self) -> anyhow::Result<()> {
        say!(
            "{} accounts read again from {} visits: {} figures equal, {} changed, {} rows gone",
            self.accounts,
            self.visits,
            self.equal,
            self.changed,
            self.gone
        )?;
        for (platform, counts) in &self.by_platform {
            say!(
                "  {platform}: {} accounts, {} equal, {} changed, {} gone, {} cannot be read again",
                counts.accounts,
                counts.equal,
                counts.changed,
                counts.gone,
                counts.unplayable
            )?;
        }
        let number = |value: &Option<Cell>| {
            let value = value.as_ref();
            value.map_or(output::MISSING.to_owned(), Cell::to_string)
        };
        for change in self.changes.iter().take(SHOWN) {
            let place = format!(
                "{} {}, run {}: {} {}",
                change.account, change.table, change.run_id, change.row, change.column
            );
            if change.is_gone {
                say!("  {place} gone")?;
            } else {
                say!(
                    "  {place} {} -> {}",
                    number(&change.old),
                    number(&change.new)
                )?;
            }
        }
        if self.changes.len() > SHOWN {
            say!("  … and {} more (`--json`)", self.changes.len() - SHOWN)?;
        }
        for (count, what) in [
            (self.outcomes_changed, "accounts would end otherwise"),
            (self.not_stored, "accounts have no stored outcome"),
            (
                self.unplayable,
                "accounts cannot be read again: more is asked now than was archived",
            ),
            (
                self.torn_files,
                "files of the archive end with a torn record",
            ),
        ] {
            if count > 0 {
                say!("  {count} {what}")?;
            }
        }
        match (&self.roll_up_again, self.written) {
            (Some(command), true) => say!("stored; compute the figures again: `{command}`"),
            (Some(_), false) => say!("nothing was stored; `--write` does it"),
            (None, _) => Ok(()),
        }
    }
}
