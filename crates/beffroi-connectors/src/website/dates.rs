//! Dates of publications as feeds and sitemaps write them: RFC 3339 and its shorter forms, RFC
//! 2822 with its liberties, and French day and month names.
//!
//! A date without a zone is taken as UTC: an hour's error does not move a figure over 28 days.

use beffroi_model::fold_name;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

/// Reads a date in any of these forms.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(moment) = iso(text).or_else(|| by_numbers(text)) {
        return Some(moment);
    }
    // RFC 2822 takes a zone name that it does not know for UTC.
    if named_zone(text).is_some() {
        return by_words(text);
    }
    let by_rule = jiff::fmt::rfc2822::parse(text)
        .ok()
        .map(|zoned| zoned.timestamp());
    by_rule.or_else(|| by_words(text))
}

/// `2026-11-20T17:00:00+01:00` and what is left when its end is missing.
fn iso(text: &str) -> Option<Timestamp> {
    if !text.as_bytes().get(..4)?.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    if let Ok(moment) = jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M%z", text) {
        let offset = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M%z", text)
            .ok()?
            .offset()?;
        return offset.to_timestamp(moment).ok();
    }
    if let Some(minutes) = text.strip_suffix('Z')
        && let Ok(moment) = minutes.parse::<DateTime>()
    {
        return utc(moment);
    }
    if let Ok(moment) = text.parse::<DateTime>() {
        return utc(moment);
    }
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next().map_or(Some(1), |month| month.parse().ok())?;
    let day = parts.next().map_or(Some(1), |day| day.parse().ok())?;
    utc(Date::new(year, month, day).ok()?.at(0, 0, 0, 0))
}

/// `24/11/2026`, `24.11.2026 à 9h30`, `24-11-26`, `2026/11/24 09:30`: the day first, as France writes
/// it, unless the year is.
fn by_numbers(text: &str) -> Option<Timestamp> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '.' | '-'))
        .unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let separator = date.chars().find(|c| !c.is_ascii_digit())?;
    let mut numbers = date.trim_end_matches(separator).split(separator);
    let (first, month, last) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let (year, day) = match (first.len(), last.len()) {
        (4, 1..=2) => (first, last),
        (1..=2, 2 | 4) => (last, first),
        _ => return None,
    };
    if numbers.next().is_some() || month.len() > 2 {
        return None;
    }
    let date = Date::new(
        full_year(year.parse().ok()?),
        month.parse().ok()?,
        day.parse().ok()?,
    );
    let time = time_of_day(rest).unwrap_or(Time::midnight());
    zone(rest).to_timestamp(date.ok()?.to_datetime(time)).ok()
}

/// Two digits as RFC 2822 reads them.
fn full_year(year: i16) -> i16 {
    match year {
        0..50 => 2000 + year,
        50..100 => 1900 + year,
        _ => year,
    }
}

