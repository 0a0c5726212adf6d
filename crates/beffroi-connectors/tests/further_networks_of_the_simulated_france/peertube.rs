use beffroi_connectors::peertube::PeertubeConnector;
use beffroi_model::Platform;
use beffroi_sim::{Quotas, RunningSim, SimSettings};

use crate::{
    difference::Gaps,
    france::{accounts, assert_polite, client, outcomes, settings, small_france, two_nights},
};

const PLATFORM: Platform = Platform::Peertube;

fn connector(sim: &RunningSim) -> PeertubeConnector {
    PeertubeConnector::new(client(sim), settings(sim, PLATFORM))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_is_stored_as_it_is() {
    // A hundred times the usual window, that nobody waits long.
    let quotas = Quotas {
        peertube_calls_per_window: 5_000,
        ..Quotas::default()
    };
    let sim = small_france(SimSettings {
        quotas,
        ..SimSettings::default()
    })
    .await;
    let accounts = accounts(&sim, PLATFORM);
    let nights = two_nights(&sim, &connector(&sim), &accounts, Gaps::None).await;
    let outcomes = outcomes(&accounts);
    let threads: usize = accounts.iter().map(|it| it.truth.threads.len()).sum();
    println!("{outcomes:?}, {threads} threads");
    assert_eq!(nights.wrong, Vec::<String>::new());
    assert!(outcomes["measured"] > 15 && threads > 40, "{outcomes:?}");
    assert_polite(&sim, PLATFORM, &nights, &[]);
    sim.stop().await;
}
