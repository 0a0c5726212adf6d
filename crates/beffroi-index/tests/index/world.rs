//! Accounts that behave as they are told to, for the tests of the whole index.

use std::collections::BTreeSet;

use beffroi_index::{
    dialogue::SeenThread,
    engagement::{PostFigures, Window},
    index::{AccountFigures, IndexVersion, IndexVersions, Judgement, Profile, judge},
    stats::Draws,
};
use beffroi_model::{Category, Figure, MissingReason, Platform};
use jiff::{SignedDuration, Timestamp};

/// Noon of the n-th day.
pub(crate) fn day(n: i64) -> Timestamp {
    let first: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
    first
        .checked_add(SignedDuration::from_hours(24 * n))
        .unwrap()
}

/// The 90 days that are judged.
pub(crate) fn window() -> Window {
    Window {
        end: day(90),
        days: 90,
    }
}

pub(crate) fn v1() -> IndexVersion {
    IndexVersions::shipped().get("v1").unwrap().clone()
}

/// How an account behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Behaviour {
    pub(crate) population: u32,
    pub(crate) followers: u64,
    /// Posts a day.
    pub(crate) posts_a_day: f64,
    /// Median interactions of a post per thousand followers: the hidden truth.
    pub(crate) engagement: f64,
    /// Sigma of the logarithm of a post's interactions.
    pub(crate) restlessness: f64,
    /// Threads that visitors open, and the share of them that is answered.
    pub(crate) threads: usize,
    pub(crate) answered: f64,
    /// Hours until an answer.
    pub(crate) delay_hours: i64,
}

/// An ordinary village page.
pub(crate) const ORDINARY: Behaviour = Behaviour {
    population: 1_200,
    followers: 420,
    posts_a_day: 0.45,
    engagement: 9.6,
    restlessness: 1.1,
    threads: 16,
    answered: 0.2,
    delay_hours: 8,
};

/// A post with its counters, seen when its counts were final.
pub(crate) fn post(
    id: &str,
    published: Timestamp,
    counts: (u64, u64, u64),
    followers: u64,
) -> PostFigures {
    PostFigures {
        post_id: id.to_owned(),
        kind: None,
        published_at: published,
        observed_at: published
            .checked_add(SignedDuration::from_hours(24 * 8))
            .unwrap(),
        reactions: Figure::Known(counts.0),
        comments: Figure::Known(counts.1),
        shares: Figure::Known(counts.2),
        views: Figure::Missing(MissingReason::NotGivenByPlatform),
        followers: Figure::Known(followers),
    }
}

/// An account that behaves so; chance comes from its key.
pub(crate) fn account(key: &str, behaviour: Behaviour) -> AccountFigures {
    let mut draws = Draws::new(77, "account", key);
    let mut posts = Vec::new();
    let mut due = draws.unit();
    for n in 0..82 {
        due += behaviour.posts_a_day;
        while due >= 1.0 {
            due -= 1.0;
            let factor = (behaviour.restlessness * draws.normal()).exp();
            let total = behaviour.engagement / 1000.0 * behaviour.followers as f64 * factor;
            let part = |share: f64| (total * share).round() as u64;
            let id = format!("{key}-{}", posts.len());
            let counts = (part(0.78), part(0.08), part(0.14));
            posts.push(post(&id, day(n), counts, behaviour.followers));
        }
    }
    let threads = (0..behaviour.threads)
        .map(|n| {
            let opened_at = day(n as i64 * 80 / behaviour.threads.max(1) as i64);
            let hours = SignedDuration::from_hours(behaviour.delay_hours);
            let is_answered = draws.unit() < behaviour.answered;
            SeenThread {
                opened_at,
                replied_at: is_answered.then(|| opened_at.checked_add(hours).unwrap()),
                seen_until: day(90),
            }
        })
        .collect();
    AccountFigures {
        key: key.to_owned(),
        platform: Platform::Facebook,
        category: Category::Commune,
        population: Some(behaviour.population),
        followers: Figure::Known(behaviour.followers),
        posts: Figure::Known(posts),
        threads: Figure::Known(threads),
        set_apart: BTreeSet::new(),
    }
}

/// Ordinary accounts of one stratum, each with its own truth: engagement, followers, rhythm.
pub(crate) fn peers(count: usize) -> Vec<(AccountFigures, Behaviour)> {
    (0..count)
        .map(|n| {
            let key = format!("peer {n:03}");
            let mut draws = Draws::new(5, "peer", &key);
            let population = 500 + (1_499.0 * draws.unit()) as u32;
            let ratio = 0.35 * (0.8 * draws.normal()).exp();
            let behaviour = Behaviour {
                population,
                followers: ((f64::from(population) * ratio) as u64).max(60),
                posts_a_day: 0.2 + 0.6 * draws.unit(),
                engagement: ORDINARY.engagement * (0.7 * draws.normal()).exp(),
                answered: (0.2 + 0.2 * draws.normal()).clamp(0.0, 0.8),
                ..ORDINARY
            };
            (account(&key, behaviour), behaviour)
        })
        .collect()
}

pub(crate) fn profiles(accounts: &[AccountFigures], version: &IndexVersion) -> Vec<Profile> {
    accounts
        .iter()
        .map(|account| Profile::of(account, window(), version))
        .collect()
}

pub(crate) fn judged(accounts: &[AccountFigures], version: &IndexVersion) -> Vec<Judgement> {
    judge(&profiles(accounts, version), version).unwrap()
}

pub(crate) fn of<'a>(judgements: &'a [Judgement], key: &str) -> &'a Judgement {
    judgements
        .iter()
        .find(|judgement| judgement.key == key)
        .unwrap()
}
