//! The time that is in X's ids: milliseconds since 4 November 2010, above 22 other bits
//! ("snowflake", docs.x.com, "X IDs"). It tells when a post was written without asking for it.

use jiff::Timestamp;

/// The first millisecond of the ids.
const FIRST_MILLISECOND: i64 = 1_288_834_974_657;

/// Bits below the time.
const LOWER_BITS: u32 = 22;

/// When the post or user of this id was made; `None` where the id tells no time.
pub(super) fn of_id(id: &str) -> Option<Timestamp> {
    let since_first = id.parse::<i64>().ok()? >> LOWER_BITS;
    // Ids from before 2010 were counted up; as times they would all lie on the first day.
    (since_first > 0)
        .then(|| Timestamp::from_millisecond(FIRST_MILLISECOND + since_first).ok())
        .flatten()
}

/// Of two ids the later one: they grow with time.
pub(super) fn is_later(id: &str, other: &str) -> bool {
    (id.len(), id) > (other.len(), other)
}

/// Whether two moments are one, where one of them may have lost its milliseconds.
pub(super) fn is_same_second(one: Timestamp, other: Timestamp) -> bool {
    one.as_millisecond().div_euclid(1000) == other.as_millisecond().div_euclid(1000)
}

/// The whole second in which a moment lies.
pub(super) fn whole_second(moment: Timestamp) -> Timestamp {
    let second = moment.as_millisecond().div_euclid(1000);
    Timestamp::from_second(second).unwrap_or(moment)
}

/// Whether the turn of an account has come that is read every `days`: accounts are spread over the
/// days by their ids, and one whose day was missed is read on the next.
pub(super) fn is_turn(id: &str, days: u16, last: Option<Timestamp>, as_of: Timestamp) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        // A post shown with its time in X's documentation.
        let moment = of_id("1460323737035677698").unwrap();
        assert_eq!(moment, at("2021-11-15T19:08:05.069Z"));
        assert!(is_same_second(moment, at("2021-11-15T19:08:05.000Z")));
        assert!(!is_same_second(moment, at("2021-11-15T19:08:06Z")));
        assert_eq!(whole_second(moment), at("2021-11-15T19:08:05Z"));
        for none in ["", "x", "2003", "-5", "99999999999999999999999"] {
            assert_eq!(of_id(none), None, "{none}");
        }
    }

    #[test]
    fn ids_are_in_order_of_their_numbers() {
        assert!(is_later("1000", "999"));
        assert!(is_later("1001", "1000"));
        assert!(!is_later("7", "7"));
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
