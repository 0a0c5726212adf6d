//! Where redirects lead, and what does not follow them.

use beffroi_model::{Failed, Outcome};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, LOCATION, PROXY_AUTHORIZATION};
use url::Url;

use crate::{
    error::Failure,
    exchange::Answer,
    journey::{Errand, Journey},
};

/// Where a redirect leads: a POST nowhere, since what it carries is meant for the server that was
/// named. An address that was asked already leads in a circle, unless it was
/// asked without a cookie that has been set since.
pub(crate) fn next_hop(
    errand: &Errand,
    answer: &Answer,
    journey: &Journey,
) -> Result<Url, Failure> {
    let fail = |class| Failure {
        status: Some(answer.head.status),
        head: Some(Box::new(answer.head.clone())),
        ..Failure::of(Outcome::Failed(class))
    };
    if errand.post.is_some() {
        return Err(fail(Failed::BadRedirect));
    }
    let next = answer
        .head
        .headers
        .get(LOCATION)
        .and_then(|location| resolve(&errand.url, location.as_bytes()))
        .ok_or_else(|| fail(Failed::BadRedirect))?;
    let hops = journey.redirects.iter().chain([&errand.url]);
    let is_loop = hops
        .skip(journey.first_hop_with_all_cookies)
        .any(|asked| *asked == next);
    if is_loop || journey.redirects.len() >= errand.max_redirects as usize {
        return Err(fail(Failed::TooManyRedirects));
    }
    Ok(next)
}

/// Octets that may not stand in a header's URL as they are; all others beyond ASCII neither.
const BARE_IN_LOCATION: &AsciiSet = &CONTROLS.add(b' ');

/// Resolves a `Location`. Octets beyond ASCII are encoded one by one: what the server wrote is
/// what it gets back, in whatever charset.
fn resolve(base: &Url, location: &[u8]) -> Option<Url> {
    let location = location.trim_ascii();
    if location.is_empty() {
        return None;
    }
    let mut next = base
        .join(&percent_encode(location, BARE_IN_LOCATION).to_string())
        .ok()?;
    next.set_fragment(None);
    Some(next)
}

/// What was meant for one origin is not shown to another.
pub(crate) fn drop_sensitive(headers: &mut HeaderMap) {
    let sensitive: Vec<_> = headers
        .iter()
        .filter(|(name, value)| {
            value.is_sensitive() || [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name)
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in sensitive {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn resolved(location: &[u8]) -> Option<String> {
        let base = Url::parse("https://mairie.example/a/b?c").unwrap();
        resolve(&base, location).map(|url| url.to_string())
    }

    #[test]
    fn locations_are_resolved_as_written() {
        for (location, expected) in [
            (&b"/accueil"[..], "https://mairie.example/accueil"),
            (b"../x", "https://mairie.example/x"),
            (b"?p=1", "https://mairie.example/a/b?p=1"),
            (b"//autre.example", "https://autre.example/"),
            (b"  /x#haut ", "https://mairie.example/x"),
            (b"/actualit\xe9s", "https://mairie.example/actualit%E9s"),
            (
                b"/actualit\xc3\xa9s",
                "https://mairie.example/actualit%C3%A9s",
            ),
            (b"/caf%E9", "https://mairie.example/caf%E9"),
            (b"/a b", "https://mairie.example/a%20b"),
        ] {
            assert_eq!(resolved(location).as_deref(), Some(expected));
        }
        for garbage in [
            &b""[..],
            b"   ",
            b"http://",
            b"https://[::1",
            b"http://a:99999/",
        ] {
            assert_eq!(resolved(garbage), None, "{garbage:?}");
        }
    }

    #[test]
    fn secrets_do_not_follow_to_another_origin() {
        let mut token = HeaderValue::from_static("secret");
        token.set_sensitive(true);
        let mut headers: HeaderMap = [
            (AUTHORIZATION, HeaderValue::from_static("Bearer x")),
            (COOKIE, HeaderValue::from_static("a=b")),
            ("x-token".parse().unwrap(), token),
            ("accept".parse().unwrap(), HeaderValue::from_static("*/*")),
        ]
        .into_iter()
        .collect();
        drop_sensitive(&mut headers);
        let left: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
        assert_eq!(left, ["accept"]);
    }
}
