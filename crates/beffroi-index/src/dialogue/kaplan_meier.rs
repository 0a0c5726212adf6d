//! The product-limit estimator of Kaplan & Meier (1958), with Greenwood's variance and the log-log
//! band (Kalbfleisch & Prentice), as R's `survfit(conf.type = "log-log")`.
//!
//! "Survival" is still waiting for an answer. A thread that is unanswered when last seen is not one
//! that took for ever, nor one to leave out: it is known to have waited at least that long.

use crate::stats::two_sided_z;

/// One wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duration {
    /// How long, in any unit.
    pub length: f64,
    /// Whether it ended then. Else it was seen to last at least that long (right-censored).
    pub has_ended: bool,
}

/// The curve from one end to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When some waits ended.
    pub at: f64,
    /// Waits that lasted until then.
    pub at_risk: usize,
    /// Those that ended then.
    pub ended: usize,
    /// Share that waits on.
    pub survival: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// A quantile of the waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The first moment by which at least the share has ended; `None`: later than was observed.
    pub value: Option<f64>,
    /// Lower end of its interval: where the band's lower end crosses (Brookmeyer & Crowley 1982).
    pub low: Option<f64>,
    /// Upper end; `None`: later than was observed.
    pub high: Option<f64>,
}

/// The estimated curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// How many waits, ended or not.
    pub count: usize,
    /// Its steps, in time.
    pub steps: Vec<Step>,
}

/// Products of fractions miss round shares by a few units in the last digit.
const ROUNDING: f64 = 1e-9;

impl Curve {
    /// The curve of these waits with a pointwise band of this level (0.95).
    pub fn of(waits: &[Duration], level: f64) -> Self {
        let z = two_sided_z(level);
        let mut waits = waits.to_vec();
        // A wait that was cut off at the moment of an end was still at risk then.
        waits.sort_by(|a, b| {
            let by_length = a.length.total_cmp(&b.length);
            by_length.then(b.has_ended.cmp(&a.has_ended))
        });
        let mut steps: Vec<Step> = Vec::new();
        let mut survival = 1.0;
        let mut greenwood = 0.0;
        let mut index = 0;
        while index < waits.len() {
            let at = waits[index].length;
            let at_risk = waits.len() - index;
            let here = waits[index..].iter().take_while(|wait| wait.length == at);
            let ended = here.clone().filter(|wait| wait.has_ended).count();
            index += here.count().max(1);
            if ended == 0 {
                continue;
            }
            let (risk, ends) = (at_risk as f64, ended as f64);
            survival *= 1.0 - ends / risk;
            greenwood += ends / (risk * (risk - ends));
            let (low, high) = band(survival, greenwood, z, steps.last());
            steps.push(Step {
                at,
                at_risk,
                ended,
                survival,
                low,
                high,
            });
        }
        Self {
            count: waits.len(),
            steps,
        }
    }

    /// Share that waits longer than `length`.
    pub fn survival_at(&self, length: f64) -> f64 {
        let passed = self.steps.partition_point(|step| step.at <= length);
        match passed.checked_sub(1) {
            Some(last) => self.steps[last].survival,
            None => 1.0,
        }
    }

    /// When this share of the waits has ended: 0.5 for the median.
    pub fn quantile(&self, share: f64) -> Quantile {
        let first = |of: fn(&Step) -> f64| {
            self.steps
                .iter()
                .find(|step| of(step) <= 1.0 - share + ROUNDING)
                .map(|step| step.at)
        };
        Quantile {
            value: first(|step| step.survival),
            low: first(|step| step.low),
            high: first(|step| step.high),
        }
    }
}

/// `S^exp(+-z * se(log(-log S)))`. Once all have ended the band is not defined: its lower end is 0
/// and its upper end stays where it was.
fn band(survival: f64, greenwood: f64, z: f64, before: Option<&Step>) -> (f64, f64) {
    if survival <= 0.0 {
        return (0.0, before.map_or(1.0, |step| step.high));
    }
    let spread = z * greenwood.sqrt() / survival.ln().abs();
    (survival.powf(spread.exp()), survival.powf((-spread).exp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remission under 6-MP, weeks: Freireich et al. (1963), the classical example.
    fn six_mp() -> Vec<Duration> {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let cut_off = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let wait = |weeks: i32, has_ended| Duration {
            length: f64::from(weeks),
            has_ended,
        };
        // The longest first: the order must not matter.
        let cut_off = cut_off.into_iter().rev().map(|weeks| wait(weeks, false));
        cut_off
            .chain(ended.into_iter().map(|weeks| wait(weeks, true)))
            .collect()
    }

    #[test]
    fn the_curve_of_six_mp_is_the_published_one() {
        let curve = Curve::of(&six_mp(), 0.95);
        assert_eq!(curve.count, 21);
        let published = [
            (6.0, 21, 3, 0.8571),
            (7.0, 17, 1, 0.8067),
            (10.0, 15, 1, 0.7529),
            (13.0, 12, 1, 0.6902),
            (16.0, 11, 1, 0.6275),
            (22.0, 7, 1, 0.5378),
            (23.0, 6, 1, 0.4482),
        ];
        assert_eq!(curve.steps.len(), published.len());
        for (step, (at, at_risk, ended, survival)) in curve.steps.iter().zip(published) {
            assert_eq!((step.at, step.at_risk, step.ended), (at, at_risk, ended));
            assert!((step.survival - survival).abs() < 5e-5, "{step:?}");
        }
        assert_eq!(curve.survival_at(5.9), 1.0);
        assert_eq!(curve.survival_at(8.0), curve.steps[1].survival);
    }

    #[test]
    fn the_log_log_band_is_that_of_survfit() {
        // At 6 weeks S = 6/7 and Greenwood's sum 3 / (21 * 18) = 1/126, se = sqrt(1/126) / ln(7/6)
        // = 0.57792: 0.8571^exp(+-1.96 * 0.57792), in R (0.6197, 0.9516).
        let curve = Curve::of(&six_mp(), 0.95);
        let first = curve.steps[0];
        assert!((first.low - 0.6197).abs() < 1e-4, "{first:?}");
        assert!((first.high - 0.9516).abs() < 1e-4, "{first:?}");
        let median = curve.quantile(0.5);
        assert_eq!(median.value, Some(23.0));
        assert_eq!(median.low, Some(13.0));
        assert_eq!(median.high, None);
        assert_eq!(curve.quantile(0.25).value, Some(13.0));
        assert_eq!(curve.quantile(0.75).value, None);
    }

    #[test]
    fn without_censoring_it_is_the_empirical_share() {
        let waits: Vec<Duration> = (1..=4)
            .map(|length| Duration {
                length: f64::from(length),
                has_ended: true,
            })
            .collect();
        let curve = Curve::of(&waits, 0.95);
        let survival: Vec<f64> = curve.steps.iter().map(|step| step.survival).collect();
        for (found, expected) in survival.iter().zip([0.75, 0.5, 0.25, 0.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
        // Half have ended by 2, though the product may be 0.5000000000000001 there.
        assert_eq!(curve.quantile(0.5).value, Some(2.0));
        assert_eq!(curve.steps[3].low, 0.0);
        assert_eq!(curve.steps[3].high, curve.steps[2].high);
    }

    #[test]
    fn nobody_waited_and_nobody_was_answered() {
        assert_eq!(Curve::of(&[], 0.95).quantile(0.5).value, None);
        let waiting = [Duration {
            length: 7.0,
            has_ended: false,
        }];
        let curve = Curve::of(&waiting, 0.95);
        assert!(curve.steps.is_empty());
        assert_eq!(curve.survival_at(100.0), 1.0);
    }
}
