//! What was asked for, checked: the judged nights, the filters, the version of the index. Whatever is
//! unknown is told with what is known.

use anyhow::bail;
use beffroi_index::index::IndexVersions;
use beffroi_model::Platform;
use beffroi_store::{Store, reports};
use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

use super::{Desk, RunOf};
use crate::cli::{Period, ReportArgs};

/// Lines of a table on a terminal.
const TABLE_ROWS: u32 = 30;

/// Known values that an error names.
const MAX_NAMED: usize = 120;

/// Days before the last night at which movers begin.
const MOVERS_DAYS: i64 = 28;

/// Days of history.
const HISTORY_DAYS: i64 = 365;

/// A judged night and its run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct JudgedNight {
    pub(super) night: Date,
    pub(super) run_id: String,
}

/// A report that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The judged night.
    pub(super) night: JudgedNight,
    /// The earlier one of movers.
    pub(super) before: Option<Date>,
    /// The period.
    pub(super) since: Date,
    pub(super) until: Date,
    /// Days of the window.
    pub(super) window: String,
    /// Version of the index.
    pub(super) index: String,
    /// Filters; empty: all.
    pub(super) platform: Option<Platform>,
    category: String,
    stratum: String,
    department: String,
    region: String,
    /// Lines wanted, and whether somebody named the number.
    pub(super) limit: u32,
    /// Share of the accounts of a line below which it is said not to be covered.
    min_coverage: f64,
}

impl Asked {
    /// Checks what was asked, and finds the nights.
    pub(super) async fn of(
        desk: &Desk<'_>,
        args: &ReportArgs,
        period: &Period,
        runs: RunOf,
    ) -> anyhow::Result<Self> {
        let versions = IndexVersions::shipped();
        if versions.get(&args.index).is_none() {
            let known: Vec<&str> = versions.iter().map(|it| it.name.as_str()).collect();
            bail!(
                "there is no version `{}` of the index; known are {}",
                args.index,
                known.join(", ")
            );
        }
        check_codes(desk.store, args).await?;
        let nights = judged_nights(desk.store).await?;
        let night = choose(&nights, args.night, period.until)?;
        let until = period.until.unwrap_or(night.night);
        let days = match runs {
            RunOf::TwoNights => MOVERS_DAYS,
            RunOf::OneNight => HISTORY_DAYS,
        };
        let since = period
            .since
            .map_or_else(|| until.checked_sub(days.days()), Ok)?;
        if since > until {
            bail!("`--since` {since} is after the last night, {until}");
        }
        let before = match runs {
            RunOf::OneNight => None,
            RunOf::TwoNights => Some(earlier(&nights, since, &night, period.since.is_some())?),
        };
        let is_table = args.out.format == crate::cli::ReportFormat::Table;
        Ok(Self {
            night,
            before,
            since,
            until,
            window: args.window.clone(),
            index: args.index.clone(),
            platform: args.platform,
            category: args.category.map_or("", |it| it.as_str()).to_owned(),
            stratum: args.stratum.map_or("", |it| it.as_str()).to_owned(),
            department: args.department.clone().unwrap_or_default().to_uppercase(),
            region: args.region.clone().unwrap_or_default(),
            limit: args
                .limit
                .unwrap_or(if is_table { TABLE_ROWS } else { u32::MAX }),
            min_coverage: desk.min_coverage,
        })
    }

    /// What is asked when only the columns are of interest: no night, no line.
    pub(super) fn nothing(desk: &Desk<'_>, args: &ReportArgs) -> Self {
        Self {
            night: JudgedNight {
                night: Date::constant(1970, 1, 1),
                run_id: String::new(),
            },
            before: Some(Date::constant(1970, 1, 1)),
            since: Date::constant(1970, 1, 1),
            until: Date::constant(1970, 1, 1),
            window: args.window.clone(),
            index: args.index.clone(),
            platform: None,
            category: String::new(),
            stratum: String::new(),
            department: String::new(),
            region: String::new(),
            limit: 0,
            min_coverage: desk.min_coverage,
        }
    }

