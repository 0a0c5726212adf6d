//! The planted cases of the calibration: the index ranks behaviour, not fans.

use beffroi_index::{
    engagement::PostFigures,
    index::{AccountFigures, IndexVersions, Indicator, Unscored},
    presence::{Liveliness, liveliness},
    score::Rank,
    stats::spearman,
};
use beffroi_model::{Figure, MissingReason};

use crate::world::{Behaviour, ORDINARY, account, day, judged, of, peers, post, v1};

fn with_peers(planted: &[(&str, Behaviour)]) -> Vec<AccountFigures> {
    let mut accounts: Vec<AccountFigures> =
        peers(60).into_iter().map(|(account, _)| account).collect();
    accounts.extend(
        planted
            .iter()
            .map(|(key, behaviour)| account(key, *behaviour)),
    );
    accounts
}

fn percentile(
    judgements: &[beffroi_index::index::Judgement],
    key: &str,
    indicator: Indicator,
) -> f64 {
    let score = of(judgements, key).indicators[&indicator].as_ref().unwrap();
    score.score.percentile
}

#[test]
fn bought_fans_raise_the_audience_and_sink_the_rest() {
    let bought = Behaviour {
        followers: 30_000,
        engagement: 0.05,
        threads: 12,
        answered: 0.0,
        ..ORDINARY
    };
    let found = judged(&with_peers(&[("bought", bought)]), &v1());
    assert!(percentile(&found, "bought", Indicator::Audience) > 99.0);
    assert!(percentile(&found, "bought", Indicator::Engagement) < 3.0);
    let shift = of(&found, "bought").rank_shift.unwrap();
    assert_eq!(shift.by_fans, 1.0);
    assert!(shift.by_index > 40.0, "{shift:?}");
    let most_overrated = found
        .iter()
        .filter_map(|one| Some((one.rank_shift?.shift, one.key.as_str())))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(most_overrated.unwrap().1, "bought");
}

#[test]
fn a_village_where_a_third_reacts_is_first() {
    let lively = Behaviour {
        population: 700,
        followers: 260,
        engagement: 330.0,
        restlessness: 0.4,
        ..ORDINARY
    };
    let found = judged(&with_peers(&[("lively", lively)]), &v1());
    let score = of(&found, "lively").indicators[&Indicator::Engagement]
        .as_ref()
        .unwrap();
    assert_eq!(
        score.score.rank,
        Some(Rank {
            from: 1,
            to: 1,
            of: 61
        })
    );
    assert!(score.score.top_ten.unwrap() > 0.999);
    assert!(score.own_weight > 0.8, "{score:?}");
    let total = of(&found, "lively").total.as_ref().unwrap();
    assert_eq!(total.rank.unwrap().from, 1);
    assert!(of(&found, "lively").rank_shift.unwrap().shift > 10.0);
}

#[test]
fn posting_ten_times_a_day_to_silence_is_no_engagement() {
    let shouting = Behaviour {
        posts_a_day: 10.0,
        engagement: 0.2,
        ..ORDINARY
    };
    let found = judged(&with_peers(&[("shouting", shouting)]), &v1());
    assert!(percentile(&found, "shouting", Indicator::Activity) > 90.0);
    assert!(percentile(&found, "shouting", Indicator::Engagement) < 5.0);
    let total = of(&found, "shouting").total.as_ref().unwrap();
    assert!(total.value < 40.0, "{total:?}");
    // Ten posts a day are no more active than one.
    let daily = Behaviour {
        posts_a_day: 1.1,
        ..shouting
    };
    let both = judged(
        &with_peers(&[("shouting", shouting), ("daily", daily)]),
        &v1(),
    );
    assert_eq!(
        percentile(&both, "shouting", Indicator::Activity),
        percentile(&both, "daily", Indicator::Activity)
    );
}

