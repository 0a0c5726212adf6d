//! The cookies of one journey: what a site sets with a redirect it gets back at the next hop.
//!
//! They go to the host that set them and to no other, are forgotten with the journey, and are never
//! logged.

use cookie::{Cookie, time::OffsetDateTime};
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// Bytes of names and values kept, about what servers take in one header. Further cookies are
/// passed over.
const MAX_BYTES: usize = 8 * 1024;

/// Cookies kept; the redirects of a site set one or two.
const MAX_COOKIES: usize = 32;

/// The cookies so far.
#[derive(Default)]
pub(crate) struct Cookies(Vec<Kept>);

struct Kept {
    host: String,
    path: String,
    is_secure: bool,
    name: String,
    value: String,
}

impl Cookies {
    /// Takes what an answer sets, and tells whether anything has changed by it.
    pub(crate) fn take(&mut self, url: &Url, headers: &HeaderMap) -> bool {
        let mut has_changed = false;
        for header in headers.get_all(SET_COOKIE) {
            let Some(cookie) = header.to_str().ok().and_then(|it| Cookie::parse(it).ok()) else {
                continue;
            };
            has_changed |= self.take_one(url, &cookie);
        }
        has_changed
    }

    fn take_one(&mut self, url: &Url, cookie: &Cookie<'_>) -> bool {
        let path = match cookie.path() {
            Some(path) if path.starts_with('/') => path,
            _ => folder(url.path()),
        };
        let host = url.host_str().unwrap_or_default();
        let is_same = |kept: &Kept| {
            (kept.host.as_str(), kept.path.as_str(), kept.name.as_str())
                == (host, path, cookie.name())
        };
        let at = self.0.iter().position(is_same);
        if let Some(at) = at
            && self.0[at].value == cookie.value()
            && !is_over(cookie)
        {
            return false;
        }
        let old = at.map(|at| self.0.remove(at));
        if is_over(cookie) {
            return old.is_some();
        }
        let bytes = |name: &str, value: &str| name.len() + value.len() + "=; ".len();
        let kept_bytes: usize = self.0.iter().map(|it| bytes(&it.name, &it.value)).sum();
        let room = MAX_BYTES.saturating_sub(kept_bytes);
        if self.0.len() == MAX_COOKIES || bytes(cookie.name(), cookie.value()) > room {
            return old.is_some();
        }
        self.0.push(Kept {
            host: host.to_owned(),
            path: path.to_owned(),
            is_secure: cookie.secure() == Some(true),
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
        });
        true
    }

    /// Adds the cookies of a URL to the headers of its request.
    pub(crate) fn add_to(&self, url: &Url, headers: &mut HeaderMap) {
        let mut line = String::new();
        for kept in self.0.iter().filter(|kept| kept.is_for(url)) {
            if line.is_empty() {
                let own = headers.get(COOKIE).and_then(|own| own.to_str().ok());
                line.push_str(own.unwrap_or_default());
            }
            if !line.is_empty() {
                line.push_str("; ");
            }
            line.push_str(&kept.name);
            line.push('=');
            line.push_str(&kept.value);
        }
        if line.is_empty() {
            return;
        }
        if let Ok(mut value) = HeaderValue::try_from(line) {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
    }
}

impl Kept {
    fn is_for(&self, url: &Url) -> bool {
        let is_host = url.host_str() == Some(&self.host);
        let is_under = url
            .path()
            .strip_prefix(self.path.as_str())
            .is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
            });
        is_host && is_under && (!self.is_secure || url.scheme() == "https")
    }
}

/// Whether the cookie is one to be forgotten.
fn is_over(cookie: &Cookie<'_>) -> bool {
    match (cookie.max_age(), cookie.expires_datetime()) {
        (Some(age), _) => !age.is_positive(),
        (None, Some(moment)) => moment <= OffsetDateTime::now_utc(),
        (None, None) => false,
    }
}

/// The path for which a cookie holds that names none (RFC 6265, 5.1.4).
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(end) if end > 0 => &path[..end],
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn set(cookies: &mut Cookies, from: &str, lines: &[&str]) -> bool {
        let headers = lines
            .iter()
            .map(|line| (SET_COOKIE, HeaderValue::from_str(line).unwrap()))
            .collect();
        cookies.take(&url(from), &headers)
    }

    fn sent(cookies: &Cookies, to: &str) -> String {
        let mut headers = HeaderMap::new();
        cookies.add_to(&url(to), &mut headers);
        headers.get(COOKIE).map_or(String::new(), |value| {
            assert!(value.is_sensitive());
            value.to_str().unwrap().to_owned()
        })
    }

    #[test]
    fn a_cookie_goes_to_its_host_path_and_scheme() {
        let mut cookies = Cookies::default();
        let lines = [
            "a=1; Domain=exemple.example; Path=/",
            "b=2",
            "c=3; Path=/; Secure",
            "d=4; Path=/fr/",
        ];
        assert!(set(&mut cookies, "https://www.exemple.example/x/y", &lines));
        for (to, expected) in [
            ("https://www.exemple.example/", "a=1; c=3"),
            ("https://www.exemple.example/x", "a=1; b=2; c=3"),
            ("http://www.exemple.example/x/z", "a=1; b=2"),
            ("http://www.exemple.example/xyz", "a=1"),
            ("http://www.exemple.example/fr/a", "a=1; d=4"),
            ("https://exemple.example/", ""),
            ("https://autre.example/", ""),
        ] {
            assert_eq!(sent(&cookies, to), expected, "{to}");
        }
    }

    #[test]
    fn only_what_changes_is_new() {
        const SITE: &str = "https://exemple.example/";
        let mut cookies = Cookies::default();
        assert!(set(&mut cookies, SITE, &["a=1"]));
        assert!(!set(&mut cookies, SITE, &["a=1; HttpOnly"]));
        assert!(set(&mut cookies, SITE, &["a=2"]));
        assert_eq!(sent(&cookies, SITE), "a=2");
        assert!(set(&mut cookies, SITE, &["a=2; Max-Age=0"]));
        assert_eq!(sent(&cookies, SITE), "");
        let past = "b=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert!(!set(&mut cookies, SITE, &[past, "", "=x", "no pair"]));
        assert!(!set(&mut cookies, SITE, &[]));
    }

    #[test]
    fn few_cookies_are_kept_and_no_large_ones() {
        const SITE: &str = "https://exemple.example/";
        let mut cookies = Cookies::default();
        for number in 0..1_000 {
            set(&mut cookies, SITE, &[&format!("a{number}=1")]);
        }
        assert_eq!(cookies.0.len(), MAX_COOKIES);
        let mut cookies = Cookies::default();
        let large = "x".repeat(5_000);
        assert!(set(&mut cookies, SITE, &[&format!("a={large}")]));
        assert!(!set(&mut cookies, SITE, &[&format!("b={large}")]));
        assert!(set(&mut cookies, SITE, &["c=1"]));
        assert!(sent(&cookies, SITE).len() < MAX_BYTES);
    }

    #[test]
    fn a_cookie_joins_those_of_the_caller() {
        let mut cookies = Cookies::default();
        set(&mut cookies, "https://exemple.example/", &["a=1"]);
        let mut headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("own=0"))]);
        cookies.add_to(&url("https://exemple.example/"), &mut headers);
        assert_eq!(headers[COOKIE], "own=0; a=1");
    }
}