    /// Whether anybody is left out.
    pub(super) fn is_filtered(&self) -> bool {
        let texts = [
            &self.category,
            &self.stratum,
            &self.department,
            &self.region,
        ];
        self.platform.is_some() || texts.iter().any(|it| !it.is_empty())
    }

    /// The parameters of every statement; one that a statement does not name is not read.
    pub(super) fn parameters(&self, policy: &str) -> Vec<(&'static str, String)> {
        let before = self.before.unwrap_or(self.night.night);
        vec![
            ("night", self.night.night.to_string()),
            ("before", before.to_string()),
            ("since", self.since.to_string()),
            ("until", self.until.to_string()),
            ("window", self.window.clone()),
            ("index", self.index.clone()),
            (
                "platform",
                self.platform.map_or("", Platform::as_str).to_owned(),
            ),
            ("category", self.category.clone()),
            ("stratum", self.stratum.clone()),
            ("department", self.department.clone()),
            ("region", self.region.clone()),
            ("limit", self.limit.to_string()),
            ("min_coverage", self.min_coverage.to_string()),
            ("policy", policy.to_owned()),
        ]
    }
}

/// The judged nights, the latest first.
pub(super) async fn judged_nights(store: &Store) -> anyhow::Result<Vec<JudgedNight>> {
    Ok(store.json_rows(reports::NIGHTS, &[]).await?)
}

fn choose(
    nights: &[JudgedNight],
    night: Option<Date>,
    until: Option<Date>,
) -> anyhow::Result<JudgedNight> {
    let Some(latest) = nights.first() else {
        bail!(
            "no night was judged yet: `beffroi run` judges each complete night, \
             `beffroi rollup --all` those that are there"
        );
    };
    let found = match (night, until) {
        (None, None) => Some(latest),
        (Some(night), _) => nights.iter().find(|it| it.night == night),
        (None, Some(until)) => nights.iter().find(|it| it.night <= until),
    };
    match (found, night.or(until)) {
        (Some(found), _) => Ok(found.clone()),
        (None, asked) => {
            let named = asked.map(|it| it.to_string()).unwrap_or_default();
            let known: Vec<String> = nights
                .iter()
                .take(5)
                .map(|it| it.night.to_string())
                .collect();
            bail!(
                "the night {named} was not judged; the latest that were: {}; `beffroi rollup --night {named}` \
                 judges one whose run is complete and of full scope",
                known.join(", ")
            )
        }
    }
}

/// The latest judged night at `since` or before; where nobody named a day, also the first after it.
fn earlier(
    nights: &[JudgedNight],
    since: Date,
    night: &JudgedNight,
    is_named: bool,
) -> anyhow::Result<Date> {
    let mut before = nights.iter().filter(|it| it.night < night.night);
    let at_or_before = before.clone().find(|it| it.night <= since);
    let found = at_or_before.or_else(|| before.next_back().filter(|_| !is_named));
    match found {
        Some(found) => Ok(found.night),
        None => bail!(
            "there is no judged night at {since} or before it to compare {} with; \
             `beffroi rollup --since {since}` judges those whose runs are complete",
            night.night
        ),
    }
}

#[derive(Deserialize)]
struct Known {
    departments: Vec<String>,
    regions: Vec<String>,
}

async fn check_codes(store: &Store, args: &ReportArgs) -> anyhow::Result<()> {
    if args.department.is_none() && args.region.is_none() {
        return Ok(());
    }
    let known: Vec<Known> = store.json_rows(reports::KNOWN, &[]).await?;
    let Some(known) = known.first() else {
        return Ok(());
    };
    for (option, code, codes) in [
        // Corsica's are written with a letter.
        (
            "--department",
            args.department.as_ref().map(|it| it.to_uppercase()),
            &known.departments,
        ),
        ("--region", args.region.clone(), &known.regions),
    ] {
        if let Some(code) = code.filter(|code| !codes.contains(code)) {
            let named: Vec<&str> = codes
                .iter()
                .map(String::as_str)
                .filter(|code| !code.is_empty())
                .take(MAX_NAMED)
                .collect();
            bail!(
                "`{option} {code}`: no collectivity has that code; known are {}",
                named.join(", ")
            );
        }
    }
    Ok(())
}
