//! What hosts asked for, kept in the store: written as soon as it is known, read by whoever takes a
//! lane over before the first request.

use std::{collections::HashMap, sync::Arc, time::Duration};

use beffroi_fetch::{FetchClient, HostMemory, HostSeen, News};
use beffroi_model::RunId;
use beffroi_store::{Day, HostMemoryRow, HostSeenRow, Store, StoreError};
use jiff::Timestamp;
use tokio::{
    sync::{Mutex, Notify, watch},
    time::{self, Instant},
};
use tokio_util::sync::CancellationToken;

/// News are gathered for this long before they are written.
const LINGER: Duration = Duration::from_millis(50);

/// Addresses seen are written this often: nobody waits for them.
const SIGHTINGS_EVERY: Duration = Duration::from_secs(30);

/// Sightings kept while the store is away: two Frances' worth.
const MOST_SIGHTINGS: usize = 80_000;

/// Pause before the store is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// The hosts' memory, for one process.
#[derive(Debug)]
pub(crate) struct Hosts {
    store: Store,
    client: FetchClient,
    /// When the last recall that succeeded was begun. Held while one is under way, so that lanes that
    /// are taken over together cost one query.
    recalled: Mutex<Option<Instant>>,
    /// When the last news that were written had been gathered.
    written: watch::Sender<Option<Instant>>,
    /// Somebody waits for it.
    hurry: Notify,
}

impl Hosts {
    pub(crate) fn new(store: Store, client: FetchClient) -> Arc<Self> {
        Arc::new(Self {
            store,
            client,
            recalled: Mutex::default(),
            written: watch::Sender::default(),
            hurry: Notify::new(),
        })
    }

    /// Returns once everything that was written before `moment` is known to the client. Tries until
    /// the store answers.
    pub(crate) async fn recall_since(&self, moment: Instant) {
        time::sleep_until(moment).await;
        let mut recalled = self.recalled.lock().await;
        while recalled.is_none_or(|begun| begun < moment) {
            let begun = Instant::now();
            match self.store.host_memories(Timestamp::now()).await {
                Ok(rows) => {
                    self.client.recall(rows.into_iter().map(memory).collect());
                    *recalled = Some(begun);
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "what hosts asked for cannot be read; nothing is asked before it is"
                    );
                    time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Returns once everything that the client has learnt before the call is in the store.
    pub(crate) async fn written(&self) {
        let asked = Instant::now();
        self.hurry.notify_one();
        let mut written = self.written.subscribe();
        let is_since = |at: &Option<Instant>| at.is_some_and(|at| at >= asked);
        // The sender is ours.
        let _ = written.wait_for(is_since).await;
    }

    /// Lets the client know which addresses a run takes for shared fronts. The last run's count.
    pub(crate) async fn know_fronts(&self, run: &RunId) -> Result<(), StoreError> {
        let fronts = self.store.fronts_of(run).await?;
        self.client.learn_fronts(fronts);
        Ok(())
    }

    /// Writes news until `end` is cancelled, and then what is left.
    pub(crate) async fn keep(self: Arc<Self>, end: CancellationToken) {
        let mut next_sightings = Instant::now() + SIGHTINGS_EVERY;
        let mut unwritten = Unwritten::default();
        while !end.is_cancelled() {
            tokio::select! {
                () = end.cancelled() => {}
                () = self.client.news_waiting() => time::sleep(LINGER).await,
                () = self.hurry.notified() => {}
                () = time::sleep_until(next_sightings) => next_sightings += SIGHTINGS_EVERY,
            }
            let gathered = Instant::now();
            unwritten.add(self.client.news());
            if let Err(error) = unwritten.write(&self.store).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what hosts asked for could not be written, trying again"
                );
                time::sleep(PAUSE).await;
            } else {
                self.written.send_replace(Some(gathered));
            }
        }
    }
}

/// News that are not in the store yet.
#[derive(Debug, Default)]
struct Unwritten {
    memories: HashMap<String, HostMemoryRow>,
    seen: Vec<HostSeenRow>,
}

impl Unwritten {
    fn add(&mut self, news: News) {
        let memories = news.memories.iter().map(row);
        self.memories
            .extend(memories.map(|row| (row.key.clone(), row)));
        self.seen.extend(news.seen.iter().map(sighting));
        self.seen.truncate(MOST_SIGHTINGS);
    }

    async fn write(&mut self, store: &Store) -> Result<(), StoreError> {
        if !self.memories.is_empty() {
            let rows: Vec<HostMemoryRow> = self.memories.values().cloned().collect();
            store.write_host_memories(&rows).await?;
            self.memories.clear();
        }
        if !self.seen.is_empty() {
            store.write_hosts_seen(&self.seen).await?;
            self.seen.clear();
        }
        Ok(())
    }
}

fn memory(row: HostMemoryRow) -> HostMemory {
    HostMemory {
        key: row.key,
        blocked_until: row.blocked_until.map(|until| until.timestamp()),
        backoff: row.backoff,
        slowed: row.slowed,
        crawl_delay: row
            .crawl_delay_ms
            .map(|ms| Duration::from_millis(ms.into())),
        at: row.written_at.timestamp(),
    }
}

fn row(memory: &HostMemory) -> HostMemoryRow {
    let delay_ms = |delay: Duration| u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
    HostMemoryRow {
        key: memory.key.clone(),
        blocked_until: memory.blocked_until.map(Into::into),
        backoff: memory.backoff,
        slowed: memory.slowed,
        crawl_delay_ms: memory.crawl_delay.map(delay_ms),
        written_at: memory.at.into(),
    }
}

fn sighting(seen: &HostSeen) -> HostSeenRow {
    let night = seen.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    HostSeenRow {
        domain: beffroi_plan::domain_group(&seen.host),
        host: seen.host.clone(),
        address: seen.address.to_string(),
        night: Day::from(night),
        seen_at: seen.at.into(),
    }
}
