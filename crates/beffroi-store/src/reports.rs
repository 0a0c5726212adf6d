//! The statements of reports, each a file that an analyst can read and run; the head of each names its
//! parameters and what it reads.

/// The judged nights.
pub const NIGHTS: &str = include_str!("queries/reports/nights.sql");

/// The platforms of which a judged night has figures.
pub const PLATFORMS: &str = include_str!("queries/reports/platforms.sql");

/// The codes that filters may name.
pub const KNOWN: &str = include_str!("queries/reports/known.sql");

/// Who is where: a line for each category, for communes each stratum, and each platform.
pub const PRESENCE: &str = include_str!("queries/reports/presence.sql");

/// The same in the last judged night of each month.
pub const PRESENCE_OVER_TIME: &str = include_str!("queries/reports/presence_over_time.sql");

/// Accounts opened, closed, renamed, moved, departed from.
pub const PRESENCE_EVENTS: &str = include_str!("queries/reports/presence_events.sql");

/// Figures of the field beside ours.
pub const PUBLISHED: &str = include_str!("queries/reports/published.sql");

/// How accounts engage, one line an account.
pub const ENGAGEMENT: &str = include_str!("queries/reports/engagement.sql");

/// How collectivities engage over all their accounts.
pub const ENGAGEMENT_OF_COLLECTIVITIES: &str =
    include_str!("queries/reports/engagement_collectivities.sql");

/// Medians over all platforms that may be combined, by category and stratum.
pub const PEERS: &str = include_str!("queries/reports/peers.sql");

/// The figures of each platform, one line a metric.
pub const PLATFORM_FIGURES: &str = include_str!("queries/reports/platform_figures.sql");

/// The engagement index within peers.
pub const RANKING: &str = include_str!("queries/reports/ranking.sql");

/// The engagement index of collectivities within peers.
pub const RANKING_COLLECTIVITIES: &str = include_str!("queries/reports/ranking_collectivities.sql");

/// Rank by fans against rank by the index.
pub const RANKSHIFT: &str = include_str!("queries/reports/rankshift.sql");

/// Who answers, and how fast.
pub const DIALOGUE: &str = include_str!("queries/reports/dialogue.sql");

/// Who rose and fell between two judged nights.
pub const MOVERS: &str = include_str!("queries/reports/movers.sql");

/// The last closed week against the week before.
pub const MOVERS_WEEK: &str = include_str!("queries/reports/movers_week.sql");

/// A quarter of a year against the same weeks a year before, beside the peers.
pub const MOVERS_YEAR: &str = include_str!("queries/reports/movers_year.sql");

/// Who is silent or has left.
pub const DORMANT: &str = include_str!("queries/reports/dormant.sql");

/// The history of one account.
pub const ACCOUNT: &str = include_str!("queries/reports/account.sql");

/// All figures of one account.
pub const ACCOUNT_FIGURES: &str = include_str!("queries/reports/account_figures.sql");

/// How much of each stratum a judged night measured.
pub const COVERAGE: &str = include_str!("queries/reports/coverage.sql");

/// How the jobs of a run ended, by platform, category, stratum and reason; takes `{run_id:String}`.
pub const RUN: &str = include_str!("queries/certificate.sql");

/// The accounts of one collectivity with their figures and scores.
pub const COLLECTIVITY: &str = include_str!("queries/reports/collectivity.sql");

/// Weekly figures of some accounts.
pub const COLLECTIVITY_WEEKS: &str = include_str!("queries/reports/collectivity_weeks.sql");

/// What was found of one collectivity: events of presence, and alerts.
pub const COLLECTIVITY_EVENTS: &str = include_str!("queries/reports/collectivity_events.sql");

/// The index of one collectivity over its accounts.
pub const COLLECTIVITY_TOTAL: &str = include_str!("queries/reports/collectivity_total.sql");
