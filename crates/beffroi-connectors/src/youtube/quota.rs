//! The day's allowances, and the minute's: once one is spent, nothing more is asked of it until it is
//! renewed, since even a refused call costs a unit
//! (developers.google.com/youtube/v3/determine_quota_cost; read in 2026). Of the day's that is told
//! to the account; the minute's is waited for.

use std::{sync::Mutex, time::Duration};

use beffroi_model::{Failed, Outcome};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tokio::time::Instant;

use crate::{Retry, api::Setback};

/// Where the allowances' day begins and ends.
const ZONE: &str = "America/Los_Angeles";

/// The allowances of a project.
#[derive(Debug, Default)]
pub(super) struct Quotas {
    common: Mutex<Option<Timestamp>>,
    statistics: Mutex<Option<Timestamp>>,
    paused_until: Mutex<Option<Instant>>,
}

/// Which allowance a call is charged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// That of all methods together.
    Common,
    /// That of `videos:batchGetStats`.
    Statistics,
}

impl Quotas {
    /// Why an allowance cannot be asked of at `now`, if so.
    pub(super) fn setback(&self, allowance: Allowance, now: Timestamp) -> Option<Setback> {
        let until = *self
            .of(allowance)
            .lock()
            .expect("nothing panics while holding it");
        until.filter(|until| now < *until).map(spent)
    }

    /// Notes that an allowance is spent.
    pub(super) fn spend(&self, allowance: Allowance, now: Timestamp) {
        let until = Some(renewal(now));
        *self
            .of(allowance)
            .lock()
            .expect("nothing panics while holding it") = until;
    }

    /// Has every call wait for `pause`: too much was asked within a minute.
    pub(super) fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut paused_until = self
            .paused_until
            .lock()
            .expect("nothing panics while holding it");
        *paused_until = (*paused_until).max(Some(until));
    }

    /// Waits until the pause is over, if there is one.
    pub(super) async fn wait(&self) {
        let paused_until = *self
            .paused_until
            .lock()
            .expect("nothing panics while holding it");
        if let Some(until) = paused_until {
            tokio::time::sleep_until(until).await;
        }
    }

    fn of(&self, allowance: Allowance) -> &Mutex<Option<Timestamp>> {
        match allowance {
            Allowance::Common => &self.common,
            Allowance::Statistics => &self.statistics,
        }
    }
}

/// What a spent allowance means for an account.
pub(super) fn spent(until: Timestamp) -> Setback {
    Setback {
        outcome: Outcome::Failed(Failed::QuotaSpent),
        retry: Some(Retry {
            not_before: Some(until),
        }),
    }
}

/// When the allowances are renewed: the next midnight in California. The answer names no moment.
pub(super) fn renewal(now: Timestamp) -> Timestamp {
    let midnight = TimeZone::get(ZONE)
        .and_then(|zone| now.to_zoned(zone).tomorrow()?.start_of_day())
        .map(|midnight| midnight.timestamp());
    let in_a_day = || now.saturating_add(SignedDuration::from_hours(24));
    midnight.unwrap_or_else(|_| in_a_day().unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn allowances_are_renewed_at_midnight_in_california() {
        for (now, expected) in [
            ("2026-11-23T03:00:00Z", "2026-11-23T08:00:00Z"),
            ("2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"),
            ("2026-07-14T03:00:00Z", "2026-07-14T07:00:00Z"),
            // The night in which summer ends there is an hour longer.
            ("2026-11-01T07:30:00Z", "2026-11-02T08:00:00Z"),
        ] {
            assert_eq!(renewal(at(now)), at(expected), "{now}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_waited_for_and_never_shortened() {
        let quotas = Quotas::default();
        let start = Instant::now();
        quotas.wait().await;
        assert_eq!(Instant::now(), start);
        quotas.pause(Duration::from_secs(60));
        quotas.pause(Duration::from_secs(1));
        quotas.wait().await;
        assert_eq!(Instant::now() - start, Duration::from_secs(60));
        quotas.wait().await;
        assert_eq!(Instant::now() - start, Duration::from_secs(60));
    }

    #[test]
    fn one_spent_allowance_is_left_alone_until_then_and_the_other_is_not() {
        let quotas = Quotas::default();
        let now = at("2026-11-23T03:00:00Z");
        assert_eq!(quotas.setback(Allowance::Common, now), None);
        quotas.spend(Allowance::Common, now);
        let renewed = at("2026-11-23T08:00:00Z");
        assert_eq!(quotas.setback(Allowance::Common, now), Some(spent(renewed)));
        assert_eq!(quotas.setback(Allowance::Statistics, now), None);
        assert_eq!(quotas.setback(Allowance::Common, renewed), None);
    }
}
