//! Reserve before use, settle after, and never exceed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beffroi_model::Platform;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    Allowance, BucketId, Entry, Journal, JournalError, MemoryJournal, Period, period::GUARD,
};

/// A lease is such a part of what is left: what a worker that dies takes with it.
const LEASE_PART: u64 = 20;

/// How much is taken of a bucket that has no bound, at the least.
const UNBOUNDED_LEASE: u64 = 1000;

/// How long it is believed that a bucket is spent, before the journal is read again: another worker
/// may have given back a part of its lease.
const SPENT_BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(30);

/// How often a lease is tried for that collides with another worker's.
const TRIES: u32 = 5;

/// The buckets of all credentials, over one journal. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    journal: Arc<dyn Journal>,
    /// Whether what is allowed counts.
    is_bounded: bool,
    /// How far from a day's end nothing is spent.
    guard: SignedDuration,
    buckets: Arc<Mutex<HashMap<BucketId, Arc<Bucket>>>>,
}

/// The buckets of one credential, for its connector. Cheap to clone.
#[derive(Clone)]
pub struct Purse {
    ledger: Ledger,
    platform: Platform,
    credential: Arc<str>,
    allowances: Arc<[Allowance]>,
}

/// Why nothing may be spent.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The allowance is spent.
    #[error("the allowance of {bucket} is spent until {until}")]
    Spent {
        /// Of which bucket.
        bucket: BucketId,
        /// When enough of it is there again, as far as is known.
        until: Timestamp,
    },
    /// The journal is away; what is left is not known.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// An amount that may be spent. Dropped without being settled it counts as spent whole.
#[derive(Debug)]
#[must_use = "what is reserved is to be settled, or counts as spent whole"]
pub struct Reservation {
    amount: u64,
    lease: Uuid,
    bucket: Arc<Bucket>,
    is_settled: bool,
}

struct Bucket {
    id: BucketId,
    allowance: Option<Allowance>,
    /// Held by the one who takes the next lease.
    turn: tokio::sync::Mutex<()>,
    /// Told whenever a reservation is settled.
    settled: tokio::sync::Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last one is the one in use; the others wait for the settlement of what was reserved.
    leases: Vec<Lease>,
    /// The least amount that was refused, when that was, and until when.
    refused: Option<(u64, Timestamp, Timestamp)>,
}

struct Lease {
    entry: Entry,
    usable_until: Timestamp,
    left: u64,
    /// Charged beyond what had been reserved.
    excess: u64,
    outstanding: u32,
}

impl Lease {
    fn spent(&self) -> u64 {
        self.entry.reserved - self.left + self.excess
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Purse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let purse = &mut f.debug_struct("Purse");
        let purse = purse.field("platform", &self.platform);
        purse
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bucket").field(&self.id).finish()
    }
}

impl Ledger {
    /// A ledger over a journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            is_bounded: true,
            guard: GUARD,
            buckets: Arc::default(),
        }
    }

    /// A ledger that ends with the program: for a few calls, which may be made at midnight too.
    pub fn in_memory() -> Self {
        Self {
            guard: SignedDuration::ZERO,
            ..Self::new(Arc::new(MemoryJournal::default()))
        }
    }

    /// A ledger that ends with the program and allows everything: for visits that are told again, and ask
    /// nobody.
    pub fn without_bounds() -> Self {
        Self {
            is_bounded: false,
            ..Self::in_memory()
        }
    }

    /// The buckets of a credential (`None` where the platform asks for none) and what is allowed of
    /// them.
    pub fn purse(
        &self,
        platform: Platform,
        credential: Option<&str>,
        allowances: Vec<Allowance>,
    ) -> Purse {
        Purse {
            ledger: self.clone(),
            platform,
            credential: credential.unwrap_or_default().into(),
            allowances: match self.is_bounded {
                true => allowances.into(),
                false => Arc::default(),
            },
        }
    }

    /// Writes down what was used of all leases, so that what was not is there for others.
    pub async fn close(&self) -> Result<(), JournalError> {
        let buckets: Vec<_> = lock(&self.buckets).values().cloned().collect();
        for bucket in buckets {
            let _turn = bucket.turn.lock().await;
            let leases = std::mem::take(&mut lock(&bucket.state).leases);
            let entries: Vec<Entry> = leases.iter().map(Lease::closed).collect();
            if !entries.is_empty() {
                self.journal.write(&entries).await?;
            }
        }
        Ok(())
    }

    fn bucket(&self, id: BucketId, allowance: Option<Allowance>) -> Arc<Bucket> {
        let mut buckets = lock(&self.buckets);
        let bucket = buckets.entry(id.clone()).or_insert_with(|| {
            Arc::new(Bucket {
                id,
                allowance,
                turn: tokio::sync::Mutex::default(),
                settled: tokio::sync::Notify::new(),
                state: Mutex::default(),
            })
        });
        Arc::clone(bucket)
    }
}

