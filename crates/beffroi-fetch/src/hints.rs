//! What servers say about when to come back: `Retry-After` and the rate-limit headers.
//!
//! A moment that a server names is never brought forward. What cannot be understood counts as
//! not said. All of these headers may be absent.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

/// Below this a reset is a number of seconds from now (draft `RateLimit` headers), above it a Unix
/// time in seconds (Bluesky, express-rate-limit), from `MILLIS_FROM` on in milliseconds.
const UNIX_FROM: u64 = 1_000_000_000;
const MILLIS_FROM: u64 = 1_000_000_000_000;

/// The moment before which the server wants no request at all, as the head of an answer says it:
/// the latest of `Retry-After` (whatever the status) and of the resets of rates that are used up.
pub(crate) fn not_before(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let is_refused = status == 429;
    let asked = retry_after(headers, now);
    let limits = limits(headers, now);
    // Who is refused has used his rate up, even where nobody counts it for him.
    let is_used_up = |limit: &&Limit| limit.left.map_or(is_refused, |left| left < 1.0);
    let used_up = limits.iter().filter(is_used_up).map(|limit| limit.reset);
    let not_before = asked.max(used_up.max());
    if is_refused && not_before.is_none() {
        // Every count says that something is left, and yet: one of them is wrong.
        return limits.iter().map(|limit| limit.reset).max();
    }
    not_before
}

/// The moment of `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3). A proxy may add its own
/// to the server's: the later holds.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let moment = |value: &HeaderValue| {
        let value = value.to_str().ok()?.trim();
        if let Some(seconds) = number(value) {
            return Some(after(now, seconds));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        Timestamp::try_from(date).ok()
    };
    headers.get_all(RETRY_AFTER).iter().filter_map(moment).max()
}

/// A rate that the server keeps of us.
struct Limit {
    /// Requests that are left of it, where said.
    left: Option<f64>,
    reset: Timestamp,
}

impl Limit {
    fn read(left: Option<&str>, reset: Option<&str>, now: Timestamp) -> Option<Self> {
        Some(Self {
            left: left.and_then(|left| left.parse().ok()),
            reset: reset_moment(reset?, now)?,
        })
    }
}

/// The rates that a head tells, in whichever of the usual ways.
fn limits(headers: &HeaderMap, now: Timestamp) -> Vec<Limit> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let apart = [
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("x-rate-limit-remaining", "x-rate-limit-reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ]
    .into_iter()
    .filter_map(|(left, reset)| Limit::read(text(left), text(reset), now));
    let together = headers
        .get_all("ratelimit")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| limits_of_field(value, now));
    apart.chain(together).collect()
}

/// The field `RateLimit` of the IETF's draft (draft-ietf-httpapi-ratelimit-headers). Up to its
/// seventh version a dictionary of one rate, `limit=10, remaining=0, reset=2`; since then a list of
/// rates with parameters, `"default";r=0;t=2`. Resets are seconds from now.
fn limits_of_field(field: &str, now: Timestamp) -> Vec<Limit> {
    let mut limits = Vec::new();
    let (mut left, mut reset) = (None, None);
    let mut is_quoted = false;
    let parts = field.split(|c| {
        is_quoted ^= c == '"';
        !is_quoted && matches!(c, ',' | ';')
    });
    for part in parts {
        match part
            .split_once('=')
            .map(|(key, it)| (key.trim(), it.trim()))
        {
            Some(("r" | "remaining", it)) => left = Some(it),
            Some(("t" | "reset", it)) => reset = Some(it),
            Some((key, _)) if !key.starts_with('"') => {}
            // The name of the next rate.
            _ => limits.extend(Limit::read(left.take(), reset.take(), now)),
        }
    }
    limits.extend(Limit::read(left, reset, now));
    limits
}

