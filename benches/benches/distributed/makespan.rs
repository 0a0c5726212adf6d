//! How long a night takes that is bound by pace, against the shortest that the pace allows: by the
//! planner's forecast, and by the requests that really came.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use beffroi_benches::{
    fleet::Fleet,
    france::France,
    table::{Column, Table},
};
use beffroi_model::Platform;
use beffroi_sim::SimSettings;
use serde_json::{Value, json};

use crate::Form;

/// Bluesky's requests a second: the pace that binds.
const BLUESKY: u32 = 2;

const COLUMNS: &[Column] = &[
    Column::new("workers", "workers", 0),
    Column::new("jobs", "jobs", 0),
    Column::new("bound_secs", "lower bound of the plan, s", 0),
    Column::new("paced_secs", "requests × pace, s", 1),
    Column::new("night_secs", "night, s", 1),
    Column::new("first_secs", "to the first request, s", 1),
    Column::new("ratio", "night / bound", 3),
    Column::new("ratio_of_pace", "night / pace", 3),
    Column::new("ratio_of_work", "first to last / pace", 3),
    Column::new("violations", "violations", 0),
];

/// A night over websites and Bluesky, of which Bluesky's lane is the longest.
pub(crate) async fn night(form: &Form) -> anyhow::Result<()> {
    println!("a night that is bound by pace");
    let mut table = Table::new(COLUMNS);
    for &workers in &form.fleets {
        for is_fresh in [false, true] {
            table.add(measure(form, workers, is_fresh).await?);
        }
    }
    table.print();
    Ok(())
}

/// A night of workers that have waited for it, or of workers that start with it (`is_fresh`).
async fn measure(form: &Form, workers: usize, is_fresh: bool) -> anyhow::Result<Value> {
    let settings = SimSettings {
        bluesky_requests_per_second: BLUESKY,
        record_arrivals: true,
        ..SimSettings::default()
    };
    let france = France::start(6_000, &settings)?;
    let mut accounts = france.accounts(&[Platform::Bluesky]).await?;
    let mut sites = france.sites().await?;
    if form.is_quick {
        accounts.truncate(30);
    }
    sites.truncate(accounts.len());
    let variables = [
        ("BEFFROI_RUN__PLATFORMS", r#"["website", "bluesky"]"#),
        ("BEFFROI_WORKER__MAX_TRIES", "1"),
        // As many conversations as the planner expects of a first visit: the simulated accounts have
        // more, and the bound would be one of the forecast.
        ("BEFFROI_PLATFORMS__BLUESKY__MAX_THREADS", "3"),
        ("BEFFROI_PLATFORMS__BLUESKY__MAX_PAGES", "1"),
    ];
    let mut fleet = Fleet::start(&france, &sites, &accounts, &variables)?;
    let plan: Value = serde_json::from_str(&fleet.here.succeed(&["plan", "--json"])?)?;
    let bound_secs = plan["lower_bound_secs"]
        .as_f64()
        .context("the plan has no lower bound")?;
    if !is_fresh {
        fleet.settle(workers)?;
    }
    let mut night = fleet.begin_night()?;
    let planned_ms = fleet.wait_until_planned(&mut night)?;
    let begin = Instant::now();
    if is_fresh {
        for _ in 0..workers {
            fleet.join()?;
        }
    }
    let certificate: Value = serde_json::from_str(&night.succeed()?)?;
    let watched = begin.elapsed();
    fleet.ensure_alive()?;
    ensure!(certificate["complete"] == true, "the night is not complete");
    let places = france.places().await?;
    let bluesky = places
        .iter()
        .find(|place| place.hosts == ["api.bsky.test"])
        .context("the simulator has no Bluesky")?;
    let (first_ms, last_ms) = match bluesky.arrivals_ms.as_slice() {
        [first, .., last] => (*first, *last),
        _ => anyhow::bail!("Bluesky was not asked"),
    };
    let paced_secs = (bluesky.arrivals_ms.len() - 1) as f64 / f64::from(BLUESKY);
    let referee = france.referee().await?;
    let secs = |from: i64, to: i64| (to - from) as f64 / 1e3;
    // To the end of the certificate, which is looked for once a second.
    let night_secs = watched.as_secs_f64();
    let row = json!({
        "bench": "makespan",
        "workers": workers,
        "workers_start_with_the_night": is_fresh,
        "jobs": plan["plan"]["jobs"],
        "bound_secs": bound_secs,
        "bound_lane": plan["lower_bound_lane"],
        "paced_secs": paced_secs,
        "night_secs": night_secs,
        "first_secs": secs(planned_ms, first_ms),
        "ratio": night_secs / bound_secs,
        "ratio_of_pace": night_secs / paced_secs,
        "ratio_of_work": secs(first_ms, last_ms) / paced_secs,
        "violations": referee.violations.values().sum::<u64>(),
        "settled_for_secs": if is_fresh { Duration::ZERO } else { beffroi_benches::fleet::SETTLE }.as_secs(),
    });
    fleet.stop()?;
    Ok(row)
}