impl Purse {
    /// What is allowed.
    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// Reserves `amount` of a bucket, in its unit. Waits for the journal, and where nothing is left for
    /// what others of this process have reserved and may give back; never for the allowance's renewal.
    /// Nobody may therefore hold a reservation of a bucket while reserving of it again.
    pub async fn reserve(&self, bucket: &str, amount: u64) -> Result<Reservation, Refused> {
        let id = BucketId {
            platform: self.platform,
            credential: self.credential.to_string(),
            bucket: bucket.to_owned(),
        };
        let allowance = self.allowances.iter().find(|it| it.bucket == bucket);
        let bucket = self.ledger.bucket(id, allowance.copied());
        loop {
            let settled = bucket.settled.notified();
            tokio::pin!(settled);
            // Heard from now on, so that no settlement is missed between the look and the wait.
            settled.as_mut().enable();
            match bucket.reserve(&self.ledger, amount).await {
                Err(Refused::Spent { .. }) if bucket.has_outstanding() => settled.await,
                answer => return answer,
            }
        }
    }

    /// The same, waiting for the allowance where it is there again within `patience`.
    pub async fn reserve_within(
        &self,
        bucket: &str,
        amount: u64,
        patience: Duration,
    ) -> Result<Reservation, Refused> {
        let deadline = Timestamp::now() + patience;
        loop {
            match self.reserve(bucket, amount).await {
                Err(Refused::Spent { until, .. }) if until <= deadline => {
                    let wait = until.duration_since(Timestamp::now());
                    // At least a moment: a refusal is believed as long.
                    let wait = Duration::try_from(wait).unwrap_or_default();
                    tokio::time::sleep(wait.max(Duration::from_millis(50))).await;
                }
                answer => return answer,
            }
        }
    }

    /// Takes note that the platform itself says that a bucket is spent: others spend of it too.
    pub fn note_spent(&self, bucket: &str, until: Timestamp) {
        if !self.ledger.is_bounded {
            return;
        }
        let id = BucketId {
            platform: self.platform,
            credential: self.credential.to_string(),
            bucket: bucket.to_owned(),
        };
        let allowance = self.allowances.iter().find(|it| it.bucket == bucket);
        let bucket = self.ledger.bucket(id, allowance.copied());
        lock(&bucket.state).refused = Some((0, until, until));
    }
}

impl Bucket {
    async fn reserve(
        self: &Arc<Self>,
        ledger: &Ledger,
        amount: u64,
    ) -> Result<Reservation, Refused> {
        if let Some(reservation) = self.take(amount, Timestamp::now())? {
            return Ok(reservation);
        }
        let _turn = self.turn.lock().await;
        // Whoever had the turn before may have taken a lease for all.
        if let Some(reservation) = self.take(amount, Timestamp::now())? {
            return Ok(reservation);
        }
        self.renew(ledger, amount).await
    }

    /// Whether something that was reserved here may still come back.
    fn has_outstanding(&self) -> bool {
        lock(&self.state).leases.iter().any(|it| it.outstanding > 0)
    }

    /// Takes from the lease in use. `None` when another lease is needed.
    fn take(self: &Arc<Self>, amount: u64, now: Timestamp) -> Result<Option<Reservation>, Refused> {
        let mut state = lock(&self.state);
        if let Some((least, believed_until, until)) = state.refused {
            if now >= believed_until {
                state.refused = None;
            } else if amount >= least {
                return Err(self.spent(until));
            }
        }
        let lease = state.leases.last_mut();
        let Some(lease) = lease.filter(|it| it.left >= amount && now < it.usable_until) else {
            return Ok(None);
        };
        lease.left -= amount;
        lease.outstanding += 1;
        Ok(Some(Reservation {
            amount,
            lease: lease.entry.id,
            bucket: Arc::clone(self),
            is_settled: false,
        }))
    }

    /// Takes a lease that holds `amount`, and reserves it. Only for the holder of the turn.
    async fn renew(self: &Arc<Self>, ledger: &Ledger, amount: u64) -> Result<Reservation, Refused> {
        let journal = &*ledger.journal;
        self.give_back(journal).await?;
        for attempt in 0..TRIES {
            let now = Timestamp::now();
            let period = self.period();
            let usable_until = period
                .usable_until(now, ledger.guard)
                .map_err(|until| self.refuse(amount, now, until))?;
            let (size, allowed) = match self.allowance {
                Some(allowance) => {
                    let entries = journal.read(&self.id, period.since(now)).await?;
                    let left = allowance.amount.saturating_sub(counted(&entries));
                    if left < amount {
                        let until = renewal(period, allowance.amount, amount, entries);
                        return Err(self.refuse(amount, now, until));
                    }
                    // Two that collided ask for no more than they need.
                    let part = if attempt == 0 { left / LEASE_PART } else { 0 };
                    (amount.max(part), Some(allowance.amount))
                }
                None => (amount.max(UNBOUNDED_LEASE), None),
            };
            let entry = Entry {
                id: random_id(),
                bucket: self.id.clone(),
                reserved_at: now,
                reserved: size,
                spent: None,
            };
            journal.write(std::slice::from_ref(&entry)).await?;
            if let Some(allowed) = allowed {
                let entries = journal.read(&self.id, period.since(now)).await?;
                if counted(&entries) > allowed {
                    let withdrawn = Entry {
                        spent: Some(0),
                        ..entry
                    };
                    journal.write(&[withdrawn]).await?;
                    tokio::time::sleep(random_pause(attempt)).await;
                    continue;
                }
            }
            let mut state = lock(&self.state);
            state.refused = None;
            state.leases.push(Lease {
                entry,
                usable_until,
                left: size,
                excess: 0,
                outstanding: 0,
            });
            drop(state);
            if let Some(reservation) = self.take(amount, now)? {
                return Ok(reservation);
            }
        }
        let now = Timestamp::now();
        Err(self.refuse(amount, now, now + SPENT_BELIEVED_FOR))
    }

