//! A URL opened up for the rules of a platform: sub-domain, clean path segments, parameters.
//!
//! Cleaning takes off what people and editors leave around a name (quotes, commas, spaces,
//! `&ref=ts` without its `?`), so that rules see names only.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use url::{Host, Url, form_urlencoded};

use super::{Parsed, dispatch, reason, text};

/// No rule looks further into a path.
const SEGMENTS: usize = 8;

/// A redirector may wrap another one; beyond this somebody is playing.
pub(crate) const MAX_WRAPPERS: usize = 4;

/// A URL on a host whose rules are known.
pub(crate) struct Link<'a> {
    /// The URL itself.
    pub(crate) url: &'a Url,
    /// What stands before the platform's domain: empty, `www`, `fr-fr`.
    pub(crate) subdomain: &'a str,
    /// The platform's domain on which it was recognised.
    pub(crate) domain: &'a str,
    /// The path's segments, decoded, cleaned, as spelt.
    spelt: Vec<String>,
    /// The same in lower case.
    lower: Vec<String>,
    /// How many redirectors were opened to come here.
    wrappers: usize,
}

impl<'a> Link<'a> {
    pub(crate) fn new(url: &'a Url, domain: &'a str, wrappers: usize) -> Self {
        let host = url.host_str().unwrap_or_default();
        let host = host.strip_suffix('.').unwrap_or(host);
        let subdomain = host
            .strip_suffix(domain)
            .unwrap_or_default()
            .trim_end_matches('.');
        let spelt: Vec<String> = url
            .path()
            .split('/')
            .map(clean_segment)
            .filter(|segment| !segment.is_empty())
            .take(SEGMENTS)
            .collect();
        let lower = spelt.iter().map(|segment| segment.to_lowercase()).collect();
        Self {
            url,
            subdomain,
            domain,
            spelt,
            lower,
            wrappers,
        }
    }

    /// The path in lower case, for matching.
    pub(crate) fn path(&self) -> Vec<&str> {
        self.lower.iter().map(String::as_str).collect()
    }

    /// A segment as it is spelt; empty when there are not so many.
    pub(crate) fn spelt(&self, index: usize) -> &str {
        self.spelt.get(index).map_or("", String::as_str)
    }

    /// The first non-empty value of a parameter, cleaned. `amp;` before its name (a twice escaped
    /// ampersand) is forgiven, and so is an escaped `?` or `=` (`profile.php%3Fid%3D12`).
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let path = unescaped(self.url.path());
        // Not escaped, the question mark would have ended the path.
        let (_, escaped_query) = path.split_once('?').unwrap_or_default();
        self.url
            .query_pairs()
            .chain(form_urlencoded::parse(escaped_query.as_bytes()))
            .find_map(|(key, value)| {
                let pair = match key.split_once('=') {
                    Some(pair) if value.is_empty() => pair,
                    _ => (&*key, &*value),
                };
                let (key, value) = (pair.0, composed(text::trimmed(pair.1)));
                let is_wanted = key.strip_prefix("amp;").unwrap_or(key) == name;
                (is_wanted && !value.is_empty()).then_some(value)
            })
    }

    /// Judges the address to which one of the parameters leads; `None` without such a parameter.
    pub(crate) fn follow(&self, names: &[&str]) -> Option<Parsed> {
        let target = names.iter().find_map(|name| self.param(name))?;
        Some(self.follow_to(&target))
    }

    /// Judges the address to which this one leads. The login pages of platforms name by its path
    /// alone the page to which the visitor comes back.
    pub(crate) fn follow_to(&self, target: &str) -> Parsed {
        if self.wrappers >= MAX_WRAPPERS {
            return Parsed::other(None, reason::WRAPPER);
        }
        let is_own_path = target.starts_with('/')
            && !target.starts_with("//")
            && dispatch::has_rules(self.domain);
        match self.url.join(target) {
            Ok(url) if is_own_path => dispatch::judge_url(&url, self.wrappers + 1),
            _ => dispatch::judge_text(target, self.wrappers + 1),
        }
    }

    /// Whether the site is the platform's usual one, in any language: no sub-domain, `www`, `m`,
    /// `mobile`, `fr`, `fr-fr`.
    pub(crate) fn on_main_site(&self) -> bool {
        let label = self
            .subdomain
            .strip_prefix("www.")
            .unwrap_or(self.subdomain);
        matches!(label, "" | "www" | "m" | "mobile" | "touch") || is_locale(label)
    }
}

