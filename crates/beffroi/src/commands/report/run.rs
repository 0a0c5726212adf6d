//! `beffroi report run`: a run's certificate, and how much of each stratum its night measured.

use anyhow::bail;
use beffroi_store::{ReportColumn, ReportRows, RunRow, Store, reports, run_state};

use super::{
    Desk,
    asked::judged_nights,
    columns::Dictionary,
    dictionary, export, kind,
    table::{self},
};
use crate::{
    cli::{Output, ReportFormat},
    commands::run::{command_to_begin, command_to_resume, stored_certificate},
    output::say,
    words::Lang,
};

/// The run that is meant: by its whole name, or the latest.
pub(crate) async fn find_run(store: &Store, name: Option<&str>) -> anyhow::Result<RunRow> {
    let runs = store.runs().await?;
    let found = match name {
        Some(name) => runs.iter().find(|run| run.run_id == name),
        // A night that was skipped has no figures.
        None => runs.iter().find(|run| run.state != run_state::SKIPPED),
    };
    match (found, name) {
        (Some(run), _) => Ok(run.clone()),
        (None, None) => bail!("there is no run yet; `beffroi run` makes one"),
        (None, Some(name)) => {
            let known: Vec<&str> = runs.iter().take(5).map(|run| run.run_id.as_str()).collect();
            bail!(
                "there is no run `{name}`; the latest are: {}",
                known.join(", ")
            )
        }
    }
}

pub(super) async fn report(
    desk: &Desk<'_>,
    name: Option<&str>,
    out: &Output,
) -> anyhow::Result<()> {
    let lang = Lang::of(out.lang);
    if out.dictionary {
        let nobody = vec![("run_id", String::new())];
        return dictionary::of_statement(desk, reports::RUN, &nobody, out).await;
    }
    let run = find_run(desk.store, name).await?;
    let parameters = vec![("run_id", run.run_id.clone())];
    match out.format {
        ReportFormat::Table if run.state == run_state::SKIPPED => {
            bail!(
                "run {} was skipped: {}; do it with `{}`",
                run.run_id,
                run.reason,
                command_to_begin(&run)
            )
        }
        ReportFormat::Table if run.certificate.is_empty() => {
            bail!(
                "run {} has not ended (state: {}); go on with `{}`",
                run.run_id,
                run.state,
                command_to_resume(&run)
            )
        }
        ReportFormat::Table => {
            let certificate = stored_certificate(&run)?;
            certificate.print()?;
            certificate.print_strata()?;
            print_coverage(desk, &run, lang).await
        }
        ReportFormat::Json if !run.certificate.is_empty() => {
            let mut document = serde_json::to_value(stored_certificate(&run)?)?;
            if let Some(rows) = coverage(desk, &run).await? {
                let fields = document.as_object_mut();
                fields.map(|it| it.insert("coverage".to_owned(), objects(&rows)));
            }
            export::write_text(&format!("{document}\n"), out.output.as_deref())
        }
        _ => desk.export(reports::RUN, &parameters, out, &[]).await,
    }
}

/// How much of each stratum the run's night measured; `None` where it was not judged.
async fn coverage(desk: &Desk<'_>, run: &RunRow) -> anyhow::Result<Option<ReportRows>> {
    let nights = judged_nights(desk.store).await?;
    let Some(night) = nights.iter().find(|it| it.run_id == run.run_id) else {
        return Ok(None);
    };
    let mut parameters = vec![
        ("night", night.night.to_string()),
        ("limit", u32::MAX.to_string()),
    ];
    parameters.extend(["platform", "category", "stratum"].map(|name| (name, String::new())));
    desk.rows(reports::COVERAGE, &parameters).await.map(Some)
}

async fn print_coverage(desk: &Desk<'_>, run: &RunRow, lang: Lang) -> anyhow::Result<()> {
    let Some(rows) = coverage(desk, run).await? else {
        return say!(
            "\n{}",
            lang.pick(
                "cette nuit n'est pas jugée : la couverture des strates n'est pas connue",
                "this night was not judged: the coverage of its strata is not known"
            )
        );
    };
    let kind = &kind::COVERAGE;
    say!("\n{}", lang.pick(kind.title.0, kind.title.1))?;
    table::print(&rows, kind.cells, &Dictionary::shipped(), lang)?;
    say!("{}", lang.pick(kind.note.0, kind.note.1))
}

/// Rows as JSON objects.
pub(super) fn objects(rows: &ReportRows) -> serde_json::Value {
    let object = |values: &Vec<serde_json::Value>| {
        let names = rows
            .meta
            .iter()
            .map(|ReportColumn { name, .. }| name.clone());
        serde_json::Value::Object(names.zip(values.iter().cloned()).collect())
    };
    rows.data.iter().map(object).collect()
}
