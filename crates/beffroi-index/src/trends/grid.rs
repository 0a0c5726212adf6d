//! The weeks that a night looks back over: the same for all accounts, with the periods of the calendar
//! that touch each.

use jiff::{ToSpan as _, civil::Date};

use super::Calendar;

/// Weeks of a year: the same ISO week a year before begins on the same weekday.
pub const YEAR_WEEKS: usize = 52;

/// The posts published in a week of an account, as they are known; posts that are not closed are in no
/// week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Week {
    /// Posts published.
    pub posts: u32,
    /// Of these, posts whose interactions are known.
    pub counted: u32,
    /// Interactions of all; `None` where those of a post are not known.
    pub interactions: Option<u64>,
    /// Sum of `ln(1 + interactions)` over the counted posts.
    pub log_sum: f64,
}

impl Week {
    /// A week in which nothing was posted, and that is known.
    pub const EMPTY: Self = Self {
        posts: 0,
        counted: 0,
        interactions: Some(0),
        log_sum: 0.0,
    };
}

/// Consecutive weeks, the oldest first. An account's weeks are as many; a week that is not known is
/// `None`, not empty.
#[derive(Debug, Clone)]
pub struct WeekGrid {
    first: Date,
    marks: Vec<Vec<String>>,
}

impl WeekGrid {
    /// So many weeks up to the one that begins on a Monday.
    pub fn ending(last: Date, count: usize, calendar: &Calendar) -> Self {
        let first = last.saturating_sub((7 * (count as i64 - 1).max(0)).days());
        let marks = (0..count)
            .map(|index| {
                let monday = first.saturating_add((7 * index as i64).days());
                let marks = calendar.marks(monday, monday.saturating_add(6.days()));
                marks.into_iter().map(str::to_owned).collect()
            })
            .collect();
        Self { first, marks }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The Monday of a week.
    pub fn monday(&self, index: usize) -> Date {
        self.first.saturating_add((7 * index as i64).days())
    }

    /// The week of a day, where it is one of them.
    pub fn index_of(&self, day: Date) -> Option<usize> {
        let days = self.first.until(day).ok()?.get_days();
        let index = usize::try_from(days).ok()? / 7;
        (index < self.len()).then_some(index)
    }

    /// Periods of the calendar that touch a week.
    pub fn marks(&self, index: usize) -> &[String] {
        self.marks.get(index).map_or(&[], Vec::as_slice)
    }

    /// Periods of the calendar that touch some of the weeks, each once, sorted.
    pub fn marks_of(&self, weeks: std::ops::Range<usize>) -> Vec<String> {
        let mut marks: Vec<String> = weeks.flat_map(|week| self.marks(week)).cloned().collect();
        marks.sort_unstable();
        marks.dedup();
        marks
    }

    /// Periods that touch one of two weeks and not the other: with such a mark the two are not alike.
    pub fn different_marks(&self, one: usize, other: usize) -> Vec<String> {
        differing(self.marks(one), self.marks(other))
    }
}

/// The names that are in one list alone.
pub(super) fn differing(one: &[String], other: &[String]) -> Vec<String> {
    let only = |names: &[String], others: &[String]| -> Vec<String> {
        let names = names.iter().filter(|name| !others.contains(name));
        names.cloned().collect()
    };
    let mut different = only(one, other);
    different.extend(only(other, one));
    different
}
