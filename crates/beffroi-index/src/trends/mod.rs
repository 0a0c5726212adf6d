//! What changed, and what looks wrong: comparisons by the week and by the year, change points, and
//! alerts that carry their figures and their reason. An alert is a reason to look, never a verdict.

mod alert;
mod calendar;
mod compare;
mod followers;
mod grid;
mod level;
mod logs;
mod raid;
mod silence;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod week_tests;
mod weeks;
mod year;

pub use alert::{Alert, AlertKind, Day, DayThreads};
pub use calendar::{Calendar, Period};
pub use compare::{Change, week_over_week, year_over_year};
pub use followers::follower_jumps;
pub use grid::{Week, WeekGrid, YEAR_WEEKS};
pub use level::{LEVEL_ERRORS, LevelChange, errors_to_expect, level_changes, odd_weeks};
pub use logs::{LogWeeks, Season};
pub use raid::{can_tell_raid, raids};
pub use silence::silence;
pub use weeks::week_alerts;
pub use year::{
    COMPARED_WEEKS, Compared, Incomparable, MIN_PEERS, PeerChange, YEAR_DEVIATION, YearFigures,
    YearMetric, compared_weeks, year_alert,
};
