//! The clocks by which platforms renew what they allow.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Nothing is spent so long before and after a day's end: the platform's clock is not ours, and a
/// request is charged when it arrives.
const GUARD: SignedDuration = SignedDuration::from_secs(60);

/// A rolling window is counted in so many parts: a lease may be used for one of them.
const PARTS: u32 = 48;

/// For how long an allowance holds, and by which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From midnight to midnight in California (YouTube).
    PacificDay,
    /// From midnight to midnight UTC (X, TikTok, LinkedIn).
    UtcDay,
    /// Any window of this length (Meta's hours, Threads' 24 hours).
    Rolling(Duration),
}

impl Period {
    /// Whether something may be spent at `now`, and until when a lease taken then may be used; or, as
    /// the error, from when on something may be spent.
    pub(crate) fn usable_until(self, now: Timestamp) -> Result<Timestamp, Timestamp> {
        let Some((begin, end)) = self.day(now) else {
            let Self::Rolling(length) = self else {
                return Ok(later(now, SignedDuration::from_hours(1)));
            };
            return Ok(later(now, signed(length / PARTS)));
        };
        let (first, last) = (later(begin, GUARD), later(end, -GUARD));
        if now < first {
            Err(first)
        } else if now >= last {
            Err(later(end, GUARD))
        } else {
            Ok(last)
        }
    }

    /// The earliest moment of a reservation that still counts at `now`.
    pub fn since(self, now: Timestamp) -> Timestamp {
        match (self.day(now), self) {
            (Some((begin, _)), _) => begin,
            // What was reserved may have been spent at the end of its part.
            (None, Self::Rolling(length)) => later(now, -signed(length + length / PARTS)),
            (None, _) => later(now, SignedDuration::from_hours(-25)),
        }
    }

    /// When a reservation made at `at` does not count any more.
    pub fn counts_until(self, at: Timestamp) -> Timestamp {
        match (self.day(at), self) {
            (Some((_, end)), _) => later(end, GUARD),
            (None, Self::Rolling(length)) => later(at, signed(length + length / PARTS)),
            (None, _) => later(at, SignedDuration::from_hours(25)),
        }
    }

    /// Begin and end of the day of `now`; `None` for a rolling window, or where the calendar ends.
    fn day(self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let zone = match self {
            Self::PacificDay => TimeZone::get("America/Los_Angeles").ok()?,
            Self::UtcDay => TimeZone::UTC,
            Self::Rolling(_) => return None,
        };
        let begin = now.to_zoned(zone).start_of_day().ok()?;
        let end = begin.tomorrow().ok()?.start_of_day().ok()?;
        Some((begin.timestamp(), end.timestamp()))
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PacificDay => f.write_str("day (California)"),
            Self::UtcDay => f.write_str("day (UTC)"),
            Self::Rolling(length) => {
                let hours = length.as_secs_f64() / 3600.0;
                write!(f, "any {hours} h")
            }
        }
    }
}

fn signed(length: Duration) -> SignedDuration {
    SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn youtubes_day_ends_at_midnight_in_california_whatever_the_season() {
        for (now, begin, end) in [
            (
                "2026-11-23T03:00:00Z",
                "2026-11-22T08:00:00Z",
                "2026-11-23T08:01:00Z",
            ),
            (
                "2026-07-14T03:00:00Z",
                "2026-07-13T07:00:00Z",
                "2026-07-14T07:01:00Z",
            ),
            // The night in which summer ends there is an hour longer.
            (
                "2026-11-01T08:30:00Z",
                "2026-11-01T07:00:00Z",
                "2026-11-02T08:01:00Z",
            ),
        ] {
            assert_eq!(Period::PacificDay.since(at(now)), at(begin), "{now}");
            assert_eq!(Period::PacificDay.counts_until(at(now)), at(end), "{now}");
        }
    }

    #[test]
    fn nothing_is_spent_around_the_end_of_a_day() {
        let usable = |now| Period::UtcDay.usable_until(at(now));
        assert_eq!(
            usable("2026-11-23T12:00:00Z"),
            Ok(at("2026-11-23T23:59:00Z"))
        );
        assert_eq!(
            usable("2026-11-23T23:59:10Z"),
            Err(at("2026-11-24T00:01:00Z"))
        );
        assert_eq!(
            usable("2026-11-24T00:00:30Z"),
            Err(at("2026-11-24T00:01:00Z"))
        );
    }

    #[test]
    fn a_rolling_window_counts_what_may_have_been_spent_at_the_end_of_a_lease() {
        let day = Period::Rolling(Duration::from_secs(24 * 3600));
        let now = at("2026-11-23T12:00:00Z");
        let usable = day.usable_until(now).unwrap();
        assert_eq!(usable, at("2026-11-23T12:30:00Z"));
        assert_eq!(day.counts_until(now), at("2026-11-24T12:30:00Z"));
        assert_eq!(day.since(at("2026-11-24T12:30:00Z")), now);
    }
}
