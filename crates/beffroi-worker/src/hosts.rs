//! What hosts asked for, kept in the store: written as soon as it is known, read by whoever takes a
//! lane over before the first request.

use std::{sync::Arc, time::Duration};

use beffroi_fetch::FetchClient;
use beffroi_model::RunId;
use beffroi_store::{Store, StoreError};
use jiff::Timestamp;
use tokio::{
    sync::Mutex,
    time::{self, Instant},
};
use tokio_util::sync::CancellationToken;

/// News are gathered for this long before they are written.
const LINGER: Duration = Duration::from_millis(50);

/// Addresses seen are written this often: nobody waits for them.
const SIGHTINGS_EVERY: Duration = Duration::from_secs(30);

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
}

impl Hosts {
    pub(crate) fn new(store: Store, client: FetchClient) -> Arc<Self> {
        Arc::new(Self {
            store,
            client,
            recalled: Mutex::default(),
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
                Ok(_rows) => {
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

    /// Lets the client know which addresses a run takes for shared fronts. The last run's count.
    pub(crate) async fn know_fronts(&self, run: &RunId) -> Result<(), StoreError> {
        let fronts = self.store.fronts_of(run).await?;
        self.client.learn_fronts(fronts);
        Ok(())
    }

    /// Writes news until `end` is cancelled, and then what is left.
    pub(crate) async fn keep(self: Arc<Self>, end: CancellationToken) {
        end.cancelled().await;
    }
}
