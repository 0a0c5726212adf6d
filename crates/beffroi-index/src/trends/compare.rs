//! A week against the week before, and against the same week of the year before.

use jiff::{ToSpan as _, civil::Date};

use super::Calendar;
use crate::stats::{mad_sd, median};

/// A week's value against another's.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The week's value.
    pub value: f64,
    /// What it is compared with.
    pub before: f64,
    /// `(value + 1) / (before + 1)`: above 1 it rose.
    pub ratio: f64,
    /// How far the change lies from the account's usual changes, in robust standard deviations
    /// (median and 1.4826 * MAD of the logarithms of the ratios of the year before). `None` where
    /// fewer than eight are known, or where they never differ.
    pub deviation: Option<f64>,
    /// Periods of the calendar that touch one of the two weeks and not the other: with such a mark the
    /// two are not alike.
    pub marks: Vec<String>,
}

/// Fewest usual changes from which a deviation is told.
const MIN_CHANGES: usize = 8;

/// Days of 52 weeks: the same ISO week a year ago begins on the same weekday.
const YEAR_DAYS: i32 = 364;

/// The week that begins on `monday` against the week before. Weeks are given by their Monday, in any
/// order; a missing one is missing, not 0. Usual changes are those of the 52 weeks before, without
/// weeks that the calendar marks.
pub fn week_over_week(weeks: &[(Date, f64)], monday: Date, calendar: &Calendar) -> Option<Change> {
    let value = at(weeks, monday, 0)?;
    let before = at(weeks, monday, -7)?;
    let usual: Vec<f64> = (1..=52)
        .filter(|back| {
            let first = shifted(monday, -7 * (back + 1));
            let last = shifted(monday, -7 * back + 6);
            matches!((first, last), (Some(first), Some(last)) if calendar.marks(first, last).is_empty())
        })
        .filter_map(|back| {
            let later = at(weeks, monday, -7 * back)?;
            let earlier = at(weeks, monday, -7 * (back + 1))?;
            Some(log_ratio(later, earlier))
        })
        .collect();
    Some(Change {
        value,
        before,
        ratio: (value + 1.0) / (before + 1.0),
        deviation: deviation(log_ratio(value, before), &usual),
        marks: different_marks(monday, shifted(monday, -7)?, calendar),
    })
}

/// The week that begins on `monday` against the median of the same week a year ago and its two
/// neighbours, of those that are known: one odd week does not make the year's comparison. `None`
/// where the same week is not known.
pub fn year_over_year(weeks: &[(Date, f64)], monday: Date, calendar: &Calendar) -> Option<Change> {
    let value = at(weeks, monday, 0)?;
    at(weeks, monday, -YEAR_DAYS)?;
    let around: Vec<f64> = [-YEAR_DAYS - 7, -YEAR_DAYS, -YEAR_DAYS + 7]
        .into_iter()
        .filter_map(|days| at(weeks, monday, days))
        .collect();
    let before = median(&around)?;
    Some(Change {
        value,
        before,
        ratio: (value + 1.0) / (before + 1.0),
        deviation: None,
        marks: different_marks(monday, shifted(monday, -YEAR_DAYS)?, calendar),
    })
}

fn at(weeks: &[(Date, f64)], monday: Date, days: i32) -> Option<f64> {
    let wanted = shifted(monday, days)?;
    let found = weeks.iter().find(|(date, _)| *date == wanted)?;
    Some(found.1)
}

fn shifted(date: Date, days: i32) -> Option<Date> {
    date.checked_add(days.days()).ok()
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

fn different_marks(one: Date, other: Date, calendar: &Calendar) -> Vec<String> {
    let marks = |monday: Date| {
        shifted(monday, 6).map_or_else(Vec::new, |sunday| calendar.marks(monday, sunday))
    };
    let (one, other) = (marks(one), marks(other));
    let only = |names: &[&str], others: &[&str]| -> Vec<String> {
        let names = names.iter().filter(|name| !others.contains(name));
        names.map(|name| (*name).to_owned()).collect()
    };
    let mut different = only(&one, &other);
    different.extend(only(&other, &one));
    different
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Weeks back from the Monday, each with its value.
    fn weeks(monday: Date, value: impl Fn(i32) -> f64) -> Vec<(Date, f64)> {
        (0..60)
            .map(|back| (shifted(monday, -7 * back).unwrap(), value(back)))
            .collect()
    }

    #[test]
    fn a_week_is_compared_with_its_own_usual_changes() {
        let monday = date(2026, 5, 18);
        let calm = weeks(monday, |back| match back {
            0 => 399.0,
            _ => 99.0 + f64::from(back * 7 % 5),
        });
        let change = week_over_week(&calm, monday, &Calendar::default()).unwrap();
        assert_eq!((change.value, change.before), (399.0, 101.0));
        assert!(change.deviation.unwrap() > 10.0, "{change:?}");
        // The same change is usual for an account that is always so restless.
        let restless = weeks(monday, |back| if back % 2 == 0 { 399.0 } else { 99.0 });
        let change = week_over_week(&restless, monday, &Calendar::default()).unwrap();
        assert_eq!(change.ratio, 4.0);
        assert!(change.deviation.unwrap().abs() < 2.0, "{change:?}");
    }

    #[test]
    fn missing_weeks_are_no_zeros() {
        let monday = date(2026, 5, 18);
        let mut known = weeks(monday, |_| 50.0);
        known.retain(|(week, _)| *week != date(2026, 5, 11));
        assert_eq!(week_over_week(&known, monday, &Calendar::default()), None);
        let short = &weeks(monday, |_| 50.0)[..5];
        let change = week_over_week(short, monday, &Calendar::default()).unwrap();
        assert_eq!(change.deviation, None);
        assert_eq!(year_over_year(short, monday, &Calendar::default()), None);
    }

    #[test]
    fn august_is_compared_with_august() {
        let calendar = Calendar::shipped();
        let monday = date(2027, 8, 9);
        let series = weeks(monday, |back| if back == 52 { 9_999.0 } else { 40.0 });
        let change = year_over_year(&series, monday, &calendar).unwrap();
        assert_eq!((change.before, change.ratio), (40.0, 1.0));
        assert!(change.marks.is_empty(), "{change:?}");
        // The last week of July against the one before it, and the first of August against July.
        let series = weeks(date(2026, 8, 3), |_| 40.0);
        let change = week_over_week(&series, date(2026, 8, 3), &calendar).unwrap();
        assert!(
            change.marks.is_empty(),
            "the week before touches August too: {change:?}"
        );
        let change = week_over_week(&series, date(2026, 7, 27), &calendar).unwrap();
        assert_eq!(change.marks, ["august"]);
    }
}
