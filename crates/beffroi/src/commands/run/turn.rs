//! One run at a time on one store: two would do the same jobs, and ask every server twice as fast as is
//! right.
//!
//! On the embedded store the kernel keeps the turn, on a server's a lease in it, renewed every few
//! seconds: whoever cannot renew it knows that it may be another's before it can be.

use std::time::{Duration, Instant};

use anyhow::Context;
use beffroi_model::RunId;
use beffroi_store::{Claimant, Held, Lease, LeaseRefused, LeaseTerm, Store};

use super::only_run::OnlyRun;
use crate::{config::Config, machine};

/// What the lease is called.
const LEASE: &str = "run";

/// Pause between two tries to reach a store that is away.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// How long the end of a program waits for the store to take note of it.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// The turn of one run.
#[derive(Debug)]
pub(super) struct Turn(Kind);

#[derive(Debug)]
enum Kind {
    Embedded(#[expect(dead_code, reason = "it is held")] OnlyRun),
    Shared(Box<Shared>),
}

#[derive(Debug)]
struct Shared {
    store: Store,
    claimant: Claimant,
    lease: Lease,
    give_up_after: Duration,
}

/// Whose turn it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Process, machine, run: for people.
    pub(super) by: String,
    run_id: String,
}

impl Taken {
    pub(super) fn new(by: String, run_id: &str) -> Self {
        let by = match run_id {
            "" => by,
            run_id => format!("{by}, run {run_id}"),
        };
        Self {
            by,
            run_id: run_id.to_owned(),
        }
    }

    /// Whether it works on this run.
    pub(super) fn is_of(&self, run_id: &RunId) -> bool {
        self.run_id == run_id.as_str()
    }
}

impl From<Held> for Taken {
    fn from(held: Held) -> Self {
        let Held { by, since } = held;
        let mut taken = Self::new(by.who, &by.what);
        taken.by.push_str(&format!(", since {since:.0}"));
        taken
    }
}

impl Turn {
    /// Takes the turn, or says whose it is.
    pub(super) async fn take(
        config: &Config,
        store: &Store,
        run_id: &RunId,
    ) -> anyhow::Result<Result<Self, Taken>> {
        if config.store.is_embedded() {
            let begun = OnlyRun::begin(&config.engine.data_dir, run_id)?;
            return Ok(begun.map(|lock| Self(Kind::Embedded(lock))));
        }
        let claimant = Claimant {
            who: format!("process {} on {}", std::process::id(), machine::name()),
            what: run_id.to_string(),
        };
        let give_up_after = config.store.give_up_after;
        let claimed = claim(store, &claimant, give_up_after).await?;
        Ok(claimed.map(|lease| {
            Self(Kind::Shared(Box::new(Shared {
                store: store.clone(),
                claimant,
                lease,
                give_up_after,
            })))
        }))
    }

    /// Until when nobody else can have it; `None` where that is for as long as we live.
    pub(super) fn term(&self) -> Option<LeaseTerm> {
        match &self.0 {
            Kind::Embedded(_) => None,
            Kind::Shared(shared) => Some(shared.lease.term()),
        }
    }

    /// Returns once another may have the turn.
    pub(super) async fn lost(&self) {
        match &self.0 {
            Kind::Embedded(_) => std::future::pending().await,
            Kind::Shared(shared) => shared.lease.lost().await,
        }
    }

    /// Takes the turn again after it was lost, waiting for a store that is away as long as its writer
    /// would. Who has it now, if another has.
    pub(super) async fn take_back(&mut self) -> anyhow::Result<Option<Taken>> {
        match &mut self.0 {
            Kind::Embedded(_) => Ok(None),
            Kind::Shared(shared) => shared.take_back().await,
        }
    }

    /// Leaves it to others.
    pub(super) async fn end(self) {
        let Kind::Shared(shared) = self.0 else {
            return;
        };
        // Where the store does not take it, the lease ends by itself.
        let released = tokio::time::timeout(RELEASE_TIMEOUT, shared.lease.release()).await;
        if !matches!(released, Ok(Ok(()))) {
            tracing::debug!("the lease was not released");
        }
    }
}

impl Shared {
    async fn take_back(&mut self) -> anyhow::Result<Option<Taken>> {
        match claim(&self.store, &self.claimant, self.give_up_after).await? {
            Ok(again) => {
                tracing::info!("it is this run's turn again");
                self.lease = again;
                Ok(None)
            }
            Err(taken) => Ok(Some(taken)),
        }
    }
}

/// Takes the lease, or says who has it. A store that is away is waited for.
async fn claim(
    store: &Store,
    claimant: &Claimant,
    patience: Duration,
) -> anyhow::Result<Result<Lease, Taken>> {
    let begin = Instant::now();
    loop {
        match store.lease(LEASE, claimant).await {
            Ok(lease) => return Ok(Ok(lease)),
            Err(LeaseRefused::Held(held)) => return Ok(Err(held.into())),
            // What was claimed before the answer was lost expires by itself.
            Err(LeaseRefused::Store(error))
                if error.is_transient() && begin.elapsed() < patience =>
            {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the turn could not be taken, trying again"
                );
                tokio::time::sleep(RETRY_INTERVAL).await;
            }
            Err(LeaseRefused::Store(error)) => {
                return Err(error).context(
                    "the store was away for too long; go on with `beffroi run --resume` once it is \
                     back",
                );
            }
        }
    }
}
