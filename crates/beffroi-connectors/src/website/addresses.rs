//! Addresses as pages write them, before they are resolved.

use super::facts::{MAX_HREF_BYTES, Refresh};

/// `5; url='/accueil'`, with any of the spellings that browsers forgive.
pub(super) fn parse_refresh(content: &str) -> Option<Refresh> {
    let content = content.trim_start();
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let delay_secs = match &content[..digits] {
        "" => 0,
        number => number.parse().unwrap_or(u32::MAX),
    };
    let rest = content[digits..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, ';' | ','));
    let rest = match rest.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().trim_start_matches('=').trim_start()
        }
        _ => rest,
    };
    let href = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
        _ => rest,
    };
    let href = href.trim();
    (digits > 0 || !href.is_empty()).then(|| Refresh {
        delay_secs,
        href: (!href.is_empty()).then(|| href.to_owned()),
    })
}

/// Whether an address leads to another host than the page's (`www.` apart). Addresses that are
/// none of the web's count as the site's own.
pub(super) fn is_external(href: &str, own_host: &str) -> bool {
    let after_scheme = match href.get(..8) {
        Some(start) if start.eq_ignore_ascii_case("https://") => &href[8..],
        _ => match href.get(..7) {
            Some(start) if start.eq_ignore_ascii_case("http://") => &href[7..],
            _ => match href.strip_prefix("//") {
                Some(rest) => rest,
                // `whatsapp://send`, `https:/host`, `viber://`: none of the site's own pages.
                None => return href.get(..10).is_some_and(|start| start.contains(":/")),
            },
        },
    };
    let end = after_scheme
        .find(['/', '?', '#', ':'])
        .unwrap_or(after_scheme.len());
    !strip_www(&after_scheme[..end]).eq_ignore_ascii_case(own_host)
}

pub(super) fn strip_www(host: &str) -> &str {
    match host.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    }
}

/// The first web address between quotes in a script.
pub(super) fn first_web_address(script: &str) -> Option<&str> {
    let start = script.find("http")?;
    let address = &script[start..];
    let end = address
        .find(['\'', '"', ')', ' ', '<'])
        .unwrap_or(address.len());
    let address = &address[..end];
    (address.contains("://") && address.len() <= MAX_HREF_BYTES).then_some(address)
}
