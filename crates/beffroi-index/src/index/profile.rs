//! An account's figures brought down to the four indicators.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_model::{Category, Figure, MissingReason, Platform};
use jiff::{civil::Date, tz::TimeZone};

use super::IndexVersion;
use crate::{
    dialogue::SeenThread,
    engagement::{Components, PostFigures, Window, coverage, e_of_post, rhythm},
    score::Evidence,
    stats::mean,
};

/// What the store knows of an account: the input of the index.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountFigures {
    /// Its key, the `account_id`.
    pub key: String,
    /// Where it is.
    pub platform: Platform,
    /// Category of its collectivity.
    pub category: Category,
    /// Inhabitants of its collectivity.
    pub population: Option<u32>,
    /// Followers at the end of the window.
    pub followers: Figure<u64>,
    /// Its posts, in any order; missing where the list could not be read.
    pub posts: Figure<Vec<PostFigures>>,
    /// Visitors' threads of the window.
    pub threads: Figure<Vec<SeenThread>>,
    /// Ids of posts whose interactions are no praise (a raid, see `trends`): they stay in all shown
    /// figures, and out of the score.
    pub set_apart: BTreeSet<String>,
}

/// An account as the index sees it. Small enough that a query can deliver it directly.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its key.
    pub key: String,
    /// Where it is.
    pub platform: Platform,
    /// Category of its collectivity.
    pub category: Category,
    /// Inhabitants of its collectivity.
    pub population: Option<u32>,
    /// Followers at the end of the window.
    pub followers: Figure<u64>,
    /// Followers per thousand inhabitants.
    pub audience: Figure<f64>,
    /// Posts per week.
    pub posts_per_week: Figure<f64>,
    /// The components over which engagement is taken.
    pub components: Components,
    /// Closed posts that enter `engagement`: N.
    pub posts: u32,
    /// Posts left out of it as set apart.
    pub posts_set_apart: u32,
    /// Days with posts: of each day the mean of `ln(1 + E)` over its posts, E weighted and per
    /// thousand followers at publication.
    ///
    /// The logarithm keeps one viral post from making the year. The day is the unit of evidence
    /// because posts of one day are not independent; so posting the same in more pieces makes an
    /// account neither better nor better known.
    pub engagement: Figure<Evidence>,
    /// Closed threads: of each its promptness (`SeenThread::promptness`).
    pub dialogue: Figure<Evidence>,
}

impl Profile {
    /// The profile of an account over the version's window.
    pub fn of(account: &AccountFigures, window: Window, version: &IndexVersion) -> Self {
        let posts = match &account.posts {
            Figure::Known(posts) => posts.as_slice(),
            Figure::Missing(_) => &[],
        };
        let closed: Vec<&PostFigures> = window
            .posts(posts)
            .into_iter()
            .filter(|post| !post.is_young())
            .collect();
        let components = Components::of(&closed);
        let (set_apart, counted): (Vec<&PostFigures>, Vec<&PostFigures>) = closed
            .into_iter()
            .partition(|post| account.set_apart.contains(&post.post_id));
        let days = Days::of(&counted, |post| {
            e_of_post(post, components, &version.interactions, account.followers)
        });
        Self {
            key: account.key.clone(),
            platform: account.platform,
            category: account.category,
            population: account.population,
            followers: account.followers,
            audience: coverage(account.followers, account.population),
            posts_per_week: match &account.posts {
                Figure::Known(posts) => Figure::Known(rhythm(posts, window).posts_per_week),
                Figure::Missing(reason) => Figure::Missing(*reason),
            },
            components,
            posts: days.posts,
            posts_set_apart: u32::try_from(set_apart.len()).unwrap_or(u32::MAX),
            engagement: match &account.posts {
                Figure::Known(_) => days.evidence(),
                Figure::Missing(reason) => Figure::Missing(*reason),
            },
            dialogue: dialogue(&account.threads),
        }
    }
}

/// The values of posts, by the day (UTC) of their publication.
struct Days {
    values: BTreeMap<Date, Vec<f64>>,
    posts: u32,
    reason: Option<MissingReason>,
}

impl Days {
    fn of(posts: &[&PostFigures], e: impl Fn(&PostFigures) -> Figure<f64>) -> Self {
        let mut days = Self {
            values: BTreeMap::new(),
            posts: 0,
            reason: None,
        };
        for post in posts {
            match e(post) {
                Figure::Known(value) => {
                    let day = TimeZone::UTC.to_datetime(post.published_at).date();
                    days.values.entry(day).or_default().push(value.ln_1p());
                    days.posts += 1;
                }
                Figure::Missing(reason) => {
                    days.reason = Some(days.reason.map_or(reason, |first| first.min(reason)));
                }
            }
        }
        days
    }

    fn evidence(&self) -> Figure<Evidence> {
        let days: Vec<f64> = self.values.values().filter_map(|day| mean(day)).collect();
        let reason = self.reason.unwrap_or(MissingReason::NoData);
        Figure::from_option(Evidence::of(&days), reason)
    }
}

fn dialogue(threads: &Figure<Vec<SeenThread>>) -> Figure<Evidence> {
    match threads {
        Figure::Missing(reason) => Figure::Missing(*reason),
        Figure::Known(threads) => {
            let promptness: Vec<f64> = threads
                .iter()
                .filter_map(|thread| thread.promptness())
                .collect();
            Figure::from_option(Evidence::of(&promptness), MissingReason::NoData)
        }
    }
}
