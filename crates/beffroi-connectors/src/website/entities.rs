//! Character references of HTML attributes and text, resolved leniently: what is no reference
//! stays as it is, so that `?a=1&b=2` survives.

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

/// No named reference is longer.
const LONGEST_NAME: usize = 32;

/// Resolves the references of a text.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut decoded = String::with_capacity(text.len());
    decoded.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let bytes = after.as_bytes();
        let end = memchr::memchr(b';', &bytes[..bytes.len().min(LONGEST_NAME)]);
        let resolved =
            end.and_then(|end| push_reference(&after[..end], &mut decoded).then_some(end));
        rest = match resolved {
            Some(end) => &after[end + 1..],
            None => {
                decoded.push('&');
                after
            }
        };
        let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        decoded.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(decoded)
}

fn push_reference(name: &str, decoded: &mut String) -> bool {
    let Some(number) = name.strip_prefix('#') else {
        let Some(characters) = resolve_html5_entity(name) else {
            return false;
        };
        decoded.push_str(characters);
        return true;
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    match code.ok().and_then(char::from_u32) {
        Some(character) => {
            decoded.push(character);
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn references_are_resolved_and_bare_ampersands_stay() {
        for (text, expected) in [
            ("plain", "plain"),
            ("Mentions l&eacute;gales", "Mentions légales"),
            ("?a=1&amp;b=2", "?a=1&b=2"),
            ("?a=1&b=2", "?a=1&b=2"),
            ("https&#58;&#x2F;&#X2f;x", "https://x"),
            ("&nosuch; & &", "&nosuch; & &"),
            ("&#xD800;&#99999999999;", "&#xD800;&#99999999999;"),
            ("&", "&"),
            ("é&é;", "é&é;"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
