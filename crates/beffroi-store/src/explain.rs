//! The statements of `beffroi explain`, each a file that an analyst can read and run. All but the three
//! for errors ([`JUDGED_NIGHTS`], [`NEAREST`], [`ACCOUNT`]) read by the sort key.

/// The judged nights that are kept.
pub const JUDGED_NIGHTS: &str = include_str!("queries/explain/judged_nights.sql");

/// The published figures of an account.
pub const FIGURE: &str = include_str!("queries/explain/figure.sql");

/// Its published scores.
pub const SCORE: &str = include_str!("queries/explain/score.sql");

/// Those of all accounts of its platform.
pub const SCORE_PEERS: &str = include_str!("queries/explain/score_peers.sql");

/// Its posts, each with the reading that counted.
pub const POSTS: &str = include_str!("queries/explain/posts.sql");

/// The threads under its posts.
pub const THREADS: &str = include_str!("queries/explain/threads.sql");

/// Its observations, night by night.
pub const SERIES: &str = include_str!("queries/explain/series.sql");

/// The exchanges of its jobs.
pub const EXCHANGES: &str = include_str!("queries/explain/exchanges.sql");

/// How its jobs ended.
pub const OUTCOMES: &str = include_str!("queries/explain/outcomes.sql");

/// How its job of the judged run ended.
pub const JOB: &str = include_str!("queries/explain/job.sql");

/// Who says that it is a collectivity's own.
pub const BELONGING: &str = include_str!("queries/explain/belonging.sql");

/// How much of its stratum was measured.
pub const COVERAGE: &str = include_str!("queries/explain/coverage.sql");

/// The raids on it.
pub const RAIDS: &str = include_str!("queries/explain/raids.sql");

/// Accounts with a handle like another.
pub const NEAREST: &str = include_str!("queries/explain/nearest.sql");

/// An account known by its id alone.
pub const ACCOUNT: &str = include_str!("queries/explain/account.sql");
