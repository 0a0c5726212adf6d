//! The options of the commands on the simulated France.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Serve the simulated France until Ctrl-C.
    #[command(
        after_help = "Example:\n  beffroi sim serve --limit 300 --out /tmp/sim\n  beffroi --config /tmp/sim/beffroi.toml run"
    )]
    Serve(SimArgs),
    /// Compare every stored figure of a run with the simulator's truth.
    Compare {
        /// Address of the simulator, as printed by `sim serve`.
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8480")]
        truth: String,
        /// The run. Default: the latest.
        #[arg(long, value_name = "RUN")]
        run: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SimArgs {
    /// Everything is drawn from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many collectivities are on the networks: `low` (as counted) or `high` (as surveyed).
    #[arg(long, default_value = "high")]
    pub(crate) population: beffroi_sim::Population,
    /// Keep only so many collectivities, of all strata.
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Port of HTTP; 0 picks a free one.
    #[arg(long, default_value_t = 8480)]
    pub(crate) http_port: u16,
    /// Port of HTTPS; 0 picks a free one.
    #[arg(long, default_value_t = 8443)]
    pub(crate) https_port: u16,
    /// Port of the name server (UDP); 0 picks a free one.
    #[arg(long, default_value_t = 8453)]
    pub(crate) dns_port: u16,
    /// The moment up to which the world has published. Default: the beginning of this hour.
    #[arg(long)]
    pub(crate) as_of: Option<jiff::Timestamp>,
    /// Further settings, TOML: `malformed_share = 0.02`, `new_field_names = true`, `[quotas]`
    /// (`instagram_calls_per_hour`, `youtube_units_per_day` …). The options here come on top.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Also stop when standard input ends, so that the simulator dies with who started it.
    #[arg(long)]
    pub(crate) until_eof: bool,
    /// Folder for what a crawler needs: `beffroi.toml`, `registry.csv`, the certificate authority.
    #[arg(long, value_name = "FOLDER", default_value = "beffroi-sim")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  beffroi demo                 all of France, in a folder of its own (beffroi-demo/)
  beffroi demo --limit 500     a small one
  beffroi demo --all-platforms --folder beffroi-demo-all
                               every network that is simulated, with ample allowances")]
pub(crate) struct DemoArgs {
    /// Folder of the demonstration's data.
    #[arg(long, value_name = "FOLDER", default_value = "beffroi-demo")]
    pub(crate) folder: PathBuf,
    /// Keep only so many collectivities, of all strata.
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Everything is drawn from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many collectivities are on the networks: `low` (as counted) or `high` (as surveyed).
    #[arg(long, default_value = "high")]
    pub(crate) population: beffroi_sim::Population,
    /// Measure every network that is simulated, not only those of `run.platforms`' default. The
    /// simulated platforms then allow what one night needs.
    #[arg(long)]
    pub(crate) all_platforms: bool,
}
