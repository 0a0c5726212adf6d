//! The clocks by which platforms count.

use std::collections::VecDeque;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

/// When what was used is there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Each unit so many seconds after it was used.
    Rolling {
        /// Length of the window.
        secs: i64,
    },
    /// All of it when a window of so many seconds, aligned on the epoch, ends.
    Window {
        /// Length of the window.
        secs: i64,
    },
    /// At midnight UTC.
    UtcDay,
    /// At midnight in California.
    PacificDay,
}

/// Units used of one quota.
#[derive(Debug)]
pub(super) struct Usage {
    clock: Clock,
    /// Start of the present period and units used in it; for a rolling window, a second and the
    /// units used in it, oldest first.
    used: VecDeque<(i64, u64)>,
    sum: u64,
}

impl Usage {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            used: VecDeque::new(),
            sum: 0,
        }
    }

    /// Units used that still count.
    pub(super) fn used(&mut self, now: Timestamp) -> u64 {
        let oldest = match self.clock {
            Clock::Rolling { secs } => now.as_second() - secs + 1,
            _ => self.period(now),
        };
        while let Some((at, units)) = self.used.front().copied()
            && at < oldest
        {
            self.sum -= units;
            self.used.pop_front();
        }
        self.sum
    }

    pub(super) fn add(&mut self, units: u64, now: Timestamp) {
        let at = match self.clock {
            Clock::Rolling { .. } => now.as_second(),
            _ => self.period(now),
        };
        self.sum += units;
        match self.used.back_mut() {
            Some((last, sum)) if *last >= at => *sum += units,
            _ => self.used.push_back((at, units)),
        }
    }

    /// When something is there again.
    pub(super) fn resets_at(&mut self, now: Timestamp) -> Timestamp {
        let secs = match self.clock {
            Clock::Rolling { secs } => {
                self.used(now);
                let oldest = self.used.front().map_or(now.as_second(), |(at, _)| *at);
                oldest + secs
            }
            Clock::Window { secs } => self.period(now) + secs,
            Clock::UtcDay => self.period(now) + 86_400,
            Clock::PacificDay => pacific_midnight(now, 1),
        };
        Timestamp::from_second(secs).unwrap_or(now)
    }

    /// Start of the present period, Unix seconds.
    fn period(&self, now: Timestamp) -> i64 {
        let at = now.as_second();
        match self.clock {
            Clock::Rolling { .. } => at,
            Clock::Window { secs } => at.div_euclid(secs) * secs,
            Clock::UtcDay => at.div_euclid(86_400) * 86_400,
            Clock::PacificDay => pacific_midnight(now, 0),
        }
    }
}

/// Midnight in California of the present day or of a day so many days later, Unix seconds.
fn pacific_midnight(now: Timestamp, days: i64) -> i64 {
    let zone = TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC);
    let day = now.to_zoned(zone).start_of_day();
    let day = day.and_then(|day| day.checked_add(days.days()));
    day.map_or(now.as_second(), |day| day.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_in_california_ends_at_its_own_midnight() {
        let mut usage = Usage::new(Clock::PacificDay);
        // Winter time: eight hours behind UTC.
        usage.add(3, at("2026-11-23T07:59:59Z"));
        assert_eq!(usage.used(at("2026-11-23T07:59:59Z")), 3);
        let reset = usage.resets_at(at("2026-11-23T07:59:59Z"));
        assert_eq!(reset, at("2026-11-23T08:00:00Z"));
        assert_eq!(usage.used(at("2026-11-23T08:00:00Z")), 0);
        let summer = usage.resets_at(at("2026-07-01T12:00:00Z"));
        assert_eq!(summer, at("2026-07-02T07:00:00Z"));
    }

    #[test]
    fn windows_and_utc_days_are_aligned() {
        let mut window = Usage::new(Clock::Window { secs: 900 });
        window.add(1, at("2026-11-23T00:14:59Z"));
        assert_eq!(window.used(at("2026-11-23T00:14:59Z")), 1);
        assert_eq!(window.used(at("2026-11-23T00:15:00Z")), 0);
        let reset = window.resets_at(at("2026-11-23T00:15:00Z"));
        assert_eq!(reset, at("2026-11-23T00:30:00Z"));
        let mut day = Usage::new(Clock::UtcDay);
        day.add(5, at("2026-11-23T23:59:59Z"));
        assert_eq!(day.used(at("2026-11-23T23:59:59Z")), 5);
        assert_eq!(day.used(at("2026-11-24T00:00:00Z")), 0);
    }
}
