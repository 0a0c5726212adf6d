//! What more workers bring where answers are slow and budgets wide open: each worker is bound by the few
//! sites that it may have under way, not by the processor, of which all share two cores here.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::ensure;
use beffroi_benches::{
    fleet::Fleet,
    france::France,
    table::{Column, Table},
    usage::cpu_of,
};
use beffroi_sim::SimSettings;
use serde_json::json;

use crate::Form;

/// Time that every answer takes.
const LATENCY: Duration = Duration::from_millis(50);

/// Sites that a worker may have under way.
const SITES_IN_FLIGHT: &str = "4";

const COLUMNS: &[Column] = &[
    Column::new("workers", "workers", 0),
    Column::new("requests_per_s", "requests a second", 0),
    Column::new("speedup", "speed-up", 2),
    Column::new("efficiency_percent", "efficiency, %", 1),
    Column::new("processor_percent", "processor, %", 0),
    Column::new("workers_percent", "workers'", 0),
    Column::new("broker_percent", "RabbitMQ's", 0),
    Column::new("store_percent", "ClickHouse's", 0),
    Column::new("sim_percent", "simulator's", 0),
];

/// Each number of workers on the same websites, in a store of its own.
pub(crate) async fn grow(form: &Form) -> anyhow::Result<()> {
    println!("answers after {LATENCY:?}, {SITES_IN_FLIGHT} sites under way in each worker");
    let (collectivities, window) = match form.is_quick {
        true => (3_000, Duration::from_secs(20)),
        false => (12_000, Duration::from_secs(60)),
    };
    let mut table = Table::new(COLUMNS);
    let mut base = None;
    for &workers in &form.fleets {
        let measured = measure(collectivities, window, workers).await?;
        let each = measured.per_second / workers as f64;
        let base = *base.get_or_insert(each);
        let [of_workers, of_broker, of_store, of_sim] = measured.processor_percent;
        table.add(json!({
            "bench": "speedup",
            "workers": workers,
            "window_secs": window.as_secs(),
            "requests_per_s": measured.per_second,
            "speedup": measured.per_second / base,
            "efficiency_percent": 100.0 * each / base,
            "processor_percent": measured.processor_percent.iter().sum::<f64>(),
            "workers_percent": of_workers,
            "broker_percent": of_broker,
            "store_percent": of_store,
            "sim_percent": of_sim,
        }));
    }
    table.print();
    Ok(())
}

struct Measured {
    per_second: f64,
    /// Of all cores: workers, broker, store, simulator.
    processor_percent: [f64; 4],
}

async fn measure(
    collectivities: usize,
    window: Duration,
    workers: usize,
) -> anyhow::Result<Measured> {
    let settings = SimSettings {
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        latency: Some(LATENCY),
        https_share: 0.0,
        record_arrivals: true,
        ..SimSettings::default()
    };
    let france = France::start(collectivities, &settings)?;
    let variables = [
        ("BEFFROI_RUN__PLATFORMS", r#"["website"]"#),
        ("BEFFROI_WORKER__MAX_SITES_IN_FLIGHT", SITES_IN_FLIGHT),
        ("BEFFROI_WORKER__MAX_TRIES", "1"),
        // Whoever is slow for reasons of its own would be a matter of chance.
        ("BEFFROI_FETCH__MAX_CRAWL_DELAY", "100ms"),
        ("BEFFROI_FETCH__READ_TIMEOUT", "1s"),
        ("BEFFROI_FETCH__RETRIES", "0"),
    ];
    let sites = france.sites().await?;
    let mut fleet = Fleet::start(&france, &sites, &[], &variables)?;
    fleet.settle(workers)?;
    let mut night = fleet.begin_night()?;
    fleet.wait_until_planned(&mut night)?;
    // All of them at work, and the first visits' haste over.
    thread::sleep(Duration::from_secs(10));
    let begin = Instant::now();
    let before = look(&france, &fleet).await?;
    thread::sleep(window);
    let after = look(&france, &fleet).await?;
    let secs = begin.elapsed().as_secs_f64();
    fleet.ensure_alive()?;
    ensure!(
        !night.has_ended()?,
        "the night ended before the time was over: {}",
        night.last_lines()
    );
    let cores = thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
    let percent = |index: usize| {
        let used: Duration = after.used[index].saturating_sub(before.used[index]);
        100.0 * used.as_secs_f64() / secs / cores
    };
    let measured = Measured {
        per_second: (after.requests - before.requests) as f64 / secs,
        processor_percent: [percent(0), percent(1), percent(2), percent(3)],
    };
    drop(night);
    fleet.stop()?;
    Ok(measured)
}

struct Look {
    requests: u64,
    used: [Duration; 4],
}

async fn look(france: &France, fleet: &Fleet) -> anyhow::Result<Look> {
    let [workers, broker, store] = fleet.used()?;
    Ok(Look {
        requests: france.referee().await?.requests,
        used: [workers, broker, store, cpu_of(france.pid())?],
    })
}
