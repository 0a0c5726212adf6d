//! Where what an account's posts get changed its level for good, and single weeks that left it.
//!
//! The values are mean logarithms of the posts' interactions week by week, each weighing as many posts as it
//! has, without the season that the accounts of the platform share. A change is looked for by the cumulative
//! sum (Page 1954): at each week the difference of the two sides' means over its standard error, the largest
//! of them, and again on both sides of each change found (binary segmentation, Vostrikova 1981). The error is
//! measured by the weeks' own residuals, by their median, so that one odd week neither makes nor hides a
//! change. Unlike Pettitt's test, which looks best in the middle of a series, this one weighs each week by
//! what is known on both sides of it: what changed a quarter of a year ago is what alerts are for.

use super::{
    LogWeeks, Season,
    logs::{PRIOR_SD, Pool},
};

/// A change of level lies this many standard errors apart, …
const MIN_ERRORS: f64 = 4.0;
/// … with at least so many weeks with posts on each side, …
const MIN_WEEKS: usize = 5;
/// … so many posts, …
const MIN_POSTS: f64 = 8.0;
/// … a level at least this many times as high or as low, …
const MIN_FACTOR: f64 = 2.0;
/// … and this many standard errors still where the two weeks after it that speak most for it are left out:
/// a flood that passes is no new level.
const MIN_ERRORS_WITHOUT: f64 = 3.0;
const LEFT_OUT: usize = 2;

/// An odd week lies this many standard errors from the level of the weeks before …
const ODD_ERRORS: f64 = 4.5;
/// … of which this many are looked at …
const ODD_BEFORE: usize = 26;
/// … and so many must have posts; …
const ODD_MIN_WEEKS: usize = 8;
/// … its posts get this many times as much or as little …
const ODD_FACTOR: f64 = 3.0;
/// … and it is of at least this many interactions, or would usually be.
const ODD_INTERACTIONS: f64 = 50.0;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelChange {
    /// Index of the first week of the new level.
    pub at: usize,
    /// Typical interactions of a post (`exp` of the logarithms' median, less one) before, back to the change
    /// before it, without the shared season.
    pub before: f64,
    /// The same from the week on.
    pub after: f64,
    /// `(after + 1) / (before + 1)`.
    pub ratio: f64,
    /// Standard errors between the two sides.
    pub errors: f64,
    /// Posts before and after.
    pub posts: (u32, u32),
}

/// How many standard errors a change by a factor would lie apart at a week for one who knows that posts
/// differ by the standard deviation of the calibration: where these are too few, it is the data that does not
/// tell, not the method. `None` where there are too few weeks with posts on a side.
pub fn errors_to_expect(weeks: &LogWeeks, at: usize, factor: f64) -> Option<f64> {
    let none = Season::default();
    let at = at.min(weeks.len());
    let [before, after] = [0..at, at..weeks.len()].map(|side| weeks.pool(side, &none));
    let is_known =
        before.weeks.min(after.weeks) >= MIN_WEEKS && before.posts.min(after.posts) >= MIN_POSTS;
    let error = PRIOR_SD * (1.0 / before.posts + 1.0 / after.posts).sqrt();
    is_known.then(|| factor.ln().abs() / error)
}

/// Standard errors from which a change of level is told.
pub const LEVEL_ERRORS: f64 = MIN_ERRORS;

/// The changes of level of an account at or after a week, in time.
pub fn level_changes(weeks: &LogWeeks, season: &Season, since: usize) -> Vec<LevelChange> {
    let cuts = cuts(weeks, season);
    let bounds = bounds(&cuts, weeks.len());
    let changes = bounds.windows(3).zip(&cuts).filter_map(|(bound, cut)| {
        let (before, after) = (bound[0]..bound[1], bound[1]..bound[2]);
        if bound[1] < since {
            return None;
        }
        let low = weeks.level(before.clone(), season)?;
        let high = weeks.level(after.clone(), season)?;
        let posts = |side| weeks.pool(side, season).posts as u32;
        ((high - low).abs() >= MIN_FACTOR.ln()).then(|| LevelChange {
            at: bound[1],
            before: low.exp_m1().max(0.0),
            after: high.exp_m1().max(0.0),
            ratio: (high - low).exp(),
            errors: cut.errors,
            posts: (posts(before), posts(after)),
        })
    });
    changes.collect()
}

/// Where a series is cut in two.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    at: usize,
    errors: f64,
    /// Standard deviation of a post, as it was found there.
    sd: f64,
}

/// Whether a change holds without the weeks after it that speak most for it.
fn is_lasting(
    weeks: &LogWeeks,
    season: &Season,
    cut: &Cut,
    before: &std::ops::Range<usize>,
    after: &std::ops::Range<usize>,
) -> bool {
    let (low, high) = (
        weeks.pool(before.clone(), season),
        weeks.pool(after.clone(), season),
    );
    let (Some(mean), Some(level)) = (high.mean(), low.mean()) else {
        return false;
    };
    let up = (mean - level).signum();
    let mut speaking: Vec<(f64, f64, f64)> = after
        .clone()
        .filter_map(|week| {
            let (mean, count) = (weeks.mean(week, season)?, weeks.count(week));
            Some((up * (mean - level) * count, count, mean))
        })
        .collect();
    speaking.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (posts, sum) = speaking
        .iter()
        .skip(LEFT_OUT)
        .fold((0.0, 0.0), |(posts, sum), (_, count, mean)| {
            (posts + count, sum + count * mean)
        });
    if posts == 0.0 {
        return false;
    }
    let error = cut.sd * (1.0 / low.posts + 1.0 / posts).sqrt();
    up * (sum / posts - level) / error >= MIN_ERRORS_WITHOUT
}

