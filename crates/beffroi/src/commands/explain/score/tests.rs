//! What the judge published is placed again as it placed it.

use beffroi_index::{
    engagement::Components,
    index::{IndexVersions, Indicator, Judgement, Profile, judge},
    score::Evidence,
};
use beffroi_model::{Category, Figure, MissingReason, Platform};
use serde_json::{Map, Value, json};

use super::{indicator::of_indicator, peers::Peer, total::of_total};
use crate::commands::explain::{
    figures::Recomputed, inputs::Inputs, read::Published, verdict::Verdict,
};

/// Inhabitants of the n-th village: every fourth is of a stratum that has too few to be peers.
fn population(number: u32) -> u32 {
    if number % 4 == 1 { 300 } else { 800 }
}

/// Eighty villages: some with too few followers to be ranked, some without dialogue.
fn profiles() -> Vec<Profile> {
    let village = |number: u32| {
        let spread = f64::from(number % 13);
        let days: Vec<f64> = (0..4 + number % 9)
            .map(|day| 1.0 + spread / 7.0 + f64::from((day * 5 + number) % 11) / 10.0)
            .collect();
        let threads: Vec<f64> = (0..10 + number % 5)
            .map(|thread| f64::from((thread * 3 + number) % 7) / 7.0)
            .collect();
        let followers = u64::from(30 + number * 11 % 700);
        Profile {
            key: format!("account-{number:02}"),
            platform: Platform::Mastodon,
            category: Category::Commune,
            population: Some(population(number)),
            followers: Figure::Known(followers),
            audience: Figure::Known(followers as f64 / 0.8),
            posts_per_week: Figure::Known(spread),
            components: Components::ALL,
            posts: days.len() as u32 + 1,
            posts_set_apart: 0,
            engagement: Figure::from_option(Evidence::of(&days), MissingReason::NoData),
            dialogue: if number.is_multiple_of(4) {
                Figure::Missing(MissingReason::RepliesRestricted)
            } else {
                Figure::from_option(Evidence::of(&threads), MissingReason::NoData)
            },
        }
    };
    (0..80).map(village).collect()
}

fn peer(profile: &Profile, judged: &Judgement) -> Peer {
    let score = |indicator| judged.indicators.get(&indicator)?.as_ref().ok();
    let figure = |indicator| Some(score(indicator)?.figure);
    let evidence = |indicator| score(indicator)?.evidence;
    Peer {
        account_id: profile.key.clone(),
        category: "commune".to_owned(),
        population: profile.population,
        components: "RKS".to_owned(),
        closed_posts: profile.posts,
        followers: profile.followers.known(),
        audience_figure: figure(Indicator::Audience),
        activity_figure: figure(Indicator::Activity),
        engagement_figure: figure(Indicator::Engagement),
        dialogue_figure: figure(Indicator::Dialogue),
        engagement_count: evidence(Indicator::Engagement).map(|it| it.count),
        engagement_squares: evidence(Indicator::Engagement).map(|it| it.squares),
        dialogue_count: evidence(Indicator::Dialogue).map(|it| it.count),
        dialogue_squares: evidence(Indicator::Dialogue).map(|it| it.squares),
        total: judged.total.as_ref().ok().map(|total| total.value),
        total_sd: judged.total.as_ref().ok().map(|total| total.sd),
    }
}

fn no_inputs() -> Inputs {
    Inputs::for_testing()
}

#[test]
fn published_scores_are_placed_again_as_the_judge_placed_them() {
    let versions = IndexVersions::shipped();
    let version = versions.get("v1").unwrap();
    let profiles = profiles();
    let judged = judge(&profiles, version).unwrap();
    let peers: Vec<Peer> = profiles
        .iter()
        .zip(&judged)
        .map(|(a, b)| peer(a, b))
        .collect();
    let is = |found: &Recomputed, expected: Option<f64>, what: &str| {
        let verdict = Verdict::of(expected, found);
        assert_eq!(
            verdict,
            Verdict::Equal,
            "{what}: {found:?} for {expected:?}"
        );
    };
    let (mut placed, mut in_wider_groups) = (0, 0);
    for (profile, judgement) in profiles.iter().zip(&judged) {
        let population = profile.population.unwrap();
        let mut scores = Map::new();
        scores.insert("components".to_owned(), json!("RKS"));
        let published = Published::for_testing(&judgement.key, population, scores.clone());
        for (indicator, score) in &judgement.indicators {
            let Ok(score) = score else { continue };
            scores.insert(format!("{indicator}_score"), json!(score.score.percentile));
            let found = of_indicator(*indicator, version, &published, &no_inputs(), &peers, "RKS");
            let what = format!("{indicator} of {}", judgement.key);
            is(&found.recomputed, Some(score.score.percentile), &what);
            assert_eq!(found.peers, Some(score.peers.group.to_string()));
            let estimate = found.estimate.unwrap();
            assert!((estimate - score.belief.mean).abs() < 1e-9, "{what}");
            let is_shrunk = score.evidence.is_some();
            assert_eq!(found.prior.is_some(), is_shrunk, "{what}");
            in_wider_groups += usize::from(is_shrunk && score.peers.is_widened);
            placed += 1;
        }
        let total = judgement.total.as_ref().unwrap();
        let parts: Map<String, Value> = total
            .parts
            .iter()
            .map(|part| (part.indicator.to_string(), json!(part.weight)))
            .collect();
        scores.insert("parts".to_owned(), Value::Object(parts));
        let published = Published::for_testing(&judgement.key, population, scores);
        let found = |metric| of_total(metric, version, &published, &peers, "RKS").recomputed;
        is(&found("index_total"), Some(total.value), "total");
        // Drawn anew each time, which takes a while.
        if placed % 16 < 4 {
            is(&found("top_ten_probability"), total.top_ten, "top ten");
        }
        let shift = judgement.rank_shift.map(|it| it.shift);
        is(&found("rank_shift"), shift, "rank shift");
    }
    assert!(
        placed > 200 && in_wider_groups > 20,
        "{placed}, {in_wider_groups}"
    );
    let unranked = judged.iter().filter(|it| it.rank_shift.is_none()).count();
    assert!(unranked > 0, "some have too few followers");
}

#[test]
fn of_a_night_judged_before_evidence_was_kept_the_reason_is_told() {
    let versions = IndexVersions::shipped();
    let version = versions.get("v1").unwrap();
    let profiles = profiles();
    let judged = judge(&profiles, version).unwrap();
    let mut peers: Vec<Peer> = profiles
        .iter()
        .zip(&judged)
        .map(|(a, b)| peer(a, b))
        .collect();
    peers[7].engagement_count = None;
    let published = Published::for_testing(&judged[2].key, 800, Map::new());
    let found = |indicator| {
        of_indicator(indicator, version, &published, &no_inputs(), &peers, "RKS").recomputed
    };
    let Recomputed::Not { because } = found(Indicator::Engagement) else {
        panic!("{:?}", found(Indicator::Engagement));
    };
    assert!(because.contains("`beffroi judge`"), "{because}");
    assert!(matches!(
        found(Indicator::Audience),
        Recomputed::Value { .. }
    ));
}
