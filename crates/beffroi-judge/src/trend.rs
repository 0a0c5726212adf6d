//! What changed for each account beside what changed for its peers, once all accounts of a night were read.

use std::collections::BTreeMap;

use beffroi_index::{
    stats::median,
    trends::{
        Alert, AlertKind, Change, Compared, Incomparable, LogWeeks, MIN_PEERS, PeerChange, Season,
        WeekGrid, YearFigures, YearMetric, compared_weeks, week_alerts, year_alert,
    },
};
use beffroi_store::{AccountTrendRow, Day};

use crate::alerts::without_raided_weeks;

/// What is kept of an account until its peers are known.
pub struct Held {
    /// Its collectivity.
    pub(crate) collectivity_id: String,
    /// Its stratum; empty: not known.
    pub(crate) stratum: String,
    /// Whether it posts no more.
    pub(crate) is_dormant: bool,
    /// What its days alone tell.
    pub(crate) alerts: Vec<Alert>,
    /// Its weeks, where there are enough.
    pub logs: Option<LogWeeks>,
    /// Its comparison with the year before.
    pub year: YearFigures,
    /// Its row, filled as far as it is known; night and run come last.
    pub(crate) row: AccountTrendRow,
}

/// The comparison of the last week, into a row.
pub(crate) fn set_week(row: &mut AccountTrendRow, week: Option<Change>, year: Option<Change>) {
    if let Some(week) = week {
        row.week_interactions = Some(week.value);
        row.week_before = Some(week.before);
        row.week_ratio = Some(week.ratio);
        row.week_deviation = week.deviation;
    }
    row.week_year_before = year.map(|year| year.before);
}

/// Completes the rows by what the peers share, and gives the alerts of each account, of those at a week or
/// after it.
pub(crate) fn finish(held: &mut [Held], grid: &WeekGrid, since: usize) -> Vec<Vec<Alert>> {
    let seasons = seasons(held, grid);
    let mut alerts: Vec<Vec<Alert>> = held
        .iter_mut()
        .map(|held| std::mem::take(&mut held.alerts))
        .collect();
    for (held, alerts) in held.iter().zip(&mut alerts) {
        if let (Some(logs), Some(season)) = (&held.logs, seasons.get(&held.row.platform)) {
            alerts.extend(week_alerts(logs, season, since, grid));
        }
        without_raided_weeks(alerts);
    }
    set_weeks(held, grid);
    for metric in [
        YearMetric::Engagement,
        YearMetric::Activity,
        YearMetric::Followers,
    ] {
        let groups = groups(held, metric);
        for (held, alerts) in held.iter_mut().zip(&mut alerts) {
            let (compared, peers) = beside_peers(held, metric, &groups);
            set_year(&mut held.row, metric, compared, peers.as_ref());
            let is_silent =
                held.is_dormant || alerts.iter().any(|alert| alert.kind == AlertKind::Silence);
            // That it posts no more is told once.
            if metric == YearMetric::Activity && is_silent {
                continue;
            }
            if let (Ok(compared), Some((_, peers))) = (compared, &peers) {
                alerts.extend(year_alert(metric, &compared, peers, grid));
            }
        }
    }
    alerts
}

/// The season that the accounts of each platform share.
fn seasons(held: &[Held], grid: &WeekGrid) -> BTreeMap<String, Season> {
    let mut of: BTreeMap<&str, Vec<&LogWeeks>> = BTreeMap::new();
    for held in held {
        if let Some(logs) = &held.logs {
            of.entry(&held.row.platform).or_default().push(logs);
        }
    }
    of.into_iter()
        .map(|(platform, logs)| (platform.to_owned(), Season::of(&logs, grid)))
        .collect()
}

