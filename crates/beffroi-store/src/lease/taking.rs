//! Taking a lease: the race of claimants, and telling a holder that lives from one that died.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{self, Instant};

use super::{
    Lease,
    claim::{CLAIMED, Claim, ClaimRow, HELD, Standing, living, standing},
};
use crate::{Store, StoreError};

/// Who wants a lease, for those who find it taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimant {
    /// Machine and process: `crawler-1 (process 4711)`.
    pub who: String,
    /// What for: `run 2026-11-24`.
    pub what: String,
}

/// Who has a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Machine and process, and what it does.
    pub by: Claimant,
    /// Since when, by the store's clock.
    pub since: Timestamp,
}

/// Why a lease was not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LeaseRefused {
    /// Another had it when asked, and lives.
    #[error("{} by {} has it since {:.0}", .0.by.what, .0.by.who, .0.since)]
    Held(Held),
    /// The store could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long a lease lives without a renewal, and how often it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerms {
    /// After this, by the server's clock, a holder that was not heard of is taken for dead. Default
    /// 20 s.
    pub ttl: Duration,
    /// Default 5 s.
    pub renew_every: Duration,
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(20),
            renew_every: Duration::from_secs(5),
        }
    }
}

impl LeaseTerms {
    /// For how long a renewal holds, counted from before it was sent: a little less than the server
    /// counts, for clocks that do not run alike.
    pub(super) fn lasting(self) -> Duration {
        self.ttl.mul_f64(0.9)
    }

    /// Pause between two looks at the claims.
    fn look_interval(self) -> Duration {
        (self.renew_every / 10).max(Duration::from_millis(5))
    }
}

/// How an attempt ended.
enum Attempt {
    Won(Box<Lease>),
    /// This claim has the lease or was first.
    Behind(ClaimRow),
}

impl Store {
    /// Takes a lease. Where another has it, waits until that one is seen to live (it renews its claim),
    /// which refuses the lease, or to be dead (its claim expires), for some 20 s. One that was only before
    /// in the race is waited for until it has won or withdrawn, so that who is refused is told the winner.
    ///
    /// On a cluster of replicas it needs `insert_quorum` and `select_sequential_consistency`, as the
    /// budget ledger does.
    pub async fn lease(&self, name: &str, claimant: &Claimant) -> Result<Lease, LeaseRefused> {
        self.lease_on(name, claimant, LeaseTerms::default()).await
    }

    /// The same on other terms, which must be those of all claimants.
    pub async fn lease_on(
        &self,
        name: &str,
        claimant: &Claimant,
        terms: LeaseTerms,
    ) -> Result<Lease, LeaseRefused> {
        let mut is_told = false;
        loop {
            let rival = match attempt(self, name, claimant, terms).await? {
                Attempt::Won(lease) => return Ok(*lease),
                Attempt::Behind(rival) => rival,
            };
            if !is_told {
                tracing::info!(
                    lease.name = name,
                    lease.who = rival.who,
                    lease.what = rival.what,
                    "another holds the lease or was before; looking whether it is alive"
                );
                is_told = true;
            }
            if wins(self, name, &rival, terms).await? {
                return Err(LeaseRefused::Held(Held {
                    since: Timestamp::from_microsecond(rival.claimed_at).unwrap_or_default(),
                    by: Claimant {
                        who: rival.who,
                        what: rival.what,
                    },
                }));
            }
        }
    }
}

/// Claims the lease, and withdraws when another is before.
async fn attempt(
    store: &Store,
    name: &str,
    claimant: &Claimant,
    terms: LeaseTerms,
) -> Result<Attempt, StoreError> {
    loop {
        let mut sent = Instant::now();
        let claim = Claim::make(store, name, claimant, terms).await?;
        loop {
            match standing(claim.id, &claim.living().await?) {
                Standing::Alone => {
                    let lives_until = sent + terms.lasting();
                    sent = Instant::now();
                    // It tells the others to stop waiting.
                    claim.renew(HELD).await?;
                    if Instant::now() < lives_until {
                        return Ok(Attempt::Won(Box::new(Lease::begin(claim, sent))));
                    }
                    // The claim may have expired in between, and another may have won.
                    claim.release().await?;
                    break;
                }
                Standing::First => {
                    time::sleep(terms.look_interval()).await;
                    if sent.elapsed() >= terms.renew_every {
                        let again = Instant::now();
                        claim.renew(CLAIMED).await?;
                        sent = again;
                    }
                }
                Standing::Behind(rival) => {
                    claim.release().await?;
                    return Ok(Attempt::Behind(rival));
                }
                Standing::Expired => break,
            }
        }
    }
}

/// Waits until a rival holds the lease and has renewed its claim since it was seen (it lives), or its claim is
/// gone (it has died, let go, or withdrawn behind another).
async fn wins(
    store: &Store,
    name: &str,
    rival: &ClaimRow,
    terms: LeaseTerms,
) -> Result<bool, StoreError> {
    loop {
        let living = living(store, name).await?;
        let Some(now) = living.iter().find(|it| it.claim == rival.claim) else {
            return Ok(false);
        };
        // A claim is renewed in the race too, and a later one that was quicker may yet win it.
        if now.is_held() && now.version > rival.version {
            return Ok(true);
        }
        time::sleep(terms.look_interval()).await;
    }
}
