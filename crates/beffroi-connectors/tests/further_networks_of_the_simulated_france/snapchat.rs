use beffroi_connectors::snapchat::SnapchatConnector;
use beffroi_model::Platform;
use beffroi_sim::{RunningSim, SimSettings};

use crate::{
    difference::Gaps,
    france::{
        accounts, assert_polite, client, left_out, outcomes, settings, small_france, two_nights,
    },
};

const PLATFORM: Platform = Platform::Snapchat;

fn connector(sim: &RunningSim) -> SnapchatConnector {
    SnapchatConnector::new(client(sim), settings(sim, PLATFORM))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_profile_is_stored_as_it_is() {
    let sim = small_france(SimSettings::default()).await;
    let accounts = accounts(&sim, PLATFORM);
    let nights = two_nights(&sim, &connector(&sim), &accounts, Gaps::Counters).await;
    let outcomes = outcomes(&accounts);
    println!("{outcomes:?}");
    assert_eq!(nights.wrong, Vec::<String>::new());
    assert!(
        outcomes["measured"] > 15 && outcomes["private_account"] > 1,
        "{outcomes:?}"
    );
    assert!(
        accounts
            .iter()
            .any(|it| it.truth.followers.missing().is_some())
    );
    let left_out = left_out(&nights.second);
    assert!(
        left_out > 0 && left_out < outcomes["measured"],
        "accounts take turns"
    );
    assert_polite(&sim, PLATFORM, &nights, &[]);
    sim.stop().await;
}
