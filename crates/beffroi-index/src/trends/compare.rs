//! The interactions of a week against those of the week before, by the measure of the account's own usual
//! changes, and against the same week of the year before.

use super::{Week, WeekGrid, grid::YEAR_WEEKS};
use crate::stats::{mad_sd, median};

/// A week's interactions against another's.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The week's.
    pub value: f64,
    /// What they are compared with.
    pub before: f64,
    /// `(value + 1) / (before + 1)`: above 1 they rose.
    pub ratio: f64,
    /// How far the change lies from the account's usual changes, in robust standard deviations
    /// (median and 1.4826 * MAD of the logarithms of the ratios of the year before). `None` where
    /// fewer than eight are known, or where they never differ.
    pub deviation: Option<f64>,
    /// Periods of the calendar that touch one of the two weeks and not the other.
    pub marks: Vec<String>,
}

/// Fewest usual changes from which a deviation is told.
const MIN_CHANGES: usize = 8;

/// A week against the week before. Usual changes are those of the 52 weeks before, without weeks that the
/// calendar marks.
pub fn week_over_week(weeks: &[Option<Week>], at: usize, grid: &WeekGrid) -> Option<Change> {
    let earlier = at.checked_sub(1)?;
    let (value, before) = (interactions(weeks, at)?, interactions(weeks, earlier)?);
    let usual: Vec<f64> = (at.saturating_sub(YEAR_WEEKS).max(1)..at)
        .filter(|week| grid.marks(*week).is_empty() && grid.marks(week - 1).is_empty())
        .filter_map(|week| {
            Some(log_ratio(
                interactions(weeks, week)?,
                interactions(weeks, week - 1)?,
            ))
        })
        .collect();
    Some(Change {
        value,
        before,
        ratio: (value + 1.0) / (before + 1.0),
        deviation: deviation(log_ratio(value, before), &usual),
        marks: grid.different_marks(at, earlier),
    })
}

/// A week against the median of the same week a year before and its two neighbours, of those that are
/// known: one odd week does not make the year's comparison. `None` where the same week is not known.
pub fn year_over_year(weeks: &[Option<Week>], at: usize, grid: &WeekGrid) -> Option<Change> {
    let value = interactions(weeks, at)?;
    let same = at.checked_sub(YEAR_WEEKS)?;
    interactions(weeks, same)?;
    let around: Vec<f64> = (same.saturating_sub(1)..=same + 1)
        .filter_map(|week| interactions(weeks, week))
        .collect();
    let before = median(&around)?;
    Some(Change {
        value,
        before,
        ratio: (value + 1.0) / (before + 1.0),
        deviation: None,
        marks: grid.different_marks(at, same),
    })
}

fn interactions(weeks: &[Option<Week>], at: usize) -> Option<f64> {
    let week = weeks.get(at)?.as_ref()?;
    week.interactions.map(|count| count as f64)
}

fn log_ratio(later: f64, earlier: f64) -> f64 {
    later.ln_1p() - earlier.ln_1p()
}

fn deviation(change: f64, usual: &[f64]) -> Option<f64> {
    if usual.len() < MIN_CHANGES {
        return None;
    }
    let spread = mad_sd(usual).filter(|spread| *spread > 0.0)?;
    Some((change - median(usual)?) / spread)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::trends::Calendar;

    const COUNT: usize = 60;

    fn grid(last: Date, calendar: &Calendar) -> WeekGrid {
        WeekGrid::ending(last, COUNT, calendar)
    }

    /// Weeks with the interactions of so many weeks back.
    fn weeks(value: impl Fn(i32) -> u64) -> Vec<Option<Week>> {
        let week = |back| Week {
            posts: 1,
            counted: 1,
            interactions: Some(value(back)),
            log_sum: (value(back) as f64).ln_1p(),
        };
        (0..COUNT as i32)
            .rev()
            .map(|back| Some(week(back)))
            .collect()
    }

    #[test]
    fn a_week_is_compared_with_its_own_usual_changes() {
        let grid = grid(date(2026, 5, 18), &Calendar::default());
        let calm = weeks(|back| match back {
            0 => 399,
            _ => 99 + (back * 7 % 5) as u64,
        });
        let change = week_over_week(&calm, COUNT - 1, &grid).unwrap();
        assert_eq!((change.value, change.before), (399.0, 101.0));
        assert!(change.deviation.unwrap() > 10.0, "{change:?}");
        // The same change is usual for an account that is always so restless.
        let restless = weeks(|back| if back % 2 == 0 { 399 } else { 99 });
        let change = week_over_week(&restless, COUNT - 1, &grid).unwrap();
        assert_eq!(change.ratio, 4.0);
        assert!(change.deviation.unwrap().abs() < 2.0, "{change:?}");
    }

    #[test]
    fn missing_weeks_are_no_zeros() {
        let grid = grid(date(2026, 5, 18), &Calendar::default());
        let mut known = weeks(|_| 50);
        known[COUNT - 2] = None;
        assert_eq!(week_over_week(&known, COUNT - 1, &grid), None);
        let mut short = weeks(|_| 50);
        short[..COUNT - 5].fill(None);
        let change = week_over_week(&short, COUNT - 1, &grid).unwrap();
        assert_eq!(change.deviation, None);
        assert_eq!(year_over_year(&short, COUNT - 1, &grid), None);
    }

    #[test]
    fn august_is_compared_with_august() {
        let calendar = Calendar::shipped();
        let of = |last| grid(last, &calendar);
        let series = weeks(|back| if back == 52 { 9_999 } else { 40 });
        let change = year_over_year(&series, COUNT - 1, &of(date(2027, 8, 9))).unwrap();
        assert_eq!((change.before, change.ratio), (40.0, 1.0));
        assert!(change.marks.is_empty(), "{change:?}");
        // The last week of July against the one before it, and the first of August against July.
        let series = weeks(|_| 40);
        let change = week_over_week(&series, COUNT - 1, &of(date(2026, 8, 3))).unwrap();
        assert!(
            change.marks.is_empty(),
            "the week before touches August too: {change:?}"
        );
        let change = week_over_week(&series, COUNT - 1, &of(date(2026, 7, 27))).unwrap();
        assert_eq!(change.marks, ["august"]);
    }
}