#[test]
fn who_answers_everyone_leads_the_dialogue_and_gains_by_it() {
    let answering = Behaviour {
        threads: 40,
        answered: 1.0,
        delay_hours: 1,
        ..ORDINARY
    };
    let deaf = Behaviour {
        answered: 0.0,
        ..answering
    };
    let found = judged(&with_peers(&[("answering", answering)]), &v1());
    let dialogue = of(&found, "answering").indicators[&Indicator::Dialogue]
        .as_ref()
        .unwrap();
    assert_eq!(dialogue.score.rank.unwrap().from, 1);
    assert!(dialogue.score.percentile > 99.0);
    let total = |behaviour| {
        let found = judged(&with_peers(&[("one", behaviour)]), &v1());
        of(&found, "one").total.as_ref().unwrap().value
    };
    // A quarter of the total, between the last and the first of the peers.
    assert!(total(answering) - total(deaf) > 15.0);
}

#[test]
fn a_dormant_account_is_dormant_and_not_last() {
    let dormant = Behaviour {
        posts_a_day: 0.0,
        threads: 0,
        ..ORDINARY
    };
    let found = judged(&with_peers(&[("dormant", dormant)]), &v1());
    let one = of(&found, "dormant");
    assert_eq!(
        one.total.as_ref().unwrap_err(),
        &Unscored::Missing(MissingReason::NoData)
    );
    assert_eq!(one.rank_shift, None);
    assert!(percentile(&found, "dormant", Indicator::Activity) < 2.0);
    assert!(one.indicators[&Indicator::Audience].is_ok());
    assert_eq!(
        liveliness(Figure::Known(Some(day(-40))), day(90)),
        Liveliness::Dormant {
            last_post_at: Some(day(-40))
        }
    );
}

#[test]
fn a_raid_does_not_pass_for_engagement() {
    let mut raided = account("raided", ORDINARY);
    let calm = raided.clone();
    let comments = |posts: &mut Vec<PostFigures>| {
        for n in 0..6 {
            posts.push(post(&format!("raid {n}"), day(50), (15, 600, 0), 420));
        }
    };
    if let Figure::Known(posts) = &mut raided.posts {
        comments(posts);
    }
    let score = |one: &AccountFigures| {
        let mut accounts = with_peers(&[]);
        accounts.push(one.clone());
        let found = judged(&accounts, &v1());
        let score = of(&found, "raided").indicators[&Indicator::Engagement].clone();
        score.unwrap().figure
    };
    // All on one day: it counts as one day among forty. Set apart, it counts as none.
    let mean_rise = score(&raided) - score(&calm);
    assert!(mean_rise > 0.0 && mean_rise < 0.25, "{mean_rise}");
    raided.set_apart = (0..6).map(|n| format!("raid {n}")).collect();
    assert_eq!(score(&raided), score(&calm));
}

#[test]
fn the_index_follows_the_hidden_engagement_and_the_fans_do_not() {
    let worlds = peers(300);
    let accounts: Vec<AccountFigures> = worlds.iter().map(|(account, _)| account.clone()).collect();
    for version in IndexVersions::shipped().iter() {
        let found = judged(&accounts, version);
        let pairs = |of: &dyn Fn(usize) -> Option<f64>| -> Vec<(f64, f64)> {
            (0..worlds.len())
                .filter_map(|n| Some((of(n)?, worlds[n].1.engagement)))
                .collect()
        };
        let engagement = spearman(&pairs(&|n| {
            let score = found[n].indicators[&Indicator::Engagement].as_ref().ok()?;
            Some(score.belief.mean)
        }));
        let total = spearman(&pairs(&|n| Some(found[n].total.as_ref().ok()?.value)));
        let fans = spearman(&pairs(&|n| Some(worlds[n].1.followers as f64)));
        let told = format!("{}: {engagement:?} {total:?} {fans:?}", version.name);
        assert!(engagement.unwrap() > 0.9, "{told}");
        assert!(total.unwrap() > 0.55, "{told}");
        assert!(fans.unwrap().abs() < 0.2, "{told}");
    }
}
