//! Properties of the contest: who is compared with whom, who is ranked, what a total is made of.

use beffroi_index::{
    engagement::Weights,
    index::{AccountFigures, Indicator, Unscored},
    stats::spearman,
};
use beffroi_model::{Category, Figure, MissingReason};

use crate::{
    properties::{close, engagement, figures, ordinary, posts},
    world::{Behaviour, ORDINARY, account, judged, of, v1},
};

/// Index and E of the accounts with twenty closed posts and more.
fn index_and_e(accounts: &[AccountFigures]) -> Vec<(f64, f64)> {
    let found = judged(accounts, &v1());
    accounts
        .iter()
        .zip(&found)
        .filter_map(|(account, judged)| {
            let posts = account.posts.clone().known()?;
            let followers = account.followers.known()?;
            let e = engagement(posts, followers, &Weights::EQUAL);
            let score = judged.indicators[&Indicator::Engagement].as_ref().ok()?;
            (e.posts >= 20).then_some((e.e.known()?, score.score.percentile))
        })
        .collect()
}

/// 2. Index and E agree on accounts with twenty posts and more; the correlation is told.
#[test]
fn the_index_and_e_agree_on_busy_accounts() {
    let pairs = index_and_e(&ordinary(200));
    let rho = spearman(&pairs).unwrap();
    assert!(
        pairs.len() > 100 && rho > 0.85,
        "{rho} over {}",
        pairs.len()
    );
}

/// 5. Forty followers and one lucky post top no table.
#[test]
fn a_lucky_post_tops_no_table() {
    let mut accounts = ordinary(60);
    accounts.push(figures("lucky", posts(&[(40, 10, 10)], 40), 40));
    accounts.push(figures("lucky five", posts(&[(40, 10, 10); 5], 40), 40));
    accounts.push(figures(
        "lucky one of many fans",
        posts(&[(900, 0, 0)], 600),
        600,
    ));
    let found = judged(&accounts, &v1());
    let best = found
        .iter()
        .filter_map(|one| {
            Some(
                one.indicators[&Indicator::Engagement]
                    .as_ref()
                    .ok()?
                    .belief
                    .mean,
            )
        })
        .filter(|mean| mean.is_finite())
        .fold(f64::MIN, f64::max);
    for key in ["lucky", "lucky five", "lucky one of many fans"] {
        let one = of(&found, key);
        let score = one.indicators[&Indicator::Engagement].as_ref().unwrap();
        assert_eq!(
            (score.score.rank, score.score.top_ten),
            (None, None),
            "{key}"
        );
        assert_eq!(one.total.as_ref().unwrap().rank, None, "{key}");
        assert_eq!(one.rank_shift, None, "{key}");
    }
    let lucky = of(&found, "lucky").indicators[&Indicator::Engagement]
        .as_ref()
        .unwrap();
    // Its figure is far above all, and is pulled most of the way back: one day against the prior.
    assert!(lucky.figure > best, "{lucky:?}");
    assert!(lucky.own_weight < 0.4, "{lucky:?}");
    assert!(
        lucky.score.interval.low < lucky.score.percentile,
        "{lucky:?}"
    );
}

/// 7. Who is not a peer changes nothing.
#[test]
fn only_peers_are_compared() {
    let mut accounts = ordinary(40);
    let before = judged(&accounts, &v1());
    for n in 0..30 {
        let city = Behaviour {
            population: 40_000,
            followers: 9_000,
            engagement: 900.0,
            ..ORDINARY
        };
        accounts.push(account(&format!("city {n}"), city));
    }
    for n in 0..30 {
        let mut other = account(&format!("grouping {n}"), ORDINARY);
        other.category = Category::CommunauteCommunes;
        accounts.push(other);
    }
    let after = judged(&accounts, &v1());
    for one in &before {
        assert_eq!(of(&after, &one.key), one);
    }
    let peers = of(&after, "city 3").total.as_ref().unwrap().peers;
    assert_eq!(peers.group.to_string(), "commune 20000-49999");
    assert_eq!((peers.size, peers.is_widened), (30, false));
}

#[test]
fn fewer_than_twenty_are_no_peers() {
    let accounts = ordinary(19);
    let found = judged(&accounts, &v1());
    for one in &found {
        assert_eq!(one.total.as_ref().unwrap_err(), &Unscored::TooFewPeers);
        assert_eq!(
            one.indicators[&Indicator::Audience],
            Err(Unscored::TooFewPeers)
        );
    }
}

/// 8. Four indicators apart, and a total that is their weighted mean.
#[test]
fn the_total_is_the_weighted_mean_of_what_is_shown() {
    let mut version = v1();
    let mut accounts = ordinary(40);
    accounts[7].threads = Figure::Missing(MissingReason::NotGivenByPlatform);
    if let Figure::Known(threads) = &mut accounts[8].threads {
        threads.truncate(9);
    }
    for weights in [
        [0.1, 0.15, 0.5, 0.25],
        [0.0, 0.0, 1.0, 0.0],
        [1.0, 2.0, 3.0, 4.0],
    ] {
        let [audience, activity, engagement, dialogue] = weights;
        version.indicators.audience = audience;
        version.indicators.activity = activity;
        version.indicators.engagement = engagement;
        version.indicators.dialogue = dialogue;
        let found = judged(&accounts, &version);
        for one in &found {
            assert_eq!(one.indicators.len(), 4);
            let total = one.total.as_ref().unwrap();
            let mut sum = 0.0;
            let mut whole = 0.0;
            for (indicator, score) in &one.indicators {
                if let Ok(score) = score {
                    let weight = version.indicators.of(*indicator);
                    sum += weight * score.score.percentile;
                    whole += weight;
                }
            }
            assert!(close(total.value, sum / whole), "{total:?}");
            assert!(total.interval.holds(total.value));
            let parts: f64 = total.parts.iter().map(|part| part.weight).sum();
            assert!(close(parts, 1.0));
        }
        let missing = |n: usize| found[n].total.as_ref().unwrap().missing.clone();
        if dialogue > 0.0 {
            let hidden = Unscored::Missing(MissingReason::NotGivenByPlatform);
            assert_eq!(missing(7), [(Indicator::Dialogue, hidden)]);
            let few = Unscored::TooFewThreads { found: 9 };
            assert_eq!(missing(8), [(Indicator::Dialogue, few)]);
        } else {
            assert!(missing(7).is_empty());
        }
        assert!(missing(9).is_empty());
    }
}

/// A partial E is never ranked against a full one.
#[test]
fn partial_and_full_are_two_contests() {
    let mut accounts = ordinary(70);
    for one in accounts.iter_mut().take(30) {
        if let Figure::Known(posts) = &mut one.posts {
            for post in posts {
                post.shares = Figure::Missing(MissingReason::NotGivenByPlatform);
            }
        }
    }
    let found = judged(&accounts, &v1());
    for (n, one) in found.iter().enumerate() {
        let size = if n < 30 { 30 } else { 40 };
        let engagement = one.indicators[&Indicator::Engagement].as_ref().unwrap();
        assert_eq!(engagement.peers.size, size);
        assert_eq!(one.total.as_ref().unwrap().peers.size, size);
        // Fans are fans: the audience is compared over all.
        let audience = one.indicators[&Indicator::Audience].as_ref().unwrap();
        assert_eq!(audience.peers.size, 70);
    }
    // Of three that are partial nobody is a peer.
    let few: Vec<AccountFigures> = accounts.drain(27..).collect();
    let found = judged(&few, &v1());
    assert_eq!(
        of(&found, "peer 028").total.as_ref().unwrap_err(),
        &Unscored::TooFewPeers
    );
}
