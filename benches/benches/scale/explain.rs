//! How long `beffroi explain` takes, from its start to its end.

use std::time::Instant;

use anyhow::ensure;
use beffroi_benches::{engine::BenchEngine, program::Installation, table::Table};
use serde_json::{Value, json};

use crate::statements::One;

/// How often each question is asked.
const REPEATS: usize = 10;

/// Of posts, of followers, of threads, and of a place among peers.
const METRICS: [&str; 6] = [
    "e",
    "posts_per_week",
    "weekly_growth",
    "reply_delay_median",
    "indicator_engagement",
    "index_total",
];

/// Explains figures of an account on the last night.
pub(crate) fn time(
    table: &mut Table,
    accounts: u64,
    engine: &BenchEngine,
    one: &One,
) -> anyhow::Result<()> {
    let here = Installation::new("", engine, "in-process")?;
    let account = &one.account;
    for metric in METRICS {
        let mut millis = Vec::with_capacity(REPEATS);
        for _ in 0..REPEATS {
            let begin = Instant::now();
            let told = here.succeed(&["explain", account, metric, "--json"])?;
            millis.push(begin.elapsed().as_secs_f64() * 1e3);
            let told: Value = serde_json::from_str(&told)?;
            let verdict = &told["verdict"];
            ensure!(verdict["is"] == "equal", "{account} {metric}: {verdict}");
        }
        millis.sort_by(f64::total_cmp);
        table.add(json!({
            "accounts": accounts, "metric": metric,
            "p50_ms": millis[REPEATS / 2], "max_ms": millis[REPEATS - 1],
        }));
    }
    Ok(())
}
