//! From the store's sparse days and weeks to the series that alerts are looked for in.

use beffroi_index::trends;
use beffroi_store::{AccountDaysRow, Day};
use jiff::{ToSpan as _, civil::Date};

/// The last days up to a night, each once, in time. A day without posts has none, and that is known,
/// unless the account's posts could not be read: then the day is unknown.
pub(crate) fn series(row: &AccountDaysRow, night: Date, days: u16) -> Vec<trends::Day> {
    let first = Day::from(night).0.saturating_sub(days.saturating_sub(1));
    let is_known = row.posts_known != 0;
    let mut series: Vec<trends::Day> = (first..=Day::from(night).0)
        .map(|day| trends::Day {
            date: Day(day).date(),
            followers: None,
            // One post whose counters are not known: neither a quiet day nor a busy one.
            posts: u32::from(!is_known),
            reactions: is_known.then_some(0),
            comments: is_known.then_some(0),
            shares: is_known.then_some(0),
            threads: None,
        })
        .collect();
    let at = |day: Day| usize::from(day.0.checked_sub(first).unwrap_or(u16::MAX));
    for (day, followers) in &row.followers {
        if let Some(found) = series.get_mut(at(*day)) {
            found.followers = Some(*followers);
        }
    }
    for (day, posts, _, reactions, comments, shares) in &row.days {
        if let Some(found) = series.get_mut(at(*day)) {
            found.posts = *posts;
            (found.reactions, found.comments, found.shares) = (*reactions, *comments, *shares);
        }
    }
    for (day, opened, answered) in &row.threads {
        if let Some(found) = series.get_mut(at(*day)) {
            found.threads = Some(trends::DayThreads {
                opened: *opened,
                answered: *answered,
            });
        }
    }
    series
}

/// The same with the counters of days unknown that have young posts: they still rise, and a fortnight
/// of them would look like a fall.
pub(crate) fn closed(row: &AccountDaysRow, series: &[trends::Day]) -> Vec<trends::Day> {
    let mut closed = series.to_vec();
    let young = row.days.iter().filter(|(_, _, young, ..)| *young > 0);
    for (day, ..) in young {
        let date = day.date();
        if let Some(found) = closed.iter_mut().find(|found| found.date == date) {
            (found.reactions, found.comments, found.shares) = (None, None, None);
        }
    }
    closed
}

/// The weeks with their interactions. The first is left out, as it may have begun before the series did; a
/// week without posts has none, and that is known where the account's posts could be read. `last` is the
/// last Monday whose week is closed.
pub(crate) fn weeks(row: &AccountDaysRow, last: Date) -> Vec<(Date, f64)> {
    let Some((first, _)) = row.weeks.first() else {
        return Vec::new();
    };
    let (mut monday, last) = (first.0 + 7, Day::from(last).0);
    let mut rows = row.weeks.iter().skip(1).peekable();
    let mut weeks = Vec::new();
    while monday <= last {
        let found = rows.next_if(|(week, _)| week.0 == monday);
        let interactions = match found {
            Some((_, interactions)) => interactions.map(|sum| sum as f64),
            None => (row.posts_known != 0).then_some(0.0),
        };
        weeks.extend(interactions.map(|sum| (Day(monday).date(), sum)));
        monday += 7;
    }
    weeks
}

/// The last Monday whose week ended at least seven days before a day.
pub(crate) fn last_closed_monday(day: Date) -> Date {
    let last = day.saturating_sub(14.days());
    last.saturating_sub(i64::from(last.weekday().to_monday_zero_offset()).days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn row() -> AccountDaysRow {
        AccountDaysRow {
            account_id: Default::default(),
            platform: "mastodon".to_owned(),
            collectivity_id: String::new(),
            posts_known: 1,
            followers: Vec::new(),
            days: Vec::new(),
            threads: Vec::new(),
            weeks: Vec::new(),
            posted_on: Vec::new(),
        }
    }

    #[test]
    fn a_day_without_posts_is_known_unless_the_posts_could_not_be_read() {
        let night = date(2026, 11, 20);
        let mut row = row();
        row.followers = vec![(Day::from(date(2026, 11, 1)), 7), (Day::from(night), 900)];
        row.days = vec![(Day::from(date(2026, 11, 19)), 2, 1, Some(9), None, Some(1))];
        let days = series(&row, night, 5);
        assert_eq!(
            (days.len(), days[0].date, days[4].date),
            (5, date(2026, 11, 16), night)
        );
        assert_eq!(
            (days[4].followers, days[4].posts, days[4].reactions),
            (Some(900), 0, Some(0))
        );
        assert_eq!(
            (days[3].posts, days[3].reactions, days[3].comments),
            (2, Some(9), None)
        );
        // Its post is young, so that its counters are not final.
        assert_eq!(closed(&row, &days)[3].reactions, None);
        assert_eq!(closed(&row, &days)[4].reactions, Some(0));
        row.posts_known = 0;
        row.days.clear();
        assert!(
            series(&row, night, 5)
                .iter()
                .all(|day| day.interactions().is_none() && day.posts == 1)
        );
    }

    #[test]
    fn missing_weeks_are_zero_only_where_posts_are_known() {
        let monday = |n: u16| Day(Day::from(date(2026, 9, 7)).0 + 7 * n);
        let mut row = row();
        row.weeks = vec![
            (monday(0), Some(3)),
            (monday(1), Some(40)),
            (monday(3), None),
            (monday(4), Some(9)),
        ];
        let last = monday(5).date();
        let values = |row: &AccountDaysRow| -> Vec<(u16, f64)> {
            let first = monday(0).0;
            weeks(row, last)
                .into_iter()
                .map(|(week, sum)| ((Day::from(week).0 - first) / 7, sum))
                .collect()
        };
        assert_eq!(values(&row), [(1, 40.0), (2, 0.0), (4, 9.0), (5, 0.0)]);
        row.posts_known = 0;
        assert_eq!(values(&row), [(1, 40.0), (4, 9.0)]);
    }

    #[test]
    fn a_week_is_closed_seven_days_after_its_sunday() {
        // 2026-11-23 is a Monday.
        assert_eq!(last_closed_monday(date(2026, 11, 23)), date(2026, 11, 9));
        assert_eq!(last_closed_monday(date(2026, 11, 22)), date(2026, 11, 2));
    }
}
