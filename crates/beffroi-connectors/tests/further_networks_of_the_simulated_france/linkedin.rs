use beffroi_connectors::linkedin::LinkedinConnector;
use beffroi_model::Platform;
use beffroi_sim::{Quotas, RunningSim, SimSettings};

use crate::{
    difference::Gaps,
    france::{
        access, accounts, assert_polite, left_out, outcomes, settings, small_france, two_nights,
    },
};

const PLATFORM: Platform = Platform::Linkedin;

fn connector(sim: &RunningSim) -> LinkedinConnector {
    LinkedinConnector::new(access(sim, PLATFORM), settings(sim, PLATFORM))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_organisation_is_stored_as_it_is() {
    // As much as an application in production has.
    let quotas = Quotas {
        linkedin_calls_per_day: 10_000,
        linkedin_member_calls_per_day: 10_000,
        ..Quotas::default()
    };
    let sim = small_france(SimSettings {
        quotas,
        // They are many.
        limit: Some(300),
        ..SimSettings::default()
    })
    .await;
    let accounts = accounts(&sim, PLATFORM);
    let nights = two_nights(&sim, &connector(&sim), &accounts, Gaps::Counters).await;
    let outcomes = outcomes(&accounts);
    let posts: usize = accounts.iter().map(|it| it.truth.posts.len()).sum();
    let threads: usize = accounts.iter().map(|it| it.truth.threads.len()).sum();
    println!("{outcomes:?}, {posts} posts, {threads} threads");
    assert_eq!(nights.wrong, Vec::<String>::new());
    assert!(
        outcomes["measured"] > 15 && outcomes["not_found"] > 1,
        "{outcomes:?}"
    );
    assert!(
        posts > 30 && threads > 10,
        "{posts} posts, {threads} threads"
    );
    let left_out = left_out(&nights.second);
    assert!(
        left_out > 0 && left_out < outcomes["measured"],
        "accounts take turns"
    );
    assert_polite(&sim, PLATFORM, &nights, &[]);
    sim.stop().await;
}
