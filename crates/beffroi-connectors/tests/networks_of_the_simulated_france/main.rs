//! The connectors against a simulated France: what each stores of every account of its network,
//! figure by figure, held against the truth.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod graph;
mod judge;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use beffroi_connectors::{Access, Connector, CredentialSettings, MeasureRequest, Measured, Secret};
use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use beffroi_model::{AccountRef, Failed, Measurement, Outcome, Platform};
use beffroi_sim::{
    AccountTruth, Quotas, RunningSim, SimSettings, SocialTruth, crawler_config, serve,
};
use serde::de::DeserializeOwned;
use tokio::{sync::Semaphore, task::JoinSet};

/// Bodies of the tests' France.
const BODIES: usize = 300;
/// Accounts under way at once.
const AT_ONCE: usize = 16;

/// A France on free ports, with the seed and what else the test chooses.
async fn small_france(settings: SimSettings) -> RunningSim {
    let settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        as_of: Some("2026-11-23T05:00:00Z".parse().unwrap()),
        limit: settings.limit.or(Some(BODIES)),
        ..settings
    };
    serve(settings, beffroi_registry::shipped().collectivities)
        .await
        .unwrap()
}

/// A world of that seed whose platforms allow as much as a test may ask.
fn generous(seed: u64) -> SimSettings {
    SimSettings {
        seed,
        quotas: Quotas {
            instagram_calls_per_hour: 100_000,
            ..Quotas::default()
        },
        ..SimSettings::default()
    }
}

fn client(sim: &RunningSim) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![format!("127.0.0.0/8:{}", sim.http_port)],
        dns: DnsSettings {
            server: Some(format!("127.0.0.1:{}", sim.dns_port)),
            hosts: BTreeMap::new(),
        },
        retry_base: Duration::from_millis(50),
        ..FetchSettings::default()
    })
    .unwrap()
}

/// The settings of a platform, as the simulator writes them for crawlers.
fn settings<T: DeserializeOwned>(sim: &RunningSim, platform: Platform) -> T {
    let config: toml::Table = crawler_config(sim).parse().unwrap();
    let settings = config["platforms"][platform.as_str()].clone();
    settings.try_into().unwrap()
}

/// What a connector is given that asks with the simulator's own credential, or with another secret
/// in its place.
fn access(sim: &RunningSim, platform: Platform, secret: Option<&str>) -> Access {
    let config: toml::Table = crawler_config(sim).parse().unwrap();
    let credentials = config["platforms"][platform.as_str()]["credentials"].clone();
    let credentials: CredentialSettings = credentials.try_into().unwrap();
    let mut credential = credentials["simulated"].read("simulated").unwrap();
    if let Some(secret) = secret {
        credential.secret = Secret::new(secret);
    }
    Access {
        credential: Some(credential),
        ..Access::keyless(client(sim))
    }
}

/// Every account of the network that a body's pages link, each once.
fn accounts(sim: &RunningSim, platform: Platform) -> Vec<(AccountTruth, SocialTruth)> {
    let mut accounts = BTreeMap::new();
    for index in 0..sim.world().len() {
        for account in sim.world().truth(index).accounts {
            if account.platform == platform
                && let Some(truth) = account.measure.clone()
            {
                accounts.insert(account.handle.clone(), (account, truth));
            }
        }
    }
    accounts.into_values().collect()
}

fn request(sim: &RunningSim, platform: Platform, handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform,
            handle: handle.to_owned(),
            url: "https://account.example/".parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: sim.as_of,
        previous_state: None,
        carried: None,
    }
}

/// Measures every account, several at once, in batches as the connector wants them.
async fn measure_all(
    sim: &RunningSim,
    connector: Arc<dyn Connector>,
    accounts: &[(AccountTruth, SocialTruth)],
) -> Vec<(AccountTruth, SocialTruth, Measurement)> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut visits = JoinSet::new();
    for batch in accounts.chunks(connector.batch_size().get()) {
        let requests: Vec<_> = batch
            .iter()
            .map(|(account, _)| request(sim, account.platform, &account.handle))
            .collect();
        let (connector, places) = (Arc::clone(&connector), Arc::clone(&places));
        let batch = batch.to_vec();
        visits.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            let measured = connector.measure(&requests).await;
            assert_eq!(measured.len(), batch.len());
            let found = measured.into_iter().map(|it: Measured| it.measurement);
            let together = batch.into_iter().zip(found);
            together
                .map(|((account, truth), found)| (account, truth, found))
                .collect::<Vec<_>>()
        });
    }
    visits.join_all().await.into_iter().flatten().collect()
}

/// What was seen of a network, all of it true.
struct Seen {
    /// Accounts by how their measurement ended.
    outcomes: BTreeMap<String, usize>,
    posts: usize,
    threads: usize,
    /// Accounts that bear another name than the one they were asked by.
    renamed: usize,
    /// Measured accounts of which the dialogue could not be had.
    silent: usize,
}

/// Measures all accounts and holds every figure against the truth.
async fn assert_all_true(sim: &RunningSim, connector: Arc<dyn Connector>) -> Seen {
    let platform = connector.platform();
    let accounts = accounts(sim, platform);
    let mut seen = Seen {
        outcomes: BTreeMap::new(),
        posts: 0,
        threads: 0,
        renamed: 0,
        silent: 0,
    };
    let mut wrong = Vec::new();
    for (account, truth, found) in measure_all(sim, connector, &accounts).await {
        let word = match found.outcome {
            Outcome::Measured => "measured",
            outcome => outcome.reason().unwrap_or_default(),
        };
        *seen.outcomes.entry(word.to_owned()).or_default() += 1;
        seen.posts += found.posts.len();
        seen.renamed += usize::from(found.identity.renamed_to.is_some());
        let is_measured = found.outcome == Outcome::Measured;
        seen.silent += usize::from(is_measured && found.threads.missing().is_some());
        seen.threads += found.threads.clone().known().map_or(0, |them| them.len());
        wrong.extend(judge::differences(&account, &truth, &found, sim.as_of));
    }
    assert!(
        wrong.is_empty(),
        "{} of {} accounts' figures are wrong:\n{}",
        wrong.len(),
        accounts.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    seen
}

/// With answers of which many are spoilt: what is brought is true, or missing, never false.
async fn assert_nothing_false(sim: &RunningSim, connector: Arc<dyn Connector>) {
    let accounts = accounts(sim, connector.platform());
    let (mut measured, mut layout, mut wrong) = (0, 0, Vec::new());
    for (account, truth, found) in measure_all(sim, connector, &accounts).await {
        match found.outcome {
            Outcome::Measured => measured += 1,
            Outcome::Failed(Failed::Layout | Failed::MalformedResponse) => layout += 1,
            _ => {}
        }
        wrong.extend(judge::falsehoods(&account, &truth, &found));
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(
        measured > 0 && layout > 0,
        "{measured} measured, {layout} unreadable"
    );
}

/// How the measurements of all accounts ended, in the order of the accounts, one at a time.
async fn outcomes(sim: &RunningSim, connector: &dyn Connector) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (account, _) in accounts(sim, connector.platform()) {
        let request = request(sim, account.platform, &account.handle);
        let measured = connector.measure(&[request]).await.remove(0);
        outcomes.push(measured.measurement.outcome);
    }
    outcomes
}
