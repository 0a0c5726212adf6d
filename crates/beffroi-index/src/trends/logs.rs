//! What the posts of an account usually get, week by week on the scale of logarithms, on which a post that
//! goes round weighs little, and the season that the accounts of a platform share.

use super::{Week, WeekGrid};
use crate::stats::{moderated_sd, quantile_in_place};

/// Standard deviation of `ln(1 + interactions)` of an account's posts, where nothing is known of it: that
/// of the calibration (Facebook, log-normal with sigma 1.1); and the weeks that it weighs.
pub(super) const PRIOR_SD: f64 = 1.1;
const PRIOR_WEEKS: f64 = 8.0;

/// Fewest accounts from which a platform's shared season is told.
const MIN_ACCOUNTS: usize = 30;

/// Fewest weeks with posts from which an account's level is told.
const MIN_WEEKS: usize = 8;

/// The weeks of an account: of each how many posts are counted, and the mean of their
/// `ln(1 + interactions)`. Small, since those of all accounts are kept until all were read.
#[derive(Debug, Clone)]
pub struct LogWeeks {
    counts: Box<[u16]>,
    means: Box<[f32]>,
}

/// Posts and the sum of their logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pool {
    pub(super) posts: f64,
    pub(super) sum: f64,
    pub(super) weeks: usize,
}

impl Pool {
    /// The mean logarithm; `None` of no posts.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.posts > 0.0).then(|| self.sum / self.posts)
    }
}

impl LogWeeks {
    /// Of an account's weeks; `None` where too few have posts for anything to be told.
    pub fn of(weeks: &[Option<Week>]) -> Option<Self> {
        let with_posts = |week: &&Week| week.counted > 0;
        if weeks.iter().flatten().filter(with_posts).count() < MIN_WEEKS {
            return None;
        }
        let counted = |week: &Option<Week>| week.map_or(0, |week| week.counted);
        let mean = |week: &Option<Week>| match week {
            Some(week) if week.counted > 0 => (week.log_sum / f64::from(week.counted)) as f32,
            _ => 0.0,
        };
        Some(Self {
            counts: weeks
                .iter()
                .map(|week| u16::try_from(counted(week)).unwrap_or(u16::MAX))
                .collect(),
            means: weeks.iter().map(mean).collect(),
        })
    }

    /// How many weeks, with posts or without.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Posts counted in a week.
    pub(super) fn count(&self, week: usize) -> f64 {
        f64::from(self.counts[week])
    }

    /// The mean logarithm of a week's posts without the shared season; `None` where there are none.
    pub(super) fn mean(&self, week: usize, season: &Season) -> Option<f64> {
        (*self.counts.get(week)? > 0).then(|| f64::from(self.means[week]) - season.at(week))
    }

    /// The posts of some weeks, without the shared season.
    pub(super) fn pool(&self, weeks: std::ops::Range<usize>, season: &Season) -> Pool {
        let mut pool = Pool::default();
        for week in weeks {
            if let Some(mean) = self.mean(week, season) {
                pool.posts += self.count(week);
                pool.sum += self.count(week) * mean;
                pool.weeks += 1;
            }
        }
        pool
    }

    /// The level of some weeks: the median of their means, each weighing as many posts as it has.
    pub(super) fn level(&self, weeks: std::ops::Range<usize>, season: &Season) -> Option<f64> {
        let mut means: Vec<(f64, f64)> = weeks
            .filter_map(|week| Some((self.mean(week, season)?, self.count(week))))
            .collect();
        means.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half: f64 = means.iter().map(|(_, count)| count).sum::<f64>() / 2.0;
        let mut passed = 0.0;
        for (mean, count) in &means {
            passed += count;
            if passed >= half {
                return Some(*mean);
            }
        }
        None
    }

    /// The standard deviation of a post's logarithm about the level of its week, robust: from the weeks'
    /// residuals `sqrt(n) (mean - level)`, so that what the posts of a week share is in it, moderated by
    /// the prior where there are few weeks. `level` gives that of each week.
    pub(super) fn post_sd(&self, season: &Season, level: impl Fn(usize) -> Option<f64>) -> f64 {
        let mut residuals: Vec<f64> = (0..self.len())
            .filter_map(|week| {
                let residual = self.mean(week, season)? - level(week)?;
                Some((residual * self.count(week).sqrt()).abs())
            })
            .collect();
        let weeks = residuals.len() as f64;
        let own = 1.4826 * quantile_in_place(&mut residuals, 0.5).unwrap_or_default();
        moderated_sd(own, weeks, PRIOR_SD, PRIOR_WEEKS)
    }
}

/// What the accounts of a platform share, week by week: the median over the accounts of how far the
/// logarithms of their posts' interactions lie from each one's own median. August, elections and a change
/// of the platform's rules are in it without being named.
#[derive(Debug, Clone, Default)]
pub struct Season {
    effects: Vec<f64>,
}

impl Season {
    /// Of the accounts of a platform; none where a week has too few of them.
    pub fn of(accounts: &[&LogWeeks], grid: &WeekGrid) -> Self {
        let none = Self::default();
        let levels: Vec<Option<f64>> = accounts
            .iter()
            .map(|account| account.level(0..account.len(), &none))
            .collect();
        let effect = |week: usize| {
            let of = |(account, level): (&&LogWeeks, &Option<f64>)| {
                Some(account.mean(week, &none)? - (*level)?)
            };
            let mut distances: Vec<f64> = accounts.iter().zip(&levels).filter_map(of).collect();
            match distances.len() {
                0..MIN_ACCOUNTS => 0.0,
                _ => quantile_in_place(&mut distances, 0.5).unwrap_or_default(),
            }
        };
        Self {
            effects: (0..grid.len()).map(effect).collect(),
        }
    }

    /// The logarithm of the factor of a week.
    pub(super) fn at(&self, week: usize) -> f64 {
        self.effects.get(week).copied().unwrap_or_default()
    }
}
