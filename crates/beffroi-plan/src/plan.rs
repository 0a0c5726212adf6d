//! The plan of a night.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use beffroi_model::{
    AccountRef, Collectivity, CollectivityId, Job, Origin, Platform, RunId, Subject,
};
use jiff::Timestamp;

use crate::{
    Bound, Forecast, Load, Scope, Terms, forecast,
    lane::{Lanes, site_group, stable_hash},
    rotation::{nights_for_all, turns},
};

/// What all jobs of a night have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    /// The run.
    pub run_id: RunId,
    /// End of every window.
    pub as_of: Timestamp,
    /// Which lanes there are.
    pub lanes: Arc<Lanes>,
}

/// An account that could be measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The account.
    pub account: AccountRef,
    /// The bodies whose it is.
    pub collectivity_ids: Vec<CollectivityId>,
    /// When its last visit ended; `None` when there was none.
    pub visited_at: Option<Timestamp>,
}

/// The line of a plan that stands for all lanes of websites.
pub const WEBSITES: &str = "host.*";

/// How a night's lanes are bounded: the terms of each API lane by its name, those of websites as
/// [`WEBSITES`]; a lane without terms is taken as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bounds {
    /// By lane.
    pub terms: BTreeMap<String, Terms>,
    /// How long the night may be.
    pub night: Duration,
}

/// A night: what is done, and what is left for others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The jobs, in the order in which they are best published.
    pub jobs: Vec<Job>,
    /// What they cost and what is left out, by lane ([`WEBSITES`] for all of theirs).
    pub lanes: BTreeMap<String, LanePlan>,
}

/// A lane's part of a night.
#[derive(Debug, Clone, PartialEq)]
pub struct LanePlan {
    /// What its jobs cost, and how long they take.
    pub forecast: Forecast,
    /// Accounts left for later nights, with the number of nights from tonight, the nearest first.
    pub later: Vec<(Due, u32)>,
    /// What bounds the night, where something does.
    pub bound: Option<Bound>,
    /// In how many nights each of its accounts comes to its turn.
    pub every_nights: usize,
}

/// The plan of a night.
///
/// Accounts are left out when their platform cannot be measured (it has no connector) or when the
/// scope does not ask for them or for any of their bodies, and left for later when the night cannot
/// hold them.
pub fn plan(
    night: &Night,
    due: Vec<Due>,
    bodies: &HashMap<CollectivityId, Collectivity>,
    measurable: &[Platform],
    scope: &Scope,
    bounds: &Bounds,
) -> Plan {
    let mut by_lane: BTreeMap<String, Vec<Due>> = BTreeMap::new();
    for due in due {
        let platform = due.account.platform;
        let asked_for = |id| {
            bodies
                .get(id)
                .is_some_and(|body| scope.includes(platform, body))
        };
        if !measurable.contains(&platform) || !due.collectivity_ids.iter().any(asked_for) {
            continue;
        }
        let lane = match platform {
            Platform::Website => WEBSITES.to_owned(),
            _ => night.lanes.of(&due.account).to_string(),
        };
        by_lane.entry(lane).or_default().push(due);
    }
    let mut plan = Plan::default();
    let mut tonight = Vec::new();
    for (lane, due) in by_lane {
        let Some(terms) = bounds.terms.get(&lane) else {
            tonight.extend(due);
            continue;
        };
        let every_nights = nights_for_all(due.len(), terms, bounds.night);
        let turns = turns(due, terms, bounds.night);
        let mut load = Load::default();
        for due in &turns.tonight {
            let host = due.account.url.host_str().unwrap_or_default();
            load.add(due.visited_at.is_none(), host);
        }
        let lane_plan = LanePlan {
            forecast: forecast(&load, terms, bounds.night),
            later: turns.later,
            bound: turns.bound,
            every_nights,
        };
        plan.lanes.insert(lane, lane_plan);
        tonight.extend(turns.tonight);
    }
    plan.jobs = jobs(night, tonight, bodies);
    plan
}