/// Host and port of a server as a fediverse handle writes them, and the origin of its canonical
/// URLs: https, except where plain http is served on a port of its own.
pub(crate) fn fediverse_origin(url: &Url) -> Option<(String, String)> {
    let host = url.host_str()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_server_name = matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)))
        || host.split('.').all(|label| {
            let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            !label.is_empty() && label.bytes().all(is_part)
        });
    // A host called `http` is what is left of a doubled scheme.
    if !is_server_name || matches!(host, "http" | "https") {
        return None;
    }
    Some(match url.port() {
        Some(port) => (
            format!("{host}:{port}"),
            format!("{}://{host}:{port}", url.scheme()),
        ),
        None => (host.to_owned(), format!("https://{host}")),
    })
}

/// Whether a label or a segment is a language tag: `fr`, `fr-fr`, `en_US`.
pub(crate) fn is_locale(label: &str) -> bool {
    let bytes = label.as_bytes();
    match bytes.len() {
        2 => bytes.iter().all(u8::is_ascii_alphabetic),
        5 => {
            matches!(bytes[2], b'-' | b'_')
                && [0, 1, 3, 4].iter().all(|&i| bytes[i].is_ascii_alphabetic())
        }
        _ => false,
    }
}

/// Decodes a path segment and takes off what is no part of a name.
fn clean_segment(segment: &str) -> String {
    let decoded = unescaped(segment);
    let end = decoded
        .find(['?', '&', '#', '"', '<', '>', '\\', ',', '/', '[', ']'])
        .unwrap_or(decoded.len());
    composed(text::trimmed(&decoded[..end]))
}

/// Undoes percent-encoding, also where an editor did it twice (`%25C3%25A8`): no platform has a
/// name with a percent sign.
fn unescaped(text: &str) -> Cow<'_, str> {
    let once = percent_decode_str(text).decode_utf8_lossy();
    if once.contains('%') {
        Cow::Owned(percent_decode_str(&once).decode_utf8_lossy().into_owned())
    } else {
        once
    }
}

/// Letters and accents composed (NFC) and no invisible marks between them, so that one name has
/// one spelling.
fn composed(text: &str) -> String {
    if text.is_ascii() {
        text.to_owned()
    } else {
        text.nfc().filter(|c| !text::is_invisible(*c)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(url: &str) -> Vec<String> {
        let url = Url::parse(url).unwrap();
        let link = Link::new(&url, "exemple.fr", 0);
        link.spelt.clone()
    }

    #[test]
    fn segments_lose_what_is_no_part_of_a_name() {
        for dirty in [
            "https://www.exemple.fr/Mairie%20",
            "https://www.exemple.fr/Mairie%22",
            "https://www.exemple.fr//Mairie,//",
            "https://www.exemple.fr/Mairie&ref=ts",
            "https://www.exemple.fr/Mairie%3Fref%3Dts",
            "https://www.exemple.fr/%E2%80%8BMairie%C2%A0).",
            "https://www.exemple.fr/Mai%E2%80%8Brie%E2%80%AC",
            "https://www.exemple.fr/Mairie]",
            "https://www.exemple.fr/Mairie%252F",
            "https://www.exemple.fr/Mairie%2520",
        ] {
            assert_eq!(path_of(dirty), ["Mairie"], "{dirty}");
        }
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(path_of("https://exemple.fr/se%CC%80te"), ["s\u{e8}te"]);
    }

    #[test]
    fn letters_that_are_escaped_twice_are_read() {
        assert_eq!(path_of("https://exemple.fr/s%25C3%25A8te"), ["s\u{e8}te"]);
        assert_eq!(path_of("https://exemple.fr/100%"), ["100%"]);
    }

    #[test]
    fn a_parameter_is_found_however_its_marks_are_escaped() {
        for dirty in [
            "https://exemple.fr/x?id=12",
            "https://exemple.fr/x?a=1&amp;id=12",
            "https://exemple.fr/x?id=&id=%2012%20",
            "https://exemple.fr/x%3Fid=12",
            "https://exemple.fr/x%3Fa=1&id%3D12",
            "https://exemple.fr/x?id%3D12",
        ] {
            let url = Url::parse(dirty).unwrap();
            let link = Link::new(&url, "exemple.fr", 0);
            assert_eq!(link.param("id").as_deref(), Some("12"), "{dirty}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay_visible_as_such() {
        assert_eq!(path_of("https://exemple.fr/s%E8te"), ["s\u{fffd}te"]);
    }

    #[test]
    fn language_tags_are_told_from_names() {
        assert!(is_locale("fr") && is_locale("fr-FR") && is_locale("en_us"));
        assert!(!is_locale("lyon") && !is_locale("f-fra") && !is_locale("é1"));
    }

    #[test]
    fn a_port_of_its_own_stays_and_a_usual_one_goes() {
        let origin = |url: &str| fediverse_origin(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(
            origin("http://127.0.0.1:9000/x"),
            ("127.0.0.1:9000".into(), "http://127.0.0.1:9000".into())
        );
        assert_eq!(
            origin("http://social.example:80/"),
            ("social.example".into(), "https://social.example".into())
        );
    }
}
