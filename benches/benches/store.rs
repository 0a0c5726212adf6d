//! Rows a second into ClickHouse through the writer, with the rows that a night makes: a website's,
//! and those of an account with posts and conversations, in turn.

use std::process::ExitCode;

use beffroi_benches::{child, engine::BenchEngine, night_rows, usage::Meter};
use beffroi_store::Writer;

/// Rounds, each of rows of its own.
const ROUNDS: usize = 5;

/// Jobs of a round.
const JOBS: usize = 10_000;

fn main() -> ExitCode {
    if let Some(played) = child::play() {
        return played;
    }
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> anyhow::Result<()> {
    let engine = BenchEngine::start()?;
    // The runtime goes with its connections before the engine is stopped.
    let ended = tokio::runtime::Runtime::new()?.block_on(rounds(&engine));
    engine.stop()?;
    ended
}

async fn rounds(engine: &BenchEngine) -> anyhow::Result<()> {
    let store = engine.store().await?;
    for round in 0..ROUNDS {
        let entries = night_rows::of_jobs(&format!("store-{round}"), JOBS);
        let rows: usize = entries.iter().map(|rows| rows.len()).sum();
        let meter = Meter::start(&[engine.pid()])?;
        let (writer, task) = Writer::start(store.clone());
        let mut durables = Vec::with_capacity(JOBS);
        for entry in entries {
            durables.push(writer.write(entry).await?);
        }
        for durable in durables {
            durable.wait().await?;
        }
        drop(writer);
        task.finish().await?;
        let spent = meter.stop()?;
        println!(
            "{rows} rows of {JOBS} jobs in {:.2} s: {:.0} rows a second; processor {:.1} µs a row \
             (engine {:.1} µs)",
            spent.wall.as_secs_f64(),
            rows as f64 / spent.wall.as_secs_f64(),
            spent.cpu.as_secs_f64() * 1e6 / rows as f64,
            spent.others[0].as_secs_f64() * 1e6 / rows as f64,
        );
    }
    Ok(())
}
