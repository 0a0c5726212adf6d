//! Accounts as the index knows them, with what a store knows besides; some at random, some from the
//! simulated country.

use std::collections::BTreeSet;

use beffroi_index::{
    dialogue::SeenThread, engagement::PostFigures, index::AccountFigures, stats::Draws,
};
use beffroi_model::{AccountId, Category, Figure, MissingReason, Platform};
use beffroi_sim::AccountHistory;
use jiff::{SignedDuration, Timestamp, civil::Date};

use super::tables::Night;

/// An account and all that is to be known of it, later than some of its nights.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) figures: AccountFigures,
    pub(crate) handle: String,
    pub(crate) collectivity_id: String,
    /// Nights with their followers.
    pub(crate) followers: Vec<(Date, u64)>,
}

impl Account {
    /// Its figures as they were known by the end of a night's windows: a post that a later run read at
    /// seven days was young, and threads are as they stood then.
    pub(crate) fn known_by(&self, night: Night) -> AccountFigures {
        let mut known = self.figures.clone();
        if let Figure::Known(posts) = &mut known.posts {
            posts.retain(|post| post.published_at < night.as_of);
            for post in posts {
                if post.observed_at.to_zoned(jiff::tz::TimeZone::UTC).date() > night.date {
                    post.observed_at = post.published_at;
                }
            }
        }
        if let Figure::Known(threads) = &mut known.threads {
            let start = night.window().start();
            threads.retain(|thread| start <= thread.opened_at && thread.opened_at < night.as_of);
            for thread in threads {
                thread.seen_until = thread.seen_until.min(night.as_of);
                thread.replied_at = thread.replied_at.filter(|at| *at <= night.as_of);
            }
        }
        known
    }
}

fn after(moment: Timestamp, hours: f64) -> Timestamp {
    moment
        .checked_add(SignedDuration::from_millis((hours * 3_600_000.0) as i64))
        .unwrap()
}

/// Any accounts: counters that are not given, young posts, posts of one day, hidden followers, no posts,
/// unread threads, raids.
pub(crate) fn random(count: usize, night: Night) -> Vec<Account> {
    (0..count)
        .map(|number| random_account(number, night))
        .collect()
}

fn random_account(number: usize, night: Night) -> Account {
    let mut draws = Draws::new(31, "random account", &number.to_string());
    let platform = [Platform::Facebook, Platform::Mastodon, Platform::X][number % 3];
    let handle = format!("mairie{number}");
    let population = (!number.is_multiple_of(11)).then(|| 100 + (draws.unit() * 60_000.0) as u32);
    let followers = 1 + (draws.unit().powi(3) * 20_000.0) as u64;
    let lacks_shares = number.is_multiple_of(4);
    let lacks_all = number % 13 == 5;
    let mut posts = Vec::new();
    for n in 0..(draws.unit() * 70.0) as usize {
        // Back to beyond the window, some on one day, the latest of them young.
        let back = 24.0 * (draws.unit() * 110.0).floor() + 23.0 * draws.unit();
        let published_at = after(night.as_of, -back);
        let age = if draws.unit() < 0.2 {
            100.0 * draws.unit()
        } else {
            168.0 + 30.0 * draws.unit()
        };
        let observed_at = after(published_at, age.min(back + 3.0));
        let mut count = |most: f64, is_hidden: bool| {
            let is_lost = draws.unit() < 0.05;
            if is_hidden || is_lost {
                Figure::Missing(MissingReason::NotGivenByPlatform)
            } else {
                Figure::Known((draws.unit().powi(2) * most) as u64)
            }
        };
        posts.push(PostFigures {
            post_id: format!("p{n:03}"),
            kind: None,
            published_at,
            observed_at,
            reactions: count(300.0, lacks_all),
            comments: count(40.0, lacks_all),
            shares: count(60.0, lacks_all || lacks_shares),
            views: Figure::Missing(MissingReason::NotGivenByPlatform),
            followers: if draws.unit() < 0.3 {
                Figure::Missing(MissingReason::NoData)
            } else {
                Figure::Known(followers - followers / 10)
            },
        });
    }
    let threads = (0..(draws.unit() * 40.0) as usize)
        .map(|_| {
            let back = 1.0 + draws.unit() * 2_000.0;
            let opened_at = after(night.as_of, -back);
            let delay = draws.unit().powi(3) * 300.0 - 1.0;
            SeenThread {
                opened_at,
                replied_at: (draws.unit() < 0.5 && delay < back).then(|| after(opened_at, delay)),
                seen_until: after(night.as_of, -(draws.unit() * back.min(200.0))),
            }
        })
        .collect();
    Account {
        figures: AccountFigures {
            key: AccountId::new(platform, &handle).to_string(),
            platform,
            category: if number.is_multiple_of(7) {
                Category::CommunauteCommunes
            } else {
                Category::Commune
            },
            population,
            followers: match number % 17 {
                3 => Figure::Missing(MissingReason::HiddenByOwner),
                4 => Figure::Known(0),
                _ => Figure::Known(followers),
            },
            posts: match number % 19 {
                6 => Figure::Missing(MissingReason::CallFailed),
                _ => Figure::Known(posts),
            },
            threads: match number % 5 {
                2 => Figure::Missing(MissingReason::PermissionMissing),
                _ => Figure::Known(threads),
            },
            set_apart: BTreeSet::new(),
        },
        handle,
        collectivity_id: format!("2135{:05}", number / 2),
        followers: Vec::new(),
    }
}

/// An account of the simulated country. Its posts were read in the first night at seven days or, of the
/// latest, in the last night.
pub(crate) fn of_history(history: &AccountHistory<'_>, night: Night) -> Account {
    let followers_on = |at: Timestamp| {
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let found = history
            .followers
            .binary_search_by_key(&date, |(date, _)| *date);
        found.map_or(1, |index| history.followers[index].1)
    };
    let read_at = after(night.as_of, 1.0);
    let posts = history
        .posts
        .iter()
        .enumerate()
        .map(|(n, post)| {
            let closed_at = after(post.published_at, 24.0 * 7.0 + 6.0);
            let observed_at = closed_at.min(read_at);
            PostFigures {
                post_id: format!("p{n:04}"),
                kind: None,
                published_at: post.published_at,
                observed_at,
                reactions: Figure::Known(post.reactions),
                comments: Figure::Known(post.comments),
                shares: Figure::Known(post.shares),
                views: Figure::Missing(MissingReason::NotGivenByPlatform),
                followers: Figure::Known(followers_on(post.published_at)),
            }
        })
        .collect();
    let threads = history
        .threads
        .iter()
        .map(|thread| SeenThread {
            opened_at: thread.opened_at,
            replied_at: thread.replied_at,
            seen_until: read_at.min(after(thread.opened_at, 24.0 * 28.0)),
        })
        .collect();
    let (_, followers) = *history.followers.last().unwrap();
    Account {
        figures: AccountFigures {
            key: AccountId::new(history.platform, history.handle).to_string(),
            platform: history.platform,
            category: history.body.category,
            population: Some(history.body.population),
            followers: Figure::Known(followers),
            posts: Figure::Known(posts),
            threads: Figure::Known(threads),
            set_apart: BTreeSet::new(),
        },
        handle: history.handle.to_owned(),
        collectivity_id: history.body.collectivity_id.to_string(),
        // As far back as alerts look.
        followers: history.followers[history.followers.len().saturating_sub(380)..].to_vec(),
    }
}
