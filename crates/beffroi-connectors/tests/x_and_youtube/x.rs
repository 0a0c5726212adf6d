//! X, in both spellings.

use std::{collections::BTreeMap, num::NonZeroU16, time::Duration};

use beffroi_connectors::x::{FieldNames, XConnector, XSettings};
use beffroi_model::{Measurement, Platform};
use beffroi_sim::{Credentials, RunningSim, SocialTruth};
use jiff::{Timestamp, ToSpan};

use crate::{
    compare::Comparison,
    france::{
        States, access, assert_nothing_leaks, clean_meter, france, settings, states, truths, visit,
    },
};

const PLATFORM: Platform = Platform::X;

fn connector(sim: &RunningSim, choose: impl FnOnce(&mut XSettings)) -> XConnector {
    let mut settings: XSettings = settings(sim, PLATFORM);
    // As many in a second as X allows in 15 minutes: the meters see whether they suffice.
    settings.per = Duration::from_secs(1);
    choose(&mut settings);
    XConnector::new(access(sim, PLATFORM), settings)
}

/// With all that the API gives of posts and replies, every night.
fn thorough(settings: &mut XSettings) {
    settings.refresh_days = NonZeroU16::new(1).unwrap();
    settings.max_pages = NonZeroU16::new(50).unwrap();
    settings.max_search_pages = NonZeroU16::new(50).unwrap();
}

/// Shows the world of that night, and what is true in it.
fn night(sim: &RunningSim, as_of: Timestamp) -> BTreeMap<String, SocialTruth> {
    sim.world().show_until(as_of);
    truths(sim, PLATFORM)
}

