//! YouTube, with a key and without.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use beffroi_connectors::{
    Access,
    youtube::{YoutubeConnector, YoutubeSettings},
};
use beffroi_model::{FigureName, Measurement, MissingReason, Platform};
use beffroi_sim::{Credentials, MeterViolation, RunningSim, SimSettings, SocialTruth};
use jiff::{Timestamp, ToSpan};

use crate::{
    compare::Comparison,
    france::{
        States, access, assert_nothing_leaks, clean_meter, client, france, settings, states,
        truths, visit,
    },
};

const PLATFORM: Platform = Platform::Youtube;

/// A moment of its own: nothing here depends on the clock. The referee asks for no pace.
fn fixed(settings: &mut SimSettings) {
    settings.as_of = Some("2026-11-23T05:00:00Z".parse().unwrap());
    settings.host_interval = Duration::ZERO;
    settings.group_interval = Duration::ZERO;
}

fn connector(sim: &RunningSim, is_keyless: bool) -> YoutubeConnector {
    let mut settings: YoutubeSettings = settings(sim, PLATFORM);
    settings.requests_per_second = NonZeroU32::new(1_000).unwrap();
    settings.rate_limit_pause = Duration::from_secs(1);
    let access = match is_keyless {
        true => Access::keyless(client(sim)),
        false => access(sim, PLATFORM),
    };
    YoutubeConnector::new(access, settings)
}

