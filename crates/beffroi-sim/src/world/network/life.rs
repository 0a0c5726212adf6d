//! The law of an account's life (calibration figures, section 5): audience by inhabitants, posts by
//! size, interactions by audience, replies in office hours. Where the section speaks of Facebook
//! alone, other networks have a share of it (our choice).

use beffroi_model::{Category, Collectivity, Platform};
use jiff::Timestamp;

use super::{
    super::{
        World,
        social::{Case, VisitorThread, visitor_thread},
    },
    NetworkAccount,
};
use crate::draw::Draw;

const DAY: i64 = 86_400;

/// How far back posts are shown: beyond the window of 28 days, so that lists go on after it.
const SHOWN_DAYS: i64 = 60;

/// The middle of the wave in which collectivities left X: 2025-01-20.
const DEPARTURE: i64 = 1_737_331_200;

/// Threads under a post at the most, a raid's excepted; some 100 comments are more than one page of
/// any API.
const MAX_THREADS: f64 = 12.0;

/// What an account is and did. Times are whole seconds: most platforms tell no less.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    pub(crate) followers: u64,
    pub(crate) following: u64,
    /// Posts since its creation.
    pub(crate) posts_total: u64,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// Oldest first.
    pub(crate) posts: Vec<Post>,
}

/// A post and what was done with it.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// Unix seconds; no two posts, comments or replies of an account share one.
    pub(crate) at: i64,
    pub(crate) reactions: u64,
    pub(crate) shares: u64,
    /// Shares with words of one's own, where the platform tells them apart.
    pub(crate) quotes: u64,
    pub(crate) views: u64,
    /// Visitors' comments, and what came below them. Times in whole seconds, kept in milliseconds.
    pub(crate) threads: Vec<VisitorThread>,
    /// The account's own comments directly below its post, Unix seconds.
    pub(crate) own_comments: Vec<i64>,
}

impl Post {
    /// Comments directly below the post.
    pub(crate) fn direct_comments(&self) -> u64 {
        (self.threads.len() + self.own_comments.len()) as u64
    }

    /// Comments of all levels.
    pub(crate) fn all_comments(&self) -> u64 {
        let below: usize = self.threads.iter().map(|thread| thread.steps.len()).sum();
        self.direct_comments() + below as u64
    }
}

/// What the strata and the network say of an account before chance does.
pub(crate) struct Law {
    /// Followers per inhabitant, median.
    pub(crate) audience: f64,
    /// Posts a week, mean.
    pub(crate) per_week: f64,
    /// Views per follower and post.
    views: f64,
}

impl Law {
    pub(crate) fn of(platform: Platform, body: &Collectivity) -> Self {
        let (audience, per_week) = match body.category {
            Category::Commune => match body.population {
                0..2_000 => (0.35, 3.0),
                2_000..10_000 => (0.30, 5.0),
                10_000..100_000 => (0.22, 7.0),
                100_000.. => (0.18, 10.0),
            },
            Category::Departement
            | Category::Region
            | Category::CollectiviteTerritorialeUnique
            | Category::CollectiviteOutreMer => (0.03, 7.0),
            _ => (0.05, 5.0),
        };
        // Shares of Facebook's audience and rhythm.
        let (audience_share, rhythm_share, views) = match platform {
            Platform::Instagram => (0.4, 0.7, 0.8),
            Platform::X => (0.3, 1.0, 0.5),
            Platform::Youtube => (0.03, 0.15, 0.6),
            Platform::Linkedin => (0.12, 0.4, 0.4),
            Platform::Tiktok => (0.1, 0.3, 1.5),
            Platform::Threads => (0.05, 0.5, 0.4),
            Platform::Snapchat => (0.05, 0.5, 0.5),
            Platform::Telegram => (0.04, 0.8, 0.7),
            Platform::Peertube => (0.003, 0.1, 2.0),
            _ => (1.0, 1.0, 0.5),
        };
        Self {
            audience: audience * audience_share,
            per_week: per_week * rhythm_share,
            views,
        }
    }
}

impl NetworkAccount {
    /// Draws its audience, posts and dialogue: always the same.
    pub(crate) fn life(&self, world: &World) -> Life {
        let body = &world.bodies[self.body as usize].collectivity;
        let law = Law::of(self.platform, body);
        let mut draw = self.draw("life");
        let people = f64::from(body.population.max(50));
        let followers = match self.case {
            Case::BoughtFans => people * 3.0 + 5_000.0,
            Case::LivelyVillage => people * 0.6 + 40.0,
            _ => people * draw.log_normal(law.audience, 0.8) + draw.unit() * 20.0,
        };
        let followers = followers.max(3.0) as u64;
        let today = world.settings.as_of.as_second() / DAY * DAY;
        let created_at = today - draw.between(800, 5_500) * DAY;
        let mut posts = Posts {
            law,
            case: self.case,
            platform: self.platform,
            people,
            followers: followers as f64,
            as_of: world.settings.as_of,
            draw: &mut draw,
        }
        .all();
        keep_times_apart(&mut posts);
        let mut life = Life {
            followers,
            following: draw.between(2, 400) as u64,
            // Without a recent post there never was one.
            posts_total: match posts.len() as u64 {
                0 => 0,
                recent => recent + draw.between(10, 1_500) as u64,
            },
            created_at,
            posts,
        };
        life.forget_after(world.shown_until());
        life
    }
}