/// The cuts of a series that last, in time.
fn cuts(weeks: &LogWeeks, season: &Season) -> Vec<Cut> {
    let all = all_cuts(weeks, season);
    let bounds = bounds(&all, weeks.len());
    let lasting = |(cut, bound): &(Cut, &[usize])| {
        is_lasting(
            weeks,
            season,
            cut,
            &(bound[0]..bound[1]),
            &(bound[1]..bound[2]),
        )
    };
    all.into_iter()
        .zip(bounds.windows(3))
        .filter(lasting)
        .map(|(cut, _)| cut)
        .collect()
}

/// The cuts of a series, in time, also those that a few weeks make.
fn all_cuts(weeks: &LogWeeks, season: &Season) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut left = vec![(0, weeks.len())];
    while let Some((start, end)) = left.pop() {
        if let Some(cut) = cut(weeks, season, start, end).filter(|cut| cut.errors >= MIN_ERRORS) {
            left.extend([(start, cut.at), (cut.at, end)]);
            cuts.push(cut);
        }
    }
    cuts.sort_by_key(|cut| cut.at);
    cuts
}

fn bounds(cuts: &[Cut], end: usize) -> Vec<usize> {
    let inner = cuts.iter().map(|cut| cut.at);
    [0].into_iter().chain(inner).chain([end]).collect()
}

/// The best cut of a part of a series.
fn cut(weeks: &LogWeeks, season: &Season, start: usize, end: usize) -> Option<Cut> {
    let all = weeks.pool(start..end, season);
    let mut left = Pool::default();
    let mut best: Option<(usize, f64)> = None;
    for at in start..end {
        // `left` holds the weeks before this one.
        let (posts, weeks_right) = (all.posts - left.posts, all.weeks - left.weeks);
        let is_known =
            left.weeks.min(weeks_right) >= MIN_WEEKS && left.posts.min(posts) >= MIN_POSTS;
        // A week without posts is no begin of anything.
        let mean = weeks.mean(at, season);
        if is_known && mean.is_some() {
            let apart = left.sum / left.posts - (all.sum - left.sum) / posts;
            let statistic = apart.abs() / (1.0 / left.posts + 1.0 / posts).sqrt();
            if best.is_none_or(|(_, largest)| statistic > largest) {
                best = Some((at, statistic));
            }
        }
        if let Some(mean) = mean {
            left.posts += weeks.count(at);
            left.sum += weeks.count(at) * mean;
            left.weeks += 1;
        }
    }
    let (at, statistic) = best?;
    let (before, after) = (
        weeks.pool(start..at, season).mean()?,
        weeks.pool(at..end, season).mean()?,
    );
    let level = |week: usize| match week {
        _ if week < start || week >= end => None,
        _ if week < at => Some(before),
        _ => Some(after),
    };
    let sd = weeks.post_sd(season, level);
    Some(Cut {
        at,
        errors: statistic / sd,
        sd,
    })
}

/// Weeks that left the level of the weeks before them, at or after a week: index, standard errors, and the
/// factor of a post's interactions. Of an episode of several weeks the first alone, and none that goes with a
/// change of level: the level is that of the weeks since.
pub fn odd_weeks(weeks: &LogWeeks, season: &Season, since: usize) -> Vec<(usize, f64, f64)> {
    let cuts = cuts(weeks, season);
    let bounds = bounds(&cuts, weeks.len());
    let levels: Vec<Option<f64>> = bounds
        .windows(2)
        .map(|bound| weeks.pool(bound[0]..bound[1], season).mean())
        .collect();
    let sd = weeks.post_sd(season, |week| {
        levels[cuts.iter().filter(|cut| cut.at <= week).count()]
    });
    let mut odd: Vec<(usize, f64, f64)> = Vec::new();
    let mut last: Option<(usize, bool)> = None;
    for at in since..weeks.len() {
        // The level is that of the weeks since it last changed.
        let changed = cuts.iter().map(|cut| cut.at).filter(|cut| *cut <= at).max();
        let before = changed.unwrap_or(0).max(at.saturating_sub(ODD_BEFORE))..at;
        let Some(mean) = weeks.mean(at, season) else {
            continue;
        };
        // Most weeks are near: the level is looked for where the week is not.
        let rough = weeks.pool(before.clone(), season);
        let Some(about) = rough.mean().filter(|_| rough.weeks >= ODD_MIN_WEEKS) else {
            continue;
        };
        if (mean - about).abs() < ODD_FACTOR.ln() / 2.0 {
            continue;
        }
        let Some(level) = weeks.level(before, season) else {
            continue;
        };
        let errors = (mean - level) * weeks.count(at).sqrt() / sd;
        if errors.abs() < ODD_ERRORS || (mean - level).abs() < ODD_FACTOR.ln() {
            continue;
        }
        let is_episode = last.is_some_and(|(week, up)| week + 1 == at && up == (errors > 0.0));
        last = Some((at, errors > 0.0));
        let posts = weeks.count(at);
        let most = level.max(mean).exp() * posts;
        if !is_episode && most >= ODD_INTERACTIONS {
            odd.push((at, errors, (mean - level).exp()));
        }
    }
    odd
}
