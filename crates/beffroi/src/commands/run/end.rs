//! The end of a run: its certificate, or who was before it.

use std::process::ExitCode;

use anyhow::Context;
use beffroi_model::RunId;
use beffroi_plan::Scope;
use beffroi_policy::Policies;
use beffroi_store::{RunRow, Store, run_state};
use jiff::Timestamp;

use super::{begin::new_row, turn::Taken, write};
use crate::{
    certificate::Certificate,
    commands::rollup,
    config::Config,
    output::{self, tell},
    policies,
};

/// Exit status of a run that was interrupted, as a shell has it for Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Exit status of a run that was refused because another is at work.
const REFUSED: u8 = 3;

/// Writes the certificate and the run's end, and shows them.
pub(super) async fn conclude(
    config: &Config,
    store: &Store,
    policies: &Policies,
    row: RunRow,
    is_complete: bool,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let run_id: RunId = row.run_id.parse()?;
    store.flag_implausible(&run_id).await?;
    let lines = store.certificate(&run_id).await?;
    let now = Timestamp::now();
    let (as_of, started_at) = (row.as_of.timestamp(), row.started_at.timestamp());
    let certificate = Certificate::of(run_id, as_of, started_at, now, &lines);
    let is_complete = is_complete && certificate.complete;
    let row = RunRow {
        ended_at: is_complete.then(|| now.into()),
        certificate: serde_json::to_string(&certificate).expect("a certificate is plain JSON"),
        ..row
    };
    write(
        store,
        &row,
        if is_complete {
            run_state::COMPLETE
        } else {
            run_state::INTERRUPTED
        },
    )
    .await?;
    show(&certificate, json)?;
    if !is_complete {
        tell!("go on with `{}`", command_to_resume(&row));
    }
    // The night is over and told, whatever becomes of what follows.
    if is_complete {
        judge(config, store, policies, &row).await;
    }
    policies::apply(store, policies)
        .await
        .context("what is too old could not be removed; do it with `beffroi policy apply`")?;
    Ok(if is_complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INTERRUPTED)
    })
}

/// Computes the figures of a run over everything. What goes wrong is told with how to repeat it.
async fn judge(config: &Config, store: &Store, policies: &Policies, row: &RunRow) {
    let result = async {
        let judged = store.judged_nights().await?;
        match judged.iter().find(|it| it.run_id == row.run_id) {
            Some(night) => rollup::compute(config, store, policies, night)
                .await
                .map(|_| ()),
            None => Ok(()),
        }
    };
    if let Err(error) = result.await {
        tell!(
            "error: the night is complete, but its figures are not computed: {error:#}; do it with `{}`",
            rollup::command_to_repeat(row.night.date())
        );
    }
}

/// Says who is at work. A run that nobody has begun is recorded as skipped, so that a night of which
/// there are no figures can be told from one that was never asked for.
pub(super) async fn refuse(
    store: &Store,
    run_id: &RunId,
    scope: &Scope,
    taken: &Taken,
) -> anyhow::Result<ExitCode> {
    tell!(
        "error: another `beffroi run` is at work on this store ({}); wait for its end, or stop it first",
        taken.by
    );
    let present = store.run(run_id).await?;
    let has_begun = |row: &RunRow| row.state != run_state::SKIPPED;
    if taken.is_of(run_id) || present.as_ref().is_some_and(has_begun) {
        return Ok(ExitCode::from(REFUSED));
    }
    let row = RunRow {
        reason: format!("another run was at work: {}", taken.by),
        ..new_row(run_id, scope)
    };
    write(store, &row, run_state::SKIPPED).await?;
    tell!(
        "run {run_id} is recorded as skipped; do it later with `{}`",
        command_to_begin(&row)
    );
    Ok(ExitCode::from(REFUSED))
}

/// What to type to begin a run of that name.
pub(crate) fn command_to_begin(row: &RunRow) -> String {
    let scope: Scope = serde_json::from_str(&row.scope).unwrap_or_default();
    let mut command = format!("beffroi run --date {}", &row.run_id[..10]);
    for only in scope.restrictions() {
        command.push_str(&format!(" --only {only}"));
    }
    command
}

/// What to type to go on with a run.
pub(crate) fn command_to_resume(row: &RunRow) -> String {
    format!("{} --resume", command_to_begin(row))
}

fn show(certificate: &Certificate, json: bool) -> anyhow::Result<()> {
    if json {
        return output::print_json(certificate);
    }
    certificate.print()
}

/// The certificate of a run that has ended.
pub(crate) fn stored_certificate(row: &RunRow) -> anyhow::Result<Certificate> {
    serde_json::from_str(&row.certificate)
        .with_context(|| format!("the certificate of run {} cannot be read", row.run_id))
}

pub(super) fn show_stored(row: &RunRow, json: bool) -> anyhow::Result<ExitCode> {
    show(&stored_certificate(row)?, json)?;
    Ok(ExitCode::SUCCESS)
}
