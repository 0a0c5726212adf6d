//! How much of what exists discovery finds, from two routes that look independently: the State's
//! directory and the bodies' own websites.
//!
//! The estimator is Chapman's (1951), nearly unbiased when the routes together find more than there
//! is, and less variable than Lincoln's and Petersen's; its variance is Seber's (1970), its interval
//! the logit one of Sadinle (2009), which is right for small counts and never below what was found.
//!
//! **What it assumes**, and how it errs: that the routes are independent, that every account can be
//! found by both, that nothing opens or closes between them, and that one account is recognised as
//! one. In truth a body that looks after one list looks after the other: the routes are positively
//! dependent, so the total is *underestimated* and recall looks *better* than it is. Accounts that
//! neither route can reach (a body without a site, absent from the directory) are in no estimate.

use crate::stats::{Interval, two_sided_z};

/// What two routes found, and what that lets conclude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capture {
    /// Found by the first route.
    pub first: u64,
    /// Found by the second.
    pub second: u64,
    /// Found by both.
    pub both: u64,
    /// Estimated number that exist.
    pub total: f64,
    /// Its standard error.
    pub total_se: f64,
    /// Its interval at the level asked for.
    pub total_interval: Interval,
    /// Estimated share that the two together found, 0 to 1.
    pub recall: f64,
    /// The interval of that share.
    pub recall_interval: Interval,
    /// Estimated share that the first route found.
    pub first_recall: f64,
    /// Estimated share that the second found.
    pub second_recall: f64,
}

/// Counts that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("both routes cannot have found {both} of {first} and {second}")]
pub struct InvalidCapture {
    first: u64,
    second: u64,
    both: u64,
}

/// Estimates how many exist; `None` when a route found none at all: whether what the other one found is all
/// there is, nothing tells then, though the formula would say so.
pub fn capture_recapture(
    first: u64,
    second: u64,
    both: u64,
    level: f64,
) -> Result<Option<Capture>, InvalidCapture> {
    if both > first.min(second) {
        return Err(InvalidCapture {
            first,
            second,
            both,
        });
    }
    if first == 0 || second == 0 {
        return Ok(None);
    }
    let (n1, n2, m) = (first as f64, second as f64, both as f64);
    let total = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
    let variance =
        (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0) * (m + 1.0) * (m + 2.0));
    let found = n1 + n2 - m;
    let total_interval = logit_interval(n1, n2, m, level);
    let share = |part: f64, of: f64| (part / of).clamp(0.0, 1.0);
    Ok(Some(Capture {
        first,
        second,
        both,
        total,
        total_se: variance.sqrt(),
        total_interval,
        recall: share(found, total),
        recall_interval: Interval {
            low: share(found, total_interval.high),
            high: share(found, total_interval.low.max(found)),
        },
        first_recall: share(n1, total),
        second_recall: share(n2, total),
    }))
}

/// Sadinle's transformed logit interval: half is added to each of the three cells that are seen. The
/// one that is not seen is taken as at least a half too: where both routes found the same, its estimate
/// is next to nothing and the interval would have no bound.
fn logit_interval(n1: f64, n2: f64, m: f64, level: f64) -> Interval {
    let (only_first, only_second, both) = (n1 - m + 0.5, n2 - m + 0.5, m + 0.5);
    let unseen = only_first * only_second / both;
    let spread = two_sided_z(level)
        * (1.0 / both + 1.0 / only_first + 1.0 / only_second + 1.0 / unseen.max(0.5)).sqrt();
    // What was found: of the three cells the half that each was given is taken back but once.
    let seen = n1 + n2 - m - 0.5;
    Interval {
        low: (seen + unseen / spread.exp()).max(n1 + n2 - m),
        high: (seen + unseen * spread.exp()).max(n1 + n2 - m),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turtles_of_the_encyclopedia() {
        // Ten marked, fifteen caught later, five of them marked: 28.3 turtles, 22 to 65 at 95 %,
        // standard error sqrt(11 * 16 * 5 * 10 / (36 * 7)) = 5.9.
        let turtles = capture_recapture(10, 15, 5, 0.95).unwrap().unwrap();
        assert!((turtles.total - 28.0 - 1.0 / 3.0).abs() < 1e-12);
        assert!((turtles.total_se - 5.909_36).abs() < 1e-4, "{turtles:?}");
        assert!(
            (turtles.total_interval.low - 21.94).abs() < 0.01,
            "{turtles:?}"
        );
        assert!(
            (turtles.total_interval.high - 64.67).abs() < 0.02,
            "{turtles:?}"
        );
        assert!((turtles.recall - 20.0 / (28.0 + 1.0 / 3.0)).abs() < 1e-12);
        assert!(turtles.recall_interval.holds(turtles.recall));
        assert!(turtles.first_recall < turtles.second_recall);
    }

    #[test]
    fn routes_that_agree_leave_little_unseen() {
        let same = capture_recapture(400, 400, 400, 0.95).unwrap().unwrap();
        assert_eq!((same.total, same.total_se, same.recall), (400.0, 0.0, 1.0));
        assert!(same.recall_interval.low > 0.99, "{same:?}");
    }

    #[test]
    fn routes_that_never_meet_say_that_little_is_known() {
        let apart = capture_recapture(30, 30, 0, 0.95).unwrap().unwrap();
        assert_eq!(apart.total, 960.0);
        assert!(apart.recall_interval.low < 0.01, "{apart:?}");
        assert_eq!(capture_recapture(0, 0, 0, 0.95), Ok(None));
        assert!(capture_recapture(3, 9, 4, 0.95).is_err());
        // The formula would have one route alone find everything.
        assert_eq!(capture_recapture(12, 0, 0, 0.95), Ok(None));
        assert_eq!(capture_recapture(0, 312, 0, 0.95), Ok(None));
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        // 300 accounts, routes that find 60 and 40 %, drawn 400 times.
        let mut draws = crate::stats::Draws::new(3, "capture", "");
        let mut held = 0;
        for _ in 0..400 {
            let (mut first, mut second, mut both) = (0, 0, 0);
            for _ in 0..300 {
                let (a, b) = (draws.unit() < 0.6, draws.unit() < 0.4);
                first += u64::from(a);
                second += u64::from(b);
                both += u64::from(a && b);
            }
            let found = capture_recapture(first, second, both, 0.95)
                .unwrap()
                .unwrap();
            held += u32::from(found.total_interval.holds(300.0));
        }
        assert!((370..=395).contains(&held), "{held} of 400");
    }
}
