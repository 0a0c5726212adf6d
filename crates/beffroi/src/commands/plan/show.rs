//! How a plan is shown.

use std::collections::BTreeMap;

use beffroi_budget::{Period, Unit};
use beffroi_model::Platform;
use beffroi_plan::{Bound, Cost, LanePlan, Night, Plan};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    config::Config,
    output::{self, MISSING, say},
};

/// A plan, and what is needed to show it.
pub(super) struct Shown<'a> {
    pub(super) config: &'a Config,
    pub(super) night: &'a Night,
    pub(super) plan: &'a Plan,
    pub(super) now: Timestamp,
}

#[derive(Serialize)]
struct PlanJson<'a> {
    run_id: &'a str,
    as_of: Timestamp,
    plan: Summary,
    lanes: Vec<LaneJson<'a>>,
    /// Of the whole night.
    euros: f64,
    /// No night is shorter: the longest lane at the pace allowed.
    lower_bound_secs: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_bound_lane: Option<&'a str>,
    /// Accounts that are asked for by no credential, and end as forbidden.
    without_credential: BTreeMap<Platform, usize>,
}

#[derive(Serialize)]
struct Summary {
    jobs: usize,
    platforms: BTreeMap<Platform, usize>,
}

#[derive(Serialize)]
struct LaneJson<'a> {
    lane: &'a str,
    #[serde(flatten)]
    forecast: &'a beffroi_plan::Forecast,
    euros: f64,
    expected_end: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
    every_nights: usize,
    /// Accounts left for later, by the night in which their turn is expected.
    later: Vec<NightJson>,
    /// The same, one by one, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    later_accounts: Vec<LaterJson<'a>>,
}

#[derive(Serialize)]
struct NightJson {
    night: Date,
    accounts: usize,
}

#[derive(Serialize)]
struct LaterJson<'a> {
    platform: Platform,
    handle: &'a str,
    night: Date,
    visited_at: Option<Timestamp>,
}

impl<'a> Shown<'a> {
    pub(super) fn print_json(&self, with_later: bool) -> anyhow::Result<()> {
        let lanes = self.plan.lanes.iter();
        let lanes = lanes.map(|(lane, plan)| LaneJson {
            lane,
            forecast: &plan.forecast,
            euros: self.euros(plan),
            expected_end: self.end(plan),
            bound: plan.bound,
            every_nights: plan.every_nights,
            later: self.nights(plan),
            later_accounts: match with_later {
                true => self.later(plan).collect(),
                false => Vec::new(),
            },
        });
        let longest = self.longest();
        output::print_json(&PlanJson {
            run_id: self.night.run_id.as_str(),
            as_of: self.night.as_of,
            plan: Summary {
                jobs: self.plan.jobs.len(),
                platforms: self.by_platform(),
            },
            lanes: lanes.collect(),
            euros: self.plan.lanes.values().map(|it| self.euros(it)).sum(),
            lower_bound_secs: longest.map_or(0, |(_, secs)| secs),
            lower_bound_lane: longest.map(|(lane, _)| lane),
            without_credential: self.without_credential(),
        })
    }

    pub(super) fn print(&self) -> anyhow::Result<()> {
        let headings = ["lane", "accounts", "new", "calls", "at least", "ends about"];
        let mut table = output::table(headings, 1);
        for (lane, plan) in &self.plan.lanes {
            let forecast = &plan.forecast;
            table.add_row([
                lane.clone(),
                output::thousands(forecast.accounts),
                output::thousands(forecast.first_visits),
                output::thousands(forecast.calls),
                length(forecast.lower_bound_secs),
                clock(self.end(plan)),
            ]);
        }
        say!("Plan of run {}\n{table}", self.night.run_id)?;
        self.print_allowances()?;
        match self.longest() {
            Some((lane, secs)) if secs > 0 => {
                let host = self.plan.lanes[lane].forecast.slowest_host.as_deref();
                let host = host.map(|host| format!(", at {host}")).unwrap_or_default();
                say!("\nThe night takes {} at least: {lane}{host}.", length(secs))?;
            }
            _ => {}
        }
        for (lane, plan) in &self.plan.lanes {
            self.print_rest(lane, plan)?;
        }
        for (platform, accounts) in self.without_credential() {
            say!(
                "{} of {platform} will end as forbidden or by a keyless fallback: there is no \
                 credential in `platforms.{platform}.credentials`.",
                accounts_of(accounts)
            )?;
        }
        say!(
            "{} in all. Accounts that the websites reveal are added during the night.",
            jobs_of(self.plan.jobs.len())
        )
    }

    /// The accounts left for later, one a line.
    pub(super) fn print_later(&self) -> anyhow::Result<()> {
        let mut table = output::table(["night", "platform", "account", "last visit"], 4);
        let plans = self.plan.lanes.values();
        for later in plans.flat_map(|plan| self.later(plan)) {
            let visited = later.visited_at.map(|at| at.strftime("%F").to_string());
            table.add_row([
                later.night.to_string(),
                later.platform.to_string(),
                later.handle.to_owned(),
                visited.unwrap_or_else(|| MISSING.to_owned()),
            ]);
        }
        say!("{table}")
    }

