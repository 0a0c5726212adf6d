//! Share of the budgets that is used while there is work: with a steady number of workers, and while
//! they come, leave and die.

use std::{
    collections::{BTreeMap, HashMap},
    thread,
    time::{Duration, Instant},
};

use beffroi_benches::{
    budget::{Use, fullest_window, work_ends_ms},
    fleet::{Ended, Fleet, sleep_until},
    france::{Account, France, Place, Site},
    table::{Column, Table},
    usage::cpu_of,
};
use beffroi_model::Platform;
use beffroi_sim::SimSettings;
use serde_json::json;

use crate::Form;

/// Collectivities of the simulated France: enough for websites that share an address.
const COLLECTIVITIES: usize = 6_000;

/// Time between two events of a fleet that changes.
const EVENT_INTERVAL: Duration = Duration::from_secs(10);

/// Bluesky's requests a second, Facebook's (both judged over ten seconds), and a Mastodon instance's in
/// five minutes.
const BLUESKY: u32 = 10;
const FACEBOOK: u32 = 20;
const MASTODON: u32 = 300;
const WINDOW_SECS: u32 = 10;

/// Mastodon instances that are judged: those with most accounts.
const INSTANCES: usize = 2;

const COLUMNS: &[Column] = &[
    Column::new("workers", "workers", 0),
    Column::new("budget", "budget", 0),
    Column::new("budgets", "how many", 0),
    Column::new("work_secs", "seconds of work, mean", 0),
    Column::new("used_percent", "used, %", 1),
    Column::new("least_percent", "the least, %", 1),
    Column::new("without_rests_percent", "without rests, %", 1),
    Column::new("rests", "rests", 0),
    Column::new("longest_rest_secs", "the longest, s", 1),
    Column::new("fullest_window_percent", "fullest window, %", 1),
    Column::new("violations", "violations", 0),
    Column::new("processor_percent", "processor, %", 0),
];

/// A steady fleet of each size.
pub(crate) async fn steady(form: &Form) -> anyhow::Result<()> {
    println!("budgets, a steady number of workers");
    let mut table = Table::new(COLUMNS);
    for &workers in &form.fleets {
        measure(form, workers, Change::None, &mut table).await?;
    }
    table.print();
    Ok(())
}

/// A fleet of each size in which every ten seconds one joins or leaves.
pub(crate) async fn changing(form: &Form) -> anyhow::Result<()> {
    println!("budgets, while every ten seconds a worker joins or leaves, in turn");
    let mut table = Table::new(COLUMNS);
    for &workers in &form.fleets {
        measure(form, workers, Change::InOrder, &mut table).await?;
    }
    table.print();
    Ok(())
}

/// The same, and every other one who goes is killed.
pub(crate) async fn dying(form: &Form) -> anyhow::Result<()> {
    println!(
        "budgets, while every ten seconds a worker joins, is killed, joins or leaves, in turn"
    );
    let mut table = Table::new(COLUMNS);
    for &workers in &form.fleets {
        measure(form, workers, Change::WithDeaths, &mut table).await?;
    }
    table.print();
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    InOrder,
    WithDeaths,
}

/// Sizes of one measurement.
struct Size {
    window: Duration,
    groups: usize,
    group_interval: Duration,
}

impl Size {
    fn of(form: &Form) -> Self {
        match form.is_quick {
            true => Self {
                window: Duration::from_secs(40),
                groups: 8,
                group_interval: Duration::from_millis(400),
            },
            false => Self {
                window: Duration::from_secs(120),
                groups: 24,
                group_interval: Duration::from_secs(1),
            },
        }
    }
}

