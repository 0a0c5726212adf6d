//! `beffroi registry import|show`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use beffroi_model::Collectivity;
use beffroi_registry::{
    DirectorySettings, Import, ImportError, Index, Issue, Resolved, Severity, SourceKind, Verdict,
};
use beffroi_store::{FactRow, ImportRow, Millis, Store};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cli::RegistryCommand,
    config::Config,
    effective::{Effective, field, judge_account, judge_website},
    output::{self, say, tell},
    services::StoreService,
};

/// Issues printed for one file; the rest is counted.
const MAX_PRINTED_ISSUES: usize = 50;

#[derive(Debug, Serialize)]
struct ImportReport {
    import_id: String,
    kind: SourceKind,
    name: String,
    rows: u64,
    facts: usize,
    unchanged: bool,
    /// Nothing of it was taken.
    refused: bool,
    /// When it was refused: what of the same kind goes on counting.
    stays: Option<Earlier>,
    errors: usize,
    warnings: usize,
    issues: Vec<Issue>,
}

/// An import that was there before.
#[derive(Debug, Serialize)]
struct Earlier {
    import_id: String,
    name: String,
    imported_at: Timestamp,
    facts: u64,
}

impl Earlier {
    fn of(row: &ImportRow) -> Self {
        Self {
            import_id: row.import_id.clone(),
            name: row.name.clone(),
            imported_at: row.imported_at.timestamp(),
            facts: row.facts,
        }
    }
}

pub(crate) async fn registry(
    config: &Config,
    command: RegistryCommand,
) -> anyhow::Result<ExitCode> {
    let service = StoreService::open(config).await?;
    let result = match command {
        RegistryCommand::Import { files, json } => {
            import(config, &service.store, files, json).await
        }
        RegistryCommand::Show { query, json } => show(&service.store, &query, json).await,
    };
    service.close().await?;
    result
}

/// Imports the shipped registry when there is none at all, so that everything works from nothing.
pub(crate) async fn ensure_registry(store: &Store) -> anyhow::Result<()> {
    if store.registry_version().await?.is_none() {
        tracing::info!("no registry yet: importing the one shipped with the program");
        import_one(store, shipped().await?).await?;
        refresh(store).await?;
    }
    Ok(())
}

async fn shipped() -> anyhow::Result<Import> {
    Ok(tokio::task::spawn_blocking(beffroi_registry::shipped).await?)
}

async fn import(
    config: &Config,
    store: &Store,
    files: Vec<PathBuf>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let mut reports = Vec::new();
    if files.is_empty() {
        reports.push(import_one(store, shipped().await?).await?);
    } else {
        ensure_registry(store).await?;
    }
    for file in files {
        let settings = config.registry.clone();
        let import = tokio::task::spawn_blocking(move || read_file(&file, &settings)).await??;
        reports.push(import_one(store, import).await?);
        // Later files may refer to bodies that this one has brought.
        refresh(store).await?;
    }
    let effective = refresh(store).await?;
    if json {
        let (websites, accounts) = effective.counts();
        output::print_json(&serde_json::json!({
            "imports": reports,
            "registry": {
                "collectivities": effective.bodies.len(), "websites": websites, "accounts": accounts,
            },
        }))?;
    } else {
        print_reports(&reports, &effective)?;
    }
    Ok(exit_code(&reports))
}

/// Reads a file and has its addresses judged: what is of no use should be told, not kept unseen.
fn read_file(file: &Path, settings: &DirectorySettings) -> Result<Import, ImportError> {
    let mut import = beffroi_registry::import_file(file, settings)?;
    import.judge_addresses(judge_website, judge_account);
    Ok(import)
}

fn exit_code(reports: &[ImportReport]) -> ExitCode {
    if reports.iter().any(|report| report.refused) {
        ExitCode::FAILURE
    } else if reports.iter().any(|report| report.errors > 0) {
        ExitCode::from(output::WITH_ISSUES)
    } else {
        ExitCode::SUCCESS
    }
}

