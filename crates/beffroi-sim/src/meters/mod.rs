//! What each credential has used: requests, units of its quotas, objects that are billed, money;
//! what it was refused, and what it should not have asked. Counted on the server's side, so that a
//! plan can be held against what it really cost.

mod clock;
mod report;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use beffroi_model::Platform;
use jiff::Timestamp;

pub(crate) use self::clock::Clock;
use self::clock::Usage;
pub use self::report::{CredentialMeter, MeterViolation, MetersReport};
use crate::draw::hash;

/// After a refusal, calls that were under way already are nobody's fault for so long.
const UNDER_WAY_MS: i64 = 1_000;

/// A quota of a platform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quota {
    /// Its name in the meters.
    pub(crate) bucket: &'static str,
    /// Whose it is, where there is one for each of something (a page, an endpoint); else 0.
    pub(crate) subject: u64,
    /// Units in a period.
    pub(crate) limit: u64,
    pub(crate) clock: Clock,
    /// Whether clients can know it beforehand, so that passing it is a violation by itself.
    pub(crate) is_published: bool,
}

/// Where a credential stands within a quota after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    /// Units used, those of this call among them unless it was refused.
    pub(crate) used: u64,
    /// When (some of) it is there again.
    pub(crate) resets_at: Timestamp,
    /// The call is refused: there was not enough left.
    pub(crate) is_spent: bool,
}

impl Standing {
    pub(crate) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// Share that is used, in whole percent, 100 at the most.
    pub(crate) fn percent(&self) -> u64 {
        (self.used * 100)
            .checked_div(self.limit)
            .unwrap_or(100)
            .min(100)
    }
}

