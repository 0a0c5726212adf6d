//! Two nights over the networks of a small simulated France, written into an archive and read again: nobody and
//! no secret is in its bytes, and from what is kept the connectors read what they read from the answers.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::{self, File},
    path::Path,
    sync::Arc,
    time::Duration,
};

use beffroi_archive::{Archive, ArchivedRequest, Reader, Visit};
use beffroi_budget::Ledger;
use beffroi_connectors::{
    Access, Connector, Credential, MeasureRequest, Measured, PlatformSettings, Secret,
};
use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings, played, recorded};
use beffroi_model::{AccountRef, JobId, Measurement, Outcome, Platform, RunId};
use beffroi_sim::{CANARY, CREDENTIALS, Quotas, RunningSim, SimSettings, crawler_config, serve};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

/// All that are archived.
const PLATFORMS: [Platform; 12] = [
    Platform::Bluesky,
    Platform::Facebook,
    Platform::Instagram,
    Platform::Linkedin,
    Platform::Mastodon,
    Platform::Peertube,
    Platform::Snapchat,
    Platform::Telegram,
    Platform::Threads,
    Platform::Tiktok,
    Platform::X,
    Platform::Youtube,
];

/// Most accounts of one network.
const ACCOUNTS: usize = 40;

/// Batches under way at once.
const AT_ONCE: usize = 8;

type Figures = BTreeMap<(JobId, String), String>;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_archived_names_nobody_and_tells_the_same() {
    let sim = small_france().await;
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(&sim);
    let client = client(&sim);
    let archive = Archive::start(dir.path(), "test").unwrap();
    let mut measured = Figures::new();
    for platform in PLATFORMS {
        measured.extend(two_nights(&sim, &client, &settings, platform, &archive).await);
    }
    assert_eq!(archive.lost(), 0);
    drop(archive);
    assert_nothing_leaks(dir.path());

    let mut again = Figures::new();
    let mut connectors = HashMap::new();
    let mut reader = Reader::open(dir.path()).unwrap();
    while let Some(visit) = reader.next_visit().unwrap() {
        let run = visit.requests[0].run_id.clone();
        let connector = connectors
            .entry((visit.platform, run))
            .or_insert_with(|| connector(&settings, &client, visit.platform, None));
        let requests: Vec<_> = visit.requests.iter().map(|it| it.request.clone()).collect();
        let (told, of_told) = played(visit.recording, connector.measure(&requests)).await;
        assert_eq!(of_told.unanswered, [], "{}", visit.platform);
        for (archived, told) in visit.requests.iter().zip(&told) {
            again.insert(key(archived), figures(&told.measurement));
        }
    }
    assert_eq!(reader.torn(), 0);
    for (key, then) in &measured {
        assert_eq!(again.get(key), Some(then), "{key:?}");
    }
    assert_eq!(measured.len(), again.len());
    sim.stop().await;
}

/// Measures the accounts of a network in two nights, and archives the visits. Gives what was measured.
async fn two_nights(
    sim: &RunningSim,
    client: &FetchClient,
    settings: &PlatformSettings,
    platform: Platform,
    archive: &Archive,
) -> Figures {
    let mut requests = requests(sim, platform);
    assert!(
        requests.len() >= 3,
        "{platform}: {} accounts",
        requests.len()
    );
    let mut measured = Figures::new();
    let (mut known, mut threads) = (0, 0);
    let first = sim.as_of - SignedDuration::from_hours(24);
    for (night, as_of) in [("2026-11-22", first), ("2026-11-23", sim.as_of)] {
        sim.world().show_until(as_of);
        let connector = connector(settings, client, platform, Some(sim));
        requests.iter_mut().for_each(|it| it.as_of = as_of);
        let run: RunId = night.parse().unwrap();
        let batches = requests.chunks(connector.batch_size().get());
        let visits = batches.map(|batch| visit(&*connector, batch, &run, archive));
        let visits: Vec<_> = stream::iter(visits).buffered(AT_ONCE).collect().await;
        let visits = visits.into_iter().flatten();
        for (request, (key, told)) in requests.iter_mut().zip(visits) {
            let told = told.measurement;
            known += usize::from(told.outcome == Outcome::Measured);
            threads += told.threads.clone().known().map_or(0, |them| them.len());
            request.previous_state.clone_from(&told.state);
            measured.insert(key, figures(&told));
        }
    }
    assert!(known >= 4, "{platform}: {known} measured");
    let has_dialogue = matches!(
        platform,
        Platform::Bluesky
            | Platform::Facebook
            | Platform::Linkedin
            | Platform::Mastodon
            | Platform::Peertube
            | Platform::X
            | Platform::Youtube
    );
    assert_eq!(threads > 0, has_dialogue, "{platform}: {threads} threads");
    measured
}