/// Writes what a source says, unless it is the latest of its kind already, or is refused whole.
async fn import_one(store: &Store, import: Import) -> anyhow::Result<ImportReport> {
    let known = Index::new(store.collectivities_if_any().await?);
    let resolved = tokio::task::spawn_blocking(move || beffroi_registry::resolve(&import, &known))
        .await
        .context("the import was interrupted")?;
    let kind = kind_word(resolved.source.kind);
    let import_id = format!(
        "{kind}:{}",
        &resolved.source.sha256[..resolved.source.sha256.len().min(16)]
    );
    let facts = facts_of(&import_id, &resolved);
    let errors = resolved
        .issues
        .iter()
        .filter(|it| it.severity >= Severity::Error)
        .count();
    let earlier = store.imports().await?;
    let latest = earlier.iter().rev().find(|it| it.kind == kind);
    let unchanged = latest.is_some_and(|it| it.import_id == import_id);
    let refused = resolved.is_refused();
    if !unchanged && !refused {
        let row = ImportRow {
            import_id: import_id.clone(),
            kind: kind.to_owned(),
            name: resolved.source.name.clone(),
            sha256: resolved.source.sha256.clone(),
            state: "complete".to_owned(),
            facts: facts.len() as u64,
            issues: resolved.issues.len() as u64,
            imported_at: Millis::now(),
        };
        store.write_import(&row, &facts).await?;
    }
    Ok(ImportReport {
        import_id,
        kind: resolved.source.kind,
        name: resolved.source.name,
        rows: resolved.source.rows,
        facts: facts.len(),
        unchanged,
        refused,
        stays: latest.filter(|_| refused).map(Earlier::of),
        errors,
        warnings: resolved.issues.len() - errors,
        issues: resolved.issues,
    })
}

fn kind_word(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Shipped => "shipped",
        SourceKind::Directory => "directory",
        SourceKind::Collectivities => "bodies",
        SourceKind::Websites => "websites",
        SourceKind::Corrections => "corrections",
        SourceKind::Unknown => "unknown",
    }
}

fn facts_of(import_id: &str, resolved: &Resolved) -> Vec<FactRow> {
    let fact = |id: &beffroi_model::CollectivityId,
                field: &str,
                value: String,
                label: Option<&String>| FactRow {
        import_id: import_id.to_owned(),
        collectivity_id: id.to_string(),
        field: field.to_owned(),
        value,
        label: label.cloned().unwrap_or_default(),
    };
    // A correction of a column is kept as such, so that the body's other columns still follow later
    // imports of their sources.
    let is_corrections = resolved.source.kind == SourceKind::Corrections;
    let whole = if is_corrections {
        &[][..]
    } else {
        &resolved.collectivities[..]
    };
    let bodies = whole.iter().map(|body| {
        let json = serde_json::to_string(body).expect("a body is plain JSON");
        fact(&body.collectivity_id, field::BODY, json, None)
    });
    let corrections = resolved.corrections.iter().map(|correction| {
        let value = &correction.value;
        fact(
            &correction.collectivity_id,
            value.column(),
            value.text(),
            None,
        )
    });
    let websites = resolved.websites.iter().map(|site| {
        let url = site
            .url
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        fact(
            &site.collectivity_id,
            field::WEBSITE,
            url,
            site.page.as_ref(),
        )
    });
    let accounts = resolved.accounts.iter().map(|account| {
        let field = match account.verdict {
            Verdict::Own => field::ACCOUNT,
            Verdict::NotOwn => field::NOT_ACCOUNT,
        };
        fact(
            &account.collectivity_id,
            field,
            account.url.to_string(),
            account.page.as_ref(),
        )
    });
    bodies
        .chain(corrections)
        .chain(websites)
        .chain(accounts)
        .collect()
}

/// Recomputes the effective registry from what was imported, when anything was. Whether it changed.
pub(crate) async fn recompute(store: &Store) -> anyhow::Result<bool> {
    let Some(before) = store.registry_version().await? else {
        return Ok(false);
    };
    refresh(store).await?;
    let after = store.registry_version().await?;
    Ok(after.is_some_and(|after| after.version != before.version))
}

