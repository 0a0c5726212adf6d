//! What a lane can hold in one night, and whose turn it is.
//!
//! When a night cannot hold all accounts of a lane, those whose last visit is longest ago come first, so
//! that each comes to its turn within the same number of nights.

use std::{cmp::Reverse, time::Duration};

use beffroi_budget::{Allowance, Period, Tariff, Unit};
use serde::Serialize;

use crate::{Due, lane::stable_hash};

/// On which terms the accounts of a lane are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// What the visits cost.
    pub tariff: Tariff,
    /// What is allowed, and what of it is gone.
    pub buckets: Vec<BucketState>,
}

/// An allowance as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BucketState {
    /// What is allowed.
    #[serde(flatten)]
    pub allowance: Allowance,
    /// Spent in the present period, reservations that were not settled included.
    pub spent: u64,
}

impl BucketState {
    /// What is left of the present period.
    pub fn left(&self) -> u64 {
        self.allowance.amount.saturating_sub(self.spent)
    }

    /// What a night of this length can spend: the day's rest, or as many windows as fit into it.
    pub fn capacity(&self, night: Duration) -> f64 {
        let left = self.left() as f64;
        match self.allowance.period {
            Period::Rolling(window) => {
                let windows = night.as_secs_f64() / window.as_secs_f64().max(1.0);
                left + self.allowance.amount as f64 * (windows - 1.0).max(0.0)
            }
            Period::PacificDay | Period::UtcDay => left,
        }
    }
}

/// The accounts of a lane, parted by whose turn it is tonight.
#[derive(Debug, Clone, PartialEq)]
pub struct Turns {
    /// Measured tonight.
    pub tonight: Vec<Due>,
    /// Left for later nights, with the number of nights from tonight, the nearest first.
    pub later: Vec<(Due, u32)>,
    /// What bounds the night, where something does.
    pub bound: Option<Bound>,
}

/// What a night cannot hold more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The allowance of a bucket.
    Allowance {
        /// The bucket.
        bucket: &'static str,
        /// What it counts.
        unit: Unit,
    },
    /// The night's length, at the pace allowed.
    Time,
}

/// Parts the accounts of one lane. A lane whose pace is kept by host is not parted: its hosts do not
/// wait for each other.
pub fn turns(mut due: Vec<Due>, terms: &Terms, night: Duration) -> Turns {
    let bounds = bounds(terms, night);
    if bounds.is_empty() {
        return Turns {
            tonight: due,
            later: Vec::new(),
            bound: None,
        };
    }
    due.sort_by_cached_key(|due| {
        let id = due.account.account_id().as_uuid();
        // Never is longest ago.
        let waited = Reverse(due.visited_at.is_none());
        (waited, due.visited_at, stable_hash(id.as_bytes()))
    });
    let (place, bound) = held(&due, &bounds);
    let rest = due.split_off(place);
    // Nights to come have the whole allowance.
    let bounds = self::bounds(&fresh(terms), night);
    let mut nights: Vec<u32> = Vec::with_capacity(rest.len());
    for night in 1.. {
        let waiting = &rest[nights.len()..];
        if waiting.is_empty() {
            break;
        }
        // One that no night can hold must not stop the others, nor this loop.
        let place = held(waiting, &bounds).0.max(1);
        nights.resize(nights.len() + place, night);
    }
    Turns {
        tonight: due,
        later: rest.into_iter().zip(nights).collect(),
        bound,
    }
}

/// How many of these accounts, in their order, a night holds, and what bounds it.
fn held(due: &[Due], bounds: &[Limit]) -> (usize, Option<Bound>) {
    let mut used = vec![0.0; bounds.len()];
    for (place, account) in due.iter().enumerate() {
        let is_first = account.visited_at.is_none();
        let full = bounds.iter().zip(&mut used).find_map(|(limit, used)| {
            *used += limit.cost_of_one(is_first);
            // A tenth of a thousandth for sums of fractions.
            (*used > limit.capacity * 1.0001).then_some(limit.bound)
        });
        if full.is_some() {
            return (place, full);
        }
    }
    (due.len(), None)
}

