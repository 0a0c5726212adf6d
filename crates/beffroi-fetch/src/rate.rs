//! Rates of APIs, and whose they are.

use std::{num::NonZeroU32, time::Duration};

/// A rate that a server's API allows: at most `requests` in any window of `per`, and at most
/// `concurrency` at a time. Kept per host and port; the client spends a little less than allowed,
/// so that requests which the network delays do not bunch into a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetSpec {
    /// Requests allowed in a window.
    pub requests: NonZeroU32,
    /// Length of the window.
    pub per: Duration,
    /// Requests under way at once.
    pub concurrency: NonZeroU32,
    /// Whose rate it is: that of everybody who names the same. See [`BudgetSpec::held_by`].
    pub holder: Holder,
}

/// Whose rate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holder(u64);

impl Holder {
    /// Nobody in particular.
    pub const ANYBODY: Self = Self(0);

    /// The number under which it is remembered.
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    /// The holder of a number.
    pub(crate) fn of_number(number: u64) -> Self {
        Self(number)
    }
}

impl BudgetSpec {
    /// The same rate for one holder alone: a server counts each credential's requests for themselves.
    #[must_use]
    pub fn held_by(self, name: &str) -> Self {
        // FNV-1a: what is remembered of a holder is read by other processes, of other builds too.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            holder: Holder(hash),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_known_by_the_same_number_in_every_process() {
        let budget = BudgetSpec {
            requests: NonZeroU32::MIN,
            per: Duration::from_secs(1),
            concurrency: NonZeroU32::MIN,
            holder: Holder::default(),
        };
        assert_eq!(budget.held_by("").holder.number(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(budget.held_by("a").holder.number(), 0xaf63_dc4c_8601_ec8c);
        let main = budget.held_by("main").holder;
        assert_eq!(Holder::of_number(main.number()), main);
        assert_ne!(main, budget.held_by("second").holder);
        assert_ne!(main, Holder::ANYBODY);
    }
}