impl Life {
    /// Takes away what happened later, as if it were still to come.
    fn forget_after(&mut self, last: i64) {
        let count = self.posts.len();
        self.posts.retain(|post| post.at <= last);
        self.posts_total -= (count - self.posts.len()) as u64;
        let last_ms = last.saturating_mul(1000);
        for post in &mut self.posts {
            post.threads.retain(|thread| thread.opened_ms <= last_ms);
            for thread in &mut post.threads {
                thread.steps.retain(|step| step.at_ms <= last_ms);
            }
            post.own_comments.retain(|at| *at <= last);
        }
    }
}

struct Posts<'a> {
    law: Law,
    case: Case,
    platform: Platform,
    people: f64,
    followers: f64,
    as_of: Timestamp,
    draw: &'a mut Draw,
}

impl Posts<'_> {
    fn all(mut self) -> Vec<Post> {
        let per_week = match self.case {
            Case::PostingToSilence => 70.0,
            Case::Raid | Case::LivelyVillage | Case::AnswersEveryone => self.law.per_week.max(5.0),
            // A mixture of rates: the law asked for is a negative binomial.
            _ => (self.law.per_week * self.draw.log_normal(0.83, 0.6)).min(25.0),
        };
        let now = self.as_of.as_second();
        let is_dormant = self.draw.chance(0.15);
        let end = match self.case {
            Case::Departed => DEPARTURE + self.draw.between(-15, 15) * DAY,
            Case::Dormant => now - self.draw.between(95, 240) * DAY,
            Case::Ordinary if is_dormant => now - self.draw.between(95, 240) * DAY,
            _ => now - 60,
        };
        let answers = match self.case {
            Case::AnswersEveryone => 1.0,
            _ if self.draw.chance(0.25) => 0.0,
            _ => {
                let mean = if self.people < 10_000.0 { 0.20 } else { 0.30 };
                (self.draw.unit() * self.draw.unit() * 4.0 * mean).min(1.0)
            }
        };
        let mut times = Vec::new();
        let mut at = end;
        loop {
            at -= 2 + self.draw.exponential(7.0 * DAY as f64 / per_week) as i64;
            if at < end - SHOWN_DAYS * DAY {
                break;
            }
            times.push(at);
        }
        times.reverse();
        let raided = times.len().checked_sub(3);
        let mut posts = Vec::with_capacity(times.len());
        for (number, at) in times.into_iter().enumerate() {
            posts.push(self.post(at, answers, Some(number) == raided));
        }
        posts
    }

    fn post(&mut self, at: i64, answers: f64, is_raided: bool) -> Post {
        let views = self.followers * self.draw.log_normal(self.law.views, 0.7);
        let mut post = Post {
            at,
            reactions: 0,
            shares: 0,
            quotes: 0,
            views: views as u64,
            threads: Vec::new(),
            own_comments: Vec::new(),
        };
        if matches!(self.case, Case::BoughtFans | Case::PostingToSilence) {
            return post;
        }
        let interactions = self.interactions();
        post.reactions = (interactions * 0.78 + self.draw.unit()) as u64;
        post.shares = (interactions * 0.13 + self.draw.unit()) as u64;
        post.quotes = u64::from(self.draw.chance(0.1)) * (1 + post.shares / 10);
        let is_raid = self.case == Case::Raid && is_raided;
        let threads = match is_raid {
            true => 75 + self.draw.below(60),
            false => self.draw.poisson((interactions * 0.07).min(MAX_THREADS)),
        };
        let rate = if is_raid { 0.02 } else { answers };
        let as_of_ms = self.as_of.as_millisecond();
        for _ in 0..threads {
            let thread = visitor_thread(self.draw, at * 1000, as_of_ms, rate, self.platform);
            post.threads.extend(thread);
        }
        let own_at = at + 120 + self.draw.below(3_600) as i64;
        if self.draw.chance(0.05) && own_at < self.as_of.as_second() {
            post.own_comments.push(own_at);
        }
        post
    }

    /// Reactions, comments and shares of a post together.
    fn interactions(&mut self) -> f64 {
        if self.case == Case::LivelyVillage {
            return self.people * (0.28 + 0.1 * self.draw.unit());
        }
        if self.followers < 1_000.0 && self.draw.chance(0.2) {
            return 0.0;
        }
        // From 0.96 % below 10,000 followers to 0.1 % above a million.
        let size = (self.followers / 10_000.0).clamp(1.0, 100.0);
        let median = 0.0096 * size.powf(-0.49);
        self.followers * self.draw.log_normal(median, 1.1).min(0.5)
    }
}

