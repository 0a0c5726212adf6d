//! The statements of reports, each a file that an analyst can read and run; all take `{run_id:String}`.

/// Who is where: a line for each category, and for communes each stratum.
pub const PRESENCE: &str = include_str!("queries/reports/presence.sql");

/// Figures of the field beside ours.
pub const PUBLISHED: &str = include_str!("queries/reports/published.sql");

/// How accounts engage, one line an account; also takes `{limit:UInt32}`, and `{policy:String}`: JSON
/// of which columns are withheld for which platforms, and of what is said of each platform.
pub const ENGAGEMENT: &str = include_str!("queries/reports/engagement.sql");

/// The platforms of which a run has figures.
pub const PLATFORMS: &str = include_str!("queries/reports/platforms.sql");

/// Medians over all platforms by category and stratum, made of [`ENGAGEMENT`]; takes the same.
pub fn peers() -> String {
    include_str!("queries/reports/peers.sql").replace("-- engagement.sql", ENGAGEMENT)
}

/// How the jobs of a run ended, by platform, category, stratum and reason.
pub const RUN: &str = include_str!("queries/certificate.sql");
