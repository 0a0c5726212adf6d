//! Statistics that know nothing of accounts: robust means, ranks, the normal law, draws from a seed.
//!
//! Sums of floats depend on their order in the last digit. Whoever needs the same result from the
//! same set, in whatever order it came, sorts before calling.

mod draws;
mod normal;
mod points;
mod rank;
mod robust;
mod standing;

pub use draws::Draws;
pub use normal::{normal_cdf, normal_quantile, two_sided_z};
pub use points::EvenPoints;
pub use rank::{mid_ranks, percentile_within, spearman};
pub use robust::{
    Spread, interquartile_mean, mad_sd, mean, median, moderated_sd, quantile, quantile_in_place,
    sorted, trimmed_mean,
};
pub use standing::Standing;

/// An interval on the scale of the figure beside which it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// The interval of a figure that is exactly known.
    pub fn exact(value: f64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    /// Whether the value lies within, ends included.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
