//! Meta's networks.

use std::sync::Arc;

use beffroi_connectors::{
    Connector,
    facebook::{FacebookConnector, FacebookSettings},
    instagram::InstagramConnector,
    threads::ThreadsConnector,
};
use beffroi_model::{Failed, Forbidden, Outcome, Platform};
use beffroi_sim::{Credentials, Quotas, RunningSim, SimSettings};

use super::{
    access, accounts, assert_all_true, assert_nothing_false, generous, outcomes, request, settings,
    small_france,
};

fn facebook(sim: &RunningSim) -> FacebookConnector {
    FacebookConnector::new(
        access(sim, Platform::Facebook, None),
        settings(sim, Platform::Facebook),
    )
}

fn instagram(sim: &RunningSim) -> InstagramConnector {
    InstagramConnector::new(
        access(sim, Platform::Instagram, None),
        settings(sim, Platform::Instagram),
    )
}

fn threads(sim: &RunningSim) -> ThreadsConnector {
    ThreadsConnector::new(
        access(sim, Platform::Threads, None),
        settings(sim, Platform::Threads),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_every_page_on_facebook_is_true() {
    let sim = small_france(generous(1)).await;
    let seen = assert_all_true(&sim, Arc::new(facebook(&sim))).await;
    assert!(seen.outcomes["measured"] > 150, "{:?}", seen.outcomes);
    for reason in ["not_found", "http_4xx", "not_an_account"] {
        assert!(seen.outcomes.contains_key(reason), "{:?}", seen.outcomes);
    }
    assert!(seen.posts > 2_000 && seen.threads > 1_000);
    // Merged pages, and pages of the new kind under their address's number.
    assert!(seen.renamed > 3, "{}", seen.renamed);
    assert!(seen.silent > 10 && seen.silent < 150, "{}", seen.silent);
    let report = sim.meters();
    let meter = &report.platforms[&Platform::Facebook]["1"];
    assert_eq!(report.violations(), 0, "{report:?}");
    assert!(meter.refusals.is_empty(), "{meter:?}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_every_account_on_instagram_is_true() {
    let sim = small_france(generous(1)).await;
    let seen = assert_all_true(&sim, Arc::new(instagram(&sim))).await;
    assert!(seen.outcomes["measured"] > 40, "{:?}", seen.outcomes);
    assert!(seen.outcomes["not_found"] > 3 && seen.posts > 300);
    assert_eq!(sim.meters().violations(), 0);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_every_account_on_threads_is_true() {
    let sim = small_france(generous(1)).await;
    let seen = assert_all_true(&sim, Arc::new(threads(&sim))).await;
    assert!(seen.outcomes["measured"] > 5, "{:?}", seen.outcomes);
    assert!(seen.outcomes["not_found"] > 3 && seen.posts > 30);
    assert_eq!(sim.meters().violations(), 0);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_spoilt_answers_nothing_false_is_stored() {
    let sim = small_france(SimSettings {
        malformed_share: 0.5,
        ..generous(2)
    })
    .await;
    assert_nothing_false(&sim, Arc::new(facebook(&sim))).await;
    assert_nothing_false(&sim, Arc::new(instagram(&sim))).await;
    assert_nothing_false(&sim, Arc::new(threads(&sim))).await;
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_renamed_is_found_again_by_its_number() {
    let sim = small_france(generous(1)).await;
    let connector = facebook(&sim);
    // The number is known from another visit; today the name is nobody's.
    let mut found = 0;
    for (account, truth) in accounts(&sim, Platform::Facebook) {
        if truth.reason.as_deref() != Some("not_found") {
            continue;
        }
        let mut request = request(&sim, Platform::Facebook, &account.handle);
        let id = sim
            .world()
            .permanent_id(Platform::Facebook, &account.handle);
        request.previous_state = Some(format!(r#"{{"id":"{}"}}"#, id.unwrap()));
        let measured = connector.measure(&[request]).await.remove(0).measurement;
        if measured.outcome == Outcome::Measured {
            assert!(measured.identity.renamed_to.is_some(), "{}", account.handle);
            found += 1;
        }
    }
    assert!(found > 0);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_refused_are_told_apart_and_not_used_again() {
    let sim = small_france(SimSettings {
        limit: Some(60),
        ..generous(1)
    })
    .await;
    for (platform, secrets) in [Platform::Facebook, Platform::Instagram, Platform::Threads]
        .map(|platform| (platform, Credentials::of(platform).unwrap()))
    {
        for (secret, expected) in [
            (secrets.expired, Forbidden::CredentialRefused),
            ("sim-nobody", Forbidden::CredentialRefused),
            (secrets.without_permission, Forbidden::PermissionMissing),
        ] {
            let access = access(&sim, platform, Some(secret));
            let connector: Box<dyn Connector> = match platform {
                Platform::Facebook => {
                    Box::new(FacebookConnector::new(access, settings(&sim, platform)))
                }
                Platform::Instagram => {
                    Box::new(InstagramConnector::new(access, settings(&sim, platform)))
                }
                _ => Box::new(ThreadsConnector::new(access, settings(&sim, platform))),
            };
            let outcomes = outcomes(&sim, &*connector).await;
            assert!(!outcomes.is_empty());
            for outcome in outcomes {
                assert_eq!(outcome, Outcome::Forbidden(expected), "{platform} {secret}");
            }
        }
        let meters = sim.meters();
        assert_eq!(meters.platforms[&platform]["expired"].requests, 1);
        assert_eq!(meters.platforms[&platform]["unknown"].requests, 1);
    }
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_runs_out_ends_the_asking() {
    let sim = small_france(SimSettings {
        quotas: Quotas {
            facebook_calls_per_hour: 40,
            instagram_calls_per_hour: 20,
            threads_calls_per_day: 12,
            ..Quotas::default()
        },
        ..SimSettings::default()
    })
    .await;
    // The last calls of an allowance are made slowly, which a test need not see.
    let unhurried = FacebookSettings {
        slow_from_percent: 95,
        ..settings(&sim, Platform::Facebook)
    };
    let connectors: [Box<dyn Connector>; 3] = [
        Box::new(FacebookConnector::new(
            access(&sim, Platform::Facebook, None),
            unhurried,
        )),
        Box::new(instagram(&sim)),
        Box::new(threads(&sim)),
    ];
    for connector in connectors {
        let platform = connector.platform();
        let outcomes = outcomes(&sim, &*connector).await;
        let spent = Outcome::Failed(Failed::QuotaSpent);
        let limited = Outcome::Failed(Failed::RateLimited);
        let is_over = |outcome: &Outcome| *outcome == spent || *outcome == limited;
        let first = outcomes.iter().position(is_over).unwrap();
        assert!(first >= 5, "{platform}: {first}");
        assert!(
            outcomes[first..].iter().all(is_over),
            "{platform}: {outcomes:?}"
        );
        let meter = &sim.meters().platforms[&platform]["1"];
        assert!(meter.violations.is_empty(), "{platform}: {meter:?}");
    }
    sim.stop().await;
}
