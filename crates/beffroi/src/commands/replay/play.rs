//! Visits played again, and what comes of them compared and stored.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use anyhow::Context;
use beffroi_archive::{ArchivedRequest, Reader, Visit};
use beffroi_budget::Ledger;
use beffroi_connectors::{Connector, Credential, MeasureRequest, Measured, Secret};
use beffroi_fetch::{FetchClient, played};
use beffroi_model::{Job, Lane, Origin, Platform, RunId};
use beffroi_store::{CorrectionRow, Day, JobRows, Millis, Store, explain};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::{
    Change, Choice, ReplayReport,
    cells::{
        self, ACCOUNT, Cell, Difference, Differences, KIND, POST, RowKey, Seen, THREAD, thread_key,
    },
};
use crate::{config::Config, services};

/// Plays visits.
pub(super) struct Player<'a> {
    config: Config,
    store: &'a Store,
    write: bool,
    /// One client for all: nothing goes out.
    client: Option<FetchClient>,
    connectors: BTreeMap<(Platform, RunId), Arc<dyn Connector>>,
    pub(super) report: ReplayReport,
}

impl<'a> Player<'a> {
    pub(super) fn new(config: &Config, store: &'a Store, write: bool) -> Self {
        let mut config = config.clone();
        // Paces are for servers; nobody is asked here.
        config.platforms.mastodon.paging_requests = NonZeroU32::MAX;
        Self {
            config,
            store,
            write,
            client: None,
            connectors: BTreeMap::new(),
            report: ReplayReport {
                written: write,
                ..ReplayReport::default()
            },
        }
    }

    /// Plays the visits of the archive that are the last of their jobs and that are wanted.
    pub(super) async fn play(
        &mut self,
        mut reader: Reader,
        choice: &Choice,
        last: &BTreeMap<(String, String), u64>,
    ) -> anyhow::Result<()> {
        let mut number = 0;
        while let Some(visit) = reader.next_visit()? {
            let is_wanted = |it: &ArchivedRequest| {
                let key = (it.run_id.to_string(), it.job_id.to_string());
                choice.has(it) && last.get(&key) == Some(&number)
            };
            if visit.requests.iter().any(is_wanted) {
                self.visit(&visit, is_wanted).await?;
            }
            number += 1;
        }
        self.report.torn_files = reader.torn();
        if let Some(first) = self.report.nights.first() {
            self.report.roll_up_again = Some(format!("beffroi rollup --since {first}"));
        }
        Ok(())
    }

    async fn visit(
        &mut self,
        visit: &Visit,
        is_wanted: impl Fn(&ArchivedRequest) -> bool,
    ) -> anyhow::Result<()> {
        self.report.visits += 1;
        let (measured, unanswered) = self.told(visit).await?;
        for (archived, measured) in visit.requests.iter().zip(measured) {
            if !is_wanted(archived) {
                continue;
            }
            self.report.accounts += 1;
            let counts = self.report.by_platform.entry(visit.platform).or_default();
            counts.accounts += 1;
            if !unanswered.is_empty() {
                tracing::debug!(?unanswered, "asked now, and not archived");
                self.report.unplayable += 1;
                counts.unplayable += 1;
                continue;
            }
            self.account(visit, archived, measured).await?;
        }
        Ok(())
    }

    /// What the present connector makes of a visit, and the addresses that it misses.
    ///
    /// It is told by the one that has been told the run's visits so far, for what is learnt of a platform in
    /// one visit is used in the next. Where that one asks otherwise than was asked (it rests, for an answer
    /// told it to, and here no time passes), by one that knows nothing; and where that asks otherwise too, by
    /// one without a credential, since perhaps there was none.
    async fn told(&mut self, visit: &Visit) -> anyhow::Result<(Vec<Measured>, Vec<Url>)> {
        let requests: Vec<MeasureRequest> =
            visit.requests.iter().map(|it| it.request.clone()).collect();
        let knowing = self.knowing(visit)?;
        let (mut best, told) = played(visit.recording.clone(), knowing.measure(&requests)).await;
        let mut unanswered = told.unanswered;
        if unanswered.is_empty() && told.is_all_asked {
            return Ok((best, unanswered));
        }
        for has_credential in [true, false] {
            let credential = has_credential.then(|| self.credential(visit.platform));
            let connector = self.connector(visit.platform, credential)?;
            let (other, told) = played(visit.recording.clone(), connector.measure(&requests)).await;
            let is_told = told.unanswered.is_empty();
            if is_told && (told.is_all_asked || has_credential) {
                (best, unanswered) = (other, told.unanswered);
            }
            if is_told && told.is_all_asked {
                break;
            }
        }
        Ok((best, unanswered))
    }

