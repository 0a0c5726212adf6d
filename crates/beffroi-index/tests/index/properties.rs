//! What the index must respect, on random accounts: the numbered properties are those of the
//! literature review; and neither order nor repetition matters.

use beffroi_index::{
    engagement::{AccountPosts, Engagement, PostFigures, Weights},
    index::{AccountFigures, Profile, judge},
    score::Prior,
    stats::Draws,
};
use beffroi_model::{Figure, MissingReason};
use proptest::prelude::*;

use crate::world::{Behaviour, ORDINARY, account, day, peers, post, profiles, v1, window};

/// Counters of posts, one a day.
fn counters() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
    prop::collection::vec((0..400_u64, 0..60_u64, 0..90_u64), 5..60)
}

pub(crate) fn posts(counters: &[(u64, u64, u64)], followers: u64) -> Vec<PostFigures> {
    counters
        .iter()
        .enumerate()
        .map(|(n, counts)| post(&format!("p{n:02}"), day(n as i64), *counts, followers))
        .collect()
}

pub(crate) fn engagement(posts: Vec<PostFigures>, followers: u64, weights: &Weights) -> Engagement {
    let account = AccountPosts {
        followers: Figure::Known(followers),
        inhabitants: Some(5_000),
        posts,
    };
    Engagement::of(&account, window(), weights)
}

pub(crate) fn figures(key: &str, posts: Vec<PostFigures>, followers: u64) -> AccountFigures {
    AccountFigures {
        followers: Figure::Known(followers),
        posts: Figure::Known(posts),
        ..account(
            key,
            Behaviour {
                posts_a_day: 0.0,
                ..ORDINARY
            },
        )
    }
}

fn profile(posts: Vec<PostFigures>, followers: u64) -> Profile {
    Profile::of(&figures("one", posts, followers), window(), &v1())
}

pub(crate) fn ordinary(count: usize) -> Vec<AccountFigures> {
    peers(count)
        .into_iter()
        .map(|(account, _)| account)
        .collect()
}

fn prior() -> Prior {
    let evidence: Vec<_> = profiles(&ordinary(60), &v1())
        .iter()
        .filter_map(|profile| profile.engagement.known())
        .collect();
    Prior::fit(&evidence).unwrap()
}

