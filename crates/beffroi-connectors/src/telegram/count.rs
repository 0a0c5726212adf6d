//! Numbers as Telegram prints them: `986`, `3 421`, `1.2K`, `1.02M`, in other languages `1,2 К`.
//! What is rounded stands for its round value. A number that makes no sense is none.

/// Units behind a number, in Latin and Cyrillic letters.
const UNITS: &[(char, u64)] = &[
    ('K', 1_000),
    ('k', 1_000),
    ('К', 1_000),
    ('к', 1_000),
    ('M', 1_000_000),
    ('М', 1_000_000),
    ('B', 1_000_000_000),
];

/// Most digits behind the point that are read.
const MAX_DECIMALS: usize = 6;

/// The number at the beginning of a text: `3 421 subscribers`.
pub(super) fn leading(text: &str) -> Option<u64> {
    let text = plain(text);
    let (number, rest) = split_number(text.trim_start());
    let unit = unit_of(rest);
    value(number, unit)
}

/// The number at the end of a text: `👍12`.
pub(super) fn trailing(text: &str) -> Option<u64> {
    let text = plain(text);
    let text = text.trim_end();
    let is_part = |c: char| {
        c.is_ascii_digit()
            || is_space(c)
            || matches!(c, '.' | ',')
            || UNITS.iter().any(|(letter, _)| *letter == c)
    };
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_part(*c))
        .last()
        .map(|(at, _)| at)?;
    leading(text[start..].trim_start_matches(|c: char| !c.is_ascii_digit()))
}

/// Spaces written as references are spaces.
fn plain(text: &str) -> String {
    text.replace("&nbsp;", " ").replace("&#160;", " ")
}

/// Plain, unbreakable, narrow.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// A number, its separators in it, and what comes behind.
fn split_number(text: &str) -> (&str, &str) {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let next = &text[at + c.len_utf8()..];
        let separates = (is_space(c) || matches!(c, '.' | ','))
            && next.starts_with(|c: char| c.is_ascii_digit());
        if !c.is_ascii_digit() && !separates {
            break;
        }
        end = at + c.len_utf8();
    }
    text.split_at(end)
}

/// The unit that stands by itself behind a number; `members` is no million.
fn unit_of(rest: &str) -> u64 {
    let rest = rest.strip_prefix(is_space).unwrap_or(rest);
    let mut letters = rest.chars();
    let unit = letters.next().and_then(|letter| {
        let unit = UNITS.iter().find(|(known, _)| *known == letter);
        unit.map(|(_, unit)| *unit)
    });
    match (unit, letters.next()) {
        (Some(unit), None) => unit,
        (Some(unit), Some(next)) if !next.is_alphabetic() => unit,
        _ => 1,
    }
}

fn value(number: &str, unit: u64) -> Option<u64> {
    let is_separator = |c: char| !c.is_ascii_digit();
    if unit == 1 {
        let mut groups = number.split(is_separator);
        let first = groups.next().filter(|first| !first.is_empty())?;
        let mut digits = first.to_owned();
        for group in groups {
            // Not thousands: a number with decimals that has no unit is not one of Telegram's.
            if group.len() != 3 || first.len() > 3 {
                return None;
            }
            digits.push_str(group);
        }
        return digits.parse().ok();
    }
    let (whole, decimals) = number.split_once(is_separator).unwrap_or((number, ""));
    if decimals.len() > MAX_DECIMALS {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let mut part: u64 = 0;
    if !decimals.is_empty() {
        let scale = 10_u64.pow(u32::try_from(decimals.len()).ok()?);
        part = decimals.parse::<u64>().ok()?.checked_mul(unit)? / scale;
    }
    whole.checked_mul(unit)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_they_are_printed() {
        for (text, expected) in [
            ("0", Some(0)),
            ("986", Some(986)),
            ("999", Some(999)),
            ("1K", Some(1_000)),
            ("1.2K", Some(1_200)),
            ("9.99K", Some(9_990)),
            ("34.5K", Some(34_500)),
            ("1.02M", Some(1_020_000)),
            ("1,2\u{a0}К", Some(1_200)),
            ("2М", Some(2_000_000)),
            ("3 421 subscribers", Some(3_421)),
            ("3\u{a0}421 abonnés", Some(3_421)),
            ("3&nbsp;421 subscribers", Some(3_421)),
            ("1 234 567 subscribers", Some(1_234_567)),
            ("1,234 subscribers", Some(1_234)),
            ("12 members, 3 online", Some(12)),
            ("12 Members", Some(12)),
            (" 7\n", Some(7)),
            ("1.2", None),
            ("12 3", None),
            ("1.2.3K", None),
            ("K", None),
            ("", None),
            ("no subscribers", None),
            ("99999999999999999999", None),
            ("99999999999999999M", None),
        ] {
            assert_eq!(leading(text), expected, "{text}");
        }
    }

    #[test]
    fn the_number_behind_an_emoji_is_its_count() {
        for (text, expected) in [
            ("👍12", Some(12)),
            ("👍 1.1K", Some(1_100)),
            ("&#128077;7", Some(7)),
            ("❤\u{fe0f}3", Some(3)),
            ("1\u{fe0f}\u{20e3}12", Some(12)),
            ("12", Some(12)),
            ("👍", None),
            ("", None),
        ] {
            assert_eq!(trailing(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in ".{0,40}") {
            let _ = (leading(&text), trailing(&text));
        }

        #[test]
        fn whole_numbers_read_back(number in any::<u64>()) {
            prop_assert_eq!(leading(&number.to_string()), Some(number));
            prop_assert_eq!(trailing(&format!("👍{number}")), Some(number));
        }
    }
}
