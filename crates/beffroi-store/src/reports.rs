//! The statements of reports, each a file that an analyst can read and run; all take `{run_id:String}`.

/// Who is where: a line for each category, and for communes each stratum.
pub const PRESENCE: &str = include_str!("queries/reports/presence.sql");

/// Figures of the field beside ours.
pub const PUBLISHED: &str = include_str!("queries/reports/published.sql");

/// How accounts engage, one line an account; also takes `{limit:UInt32}`.
pub const ENGAGEMENT: &str = include_str!("queries/reports/engagement.sql");

/// How the jobs of a run ended, by platform, category, stratum and reason.
pub const RUN: &str = include_str!("queries/certificate.sql");
