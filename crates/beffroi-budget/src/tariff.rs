//! What a night costs on a platform, before it begins.

use std::time::Duration;

use serde::Serialize;

/// What the visits of one platform cost with one credential, as its connector is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Tariff {
    /// What is asked.
    pub charges: Vec<Charge>,
}

/// One kind of call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Charge {
    /// What is asked: `profiles`, `uploads`.
    pub what: &'static str,
    /// Accounts that one call answers; 1 where each has calls of its own.
    pub accounts_per_call: u32,
    /// Calls for each such group at an account's first visit, on average.
    pub calls_first: f64,
    /// Calls for each such group at further visits, on average.
    pub calls_again: f64,
    /// The allowance's bucket; `None` where only the pace bounds them.
    pub bucket: Option<&'static str>,
    /// Charged for each call, in the bucket's unit.
    pub per_call: f64,
    /// Charged for each account beside the calls, at the first visit.
    pub per_account_first: f64,
    /// Charged for each account beside the calls, at further visits.
    pub per_account_again: f64,
    /// How fast these calls may follow each other.
    pub pace: Pace,
}

/// A rate that calls share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pace {
    /// Calls of the same name share it; where it is kept by host, each host has it for itself.
    pub name: &'static str,
    /// Requests in a window.
    pub requests: u32,
    /// Length of the window.
    pub per: Duration,
    /// Whether each host has the pace for itself (instances of one software).
    pub is_by_host: bool,
}

impl Tariff {
    /// Requests per second, where all calls share one rate; `None` where there are several, or each
    /// host has its own.
    pub fn single_rate(&self) -> Option<f64> {
        let first = self.charges.first()?.pace;
        let is_single = |it: &Charge| it.pace == first && !it.pace.is_by_host;
        let secs = first.per.as_secs_f64();
        let is_known = self.charges.iter().all(is_single) && secs > 0.0;
        is_known.then(|| f64::from(first.requests) / secs)
    }
}

impl Pace {
    /// Time between two calls.
    pub fn interval(&self) -> Duration {
        self.per / self.requests.max(1)
    }
}

impl Charge {
    /// Calls that each account has of its own, bounded by their pace alone.
    pub fn calls_of_one(what: &'static str, first: f64, again: f64, pace: Pace) -> Self {
        Self {
            what,
            accounts_per_call: 1,
            calls_first: first,
            calls_again: again,
            bucket: None,
            per_call: 0.0,
            per_account_first: 0.0,
            per_account_again: 0.0,
            pace,
        }
    }

    /// One call for so many accounts at every visit.
    pub fn call_of_many(what: &'static str, accounts_per_call: usize, pace: Pace) -> Self {
        Self {
            accounts_per_call: u32::try_from(accounts_per_call).unwrap_or(u32::MAX),
            ..Self::calls_of_one(what, 1.0, 1.0, pace)
        }
    }

    /// Charged by the call.
    #[must_use]
    pub fn charged_by_call(self, bucket: &'static str, units: f64) -> Self {
        Self {
            bucket: Some(bucket),
            per_call: units,
            ..self
        }
    }

    /// Charged by the account.
    #[must_use]
    pub fn charged_by_account(self, bucket: &'static str, first: f64, again: f64) -> Self {
        Self {
            bucket: Some(bucket),
            per_account_first: first,
            per_account_again: again,
            ..self
        }
    }

    /// Calls for so many accounts.
    pub fn calls(&self, first: u64, again: u64) -> f64 {
        let group = f64::from(self.accounts_per_call.max(1));
        let groups = |accounts: u64| (accounts as f64 / group).ceil();
        if self.accounts_per_call > 1 && self.calls_first == self.calls_again {
            // Both kinds share calls.
            return groups(first + again) * self.calls_first;
        }
        groups(first) * self.calls_first + groups(again) * self.calls_again
    }

    /// What is charged for so many accounts, in the bucket's unit.
    pub fn cost(&self, first: u64, again: u64) -> f64 {
        self.calls(first, again) * self.per_call
            + first as f64 * self.per_account_first
            + again as f64 * self.per_account_again
    }

    /// What one account adds to the cost on average.
    pub fn cost_of_one(&self, is_first: bool) -> f64 {
        let (calls, more) = match is_first {
            true => (self.calls_first, self.per_account_first),
            false => (self.calls_again, self.per_account_again),
        };
        calls * self.per_call / f64::from(self.accounts_per_call.max(1)) + more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles() -> Charge {
        let pace = Pace {
            name: "api",
            requests: 5,
            per: Duration::from_secs(1),
            is_by_host: false,
        };
        Charge::call_of_many("profiles", 50, pace).charged_by_call("units", 1.0)
    }

    #[test]
    fn a_call_that_answers_many_is_counted_once_for_all() {
        let charge = profiles();
        assert_eq!(charge.calls(0, 38_000), 760.0);
        assert_eq!(charge.calls(30, 20), 1.0);
        assert_eq!(charge.cost(1, 50), 2.0);
        assert_eq!(charge.cost_of_one(false), 0.02);
    }

    #[test]
    fn a_rate_is_known_where_all_calls_share_it() {
        let of = |charges: &[Charge]| {
            let charges = charges.to_vec();
            Tariff { charges }.single_rate()
        };
        let one = profiles();
        let mut other = profiles();
        other.pace.name = "paging";
        let mut by_host = profiles();
        by_host.pace.is_by_host = true;
        assert_eq!(of(&[one.clone(), one.clone()]), Some(5.0));
        assert_eq!(of(&[one, other]), None);
        assert_eq!(of(&[by_host]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_is_charged_by_account_does_not_depend_on_the_calls() {
        let charge = Charge {
            accounts_per_call: 100,
            per_call: 0.0,
            per_account_first: 10_000.0,
            per_account_again: 10_000.0,
            ..profiles()
        };
        assert_eq!(charge.calls(0, 250), 3.0);
        assert_eq!(charge.cost(50, 200), 2_500_000.0);
    }
}