/// Mastodon writes an ISO 8601 timestamp, PeerTube and Bluesky seconds.
fn reset_moment(value: &str, now: Timestamp) -> Option<Timestamp> {
    let Some(number) = number(value) else {
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

/// A number without sign, rounded up. One too large to hold is the largest, for it means "very
/// late".
fn number(value: &str) -> Option<u64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let is_number = [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let has_more = fraction.bytes().any(|byte| byte != b'0');
    is_number.then(|| {
        let whole: u64 = whole.parse().unwrap_or(u64::MAX);
        whole.saturating_add(u64::from(has_more))
    })
}

fn after(now: Timestamp, seconds: u64) -> Timestamp {
    now.checked_add(Duration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderName;

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
            ("1.5", Some("2026-11-23T01:00:02Z")),
            ("1.0", Some("2026-11-23T01:00:01Z")),
            ("1.", None),
            (".5", None),
            ("1e9", None),
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
    fn of_two_retry_afters_the_later_holds() {
        for values in [["1", "3000"], ["3000", "1"], ["3000", "soon"]] {
            let mut both = HeaderMap::new();
            for value in values {
                both.append(RETRY_AFTER, HeaderValue::from_static(value));
            }
            for status in [429, 503, 200, 301, 404] {
                assert_eq!(
                    not_before(status, &both, at(NOW)),
                    Some(at("2026-11-23T01:50:00Z")),
                    "{status}"
                );
            }
        }
    }

    #[test]
    fn a_rate_is_read_in_every_draft_of_its_field() {
        for (field, expected) in [
            ("limit=10, remaining=0, reset=2", Some(2)),
            ("limit=10;w=60, reset=2,other=1,remaining=0", Some(2)),
            ("limit=10, remaining=1, reset=2", None),
            ("\"default\";r=0;t=2", Some(2)),
            ("\"default\"; r=0 ; t=2", Some(2)),
            ("default;r=0;t=2", Some(2)),
            ("\"a\";r=0;t=2, \"b\";r=9;t=3600", Some(2)),
            ("\"a\";r=0;t=2, \"b\";r=0;t=60;pk=:cHsd:", Some(60)),
            ("\"a;r=1, t=9\";r=0;t=2", Some(2)),
            ("\"default\";r=5;t=2", None),
            ("\"default\";r=0", None),
            ("\"open;r=0;t=2", None),
            ("", None),
        ] {
            let found = not_before(200, &headers(&[("ratelimit", field)]), at(NOW));
            let expected = expected.map(|seconds| after(at(NOW), seconds));
            assert_eq!(found, expected, "{field}");
        }
    }

    #[test]
    fn who_is_refused_has_used_his_rate_up() {
        for (pairs, expected) in [
            (&[("x-ratelimit-reset", "2")][..], Some(2)),
            (&[("x-rate-limit-reset", "1.5")], Some(2)),
            (&[("ratelimit", "limit=10, reset=2")], Some(2)),
            (
                &[("x-ratelimit-remaining", "9"), ("x-ratelimit-reset", "30")],
                Some(30),
            ),
            // What is left of another rate is no reason to wait for its reset.
            (
                &[
                    ("retry-after", "60"),
                    ("x-ratelimit-remaining", "4999"),
                    ("x-ratelimit-reset", "3600"),
                ],
                Some(60),
            ),
            (&[("ratelimit", "\"a\";r=0;t=2, \"b\";r=9;t=3600")], Some(2)),
            (
                &[("retry-after", "1"), ("x-ratelimit-reset", "30")],
                Some(30),
            ),
            (&[("x-ratelimit-remaining", "0")], None),
        ] {
            let found = not_before(429, &headers(pairs), at(NOW));
            let expected = expected.map(|seconds| after(at(NOW), seconds));
            assert_eq!(found, expected, "{pairs:?}");
        }
        let unasked = headers(&[("x-ratelimit-reset", "2")]);
        assert_eq!(not_before(503, &unasked, at(NOW)), None);
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
            let found = not_before(200, &headers(&[(remaining, "0"), (reset, value)]), at(NOW));
            assert_eq!(found, Some(at(expected)), "{reset}: {value}");
            let left = not_before(200, &headers(&[(remaining, "1"), (reset, value)]), at(NOW));
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
            assert_eq!(not_before(200, &headers(pairs), at(NOW)), None, "{pairs:?}");
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
            not_before(200, &both, at(NOW)),
            Some(at("2026-11-23T01:01:00Z"))
        );
    }
}