    fn print_allowances(&self) -> anyhow::Result<()> {
        let headings = [
            "lane",
            "allowance",
            "a",
            "spent",
            "tonight",
            "left",
            "share",
        ];
        let mut table = output::table(headings, 3);
        for (lane, plan) in &self.plan.lanes {
            for cost in &plan.forecast.costs {
                table.add_row(self.allowance(lane, cost));
            }
        }
        if table.row_count() == 0 {
            return Ok(());
        }
        say!("\n{table}")?;
        let euros: f64 = self.plan.lanes.values().map(|it| self.euros(it)).sum();
        if euros > 0.0 {
            say!(
                "{euros:.2} € tonight, at {} € a dollar.",
                self.config.run.euros_per_dollar
            )?;
        }
        Ok(())
    }

    fn allowance(&self, lane: &str, cost: &Cost) -> [String; 7] {
        let allowance = cost.bucket.allowance;
        let amount = |amount| amount_of(allowance.unit, amount);
        let left = cost.capacity.saturating_sub(cost.expected);
        let period = match allowance.period {
            Period::Rolling(length) => self::length(length.as_secs()),
            day => day.to_string(),
        };
        [
            lane.to_owned(),
            format!("{} {}", amount(allowance.amount), allowance.bucket),
            period,
            amount(cost.bucket.spent),
            amount(cost.expected),
            amount(left),
            format!("{:.0} %", cost.share() * 100.0),
        ]
    }

    fn print_rest(&self, lane: &str, plan: &LanePlan) -> anyhow::Result<()> {
        let (Some(bound), Some(last)) = (plan.bound, self.nights(plan).pop()) else {
            return Ok(());
        };
        let want = match bound {
            Bound::Allowance { bucket, .. } => format!("the allowance of {bucket} is too small"),
            Bound::Time => format!(
                "the night of {} is too short at the pace allowed",
                length(self.config.run.longest_night.as_secs())
            ),
        };
        let turns = match plan.every_nights {
            1 => "every night".to_owned(),
            nights => format!("every {nights} nights"),
        };
        say!(
            "Not tonight: {} of {lane}, since {want}; the last of them come on {}, and once all are \
             known each comes {turns} (`--later` lists them).",
            accounts_of(plan.later.len()),
            last.night,
        )
    }

    fn by_platform(&self) -> BTreeMap<Platform, usize> {
        let mut platforms = BTreeMap::new();
        for job in &self.plan.jobs {
            *platforms.entry(job.account.platform).or_default() += 1;
        }
        platforms
    }

    fn without_credential(&self) -> BTreeMap<Platform, usize> {
        let lacks = |platform: &Platform| {
            let settings = self.config.platforms.of(*platform);
            let credentials = settings.and_then(|it| it.credentials());
            credentials.is_some_and(|credentials| credentials.is_empty())
        };
        let mut platforms = self.by_platform();
        platforms.retain(|platform, _| lacks(platform));
        platforms
    }

    fn longest(&self) -> Option<(&'a str, u64)> {
        let lanes = self.plan.lanes.iter();
        lanes
            .map(|(lane, plan)| (lane.as_str(), plan.forecast.lower_bound_secs))
            .max_by_key(|(_, secs)| *secs)
    }

    fn end(&self, plan: &LanePlan) -> Timestamp {
        let secs = i64::try_from(plan.forecast.lower_bound_secs).unwrap_or(i64::MAX);
        let end = self.now.checked_add(jiff::SignedDuration::from_secs(secs));
        end.unwrap_or(Timestamp::MAX)
    }

    fn euros(&self, plan: &LanePlan) -> f64 {
        let money = plan.forecast.costs.iter();
        let micros = money
            .filter(|cost| cost.bucket.allowance.unit == Unit::MicroDollars)
            .map(|cost| cost.expected)
            .sum::<u64>();
        micros as f64 / 1e6 * self.config.run.euros_per_dollar
    }

    fn nights(&self, plan: &LanePlan) -> Vec<NightJson> {
        let mut nights: BTreeMap<u32, usize> = BTreeMap::new();
        for (_, night) in &plan.later {
            *nights.entry(*night).or_default() += 1;
        }
        let nights = nights.into_iter();
        nights
            .map(|(night, accounts)| NightJson {
                night: self.date_in(night),
                accounts,
            })
            .collect()
    }

    fn later(&self, plan: &'a LanePlan) -> impl Iterator<Item = LaterJson<'a>> {
        plan.later.iter().map(|(due, night)| LaterJson {
            platform: due.account.platform,
            handle: &due.account.handle,
            night: self.date_in(*night),
            visited_at: due.visited_at,
        })
    }

    fn date_in(&self, nights: u32) -> Date {
        let date = self.night.run_id.date();
        let nights = jiff::Span::new().try_days(nights).unwrap_or_default();
        date.saturating_add(nights)
    }
}

fn amount_of(unit: Unit, amount: u64) -> String {
    match unit {
        Unit::MicroDollars => format!("${:.2}", amount as f64 / 1e6),
        Unit::Requests | Unit::Units | Unit::Objects => output::thousands(amount),
    }
}

fn accounts_of(accounts: usize) -> String {
    match accounts {
        1 => "1 account".to_owned(),
        many => format!("{} accounts", output::thousands(many as u64)),
    }
}

fn jobs_of(jobs: usize) -> String {
    match jobs {
        1 => "1 job".to_owned(),
        many => format!("{} jobs", output::thousands(many as u64)),
    }
}

/// `3 h 05`, `12 min`, `40 s`.
fn length(secs: u64) -> String {
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min", secs.div_ceil(60)),
        _ => format!("{} h {:02}", secs / 3600, secs % 3600 / 60),
    }
}

/// The time of day where the collectivities are.
fn clock(at: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap_or(jiff::tz::TimeZone::UTC);
    at.to_zoned(zone).strftime("%a %H:%M").to_string()
}
