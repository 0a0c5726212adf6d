//! From the store's posts and days to the series that alerts are looked for in.

use beffroi_index::{
    engagement::Components,
    trends::{self, Week, WeekGrid},
};
use beffroi_store::{AccountDaysRow, Day, DayPost};
use jiff::{ToSpan as _, civil::Date};

use crate::profile::components;

/// The last days up to a night, each once, in time. A day without posts has none, and that is known,
/// unless the account's posts could not be read: then the day is unknown.
pub(crate) fn series(row: &AccountDaysRow, night: Date, days: u16) -> Vec<trends::Day> {
    let first = first_of(night, days);
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
    for posts in row.posts.chunk_by(|one, next| one.0 == next.0) {
        if let Some(found) = series.get_mut(at(posts[0].0)) {
            found.posts = u32::try_from(posts.len()).unwrap_or(u32::MAX);
            found.reactions = posts.iter().map(|post| post.2).sum();
            found.comments = posts.iter().map(|post| post.3).sum();
            found.shares = posts.iter().map(|post| post.4).sum();
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
    let first = series.first().map_or(u16::MAX, |day| Day::from(day.date).0);
    for (day, ..) in row.posts.iter().filter(|post| is_young(post)) {
        let index = day.0.checked_sub(first).map(usize::from);
        if let Some(found) = index.and_then(|index| closed.get_mut(index)) {
            (found.reactions, found.comments, found.shares) = (None, None, None);
        }
    }
    closed
}

/// The days with posts of the last so many up to a night, each once.
pub(crate) fn posted_on(row: &AccountDaysRow, night: Date, days: u16) -> Vec<Date> {
    let first = first_of(night, days);
    let posts = row.posts.chunk_by(|one, next| one.0 == next.0);
    let days = posts.map(|posts| posts[0].0);
    days.filter(|day| day.0 >= first).map(Day::date).collect()
}

/// The weeks of the grid. Those up to the first with posts are not known, as the series may have begun in it; a
/// later one without posts has none, and that is known where the account's posts could be read.
pub(crate) fn weeks(row: &AccountDaysRow, grid: &WeekGrid) -> Vec<Option<Week>> {
    let mut weeks = vec![None; grid.len()];
    let Some((first, ..)) = row.posts.first() else {
        return weeks;
    };
    let begin = Day::from(grid.monday(0)).0;
    let second = monday_of(*first) + 7;
    if row.posts_known != 0 {
        let known = usize::from(second.saturating_sub(begin) / 7).min(weeks.len());
        weeks[known..].fill(Some(Week::EMPTY));
    }
    let components = components(&row.components);
    for post in row.posts.iter().filter(|post| post.0.0 >= second) {
        let index = post
            .0
            .0
            .checked_sub(begin)
            .map(|days| usize::from(days / 7));
        let Some(found) = index.and_then(|index| weeks.get_mut(index)) else {
            continue;
        };
        let week = found.get_or_insert(Week::EMPTY);
        week.posts += 1;
        let interactions = interactions(post, components);
        week.interactions = week.interactions.zip(interactions).map(|(a, b)| a + b);
        if let Some(interactions) = interactions {
            week.counted += 1;
            week.log_sum += (interactions as f64).ln_1p();
        }
    }
    weeks
}

/// The interactions of a post over the account's components, where it has them and they rise no more.
fn interactions(post: &DayPost, components: Components) -> Option<u64> {
    let (_, _, reactions, comments, shares) = *post;
    if is_young(post) || components.is_empty() {
        return None;
    }
    let of = |is_in: bool, count: Option<u64>| if is_in { count } else { Some(0) };
    let parts = [
        of(components.reactions, reactions),
        of(components.comments, comments),
        of(components.shares, shares),
    ];
    parts.into_iter().sum()
}

fn is_young(post: &DayPost) -> bool {
    post.1 != 0
}

/// The first of the last so many days up to a night.
fn first_of(night: Date, days: u16) -> u16 {
    Day::from(night).0.saturating_sub(days.saturating_sub(1))
}

/// The Monday of a day's week. The first of January 1970 was a Thursday.
fn monday_of(day: Day) -> u16 {
    day.0 - (day.0 + 3) % 7
}

/// The last Monday whose week ended at least seven days before a day.
pub(crate) fn last_closed_monday(day: Date) -> Date {
    let last = day.saturating_sub(14.days());
    last.saturating_sub(i64::from(last.weekday().to_monday_zero_offset()).days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_index::trends::Calendar;
    use jiff::civil::date;

    fn row() -> AccountDaysRow {
        AccountDaysRow {
            account_id: Default::default(),
            platform: "mastodon".to_owned(),
            stratum: String::new(),
            collectivity_id: String::new(),
            components: "RKS".to_owned(),
            posts_known: 1,
            followers: Vec::new(),
            followers_year_before: None,
            posts: Vec::new(),
            threads: Vec::new(),
        }
    }

    #[test]
    fn a_day_without_posts_is_known_unless_the_posts_could_not_be_read() {
        let night = date(2026, 11, 20);
        let mut row = row();
        row.followers = vec![(Day::from(date(2026, 11, 1)), 7), (Day::from(night), 900)];
        let day = Day::from(date(2026, 11, 19));
        row.posts = vec![
            (day, 0, Some(4), None, Some(1)),
            (day, 1, Some(5), Some(2), Some(0)),
        ];
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
        row.posts.clear();
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
        let post = |week: u16, interactions: Option<u64>| {
            (monday(week), 0, interactions, Some(0), Some(0))
        };
        row.posts = vec![
            post(0, Some(3)),
            post(1, Some(15)),
            post(1, Some(25)),
            post(3, Some(6)),
            post(3, None),
            post(4, Some(9)),
        ];
        let grid = WeekGrid::ending(monday(5).date(), 8, &Calendar::default());
        let values = |row: &AccountDaysRow| -> Vec<Option<(u32, Option<u64>)>> {
            let weeks = weeks(row, &grid).into_iter();
            let told = |week: Week| (week.counted, week.interactions);
            weeks.map(|week| week.map(told)).collect()
        };
        let empty = Some((0, Some(0)));
        // Two weeks before the series, and its first, are not known.
        let expected = [
            None,
            None,
            None,
            Some((2, Some(40))),
            empty,
            Some((1, None)),
        ];
        assert_eq!(values(&row)[..6], expected);
        assert_eq!(values(&row)[6..], [Some((1, Some(9))), empty]);
        row.posts_known = 0;
        assert_eq!(values(&row)[3..5], [Some((2, Some(40))), None]);
        assert_eq!(values(&row)[7], None);
        // A series that began before the grid is known from the grid's begin on.
        row.posts_known = 1;
        let later = WeekGrid::ending(monday(5).date(), 4, &Calendar::default());
        let known = super::weeks(&row, &later);
        assert_eq!(known.iter().flatten().count(), 4);
        assert_eq!(known[0], Some(Week::EMPTY));
    }

    #[test]
    fn a_week_is_closed_seven_days_after_its_sunday() {
        // 2026-11-23 is a Monday.
        assert_eq!(last_closed_monday(date(2026, 11, 23)), date(2026, 11, 9));
        assert_eq!(last_closed_monday(date(2026, 11, 22)), date(2026, 11, 2));
    }
}
