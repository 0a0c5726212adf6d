//! Many percentiles among the same values.

use super::{percentile_within, sorted};

/// Values in rising order with an index of places: the percentile of a value is found in the few
/// values of its place, not in all.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    values: Vec<f64>,
    least: f64,
    /// Places per unit of value; 0 where all values are alike.
    scale: f64,
    /// Of each place how many values lie in those before it; one more at the end.
    before: Vec<u32>,
}

impl Standing {
    /// Of these values, in any order.
    pub fn new(values: impl IntoIterator<Item = f64>) -> Self {
        let values = sorted(values);
        let least = values.first().copied().unwrap_or(0.0);
        let range = values.last().map_or(0.0, |last| last - least);
        let places = values.len().max(1);
        let scale = if range > 0.0 && range.is_finite() {
            places as f64 / range
        } else {
            0.0
        };
        let mut standing = Self {
            values,
            least,
            scale,
            before: vec![0; places + 1],
        };
        for index in 0..standing.values.len() {
            let place = standing.place(standing.values[index]);
            standing.before[place + 1] += 1;
        }
        for place in 0..places {
            standing.before[place + 1] += standing.before[place];
        }
        standing
    }

    /// The values in rising order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// As `percentile_within` all values. Places never fall as values rise, so what lies in an earlier
    /// place is smaller and what lies in a later one is larger.
    pub fn percentile(&self, value: f64) -> Option<f64> {
        let last = *self.values.last()?;
        if !(self.least..=last).contains(&value) {
            return percentile_within(&self.values, value);
        }
        let place = self.place(value);
        let (from, to) = (self.before[place] as usize, self.before[place + 1] as usize);
        let near = &self.values[from..to];
        let below = from + near.partition_point(|other| *other < value);
        let not_above = from + near.partition_point(|other| *other <= value);
        Some(50.0 * (below + not_above) as f64 / self.values.len() as f64)
    }

    /// The place of a value that is not below the least.
    fn place(&self, value: f64) -> usize {
        let place = (value - self.least) * self.scale;
        (place as usize).min(self.before.len() - 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Draws;

    #[test]
    fn it_is_the_percentile_among_all() {
        let mut draws = Draws::new(3, "standing", "");
        let uneven: Vec<f64> = (0..500).map(|_| draws.normal().powi(5)).collect();
        let tied: Vec<f64> = (0..300).map(|n| f64::from(n % 7)).collect();
        for values in [uneven, tied, vec![2.0; 40], vec![1.0]] {
            let standing = Standing::new(values.iter().copied());
            let all = sorted(values.iter().copied());
            let between = (0..200).map(|_| 3.0 * draws.normal());
            for value in between.chain(all.clone()).chain([-1e9, 1e9]) {
                assert_eq!(
                    standing.percentile(value),
                    percentile_within(&all, value),
                    "{value}"
                );
            }
        }
        assert_eq!(Standing::new([]).percentile(1.0), None);
    }
}
