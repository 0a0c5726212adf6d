//! What a night costs and how long it takes, lane by lane, before it begins.

use std::{collections::HashMap, time::Duration};

use beffroi_budget::Charge;
use serde::Serialize;

use crate::rotation::{BucketState, Terms};

/// The accounts of a lane that are measured tonight.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Load {
    /// Those that were never visited.
    pub first: u64,
    /// The others.
    pub again: u64,
    /// By the host whose pace they share, where it is kept by host: first visits and others.
    pub by_host: HashMap<String, (u64, u64)>,
}

impl Load {
    /// Adds an account.
    pub fn add(&mut self, is_first: bool, host: &str) {
        let (first, again) = match self.by_host.get_mut(host) {
            Some(counts) => counts,
            None => self.by_host.entry(host.to_owned()).or_default(),
        };
        if is_first {
            self.first += 1;
            *first += 1;
        } else {
            self.again += 1;
            *again += 1;
        }
    }

    /// All of them.
    pub fn accounts(&self) -> u64 {
        self.first + self.again
    }
}

/// A lane's night.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// Accounts measured tonight.
    pub accounts: u64,
    /// Those among them that were never visited.
    pub first_visits: u64,
    /// Calls expected.
    pub calls: u64,
    /// What they are expected to cost.
    pub costs: Vec<Cost>,
    /// Seconds that the calls take at the pace allowed: no night is shorter.
    pub lower_bound_secs: u64,
    /// The host that takes longest, where the pace is kept by host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slowest_host: Option<String>,
}

/// What is expected to be charged to a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// The allowance.
    #[serde(flatten)]
    pub bucket: BucketState,
    /// Expected tonight, in the bucket's unit.
    pub expected: u64,
    /// What the night can spend: the day's rest, or as many rolling windows as fit into it.
    pub capacity: u64,
}

impl Cost {
    /// Already spent and expected, as a share of what there is until the night's end.
    pub fn share(&self) -> f64 {
        let used = self.bucket.spent + self.expected;
        used as f64 / ((self.bucket.spent + self.capacity) as f64).max(1.0)
    }
}

/// Forecasts a lane's night.
pub fn forecast(load: &Load, terms: &Terms, night: Duration) -> Forecast {
    let charges = &terms.tariff.charges;
    let (first, again) = (load.first, load.again);
    let calls: f64 = charges
        .iter()
        .map(|charge| charge.calls(first, again))
        .sum();
    let costs = terms.buckets.iter().map(|bucket| {
        let of_bucket = charges
            .iter()
            .filter(|charge| charge.bucket == Some(bucket.allowance.bucket));
        let expected: f64 = of_bucket.map(|charge| charge.cost(first, again)).sum();
        Cost {
            bucket: *bucket,
            expected: expected.ceil() as u64,
            capacity: bucket.capacity(night) as u64,
        }
    });
    let (lower_bound, slowest_host) = lower_bound(load, charges);
    Forecast {
        accounts: load.accounts(),
        first_visits: first,
        calls: calls.ceil() as u64,
        costs: costs.collect(),
        lower_bound_secs: lower_bound.as_secs(),
        slowest_host,
    }
}

/// The longest of the paces, each of which is waited for whatever else goes on.
fn lower_bound(load: &Load, charges: &[Charge]) -> (Duration, Option<String>) {
    let mut by_pace: HashMap<&str, f64> = HashMap::new();
    let shared = charges.iter().filter(|charge| !charge.pace.is_by_host);
    for charge in shared {
        let seconds = charge.calls(load.first, load.again) * charge.pace.interval().as_secs_f64();
        *by_pace.entry(charge.pace.name).or_default() += seconds;
    }
    let mut longest = by_pace.into_values().fold(0.0, f64::max);
    let mut slowest = None;
    let kept_by_host: Vec<&Charge> = charges.iter().filter(|it| it.pace.is_by_host).collect();
    if !kept_by_host.is_empty() {
        for (host, (first, again)) in &load.by_host {
            let seconds = kept_by_host.iter().map(|charge| {
                let calls = *first as f64 * charge.calls_first + *again as f64 * charge.calls_again;
                calls * charge.pace.interval().as_secs_f64()
            });
            let seconds: f64 = seconds.sum();
            if seconds > longest {
                longest = seconds;
                slowest = Some(host.clone());
            }
        }
    }
    (Duration::from_secs_f64(longest.max(0.0)), slowest)
}

#[cfg(test)]
mod tests {
    use beffroi_budget::{Allowance, Pace, Period, Tariff, Unit};

    use super::*;

    fn pace(name: &'static str, requests: u32, secs: u64, is_by_host: bool) -> Pace {
        Pace {
            name,
            requests,
            per: Duration::from_secs(secs),
            is_by_host,
        }
    }

    #[test]
    fn calls_costs_and_time_add_up() {
        let api = pace("api", 5, 1, false);
        let units = |charge: Charge| charge.charged_by_call("units", 1.0);
        let terms = Terms {
            tariff: Tariff {
                charges: vec![
                    units(Charge::call_of_many("channels", 50, api)),
                    units(Charge::calls_of_one("uploads", 1.0, 0.05, api)),
                ],
            },
            buckets: vec![BucketState {
                allowance: Allowance {
                    bucket: "units",
                    unit: Unit::Units,
                    amount: 10_000,
                    period: Period::PacificDay,
                },
                spent: 1_000,
            }],
        };
        let mut load = Load::default();
        (0..38_000).for_each(|_| load.add(false, "youtube.com"));
        let forecast = forecast(&load, &terms, Duration::from_secs(36_000));
        assert_eq!(forecast.calls, 760 + 1_900);
        assert_eq!(forecast.costs[0].expected, 2_660);
        assert!((forecast.costs[0].share() - 0.366).abs() < 1e-9);
        assert_eq!(forecast.lower_bound_secs, 2_660 / 5);
        assert_eq!(forecast.slowest_host, None);
    }

    #[test]
    fn the_host_that_takes_longest_bounds_a_lane_of_hosts() {
        let terms = Terms {
            tariff: Tariff {
                charges: vec![Charge::calls_of_one(
                    "pages",
                    7.0,
                    3.0,
                    pace("host", 1, 1, true),
                )],
            },
            buckets: Vec::new(),
        };
        let mut load = Load::default();
        (0..100).for_each(|_| load.add(false, "intramuros.org"));
        (0..20).for_each(|_| load.add(true, "exemple.fr"));
        let forecast = forecast(&load, &terms, Duration::from_secs(36_000));
        assert_eq!(forecast.calls, 440);
        assert_eq!(forecast.lower_bound_secs, 300);
        assert_eq!(forecast.slowest_host.as_deref(), Some("intramuros.org"));
    }
}
