//! A history as the rows that the store would give of it.

use std::collections::BTreeMap;

use beffroi_sim::AccountHistory;
use beffroi_store::{AccountDaysRow, Day, DayPost};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// Days of a history: the weeks that are looked at, and the days after them.
pub(super) const DAYS: i32 = 75 * 7;

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// What `account_days.sql` gives of it, every counter known.
pub(super) fn row(history: &AccountHistory<'_>, today: Date) -> AccountDaysRow {
    let since = today.saturating_sub(176.days());
    let closed = today.saturating_sub(7.days());
    let mut posts: Vec<DayPost> = history
        .posts
        .iter()
        .map(|post| {
            let day = day_of(post.published_at);
            let counts = [post.reactions, post.comments, post.shares].map(Some);
            let is_young = u8::from(day > closed);
            (Day::from(day), is_young, counts[0], counts[1], counts[2])
        })
        .collect();
    posts.sort_unstable();
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
        components: "RKS".to_owned(),
        posts_known: 1,
        followers: with_followers
            .map(|(day, count)| (Day::from(*day), *count))
            .collect(),
        followers_year_before: then.get(then.len() / 2).copied(),
        posts,
        threads: threads
            .into_iter()
            .map(|(day, (opened, answered))| (Day::from(day), opened, answered))
            .collect(),
    }
}
