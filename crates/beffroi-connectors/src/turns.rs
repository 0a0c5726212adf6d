//! When what is not asked every night has its turn.
//!
//! An account that the platform does not show is asked for again so seldom that the many that it
//! will never show do not eat the allowance: at the interval of the settings during the first four
//! of them, then four times more seldom.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Runs begin at about the same hour each night: half a day early is still the same night.
const SLACK: SignedDuration = SignedDuration::from_hours(12);

/// How many times rarer, and after how many intervals.
const LATER: i32 = 4;

/// The runs in which an account was asked for and not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Misses {
    /// The first of them in a row.
    first_at: Timestamp,
    /// The last.
    last_at: Timestamp,
}

impl Misses {
    /// Counts one more.
    pub(crate) fn after(previous: Option<Self>, as_of: Timestamp) -> Self {
        Self {
            first_at: previous.map_or(as_of, |misses| misses.first_at),
            last_at: as_of,
        }
    }

    /// Whether the account is to be asked for in the run of `as_of`.
    pub(crate) fn are_due(self, as_of: Timestamp, every_days: u16) -> bool {
        let every = days(every_days);
        let long = every.saturating_mul(LATER);
        let is_old = self.last_at.duration_since(self.first_at) >= long - SLACK;
        is_past(self.last_at, as_of, if is_old { long } else { every })
    }
}

/// Whether what was done in the run of `last` every so many days is due in the run of `as_of`.
pub(crate) fn is_due(last: Option<Timestamp>, as_of: Timestamp, every_days: u16) -> bool {
    last.is_none_or(|last| is_past(last, as_of, days(every_days)))
}

/// Whether the turn of an account has come that is read every `days`: accounts are spread over the
/// days by their ids, and one whose day was missed is read on the next.
pub(crate) fn is_turn(id: &str, days: u16, last: Option<Timestamp>, as_of: Timestamp) -> bool {
    let Some(last) = last else { return true };
    if days <= 1 {
        return true;
    }
    let spread = id.bytes().fold(0_u64, |number, digit| {
        number.wrapping_mul(10).wrapping_add(u64::from(digit))
    });
    let days = i64::from(days);
    let offset = (spread % 10_000).cast_signed() % days;
    let round = |moment: Timestamp| {
        let day = moment.as_second().div_euclid(24 * 3600);
        (day + offset).div_euclid(days)
    };
    round(as_of) > round(last)
}

/// A run from before the last one (repeated by hand) asks.
fn is_past(last: Timestamp, as_of: Timestamp, wait: SignedDuration) -> bool {
    let since = as_of.duration_since(last);
    since.is_negative() || since >= wait - SLACK
}

fn days(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(day: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + day * 86_400).unwrap()
    }

    #[test]
    fn an_account_not_shown_is_asked_for_weekly_then_monthly() {
        let mut misses = None;
        let mut asked = Vec::new();
        for day in 0..100 {
            if misses.is_none_or(|misses: Misses| misses.are_due(night(day), 7)) {
                misses = Some(Misses::after(misses, night(day)));
                asked.push(day);
            }
        }
        assert_eq!(asked, [0, 7, 14, 21, 28, 56, 84]);
    }

    #[test]
    fn without_an_interval_everything_is_due_every_night() {
        let misses = Misses::after(None, night(0));
        assert!(misses.are_due(night(0), 0));
        assert!(is_due(Some(night(0)), night(1), 0));
        assert!(is_due(None, night(0), 7));
        assert!(!is_due(Some(night(0)), night(6), 7));
        assert!(is_due(Some(night(3)), night(0), 7), "an earlier run");
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_account_has_its_turn_once_in_the_days() {
        let first = at("2026-11-01T23:00:00Z");
        let night = |number: i64| first + SignedDuration::from_hours(24 * number);
        for id in ["7", "1460323737035677698", "12", "13"] {
            let mut last = first;
            let mut turns = Vec::new();
            for number in 1..=28 {
                if is_turn(id, 7, Some(last), night(number)) {
                    last = night(number);
                    turns.push(number);
                }
            }
            assert_eq!(turns.len(), 4, "{id}: {turns:?}");
            assert!(
                turns.windows(2).all(|pair| pair[1] - pair[0] == 7),
                "{turns:?}"
            );
        }
    }

    #[test]
    fn accounts_are_spread_over_the_days() {
        let (last, tonight) = (at("2026-11-01T23:00:00Z"), at("2026-11-02T23:00:00Z"));
        let due = (1000..1700).filter(|id| is_turn(&id.to_string(), 7, Some(last), tonight));
        let due = due.count();
        assert!((60..=140).contains(&due), "{due} of 700");
    }

    #[test]
    fn who_was_never_read_or_is_read_every_night_is_due() {
        let now = at("2026-11-02T23:00:00Z");
        assert!(is_turn("7", 7, None, now));
        assert!(is_turn("7", 1, Some(now), now), "a second run of a day");
        assert!(!is_turn("7", 7, Some(now), now));
        let long_ago = at("2026-09-01T23:00:00Z");
        assert!(
            is_turn("7", 7, Some(long_ago), now),
            "a turn that was missed"
        );
    }
}
