//! What changed, and what looks wrong: comparisons by the week and by the year, change points, and
//! alerts that carry their figures and their reason. An alert is a reason to look, never a verdict.

mod alert;
mod calendar;
mod change_points;
mod compare;
mod followers;
mod raid;
mod silence;
#[cfg(test)]
mod tests;
mod weeks;

pub use alert::{Alert, AlertKind, Day, DayThreads};
pub use calendar::{Calendar, Period};
pub use change_points::{ChangePoint, change_points, pettitt};
pub use compare::{Change, week_over_week, year_over_year};
pub use followers::follower_jumps;
pub use raid::raids;
pub use silence::silence;
pub use weeks::week_alerts;