/// In how many nights each of so many accounts comes to its turn, once all of them are known.
pub fn nights_for_all(accounts: usize, terms: &Terms, night: Duration) -> usize {
    accounts.div_ceil(whole_night(terms, night).max(1)).max(1)
}

/// How many known accounts a night with the whole allowance holds.
fn whole_night(terms: &Terms, night: Duration) -> usize {
    let held = bounds(&fresh(terms), night).into_iter().map(|limit| {
        let cost = limit.cost_of_one(false);
        if cost > 0.0 {
            limit.capacity / cost
        } else {
            f64::INFINITY
        }
    });
    held.fold(f64::INFINITY, f64::min).min(1e9) as usize
}

/// The same terms with nothing spent.
fn fresh(terms: &Terms) -> Terms {
    let unspent = |bucket: &BucketState| BucketState {
        spent: 0,
        ..*bucket
    };
    Terms {
        tariff: terms.tariff.clone(),
        buckets: terms.buckets.iter().map(unspent).collect(),
    }
}

/// One thing of which a night has so much.
struct Limit {
    bound: Bound,
    capacity: f64,
    first: f64,
    again: f64,
}

impl Limit {
    fn cost_of_one(&self, is_first: bool) -> f64 {
        if is_first { self.first } else { self.again }
    }
}

fn bounds(terms: &Terms, night: Duration) -> Vec<Limit> {
    let charges = &terms.tariff.charges;
    let mut limits: Vec<Limit> = Vec::new();
    for bucket in &terms.buckets {
        let of_bucket = charges
            .iter()
            .filter(|charge| charge.bucket == Some(bucket.allowance.bucket));
        let cost = |is_first| of_bucket.clone().map(|it| it.cost_of_one(is_first)).sum();
        limits.push(Limit {
            bound: Bound::Allowance {
                bucket: bucket.allowance.bucket,
                unit: bucket.allowance.unit,
            },
            capacity: bucket.capacity(night),
            first: cost(true),
            again: cost(false),
        });
    }
    let mut paces: Vec<&str> = charges
        .iter()
        .filter(|charge| !charge.pace.is_by_host)
        .map(|charge| charge.pace.name)
        .collect();
    paces.sort_unstable();
    paces.dedup();
    for pace in paces {
        let of_pace = charges.iter().filter(|charge| charge.pace.name == pace);
        let seconds = |is_first: bool| {
            let calls = of_pace.clone().map(|charge| {
                let calls = match is_first {
                    true => charge.calls_first,
                    false => charge.calls_again,
                };
                let group = f64::from(charge.accounts_per_call.max(1));
                calls / group * charge.pace.interval().as_secs_f64()
            });
            calls.sum()
        };
        limits.push(Limit {
            bound: Bound::Time,
            capacity: night.as_secs_f64(),
            first: seconds(true),
            again: seconds(false),
        });
    }
    limits.retain(|limit| limit.first > 0.0 || limit.again > 0.0);
    limits
}

#[cfg(test)]
mod tests {
    use beffroi_budget::{Charge, Pace};
    use beffroi_model::{AccountRef, Platform};
    use jiff::Timestamp;

    use super::*;

    const NIGHT: Duration = Duration::from_secs(8 * 3600);

    fn pace(requests: u32, secs: u64) -> Pace {
        Pace {
            name: "api",
            requests,
            per: Duration::from_secs(secs),
            is_by_host: false,
        }
    }

    fn terms(charge: Charge, amount: u64, spent: u64, period: Period) -> Terms {
        Terms {
            tariff: Tariff {
                charges: vec![charge.charged_by_call("units", 1.0)],
            },
            buckets: vec![BucketState {
                allowance: Allowance {
                    bucket: "units",
                    unit: Unit::Units,
                    amount,
                    period,
                },
                spent,
            }],
        }
    }