/// Recomputes the effective registry, and writes a version of it when it has changed.
async fn refresh(store: &Store) -> anyhow::Result<Effective> {
    let mut imports = Vec::new();
    for import in store.imports().await? {
        let facts = store.facts(&import.import_id).await?;
        imports.push((import, facts));
    }
    let effective = Effective::of(&imports)?;
    let sha256 = effective.sha256();
    let present = store.registry_version().await?;
    if present.is_none_or(|version| version.sha256 != sha256) {
        let (version, bodies, accounts) = effective.rows(sha256, Timestamp::now());
        store.write_registry(&version, &bodies, &accounts).await?;
    }
    Ok(effective)
}

fn print_reports(reports: &[ImportReport], effective: &Effective) -> anyhow::Result<()> {
    for report in reports {
        for issue in report.issues.iter().take(MAX_PRINTED_ISSUES) {
            tell!("{issue}");
        }
        if report.issues.len() > MAX_PRINTED_ISSUES {
            let rest = report.issues.len() - MAX_PRINTED_ISSUES;
            tell!("… and {rest} more; `--json` lists them all");
        }
        say!("{}", summary(report))?;
    }
    let (websites, accounts) = effective.counts();
    say!(
        "the registry now holds {} collectivities, {websites} websites and {accounts} other accounts",
        effective.bodies.len()
    )?;
    say!("{}", beffroi_registry::ATTRIBUTION)
}

fn summary(report: &ImportReport) -> String {
    let name = &report.name;
    if report.refused {
        let stays = match &report.stays {
            Some(earlier) => format!(
                "`{}` of {} stays in force, with its {} facts",
                earlier.name,
                earlier.imported_at.strftime("%F %R UTC"),
                earlier.facts
            ),
            None => "the registry stays as it was".to_owned(),
        };
        return format!("{name}: refused whole, nothing of it was imported; {stays}");
    }
    let state = if report.unchanged { ", as it was" } else { "" };
    format!(
        "{name}: {} rows read, {} facts kept, {} rows refused, {} warnings{state}",
        report.rows, report.facts, report.errors, report.warnings
    )
}

/// Homonyms shown; there are twelve Sainte-Colombe.
const MAX_SHOWN: usize = 20;

async fn show(store: &Store, query: &str, json: bool) -> anyhow::Result<ExitCode> {
    ensure_registry(store).await?;
    let index = Index::new(store.collectivities().await?);
    let found = index.find(query);
    if found.is_empty() {
        bail!("no collectivity has the SIREN, the INSEE code or the name `{query}`");
    }
    if json {
        let mut bodies = Vec::new();
        for body in &found {
            let accounts = store.accounts_of(&body.collectivity_id).await?;
            bodies.push(serde_json::json!({
                "collectivity": body, "stratum": body.stratum(), "accounts": accounts,
            }));
        }
        output::print_json(&bodies)?;
        return Ok(ExitCode::SUCCESS);
    }
    for body in found.iter().take(MAX_SHOWN) {
        print_body(body)?;
        for account in store.accounts_of(&body.collectivity_id).await? {
            say!(
                "  {:<14} {}  (confidence {:.2}, from {})",
                account.platform,
                account.url,
                account.confidence,
                account.sources.join(", ")
            )?;
        }
    }
    if found.len() > MAX_SHOWN {
        say!(
            "… and {} more of that name; ask by SIREN or INSEE code",
            found.len() - MAX_SHOWN
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_body(body: &Collectivity) -> anyhow::Result<()> {
    let code = body
        .insee_code
        .as_ref()
        .map_or(String::new(), |code| format!(", INSEE {code}"));
    let siren = body
        .siren
        .map_or(String::new(), |siren| format!(", SIREN {siren}"));
    say!(
        "{} ({}{siren}{code}), {} inhabitants, stratum {}, département {}, region {}",
        body.name,
        body.category,
        output::thousands(body.population.into()),
        body.stratum(),
        body.department_code,
        body.region_code
    )
}