/// Ids are made of times: no two may meet. All become whole seconds.
fn keep_times_apart(posts: &mut [Post]) {
    let mut taken = std::collections::HashSet::new();
    let mut free = |at: &mut i64| {
        while !taken.insert(*at) {
            *at += 1;
        }
    };
    for post in posts.iter_mut() {
        free(&mut post.at);
    }
    let mut free_ms = |at_ms: &mut i64| {
        let mut at = at_ms.div_euclid(1000);
        free(&mut at);
        *at_ms = at * 1000;
    };
    for post in posts {
        for thread in &mut post.threads {
            free_ms(&mut thread.opened_ms);
            thread
                .steps
                .iter_mut()
                .for_each(|step| free_ms(&mut step.at_ms));
        }
        for own in &mut post.own_comments {
            let mut at_ms = *own * 1000;
            free_ms(&mut at_ms);
            *own = at_ms / 1000;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Population,
        testing::{country, settings},
    };

    fn world() -> World {
        World::generate(&country(), settings(Population::High))
    }

    #[test]
    fn a_life_is_always_the_same_and_its_times_are_apart() {
        let world = world();
        let (mut posts, mut threads) = (0, 0);
        for account in &world.networks.accounts {
            let life = account.life(&world);
            let again = account.life(&world);
            assert_eq!(format!("{life:?}"), format!("{again:?}"));
            let mut times = Vec::new();
            for post in &life.posts {
                times.push(post.at);
                times.extend(&post.own_comments);
                for thread in &post.threads {
                    assert!(thread.opened_ms > post.at * 1000);
                    times.push(thread.opened_ms / 1000);
                    times.extend(thread.steps.iter().map(|step| step.at_ms / 1000));
                }
                threads += post.threads.len();
            }
            posts += life.posts.len();
            let count = times.len();
            times.sort_unstable();
            times.dedup();
            assert_eq!(times.len(), count, "{account:?}");
            assert!(
                times
                    .last()
                    .is_none_or(|at| *at <= world.settings.as_of.as_second())
            );
        }
        assert!(
            posts > 10_000 && threads > 2_000,
            "{posts} posts, {threads} threads"
        );
    }

    #[test]
    fn of_an_earlier_night_nothing_later_is_shown_and_nothing_else_is_changed() {
        let world = world();
        let night = world.settings.as_of.as_second() - 3 * DAY;
        let (mut more_posts, mut more_threads) = (0, 0);
        for account in &world.networks.accounts {
            world.show_until(world.settings.as_of);
            let today = account.life(&world);
            world.show_until(Timestamp::from_second(night).unwrap());
            let then = account.life(&world);
            let posts = then.posts.len();
            assert!(then.posts.iter().all(|post| post.at <= night));
            assert!(today.posts[posts..].iter().all(|post| post.at > night));
            let new = (today.posts.len() - posts) as u64;
            assert_eq!(then.posts_total + new, today.posts_total);
            more_posts += new;
            for (then, today) in then.posts.iter().zip(&today.posts) {
                assert_eq!((then.at, then.reactions), (today.at, today.reactions));
                more_threads += today.threads.len() - then.threads.len();
            }
        }
        assert!(
            more_posts > 500 && more_threads > 20,
            "{more_posts} {more_threads}"
        );
    }

    #[test]
    fn who_left_x_has_said_nothing_since_and_the_silent_are_heard_by_nobody() {
        let world = world();
        let since_2025 = DEPARTURE + 20 * DAY;
        let of = |case| {
            let accounts = world.networks.accounts.iter();
            let accounts =
                accounts.filter(move |it| it.case == case && it.fate == super::super::Fate::Sound);
            accounts
                .map(|account| account.life(&world))
                .collect::<Vec<_>>()
        };
        let departed = of(Case::Departed);
        assert!(departed.len() > 5, "{}", departed.len());
        for life in departed {
            assert!(!life.posts.is_empty());
            assert!(life.posts.iter().all(|post| post.at < since_2025));
        }
        for life in of(Case::PostingToSilence) {
            assert!(life.posts.len() > 400);
            assert!(
                life.posts
                    .iter()
                    .all(|post| post.reactions == 0 && post.all_comments() == 0)
            );
        }
        let raids = of(Case::Raid);
        let is_raided = |life: &Life| life.posts.iter().any(|post| post.threads.len() > 70);
        assert!(raids.iter().filter(|life| is_raided(life)).count() > raids.len() / 2);
    }
}
