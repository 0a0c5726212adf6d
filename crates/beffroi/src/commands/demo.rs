//! `beffroi demo`: the main job from nothing to proof, on a simulated France.
//!
//! Every step is a command that anybody can type. The simulator and the crawl are processes of their
//! own, so that what is said of the crawler's memory is the crawler's alone.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use beffroi_sim::{MetersReport, Population, Quotas, RefereeReport, SimSettings};
use serde::de::DeserializeOwned;
use tokio::process::{Child, Command};

use crate::{
    cli::DemoArgs,
    commands::{compare, sim},
    config::Config,
    output::{self, say},
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
const ENGAGEMENT_ROWS: &str = "15";

/// The simulator's settings, where they are not its defaults.
const SIM_SETTINGS_FILE: &str = "simulator.toml";

/// Time between two looks at the memory of a command.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

pub(crate) async fn demo(args: DemoArgs) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&args.folder)
        .with_context(|| format!("could not make the folder `{}`", args.folder.display()))?;
    step("a simulated France: web, name server, Mastodon and Bluesky, in a process of its own")?;
    let mut simulator = start_simulator(&args).await?;
    // Ctrl-C is for the command under way, which brings its jobs to their end; then we end too.
    let ctrl_c = tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    let result = show(&args).await;
    ctrl_c.abort();
    // Told to end; the pipe that `kill_on_drop` guards is only for when we are killed ourselves.
    let _ = simulator.start_kill();
    let _ = simulator.wait().await;
    result
}

async fn show(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let config_file = args.folder.join(sim::CONFIG_FILE);
    let config = Config::load(Some(&config_file))?;
    // Held open, so that the commands below find the engine running instead of starting one each.
    let service = StoreService::open(&config).await?;
    let beffroi = Beffroi {
        config_file: &config_file,
    };

    step(
        "the registry: the collectivities shipped with beffroi, their websites replaced by simulated ones",
    )?;
    let corrections = args.folder.join(sim::REGISTRY_FILE);
    beffroi
        .run(&["registry", "import", &corrections.to_string_lossy()])
        .await?;

    step("one night")?;
    let begin = Instant::now();
    let peak = beffroi.run(&["run", "--resume"]).await?;
    let crawl = begin.elapsed();

    step("the same night again: nothing is crawled twice, nothing is counted twice")?;
    beffroi.run(&["run", "--resume"]).await?;

    step("reports")?;
    beffroi.run(&["report", "presence"]).await?;
    say!("")?;
    beffroi
        .run(&["report", "engagement", "--limit", ENGAGEMENT_ROWS])
        .await?;

    step("proof: every stored figure against the simulator's truth, and what its referee saw")?;
    let simulator = format!("http://127.0.0.1:{HTTP_PORT}");
    let platforms = &config.run.platforms;
    let comparison = compare::of_run(&service.store, &simulator, None, platforms).await?;
    comparison.print()?;
    let referee: RefereeReport = told(&simulator, "referee").await?;
    let violations: u64 = referee.violations.values().sum();
    let meters: MetersReport = told(&simulator, "meters").await?;
    print_meters(&meters)?;
    let violations = violations + meters.violations();
    say!(
        "referee: {} requests, {violations} violations of pace, robots, Retry-After and API budgets",
        output::thousands(referee.requests)
    )?;
    for example in &referee.examples {
        say!("  {example}")?;
    }
    service.close().await?;

    say!(
        "\ncrawl: {:.0} s; peak memory of the crawling process: {}",
        crawl.as_secs_f64(),
        peak.map_or(output::MISSING.to_owned(), |peak| format!("{peak} MB"))
    )?;
    let config_file = config_file.display();
    say!(
        "\nGo on with:\n  \
         beffroi --config {config_file} report presence --format csv\n  \
         beffroi --config {config_file} report engagement --limit 100\n  \
         beffroi --config {config_file} registry show Rennes\n  \
         beffroi --config {config_file} sql \"SELECT outcome, reason, count() FROM v_job_outcome GROUP BY 1, 2 ORDER BY 3 DESC\""
    )?;
    let is_right = comparison.wrong == 0 && violations == 0;
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// This program, to be run as anybody would.
struct Beffroi<'a> {
    config_file: &'a Path,
}

