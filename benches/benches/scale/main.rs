//! What figures cost as the data grow: generated worlds of several sizes, the roll-up of their last night,
//! the bytes of their rows, and the time of each report's statement.
//!
//! `cargo bench -p beffroi-benches --bench scale -- 1000 2000 4000 --nights 60` names the accounts of each
//! world and the nights of all; `--weeks 52` gives figures to a year of weeks before, `--keep FOLDER` leaves
//! the worlds there; `--full` is one of 150,000 accounts over five years, of which only the last 70 nights
//! have jobs and read posts for 28 nights.

mod explain;
mod statements;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use beffroi_benches::{
    child,
    engine::BenchEngine,
    table::{Column, Table},
};
use beffroi_index::index::{IndexVersion, IndexVersions};
use beffroi_judge::judge_night;
use beffroi_policy::Policies;
use beffroi_store::{
    Claimant, Day, FigureSettings, GeneratedWorld, JudgedNight, Millis, PolicyRow, RollupReport,
    Store,
};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

/// The last night of every world as it is generated. Its posts are computed from the facts; those of the night
/// after it, on which reports are, go on from them. Each time a kept world is measured again it grows by a night.
const LAST_NIGHT: Date = Date::constant(2026, 11, 22);

/// Nights between two roll-ups before the last: each computes the weeks of 42 days.
const ROLLED_UP_EVERY: u16 = 35;

/// Nights before the last one that are rolled up at the most: a year's windows need them.
const ROLLED_UP_BEFORE: usize = 12;

/// How long the merges after the copying of figures may take.
const MERGED_WITHIN: Duration = Duration::from_secs(600);

