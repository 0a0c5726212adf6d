//! Empirical Bayes: what the peers let expect of an account before it is looked at.
//!
//! The model is the one-way random-effects model: observation `j` of account `i` is
//! `x_ij = mu + a_i + e_ij`, with `a_i ~ N(0, between)` and `e_ij ~ N(0, within)`. The variances are
//! estimated by the method of moments (analysis of variance, unbalanced; Searle, Casella &
//! McCulloch, *Variance Components*, 1992, ch. 3), `mu` by generalised least squares, and `mu + a_i`
//! by its best linear unbiased predictor (Henderson; Robinson 1991), which is the posterior mean of
//! the normal model (Efron & Morris 1975).
//!
//! All accounts of a group share one `within`. An account's own spread over five posts says less
//! than it seems to, and an account whose posts all got nothing would otherwise be certain.

use super::Evidence;

/// What the peers are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Mean of the accounts: mu.
    pub mean: f64,
    /// Variance of the mean's own estimate.
    pub mean_variance: f64,
    /// Variance between accounts; 0 where the moments say that they do not differ.
    pub between: f64,
    /// Variance of the observations of one account.
    pub within: f64,
    /// How many accounts it rests on.
    pub accounts: usize,
}

/// What is believed of an account after looking at it: a normal law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// Its mean: the shrunken estimate.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// How much of the estimate is the account's own, 0 to 1; the rest is its peers'.
    pub own_weight: f64,
}

impl Prior {
    /// The prior of these accounts; `None` for fewer than two.
    pub fn fit(accounts: &[Evidence]) -> Option<Self> {
        let count = accounts.len();
        if count < 2 {
            return None;
        }
        let size = |evidence: &Evidence| f64::from(evidence.count);
        let observations: f64 = accounts.iter().map(size).sum();
        let squared_sizes: f64 = accounts.iter().map(|account| size(account).powi(2)).sum();
        let grand_mean = accounts.iter().map(|a| size(a) * a.mean).sum::<f64>() / observations;
        let within_squares: f64 = accounts.iter().map(|account| account.squares).sum();
        let between_squares: f64 = accounts
            .iter()
            .map(|account| size(account) * (account.mean - grand_mean).powi(2))
            .sum();
        let freedom = count as f64 - 1.0;
        let between_mean_square = between_squares / freedom;
        let spare = observations - count as f64;
        let (within, between) = if spare > 0.0 {
            let within = within_squares / spare;
            let typical_size = (observations - squared_sizes / observations) / freedom;
            let between = (between_mean_square - within) / typical_size;
            (within, between.max(0.0))
        } else {
            // One observation each: nothing tells accounts from chance, and all is taken as chance.
            (between_mean_square, 0.0)
        };
        let (mean, mean_variance) = weighted_mean(accounts, between, within);
        Some(Self {
            mean,
            mean_variance,
            between,
            within,
            accounts: count,
        })
    }

    /// What is to be believed of an account. Its variance holds that of the peers' mean, as far as
    /// the estimate leans on it.
    pub fn posterior(&self, evidence: &Evidence) -> Posterior {
        let noise = self.within / f64::from(evidence.count.max(1));
        let own_weight = if self.between > 0.0 {
            self.between / (self.between + noise)
        } else {
            0.0
        };
        let rest = 1.0 - own_weight;
        let variance = own_weight * noise + rest * rest * self.mean_variance;
        Posterior {
            mean: self.mean + own_weight * (evidence.mean - self.mean),
            sd: variance.sqrt(),
            own_weight,
        }
    }
}

