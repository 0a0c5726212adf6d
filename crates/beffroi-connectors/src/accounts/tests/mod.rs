//! What all platforms' tests share, and the rules that hold across platforms.

mod properties;
mod wrappers;

use beffroi_model::Platform;

pub(crate) use super::parse;
use super::{Kind, Parsed, reason};

/// Each text is an account of the platform with that handle; texts of one handle have one URL,
/// and that URL leads back to the same account.
#[track_caller]
pub(crate) fn accounts(platform: Platform, expected: &[(&str, &str)]) {
    for (text, handle) in expected {
        let parsed = parse(text);
        assert_eq!(parsed.kind, Kind::Account, "{text}: {parsed:?}");
        assert_eq!(parsed.platform, Some(platform), "{text}");
        assert_eq!(parsed.handle.as_deref(), Some(*handle), "{text}");
        is_canonical(&parsed, text);
    }
    for (text, handle) in expected {
        let (first, _) = expected
            .iter()
            .find(|(_, other)| other == handle)
            .expect("it is in the table");
        assert_eq!(parse(text).url, parse(first).url, "{text} and {first}");
    }
}

/// Each text is a publication of the platform, by that author if one is told.
#[track_caller]
pub(crate) fn posts(platform: Platform, expected: &[(&str, Option<&str>)]) {
    for (text, author) in expected {
        let parsed = parse(text);
        assert_eq!(parsed.kind, Kind::Post, "{text}: {parsed:?}");
        assert_eq!(parsed.platform, Some(platform), "{text}");
        assert_eq!(parsed.handle.as_deref(), *author, "{text}");
        assert_eq!(parsed.account(), None, "{text}");
        is_canonical(&parsed, text);
    }
}

/// Each text is of that kind for that reason, and names no account.
#[track_caller]
pub(crate) fn kinds(platform: Option<Platform>, expected: &[(&str, Kind, &str)]) {
    for (text, kind, reason) in expected {
        let parsed = parse(text);
        assert_eq!(
            (parsed.kind, parsed.reason),
            (*kind, Some(*reason)),
            "{text}: {parsed:?}"
        );
        assert_eq!(parsed.platform, platform, "{text}");
        assert_eq!(parsed.owner(), None, "{text}");
    }
}

/// The canonical URL leads to the same handle and the same URL.
#[track_caller]
pub(crate) fn is_canonical(parsed: &Parsed, text: &str) {
    let Some(owner) = parsed.owner() else {
        assert_eq!((&parsed.handle, &parsed.url), (&None, &None), "{text}");
        return;
    };
    let again = parse(owner.url.as_str());
    assert_eq!(again.account(), Some(owner), "{text}");
}

#[test]
fn text_that_is_no_address_is_not_social_and_says_why() {
    for (text, why) in [
        ("", reason::NOT_A_URL),
        ("   ", reason::NOT_A_URL),
        ("bonjour", reason::NOT_A_URL),
        ("#", reason::NOT_A_URL),
        ("/contact", reason::NOT_A_URL),
        ("index.php", reason::NOT_A_URL),
        ("mairie@exemple.fr", reason::EMAIL),
        ("mailto:mairie@exemple.fr", reason::EMAIL),
        ("@villedelyon", reason::BARE_HANDLE),
        ("tel:0102030405", reason::UNSUPPORTED_SCHEME),
        ("javascript:void(0)", reason::UNSUPPORTED_SCHEME),
        ("data:text/html,x", reason::UNSUPPORTED_SCHEME),
    ] {
        kinds(None, &[(text, Kind::NotSocial, why)]);
    }
}

#[test]
fn an_ordinary_site_is_not_social_for_no_reason_worth_naming() {
    for link in [
        "https://www.exemple.fr/",
        "https://www.exemple.fr/facebook.com/x",
        "https://facebook.com.exemple.fr/x",
        "https://notfacebook.com/x",
        "https://www.exemple.fr/?u=https://www.exemple.fr/contact",
        "https://www.google.com/maps/@48.85,2.35,15z",
    ] {
        let parsed = parse(link);
        assert_eq!(
            (parsed.kind, parsed.reason),
            (Kind::NotSocial, None),
            "{link}"
        );
        assert_eq!(parsed.platform, None, "{link}");
    }
}