    /// Accounts of which number `n` was visited `n` days after the first; number 0 never was.
    fn due(count: usize) -> Vec<Due> {
        let account = |number: usize| AccountRef {
            platform: Platform::Youtube,
            handle: format!("@ville{number}"),
            url: format!("https://www.youtube.com/@ville{number}")
                .parse()
                .unwrap(),
        };
        let day = 86_400;
        (0..count)
            .map(|number| Due {
                account: account(number),
                collectivity_ids: Vec::new(),
                visited_at: (number > 0)
                    .then(|| Timestamp::from_second(1_700_000_000 + number as i64 * day).unwrap()),
            })
            .collect()
    }

    fn handles(due: &[Due]) -> Vec<&str> {
        due.iter().map(|due| due.account.handle.as_str()).collect()
    }

    #[test]
    fn who_was_never_seen_comes_first_and_then_who_waits_longest() {
        let charge = Charge::calls_of_one("profiles", 2.0, 1.0, pace(5, 1));
        let terms = terms(charge, 10, 6, Period::UtcDay);
        let turns = turns(due(30), &terms, NIGHT);
        assert_eq!(handles(&turns.tonight), ["@ville0", "@ville1", "@ville2"]);
        let unit = Unit::Units;
        let bucket = "units";
        assert_eq!(turns.bound, Some(Bound::Allowance { bucket, unit }));
        // Ten a night from tomorrow on.
        let nights: Vec<u32> = turns.later.iter().map(|(_, nights)| *nights).collect();
        assert_eq!(nights[..10], [1; 10]);
        assert_eq!(nights[10..20], [2; 10]);
        assert_eq!(nights[26], 3);
        assert_eq!(turns.later[0].0.account.handle, "@ville3");
    }

    #[test]
    fn a_night_is_bounded_by_its_length_where_the_pace_is_slow() {
        let charge = Charge::calls_of_one("profiles", 1.0, 1.0, pace(200, 3600));
        let hour = Period::Rolling(Duration::from_secs(3600));
        let terms = terms(charge, 200, 0, hour);
        let turns = turns(due(2_000), &terms, NIGHT);
        assert_eq!(turns.tonight.len(), 1_600);
        assert_eq!(nights_for_all(2_000, &terms, NIGHT), 2);
    }

    #[test]
    fn calls_that_answer_many_are_shared() {
        let charge = Charge::call_of_many("profiles", 50, pace(5, 1));
        let terms = terms(charge, 10, 0, Period::PacificDay);
        let turns = turns(due(600), &terms, NIGHT);
        assert_eq!(turns.tonight.len(), 500);
    }

    #[test]
    fn what_nothing_bounds_is_all_for_tonight() {
        let charge = Charge::calls_of_one("pages", 7.0, 3.0, pace(1, 1));
        let by_host = Pace {
            is_by_host: true,
            ..pace(1, 1)
        };
        let terms = Terms {
            tariff: Tariff {
                charges: vec![Charge {
                    pace: by_host,
                    ..charge
                }],
            },
            buckets: Vec::new(),
        };
        let turns = turns(due(100_000), &terms, NIGHT);
        assert_eq!((turns.tonight.len(), turns.later.len()), (100_000, 0));
    }

    #[test]
    fn every_account_comes_to_its_turn_within_the_nights_told() {
        let charge = Charge::calls_of_one("profiles", 1.0, 1.0, pace(5, 1));
        let terms = terms(charge, 70, 0, Period::UtcDay);
        let mut all = due(300);
        let nights = nights_for_all(all.len(), &terms, NIGHT);
        assert_eq!(nights, 5);
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        for night in 0..nights as i64 {
            let turns = turns(all.clone(), &terms, NIGHT);
            let visited: Vec<_> = turns
                .tonight
                .iter()
                .map(|due| due.account.clone())
                .collect();
            for due in all.iter_mut().filter(|due| visited.contains(&due.account)) {
                due.visited_at = Some(start + jiff::SignedDuration::from_hours(24 * night));
            }
        }
        assert!(all.iter().all(|due| due.visited_at >= Some(start)));
    }
}
