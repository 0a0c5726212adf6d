//! What an account's repeated observations say of it, in three numbers.

use crate::stats::{mean, sorted};

/// Repeated observations of one account (its days with posts, its threads) as their number, mean
/// and spread: all that the model of `Prior` needs, so that a query can deliver it too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// How many observations, at least 1.
    pub count: u32,
    /// Their mean.
    pub mean: f64,
    /// Sum of squared distances from the mean.
    pub squares: f64,
}

impl Evidence {
    /// The evidence of these observations, whatever their order; `None` of none.
    pub fn of(observations: &[f64]) -> Option<Self> {
        let observations = sorted(observations.iter().copied());
        let mean = mean(&observations)?;
        Some(Self {
            count: u32::try_from(observations.len()).unwrap_or(u32::MAX),
            mean,
            squares: observations.iter().map(|x| (x - mean).powi(2)).sum(),
        })
    }
}
