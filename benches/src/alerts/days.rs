//! A history as the rows that the store would give of it.

use std::collections::BTreeMap;

use beffroi_sim::AccountHistory;
use beffroi_store::{AccountDaysRow, Day};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// Days of a history: the weeks that are looked at, and the days after them.
pub(super) const DAYS: i32 = 75 * 7;

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn monday_of(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// What `account_days.sql` gives of it, every counter known.
pub(super) fn row(history: &AccountHistory<'_>, today: Date) -> AccountDaysRow {
    let since = today.saturating_sub(176.days());
    let closed = today.saturating_sub(7.days());
    let mut days: BTreeMap<Date, (u32, u32, u64, u64, u64)> = BTreeMap::new();
    let mut weeks: BTreeMap<Date, (u32, u64, f64)> = BTreeMap::new();
    let mut posted_on = Vec::new();
    for post in &history.posts {
        let day = day_of(post.published_at);
        if day > since {
            let of = days.entry(day).or_default();
            of.0 += 1;
            of.1 += u32::from(day > closed);
            (of.2, of.3, of.4) = (
                of.2 + post.reactions,
                of.3 + post.comments,
                of.4 + post.shares,
            );
        }
        let monday = monday_of(day);
        if monday.saturating_add(14.days()) <= today {
            let interactions = post.reactions + post.comments + post.shares;
            let of = weeks.entry(monday).or_default();
            (of.0, of.1) = (of.0 + 1, of.1 + interactions);
            of.2 += (interactions as f64).ln_1p();
        }
        if day > today.saturating_sub(365.days()) {
            posted_on.push(Day::from(day));
        }
    }
    posted_on.dedup();
    let mut threads: BTreeMap<Date, (u32, u32)> = BTreeMap::new();
    for thread in &history.threads {
        let of = threads.entry(day_of(thread.opened_at)).or_default();
        of.0 += 1;
        of.1 += u32::from(thread.replied_at.is_some());
    }
    let year_before = today.saturating_sub(364.days());
    let mut then: Vec<u64> = history
        .followers
        .iter()
        .filter(|(day, _)| (*day - year_before).get_days().abs() <= 7)
        .map(|(_, count)| *count)
        .collect();
    then.sort_unstable();
    let with_followers = history.followers.iter().filter(|(day, _)| *day > since);
    AccountDaysRow {
        account_id: Default::default(),
        platform: history.platform.to_string(),
        stratum: beffroi_model::Stratum::of(history.body.population).to_string(),
        collectivity_id: history.body.collectivity_id.to_string(),
        posts_known: 1,
        followers: with_followers
            .map(|(day, count)| (Day::from(*day), *count))
            .collect(),
        followers_year_before: then.get(then.len() / 2).copied(),
        days: days
            .into_iter()
            .map(|(day, (posts, young, reactions, comments, shares))| {
                (
                    Day::from(day),
                    posts,
                    young,
                    Some(reactions),
                    Some(comments),
                    Some(shares),
                )
            })
            .collect(),
        threads: threads
            .into_iter()
            .map(|(day, (opened, answered))| (Day::from(day), opened, answered))
            .collect(),
        weeks: weeks
            .into_iter()
            .map(|(monday, (posts, interactions, log_sum))| {
                (Day::from(monday), posts, posts, Some(interactions), log_sum)
            })
            .collect(),
        posted_on,
    }
}
