//! A quarter of a year against the same weeks of the year before, by the measure of what changed for the
//! account's peers meanwhile: a season, an election or a rule of the platform that all share is no change of
//! an account's own.

use strum::{Display, IntoStaticStr};

use super::{
    Alert, AlertKind, LogWeeks, Season, Week, WeekGrid,
    alert::{fr, marked},
    grid::{YEAR_WEEKS, differing},
};
use crate::stats::{mad_sd, median};

/// Weeks that are compared with the same weeks of the year before.
pub const COMPARED_WEEKS: usize = 13;

/// Fewest accounts of a group from which the peers' own change is told.
pub const MIN_PEERS: usize = 30;

/// Fewest posts with known interactions, on each side, for a change of what posts get.
const MIN_POSTS: f64 = 5.0;
/// Fewest known weeks, on each side, for a change of activity.
const MIN_KNOWN_WEEKS: usize = 11;
/// Fewest posts, on both sides together, for the same.
const MIN_POSTS_TOGETHER: f64 = 10.0;
/// Fewest followers, on each side, for a change of theirs.
const MIN_FOLLOWERS: f64 = 50.0;

/// Smallest spread between accounts that is believed, in logarithms.
const MIN_SPREAD: f64 = 0.1;
/// An alert lies this many standard deviations from the peers' own change …
pub const YEAR_DEVIATION: f64 = 3.8;
/// … and by this factor.
const MIN_FACTOR: f64 = 2.0;
/// The same of followers, whose counts have no chance of a sample in them.
const MIN_FOLLOWERS_FACTOR: f64 = 1.5;

/// Why there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Incomparable {
    /// What was measured does not go back a year, or was not given.
    NoData,
    /// There are too few posts on a side.
    TooFewPosts,
    /// There are too few followers on a side.
    TooFewFollowers,
}

/// A figure of now and of a year before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Over the last weeks.
    pub now: f64,
    /// Over the same weeks a year before.
    pub before: f64,
    /// Logarithm of the factor between them.
    pub log_ratio: f64,
    /// Its standard error by the chance of a few posts.
    pub error: f64,
}

/// The three figures of an account that are compared with the year before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YearFigures {
    /// Typical interactions of a post: `exp` of the mean logarithm, less one.
    pub engagement: Result<Compared, Incomparable>,
    /// Posts a week.
    pub activity: Result<Compared, Incomparable>,
    /// Followers at the end.
    pub followers: Result<Compared, Incomparable>,
}

impl YearFigures {
    /// Of an account: its weeks, the last of which end the comparison, and its followers now and 52 weeks
    /// before.
    pub fn of(
        weeks: &[Option<Week>],
        logs: Option<&LogWeeks>,
        followers: (Option<u64>, Option<u64>),
    ) -> Self {
        Self {
            engagement: engagement(weeks.len(), logs),
            activity: activity(weeks),
            followers: of_followers(followers),
        }
    }
}

/// The last weeks, and the same a year before.
pub fn compared_weeks(count: usize) -> Option<[std::ops::Range<usize>; 2]> {
    let now = count.checked_sub(COMPARED_WEEKS)?;
    let before = now.checked_sub(YEAR_WEEKS)?;
    Some([now..count, before..before + COMPARED_WEEKS])
}

fn engagement(count: usize, logs: Option<&LogWeeks>) -> Result<Compared, Incomparable> {
    let [now, before] = compared_weeks(count).ok_or(Incomparable::NoData)?;
    let logs = logs.ok_or(Incomparable::TooFewPosts)?;
    let season = Season::default();
    let [a, b] = [&now, &before].map(|weeks| logs.pool(weeks.clone(), &season));
    let (Some(high), Some(low)) = (a.mean(), b.mean()) else {
        return Err(Incomparable::TooFewPosts);
    };
    if a.posts.min(b.posts) < MIN_POSTS {
        return Err(Incomparable::TooFewPosts);
    }
    let sd = logs.post_sd(&season, |week| match week {
        _ if now.contains(&week) => Some(high),
        _ if before.contains(&week) => Some(low),
        _ => None,
    });
    Ok(Compared {
        now: high.exp_m1().max(0.0),
        before: low.exp_m1().max(0.0),
        log_ratio: high - low,
        error: sd * (1.0 / a.posts + 1.0 / b.posts).sqrt(),
    })
}

/// Posts are counts: a Poisson's error, times the account's own overdispersion (the weeks' variance over
/// their mean).
fn activity(weeks: &[Option<Week>]) -> Result<Compared, Incomparable> {
    let sides = compared_weeks(weeks.len()).ok_or(Incomparable::NoData)?;
    let [a, b] = sides.map(|side| -> Vec<f64> {
        let known = weeks[side].iter().flatten();
        known.map(|week| f64::from(week.posts)).collect()
    });
    if a.len().min(b.len()) < MIN_KNOWN_WEEKS {
        return Err(Incomparable::NoData);
    }
    let (posts, posts_before): (f64, f64) = (a.iter().sum(), b.iter().sum());
    if posts + posts_before < MIN_POSTS_TOGETHER {
        return Err(Incomparable::TooFewPosts);
    }
    let (now, before) = (posts / a.len() as f64, posts_before / b.len() as f64);
    let scatter = |counts: &[f64], mean: f64| -> f64 {
        let squares = counts.iter().map(|count| (count - mean).powi(2));
        squares.sum::<f64>() / mean.max(0.1)
    };
    let weeks_known = (a.len() + b.len() - 2) as f64;
    let dispersion = ((scatter(&a, now) + scatter(&b, before)) / weeks_known).max(1.0);
    // Half a post, so that none has a logarithm.
    let (some, some_before) = (posts + 0.5, posts_before + 0.5);
    Ok(Compared {
        now,
        before,
        log_ratio: (some / a.len() as f64).ln() - (some_before / b.len() as f64).ln(),
        error: (dispersion * (1.0 / some + 1.0 / some_before)).sqrt(),
    })
}