/// Counts for all platforms and credentials.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    report: MetersReport,
    usage: HashMap<(Platform, String, &'static str, u64), Spent>,
    /// Objects billed, by the UTC day.
    billed: HashMap<i64, HashSet<(Platform, u64, &'static str, u64)>>,
}

#[derive(Debug)]
struct Spent {
    usage: Usage,
    /// When the client was told that nothing is left, Unix milliseconds.
    told_ms: Option<i64>,
}

impl Meters {
    /// A request with a credential (the credential's name, never its secret).
    pub(crate) fn request(&self, platform: Platform, credential: &str) {
        self.lock().of(platform, credential).requests += 1;
    }

    /// Takes units from a quota, unless there is not enough left.
    pub(crate) fn spend(
        &self,
        platform: Platform,
        credential: &str,
        quota: Quota,
        units: u64,
        now: Timestamp,
    ) -> Standing {
        let mut counts = self.lock();
        let key = (platform, credential.to_owned(), quota.bucket, quota.subject);
        let spent = counts.usage.entry(key).or_insert_with(|| Spent {
            usage: Usage::new(quota.clock),
            told_ms: None,
        });
        let used = spent.usage.used(now);
        let resets_at = spent.usage.resets_at(now);
        let is_spent = used + units > quota.limit;
        let was_told = spent
            .told_ms
            .is_some_and(|told| now.as_millisecond() > told + UNDER_WAY_MS);
        if is_spent {
            spent.told_ms.get_or_insert(now.as_millisecond());
        } else {
            spent.told_ms = None;
            spent.usage.add(units, now);
        }
        let meter = counts.of(platform, credential);
        if is_spent {
            if was_told {
                *meter
                    .violations
                    .entry(MeterViolation::AfterTold)
                    .or_default() += 1;
            } else if quota.is_published {
                *meter
                    .violations
                    .entry(MeterViolation::AbovePublished)
                    .or_default() += 1;
            }
        } else {
            *meter.units.entry(quota.bucket.to_owned()).or_default() += units;
        }
        Standing {
            limit: quota.limit,
            used: if is_spent { used } else { used + units },
            resets_at,
            is_spent,
        }
    }

    /// Takes units for a call that was refused, where calling on makes the block longer.
    pub(crate) fn penalise(
        &self,
        platform: Platform,
        credential: &str,
        quota: Quota,
        units: u64,
        now: Timestamp,
    ) {
        let mut counts = self.lock();
        let key = (platform, credential.to_owned(), quota.bucket, quota.subject);
        if let Some(spent) = counts.usage.get_mut(&key) {
            spent.usage.add(units, now);
        }
    }

    /// Where a credential stands, without a call.
    pub(crate) fn standing(
        &self,
        platform: Platform,
        credential: &str,
        quota: Quota,
        now: Timestamp,
    ) -> Standing {
        let mut counts = self.lock();
        let key = (platform, credential.to_owned(), quota.bucket, quota.subject);
        let (used, resets_at) = counts.usage.get_mut(&key).map_or((0, now), |spent| {
            (spent.usage.used(now), spent.usage.resets_at(now))
        });
        Standing {
            limit: quota.limit,
            used,
            resets_at,
            is_spent: used >= quota.limit,
        }
    }

    /// Bills an object that an answer holds: once in a UTC day for each credential,
    /// kind and id. `price_mills` is in tenths of a US cent. Says whether it was billed.
    pub(crate) fn bill(
        &self,
        platform: Platform,
        credential: &str,
        object: (&'static str, u64),
        price_mills: u64,
        now: Timestamp,
    ) -> bool {
        let (kind, id) = object;
        let day = now.as_second().div_euclid(86_400);
        let mut counts = self.lock();
        let is_new = counts.billed.entry(day).or_default().insert((
            platform,
            hash(credential.as_bytes()),
            kind,
            id,
        ));
        let meter = counts.of(platform, credential);
        if is_new {
            *meter.objects.entry(kind.to_owned()).or_default() += 1;
            meter.cost_mills += price_mills;
        } else {
            *meter.again.entry(kind.to_owned()).or_default() += 1;
        }
        is_new
    }

    /// A call was refused, for a reason of this name.
    pub(crate) fn refuse(&self, platform: Platform, credential: &str, kind: &str) {
        let mut counts = self.lock();
        let meter = counts.of(platform, credential);
        *meter.refusals.entry(kind.to_owned()).or_default() += 1;
    }

    pub(crate) fn report(&self) -> MetersReport {
        self.lock().report.clone()
    }

    /// Forgets what was counted for the report. Quotas that are spent stay spent, and what was
    /// billed today is not billed again.
    pub(crate) fn reset(&self) {
        self.lock().report = MetersReport::default();
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Counts stay usable after a panic elsewhere: they are plain numbers.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn of(&mut self, platform: Platform, credential: &str) -> &mut CredentialMeter {
        let credentials: &mut BTreeMap<String, CredentialMeter> =
            self.report.platforms.entry(platform).or_default();
        if !credentials.contains_key(credential) {
            credentials.insert(credential.to_owned(), CredentialMeter::default());
        }
        credentials
            .get_mut(credential)
            .expect("it was put there just now")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOKUPS: Quota = Quota {
        bucket: "lookups",
        subject: 0,
        limit: 2,
        clock: Clock::Rolling { secs: 3_600 },
        is_published: true,
    };

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + secs).unwrap()
    }

    #[test]
    fn a_quota_runs_out_is_told_and_comes_back() {
        let meters = Meters::default();
        let spend = |secs| meters.spend(Platform::Threads, "1", LOOKUPS, 1, at(secs));
        assert_eq!(spend(0).remaining(), 1);
        assert_eq!((spend(10).remaining(), spend(10).is_spent), (0, true));
        let refused = spend(11);
        assert!(refused.is_spent && refused.resets_at == at(3_600));
        let meter = &meters.report().platforms[&Platform::Threads]["1"];
        assert_eq!(meter.units["lookups"], 2);
        assert_eq!(
            meter.violations[&MeterViolation::AbovePublished],
            2,
            "the second was under way when the first was told"
        );
        spend(20);
        let meter = &meters.report().platforms[&Platform::Threads]["1"];
        assert_eq!(meter.violations[&MeterViolation::AfterTold], 1);
        assert!(!spend(3_600).is_spent, "the first call is an hour old");
        assert!(spend(3_601).is_spent, "the second is not");
    }

    #[test]
    fn an_object_is_billed_once_in_a_utc_day() {
        let meters = Meters::default();
        let bill = |day: i64, id| meters.bill(Platform::X, "1", ("post", id), 5, at(day * 86_400));
        assert!(bill(0, 7) && !bill(0, 7) && bill(0, 8) && bill(1, 7));
        let meter = &meters.report().platforms[&Platform::X]["1"];
        assert_eq!((meter.objects["post"], meter.cost_mills), (3, 15));
        assert_eq!(meter.again["post"], 1);
        meters.reset();
        assert!(meters.report().platforms.is_empty() && !bill(1, 7));
    }
}
