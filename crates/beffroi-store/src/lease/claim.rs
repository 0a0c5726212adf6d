//! One claim's rows in the table, and what they say about who is first.

use std::time::Duration;

use clickhouse::Row;
use serde::Deserialize;
use uuid::Uuid;

use super::{Claimant, LeaseTerms};
use crate::{Store, StoreError};

pub(super) const CLAIMED: &str = "claimed";
pub(super) const HELD: &str = "held";
const RELEASED: &str = "released";

/// A claim that lives.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub(super) struct ClaimRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub(super) claim: Uuid,
    pub(super) who: String,
    pub(super) what: String,
    /// Microseconds since 1970, by the server's clock.
    pub(super) claimed_at: i64,
    pub(super) state: String,
    pub(super) version: u32,
}

impl ClaimRow {
    pub(super) fn is_held(&self) -> bool {
        self.state == HELD
    }

    /// The order of claims; that of two in the same microsecond is arbitrary, and the same for all.
    fn ticket(&self) -> (i64, Uuid) {
        (self.claimed_at, self.claim)
    }
}

/// How a claim stands among those that live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the only one.
    Alone,
    /// The first; those after it are about to withdraw.
    First,
    /// Another has the lease or was here before.
    Behind(ClaimRow),
    /// It does not live any more: the server was away for too long.
    Expired,
}

/// How `own` stands.
pub(super) fn standing(own: Uuid, living: &[ClaimRow]) -> Standing {
    let Some(mine) = living.iter().find(|it| it.claim == own) else {
        return Standing::Expired;
    };
    let others = || living.iter().filter(|it| it.claim != own);
    let holder = others().find(|it| it.is_held());
    let earliest = || others().min_by_key(|it| it.ticket());
    match holder.or_else(earliest) {
        None => Standing::Alone,
        Some(other) if !other.is_held() && mine.ticket() < other.ticket() => Standing::First,
        Some(other) => Standing::Behind(other.clone()),
    }
}

/// One claim of ours.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) store: Store,
    pub(super) name: String,
    pub(super) id: Uuid,
    pub(super) terms: LeaseTerms,
}

impl Claim {
    /// Writes a new claim.
    pub(super) async fn make(
        store: &Store,
        name: &str,
        claimant: &Claimant,
        terms: LeaseTerms,
    ) -> Result<Self, StoreError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("the system gives random bytes");
        let claim = Self {
            store: store.clone(),
            name: name.to_owned(),
            id: uuid::Builder::from_random_bytes(random).into_uuid(),
            terms,
        };
        let written = store
            .client
            .query_raw(include_str!("../queries/lease/claim.sql"))
            .param("name", name)
            .param("claim", claim.id.to_string())
            .param("who", &claimant.who)
            .param("what", &claimant.what)
            .param("ttl_ms", millis(terms.ttl))
            .execute()
            .await;
        written.map_err(|source| StoreError::Query {
            action: "claim a lease",
            source,
        })?;
        Ok(claim)
    }

    /// Makes the claim live for its time from now on, unless it has expired: which only
    /// [`Claim::living`] tells.
    pub(super) async fn renew(&self, state: &str) -> Result<(), StoreError> {
        let written = self
            .store
            .client
            .query_raw(include_str!("../queries/lease/renew.sql"))
            .param("name", &self.name)
            .param("claim", self.id.to_string())
            .param("state", state)
            .param("ttl_ms", millis(self.terms.ttl))
            .execute()
            .await;
        written.map_err(|source| StoreError::Query {
            action: "renew a lease",
            source,
        })
    }

    /// Gives it up.
    pub(super) async fn release(&self) -> Result<(), StoreError> {
        self.renew(RELEASED).await
    }

    /// All claims that live, the earliest first.
    pub(super) async fn living(&self) -> Result<Vec<ClaimRow>, StoreError> {
        living(&self.store, &self.name).await
    }
}

/// All claims to a lease that live, the earliest first.
pub(super) async fn living(store: &Store, name: &str) -> Result<Vec<ClaimRow>, StoreError> {
    store
        .client
        .query_raw(include_str!("../queries/lease/living.sql"))
        .param("name", name)
        .fetch_all()
        .await
        .map_err(|source| StoreError::Query {
            action: "read the claims to a lease",
            source,
        })
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u128, claimed_at: i64, state: &str) -> ClaimRow {
        ClaimRow {
            claim: Uuid::from_u128(number),
            who: String::new(),
            what: String::new(),
            claimed_at,
            state: state.to_owned(),
            version: 1,
        }
    }

    #[test]
    fn who_is_alone_wins_the_first_waits_and_nobody_passes_a_holder() {
        let (first, second) = (row(7, 10, CLAIMED), row(3, 20, CLAIMED));
        let own = first.claim;
        assert_eq!(standing(own, &[]), Standing::Expired);
        assert_eq!(standing(own, std::slice::from_ref(&first)), Standing::Alone);
        let both = [first.clone(), second.clone()];
        assert_eq!(standing(own, &both), Standing::First);
        assert_eq!(
            standing(second.claim, &both),
            Standing::Behind(first.clone())
        );
        // One that was quicker to read than the first was to write.
        let holder = row(3, 20, HELD);
        let all = [first.clone(), holder.clone(), row(1, 5, CLAIMED)];
        assert_eq!(standing(own, &all), Standing::Behind(holder));
        // In the same microsecond.
        let twins = [row(2, 10, CLAIMED), first.clone()];
        assert_eq!(standing(twins[0].claim, &twins), Standing::First);
        assert_eq!(standing(own, &twins), Standing::Behind(twins[0].clone()));
    }
}
