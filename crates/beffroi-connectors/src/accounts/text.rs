//! From whatever people type to a URL: schemes missing, doubled or mistyped, quotes and commas
//! around, entities, several addresses in one cell.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{Parsed, dispatch, reason};
use crate::{bluesky, mastodon};

/// Longer texts are no address anybody meant. Servers refuse URLs beyond 8 KiB.
const MAX_BYTES: usize = 8192;

/// Redirectors in each other encode an address once more each; twice is seen where one forgot to
/// decode.
const MAX_ENCODINGS: usize = 2;

/// What is trimmed off as a whole word, besides single characters.
const JUNK_WORDS: &[&str] = &["%20", "%C2%A0", "&nbsp;", "&quot;", "&lt;", "&gt;"];

/// Ways in which the two schemes of the web get typed.
const WEB_SCHEMES: &[(&str, &str)] = &[
    ("hhttp", "http"),
    ("hhttps", "https"),
    ("hhtps", "https"),
    ("htp", "http"),
    ("htpp", "http"),
    ("htpps", "https"),
    ("htps", "https"),
    ("http", "http"),
    ("https", "https"),
    ("httpss", "https"),
    ("htttp", "http"),
    ("htttps", "https"),
    ("ttp", "http"),
    ("ttps", "https"),
];

/// Judges a text; `wrappers` redirectors were opened to find it.
pub(super) fn judge(input: &str, wrappers: usize) -> Parsed {
    if input.len() > MAX_BYTES {
        return Parsed::unusable(reason::NOT_A_URL);
    }
    let cleaned = cleaned(input);
    let text = first_address(&cleaned);
    if let Some(mention) = text.strip_prefix('@') {
        return judge_mention(mention);
    }
    match scheme_of(text) {
        Some(("acct", mention)) => return judge_mention(mention),
        Some(("at" | "did", _)) => return bluesky::accounts::judge_identifier(text),
        _ => {}
    }
    if is_email(text) {
        return Parsed::unusable(reason::EMAIL);
    }
    match to_url(text) {
        Some(url) => dispatch::judge_url(&url, wrappers),
        None => Parsed::unusable(reason::NOT_A_URL),
    }
}

/// Takes off white space, quotes, brackets and closing punctuation, at both ends.
pub(crate) fn trimmed(text: &str) -> &str {
    let is_junk = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || is_invisible(c)
            || matches!(
                c,
                '"' | '\'' | '`' | '\u{ab}' | '\u{bb}' | '\u{2018}'
                    ..='\u{201f}'
                        | '\u{2026}'
                        | '<'
                        | '>'
                        | '('
                        | ')'
                        | '{'
                        | '}'
                        | '|'
                        | ','
                        | ';'
                        | '!'
                        | '*'
            )
    };
    // A full stop or a colon ends a sentence, but starts `./x` and ends nothing that we know.
    let is_closing_junk = |c: char| is_junk(c) || matches!(c, '.' | ':' | '\\');
    let mut text = text;
    loop {
        let before = text.len();
        text = text
            .trim_start_matches(is_junk)
            .trim_end_matches(is_closing_junk);
        for word in JUNK_WORDS {
            text = text.strip_prefix(word).unwrap_or(text);
            text = text.strip_suffix(word).unwrap_or(text);
        }
        if text.len() == before {
            return text;
        }
    }
}

/// A mark that a copied text carries unseen: soft hyphens, zero-width spaces and joiners, marks of
/// writing direction (which Windows puts before what its dialogs show), the byte order mark.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// Trims, and undoes the escapes of JSON (`\/`), of HTML (`&amp;`) and of a whole address
/// (`https%3A%2F%2F…`).
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    let mut cleaned = Cow::Borrowed(trimmed(text));
    if cleaned.contains('\\') || cleaned.contains("&amp;") {
        cleaned = Cow::Owned(
            cleaned
                .replace("\\/", "/")
                .replace('\\', "/")
                .replace("&amp;", "&"),
        );
    }
    for _ in 0..MAX_ENCODINGS {
        if !is_encoded_address(&cleaned) {
            break;
        }
        let decoded = percent_decode_str(&cleaned).decode_utf8_lossy();
        cleaned = Cow::Owned(decoded.into_owned());
    }
    cleaned
}