async fn measure(
    form: &Form,
    workers: usize,
    change: Change,
    table: &mut Table,
) -> anyhow::Result<()> {
    let size = Size::of(form);
    let settings = SimSettings {
        group_interval: size.group_interval,
        bluesky_requests_per_second: BLUESKY,
        record_arrivals: true,
        ..SimSettings::default()
    };
    let france = France::start(COLLECTIVITIES, &settings)?;
    let platforms = [Platform::Bluesky, Platform::Facebook, Platform::Mastodon];
    let accounts = france.accounts(&platforms).await?;
    let (sites, budgets) = choose(&france, &accounts, &size).await?;
    let facebook = (FACEBOOK * WINDOW_SECS).to_string();
    let variables = [
        (
            "BEFFROI_RUN__PLATFORMS",
            r#"["website", "bluesky", "facebook", "mastodon"]"#,
        ),
        ("BEFFROI_PLATFORMS__FACEBOOK__REQUESTS", facebook.as_str()),
        ("BEFFROI_PLATFORMS__FACEBOOK__PER", "10s"),
        // What is put off would leave a budget without work.
        ("BEFFROI_WORKER__MAX_TRIES", "1"),
        ("BEFFROI_WORKER__DRAIN_TIMEOUT", "5s"),
    ];
    let mut fleet = Fleet::start(&france, &sites, &accounts, &variables)?;
    let store = fleet.store().await?;
    fleet.settle(workers)?;
    let mut night = fleet.begin_night()?;
    let planned_ms = fleet.wait_until_planned(&mut night)?;
    let begin = Instant::now();
    let used_before = used(&france, &fleet)?;
    let events = pass(&mut fleet, change, begin + size.window)?;
    let wall = begin.elapsed();
    let used_secs = used(&france, &fleet)? - used_before;
    fleet.ensure_alive()?;
    let limit_ms = planned_ms + i64::try_from(wall.as_millis())?;
    let arrivals: HashMap<String, Vec<i64>> = france
        .places()
        .await?
        .into_iter()
        .map(|place| (place.address, place.arrivals_ms))
        .collect();
    let referee = france.referee().await?;
    let jobs = fleet.jobs(&store).await?;
    let violations: u64 = referee.violations.values().sum();
    if violations > 0 {
        eprintln!("violations: {:#?}", referee.examples);
    }
    let mut kinds: BTreeMap<&str, Vec<Judged>> = BTreeMap::new();
    for budget in &budgets {
        let judged = budget.judge(&arrivals, &jobs, limit_ms);
        kinds.entry(budget.kind).or_default().extend(judged);
    }
    for (kind, judged) in kinds.iter().filter(|(_, judged)| !judged.is_empty()) {
        let sum = |value: fn(&Use) -> f64| judged.iter().map(|it| value(&it.used)).sum::<f64>();
        let most = |value: fn(&Judged) -> f64| judged.iter().map(value).fold(0.0, f64::max);
        let least = judged.iter().map(|it| it.used.share()).fold(1.0, f64::min);
        let came = sum(|it| it.came as f64);
        let rested = sum(|it| it.rested_ms as f64 / it.interval_ms);
        table.add(json!({
            "bench": "budget",
            "workers": workers,
            "events": events,
            "budget": kind,
            "budgets": judged.len(),
            "work_secs": sum(|it| it.allowed * it.interval_ms / 1e3) / judged.len() as f64,
            "requests": came,
            "used_percent": 100.0 * came / sum(|it| it.allowed),
            "least_percent": 100.0 * least,
            "without_rests_percent": 100.0 * came / (sum(|it| it.allowed) - rested),
            "rests": sum(|it| it.rests as f64),
            "longest_rest_secs": most(|it| it.used.longest_ms as f64 / 1e3),
            "fullest_window_percent": judged[0].window.map(|_| {
                100.0 * most(|it| it.window.unwrap_or_default())
            }),
            "first_request_secs": most(|it| (it.first_ms as f64) / 1e3) - planned_ms as f64 / 1e3,
            "violations": violations,
            "all_requests": referee.requests,
            "processor_percent": 100.0 * used_secs / wall.as_secs_f64() / cores(),
        }));
    }
    drop(night);
    drop(store);
    fleet.stop()
}

/// Lets the time pass, with or without events; gives how many.
fn pass(fleet: &mut Fleet, change: Change, until: Instant) -> anyhow::Result<usize> {
    let mut events = 0;
    if change == Change::None {
        sleep_until(until);
        return Ok(events);
    }
    loop {
        let next = Instant::now() + EVENT_INTERVAL;
        if next >= until {
            sleep_until(until);
            return Ok(events);
        }
        thread::sleep(EVENT_INTERVAL);
        match events % 4 {
            0 | 2 => fleet.join()?,
            1 if change == Change::WithDeaths => fleet.kill()?,
            _ => fleet.leave()?,
        }
        events += 1;
    }
}

fn used(france: &France, fleet: &Fleet) -> anyhow::Result<f64> {
    let fleet: Duration = fleet.used()?.into_iter().sum();
    Ok((cpu_of(france.pid())? + fleet).as_secs_f64())
}

fn cores() -> f64 {
    thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)
}

