//! `beffroi demo`: the main job from nothing to proof, on a simulated France.
//!
//! The simulator is a process of its own, so that what is said of the crawler's memory is the
//! crawler's alone.

use std::{
    path::Path,
    process::{ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use beffroi_sim::RefereeReport;
use tokio::process::{Child, Command};

use crate::{
    cli::{DemoArgs, ReportArgs, RunArgs, TableFormat},
    commands::{compare, registry, report, run, sim},
    config::Config,
    output,
    services::StoreService,
};

/// Ports that the demonstration takes; the same each time, so that a second night meets the same
/// addresses.
const HTTP_PORT: u16 = 8480;
const HTTPS_PORT: u16 = 8443;
const DNS_PORT: u16 = 8453;

/// The world of 36,342 bodies is drawn in a second or two; a loaded machine gets a minute.
const SIM_START_TIMEOUT: Duration = Duration::from_secs(60);

/// Accounts shown of the engagement table.
const ENGAGEMENT_ROWS: u32 = 15;

pub(crate) async fn demo(args: DemoArgs) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&args.folder)
        .with_context(|| format!("could not make the folder `{}`", args.folder.display()))?;
    step("a simulated France: web, name server, Mastodon and Bluesky, in a process of its own");
    let mut simulator = start_simulator(&args).await?;
    let result = show(&args).await;
    // Told to end; the pipe that `kill_on_drop` guards is only for when we are killed ourselves.
    let _ = simulator.start_kill();
    let _ = simulator.wait().await;
    result
}

async fn show(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let config_file = args.folder.join(sim::CONFIG_FILE);
    let config = Config::load(Some(&config_file))?;
    let simulator = format!("http://127.0.0.1:{HTTP_PORT}");

    step(
        "the registry: 36,342 collectivities shipped with beffroi, their websites replaced by simulated ones",
    );
    let service = StoreService::open(&config).await?;
    let store = &service.store;
    registry::ensure_registry(store).await?;
    let corrections = vec![args.folder.join(sim::REGISTRY_FILE)];
    registry::import(&config, store, corrections, false).await?;

    step("one night");
    let begin = Instant::now();
    let night = RunArgs {
        date: None,
        resume: true,
        only: Vec::new(),
        no_work: false,
        json: false,
    };
    let ended = run::run_on(&config, store, &night).await?;
    let crawl = begin.elapsed();
    // Before the comparison below, which holds the simulator's whole truth in memory.
    let peak = peak_memory_mb();
    if ended != ExitCode::SUCCESS {
        return Ok(ended);
    }

    step("the same night again: nothing is crawled twice, nothing is counted twice");
    let begin = Instant::now();
    run::run_on(&config, store, &night).await?;
    println!("(in {:.1} s)", begin.elapsed().as_secs_f64());

    step("reports");
    let args_of_report = ReportArgs {
        run: None,
        format: TableFormat::Table,
    };
    report::presence(store, &args_of_report).await?;
    println!();
    report::engagement(store, &args_of_report, ENGAGEMENT_ROWS).await?;

    step("proof: every stored figure against the simulator's truth, and what its referee saw");
    let comparison = compare::of_run(store, &simulator, None).await?;
    comparison.print();
    let referee = referee(&simulator).await?;
    let violations: u64 = referee.violations.values().sum();
    println!(
        "referee: {} requests, {violations} violations of pace, robots, Retry-After and API budgets",
        output::thousands(referee.requests)
    );
    for example in &referee.examples {
        println!("  {example}");
    }
    service.close().await?;

    println!(
        "\ncrawl: {:.0} s; peak memory of the crawling process: {} MB",
        crawl.as_secs_f64(),
        peak.map_or(output::MISSING.to_owned(), |peak| peak.to_string())
    );
    let config_file = config_file.display();
    println!(
        "\nGo on with:\n  \
         beffroi --config {config_file} report presence --format csv\n  \
         beffroi --config {config_file} report engagement --limit 100\n  \
         beffroi --config {config_file} registry show Rennes\n  \
         beffroi --config {config_file} sql \"SELECT outcome, reason, count() FROM v_job_outcome GROUP BY 1, 2 ORDER BY 3 DESC\""
    );
    let is_right = comparison.wrong == 0 && violations == 0;
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn step(what: &str) {
    println!("\n━━ {what}");
}

/// Starts `beffroi sim serve` and waits until it has written what a crawler needs and answers.
async fn start_simulator(args: &DemoArgs) -> anyhow::Result<Child> {
    let config_file = args.folder.join(sim::CONFIG_FILE);
    if config_file.exists() {
        std::fs::remove_file(&config_file).context("could not remove an old configuration")?;
    }
    let program = std::env::current_exe().context("the path of this program is not known")?;
    let mut command = Command::new(program);
    command
        .args(["sim", "serve", "--until-eof", "--out"])
        .arg(&args.folder)
        .args(["--seed", &args.seed.to_string()])
        .args(["--http-port", &HTTP_PORT.to_string()])
        .args(["--https-port", &HTTPS_PORT.to_string()])
        .args(["--dns-port", &DNS_PORT.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    if let Some(limit) = args.limit {
        command.args(["--limit", &limit.to_string()]);
    }
    let mut simulator = command
        .spawn()
        .context("the simulator could not be started")?;
    let begin = Instant::now();
    while !config_file.exists() {
        if let Some(status) = simulator.try_wait()? {
            bail!("the simulator ended at once ({status}); its message is above");
        }
        if begin.elapsed() > SIM_START_TIMEOUT {
            bail!(
                "the simulator did not start within {} s",
                SIM_START_TIMEOUT.as_secs()
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    append_engine_folder(&config_file, &args.folder)?;
    Ok(simulator)
}

/// The demonstration's data stay in its folder, also for the commands that go on with it.
fn append_engine_folder(config_file: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut text = std::fs::read_to_string(config_file)?;
    let data_dir = folder.join("engine");
    text.push_str(&format!(
        "\n[engine]\ndata_dir = {:?}\n",
        data_dir.to_string_lossy()
    ));
    std::fs::write(config_file, text).context("could not write the configuration")
}

async fn referee(simulator: &str) -> anyhow::Result<RefereeReport> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()?;
    let text = client
        .get(format!("{simulator}/_sim/referee"))
        .send()
        .await?
        .text()
        .await?;
    serde_json::from_str(&text).context("the referee's report has another shape")
}

/// The largest resident size that this process has had, where the system tells.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024)
}
