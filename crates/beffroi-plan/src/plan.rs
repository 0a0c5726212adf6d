//! The plan of a night.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use beffroi_model::{
    AccountRef, Collectivity, CollectivityId, Job, JobId, Lane, Origin, Platform, RunId, Subject,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Scope,
    lane::{Lanes, site_group, stable_hash},
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
}

/// The jobs of a night, in the order in which they are best published.
///
/// Accounts are left out when their platform cannot be measured (it has no connector) or when the
/// scope does not ask for them or for any of their bodies.
pub fn plan(
    night: &Night,
    mut due: Vec<Due>,
    bodies: &HashMap<CollectivityId, Collectivity>,
    measurable: &[Platform],
    scope: &Scope,
) -> Vec<Job> {
    due.sort_by_cached_key(|due| due.account.account_id());
    let mut keyed: Vec<(u64, u64, Job)> = Vec::with_capacity(due.len());
    let mut group_sizes: HashMap<String, u64> = HashMap::new();
    let mut groups = Vec::with_capacity(due.len());
    for due in due {
        let platform = due.account.platform;
        let bodies: Vec<&Collectivity> = due
            .collectivity_ids
            .iter()
            .filter_map(|id| bodies.get(id))
            .collect();
        let asked_for = bodies.iter().any(|body| scope.includes(platform, body));
        if !measurable.contains(&platform) || !asked_for {
            continue;
        }
        let group = match platform {
            Platform::Website => site_group(&due.account.url),
            _ => due.account.url.host_str().unwrap_or_default().to_owned(),
        };
        *group_sizes.entry(group.clone()).or_default() += 1;
        groups.push(group);
        let subjects = bodies.into_iter().map(Collectivity::subject).collect();
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
    Job {
        schema: Job::SCHEMA,
        job_id: JobId::new(&night.run_id, account.account_id()),
        run_id: night.run_id.clone(),
        as_of: night.as_of,
        lane: night.lanes.of(&account),
        account,
        subjects,
        origin,
        attempt: 0,
    }
}

/// A plan in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanSummary {
    /// Jobs in all.
    pub jobs: usize,
    /// Jobs of each platform.
    pub platforms: BTreeMap<Platform, usize>,
    /// Jobs of each lane.
    pub lanes: BTreeMap<Lane, usize>,
    /// Hosts that are visited most often, with their jobs: the longest first.
    pub busiest_hosts: Vec<(String, usize)>,
}

/// Counts a plan.
pub fn summarise(jobs: &[Job]) -> PlanSummary {
    let mut platforms = BTreeMap::new();
    let mut lanes = BTreeMap::new();
    let mut hosts: HashMap<&str, usize> = HashMap::new();
    for job in jobs {
        *platforms.entry(job.account.platform).or_default() += 1;
        *lanes.entry(job.lane.clone()).or_default() += 1;
        if job.account.platform == Platform::Website {
            *hosts
                .entry(job.account.url.host_str().unwrap_or_default())
                .or_default() += 1;
        }
    }
    let mut busiest: Vec<(String, usize)> = hosts
        .into_iter()
        .filter(|(_, jobs)| *jobs > 1)
        .map(|(h, n)| (h.to_owned(), n))
        .collect();
    busiest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    busiest.truncate(10);
    PlanSummary {
        jobs: jobs.len(),
        platforms,
        lanes,
        busiest_hosts: busiest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::Category;

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
        let jobs = plan(&night(), due, &world(&bodies), &[Platform::Website], &scope);
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
        assert_eq!(
            summarise(&jobs).busiest_hosts,
            [("www.intramuros.org".to_owned(), 100)]
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
        let one = plan(&night(), due.clone(), &world, &[Platform::Website], &scope);
        let mut reversed = due;
        reversed.reverse();
        let two = plan(&night(), reversed, &world, &[Platform::Website], &scope);
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
        );
        assert!(none.is_empty());
        let elsewhere = Scope::parse(["department=29"]).unwrap();
        assert!(plan(&night(), due, &world, &[Platform::Website], &elsewhere).is_empty());
    }
}
