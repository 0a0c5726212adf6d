//! A small France, the accounts of one network in it, and a night over them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use beffroi_connectors::{Access, Connector, CredentialSettings, MeasureRequest, Measured};
use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use beffroi_model::{AccountRef, Figure, MissingReason, Platform};
use beffroi_sim::{RunningSim, SimSettings, SocialTruth, crawler_config, serve};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use crate::difference::{Gaps, differences};

/// Bodies of the France, where the settings do not say: enough for every fate of a rare network.
const BODIES: usize = 900;

/// Batches under way at once.
const AT_ONCE: usize = 16;

/// Starts it, on free ports.
pub(crate) async fn small_france(settings: SimSettings) -> RunningSim {
    let settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        as_of: Some("2026-11-23T05:00:00Z".parse().unwrap()),
        limit: Some(settings.limit.unwrap_or(BODIES)),
        host_interval: Duration::from_millis(2),
        group_interval: Duration::ZERO,
        ..settings
    };
    let collectivities = beffroi_registry::shipped().collectivities;
    serve(settings, collectivities).await.unwrap()
}

/// The polite client.
pub(crate) fn client(sim: &RunningSim) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![format!("127.0.0.0/8:{}", sim.http_port)],
        dns: DnsSettings {
            server: Some(format!("127.0.0.1:{}", sim.dns_port)),
            hosts: BTreeMap::new(),
        },
        host_interval: Duration::from_millis(3),
        group_interval: Duration::from_millis(1),
        retry_base: Duration::from_millis(20),
        ..FetchSettings::default()
    })
    .unwrap()
}

/// What a connector is given that asks with the simulator's own credential.
pub(crate) fn access(sim: &RunningSim, platform: Platform) -> Access {
    let config: toml::Table = crawler_config(sim).parse().unwrap();
    let credentials = config["platforms"][platform.as_str()]["credentials"].clone();
    let credentials: CredentialSettings = credentials.try_into().unwrap();
    Access {
        credential: Some(credentials["simulated"].read("simulated").unwrap()),
        ..Access::keyless(client(sim))
    }
}

/// The settings with which the simulator wants to be met.
pub(crate) fn settings<T: serde::de::DeserializeOwned>(sim: &RunningSim, platform: Platform) -> T {
    let config: toml::Table = crawler_config(sim).parse().unwrap();
    let mut table = config["platforms"][platform.as_str()].clone();
    // Credentials are the assembly's matter.
    table.as_table_mut().unwrap().remove("credentials");
    table.try_into().unwrap()
}

/// An account and what should be stored of it.
pub(crate) struct Expected {
    pub(crate) account: AccountRef,
    pub(crate) truth: SocialTruth,
}

/// Every account of a network, once.
pub(crate) fn accounts(sim: &RunningSim, platform: Platform) -> Vec<Expected> {
    let mut found: BTreeMap<String, Expected> = BTreeMap::new();
    for index in 0..sim.world().len() {
        for account in sim.world().truth(index).accounts {
            if account.platform != platform {
                continue;
            }
            let Some(truth) = account.measure else {
                continue;
            };
            let url = account.href.parse().unwrap();
            let handle = account.handle;
            found.entry(handle.clone()).or_insert(Expected {
                account: AccountRef {
                    platform,
                    handle,
                    url,
                },
                truth,
            });
        }
    }
    found.into_values().collect()
}

/// Measures all accounts in batches, with what the night before left, in the same order.
pub(crate) async fn night(
    connector: &dyn Connector,
    accounts: &[Expected],
    as_of: Timestamp,
    before: &[Measured],
) -> Vec<Measured> {
    let requests: Vec<MeasureRequest> = accounts
        .iter()
        .enumerate()
        .map(|(index, expected)| MeasureRequest {
            account: expected.account.clone(),
            subjects: Vec::new(),
            as_of,
            previous_state: before
                .get(index)
                .and_then(|measured| measured.measurement.state.clone()),
            carried: None,
        })
        .collect();
    let batches = requests.chunks(connector.batch_size().get());
    let mut visits = Vec::new();
    for batch in batches {
        visits.push(connector.measure(batch));
    }
    let measured: Vec<Vec<Measured>> = stream::iter(visits).buffered(AT_ONCE).collect().await;
    measured.into_iter().flatten().collect()
}

/// What two nights came to.
pub(crate) struct Nights {
    pub(crate) first: Vec<Measured>,
    pub(crate) second: Vec<Measured>,
    /// All that is wrong in either.
    pub(crate) wrong: Vec<String>,
}

/// Two nights over all accounts, a day apart. `gaps` tells what a second night leaves out by the
/// connector's own rules.
pub(crate) async fn two_nights(
    sim: &RunningSim,
    connector: &dyn Connector,
    accounts: &[Expected],
    gaps: Gaps,
) -> Nights {
    let tomorrow = sim.as_of + SignedDuration::from_hours(24);
    let first = night(connector, accounts, sim.as_of, &[]).await;
    let second = night(connector, accounts, tomorrow, &first).await;
    let mut wrong = Vec::new();
    for (night, as_of, measured, gaps) in [
        ("first", sim.as_of, &first, Gaps::None),
        ("second", tomorrow, &second, gaps),
    ] {
        assert_eq!(measured.len(), accounts.len());
        for (expected, found) in accounts.iter().zip(measured) {
            for line in differences(expected, found, as_of, gaps) {
                wrong.push(format!("{night} night, {line}"));
            }
        }
    }
    println!("{} accounts, {} differences", accounts.len(), wrong.len());
    wrong.iter().take(60).for_each(|line| println!("  {line}"));
    Nights {
        first,
        second,
        wrong,
    }
}

/// How many accounts end in each way.
pub(crate) fn outcomes(accounts: &[Expected]) -> BTreeMap<&str, usize> {
    let mut outcomes = BTreeMap::new();
    for Expected { truth, .. } in accounts {
        let outcome = truth.reason.as_deref().unwrap_or(&truth.outcome);
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

/// Nobody asked too much, and no citizen is in what was kept. `expected` are refusals that are the
/// platform's own doing.
pub(crate) fn assert_polite(
    sim: &RunningSim,
    platform: Platform,
    nights: &Nights,
    expected: &[&str],
) {
    let meters = sim.meters();
    let report = &meters.platforms[&platform];
    assert_eq!(meters.violations(), 0, "{report:?}");
    let refusals: BTreeSet<&str> = report
        .values()
        .flat_map(|meter| meter.refusals.keys().map(String::as_str))
        .collect();
    assert_eq!(refusals, expected.iter().copied().collect(), "{report:?}");
    let referee = sim.referee();
    assert_eq!(
        referee.violations,
        BTreeMap::new(),
        "{:?}",
        referee.examples
    );
    for measured in nights.first.iter().chain(&nights.second) {
        let kept = format!("{:?}", measured.measurement);
        assert!(!kept.contains(beffroi_sim::CANARY), "{kept}");
    }
}

/// How many accounts were measured without their counters, their turn not having come.
pub(crate) fn left_out(night: &[Measured]) -> usize {
    let not_asked = Figure::Missing(MissingReason::NotAsked);
    let is_left_out = |it: &&Measured| it.measurement.figures.followers == not_asked;
    night.iter().filter(is_left_out).count()
}