fn of_followers(followers: (Option<u64>, Option<u64>)) -> Result<Compared, Incomparable> {
    let (Some(now), Some(before)) = followers else {
        return Err(Incomparable::NoData);
    };
    let (now, before) = (now as f64, before as f64);
    if now.max(before) < MIN_FOLLOWERS || now.min(before) < 1.0 {
        return Err(Incomparable::TooFewFollowers);
    }
    Ok(Compared {
        now,
        before,
        log_ratio: (now / before).ln(),
        error: 0.0,
    })
}

/// What changed for the accounts of a group, in logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerChange {
    /// Median of their changes.
    pub median: f64,
    /// Robust spread of their own changes, chance apart.
    pub spread: f64,
    /// How many.
    pub peers: usize,
}

impl PeerChange {
    /// Of the changes of a group; `None` of too few.
    pub fn of(changes: &[Compared]) -> Option<Self> {
        if changes.len() < MIN_PEERS {
            return None;
        }
        let ratios: Vec<f64> = changes.iter().map(|change| change.log_ratio).collect();
        let errors: Vec<f64> = changes.iter().map(|change| change.error.powi(2)).collect();
        let own = mad_sd(&ratios)?.powi(2) - median(&errors)?;
        Some(Self {
            median: median(&ratios)?,
            spread: own.max(0.0).sqrt().max(MIN_SPREAD),
            peers: changes.len(),
        })
    }

    /// How far a change lies from that of the peers, in standard deviations of what chance and the
    /// differences between them bring.
    pub fn deviation(&self, change: &Compared) -> f64 {
        (change.log_ratio - self.median) / self.spread.hypot(change.error)
    }
}

/// What of the year's comparison an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearMetric {
    /// What posts get.
    Engagement,
    /// How often it posts.
    Activity,
    /// Who follows.
    Followers,
}

impl YearMetric {
    fn kind(self) -> AlertKind {
        match self {
            Self::Engagement => AlertKind::YearEngagement,
            Self::Activity => AlertKind::YearActivity,
            Self::Followers => AlertKind::YearFollowers,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Engagement => (
                "interactions d'une publication typique",
                "interactions of a typical post",
            ),
            Self::Activity => ("publications par semaine", "posts a week"),
            Self::Followers => ("abonnés", "followers"),
        }
    }
}

/// The alert of a change, where it departs from that of the peers. An account that posts no more is told
/// by its silence.
pub fn year_alert(
    metric: YearMetric,
    change: &Compared,
    peers: &PeerChange,
    grid: &WeekGrid,
) -> Option<Alert> {
    let deviation = peers.deviation(change);
    let least = match metric {
        YearMetric::Followers => MIN_FOLLOWERS_FACTOR,
        YearMetric::Engagement | YearMetric::Activity => MIN_FACTOR,
    };
    let own = change.log_ratio - peers.median;
    if deviation.abs() < YEAR_DEVIATION || own.abs() < least.ln() || change.now == 0.0 {
        return None;
    }
    let [weeks, weeks_before] = compared_weeks(grid.len())?;
    let marks = differing(&grid.marks_of(weeks.clone()), &grid.marks_of(weeks_before));
    let (marks_fr, marks_en) = marked(
        &marks,
        "les deux périodes diffèrent par :",
        "the two periods differ by",
    );
    let (name_fr, name_en) = metric.words();
    let (ratio, peers_ratio) = (change.log_ratio.exp(), peers.median.exp());
    let (now, before, count) = (change.now, change.before, peers.peers);
    let decimals = match metric {
        YearMetric::Followers => 0,
        YearMetric::Engagement | YearMetric::Activity => 1,
    };
    Some(Alert {
        kind: metric.kind(),
        on: grid.monday(weeks.start),
        figures: vec![
            ("now", now),
            ("before", before),
            ("ratio", ratio),
            ("peers_ratio", peers_ratio),
            ("peers", count as f64),
            ("deviation", deviation),
        ],
        says_fr: format!(
            "{name_fr} : {} sur treize semaines, {} les mêmes semaines un an plus tôt (facteur {}), quand la \
             médiane des {count} pairs est un facteur {} ({} écarts types robustes){marks_fr}",
            fr(now, decimals),
            fr(before, decimals),
            fr(ratio, 2),
            fr(peers_ratio, 2),
            fr(deviation.abs(), 1)
        ),
        says_en: format!(
            "{name_en}: {now:.decimals$} over thirteen weeks, {before:.decimals$} in the same weeks a year before \
             (a factor of {ratio:.2}), where the median of the {count} peers is a factor of {peers_ratio:.2} \
             ({:.1} robust standard deviations){marks_en}",
            deviation.abs()
        ),
    })
}