struct Sizes {
    accounts: Vec<u64>,
    nights: u16,
    /// Nights at the end of each world that are not spare ([`GeneratedWorld::spare_nights`]).
    whole_nights: u16,
    /// Weeks before whose figures there are, too: copies of the last night's.
    weeks: u16,
    /// Where the world stays, so that it may be measured again.
    kept_in: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Part {
    table: String,
    rows: u64,
    bytes: u64,
}

fn main() -> ExitCode {
    if let Some(played) = child::play() {
        return played;
    }
    match sizes().and_then(|sizes| bench(&sizes)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The sizes that the arguments ask for. `--bench` is cargo's own.
fn sizes() -> anyhow::Result<Sizes> {
    let mut sizes = Sizes {
        accounts: Vec::new(),
        nights: 60,
        whole_nights: u16::MAX,
        weeks: 0,
        kept_in: None,
    };
    let mut arguments = std::env::args().skip(1).filter(|it| it != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--full" => {
                (sizes.accounts, sizes.nights) = (vec![150_000], 1_826);
                sizes.whole_nights = 70;
            }
            "--whole" => {
                let nights = arguments.next().context("`--whole` wants a number")?;
                sizes.whole_nights = nights.parse().context("`--whole` wants a number")?;
            }
            "--weeks" => {
                let weeks = arguments.next().context("`--weeks` wants a number")?;
                sizes.weeks = weeks.parse().context("`--weeks` wants a number")?;
            }
            "--keep" => {
                let folder = arguments.next().context("`--keep` wants a folder")?;
                sizes.kept_in = Some(folder.into());
            }
            "--nights" => {
                let nights = arguments.next().context("`--nights` wants a number")?;
                sizes.nights = nights.parse().context("`--nights` wants a number")?;
            }
            accounts => sizes
                .accounts
                .push(accounts.parse().context("expected numbers of accounts")?),
        }
    }
    if sizes.accounts.is_empty() {
        sizes.accounts = vec![1_000, 2_000, 4_000];
    }
    Ok(sizes)
}

fn bench(sizes: &Sizes) -> anyhow::Result<()> {
    const ROWS: &[Column] = &[
        Column::new("accounts", "accounts", 0),
        Column::new("nights", "nights", 0),
        Column::new("table", "table", 0),
        Column::new("rows", "rows", 0),
        Column::new("bytes_a_row", "bytes a row", 1),
    ];
    const FIGURES: &[Column] = &[
        Column::new("accounts", "accounts", 0),
        Column::new("night", "posts", 0),
        Column::new("table", "table", 0),
        Column::new("rows", "rows", 0),
        Column::new("secs", "seconds", 2),
    ];
    const STATEMENTS: &[Column] = &[
        Column::new("accounts", "accounts", 0),
        Column::new("statement", "statement", 0),
        Column::new("p50_ms", "p50, ms", 0),
        Column::new("p95_ms", "p95, ms", 0),
        Column::new("max_ms", "longest, ms", 0),
    ];
    const EXPLAINED: &[Column] = &[
        Column::new("accounts", "accounts", 0),
        Column::new("metric", "`explain`", 0),
        Column::new("p50_ms", "p50, ms", 0),
        Column::new("max_ms", "longest, ms", 0),
    ];
    let (mut rows, mut figures) = (Table::new(ROWS), Table::new(FIGURES));
    let (mut statements, mut explained) = (Table::new(STATEMENTS), Table::new(EXPLAINED));
    for accounts in &sizes.accounts {
        let engine = match &sizes.kept_in {
            Some(folder) => BenchEngine::start_in(&folder.join(accounts.to_string()))?,
            None => BenchEngine::start()?,
        };
        // The runtime goes with its connections before the engine is stopped.
        let measured = tokio::runtime::Runtime::new()?.block_on(async {
            let store = engine.store().await?;
            let size = (*accounts, sizes.nights);
            let world = world(*accounts, sizes);
            generate(&store, &world).await?;
            store.write_policies(&nothing_expires()?).await?;
            let (last, report) = roll_up(&store).await?;
            let next = Day(last.0 + 1);
            add_figures(&mut figures, (*accounts, "whole"), &report);
            let begin = Instant::now();
            store.generate_night(&world, next).await?;
            println!(
                "{}",
                json!({"accounts": accounts, "next_night_secs": begin.elapsed().as_secs_f64()})
            );
            let report = roll_up_next(&store, last).await?;
            add_figures(&mut figures, (*accounts, "goes on"), &report);
            figures.add(json!({
                "accounts": accounts, "night": "goes on", "table": "judged, two versions",
                "secs": judge(&store, next.date()).await?,
            }));
            add_rows(&mut rows, size, &store).await?;
            store.copy_figures(next, sizes.weeks).await?;
            settle(&store).await?;
            statements::time(&mut statements, (*accounts, next.date()), &store).await
        });
        let measured =
            measured.and_then(|one| explain::time(&mut explained, *accounts, &engine, &one));
        engine.stop()?;
        measured?;
    }
    rows.print();
    figures.print();
    statements.print();
    explained.print();
    Ok(())
}

fn world(accounts: u64, sizes: &Sizes) -> GeneratedWorld {
    GeneratedWorld {
        accounts,
        first_night: Day(Day::from(LAST_NIGHT).0 + 1 - sizes.nights),
        nights: sizes.nights,
        spare_nights: sizes.nights.saturating_sub(sizes.whole_nights),
        seed: 1,
    }
}

async fn generate(store: &Store, world: &GeneratedWorld) -> anyhow::Result<()> {
    if !store.judged_nights().await?.is_empty() {
        return Ok(());
    }
    let begin = Instant::now();
    store.generate(world).await?;
    println!(
        "{}",
        json!({
            "accounts": world.accounts, "nights": world.nights,
            "generated_secs": begin.elapsed().as_secs_f64(),
        })
    );
    Ok(())
}

/// What the platforms' terms allow to be published, as shipped; but all of the past may be kept.
fn nothing_expires() -> anyhow::Result<Vec<PolicyRow>> {
    let policies = Policies::with_file("")?;
    let rows = policies.iter().map(|(platform, metric, policy)| PolicyRow {
        platform: platform.to_string(),
        metric: metric.to_string(),
        store_days: None,
        store_source: policy.store.source.source.clone(),
        combine: policy.combine.is.allowed.into(),
        combine_source: policy.combine.source.source.clone(),
        publish: policy.publish.is.how.to_string(),
        notice: policy.publish.is.notice.clone(),
        publish_source: policy.publish.source.source.clone(),
        written_at: Millis::now(),
    });
    Ok(rows.collect())
}

fn claimant() -> Claimant {
    Claimant {
        who: "the benchmark".to_owned(),
        what: "figures".to_owned(),
    }
}

/// Computes the night after the last, whose posts go on from it.
async fn roll_up_next(store: &Store, last: Day) -> anyhow::Result<RollupReport> {
    let judged = store.judged_nights().await?;
    let night = judged.last().context("a world has nights")?;
    let report = store
        .rollup(night, &FigureSettings::default(), &claimant())
        .await?;
    ensure!(
        report.posts_since == Some(last),
        "the posts of {} were computed from the facts",
        night.run_id
    );
    Ok(report)
}

/// Computes the last night, after as many before as fill the weeks of its windows.
async fn roll_up(store: &Store) -> anyhow::Result<(Day, RollupReport)> {
    let settings = FigureSettings::default();
    let judged = store.judged_nights().await?;
    let nights: Vec<&JudgedNight> = (judged.iter().rev())
        .step_by(ROLLED_UP_EVERY.into())
        .take(ROLLED_UP_BEFORE)
        .collect();
    let (newest, older) = nights.split_first().context("a world has nights")?;
    for night in older.iter().rev() {
        if !has_posts(store, night).await? {
            store.rollup(night, &settings, &claimant()).await?;
        }
    }
    // From the facts: nothing goes on from a night that is computed again.
    let report = store.rollup(newest, &settings, &claimant()).await?;
    Ok((newest.night, report))
}

/// Whether the posts of the weeks before a night are computed, in a world that is measured again.
async fn has_posts(store: &Store, night: &JudgedNight) -> anyhow::Result<bool> {
    #[derive(Deserialize)]
    struct Posts {
        posts: u64,
    }
    let date = night.night.date().to_string();
    let found: Vec<Posts> = store
        .json_rows(
            "SELECT count() AS posts FROM post_figure \
             WHERE published_at >= {night:Date} - 35 AND published_at < {night:Date} - 7",
            &[("night", date.as_str())],
        )
        .await?;
    Ok(found.iter().any(|it| it.posts > 0))
}

fn add_figures(table: &mut Table, (accounts, night): (u64, &str), report: &RollupReport) {
    for it in &report.tables {
        table.add(json!({
            "accounts": accounts, "night": night, "table": it.table, "rows": it.rows, "secs": it.secs,
        }));
    }
    let rows: u64 = report.tables.iter().map(|it| it.rows).sum();
    table.add(json!({
        "accounts": accounts, "night": night, "table": "all of a night", "rows": rows, "secs": report.secs,
    }));
}

async fn add_rows(
    table: &mut Table,
    (accounts, nights): (u64, u16),
    store: &Store,
) -> anyhow::Result<()> {
    let parts: Vec<Part> = store
        .json_rows(
            "SELECT p.table AS table, sum(p.rows) AS rows, sum(p.bytes_on_disk) AS bytes FROM system.parts AS p \
             WHERE p.active AND p.database = currentDatabase() AND p.rows > 0 GROUP BY table ORDER BY table",
            &[],
        )
        .await?;
    for part in parts {
        table.add(json!({
            "accounts": accounts, "nights": nights, "table": part.table, "rows": part.rows,
            "bytes_a_row": part.bytes as f64 / part.rows as f64,
        }));
    }
    Ok(())
}

/// Waits until nothing is merged any more, as by day: reports are read then.
async fn settle(store: &Store) -> anyhow::Result<()> {
    #[derive(Deserialize)]
    struct Merges {
        merges: u64,
    }
    let begin = Instant::now();
    loop {
        let sql = "SELECT count() AS merges FROM system.merges";
        let found: Vec<Merges> = store.json_rows(sql, &[]).await?;
        if found.iter().all(|it| it.merges == 0) {
            return Ok(());
        }
        ensure!(begin.elapsed() < MERGED_WITHIN, "merges do not end");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Judges the last night by all versions of the index; gives the seconds.
async fn judge(store: &Store, night: Date) -> anyhow::Result<f64> {
    let versions: Vec<IndexVersion> = IndexVersions::shipped().iter().cloned().collect();
    let policies = Policies::with_file("")?;
    let run_id = night.to_string();
    let report = judge_night(store, &policies, night, &run_id, &versions).await?;
    Ok(report.seconds)
}
