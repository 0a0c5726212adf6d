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

/// An id that tells the same second as this one, and nothing else but a number; `None` where the id tells no
/// time.
pub(super) fn stand_in(id: &str, number: u64) -> Option<String> {
    let second = whole_second(of_id(id)?).as_millisecond();
    let since_first = u64::try_from(second - FIRST_MILLISECOND).ok()?;
    let numbered = number & ((1 << LOWER_BITS) - 1);
    (since_first > 0).then(|| ((since_first << LOWER_BITS) | numbered).to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_stand_in_tells_the_second_and_nothing_else() {
        let stand_in = stand_in("1460323737035677698", 7).unwrap();
        assert_eq!(of_id(&stand_in).unwrap(), at("2021-11-15T19:08:05Z"));
        assert_eq!(stand_in.parse::<u64>().unwrap() & 0x3f_ffff, 7);
        assert_eq!(super::stand_in("2003", 7), None);
    }

    #[test]
    fn ids_are_in_order_of_their_numbers() {
        assert!(is_later("1000", "999"));
        assert!(is_later("1001", "1000"));
        assert!(!is_later("7", "7"));
    }
}
