//! The whole pipeline, as `beffroi run` assembles it: queue, worker, polite client, connectors,
//! writer, ClickHouse. Only the pace is off, and loopback is allowed.

use std::{collections::BTreeMap, num::NonZero, sync::Arc, time::Duration};

use anyhow::ensure;
use beffroi_budget::Ledger;
use beffroi_connectors::{
    Connector,
    bluesky::{BlueskyConnector, BlueskySettings},
    website::{WebsiteConnector, WebsiteSettings},
};
use beffroi_fetch::{FetchClient, FetchSettings};
use beffroi_model::{Job, Lane, Platform};
use beffroi_queue::{Queue, QueueSettings};
use beffroi_store::Store;
use beffroi_worker::{Fences, Health, Means, Metrics, Worker, WorkerSettings};
use tokio_util::sync::CancellationToken;

use crate::towns;

/// Time between two looks at the store for how many jobs have ended. `beffroi run` looks once a
/// second; a round of a few seconds is to be measured more finely.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// Jobs of a lane that may be under way or wait to be durable.
const PREFETCH: u16 = 20_000;

/// Accounts that the Bluesky connector takes at once.
const PROFILES: usize = 25;

/// Works through jobs of one run, until the outcome of each is in the store.
pub async fn work(store: &Store, port: u16, jobs: &[Job], in_flight: usize) -> anyhow::Result<()> {
    let client = client(port, in_flight)?;
    // In process, where no other worker can be.
    let all = towns::lanes().all(&[Platform::Website, Platform::Bluesky]);
    let fences = Fences::new(&towns::lanes(), all, false);
    let connectors = connectors(&client, &fences, port, in_flight)?;
    // A lane's budget usually bounds the jobs that wait for the writer; without one the prefetch
    // would, at a few hundred a flush.
    let prefetch = NonZero::new(PREFETCH).expect("it is not zero");
    let queue = Queue::connect(&QueueSettings {
        prefetch,
        ..QueueSettings::default()
    })
    .await?;
    let lanes: Vec<Lane> = connectors.keys().cloned().collect();
    queue.declare(&lanes).await?;
    store.write_jobs(jobs).await?;
    queue.publish(jobs).await?;
    let settings = WorkerSettings {
        name: "bench".to_owned(),
        max_sites_in_flight: in_flight,
        // By the batch of 25; the budget keeps the requests at `in_flight`.
        max_accounts_in_flight: in_flight * PROFILES,
        ..WorkerSettings::default()
    };
    let stop = CancellationToken::new();
    let means = Means {
        queue,
        store: store.clone(),
        client,
        lanes: Arc::new(towns::lanes()),
        fences,
        connectors,
        ledger: Ledger::in_memory(),
        archive: None,
        metrics: Metrics::new(),
        health: Health::new(),
    };
    let worker = Worker::new(means, settings, stop.clone());
    let working = tokio::spawn(worker.run());
    let mut ended = 0;
    while ended < jobs.len() as u64 && !working.is_finished() {
        tokio::time::sleep(LOOK_INTERVAL).await;
        let progress = store.progress(&jobs[0].run_id).await?;
        ended = progress.iter().map(|platform| platform.ended).sum();
    }
    stop.cancel();
    working.await??;
    ensure!(
        ended == jobs.len() as u64,
        "{ended} of {} jobs have ended",
        jobs.len()
    );
    for line in store.certificate(&jobs[0].run_id).await? {
        ensure!(
            line.outcome == "measured",
            "{} jobs ended as {} {}: the programs did not do the same",
            line.jobs,
            line.outcome,
            line.reason
        );
    }
    Ok(())
}

fn client(port: u16, in_flight: usize) -> anyhow::Result<FetchClient> {
    let client = FetchClient::try_new(FetchSettings {
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        group_concurrency: NonZero::new(in_flight).expect("something is in flight"),
        // A connector's requests to an API all go to one host.
        host_concurrency: NonZero::new(in_flight).expect("something is in flight"),
        allow_addresses: vec![format!("127.0.0.0/8:{port}")],
        ..FetchSettings::default()
    })?;
    Ok(client)
}

/// As the program has them: each lane's asks within the lane's hold.
fn connectors(
    client: &FetchClient,
    fences: &Fences,
    port: u16,
    in_flight: usize,
) -> anyhow::Result<BTreeMap<Lane, Arc<dyn Connector>>> {
    let within = |lane: &Lane| match fences.pass(lane) {
        Some(pass) => client.within(pass),
        None => client.clone(),
    };
    let settings = BlueskySettings {
        base_url: format!("http://127.0.0.1:{port}/").parse()?,
        requests_per_second: NonZero::new(1_000_000).expect("a million is not zero"),
        concurrency: NonZero::new(u32::try_from(in_flight)?).expect("something is in flight"),
        ..BlueskySettings::default()
    };
    let mut connectors: BTreeMap<Lane, Arc<dyn Connector>> = BTreeMap::new();
    for lane in towns::lanes().hosts() {
        let client = within(&lane);
        let website = WebsiteConnector::new(client, WebsiteSettings::default());
        connectors.insert(lane, Arc::new(website));
    }
    let lane = Lane::api(Platform::Bluesky);
    let bluesky = BlueskyConnector::new(within(&lane), settings);
    connectors.insert(lane, Arc::new(bluesky));
    Ok(connectors)
}
