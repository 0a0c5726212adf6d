//! A small France, its accounts, and visits to them as a worker makes them.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use beffroi_connectors::{Access, Connector, CredentialSettings, MeasureRequest, Measured};
use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use beffroi_model::{AccountRef, Measurement, Platform};
use beffroi_sim::{
    CredentialMeter, Expected, RunningSim, SimSettings, SocialTruth, crawler_config, serve,
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

/// How often a visit is tried again that may succeed later.
const TRIES: usize = 3;

/// A France of so many bodies that lives in the present hour: searches go back from now.
pub(crate) async fn france(bodies: usize, choose: impl FnOnce(&mut SimSettings)) -> RunningSim {
    let mut settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        limit: Some(bodies),
        ..SimSettings::default()
    };
    choose(&mut settings);
    serve(settings, beffroi_registry::shipped().collectivities)
        .await
        .unwrap()
}

/// The polite client, hurried.
pub(crate) fn client(sim: &RunningSim) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![format!("127.0.0.0/8:{}", sim.http_port)],
        dns: DnsSettings {
            server: Some(format!("127.0.0.1:{}", sim.dns_port)),
            hosts: BTreeMap::new(),
        },
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        retries: 0,
        ..FetchSettings::default()
    })
    .unwrap()
}

/// The settings of a platform, as the simulator writes them for a crawler.
pub(crate) fn settings<T: DeserializeOwned>(sim: &RunningSim, platform: Platform) -> T {
    let config: toml::Table = crawler_config(sim).parse().unwrap();
    let settings = config["platforms"][platform.as_str()].clone();
    settings.try_into().unwrap()
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

/// What is true of every account of a platform that a body's pages show, by handle, at this moment
/// of the simulation.
pub(crate) fn truths(sim: &RunningSim, platform: Platform) -> BTreeMap<String, SocialTruth> {
    let lines = (0..sim.world().len()).map(|index| sim.world().truth(index));
    let accounts = lines.flat_map(|line| line.accounts);
    accounts
        .filter(|account| account.platform == platform && account.expected == Expected::Accept)
        .filter_map(|account| Some((account.handle, account.measure?)))
        .collect()
}

/// States by handle.
pub(crate) type States = HashMap<String, String>;

/// Visits all accounts, batch by batch, with what the last night left. What may pass is tried again.
pub(crate) async fn visit<'h>(
    connector: &dyn Connector,
    handles: impl Iterator<Item = &'h String>,
    as_of: Timestamp,
    states: &States,
) -> BTreeMap<String, Measurement> {
    let requests: Vec<MeasureRequest> = handles
        .map(|handle| MeasureRequest {
            account: AccountRef {
                platform: connector.platform(),
                handle: handle.clone(),
                url: "https://example.org/account".parse().unwrap(),
            },
            subjects: Vec::new(),
            as_of,
            previous_state: states.get(handle).cloned(),
            carried: None,
        })
        .collect();
    let mut measurements = BTreeMap::new();
    for batch in requests.chunks(connector.batch_size().get()) {
        let mut open = batch.to_vec();
        for left in (0..TRIES).rev() {
            let measured = connector.measure(&open).await;
            assert_eq!(measured.len(), open.len());
            let mut again = Vec::new();
            for (request, measured) in open.into_iter().zip(measured) {
                let Measured {
                    measurement, retry, ..
                } = measured;
                assert_eq!(measurement.account, request.account);
                match retry {
                    Some(_) if left > 0 => again.push(request),
                    _ => {
                        let handle = request.account.handle;
                        measurements.insert(handle, measurement);
                    }
                }
            }
            open = again;
            if open.is_empty() {
                break;
            }
        }
    }
    measurements
}

/// What the visits left for the next night.
pub(crate) fn states(measurements: &BTreeMap<String, Measurement>) -> States {
    let states = measurements.iter();
    states
        .filter_map(|(handle, it)| Some((handle.clone(), it.state.clone()?)))
        .collect()
}

/// The meter of the first credential. Nothing was refused, and nothing asked that should not be.
pub(crate) fn clean_meter(sim: &RunningSim, platform: Platform) -> CredentialMeter {
    let meters = sim.meters();
    assert_eq!(meters.violations(), 0, "{meters:?}");
    let meter = meters.platforms[&platform]["1"].clone();
    assert!(meter.refusals.is_empty(), "{meter:?}");
    meter
}

/// Neither a citizen's name, id or text nor the secret is found in what is kept.
pub(crate) fn assert_nothing_leaks(measurements: &BTreeMap<String, Measurement>, secret: &str) {
    let shown = format!("{measurements:?}");
    assert!(!shown.contains(beffroi_sim::CANARY), "a citizen is kept");
    assert!(!shown.contains(secret), "the secret is kept");
}