/// One visit as a worker makes it.
async fn visit(
    connector: &dyn Connector,
    batch: &[MeasureRequest],
    run: &RunId,
    archive: &Archive,
) -> Vec<((JobId, String), Measured)> {
    let (measured, recording) = recorded(connector.measure(batch)).await;
    let archived = |request: &MeasureRequest| ArchivedRequest {
        run_id: run.clone(),
        job_id: JobId::new(run, request.account.account_id()),
        request: request.clone(),
    };
    let requests: Vec<_> = batch.iter().map(archived).collect();
    let keys: Vec<_> = requests.iter().map(key).collect();
    let visit = Visit {
        platform: connector.platform(),
        program: "test".to_owned(),
        at: Timestamp::now(),
        requests,
        recording,
    };
    let rules = connector.kept_answers().unwrap();
    archive.keep(visit, rules).await;
    keys.into_iter().zip(measured).collect()
}

fn key(archived: &ArchivedRequest) -> (JobId, String) {
    let account = &archived.request.account;
    (
        archived.job_id,
        format!("{} {}", account.platform, account.handle),
    )
}

/// All that was measured, but when and by which exchanges.
fn figures(measurement: &Measurement) -> String {
    let measurement = Measurement {
        observed_at: Timestamp::UNIX_EPOCH,
        fetches: Vec::new(),
        ..measurement.clone()
    };
    format!("{measurement:?}")
}

/// Looks through all bytes: every name, id and text of a citizen of the simulated France holds the canary.
fn assert_nothing_leaks(dir: &Path) {
    let mut bytes = 0;
    let mut visitors = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let file = File::open(entry.unwrap().path()).unwrap();
        let text = zstd::stream::decode_all(file).unwrap();
        let text = String::from_utf8(text).unwrap().to_lowercase();
        bytes += text.len();
        visitors += text.matches("\"visitor\"").count();
        let secrets = CREDENTIALS.iter().map(|it| it.secret);
        for hidden in secrets.chain([CANARY, "bearer", "set-cookie"]) {
            let at = text.find(&hidden.to_lowercase());
            assert_eq!(
                at.map(|at| &text[at.saturating_sub(200)..at + hidden.len()]),
                None,
                "{hidden}"
            );
        }
    }
    assert!(
        bytes > 500_000 && visitors > 100,
        "{bytes} bytes, {visitors} visitors"
    );
}

async fn small_france() -> RunningSim {
    let settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        limit: Some(400),
        host_interval: Duration::from_millis(1),
        group_interval: Duration::ZERO,
        quotas: Quotas {
            peertube_calls_per_window: 50_000,
            ..Quotas::ample()
        },
        ..SimSettings::default()
    };
    let collectivities = beffroi_registry::shipped().collectivities;
    serve(settings, collectivities).await.unwrap()
}

fn client(sim: &RunningSim) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![format!("127.0.0.0/8:{}", sim.http_port)],
        dns: DnsSettings {
            server: Some(format!("127.0.0.1:{}", sim.dns_port)),
            hosts: BTreeMap::new(),
        },
        host_interval: Duration::from_millis(1),
        group_interval: Duration::ZERO,
        retry_base: Duration::from_millis(20),
        ..FetchSettings::default()
    })
    .unwrap()
}

/// The settings with which the simulator wants to be met.
fn settings(sim: &RunningSim) -> PlatformSettings {
    let config: toml::Table = crawler_config(sim).parse().unwrap();
    let mut settings: PlatformSettings = config["platforms"].clone().try_into().unwrap();
    settings.snapchat.interval = Duration::ZERO;
    settings
}

/// A connector with the simulator's credential; without the simulator one that is told again, and has none.
fn connector(
    settings: &PlatformSettings,
    client: &FetchClient,
    platform: Platform,
    sim: Option<&RunningSim>,
) -> Arc<dyn Connector> {
    let of = settings.of(platform).unwrap();
    let own = of.credentials().and_then(|it| it.iter().next());
    let own = own.map(|(name, source)| source.read(name).unwrap());
    let credential = match sim {
        Some(_) => own,
        None => own.map(|own| Credential {
            secret: Secret::new("none"),
            ..own
        }),
    };
    of.connector(Access {
        client: client.clone(),
        credential,
        ledger: sim.map_or_else(Ledger::without_bounds, |_| Ledger::in_memory()),
    })
}

/// The accounts of a network that are to be measured, each once, as many as are wanted.
fn requests(sim: &RunningSim, platform: Platform) -> Vec<MeasureRequest> {
    let mut seen = BTreeSet::new();
    let lines = (0..sim.world().len()).map(|index| sim.world().truth(index));
    lines
        .flat_map(|line| line.accounts)
        .filter(|it| it.platform == platform && it.measure.is_some())
        .filter(|it| seen.insert(it.handle.clone()))
        .take(ACCOUNTS)
        .map(|it| MeasureRequest {
            account: AccountRef {
                platform,
                // Sites link their accounts in many ways, also without a scheme; nobody asks it.
                url: "https://account.example/".parse().unwrap(),
                handle: it.handle,
            },
            subjects: Vec::new(),
            as_of: sim.as_of,
            previous_state: None,
            carried: None,
        })
        .collect()
}
