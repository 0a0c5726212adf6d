//! Addresses as pages write them, before they are resolved.

use url::{Position, Url};

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

/// Host and port of an address, the port only where it is not the usual one: another port is another
/// server.
pub(super) fn authority(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
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
        .find(['/', '?', '#'])
        .unwrap_or(after_scheme.len());
    let there = &after_scheme[..end];
    let there = there
        .strip_suffix(":80")
        .or_else(|| there.strip_suffix(":443"))
        .unwrap_or(there);
    !strip_www(there).eq_ignore_ascii_case(own_host)
}

/// Whether an address without a scheme is meant to lead to another host, as people write it:
/// `www.facebook.com/mairie`. A browser takes it for a page of the site, which is never there.
pub(super) fn lacks_its_scheme(href: &str) -> bool {
    /// Hosts that are written without `www.` as well.
    const BARE: [&str; 6] = [
        "facebook.com/",
        "instagram.com/",
        "linkedin.com/",
        "twitter.com/",
        "x.com/",
        "youtube.com/",
    ];
    let begins = |start: &str| {
        href.get(..start.len())
            .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
    };
    let has_host = || {
        let host = href[4..].split(['/', '?', '#']).next().unwrap_or_default();
        host.contains('.') && !host.ends_with('.')
    };
    begins("www.") && has_host() || BARE.iter().any(|host| begins(host))
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

/// Whether an address is a share button's as the networks prescribe it, seen without resolving it:
/// the rules find no account in one, and a page of news has four beside each of them.
pub(super) fn is_share_button(href: &str) -> bool {
    const BUTTONS: [&str; 13] = [
        "facebook.com/sharer/",
        "facebook.com/sharer.php?",
        "facebook.com/share.php?",
        "facebook.com/dialog/",
        "twitter.com/intent/tweet?",
        "twitter.com/share?",
        "x.com/intent/tweet?",
        "x.com/intent/post?",
        "x.com/share?",
        "linkedin.com/shareArticle?",
        "linkedin.com/sharing/",
        "wa.me/?",
        "api.whatsapp.com/send?text=",
    ];
    let Some(rest) = href
        .strip_prefix("https://")
        .or_else(|| href.strip_prefix("http://"))
    else {
        return false;
    };
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    // Behind `#!` there may be an account.
    BUTTONS.iter().any(|button| rest.starts_with(button)) && !rest.contains('#')
}

/// Whether an address certainly leads to the host of `base`, seen without resolving it: most do, by
/// a path or by that very host.
pub(super) fn stays_on(href: &str, base: &Url) -> bool {
    let begins_a_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    match href.as_bytes() {
        [b'/', next, ..] if begins_a_name(next) => return true,
        [first, ..] if begins_a_name(first) && !href.contains(':') => return true,
        _ => {}
    }
    let rest = href
        .strip_prefix("https://")
        .or_else(|| href.strip_prefix("http://"));
    let own = authority(base);
    rest.and_then(|rest| rest.strip_prefix(own))
        .is_some_and(|after| !own.is_empty() && after.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_address_that_stays_is_resolved_to_the_host_of_the_page(
            href in "(https?:|/|//|\\\\|\t|[a-z.:?#@_-]|www\\.exemple\\.example){0,8}",
        ) {
            let base: Url = "https://www.exemple.example/a/b".parse().unwrap();
            if stays_on(&href, &base) {
                let url = base.join(&href).unwrap();
                prop_assert_eq!(url.host_str(), base.host_str());
                prop_assert!(matches!(url.scheme(), "http" | "https"));
            }
        }
    }

    #[test]
    fn no_account_is_found_in_what_is_taken_for_a_share_button() {
        for (href, is_button) in [
            ("https://www.facebook.com/sharer/sharer.php?u=x", true),
            ("https://www.facebook.com/sharer.php?u=x", true),
            ("http://facebook.com/share.php?u=x", true),
            ("https://www.facebook.com/dialog/share?x", true),
            ("https://twitter.com/intent/tweet?url=x&via=mairie", true),
            ("https://twitter.com/share?url=x", true),
            ("https://x.com/intent/post?text=x", true),
            ("https://x.com/share?url=x", true),
            ("https://www.linkedin.com/shareArticle?mini=true", true),
            ("https://www.linkedin.com/sharing/share-offsite/?u", true),
            ("https://wa.me/?text=x", true),
            ("https://api.whatsapp.com/send?text=x", true),
            ("https://twitter.com/shareaza", false),
            ("https://twitter.com/intent/follow?screen_name=x", false),
            ("https://www.facebook.com/sharer/#!/mairie", false),
            ("https://www.facebook.com/sharershop", false),
            ("https://wa.me/33102030405", false),
        ] {
            assert_eq!(is_share_button(href), is_button, "{href}");
            let account = crate::accounts::parse(href).account();
            assert!(!is_button || account.is_none(), "{href}: {account:?}");
        }
    }

    #[test]
    fn another_port_is_another_server() {
        for (href, is_other) in [
            ("http://www.exemple.example/x", false),
            ("https://exemple.example:443/x", false),
            ("//exemple.example/x", false),
            ("http://www.exemple.example:9000/@mairie", true),
            ("/x:9000", false),
        ] {
            assert_eq!(is_external(href, "exemple.example"), is_other, "{href}");
        }
        let odd = "127.0.0.1:9000";
        assert!(!is_external("http://127.0.0.1:9000/x", odd));
        assert!(is_external("http://127.0.0.1:9001/x", odd));
        let base: Url = "http://127.0.0.1:9000/".parse().unwrap();
        assert!(stays_on("http://127.0.0.1:9000/x", &base));
        assert!(!stays_on("http://127.0.0.1/x", &base));
    }

    #[test]
    fn a_forgotten_scheme_is_seen() {
        for href in [
            "www.facebook.com/mairie",
            "WWW.exemple.fr",
            "facebook.com/mairie",
        ] {
            assert!(lacks_its_scheme(href), "{href}");
        }
        for href in [
            "www.html",
            "wwwexemple.fr",
            "/www.facebook.com/",
            "page.com/x",
            "www.",
        ] {
            assert!(!lacks_its_scheme(href), "{href}");
        }
    }

    #[test]
    fn paths_and_the_pages_own_host_stay() {
        let base: Url = "https://www.exemple.example/a/".parse().unwrap();
        for href in [
            "/x",
            "x.php?a=1",
            "../x",
            "https://www.exemple.example/x",
            "http://www.exemple.example/x",
        ] {
            assert!(stays_on(href, &base), "{href}");
        }
        for href in [
            "//autre.example/x",
            "/\t/autre.example/x",
            "/\\autre.example/x",
            "mailto:x@exemple.example",
            "https://www.exemple.example.autre.example/x",
            "https://www.exemple.example@autre.example/x",
        ] {
            assert!(!stays_on(href, &base), "{href}");
        }
    }
}