/// What all rows share of the weeks: the periods, and the platform's own change.
fn set_weeks(held: &mut [Held], grid: &WeekGrid) {
    let mut ratios: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for held in held.iter() {
        if let Some(ratio) = held.row.week_ratio {
            let of = ratios.entry(held.row.platform.clone()).or_default();
            of.push(ratio);
        }
    }
    let medians: BTreeMap<String, f64> = ratios
        .into_iter()
        .filter(|(_, ratios)| ratios.len() >= MIN_PEERS)
        .filter_map(|(platform, ratios)| Some((platform, median(&ratios)?)))
        .collect();
    let last = grid.len() - 1;
    let year = compared_weeks(grid.len());
    for held in held {
        let row = &mut held.row;
        row.week = Day::from(grid.monday(last));
        row.week_peers_ratio = medians.get(&row.platform).copied();
        row.week_seasons = grid.marks(last).to_vec();
        row.week_before_seasons = grid.marks(last - 1).to_vec();
        if let Some([now, before]) = &year {
            row.year_from = Day::from(grid.monday(now.start));
            row.year_seasons = grid.marks_of(now.clone());
            row.year_before_seasons = grid.marks_of(before.clone());
        }
    }
}

/// A group's name and its change.
type Groups = BTreeMap<String, PeerChange>;

/// The change of each group that is large enough: a platform's stratum, and the platform.
fn groups(held: &[Held], metric: YearMetric) -> Groups {
    let mut changes: BTreeMap<String, Vec<Compared>> = BTreeMap::new();
    for held in held {
        if let Ok(compared) = compared(held, metric) {
            for name in group_names(held) {
                changes.entry(name).or_default().push(compared);
            }
        }
    }
    changes
        .into_iter()
        .filter_map(|(name, changes)| Some((name, PeerChange::of(&changes)?)))
        .collect()
}

/// The names of an account's groups, the narrower one first.
fn group_names(held: &Held) -> [String; 2] {
    let platform = &held.row.platform;
    [format!("{platform}, {}", held.stratum), platform.clone()]
}

fn compared(held: &Held, metric: YearMetric) -> Result<Compared, Incomparable> {
    match metric {
        YearMetric::Engagement => held.year.engagement,
        YearMetric::Activity => held.year.activity,
        YearMetric::Followers => held.year.followers,
    }
}

fn beside_peers(
    held: &Held,
    metric: YearMetric,
    groups: &Groups,
) -> (Result<Compared, Incomparable>, Option<(String, PeerChange)>) {
    let compared = compared(held, metric);
    if compared.is_err() {
        return (compared, None);
    }
    let found = group_names(held)
        .into_iter()
        .find_map(|name| groups.get(&name).map(|peers| (name.clone(), *peers)));
    (compared, found)
}

fn set_year(
    row: &mut AccountTrendRow,
    metric: YearMetric,
    compared: Result<Compared, Incomparable>,
    peers: Option<&(String, PeerChange)>,
) {
    let known = compared.ok();
    let ratio = known.map(|known| known.log_ratio.exp());
    let peers_ratio = peers.map(|(_, peers)| peers.median.exp());
    let deviation = known
        .zip(peers)
        .map(|(known, (_, peers))| peers.deviation(&known));
    let name = peers.map(|(name, _)| name.clone()).unwrap_or_default();
    let why = compared
        .err()
        .map_or_else(String::new, |why| why.to_string());
    let (now, before) = (known.map(|it| it.now), known.map(|it| it.before));
    match metric {
        YearMetric::Engagement => {
            (row.engagement, row.engagement_before) = (now, before);
            (row.engagement_ratio, row.engagement_peers_ratio) = (ratio, peers_ratio);
            (row.engagement_deviation, row.engagement_peers) = (deviation, name);
            row.engagement_why = why;
        }
        YearMetric::Activity => {
            (row.activity, row.activity_before) = (now, before);
            (row.activity_ratio, row.activity_peers_ratio) = (ratio, peers_ratio);
            (row.activity_deviation, row.activity_peers) = (deviation, name);
            row.activity_why = why;
        }
        YearMetric::Followers => {
            (row.followers_ratio, row.followers_peers_ratio) = (ratio, peers_ratio);
            (row.followers_deviation, row.followers_peers) = (deviation, name);
            row.followers_why = why;
        }
    }
}