    async fn account(
        &mut self,
        visit: &Visit,
        archived: &ArchivedRequest,
        measured: Measured,
    ) -> anyhow::Result<()> {
        let Some(outcome) = self.stored_outcome(archived).await? else {
            self.report.not_stored += 1;
            return Ok(());
        };
        if outcome != measured.measurement.outcome.kind().as_str() {
            self.report.outcomes_changed += 1;
        }
        let account = &archived.request.account;
        let (account_id, run) = (
            account.account_id().to_string(),
            archived.run_id.to_string(),
        );
        let night = archived.run_id.date().to_string();
        let stored = cells::stored(self.store, &account_id, &run, &night).await?;
        let job = Job::new(
            archived.run_id.clone(),
            archived.request.as_of,
            Lane::api(account.platform),
            account.clone(),
            archived.request.subjects.clone(),
            Origin::Planned,
        );
        let mut rows = JobRows::of(&job, &measured.measurement, "replay", visit.at);
        let read = cells::of_rows(&rows, &stored);
        let found = cells::compare(&stored, &read);
        self.count(visit.platform, &found);
        if found.changed.is_empty() && found.gone.is_empty() {
            return Ok(());
        }
        self.report.nights.insert(night);
        self.tell(archived, &found);
        if self.write && !found.changed.is_empty() {
            keep_changed(&mut rows, &stored, &found.changed, visit.at);
            let corrections = corrections(archived, &found.changed);
            self.store.write_corrected(&rows, &corrections).await?;
        }
        Ok(())
    }

    fn count(&mut self, platform: Platform, found: &Differences) {
        let (changed, gone) = (found.changed.len() as u64, found.gone.len() as u64);
        self.report.equal += found.equal;
        self.report.changed += changed;
        self.report.gone += gone;
        let counts = self.report.by_platform.entry(platform).or_default();
        counts.equal += found.equal;
        counts.changed += changed;
        counts.gone += gone;
    }

    fn tell(&mut self, archived: &ArchivedRequest, found: &Differences) {
        let account = &archived.request.account;
        let change = |row: &RowKey, column, old, new, is_gone| Change {
            run_id: archived.run_id.to_string(),
            account: format!("{}:{}", account.platform, account.handle),
            account_id: account.account_id().to_string(),
            table: row.0,
            row: row.1.clone(),
            column,
            old,
            new,
            is_gone,
        };
        let changed = found
            .changed
            .iter()
            .map(|it| change(&it.row, it.column, it.old.clone(), it.new.clone(), false));
        let gone = found
            .gone
            .iter()
            .map(|row| change(row, "", None, None, true));
        self.report.changes.extend(changed.chain(gone));
    }