    /// Writes down what was used of the leases that are not in use any more.
    async fn give_back(&self, journal: &dyn Journal) -> Result<(), JournalError> {
        let ended: Vec<Lease> = {
            let mut state = lock(&self.state);
            // From what is still outstanding nothing more is taken; it is settled later.
            for lease in &mut state.leases {
                lease.usable_until = Timestamp::MIN;
            }
            let ended = state.leases.extract_if(.., |lease| lease.outstanding == 0);
            ended.collect()
        };
        let entries: Vec<Entry> = ended.iter().map(Lease::closed).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let written = journal.write(&entries).await;
        if written.is_err() {
            // They are written again at the next try.
            lock(&self.state)
                .leases
                .extend(ended.into_iter().map(|lease| Lease {
                    usable_until: Timestamp::MIN,
                    ..lease
                }));
        }
        written
    }

    fn period(&self) -> Period {
        let unbounded = Period::Rolling(Duration::from_secs(24 * 3600));
        self.allowance
            .map_or(unbounded, |allowance| allowance.period)
    }

    fn refuse(&self, amount: u64, now: Timestamp, until: Timestamp) -> Refused {
        let believed_until = (now + SPENT_BELIEVED_FOR).min(until);
        lock(&self.state).refused = Some((amount, believed_until, until));
        self.spent(until)
    }

    fn spent(&self, until: Timestamp) -> Refused {
        Refused::Spent {
            bucket: self.id.clone(),
            until,
        }
    }

    fn settle(&self, lease: Uuid, reserved: u64, spent: u64) {
        let mut state = lock(&self.state);
        if spent < reserved && state.refused.is_some_and(|(least, ..)| least > 0) {
            // There is more than was known when it was refused; what the platform said stands.
            state.refused = None;
        }
        let lease = state.leases.iter_mut().find(|it| it.entry.id == lease);
        // One that was closed meanwhile counts as spent whole.
        if let Some(lease) = lease {
            lease.outstanding = lease.outstanding.saturating_sub(1);
            lease.left += reserved.saturating_sub(spent);
            let mut more = spent.saturating_sub(reserved);
            let from_left = more.min(lease.left);
            lease.left -= from_left;
            more -= from_left;
            lease.excess += more;
        }
        drop(state);
        self.settled.notify_waiters();
    }
}

impl Lease {
    fn closed(&self) -> Entry {
        Entry {
            spent: Some(self.spent()),
            ..self.entry.clone()
        }
    }
}

impl Reservation {
    /// What was reserved.
    pub fn amount(&self) -> u64 {
        self.amount
    }

    /// Tells what was charged. Less goes back; more, where a platform charged more than was foreseen,
    /// is counted too.
    pub fn settle(mut self, spent: u64) {
        self.is_settled = true;
        self.bucket.settle(self.lease, self.amount, spent);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.is_settled {
            self.bucket.settle(self.lease, self.amount, self.amount);
        }
    }
}

fn counted(entries: &[Entry]) -> u64 {
    entries.iter().map(Entry::counted).sum()
}

/// When so much has ceased to count that `amount` fits.
fn renewal(period: Period, allowed: u64, amount: u64, mut entries: Vec<Entry>) -> Timestamp {
    entries.sort_by_key(|entry| entry.reserved_at);
    let mut total = counted(&entries);
    let mut until = Timestamp::now();
    for entry in entries {
        if total.saturating_add(amount) <= allowed {
            break;
        }
        total -= entry.counted();
        until = until.max(period.counts_until(entry.reserved_at));
    }
    if total.saturating_add(amount) > allowed {
        // More than the whole allowance: never.
        return Timestamp::MAX;
    }
    until
}

/// What is kept is plain numbers, whole at any moment.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

fn random_id() -> Uuid {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid()
}

/// Between none and 20 ms, doubling: two that collide do not collide again.
fn random_pause(attempt: u32) -> Duration {
    let [byte] = random_bytes();
    Duration::from_micros((u64::from(byte) * 80) << attempt.min(6))
}

#[cfg(test)]
mod tests;
