use beffroi_connectors::telegram::TelegramConnector;
use beffroi_model::Platform;
use beffroi_sim::{RunningSim, SimSettings};

use crate::{
    difference::Gaps,
    france::{accounts, assert_polite, client, outcomes, settings, small_france, two_nights},
};

const PLATFORM: Platform = Platform::Telegram;

fn connector(sim: &RunningSim) -> TelegramConnector {
    TelegramConnector::new(client(sim), settings(sim, PLATFORM))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_is_stored_as_it_is() {
    let sim = small_france(SimSettings::default()).await;
    let accounts = accounts(&sim, PLATFORM);
    let nights = two_nights(&sim, &connector(&sim), &accounts, Gaps::None).await;
    let outcomes = outcomes(&accounts);
    println!("{outcomes:?}");
    assert_eq!(nights.wrong, Vec::<String>::new());
    assert!(
        outcomes["measured"] > 15 && outcomes.len() >= 2,
        "{outcomes:?}"
    );
    assert_polite(&sim, PLATFORM, &nights, &[]);
    sim.stop().await;
}