/// Shows the world of that night, and what is true in it.
fn night(sim: &RunningSim, as_of: Timestamp) -> BTreeMap<String, SocialTruth> {
    sim.world().show_until(as_of);
    truths(sim, PLATFORM)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_is_stored_as_it_is_in_two_nights() {
    let sim = france(600, fixed).await;
    let connector = connector(&sim, false);
    let as_of = sim.as_of.checked_sub(24.hours()).unwrap();
    let before = night(&sim, as_of);
    let first = visit(&connector, before.keys(), as_of, &States::new()).await;
    let comparison = Comparison::of(&before, &first, (as_of, 28));
    comparison.assert_equal("first night");
    assert!(comparison.outcomes["measured"] > 60 && comparison.outcomes["not_found"] > 5);
    assert!(comparison.compared["thread"] > 50 && comparison.compared["reactions"] > 200);
    let secret = Credentials::of(PLATFORM).unwrap().secret;
    assert_nothing_leaks(&first, secret);
    clean_meter(&sim, PLATFORM);

    let mut truths = night(&sim, sim.as_of);
    let mut second = visit(&connector, truths.keys(), sim.as_of, &states(&first)).await;
    take_renamed(&before, &mut truths, &mut second);
    Comparison::of(&truths, &second, (sim.as_of, 28)).assert_equal("second night");
    assert_nothing_leaks(&second, secret);
    clean_meter(&sim, PLATFORM);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_feed_gives_the_newest_videos_and_their_views() {
    let sim = france(300, fixed).await;
    let truths = night(&sim, sim.as_of);
    let connector = connector(&sim, true);
    let found = visit(&connector, truths.keys(), sim.as_of, &States::new()).await;
    let begin = sim.as_of.checked_sub((24 * 28).hours()).unwrap();
    let with_key = Some(MissingReason::LoginRequired);
    let (mut measured, mut videos) = (0, 0);
    for (handle, truth) in &truths {
        let found = &found[handle];
        if truth.outcome == "absent" {
            // The feed of a channel that is not there says what those of others say for hours.
            let reason = found.outcome.reason().unwrap();
            assert!(
                matches!(reason, "not_found" | "http_4xx"),
                "{handle}: {reason}"
            );
            continue;
        }
        assert_eq!(
            found.outcome.kind().as_str(),
            "measured",
            "{handle}: {:?}",
            found.outcome
        );
        assert_eq!(found.identity.permanent_id, truth.permanent_id, "{handle}");
        assert_eq!(found.figures.followers.missing(), with_key);
        assert_eq!(found.threads.missing(), with_key);
        let newest: Vec<_> = truth
            .posts
            .iter()
            .take(15)
            .filter(|it| it.published_at > begin)
            .collect();
        let is_cut = newest.len() == 15;
        let cut = found.unavailable.get(&FigureName::Posts).copied();
        assert_eq!(cut, is_cut.then_some(MissingReason::Truncated), "{handle}");
        let stored: Vec<_> = found
            .posts
            .iter()
            .map(|it| (&it.post_id, it.published_at, it.views.known()))
            .collect();
        let expected: Vec<_> = newest
            .iter()
            .map(|it| (&it.id, it.published_at, it.views.known()))
            .collect();
        assert_eq!(stored, expected, "{handle}");
        measured += 1;
        videos += stored.len();
    }
    println!(
        "{measured} channels, {videos} videos, {} accounts",
        truths.len()
    );
    assert!(measured > 20 && videos > 50);
    let referee = sim.referee();
    assert!(referee.violations.is_empty(), "{referee:?}");
    let meters = sim.meters();
    let keyless = &meters.platforms[&PLATFORM]["keyless"];
    assert!(keyless.units["feeds"] >= measured as u64);
    assert_eq!(
        meters.platforms[&PLATFORM].len(),
        1,
        "no key was shown: {meters:?}"
    );
    sim.stop().await;
}

/// The cheapest plan of the fact sheet (section 5): of n channels of which p have a new video and c
/// a new comment, a night costs n/50 + p + c units, and n/5 of the allowance of the counters where
/// ten videos of each are followed.
#[tokio::test(flavor = "multi_thread")]
async fn a_night_in_which_five_in_a_hundred_move_costs_what_the_plan_says() {
    let sim = france(4_900, fixed).await;
    let connector = connector(&sim, false);
    let channels = 380;
    // Of those that move within two days so many are taken as make it five in a hundred.
    let as_of = sim.as_of.checked_sub(48.hours()).unwrap();
    let before = night(&sim, as_of);
    let after = night(&sim, sim.as_of);
    let is_here = |handle: &&String| {
        before[*handle].outcome == "measured" && after[*handle].outcome == "measured"
    };
    let has_new_video = |handle: &str| after[handle].posts_total != before[handle].posts_total;
    let comments = |truth: &SocialTruth| -> Vec<(String, Option<u64>)> {
        let posts = truth.posts.iter();
        posts
            .map(|post| (post.id.clone(), post.comments.known()))
            .collect()
    };
    let has_new_comment = |handle: &str| {
        let old = comments(&before[handle]);
        let new = comments(&after[handle]);
        old.iter()
            .any(|(id, count)| new.iter().any(|(other, now)| id == other && count != now))
            || new
                .iter()
                .any(|(id, now)| *now > Some(0) && old.iter().all(|(other, _)| id != other))
    };
    let here: Vec<&String> = before.keys().filter(is_here).collect();
    // Ten videos of a channel are followed, as the plan reckons: not those that post to silence.
    let here: Vec<&String> = (here.into_iter())
        .filter(|handle| after[*handle].posts.len() <= 60)
        .collect();
    let moving = channels / 20;
    let moves = |handle: &&&String| has_new_video(handle) && has_new_comment(handle);
    let stays = |handle: &&&String| !has_new_video(handle) && !has_new_comment(handle);
    // What is said below the videos of each fits on a page, as the plan reckons.
    let is_short = |handle: &&&String| after[**handle].threads.len() <= 80;
    let mut chosen: Vec<String> = Vec::new();
    for handle in here.iter().filter(moves).filter(is_short).take(moving) {
        chosen.push((*handle).clone());
    }
    assert_eq!(
        chosen.len(),
        moving,
        "of {}",
        here.iter().filter(moves).count()
    );
    let quiet = here.iter().filter(stays).take(channels - moving);
    chosen.extend(quiet.map(|handle| (*handle).clone()));
    assert_eq!(chosen.len(), channels, "of {}", here.len());

    sim.world().show_until(as_of);
    let first = visit(&connector, chosen.iter(), as_of, &States::new()).await;
    sim.reset_meters();
    sim.world().show_until(sim.as_of);
    let second = visit(&connector, chosen.iter(), sim.as_of, &states(&first)).await;
    let meter = clean_meter(&sim, PLATFORM);
    println!(
        "{channels} channels, {moving} with new videos and comments: {:?}",
        meter.units
    );
    let after: BTreeMap<_, _> = chosen
        .iter()
        .map(|it| (it.clone(), after[it].clone()))
        .collect();
    Comparison::of(&after, &second, (sim.as_of, 28)).assert_equal("night of the plan");
    // 38,000 channels: 4,600 and 7,600.
    let (common, statistics) = (meter.units["common"], meter.units["statistics"]);
    assert!(common <= 46, "{common}");
    assert!(statistics <= 76, "{statistics}");
    // Fifty videos a call, but for the last one of each batch.
    let videos: usize = second.values().map(|it| it.posts.len()).sum();
    let batches = channels.div_ceil(50);
    assert!(
        statistics <= (videos.div_ceil(50) + batches) as u64,
        "{videos}"
    );
    sim.stop().await;
}

/// Once the day's units are spent, nothing more is asked, and what was not reached says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_spent_ends_the_asking() {
    let sim = france(600, |settings| {
        fixed(settings);
        settings.quotas.youtube_units_per_day = 100;
    })
    .await;
    let truths = night(&sim, sim.as_of);
    let connector = connector(&sim, false);
    let found = visit(&connector, truths.keys(), sim.as_of, &States::new()).await;
    let spent = |it: &&Measurement| it.outcome.reason() == Some("quota_spent");
    assert!(found.values().filter(spent).count() > 20);
    for (handle, found) in &found {
        match found.outcome.reason() {
            Some("quota_spent") => assert_eq!(found.figures.followers.known(), None),
            _ => assert_eq!(
                found.figures.followers.known(),
                truths[handle].followers.known()
            ),
        }
    }
    let meter = &sim.meters().platforms[&PLATFORM]["1"];
    assert_eq!(meter.units["common"], 100);
    let after_told = meter.violations.get(&MeterViolation::AfterTold);
    assert_eq!(after_told, None, "{meter:?}");
    sim.stop().await;
}

/// Answers that end in the middle, have a field renamed or their numbers as texts.
#[tokio::test(flavor = "multi_thread")]
async fn of_spoilt_answers_nothing_false_is_stored() {
    let sim = france(600, |settings| {
        fixed(settings);
        settings.malformed_share = 0.3;
    })
    .await;
    let truths = night(&sim, sim.as_of);
    let connector = connector(&sim, false);
    let found = visit(&connector, truths.keys(), sim.as_of, &States::new()).await;
    let lost: usize = truths
        .iter()
        .map(|(handle, truth)| Comparison::assert_nothing_false(truth, &found[handle]))
        .sum();
    let measured = found.values().filter(|it| !it.posts.is_empty()).count();
    println!("{measured} with posts, {lost} figures lost");
    assert!(measured > 20 && lost > 20, "{measured} {lost}");
    sim.stop().await;
}

/// One that is known by its permanent id is found though its old name is nobody's, which a first
/// visit would not: it is compared here.
fn take_renamed(
    before: &BTreeMap<String, SocialTruth>,
    truths: &mut BTreeMap<String, SocialTruth>,
    found: &mut BTreeMap<String, Measurement>,
) {
    let mut renamed = 0;
    truths.retain(|handle, truth| {
        let before = &before[handle];
        if before.outcome != "measured" || truth.outcome != "absent" {
            return true;
        }
        let found = found.remove(handle).unwrap();
        assert_eq!(found.outcome.kind().as_str(), "measured", "{handle}");
        assert_eq!(found.identity.permanent_id, before.permanent_id);
        let renamed_to = found.identity.renamed_to.unwrap();
        assert!(renamed_to.ends_with("_off"), "{renamed_to}");
        assert_eq!(found.figures.followers.known(), before.followers.known());
        renamed += 1;
        false
    });
    assert!(
        renamed > 0,
        "somebody takes another name between the nights"
    );
}
