//! Which nights are judged, which weeks a night touches, and whose figures are kept.

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::{Day, Millis, Store, StoreError};

/// Days before a night in which posts were published whose counters may have changed: the connectors look
/// 28 days back, and a post that was missed for two weeks is still taken in.
const CHANGING_DAYS: u16 = 42;

/// A night with figures: that of a complete run over everything.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct JudgedNight {
    /// Its run.
    pub run_id: String,
    /// Its date.
    pub night: Day,
    /// When the windows of its figures end.
    pub as_of: Millis,
}

impl Store {
    /// The nights that are judged, the oldest first.
    pub async fn judged_nights(&self) -> Result<Vec<JudgedNight>, StoreError> {
        self.client
            .query(include_str!("../queries/rollup/judged_nights.sql"))
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the judged nights",
                source,
            })
    }
}

/// The weeks, by their Mondays, whose posts and threads a night's roll-up computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weeks {
    pub(super) first: Day,
    pub(super) last: Day,
}

impl Weeks {
    /// Those of a night. The last is that of the day after: a run may end then.
    pub(super) fn of(night: Day) -> Self {
        Self {
            first: monday(Day(night.0.saturating_sub(CHANGING_DAYS))),
            last: monday(Day(night.0 + 1)),
        }
    }

    /// Their Mondays.
    pub(super) fn mondays(self) -> impl Iterator<Item = Day> {
        (self.first.0..=self.last.0).step_by(7).map(Day)
    }
}

/// The Monday of a day's week. 1 January 1970 was a Thursday.
pub(super) fn monday(day: Day) -> Day {
    Day(day.0.saturating_sub((day.0 + 3) % 7))
}

/// Of the judged nights those whose figures are kept: all of the last `keep_nights`, and of each week
/// before the last one.
pub fn kept_nights(judged: &[JudgedNight], keep_nights: u16) -> BTreeSet<Day> {
    let Some(newest) = judged.iter().map(|it| it.night).max() else {
        return BTreeSet::new();
    };
    let mut last_of_week: BTreeMap<Day, Day> = BTreeMap::new();
    for it in judged {
        let last = last_of_week.entry(monday(it.night)).or_insert(it.night);
        *last = (*last).max(it.night);
    }
    let is_recent = |night: &Day| newest.0 - night.0 <= keep_nights;
    let recent = judged.iter().map(|it| it.night).filter(is_recent);
    last_of_week.into_values().chain(recent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 23 November 2026, a Monday.
    const MONDAY: Day = Day(20_780);

    fn night(day: Day) -> JudgedNight {
        JudgedNight {
            run_id: String::new(),
            night: day,
            as_of: Millis(0),
        }
    }

    #[test]
    fn a_night_touches_the_weeks_of_the_posts_that_are_still_read() {
        assert_eq!(monday(MONDAY), MONDAY);
        assert_eq!(monday(Day(MONDAY.0 + 6)), MONDAY);
        assert_eq!(monday(Day(0)), Day(0));
        let weeks = Weeks::of(Day(MONDAY.0 + 6));
        assert_eq!(weeks.first, Day(MONDAY.0 - 42));
        assert_eq!(weeks.last, Day(MONDAY.0 + 7));
        assert_eq!(weeks.mondays().count(), 8);
        // A week is last computed by the 48th night after its Monday, as the statements have it.
        assert_eq!(Weeks::of(Day(MONDAY.0 + 48)).first, MONDAY);
        assert!(Weeks::of(Day(MONDAY.0 + 49)).first > MONDAY);
    }

    #[test]
    fn of_old_weeks_the_sunday_stays_or_the_last_night_there_is() {
        let all: Vec<JudgedNight> = (0..60).map(|n| night(Day(MONDAY.0 + n))).collect();
        let kept = kept_nights(&all, 35);
        let old: Vec<u16> = (kept.iter().map(|day| day.0 - MONDAY.0))
            .filter(|n| *n < 24)
            .collect();
        assert_eq!(old, [6, 13, 20]);
        assert_eq!(kept.len(), 3 + 36);
        // Without the first Sunday, the Saturday.
        let without: Vec<JudgedNight> = (all.iter().filter(|it| it.night.0 != MONDAY.0 + 6))
            .cloned()
            .collect();
        assert!(kept_nights(&without, 35).contains(&Day(MONDAY.0 + 5)));
        assert!(kept_nights(&[], 35).is_empty());
    }
}
