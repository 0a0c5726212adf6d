//! The stretch of time whose posts are measured.

use jiff::{SignedDuration, Timestamp};

/// The days before a run's `as_of`: its start is excluded, `as_of` itself is included. What is
/// published while the run crawls belongs to the next run, so that the order in which accounts
/// are visited changes no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    start: Timestamp,
    end: Timestamp,
}

impl Window {
    /// The `days` before `as_of`.
    pub(crate) fn before(as_of: Timestamp, days: u16) -> Self {
        let length = SignedDuration::from_hours(24 * i64::from(days));
        let start = as_of.checked_sub(length).unwrap_or(Timestamp::MIN);
        Self { start, end: as_of }
    }

    /// Its start, which does not belong to it.
    pub(crate) fn start(self) -> Timestamp {
        self.start
    }

    /// Whether something published at `moment` belongs to it.
    pub(crate) fn contains(self, moment: Timestamp) -> bool {
        self.start < moment && moment <= self.end
    }

    /// Whether `moment` lies before it, so that a list sorted by time need not be read further.
    pub(crate) fn is_past(self, moment: Timestamp) -> bool {
        moment <= self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_its_end_but_not_its_start() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let window = Window::before(at("2026-11-23T00:00:00Z"), 28);
        assert!(window.contains(at("2026-11-23T00:00:00Z")));
        assert!(window.contains(at("2026-10-26T00:00:01Z")));
        assert!(!window.contains(at("2026-10-26T00:00:00Z")));
        assert!(!window.contains(at("2026-11-23T00:00:01Z")));
        assert!(window.is_past(at("2026-10-26T00:00:00Z")));
        assert!(!window.is_past(at("2026-11-23T00:00:01Z")));
    }

    #[test]
    fn a_window_that_would_start_before_time_begins_there() {
        assert!(Window::before(Timestamp::MIN, 28).is_past(Timestamp::MIN));
    }
}