/// Two nights of a window of so many days. Within six days the search hears all replies, so that
/// the dialogue is known; of 28 days most of it is lost at the first visits.
async fn two_nights(is_new: bool, days: u16) -> Comparison {
    let sim = france(1_200, |settings| settings.new_field_names = is_new).await;
    let connector = connector(&sim, |settings| {
        thorough(settings);
        settings.window_days = days;
    });
    let as_of = sim.as_of.checked_sub(24.hours()).unwrap();
    let before = night(&sim, as_of);
    let first = visit(&connector, before.keys(), as_of, &States::new()).await;
    let comparison = Comparison::of(&before, &first, (as_of, days.into()));
    comparison.assert_equal("first night");
    let outcomes = &comparison.outcomes;
    for word in [
        "measured",
        "not_found",
        "suspended",
        "private_account",
        "blocked",
    ] {
        assert!(outcomes.contains_key(word), "{word}: {outcomes:?}");
    }
    let secret = Credentials::of(PLATFORM).unwrap().secret;
    assert_nothing_leaks(&first, secret);
    clean_meter(&sim, PLATFORM);

    let mut truths = night(&sim, sim.as_of);
    let mut second = visit(&connector, truths.keys(), sim.as_of, &states(&first)).await;
    take_renamed(&before, &mut truths, &mut second);
    Comparison::of(&truths, &second, (sim.as_of, days.into())).assert_equal("second night");
    assert_nothing_leaks(&second, secret);
    clean_meter(&sim, PLATFORM);
    sim.stop().await;
    comparison
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_stored_as_it_is_in_two_nights() {
    let comparison = two_nights(false, 28).await;
    assert!(comparison.compared["reactions"] > 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_that_is_heard_whole_is_stored_as_it_is() {
    let comparison = two_nights(false, 6).await;
    assert!(comparison.compared["thread"] > 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_stored_as_it_is_in_the_newer_words() {
    let comparison = two_nights(true, 6).await;
    assert!(comparison.compared["reactions"] > 100 && comparison.compared["thread"] > 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newer_words_are_read_though_the_older_were_asked_for() {
    let sim = france(200, |settings| settings.new_field_names = true).await;
    let connector = connector(&sim, |settings| {
        thorough(settings);
        settings.field_names = FieldNames::Tweet;
    });
    let truths = night(&sim, sim.as_of);
    let found = visit(&connector, truths.keys(), sim.as_of, &States::new()).await;
    Comparison::of(&truths, &found, (sim.as_of, 28)).assert_equal("older words");
    clean_meter(&sim, PLATFORM);
    sim.stop().await;
}

/// The plan of the fact sheet (section 5): one request for a hundred users, each object billed once
/// in a UTC day, and of known posts only those whose turn it is.
#[tokio::test(flavor = "multi_thread")]
async fn no_object_is_asked_for_twice_and_a_hundred_users_are_one_request() {
    let sim = france(2_000, |_| {}).await;
    let as_of = sim.as_of.checked_sub(24.hours()).unwrap();
    let before = night(&sim, as_of);
    let batches = before.len().div_ceil(100) as u64;
    let first = visit(
        &connector(&sim, |_| {}),
        before.keys(),
        as_of,
        &States::new(),
    )
    .await;
    let meter = clean_meter(&sim, PLATFORM);
    println!("first night of {} accounts: {meter:?}", before.len());
    assert_eq!(meter.units["users_by_name"], batches);
    let met = first
        .values()
        .filter(|it| it.identity.permanent_id.is_some())
        .count() as u64;
    assert_eq!(meter.objects["user"], met, "who is not there is not billed");
    assert_eq!(meter.again.get("user"), None);
    // Its replies to itself stand in its own list and among the replies to it.
    let again = meter.again.get("post").copied().unwrap_or_default();
    assert!(
        again * 50 < meter.objects["post"],
        "{again} posts came twice"
    );
    assert_eq!(
        meter.cost_mills,
        10 * meter.objects["user"] + 5 * meter.objects["post"]
    );

    // In the same UTC day: what the meters have seen before is told as read again.
    let night_two = night(&sim, sim.as_of);
    sim.reset_meters();
    let second = connector(&sim, |_| {});
    let found = visit(&second, night_two.keys(), sim.as_of, &states(&first)).await;
    let meter = clean_meter(&sim, PLATFORM);
    println!("second night: {meter:?}");
    assert!(meter.units["users_by_id"] <= batches);
    assert!(
        meter.units["users_by_name"] <= batches,
        "those who were not there"
    );
    assert!(meter.again.get("user").copied() <= Some(met), "each once");
    let is_old = |handle: &String, id: &String| before[handle].posts.iter().any(|it| it.id == *id);
    let (mut new, mut turns) = (0, 0);
    for (handle, measurement) in &found {
        for post in measurement
            .posts
            .iter()
            .filter(|it| it.reactions.known().is_some())
        {
            match is_old(handle, &post.post_id) {
                true => turns += 1,
                false => new += 1,
            }
        }
    }
    let read_again = meter.again.get("post").copied().unwrap_or_default();
    println!("{new} new posts, {turns} known posts whose turn it was, {read_again} read again");
    assert!(new > 50 && turns > 50);
    // Of what was read the night before only those whose turn it was, and some replies to itself.
    assert!(
        read_again <= turns + meter.objects["post"] / 50,
        "{read_again}"
    );
    let accounts_with_news = night_two
        .iter()
        .filter(|(handle, truth)| truth.posts_total != before[*handle].posts_total)
        .count() as u64;
    assert!(
        meter.units["timeline"] <= accounts_with_news * 2,
        "of others no posts are asked for"
    );
    sim.stop().await;
}

/// Once the cycle's posts or the credits are spent, X is left alone, and nothing is made up.
#[tokio::test(flavor = "multi_thread")]
async fn a_cap_or_credits_that_are_spent_end_the_asking() {
    for is_cap in [true, false] {
        let sim = france(600, |settings| match is_cap {
            true => settings.quotas.x_posts_per_cycle = 2_000,
            false => settings.quotas.x_credit_mills = 10_000,
        })
        .await;
        let truths = night(&sim, sim.as_of);
        let connector = connector(&sim, |_| {});
        let found = visit(&connector, truths.keys(), sim.as_of, &States::new()).await;
        let reached = found
            .values()
            .filter(|it| it.figures.followers.known().is_some());
        let spent = |it: &&Measurement| it.outcome.reason() == Some("quota_spent");
        let spent = found.values().filter(spent).count();
        assert!(spent > 50, "{spent}");
        for found in reached {
            let truth = &truths[&found.account.handle];
            assert_eq!(found.figures.followers.known(), truth.followers.known());
            let posts = found
                .posts
                .iter()
                .all(|it| truth.posts.iter().any(|post| post.id == it.post_id));
            assert!(posts, "{}", found.account.handle);
        }
        let meter = &sim.meters().platforms[&PLATFORM]["1"];
        let bucket = if is_cap {
            "posts_of_cycle"
        } else {
            "credit_mills"
        };
        assert!(meter.refusals[bucket] < 20, "{meter:?}");
        sim.stop().await;
    }
}

/// Answers that end in the middle, have a field renamed or their numbers as texts.
#[tokio::test(flavor = "multi_thread")]
async fn of_spoilt_answers_nothing_false_is_stored() {
    let sim = france(600, |settings| {
        settings.malformed_share = 0.3;
    })
    .await;
    let truths = night(&sim, sim.as_of);
    let connector = connector(&sim, |_| {});
    let found = visit(&connector, truths.keys(), sim.as_of, &States::new()).await;
    let lost: usize = truths
        .iter()
        .map(|(handle, truth)| Comparison::assert_nothing_false(truth, &found[handle]))
        .sum();
    let measured = found.values().filter(|it| !it.posts.is_empty()).count();
    println!("{measured} with posts, {lost} figures lost");
    // How many depends on the hour: which answers are spoilt follows from what is asked.
    assert!(measured > 20 && lost > 0, "{measured} {lost}");
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
