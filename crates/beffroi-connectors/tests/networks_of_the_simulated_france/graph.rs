//! Meta's networks.

use std::sync::Arc;

use beffroi_connectors::{
    facebook::FacebookConnector, instagram::InstagramConnector, threads::ThreadsConnector,
};
use beffroi_model::Platform;
use beffroi_sim::{Quotas, SimSettings};

use super::{assert_all_true, client, settings, small_france};

fn generous() -> SimSettings {
    SimSettings {
        quotas: Quotas {
            instagram_calls_per_hour: 100_000,
            ..Quotas::default()
        },
        ..SimSettings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_every_page_on_facebook_is_true() {
    let sim = small_france(generous()).await;
    let connector = FacebookConnector::new(client(&sim), settings(&sim, Platform::Facebook));
    let seen = assert_all_true(&sim, Arc::new(connector)).await;
    println!("{:?} {} {}", seen.outcomes, seen.posts, seen.threads);
    assert!(seen.outcomes["measured"] > 150, "{:?}", seen.outcomes);
    for reason in ["not_found", "http_4xx"] {
        assert!(seen.outcomes.contains_key(reason), "{:?}", seen.outcomes);
    }
    assert!(seen.posts > 2_000 && seen.threads > 1_000);
    let report = sim.meters();
    let meter = &report.platforms[&Platform::Facebook]["1"];
    assert_eq!(report.violations(), 0, "{report:?}");
    assert!(meter.refusals.is_empty(), "{meter:?}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_every_account_on_instagram_is_true() {
    let sim = small_france(generous()).await;
    let connector = InstagramConnector::new(client(&sim), settings(&sim, Platform::Instagram));
    let seen = assert_all_true(&sim, Arc::new(connector)).await;
    println!("{:?} {}", seen.outcomes, seen.posts);
    assert!(seen.outcomes["measured"] > 40, "{:?}", seen.outcomes);
    assert!(seen.outcomes["not_found"] > 3 && seen.posts > 300);
    assert_eq!(sim.meters().violations(), 0);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_every_account_on_threads_is_true() {
    let sim = small_france(generous()).await;
    let connector = ThreadsConnector::new(client(&sim), settings(&sim, Platform::Threads));
    let seen = assert_all_true(&sim, Arc::new(connector)).await;
    println!("{:?} {}", seen.outcomes, seen.posts);
    assert!(seen.outcomes["measured"] > 5, "{:?}", seen.outcomes);
    assert!(seen.outcomes["not_found"] > 3 && seen.posts > 30);
    assert_eq!(sim.meters().violations(), 0);
    sim.stop().await;
}
