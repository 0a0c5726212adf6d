//! Whether the published figure is what its inputs come to.

use serde::Serialize;

use super::figures::Recomputed;

/// Two ways to sum the same numbers may differ in the last digits.
const TOLERANCE: f64 = 1e-9;

/// The comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub(super) enum Verdict {
    /// The same to nine digits, or missing both times.
    Equal,
    /// Another figure.
    Different {
        /// Recomputed less published.
        difference: f64,
    },
    /// Published, and cannot be had from the inputs that are left.
    OnlyPublished,
    /// Not published, and can be had from the inputs.
    OnlyRecomputed,
    /// It is not recomputed, and why.
    NotRecomputed {
        /// The reason.
        because: String,
    },
}

impl Verdict {
    pub(super) fn of(published: Option<f64>, recomputed: &Recomputed) -> Self {
        let recomputed = match recomputed {
            Recomputed::Value { value } => Some(*value),
            Recomputed::Missing { .. } => None,
            Recomputed::Not { because } => {
                return Self::NotRecomputed {
                    because: because.clone(),
                };
            }
        };
        match (published, recomputed) {
            (None, None) => Self::Equal,
            (Some(_), None) => Self::OnlyPublished,
            (None, Some(_)) => Self::OnlyRecomputed,
            (Some(published), Some(recomputed)) => {
                if are_equal(published, recomputed) {
                    Self::Equal
                } else {
                    Self::Different {
                        difference: recomputed - published,
                    }
                }
            }
        }
    }
}

/// Equal to nine digits.
pub(super) fn are_equal(one: f64, other: f64) -> bool {
    let scale = one.abs().max(other.abs()).max(1.0);
    (one - other).abs() <= TOLERANCE * scale
}
