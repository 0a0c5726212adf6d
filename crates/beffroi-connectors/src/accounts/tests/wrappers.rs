//! Redirectors, share buttons and short links of no platform.

use super::{Kind, kinds, parse};
use crate::accounts::link::MAX_WRAPPERS;
use crate::accounts::reason;

const TARGET: &str = "https%3A%2F%2Fwww.instagram.com%2Fvilledelyon%2F";

#[test]
fn a_redirector_is_opened() {
    for wrapper in [
        "https://l.facebook.com/l.php?h=AT0&u=",
        "https://lm.facebook.com/l.php?u=",
        "https://www.facebook.com/l.php?u=",
        "https://l.instagram.com/?u=",
        "https://www.google.com/url?sa=t&q=",
        "https://www.google.fr/url?url=",
        "https://href.li/?",
        "https://eur01.safelinks.protection.outlook.com/?url=",
        "https://out.reddit.com/x?url=",
        "https://www.youtube.com/redirect?event=x&q=",
        "https://www.exemple.fr/sortie?redirect=",
        "https://consent.google.com/ml?gl=FR&continue=",
    ] {
        let parsed = parse(&format!("{wrapper}{TARGET}"));
        assert_eq!(parsed.handle.as_deref(), Some("villedelyon"), "{wrapper}");
        assert_eq!(parsed.kind, Kind::Account, "{wrapper}");
    }
}

#[test]
fn an_address_in_the_path_of_a_redirector_is_opened() {
    for wrapped in [
        "https://www.google.com/amp/s/www.instagram.com/villedelyon/",
        "https://www.google.fr/amp/www.instagram.com/villedelyon?hl=fr",
    ] {
        let parsed = parse(wrapped);
        assert_eq!(parsed.handle.as_deref(), Some("villedelyon"), "{wrapped}");
    }
    let parsed = parse("https://www.google.com/amp/s/");
    assert_eq!(
        (parsed.kind, parsed.reason),
        (Kind::Other, Some(reason::WRAPPER))
    );
}

#[test]
fn a_target_that_is_encoded_twice_is_read() {
    let parsed = parse(
        "https://l.facebook.com/l.php?u=https%253A%252F%252Fwww.instagram.com%252Fvilledelyon",
    );
    assert_eq!(parsed.handle.as_deref(), Some("villedelyon"));
}

#[test]
fn wrappers_in_each_other_are_opened_up_to_a_bound() {
    let wrapped = |times: usize| {
        let mut address = "https://www.instagram.com/villedelyon".to_owned();
        for _ in 0..times {
            let encoded: String =
                percent_encoding::utf8_percent_encode(&address, percent_encoding::NON_ALPHANUMERIC)
                    .to_string();
            address = format!("https://l.facebook.com/l.php?u={encoded}");
        }
        parse(&address)
    };
    assert_eq!(wrapped(MAX_WRAPPERS).handle.as_deref(), Some("villedelyon"));
    let parsed = wrapped(MAX_WRAPPERS + 1);
    assert_eq!(
        (parsed.kind, parsed.reason),
        (Kind::Other, Some(reason::WRAPPER))
    );
}

#[test]
fn a_redirector_without_target_leads_nowhere() {
    kinds(
        None,
        &[
            ("https://l.facebook.com/l.php", Kind::Other, reason::WRAPPER),
            ("https://href.li/", Kind::Other, reason::WRAPPER),
        ],
    );
}

#[test]
fn a_redirector_to_an_ordinary_site_is_an_ordinary_link() {
    let parsed = parse("https://www.google.com/url?q=https%3A%2F%2Fwww.exemple.fr%2F");
    assert_eq!((parsed.kind, parsed.platform), (Kind::NotSocial, None));
}

#[test]
fn an_ordinary_site_s_way_back_to_itself_names_nobody() {
    let parsed = parse("https://www.exemple.fr/login?redirect=/users/mairie&from=https://x.fr");
    assert_eq!((parsed.kind, parsed.platform), (Kind::NotSocial, None));
}

#[test]
fn short_links_stay_closed() {
    kinds(
        None,
        &[
            ("https://bit.ly/3abc", Kind::Other, reason::SHORTENER),
            ("tinyurl.com/abc", Kind::Other, reason::SHORTENER),
        ],
    );
}

#[test]
fn share_buttons_of_other_services_are_told() {
    kinds(
        None,
        &[
            (
                "https://www.addtoany.com/share?url=x",
                Kind::Share,
                reason::SHARE_BUTTON,
            ),
            (
                "https://www.pinterest.com/pin/create/button/?url=x",
                Kind::Share,
                reason::SHARE_BUTTON,
            ),
            (
                "https://www.pinterest.fr/pin/create/button/",
                Kind::Share,
                reason::SHARE_BUTTON,
            ),
            (
                "https://reddit.com/submit?url=x",
                Kind::Share,
                reason::SHARE_BUTTON,
            ),
        ],
    );
    assert_eq!(
        parse("https://www.pinterest.fr/ville").kind,
        Kind::NotSocial
    );
}