/// Whether the slashes behind the scheme are percent-encoded, hence all that follows as well.
fn is_encoded_address(text: &str) -> bool {
    let starts_with = |text: &str, start: &str| {
        text.get(..start.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    ["https", "http"]
        .iter()
        .find(|scheme| starts_with(text, scheme))
        .is_some_and(|scheme| {
            let after = &text[scheme.len()..];
            ["%3A", "%253A", ":%2F", ":%252F"]
                .iter()
                .any(|mark| starts_with(after, mark))
        })
}

/// The first address of a text that may hold several, or words around one.
pub(crate) fn first_address(text: &str) -> &str {
    let text = text
        .match_indices([',', ';', '|'])
        .find(|(at, _)| web_scheme(text[at + 1..].trim_start()).is_some())
        .map_or(text, |(at, _)| &text[..at]);
    if !text.contains(char::is_whitespace) || text.contains(":// ") {
        return trimmed(text);
    }
    let mut words = text.split_whitespace();
    words
        .clone()
        .find(|word| word.contains("://"))
        .or_else(|| words.find(|word| word.contains(['.', '@', ':'])))
        .map_or(text, trimmed)
}

/// Reads an address, repairing its scheme; `None` when no host can be seen in it.
pub(crate) fn to_url(text: &str) -> Option<Url> {
    let (scheme, rest) = without_schemes(text);
    let Some(scheme) = scheme else {
        return without_scheme_to_url(rest);
    };
    let rest = rest.split_whitespace().next()?;
    Url::parse(&format!("{scheme}://{rest}")).ok()
}

/// Whether a text is an e-mail address, with or without `mailto:`.
pub(crate) fn is_email(text: &str) -> bool {
    let address = match scheme_of(text) {
        Some(("mailto", _)) => return true,
        Some(_) => return false,
        None => text,
    };
    let host_end = address.find(['/', '?', '#']).unwrap_or(address.len());
    address[..host_end]
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && looks_like_host(host))
}

fn without_scheme_to_url(text: &str) -> Option<Url> {
    if let Some(rest) = text.strip_prefix("//") {
        return Url::parse(&format!("https://{}", rest.trim_start_matches('/'))).ok();
    }
    if scheme_of(text).is_some() {
        return Url::parse(text).ok();
    }
    let host_end = text.find(['/', '?', '#', ':']).unwrap_or(text.len());
    if !looks_like_host(&text[..host_end]) {
        return None;
    }
    Url::parse(&format!("https://{text}")).ok()
}

/// A name under a public suffix, or an address in figures.
fn looks_like_host(host: &str) -> bool {
    let Ok(host) = Host::parse(host.trim_end_matches('.')) else {
        return false;
    };
    match host {
        Host::Ipv4(_) | Host::Ipv6(_) => true,
        Host::Domain(domain) => {
            psl::domain(domain.as_bytes()).is_some_and(|domain| domain.suffix().is_known())
        }
    }
}

/// Takes off the schemes of the web, however many; the innermost one counts.
fn without_schemes(text: &str) -> (Option<&'static str>, &str) {
    let mut scheme = None;
    let mut rest = text;
    while let Some((found, after)) = web_scheme(rest) {
        scheme = Some(found);
        rest = after.trim_start();
    }
    (scheme, rest)
}

/// A scheme of the web at the start of a text, and what follows its colon and slashes.
fn web_scheme(text: &str) -> Option<(&'static str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .filter(|end| *end <= 6)?;
    let (word, after) = text.split_at(end);
    let (_, scheme) = WEB_SCHEMES
        .iter()
        .find(|(typed, _)| typed.eq_ignore_ascii_case(word))?;
    if !after.starts_with([':', ';']) && !after.starts_with("//") {
        return None;
    }
    Some((scheme, after.trim_start_matches([':', ';', '/', '\\'])))
}

/// The scheme of an address that is not of the web, and what follows its colon. `host:8080` has
/// none.
fn scheme_of(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
        && !rest.starts_with(|c: char| c.is_ascii_digit() && scheme != "tel");
    is_scheme.then_some((scheme, rest))
}

/// `user@host` is of the fediverse, `name.with.dots` of Bluesky, `name` of nobody knows what.
fn judge_mention(mention: &str) -> Parsed {
    let mention = trimmed(mention).trim_start_matches('@');
    match mention.split_once('@') {
        Some((user, host)) => mastodon::accounts::judge_mention(user, host),
        None if mention.contains('.') => bluesky::accounts::judge_mention(mention),
        None => Parsed::unusable(reason::BARE_HANDLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(text: &str) -> Option<String> {
        to_url(first_address(&cleaned(text))).map(String::from)
    }

    #[test]
    fn schemes_are_repaired() {
        for typed in [
            "www.exemple.fr/x",
            "//www.exemple.fr/x",
            "https://www.exemple.fr/x",
            "https:/www.exemple.fr/x",
            "https:www.exemple.fr/x",
            "https//www.exemple.fr/x",
            "https;//www.exemple.fr/x",
            "https:///www.exemple.fr/x",
            "https:// www.exemple.fr/x",
            "https:\\\\www.exemple.fr\\x",
            "https:\\/\\/www.exemple.fr\\/x",
            "htttps://www.exemple.fr/x",
            "ttps://www.exemple.fr/x",
            "HTTPS://WWW.Exemple.FR/x",
            "https://https://www.exemple.fr/x",
            "http://https://www.exemple.fr/x",
            "http://https//www.exemple.fr/x",
            "https%3A%2F%2Fwww.exemple.fr%2Fx",
            "https%253A%252F%252Fwww.exemple.fr%252Fx",
            "HTTPS%3a//www.exemple.fr/x",
            "https:%2F%2Fwww.exemple.fr%2Fx",
        ] {
            assert_eq!(
                url_of(typed).as_deref(),
                Some("https://www.exemple.fr/x"),
                "{typed}"
            );
        }
        assert_eq!(
            url_of("https://http://exemple.fr").as_deref(),
            Some("http://exemple.fr/")
        );
    }

    #[test]
    fn words_and_punctuation_around_an_address_are_left_out() {
        for typed in [
            " \"https://exemple.fr/x\" ",
            "\u{ab} https://exemple.fr/x \u{bb}",
            "(https://exemple.fr/x).",
            "https://exemple.fr/x%20",
            "https://exemple.fr/x, https://autre.fr",
            "https://exemple.fr/x;http://autre.fr",
            "https://exemple.fr/x et https://autre.fr",
            "Site : https://exemple.fr/x",
            "\u{200b}https://exemple.fr/x\u{feff}",
            "\u{202a}https://exemple.fr/x\u{202c}",
            "\u{2068}https://exemple.fr/x\u{2069}",
        ] {
            assert_eq!(
                url_of(typed).as_deref(),
                Some("https://exemple.fr/x"),
                "{typed}"
            );
        }
    }

    #[test]
    fn an_address_without_scheme_needs_a_public_suffix_or_figures() {
        assert_eq!(url_of("exemple.fr").as_deref(), Some("https://exemple.fr/"));
        assert_eq!(
            url_of("127.0.0.1:9000/@mairie").as_deref(),
            Some("https://127.0.0.1:9000/@mairie")
        );
        for junk in [
            "",
            "bonjour",
            "index.php",
            "/contact",
            "#",
            "?x=1",
            "fr",
            "...",
            "a b c",
        ] {
            assert_eq!(url_of(junk), None, "{junk}");
        }
    }

    #[test]
    fn an_email_address_is_no_site() {
        assert!(is_email("mairie@exemple.fr"));
        assert!(is_email("mailto:mairie@exemple.fr"));
        assert!(!is_email("https://social.example/@mairie"));
        assert!(!is_email("social.exemple.fr/@mairie"));
    }

    #[test]
    fn other_schemes_are_kept_as_they_are() {
        assert_eq!(
            url_of("tg://resolve?domain=x").as_deref(),
            Some("tg://resolve?domain=x")
        );
        assert_eq!(scheme_of("exemple.fr:8080/x"), None);
        assert_eq!(scheme_of("tel:0102030405"), Some(("tel", "0102030405")));
    }
}
