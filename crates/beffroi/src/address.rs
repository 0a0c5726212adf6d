//! The address of a page as people type it on a command line: the scheme may be missing, and what a
//! copy leaves at the ends is taken off. One address; what is none is refused with the reason.

use url::Url;

/// What a copied address brings along at its beginning.
const BEFORE: [char; 6] = ['<', '(', '"', '\'', '«', '\u{201c}'];
/// And at its end.
const AFTER: [char; 8] = ['>', '"', '\'', '»', '\u{201d}', ',', ';', '!'];

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address: {reason}")]
pub(crate) struct NotAnAddress {
    text: String,
    reason: String,
}

/// Reads an address; without a scheme it is taken as `https://`.
pub(crate) fn parse(text: &str) -> Result<Url, NotAnAddress> {
    read(text).map_err(|reason| NotAnAddress {
        text: text.to_owned(),
        reason,
    })
}

fn read(text: &str) -> Result<Url, String> {
    let text = trimmed(text);
    if text.is_empty() {
        return Err("it is empty; give one such as `https://www.exemple.fr/`".to_owned());
    }
    if text.contains(char::is_whitespace) {
        return Err("it has a space in it; give one address at a time".to_owned());
    }
    let whole = match text.split_once("://") {
        Some((_, rest)) if is_scheme_first(rest) => {
            return Err("it has two schemes; take one of them off".to_owned());
        }
        Some(_) => text.to_owned(),
        None => completed(text)?,
    };
    let url = Url::parse(&whole).map_err(|error| format!("{error}; {REMEDY}"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(format!("it names no host; {REMEDY}"));
    }
    Ok(url)
}

const REMEDY: &str = "write it whole, as in `https://www.exemple.fr/`";

fn trimmed(text: &str) -> &str {
    let text = text.trim().trim_start_matches(BEFORE);
    let text = text.trim_end_matches(AFTER).trim_end();
    // Brackets also end addresses of their own right: `…/Exemple_(ville)`.
    if text.contains('(') {
        text
    } else {
        text.trim_end_matches(')')
    }
}

/// Gives the address its scheme.
fn completed(text: &str) -> Result<String, String> {
    let bare = text.trim_start_matches('/');
    let host_end = bare.find(['/', '?', '#']).unwrap_or(bare.len());
    let host = &bare[..host_end];
    if host.contains('@') {
        return Err("an e-mail address is no page; give its website's".to_owned());
    }
    // `www.exemple.fr:8080` begins as `mailto:x` does: a host has a dot, and a port is a number.
    if let Some((before, after)) = host.split_once(':')
        && !host.starts_with('[')
        && !before.contains('.')
        && (before.is_empty() || !is_number(after))
    {
        if ["http", "https"].contains(&before) {
            return Err(format!("two slashes are missing after `{before}:`"));
        }
        return Err(format!("`{before}:` is no page of the web; {REMEDY}"));
    }
    if !host.contains(['.', ':']) && host != "localhost" {
        return Err(format!("there is no dot in the host's name; {REMEDY}"));
    }
    Ok(format!("https://{bare}"))
}

/// Whether a scheme follows, as in `https://https://…`.
fn is_scheme_first(rest: &str) -> bool {
    rest.split_once("://")
        .is_some_and(|(word, _)| word.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_type_it() {
        for (typed, read) in [
            (
                "https://www.exemple.fr/a?b#c",
                "https://www.exemple.fr/a?b#c",
            ),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("www.exemple.fr", "https://www.exemple.fr/"),
            ("//www.exemple.fr/a", "https://www.exemple.fr/a"),
            ("www.exemple.fr:8080", "https://www.exemple.fr:8080/"),
            ("www.exemple.fr:8080/a", "https://www.exemple.fr:8080/a"),
            ("localhost:8080", "https://localhost:8080/"),
            ("[::1]:8080/a", "https://[::1]:8080/a"),
            ("https://www.exemple.fr,", "https://www.exemple.fr/"),
            (" <https://www.exemple.fr>; ", "https://www.exemple.fr/"),
            ("(www.exemple.fr)", "https://www.exemple.fr/"),
            ("«www.exemple.fr»", "https://www.exemple.fr/"),
            (
                "https://exemple.fr/X_(ville)",
                "https://exemple.fr/X_(ville)",
            ),
            (
                "https://exemple.fr/?to=https://autre.fr/",
                "https://exemple.fr/?to=https://autre.fr/",
            ),
            ("https://mairie-sète.fr", "https://xn--mairie-ste-66a.fr/"),
            // What may be asked is the polite client's to tell.
            ("ftp://127.0.0.1/", "ftp://127.0.0.1/"),
            (
                "http://user:word@exemple.fr/",
                "http://user:word@exemple.fr/",
            ),
        ] {
            let url = parse(typed).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(url.as_str(), read, "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (typed, word) in [
            ("", "empty"),
            (",", "empty"),
            ("no address", "space"),
            ("https://a.fr https://b.fr", "one address at a time"),
            ("http://", "host"),
            ("https:///", "host"),
            ("https://http://", "two schemes"),
            ("https://https://www.exemple.fr", "two schemes"),
            ("https:www.exemple.fr", "two slashes"),
            ("mailto:mairie@exemple.fr", "e-mail"),
            ("mairie@exemple.fr", "e-mail"),
            ("tel:0102030405", "port"),
            ("javascript:void(0)", "`javascript:`"),
            ("mairie", "no dot"),
            ("https://a.fr:99999/", "port"),
            ("file:///etc/passwd", "host"),
        ] {
            let error = parse(typed).expect_err(typed).to_string();
            assert!(error.contains(word), "{typed}: {error}");
            assert!(
                error.starts_with(&format!("`{typed}` is no address")),
                "{error}"
            );
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic() {
        for text in [
            "://", ":", "[", "]:", "é:é", "\u{a0}", "(", "a.b:", ".:x", "@",
        ] {
            let _ = parse(text);
        }
    }
}
