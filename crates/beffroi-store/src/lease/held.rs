//! A lease that is held: renewed in the background until it is let go of or lost.

use std::time::Duration;

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{self, Instant},
};

use super::claim::{Claim, ClaimRow, HELD, Standing, standing};
use crate::StoreError;

/// Pause after a renewal that failed.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// A lease. It ends by itself some 20 s after its process; better let go of it.
#[derive(Debug)]
pub struct Lease {
    claim: Claim,
    state: watch::Receiver<State>,
    renewal: JoinHandle<()>,
}

/// Until when a lease lasts, for those who act under it. Cheap to clone; moves on with the lease.
#[derive(Debug, Clone)]
pub struct LeaseTerm {
    state: watch::Receiver<State>,
}

impl LeaseTerm {
    /// As [`Lease::until`]. The last moment that was known, once the lease was let go of.
    pub fn until(&self) -> Instant {
        let state = *self.state.borrow();
        if state.is_lost {
            return state.until.min(Instant::now());
        }
        state.until
    }
}

/// One that ends then, and is not renewed.
impl From<Instant> for LeaseTerm {
    fn from(until: Instant) -> Self {
        let is_lost = false;
        let (_, state) = watch::channel(State { until, is_lost });
        Self { state }
    }
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// Until then nobody else can have it.
    until: Instant,
    is_lost: bool,
}

impl Lease {
    /// Begins to renew a claim that has won; it was last renewed by a request sent at `sent`.
    pub(super) fn begin(claim: Claim, sent: Instant) -> Self {
        let state = State {
            until: sent + claim.terms.lasting(),
            is_lost: false,
        };
        let (sender, receiver) = watch::channel(state);
        Self {
            renewal: tokio::spawn(keep(claim.clone(), sender)),
            claim,
            state: receiver,
        }
    }

    /// Until then nobody else can have it; moves on with each renewal, and lies in the past once it is
    /// lost.
    pub fn until(&self) -> Instant {
        self.term().until()
    }

    /// The same for others to look at.
    pub fn term(&self) -> LeaseTerm {
        LeaseTerm {
            state: self.state.clone(),
        }
    }

    /// Whether nobody else can have it now.
    pub fn is_valid(&self) -> bool {
        Instant::now() < self.until()
    }

    /// Returns once it is lost: another has it, or it could not be renewed for so long that another
    /// may have it. That is final; it may be taken anew.
    pub async fn lost(&self) {
        let mut state = self.state.clone();
        loop {
            let now = *state.borrow_and_update();
            if now.is_lost || now.until <= Instant::now() {
                return;
            }
            // The sender only goes away when the lease was lost, which the next look tells.
            let changed = time::timeout_at(now.until, state.changed()).await;
            if matches!(changed, Ok(Err(_))) {
                time::sleep_until(now.until).await;
            }
        }
    }

    /// Lets go of it, so that others need not wait for its end.
    pub async fn release(self) -> Result<(), StoreError> {
        self.renewal.abort();
        self.claim.release().await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Renews the claim until it is lost.
async fn keep(claim: Claim, state: watch::Sender<State>) {
    let mut until = state.borrow().until;
    let mut next = Instant::now() + claim.terms.renew_every;
    loop {
        time::sleep_until(next.min(until)).await;
        let sent = Instant::now();
        let is_kept = match time::timeout_at(until, renew(&claim)).await {
            Ok(Ok(is_kept)) => is_kept,
            Ok(Err(error)) => {
                tracing::warn!(
                    lease.name = claim.name,
                    error = &error as &dyn std::error::Error,
                    "the lease could not be renewed, trying again"
                );
                next = Instant::now() + RETRY_INTERVAL.min(claim.terms.renew_every);
                continue;
            }
            Err(_) => false,
        };
        // A process that was stopped meanwhile looks at the clock before it believes anything.
        if !is_kept || until <= Instant::now() {
            tracing::warn!(lease.name = claim.name, "the lease is lost");
            state.send_replace(State {
                until,
                is_lost: true,
            });
            return;
        }
        until = sent + claim.terms.lasting();
        next = sent + claim.terms.renew_every;
        state.send_replace(State {
            until,
            is_lost: false,
        });
    }
}

/// Renews the claim, and says whether the lease is still its own.
async fn renew(claim: &Claim) -> Result<bool, StoreError> {
    claim.renew(HELD).await?;
    let living = claim.living().await?;
    Ok(is_own(claim, &living))
}

/// Other claims do not matter to a holder, who has won against all before and will withdraw; one that
/// is *held* has won when this one had expired.
fn is_own(claim: &Claim, living: &[ClaimRow]) -> bool {
    match standing(claim.id, living) {
        Standing::Alone | Standing::First => true,
        Standing::Behind(other) => !other.is_held(),
        Standing::Expired => false,
    }
}
