//! What may still be asked of an allowance that is renewed at midnight UTC, as those of TikTok and
//! LinkedIn are. The platforms tell nothing of what is left: one has to count.
//!
//! The count is this process's own. What others ask with the same credential, or this one asked
//! before it was started again, shows when the platform refuses.

use std::sync::{Mutex, MutexGuard};

use beffroi_model::{Failed, Outcome};
use jiff::Timestamp;

use crate::{Retry, api::Setback};

const SECONDS_PER_DAY: i64 = 24 * 3600;

/// An allowance of requests a day.
#[derive(Debug)]
pub(crate) struct DayAllowance {
    /// Requests that we make in a day.
    limit: u32,
    spent: Mutex<Spent>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    /// The day, counted from 1970.
    day: i64,
    requests: u32,
    /// Whether the platform itself says that the day's allowance is spent.
    is_refused: bool,
}

impl DayAllowance {
    /// One of so many requests a day.
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            spent: Mutex::default(),
        }
    }

    /// Takes one request of today's, or tells that none is left.
    pub(crate) fn take(&self, now: Timestamp) -> Result<(), Setback> {
        let mut spent = self.today(now);
        if spent.is_refused || spent.requests >= self.limit {
            return Err(spent_until_midnight(now));
        }
        spent.requests += 1;
        Ok(())
    }

    /// Counts requests that were made beyond the one that was taken: tries count as well.
    pub(crate) fn add(&self, requests: usize, now: Timestamp) {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        let mut spent = self.today(now);
        spent.requests = spent.requests.saturating_add(requests);
    }

    /// Notes that the platform says that the day's allowance is spent. How the refused call ends.
    pub(crate) fn refused(&self, now: Timestamp) -> Setback {
        self.today(now).is_refused = true;
        spent_until_midnight(now)
    }

    fn today(&self, now: Timestamp) -> MutexGuard<'_, Spent> {
        let day = now.as_second().div_euclid(SECONDS_PER_DAY);
        let mut spent = self.spent.lock().expect("nothing panics while holding it");
        if spent.day != day {
            *spent = Spent {
                day,
                ..Spent::default()
            };
        }
        spent
    }
}

fn spent_until_midnight(now: Timestamp) -> Setback {
    let midnight = (now.as_second().div_euclid(SECONDS_PER_DAY) + 1) * SECONDS_PER_DAY;
    Setback {
        outcome: Outcome::Failed(Failed::QuotaSpent),
        retry: Some(Retry {
            not_before: Timestamp::from_second(midnight).ok(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_holds_so_many_requests_and_the_next_as_many_again() {
        let allowance = DayAllowance::new(3);
        let evening = at("2026-11-23T23:59:59Z");
        assert_eq!(allowance.take(evening), Ok(()));
        allowance.add(1, evening);
        assert_eq!(allowance.take(evening), Ok(()));
        let setback = allowance.take(evening).unwrap_err();
        assert_eq!(setback.outcome, Outcome::Failed(Failed::QuotaSpent));
        let midnight = at("2026-11-24T00:00:00Z");
        assert_eq!(setback.retry.unwrap().not_before, Some(midnight));
        assert_eq!(allowance.take(midnight), Ok(()));
    }

    #[test]
    fn what_the_platform_says_of_the_day_is_believed_until_its_end() {
        let allowance = DayAllowance::new(1000);
        let noon = at("2026-11-23T12:00:00Z");
        let refused = allowance.refused(noon);
        assert_eq!(allowance.take(noon), Err(refused));
        assert_eq!(allowance.take(at("2026-11-24T00:00:00Z")), Ok(()));
    }
}