impl Beffroi<'_> {
    /// Shows a command and runs it; returns the peak of its memory in MB, where the system tells.
    async fn run(&self, arguments: &[&str]) -> anyhow::Result<Option<u64>> {
        say!(
            "$ beffroi --config {} {}",
            self.config_file.display(),
            arguments.join(" ")
        )?;
        let mut child = Command::new(this_program()?)
            .arg("--config")
            .arg(self.config_file)
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the command could not be started")?;
        let pid = child.id();
        let mut peak = None;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status?,
                () = tokio::time::sleep(LOOK_INTERVAL) => {
                    peak = pid.and_then(peak_memory_mb).or(peak);
                }
            }
        };
        if !status.success() {
            bail!("`beffroi {}` ended with {status}", arguments.join(" "));
        }
        Ok(peak)
    }
}

fn this_program() -> anyhow::Result<std::path::PathBuf> {
    std::env::current_exe().context("the path of this program is not known")
}

fn step(what: &str) -> anyhow::Result<()> {
    say!("\n━━ {what}")
}

/// Starts `beffroi sim serve` and waits until it has written what a crawler needs and answers.
async fn start_simulator(args: &DemoArgs) -> anyhow::Result<Child> {
    let config_file = args.folder.join(sim::CONFIG_FILE);
    if config_file.exists() {
        std::fs::remove_file(&config_file).context("could not remove an old configuration")?;
    }
    let mut command = Command::new(this_program()?);
    command
        .args(["sim", "serve", "--until-eof", "--out"])
        .arg(&args.folder)
        .args(["--seed", &args.seed.to_string()])
        .args(["--http-port", &HTTP_PORT.to_string()])
        .args(["--https-port", &HTTPS_PORT.to_string()])
        .args(["--dns-port", &DNS_PORT.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        // A group of its own: Ctrl-C must not take the web away from under the crawl.
        .process_group(0)
        .kill_on_drop(true);
    if let Some(limit) = args.limit {
        command.args(["--limit", &limit.to_string()]);
    }
    if args.population == Population::Low {
        command.args(["--population", "low"]);
    }
    if args.all_platforms {
        let settings = SimSettings {
            quotas: Quotas::ample(),
            ..SimSettings::default()
        };
        let file = args.folder.join(SIM_SETTINGS_FILE);
        std::fs::write(&file, toml::to_string(&settings)?)
            .context("could not write the simulator's settings")?;
        command.arg("--settings").arg(&file);
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
    append(&config_file, args)?;
    Ok(simulator)
}

/// The demonstration's data stay in its folder, also for the commands that go on with it.
fn append(config_file: &Path, args: &DemoArgs) -> anyhow::Result<()> {
    let mut text = std::fs::read_to_string(config_file)?;
    if args.all_platforms {
        let platforms = beffroi_sim::served_platforms();
        let platforms: Vec<String> = platforms.iter().map(|it| format!("\"{it}\"")).collect();
        text.push_str(&format!(
            "\n[run]\nplatforms = [{}]\n",
            platforms.join(", ")
        ));
    }
    let data_dir = args.folder.join("engine");
    text.push_str(&format!(
        "\n[engine]\ndata_dir = {:?}\n",
        data_dir.to_string_lossy()
    ));
    std::fs::write(config_file, text).context("could not write the configuration")
}

/// What each credential used, as the platforms themselves counted it.
fn print_meters(meters: &MetersReport) -> anyhow::Result<()> {
    let headings = [
        "platform",
        "requests",
        "units",
        "objects",
        "$",
        "refused",
        "violations",
    ];
    let mut table = output::table(headings, 1);
    for (platform, credentials) in &meters.platforms {
        for meter in credentials.values() {
            let sum = |counts: &BTreeMap<String, u64>| output::thousands(counts.values().sum());
            table.add_row([
                platform.to_string(),
                output::thousands(meter.requests),
                sum(&meter.units),
                sum(&meter.objects),
                format!("{:.2}", meter.cost_mills as f64 / 1000.0),
                sum(&meter.refusals),
                output::thousands(meter.violations.values().sum()),
            ]);
        }
    }
    if table.row_count() == 0 {
        return Ok(());
    }
    say!("\n{table}")
}

/// What the simulator tells of itself.
async fn told<T: DeserializeOwned>(simulator: &str, what: &str) -> anyhow::Result<T> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()?;
    let text = client
        .get(format!("{simulator}/_sim/{what}"))
        .send()
        .await?
        .text()
        .await?;
    serde_json::from_str(&text)
        .with_context(|| format!("the simulator's {what} have another shape"))
}

/// The largest resident size that a process has had so far.
fn peak_memory_mb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024)
}