/// The jobs of these accounts, ordered so that a host which many share is visited from the first minute
/// to the last.
fn jobs(
    night: &Night,
    mut due: Vec<Due>,
    bodies: &HashMap<CollectivityId, Collectivity>,
) -> Vec<Job> {
    due.sort_by_cached_key(|due| due.account.account_id());
    let mut keyed: Vec<(u64, u64, Job)> = Vec::with_capacity(due.len());
    let mut group_sizes: HashMap<String, u64> = HashMap::new();
    let mut groups = Vec::with_capacity(due.len());
    for due in due {
        let group = match due.account.platform {
            Platform::Website => site_group(&due.account.url),
            _ => due.account.url.host_str().unwrap_or_default().to_owned(),
        };
        *group_sizes.entry(group.clone()).or_default() += 1;
        groups.push(group);
        let bodies = due.collectivity_ids.iter().filter_map(|id| bodies.get(id));
        let subjects = bodies.map(Collectivity::subject).collect();
        keyed.push((0, 0, job(night, due.account, subjects, Origin::Planned)));
    }
    // The k-th of a group's n jobs stands at (k + h) / n of the whole, h being a hash of the group:
    // spread evenly, and groups of one in the order of their hashes.
    let mut taken: HashMap<&str, u64> = HashMap::new();
    for ((place, tie, job), group) in keyed.iter_mut().zip(&groups) {
        let size = group_sizes[group.as_str()];
        let rank = taken.entry(group).or_default();
        let step = u64::MAX / size;
        *place = step * *rank + stable_hash(group.as_bytes()) / size;
        *tie = stable_hash(job.job_id.as_uuid().as_bytes());
        *rank += 1;
    }
    keyed.sort_unstable_by_key(|(place, tie, _)| (*place, *tie));
    keyed.into_iter().map(|(_, _, job)| job).collect()
}

/// The job of an account that was found during the night.
pub fn discovered_job(night: &Night, account: AccountRef, subjects: Vec<Subject>) -> Job {
    job(night, account, subjects, Origin::Discovered)
}

fn job(night: &Night, account: AccountRef, subjects: Vec<Subject>, origin: Origin) -> Job {
    let lane = night.lanes.of(&account);
    let run_id = night.run_id.clone();
    Job::new(run_id, night.as_of, lane, account, subjects, origin)
}

#[cfg(test)]
mod tests {
    use beffroi_budget::{Allowance, Charge, Pace, Period, Tariff, Unit};
    use beffroi_model::Category;

    use super::*;
    use crate::BucketState;

    fn night() -> Night {
        Night {
            run_id: "2026-11-23".parse().unwrap(),
            as_of: "2026-11-23T01:00:00Z".parse().unwrap(),
            lanes: Arc::new(Lanes {
                host_shards: 64,
                ..Lanes::default()
            }),
        }
    }

    fn body(number: usize) -> Collectivity {
        let code = format!("{:05}", 35_000 + number).parse().unwrap();
        Collectivity {
            collectivity_id: CollectivityId::from_insee(Category::Commune, &code),
            siren: None,
            insee_code: Some(code),
            name: format!("Exempleville-{number}"),
            category: Category::Commune,
            population: 900,
            department_code: "35".to_owned(),
            region_code: "53".to_owned(),
            epci_siren: None,
            postal_codes: vec!["35000".to_owned()],
            latitude: None,
            longitude: None,
        }
    }

    fn site(body: &Collectivity, url: &str) -> Due {
        let url: url::Url = url.parse().unwrap();
        Due {
            account: AccountRef {
                platform: Platform::Website,
                handle: format!("{}{}", url.host_str().unwrap(), url.path()),
                url,
            },
            collectivity_ids: vec![body.collectivity_id.clone()],
            visited_at: None,
        }
    }

    fn world(bodies: &[Collectivity]) -> HashMap<CollectivityId, Collectivity> {
        bodies
            .iter()
            .map(|body| (body.collectivity_id.clone(), body.clone()))
            .collect()
    }