/// The mean by generalised least squares, and its variance.
fn weighted_mean(accounts: &[Evidence], between: f64, within: f64) -> (f64, f64) {
    let variance = |account: &Evidence| between + within / f64::from(account.count.max(1));
    if accounts.iter().any(|account| variance(account) <= 0.0) {
        // No variance at all: every observation is the same.
        return (accounts[0].mean, 0.0);
    }
    let weights: f64 = accounts.iter().map(|account| 1.0 / variance(account)).sum();
    let sum: f64 = accounts
        .iter()
        .map(|account| account.mean / variance(account))
        .sum();
    (sum / weights, 1.0 / weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-12, "{value} for {expected}");
    }

    #[test]
    fn a_balanced_table_gives_the_textbook_variances() {
        // Means 2, 4, 9 of three observations each: grand mean 5, between squares 3 * (9 + 1 + 16)
        // = 78 over 2 = 39; within squares 2 + 2 + 2 = 6 over 6 = 1; between (39 - 1) / 3 = 38/3.
        let accounts = [
            Evidence::of(&[1.0, 2.0, 3.0]).unwrap(),
            Evidence::of(&[3.0, 4.0, 5.0]).unwrap(),
            Evidence::of(&[8.0, 9.0, 10.0]).unwrap(),
        ];
        let prior = Prior::fit(&accounts).unwrap();
        close(prior.within, 1.0);
        close(prior.between, 38.0 / 3.0);
        close(prior.mean, 5.0);
        close(prior.mean_variance, 13.0 / 3.0);
        // The weight is 1 - MSW / MSB = 38/39.
        let posterior = prior.posterior(&accounts[2]);
        close(posterior.own_weight, 38.0 / 39.0);
        close(posterior.mean, 5.0 + 4.0 * 38.0 / 39.0);
        close(
            posterior.sd.powi(2),
            38.0 / 39.0 / 3.0 + 13.0 / 3.0 / (39.0 * 39.0),
        );
    }

    #[test]
    fn an_unbalanced_table_uses_the_typical_size() {
        // Sizes 1, 2, 3 (means 1, 2, 4): N = 6, n0 = (6 - 14/6) / 2 = 11/6; grand mean 17/6.
        // Within: 0 + 0.5 + 2 = 2.5 over 3. Between: 121/36 + 2 * 25/36 + 3 * 49/36 = 318/36 over 2.
        let accounts = [
            Evidence::of(&[1.0]).unwrap(),
            Evidence::of(&[1.5, 2.5]).unwrap(),
            Evidence::of(&[3.0, 4.0, 5.0]).unwrap(),
        ];
        let prior = Prior::fit(&accounts).unwrap();
        close(prior.within, 2.5 / 3.0);
        close(prior.between, (318.0 / 72.0 - 2.5 / 3.0) / (11.0 / 6.0));
        assert!(
            prior.posterior(&accounts[0]).own_weight < prior.posterior(&accounts[2]).own_weight
        );
    }

    #[test]
    fn accounts_that_do_not_differ_are_shrunk_to_one() {
        let same = Evidence::of(&[0.0, 10.0]).unwrap();
        let prior = Prior::fit(&[same, same, same]).unwrap();
        assert_eq!(prior.between, 0.0);
        let posterior = prior.posterior(&Evidence::of(&[9.0]).unwrap());
        close(posterior.mean, 5.0);
        assert!(posterior.sd > 0.0);
        let constant = Evidence::of(&[3.0, 3.0]).unwrap();
        let prior = Prior::fit(&[constant, constant]).unwrap();
        assert_eq!((prior.mean, prior.posterior(&constant).sd), (3.0, 0.0));
        assert_eq!(Prior::fit(&[constant]), None);
    }

    #[test]
    fn single_observations_are_taken_as_chance() {
        let prior = Prior::fit(&[1.0, 2.0, 6.0].map(|x| Evidence::of(&[x]).unwrap())).unwrap();
        assert_eq!(prior.between, 0.0);
        close(prior.within, 7.0);
        close(prior.mean, 3.0);
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        // 600 accounts of 3 to 32 observations, between 1, within 4.
        let mut draws = crate::stats::Draws::new(4, "prior", "");
        let mut truths = Vec::new();
        let mut accounts = Vec::new();
        for n in 0..600 {
            let truth = 2.0 + draws.normal();
            let observations: Vec<f64> = (0..3 + n % 30)
                .map(|_| truth + 2.0 * draws.normal())
                .collect();
            truths.push(truth);
            accounts.push(Evidence::of(&observations).unwrap());
        }
        let prior = Prior::fit(&accounts).unwrap();
        assert!((prior.mean - 2.0).abs() < 0.15, "{prior:?}");
        assert!((prior.within - 4.0).abs() < 0.3, "{prior:?}");
        assert!((prior.between - 1.0).abs() < 0.25, "{prior:?}");
        let reach = crate::stats::two_sided_z(0.9);
        let mut held = 0;
        let (mut raw_error, mut shrunken_error) = (0.0, 0.0);
        for (truth, account) in truths.iter().zip(&accounts) {
            let posterior = prior.posterior(account);
            held += u32::from((posterior.mean - truth).abs() <= reach * posterior.sd);
            raw_error += (account.mean - truth).powi(2);
            shrunken_error += (posterior.mean - truth).powi(2);
        }
        // 540 expected, standard error 7.3.
        assert!((515..=565).contains(&held), "{held} of 600");
        assert!(
            shrunken_error < 0.85 * raw_error,
            "{shrunken_error} {raw_error}"
        );
    }
}
