use beffroi_connectors::tiktok::TiktokConnector;
use beffroi_model::Platform;
use beffroi_sim::{RunningSim, SimSettings};

use crate::{
    difference::Gaps,
    france::{
        access, accounts, assert_polite, left_out, outcomes, settings, small_france, two_nights,
    },
};

const PLATFORM: Platform = Platform::Tiktok;

fn connector(sim: &RunningSim) -> TiktokConnector {
    TiktokConnector::new(access(sim, PLATFORM), settings(sim, PLATFORM))
}

async fn all_is_true(new_field_names: bool) {
    let sim = small_france(SimSettings {
        new_field_names,
        ..SimSettings::default()
    })
    .await;
    let accounts = accounts(&sim, PLATFORM);
    let nights = two_nights(&sim, &connector(&sim), &accounts, Gaps::Counters).await;
    let outcomes = outcomes(&accounts);
    let posts: usize = accounts.iter().map(|it| it.truth.posts.len()).sum();
    println!("{outcomes:?}, {posts} posts");
    assert_eq!(nights.wrong, Vec::<String>::new());
    assert!(
        outcomes["measured"] > 15 && outcomes["not_found"] > 1,
        "{outcomes:?}"
    );
    assert!(posts > 100, "{posts} posts");
    let left_out = left_out(&nights.second);
    assert!(
        left_out > 0 && left_out < outcomes["measured"],
        "accounts take turns"
    );
    assert_polite(&sim, PLATFORM, &nights, &["cursor", "failure"]);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_stored_as_the_archive_has_it() {
    all_is_true(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_the_other_spelling_are_read_as_well() {
    all_is_true(true).await;
}