pub(crate) fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs() + b.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// 1. With weights 1, 1, 1 and constant F it is E.
    #[test]
    fn with_equal_weights_it_is_e(counters in counters(), followers in 50..500_000_u64) {
        let found = engagement(posts(&counters, followers), followers, &Weights::EQUAL);
        let levels = [found.popularity, found.commitment, found.virality];
        let sum: f64 = levels.iter().map(|level| level.per_thousand.known().unwrap()).sum();
        prop_assert_eq!(found.e.known().unwrap(), sum);
        prop_assert!(close(found.weighted_of_posts.known().unwrap().mean, sum));
        prop_assert!(close(found.rate_percent().known().unwrap(), sum / 10.0));
    }

    /// 3. The size of the audience does not matter, at equal behaviour; fans without reactions lower.
    #[test]
    fn size_alone_changes_nothing(
        counters in counters(), followers in 50..50_000_u64, factor in 2..40_u64,
    ) {
        let grown: Vec<_> =
            counters.iter().map(|(r, k, s)| (r * factor, k * factor, s * factor)).collect();
        let small = profile(posts(&counters, followers), followers);
        let large = profile(posts(&grown, followers * factor), followers * factor);
        let (one, other) = (small.engagement.known().unwrap(), large.engagement.known().unwrap());
        prop_assert_eq!(one.count, other.count);
        prop_assert!(close(one.mean, other.mean) && close(one.squares, other.squares));
        let bought = profile(posts(&counters, followers * factor), followers * factor);
        let has_any = counters.iter().any(|(r, k, s)| r + k + s > 0);
        let prior = prior();
        let before = prior.posterior(&one).mean;
        let after = prior.posterior(&bought.engagement.known().unwrap()).mean;
        let is_lowered = if has_any { after < before } else { after == before };
        prop_assert!(is_lowered, "{} then {}", before, after);
    }

    /// 4. The same interactions over twice the posts score no higher.
    #[test]
    fn volume_alone_raises_nothing(counters in counters(), followers in 50..50_000_u64) {
        let whole: Vec<_> =
            counters.iter().map(|(r, k, s)| (r * 2, k * 2, s * 2)).collect();
        let one = posts(&whole, followers);
        let mut halves = posts(&counters, followers);
        halves.extend(posts(&counters, followers).into_iter().map(|mut half| {
            half.post_id.push('b');
            half
        }));
        let rate = |posts: &Vec<PostFigures>| {
            engagement(posts.clone(), followers, &Weights::EQUAL).e.known().unwrap()
        };
        prop_assert!(close(rate(&halves) * 2.0, rate(&one)));
        let prior = prior();
        let score = |posts: Vec<PostFigures>| {
            prior.posterior(&profile(posts, followers).engagement.known().unwrap()).mean
        };
        prop_assert!(score(halves) <= score(one) + 1e-12);
    }

    /// 6. One viral post does not make the year.
    #[test]
    fn one_viral_post_moves_no_robust_mean(counters in counters(), followers in 50..50_000_u64) {
        let calm = engagement(posts(&counters, followers), followers, &Weights::EQUAL);
        let mut viral = counters.clone();
        viral[2] = (9_000_000, 0, 0);
        let after = engagement(posts(&viral, followers), followers, &Weights::EQUAL);
        let (calm, after) = (calm.e_of_posts.known().unwrap(), after.e_of_posts.known().unwrap());
        let largest = counters.iter().map(|(r, k, s)| r + k + s).max().unwrap() as f64;
        let largest = largest / followers as f64 * 1000.0;
        prop_assert!(after.median <= largest + 1e-9 && after.trimmed_mean <= largest + 1e-9);
        prop_assert!(after.median >= calm.median - 1e-9);
        // The score moves by the logarithm over the number of days, not by millions.
        let score = |counters: &[(u64, u64, u64)]| {
            profile(posts(counters, followers), followers).engagement.known().unwrap().mean
        };
        let most = (9_000_000_000.0 / followers as f64).ln_1p() / counters.len() as f64;
        prop_assert!(score(&viral) - score(&counters) <= most + 1e-9);
    }

    /// 9. What is read too early enters nothing.
    #[test]
    fn young_posts_change_no_figure(counters in counters(), young in counters()) {
        let ripe = posts(&counters, 900);
        let mut both = ripe.clone();
        both.extend(posts(&young, 900).into_iter().map(|mut post| {
            post.post_id.push('y');
            post.observed_at = post.published_at + jiff::SignedDuration::from_hours(24 * 7 - 1);
            post
        }));
        let before = engagement(ripe.clone(), 900, &Weights::EQUAL);
        let after = engagement(both.clone(), 900, &Weights::EQUAL);
        prop_assert_eq!(after.young_posts, young.len());
        prop_assert_eq!(Engagement { young_posts: 0, ..after }, before);
        prop_assert_eq!(profile(both, 900).engagement, profile(ripe, 900).engagement);
    }

    /// 10. Missing is missing: it never counts as 0.
    #[test]
    fn what_is_missing_is_no_zero(counters in counters(), hidden in 0..3_usize) {
        let reason = MissingReason::HiddenByOwner;
        let mut posts = posts(&counters, 900);
        let full = engagement(posts.clone(), 900, &Weights::EQUAL);
        // A counter that fails on a few posts leaves the means to the others.
        let mut few = posts.clone();
        for post in few.iter_mut().step_by(3) {
            post.comments = Figure::Missing(reason);
        }
        let kept: Vec<f64> = counters.iter().enumerate()
            .filter(|(n, _)| n % 3 != 0).map(|(_, counts)| counts.1 as f64).collect();
        let found = engagement(few, 900, &Weights::EQUAL);
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        prop_assert!(close(found.commitment.mean.known().unwrap(), mean));
        prop_assert_eq!(found.e_of_posts.known().unwrap().count, kept.len());
        // One that is hidden on all makes E partial, over the other two.
        for post in &mut posts {
            let counter = match hidden {
                0 => &mut post.reactions,
                1 => &mut post.comments,
                _ => &mut post.shares,
            };
            *counter = Figure::Missing(reason);
        }
        let found = engagement(posts, 900, &Weights::EQUAL);
        let levels = [found.popularity, found.commitment, found.virality];
        prop_assert_eq!(levels[hidden].mean, Figure::Missing(reason));
        prop_assert!(found.components.is_partial());
        let was = [full.popularity, full.commitment, full.virality][hidden];
        let rest = full.e.known().unwrap() - was.per_thousand.known().unwrap();
        prop_assert!(close(found.e.known().unwrap(), rest));
    }
}

proptest! {
    // Each case judges dozens of accounts.
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// Neither the order of the accounts nor their repetition changes a digit.
    #[test]
    fn order_and_repetition_change_nothing(seed in any::<u64>()) {
        let version = v1();
        let mut profiles = profiles(&ordinary(45), &version);
        let expected = judge(&profiles, &version).unwrap();
        let mut draws = Draws::new(seed, "shuffle", "");
        let repeated: Vec<Profile> =
            profiles.iter().filter(|_| draws.unit() < 0.3).cloned().collect();
        profiles.extend(repeated);
        for last in (1..profiles.len()).rev() {
            profiles.swap(last, (draws.unit() * (last + 1) as f64) as usize);
        }
        prop_assert_eq!(judge(&profiles, &version).unwrap(), expected);
    }
}

/// Nor the order of an account's posts and threads.
#[test]
fn the_order_of_posts_changes_nothing() {
    let version = v1();
    for (mut one, _) in peers(20) {
        let expected = Profile::of(&one, window(), &version);
        if let Figure::Known(posts) = &mut one.posts {
            posts.reverse();
            posts.push(posts[0].clone());
        }
        if let Figure::Known(threads) = &mut one.threads {
            threads.reverse();
        }
        assert_eq!(Profile::of(&one, window(), &version), expected);
    }
}

#[test]
fn two_stories_about_one_account_are_refused() {
    let version = v1();
    let mut profiles = profiles(&ordinary(3), &version);
    let mut other = profiles[1].clone();
    other.posts += 1;
    profiles.push(other);
    let error = judge(&profiles, &version).unwrap_err();
    assert_eq!(error.key, profiles[1].key);
}
