//! What servers say about when to come back: `Retry-After` and the rate-limit headers.
//!
//! A moment that a server names is never brought forward. What cannot be understood counts as
//! not said. All of these headers may be absent.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Below this a reset is a number of seconds from now (draft `RateLimit` headers), above it a Unix
/// time in seconds (Bluesky, express-rate-limit), from `MILLIS_FROM` on in milliseconds.
const UNIX_FROM: u64 = 1_000_000_000;
const MILLIS_FROM: u64 = 1_000_000_000_000;

/// The moment of `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Some(seconds) = whole_number(value) {
        return Some(after(now, seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Timestamp::try_from(date).ok()
}

/// The moment before which the server wants no request at all, because its rate is used up: the
/// reset of `X-RateLimit-*` or `RateLimit-*` where nothing remains.
pub(crate) fn rate_limit_reset(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    [
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ]
    .into_iter()
    .filter_map(|(remaining, reset)| {
        let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
        let is_used_up = text(remaining)?.parse::<f64>().is_ok_and(|left| left < 1.0);
        is_used_up
            .then(|| reset_moment(text(reset)?, now))
            .flatten()
    })
    .max()
}

/// Mastodon writes an ISO 8601 timestamp, PeerTube and Bluesky seconds.
fn reset_moment(value: &str, now: Timestamp) -> Option<Timestamp> {
    let Some(number) = whole_number(value) else {
        return value.parse().ok();
    };
    if number < UNIX_FROM {
        return Some(after(now, number));
    }
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let moment = if number.cast_unsigned() >= MILLIS_FROM {
        Timestamp::from_millisecond(number)
    } else {
        Timestamp::from_second(number)
    };
    Some(moment.unwrap_or(Timestamp::MAX))
}

/// A number without sign. One too large to hold is the largest, for it means "very late".
fn whole_number(value: &str) -> Option<u64> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| value.parse().unwrap_or(u64::MAX))
}

fn after(now: Timestamp, seconds: u64) -> Timestamp {
    now.checked_add(Duration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        };
        pairs.iter().map(pair).collect()
    }

    const NOW: &str = "2026-11-23T01:00:00Z";

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_brought_forward() {
        for (value, expected) in [
            ("120", Some("2026-11-23T01:02:00Z")),
            ("0", Some(NOW)),
            (
                "Mon, 23 Nov 2026 03:00:00 GMT",
                Some("2026-11-23T03:00:00Z"),
            ),
            (
                "Monday, 23-Nov-26 03:00:00 GMT",
                Some("2026-11-23T03:00:00Z"),
            ),
            ("Mon Nov 23 03:00:00 2026", Some("2026-11-23T03:00:00Z")),
            (
                "Fri, 31 Dec 1999 23:59:59 GMT",
                Some("1999-12-31T23:59:59Z"),
            ),
            ("31536000", Some("2027-11-23T01:00:00Z")),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            let found = retry_after(&headers(&[("retry-after", value)]), at(NOW));
            assert_eq!(found, expected.map(at), "{value}");
        }
        for huge in ["99999999999999999999999999", "18446744073709551615"] {
            let found = retry_after(&headers(&[("retry-after", huge)]), at(NOW));
            assert_eq!(found, Some(Timestamp::MAX), "{huge}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), at(NOW)), None);
    }

    #[test]
    fn a_used_up_rate_names_its_reset_in_each_platforms_manner() {
        for (remaining, reset, value, expected) in [
            // Mastodon
            (
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "2026-11-23T01:05:00.000000Z",
                "2026-11-23T01:05:00Z",
            ),
            // PeerTube
            (
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "1795395900",
                "2026-11-23T01:05:00Z",
            ),
            // Bluesky
            (
                "ratelimit-remaining",
                "ratelimit-reset",
                "1795395900",
                "2026-11-23T01:05:00Z",
            ),
            // IETF draft
            (
                "ratelimit-remaining",
                "ratelimit-reset",
                "30",
                "2026-11-23T01:00:30Z",
            ),
            // milliseconds
            (
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "1795395900000",
                "2026-11-23T01:05:00Z",
            ),
        ] {
            let found = rate_limit_reset(&headers(&[(remaining, "0"), (reset, value)]), at(NOW));
            assert_eq!(found, Some(at(expected)), "{reset}: {value}");
            let left = rate_limit_reset(&headers(&[(remaining, "1"), (reset, value)]), at(NOW));
            assert_eq!(left, None, "something remains");
        }
    }

    #[test]
    fn half_said_limits_say_nothing() {
        for pairs in [
            &[("x-ratelimit-remaining", "0")][..],
            &[("x-ratelimit-reset", "30")],
            &[
                ("x-ratelimit-remaining", "none"),
                ("x-ratelimit-reset", "30"),
            ],
            &[
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "later"),
            ],
            &[("ratelimit-remaining", "0"), ("x-ratelimit-reset", "30")],
        ] {
            assert_eq!(
                rate_limit_reset(&headers(pairs), at(NOW)),
                None,
                "{pairs:?}"
            );
        }
    }

    #[test]
    fn of_two_limits_the_later_holds() {
        let both = headers(&[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "60"),
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", "30"),
        ]);
        assert_eq!(
            rate_limit_reset(&both, at(NOW)),
            Some(at("2026-11-23T01:01:00Z"))
        );
    }
}