    #[test]
    fn a_host_that_many_share_is_spread_over_the_whole_plan() {
        let bodies: Vec<_> = (0..1_000).map(body).collect();
        let due = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| match number % 10 {
                0 => site(body, &format!("https://www.intramuros.org/commune{number}")),
                _ => site(body, &format!("https://www.commune{number}.fr/")),
            })
            .collect();
        let scope = Scope::default();
        let (world, sites) = (world(&bodies), [Platform::Website]);
        let jobs = plan(&night(), due, &world, &sites, &scope, &Bounds::default()).jobs;
        assert_eq!(jobs.len(), 1_000);
        let shared: Vec<usize> = (jobs.iter().enumerate())
            .filter(|(_, job)| job.account.url.host_str() == Some("www.intramuros.org"))
            .map(|(place, _)| place)
            .collect();
        assert_eq!(shared.len(), 100);
        let widest = shared
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .max()
            .unwrap();
        assert!(
            widest <= 40,
            "a gap of {widest} jobs between two of the shared host"
        );
    }

    #[test]
    fn planning_twice_gives_the_same_jobs_in_the_same_order() {
        let bodies: Vec<_> = (0..50).map(body).collect();
        let due: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(n, b)| site(b, &format!("https://c{n}.fr/")))
            .collect();
        let world = world(&bodies);
        let scope = Scope::default();
        let (sites, bounds) = ([Platform::Website], Bounds::default());
        let one = plan(&night(), due.clone(), &world, &sites, &scope, &bounds);
        let mut reversed = due;
        reversed.reverse();
        let two = plan(&night(), reversed, &world, &sites, &scope, &bounds);
        assert_eq!(one, two);
    }

    #[test]
    fn what_cannot_be_measured_or_is_not_asked_for_is_left_out() {
        let bodies = [body(1)];
        let due = vec![site(&bodies[0], "https://c.fr/")];
        let world = world(&bodies);
        let none = plan(
            &night(),
            due.clone(),
            &world,
            &[Platform::Bluesky],
            &Scope::default(),
            &Bounds::default(),
        );
        assert!(none.jobs.is_empty());
        let elsewhere = Scope::parse(["department=29"]).unwrap();
        let sites = [Platform::Website];
        let nowhere = plan(
            &night(),
            due,
            &world,
            &sites,
            &elsewhere,
            &Bounds::default(),
        );
        assert!(nowhere.jobs.is_empty());
    }

    #[test]
    fn what_a_night_cannot_hold_is_named_and_left_for_later() {
        let bodies: Vec<_> = (0..10).map(body).collect();
        let due = bodies.iter().enumerate().map(|(number, body)| Due {
            account: AccountRef {
                platform: Platform::X,
                handle: format!("ville{number}"),
                url: format!("https://x.com/ville{number}").parse().unwrap(),
            },
            collectivity_ids: vec![body.collectivity_id.clone()],
            visited_at: None,
        });
        let sites = (0..10).map(|n| site(&bodies[n], &format!("https://c{n}.fr/")));
        let pace = Pace {
            name: "api",
            requests: 1,
            per: Duration::from_secs(1),
            is_by_host: false,
        };
        let charge = Charge::calls_of_one("profiles", 1.0, 1.0, pace);
        let terms = Terms {
            tariff: Tariff {
                charges: vec![charge.charged_by_account("money", 10_000.0, 10_000.0)],
            },
            buckets: vec![BucketState {
                allowance: Allowance {
                    bucket: "money",
                    unit: Unit::MicroDollars,
                    amount: 40_000,
                    period: Period::UtcDay,
                },
                spent: 10_000,
            }],
        };
        let bounds = Bounds {
            terms: [("api.x".to_owned(), terms)].into(),
            night: Duration::from_secs(3600),
        };
        let platforms = [Platform::Website, Platform::X];
        let all = due.chain(sites).collect();
        let plan = plan(
            &night(),
            all,
            &world(&bodies),
            &platforms,
            &Scope::default(),
            &bounds,
        );
        assert_eq!(plan.jobs.len(), 10 + 3);
        let x = &plan.lanes["api.x"];
        assert_eq!(
            (x.forecast.accounts, x.forecast.costs[0].expected),
            (3, 30_000)
        );
        assert_eq!((x.later.len(), x.every_nights), (7, 3));
        let nights: Vec<u32> = x.later.iter().map(|(_, nights)| *nights).collect();
        assert_eq!(nights, [1, 1, 1, 1, 2, 2, 2]);
    }
}