    /// How the job ended; `None` where its rows were never written.
    async fn stored_outcome(&self, archived: &ArchivedRequest) -> anyhow::Result<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            outcome: String,
        }
        let (runs, jobs) = (
            vec![archived.run_id.to_string()],
            vec![archived.job_id.to_string()],
        );
        let nights = vec![archived.run_id.date().to_string()];
        let parameters = [("runs", runs), ("jobs", jobs), ("nights", nights)];
        let rows: Vec<Row> = self
            .store
            .json_rows_of(explain::OUTCOMES, &parameters)
            .await?;
        Ok(rows.into_iter().next().map(|row| row.outcome))
    }

    /// The connector of a platform that knows what its run's visits told so far.
    fn knowing(&mut self, visit: &Visit) -> anyhow::Result<Arc<dyn Connector>> {
        let run = visit.requests.first().context("a visit is of no account")?;
        let key = (visit.platform, run.run_id.clone());
        if let Some(connector) = self.connectors.get(&key) {
            return Ok(Arc::clone(connector));
        }
        let credential = self.credential(visit.platform);
        let connector = self.connector(visit.platform, Some(credential))?;
        self.connectors.insert(key, Arc::clone(&connector));
        Ok(connector)
    }

    /// A connector that knows nothing yet. What its credential may spend has been spent.
    fn connector(
        &mut self,
        platform: Platform,
        credential: Option<Credential>,
    ) -> anyhow::Result<Arc<dyn Connector>> {
        let client = match &self.client {
            Some(client) => client.clone(),
            None => FetchClient::try_new(self.config.fetch.clone())?,
        };
        self.client = Some(client.clone());
        let ledger = Ledger::without_bounds();
        let made = services::connector(&self.config, &client, &ledger, platform, credential);
        made.with_context(|| format!("{platform} has no connector any more"))
    }

    /// A secret is not needed to read what was answered; our own account's id is, where there is one.
    fn credential(&self, platform: Platform) -> Credential {
        let read = match services::credentials(&self.config, platform) {
            Ok(credentials) => credentials.into_iter().next().flatten(),
            Err(_) => None,
        };
        read.unwrap_or_else(|| Credential {
            name: "replay".to_owned(),
            id: Some("replay".to_owned()),
            secret: Secret::new("none"),
        })
    }
}

/// Leaves the rows that have changed, each a millisecond later than the one it replaces: it takes its
/// place, and is as old as it was when it was read.
fn keep_changed(rows: &mut JobRows, stored: &Seen, changed: &[Difference], at: Timestamp) {
    let of_account = stored.get(&(ACCOUNT, String::new()));
    let usual = of_account.map_or(at.as_millisecond(), |(_, observed_at)| *observed_at);
    let moment = |row: RowKey| -> Option<Millis> {
        let is_changed = changed.iter().any(|it| it.row == row);
        let replaced = stored.get(&row).map(|(_, observed_at)| observed_at + 1);
        is_changed.then(|| Millis(replaced.unwrap_or(usual)))
    };
    rows.account_observations.retain_mut(|row| {
        let at = moment((ACCOUNT, String::new()));
        row.observed_at = at.unwrap_or(row.observed_at);
        at.is_some()
    });
    rows.post_observations.retain_mut(|row| {
        let at = moment((POST, row.post_id.clone()));
        row.observed_at = at.unwrap_or(row.observed_at);
        at.is_some()
    });
    rows.dialogues.retain_mut(|row| {
        let key = thread_key(&row.post_id, row.opened_at.0, row.rank);
        let at = moment((THREAD, key));
        row.observed_at = at.unwrap_or(row.observed_at);
        at.is_some()
    });
    // Of a post that is new: where it is and when it was published; what it shows is left to the nights,
    // since its archive may lack it. Of those known, what they show where that has changed.
    rows.posts.retain_mut(|post| {
        if let Some(at) = moment((KIND, post.post_id.clone())) {
            post.seen_at = at;
            return true;
        }
        post.seen_at = Millis(usual);
        post.kind.clear();
        !stored.contains_key(&(POST, post.post_id.clone()))
    });
}

fn corrections(archived: &ArchivedRequest, changed: &[Difference]) -> Vec<CorrectionRow> {
    let account = &archived.request.account;
    let row = |it: &Difference| CorrectionRow {
        account_id: account.account_id().as_uuid(),
        run_id: archived.run_id.to_string(),
        night: Day::from(archived.run_id.date()),
        platform: account.platform.to_string(),
        table_name: it.row.0.to_owned(),
        row_key: it.row.1.clone(),
        column_name: it.column.to_owned(),
        old_value: it.old.as_ref().map(Cell::to_string),
        new_value: it.new.as_ref().map(Cell::to_string),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        replayed_at: Millis::now(),
    };
    changed.iter().map(row).collect()
}