fn utc(moment: DateTime) -> Option<Timestamp> {
    moment
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// `jeu., 12 févr. 2026 10:00:00 +0100`, `Mon, 2 Nov 26 8:05`, `Le 1er août 2026 à 9h30`: the day
/// before the month, in French or English, whatever stands around them.
fn by_words(text: &str) -> Option<Timestamp> {
    let offset = zone(text);
    let time = time_of_day(text).unwrap_or(Time::midnight());
    let folded = fold_name(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let date = (1..words.len()).find_map(|at| date_around(&words, at))?;
    offset.to_timestamp(date.to_datetime(time)).ok()
}

/// The date whose month is the word at `at`: its day stands before it, its year behind.
fn date_around(words: &[&str], at: usize) -> Option<Date> {
    let month = month(words[at])?;
    let day = words[at - 1];
    let day: i8 = day.strip_suffix("er").unwrap_or(day).parse().ok()?;
    let year = full_year(words.get(at + 1)?.parse().ok()?);
    Date::new(year, month, day).ok()
}

fn month(word: &str) -> Option<i8> {
    // `mar` is also the beginning of `mardi`, which no day number precedes.
    const BEGINNINGS: [(&str, i8); 18] = [
        ("jan", 1),
        ("fev", 2),
        ("feb", 2),
        ("mar", 3),
        ("avr", 4),
        ("apr", 4),
        ("mai", 5),
        ("may", 5),
        ("juin", 6),
        ("jun", 6),
        ("jui", 7),
        ("jul", 7),
        ("aou", 8),
        ("aug", 8),
        ("sep", 9),
        ("oct", 10),
        ("nov", 11),
        ("dec", 12),
    ];
    let found = BEGINNINGS
        .iter()
        .find(|(beginning, _)| word.starts_with(beginning));
    found
        .map(|(_, month)| *month)
        .filter(|_| word.len() <= "septembre".len())
}

/// `10:00`, `9:05:30`, `9h30`, `20 h`.
fn time_of_day(text: &str) -> Option<Time> {
    let separator = text.bytes().enumerate().find_map(|(at, byte)| {
        let digit_before = at > 0 && text.as_bytes()[at - 1].is_ascii_digit();
        (digit_before && matches!(byte, b':' | b'h')).then_some(at)
    })?;
    let number = |digits: &str| digits.parse::<i8>().ok();
    let before = &text[..separator];
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let hour = number(&before[start..])?;
    let mut after = text[separator + 1..].split(|c: char| !c.is_ascii_digit());
    let minute = after.next().and_then(number).unwrap_or(0);
    let second = after
        .next()
        .filter(|digits| digits.len() == 2)
        .and_then(number)
        .unwrap_or(0);
    Time::new(hour, minute, if second < 60 { second } else { 0 }, 0).ok()
}

fn named_zone(text: &str) -> Option<Offset> {
    match text.split_ascii_whitespace().next_back()? {
        "CET" | "HNEC" => Some(Offset::constant(1)),
        "CEST" | "HAEC" => Some(Offset::constant(2)),
        _ => None,
    }
}

fn zone(text: &str) -> Offset {
    if let Some(offset) = named_zone(text) {
        return offset;
    }
    let last = text
        .split_ascii_whitespace()
        .next_back()
        .unwrap_or_default();
    let digits = last
        .strip_prefix(['+', '-'])
        .map(|rest| rest.replace(':', ""));
    let Some(digits) = digits.filter(|digits| digits.len() == 4) else {
        return Offset::UTC;
    };
    let Ok(number) = digits.parse::<i32>() else {
        return Offset::UTC;
    };
    let seconds = (number / 100) * 3600 + (number % 100) * 60;
    let signed = if last.starts_with('-') {
        -seconds
    } else {
        seconds
    };
    Offset::from_seconds(signed).unwrap_or(Offset::UTC)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_spelling_of_a_date_is_read() {
        for (text, expected) in [
            ("2026-11-20T17:00:00+01:00", "2026-11-20T16:00:00Z"),
            ("2026-11-20T17:00+01:00", "2026-11-20T16:00:00Z"),
            ("2026-11-20T17:00Z", "2026-11-20T17:00:00Z"),
            ("2026-11-20 17:00:05", "2026-11-20T17:00:05Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2026-11", "2026-11-01T00:00:00Z"),
            ("2026", "2026-01-01T00:00:00Z"),
            ("Fri, 20 Nov 2026 17:00:00 +0100", "2026-11-20T16:00:00Z"),
            ("Fri, 20 Nov 2026 17:00:00 GMT", "2026-11-20T17:00:00Z"),
            ("Fri, 20 Nov 26 17:00:00 CET", "2026-11-20T16:00:00Z"),
            ("ven., 20 nov. 2026 17:00:00 +0100", "2026-11-20T16:00:00Z"),
            ("jeudi 12 février 2026", "2026-02-12T00:00:00Z"),
            ("mar. 3 mars 2026 9h30", "2026-03-03T09:30:00Z"),
            ("mardi 3 mars 2026", "2026-03-03T00:00:00Z"),
            ("Le 1er août 2026 à 20 h", "2026-08-01T00:00:00Z"),
            ("Publié le 12 decembre 2025", "2025-12-12T00:00:00Z"),
            ("Mon, 2 Nov 26 8:05", "2026-11-02T08:05:00Z"),
            ("24/11/2026", "2026-11-24T00:00:00Z"),
            ("24/11/2026 17:05", "2026-11-24T17:05:00Z"),
            ("24/11/2026 - 9h30", "2026-11-24T09:30:00Z"),
            ("04-11-26", "2026-11-04T00:00:00Z"),
            ("4.11.2026 à 20h", "2026-11-04T20:00:00Z"),
            ("2026/11/24 17:05:09", "2026-11-24T17:05:09Z"),
            ("2026/11/24 17:05:09 +0100", "2026-11-24T16:05:09Z"),
        ] {
            let moment = parse(text).map(|moment| moment.to_string());
            assert_eq!(moment.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "hier",
            "12",
            "31 février 2026",
            "20 novembre",
            "2026-13-01",
            "11/24/2026",
            "24/11",
            "1.2.3.4",
            "06.12.34.56.78",
            "é",
            "9h30",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}|[0-9+:Th -]{0,30}|[0-9]{1,3} (mai|nov\\.) [0-9 h:+]{0,20}") {
            parse(&text);
        }
    }
}