#[test]
fn dirt_around_an_account_does_not_change_it() {
    let clean = parse("https://www.facebook.com/villedelyon");
    for dirty in [
        "www.facebook.com/villedelyon",
        "facebook.com/villedelyon/",
        "//www.facebook.com/villedelyon",
        "https:/www.facebook.com/villedelyon",
        "https://https://www.facebook.com/villedelyon",
        "http://https//www.facebook.com/villedelyon",
        "https:\\/\\/www.facebook.com\\/villedelyon",
        "  \"https://www.facebook.com/villedelyon\",",
        "https://www.facebook.com/villedelyon%20",
        "https://www.facebook.com/villedelyon%22%3E",
        "https://www.facebook.com/villedelyon&amp;ref=ts",
        "https://www.facebook.com/villedelyon?fbclid=IwAR0&utm_source=site#haut",
        "https://user:secret@www.facebook.com:443//villedelyon//",
        "Facebook : https://www.facebook.com/villedelyon",
        "https://WWW.FACEBOOK.COM/VilleDeLyon",
        "https://www.facebook.com./villedelyon",
        "https%3A%2F%2Fwww.facebook.com%2Fvilledelyon",
        "https://www.facebook.com/villedelyon%252F",
        "https://www.facebook.com/villede\u{200b}lyon",
        "\u{202a}https://www.facebook.com/villedelyon",
        "https://www.facebook.com/villedelyon]",
        "https://www.facebook.com/villedelyon/#!",
        "https://www.facebook.com/#%21/villedelyon",
    ] {
        let parsed = parse(dirty);
        assert_eq!(parsed.account(), clean.account(), "{dirty}");
    }
}

#[test]
fn the_printed_form_has_the_five_fields_of_the_command() {
    let printed = serde_json::to_value(parse("https://x.com/VilleDeLyon/status/1")).unwrap();
    assert_eq!(
        printed,
        serde_json::json!({
            "platform": "x",
            "handle": "villedelyon",
            "url": "https://x.com/villedelyon",
            "kind": "post",
            "reason": null,
        })
    );
    let printed = serde_json::to_value(parse("https://www.exemple.fr")).unwrap();
    assert_eq!(printed["kind"], "not_social");
    assert_eq!(printed["platform"], serde_json::Value::Null);
}

#[test]
fn platforms_are_listed_in_order_and_share_no_domain() {
    let services: Vec<_> = crate::platforms::SERVICES
        .iter()
        .chain(super::presence::SERVICES)
        .collect();
    assert!(
        crate::platforms::SERVICES
            .iter()
            .is_sorted_by_key(|service| service.platform.as_str())
    );
    let mut domains: Vec<&str> = services
        .iter()
        .flat_map(|service| service.domains.iter().copied())
        .chain(
            super::shorteners::SHORTENERS
                .iter()
                .map(|(domain, _)| *domain),
        )
        .chain(
            super::outsiders::OUTSIDERS
                .iter()
                .map(|outsider| outsider.domain),
        )
        .collect();
    domains.sort_unstable();
    let count = domains.len();
    domains.dedup();
    assert_eq!(domains.len(), count, "a domain has two rules");
}

#[test]
fn every_platform_but_websites_and_text_signals_is_recognised_by_some_domain() {
    use strum::IntoEnumIterator;
    let known: Vec<Platform> = crate::platforms::SERVICES
        .iter()
        .chain(super::presence::SERVICES)
        .map(|service| service.platform)
        .collect();
    let unknown: Vec<Platform> = Platform::iter()
        .filter(|platform| !known.contains(platform))
        .collect();
    // A site is any host; registration for SMS alerts is a form, told by its text.
    assert_eq!(unknown, [Platform::Website, Platform::SmsAlert]);
}