/// A budget whose use is judged.
struct Budget {
    kind: &'static str,
    address: String,
    /// Names of the websites or of the instance whose jobs spend it; a platform's own else.
    hosts: Vec<String>,
    platform: Platform,
    /// Time between two requests that are allowed.
    interval_ms: f64,
    /// What a window allows, where the budget is one.
    window: Option<(u32, i64)>,
    /// Jobs that are too few to bind it.
    few: usize,
}

/// A budget, judged.
struct Judged {
    used: Use,
    window: Option<f64>,
    first_ms: i64,
}

impl Budget {
    fn judge(
        &self,
        arrivals: &HashMap<String, Vec<i64>>,
        jobs: &[Ended],
        limit_ms: i64,
    ) -> Option<Judged> {
        let ends: Vec<i64> = jobs
            .iter()
            .filter(|job| job.platform == self.platform.to_string())
            .filter(|job| self.hosts.is_empty() || self.hosts.contains(&host(&job.url)))
            .map(|job| job.ended_ms)
            .collect();
        let arrivals = arrivals.get(&self.address)?;
        let until = work_ends_ms(&ends, self.few, limit_ms);
        let used = Use::of(arrivals, 0, until, self.interval_ms)?;
        let window = self
            .window
            .map(|(requests, window_ms)| fullest_window(arrivals, requests, window_ms));
        Some(Judged {
            used,
            window,
            first_ms: arrivals[0],
        })
    }
}

fn host(url: &str) -> String {
    let url: Option<url::Url> = url.parse().ok();
    let host = url.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}

/// The addresses with most websites, those websites, and the budgets of all.
async fn choose(
    france: &France,
    accounts: &[Account],
    size: &Size,
) -> anyhow::Result<(Vec<Site>, Vec<Budget>)> {
    let places = france.places().await?;
    let by_host: HashMap<&str, &Place> = places
        .iter()
        .flat_map(|place| place.hosts.iter().map(move |host| (host.as_str(), place)))
        .collect();
    let mut groups: BTreeMap<&str, Vec<Site>> = BTreeMap::new();
    for site in france.sites().await? {
        let host = site.url.host_str().unwrap_or_default();
        // Sites under one name keep the name's pace, not the address's.
        if let Some(place) = by_host.get(host).filter(|place| place.hosts.len() > 4) {
            groups.entry(&place.address).or_default().push(site);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, sites)| std::cmp::Reverse(sites.len()));
    groups.truncate(size.groups);
    let interval_ms = size.group_interval.as_secs_f64() * 1e3;
    let mut budgets: Vec<Budget> = groups
        .iter()
        .map(|(address, sites)| Budget {
            kind: "host group",
            address: (*address).to_owned(),
            hosts: sites.iter().map(|site| host(site.url.as_str())).collect(),
            platform: Platform::Website,
            interval_ms,
            window: None,
            few: 3,
        })
        .collect();
    let apis = [
        (Platform::Bluesky, "Bluesky", "api.bsky.test", BLUESKY),
        (
            Platform::Facebook,
            "Facebook",
            "graph.facebook.test",
            FACEBOOK,
        ),
    ];
    for (platform, kind, name, per_second) in apis {
        let place = by_host.get(name);
        budgets.extend(place.map(|place| Budget {
            kind,
            address: place.address.clone(),
            hosts: Vec::new(),
            platform,
            interval_ms: 1_000.0 / f64::from(per_second),
            window: Some((per_second * WINDOW_SECS, i64::from(WINDOW_SECS) * 1_000)),
            few: 40,
        }));
    }
    let mut instances: BTreeMap<String, usize> = BTreeMap::new();
    for account in accounts
        .iter()
        .filter(|it| it.platform == Platform::Mastodon)
    {
        *instances.entry(host(&account.href)).or_default() += 1;
    }
    let mut instances: Vec<_> = instances.into_iter().collect();
    instances.sort_by_key(|(_, accounts)| std::cmp::Reverse(*accounts));
    for (name, _) in instances.into_iter().take(INSTANCES) {
        let place = by_host.get(name.as_str());
        budgets.extend(place.map(|place| Budget {
            kind: "Mastodon instance",
            address: place.address.clone(),
            hosts: vec![name.clone()],
            platform: Platform::Mastodon,
            interval_ms: 300_000.0 / f64::from(MASTODON),
            window: Some((MASTODON, 300_000)),
            few: 4,
        }));
    }
    let sites = groups.into_iter().flat_map(|(_, sites)| sites).collect();
    Ok((sites, budgets))
}
