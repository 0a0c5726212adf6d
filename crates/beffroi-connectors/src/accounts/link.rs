//! A URL opened up for the rules of a platform: sub-domain, clean path segments, parameters.
//!
//! Cleaning takes off what people and editors leave around a name (quotes, commas, spaces,
//! `&ref=ts` without its `?`), so that rules see names only.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use url::{Host, Url};

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
    /// ampersand) is forgiven.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.url
            .query_pairs()
            .filter(|(key, _)| key.strip_prefix("amp;").unwrap_or(key) == name)
            .map(|(_, value)| composed(text::trimmed(&value)))
            .find(|value| !value.is_empty())
    }

    /// Judges the address to which one of the parameters leads; `None` without such a parameter.
    pub(crate) fn follow(&self, names: &[&str]) -> Option<Parsed> {
        let target = names.iter().find_map(|name| self.param(name))?;
        Some(self.follow_to(&target))
    }

    /// Judges the address to which this one leads.
    pub(crate) fn follow_to(&self, target: &str) -> Parsed {
        if self.wrappers >= MAX_WRAPPERS {
            return Parsed::other(None, reason::WRAPPER);
        }
        dispatch::judge_text(target, self.wrappers + 1)
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
    let decoded: Cow<'_, str> = percent_decode_str(segment).decode_utf8_lossy();
    let end = decoded
        .find(['?', '&', '#', '"', '<', '>', '\\', ',', '/'])
        .unwrap_or(decoded.len());
    composed(text::trimmed(&decoded[..end]))
}

/// Letters and accents composed (NFC), so that one name has one spelling.
fn composed(text: &str) -> String {
    if text.is_ascii() {
        text.to_owned()
    } else {
        text.nfc().collect()
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
        ] {
            assert_eq!(path_of(dirty), ["Mairie"], "{dirty}");
        }
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(path_of("https://exemple.fr/se%CC%80te"), ["s\u{e8}te"]);
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
