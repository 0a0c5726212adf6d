//! `beffroi sim serve`.

use std::{collections::HashSet, path::Path, process::ExitCode};

use anyhow::Context;
use beffroi_model::{Collectivity, CollectivityId};
use beffroi_sim::{RunningSim, SimSettings, crawler_config, serve as serve_sim};

use crate::{cli::SimArgs, commands::worker::stop_on_signals, output::say};

/// Files that a crawler of the simulated France needs.
pub(crate) const CONFIG_FILE: &str = "beffroi.toml";
pub(crate) const REGISTRY_FILE: &str = "registry.csv";

/// A simulated night lasts minutes, so what passes is tried again after seconds.
const HURRY: &str = "\n[worker]\nretry_pause = \"2s\"\n";

pub(crate) async fn serve(mut args: SimArgs) -> anyhow::Result<ExitCode> {
    // The configuration written there names the authority's file, and is used from anywhere.
    args.out = std::path::absolute(&args.out).context("the present folder is not known")?;
    let settings = SimSettings {
        seed: args.seed,
        population: args.population,
        limit: args.limit,
        http_port: args.http_port,
        https_port: args.https_port,
        dns_port: args.dns_port,
        as_of: args.as_of,
        out: Some(args.out.clone()),
        ..base_settings(args.settings.as_deref())?
    };
    let sim = start(settings, &args.out).await?;
    say!(
        "the simulated France answers at http://127.0.0.1:{}; its pages are fetched with\n  \
         beffroi --config {}/{CONFIG_FILE} registry import {}/{REGISTRY_FILE}\n  \
         beffroi --config {}/{CONFIG_FILE} run\n\
         referee: http://127.0.0.1:{}/_sim/referee\nCtrl-C stops it",
        sim.http_port,
        args.out.display(),
        args.out.display(),
        args.out.display(),
        sim.http_port,
    )?;
    let stop = stop_on_signals();
    if args.until_eof {
        tokio::select! {
            () = stop.cancelled() => {}
            () = end_of_input() => {}
        }
    } else {
        stop.cancelled().await;
    }
    sim.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// What the file says, or the defaults.
fn base_settings(file: Option<&Path>) -> anyhow::Result<SimSettings> {
    let Some(file) = file else {
        return Ok(SimSettings::default());
    };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("could not read `{}`", file.display()))?;
    toml::from_str(&text)
        .with_context(|| format!("`{}` holds no settings of the simulator", file.display()))
}

async fn end_of_input() {
    // An input that cannot be read has ended, too.
    let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await;
}

/// Starts the simulator and writes what a crawler needs into the folder.
pub(crate) async fn start(settings: SimSettings, folder: &Path) -> anyhow::Result<RunningSim> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("could not make the folder `{}`", folder.display()))?;
    let bodies: Vec<Collectivity> =
        tokio::task::spawn_blocking(|| beffroi_registry::shipped().collectivities).await?;
    let everybody: Vec<_> = bodies
        .iter()
        .map(|body| body.collectivity_id.clone())
        .collect();
    let sim = serve_sim(settings, bodies).await?;
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("could not write `{}`", path.display()))
    };
    write(REGISTRY_FILE, registry_csv(&sim, &everybody))?;
    // Last: who waits for the simulator waits for this file.
    write(CONFIG_FILE, format!("{}{HURRY}", crawler_config(&sim)))?;
    Ok(sim)
}

/// Corrections that leave the registry with the simulated websites and no other: a body that a small
/// world leaves out has none, so that no real address is ever in the plan.
fn registry_csv(sim: &RunningSim, everybody: &[CollectivityId]) -> String {
    let mut csv = sim.world().registry_csv();
    let known: HashSet<String> = csv
        .lines()
        .filter_map(|line| line.split(',').next())
        .map(str::to_owned)
        .collect();
    for id in everybody.iter().filter(|id| !known.contains(id.as_str())) {
        csv.push_str(&format!("{id},website,,not in the simulated world\n"));
    }
    csv
}
