//! X (Twitter) accounts by URL.
//!
//! Canonical handle: the user name in lower case; `id:` and the number where only that is given.
//! Source of the shapes: the fact sheet `x`, section 1.

use beffroi_model::Platform;
use url::form_urlencoded;

use crate::accounts::{Kind, Link, Parsed, Service, Strength, is_locale, is_placeholder, reason};

const PLATFORM: Platform = Platform::X;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["twimg.com", "twitter.com", "x.com"],
    judge,
};

/// First segments that are X's own.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "bookmarks",
    "communities",
    "compose",
    "download",
    "explore",
    "favorites",
    "followers",
    "following",
    "hashtag",
    "home",
    "i",
    "invitations",
    "jobs",
    "lists",
    "login",
    "logout",
    "mentions",
    "messages",
    "notifications",
    "oauth",
    "privacy",
    "public_timeline",
    "rules",
    "search",
    "search-advanced",
    "search-home",
    "sessions",
    "settings",
    "signin",
    "signup",
    "topics",
    "tos",
    "welcome",
    "who_to_follow",
    "widgets",
];

/// Whether a host is a mirror that shows X's accounts under the same paths (`nitter.net`).
pub(crate) fn is_mirror(host: &str) -> bool {
    host.starts_with("nitter.")
}

fn judge(link: &Link<'_>) -> Parsed {
    let path = link.path();
    match (link.subdomain, path.as_slice()) {
        ("syndication", ["srv", "timeline-profile", "screen-name", name, ..]) => {
            return account(name).spelt(link.spelt(3));
        }
        // The buttons, as the widgets' script puts them into the page.
        ("platform", ["widgets", button, ..]) if button.starts_with("follow_button.") => {
            return follow_button(link);
        }
        ("platform", ["widgets", button, ..]) if button.starts_with("tweet_button.") => {
            return share(link);
        }
        ("pic", _) => return Parsed::content(PLATFORM),
        _ if link.domain == "twimg.com" => return Parsed::other(PLATFORM, reason::ASSET),
        _ if is_mirror(link.domain) || link.on_main_site() => {}
        _ => return Parsed::other(PLATFORM, reason::ASSET),
    }
    match path.as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["i", "user", id, ..] => by_id(id),
        ["i", "status" | "web", ..] | ["statuses", ..] => Parsed::content(PLATFORM),
        ["i", "flow", ..] | ["login"] => link
            .follow(&["redirect_after_login"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::SERVICE_PAGE)),
        ["intent", "user" | "follow", ..] => named_in_parameters(link),
        ["intent" | "share", ..] => share(link),
        ["home", ..] if link.param("status").is_some() => share(link),
        [first, ..] if RESERVED.contains(first) || first.ends_with(".js") => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        // `/fr/tos`: what the law asks for, in each language.
        [language, "privacy" | "rules" | "tos", ..] if is_locale(language) => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        [name, "status" | "statuses", _, ..] => account(name).spelt(link.spelt(0)).into_post(),
        [name, ..] => account(name).spelt(link.spelt(0)),
    }
}

/// A follow button's frame: what is said after the question mark or after the hash.
fn follow_button(link: &Link<'_>) -> Parsed {
    let fragment = link.url.fragment().unwrap_or_default();
    let name = form_urlencoded::parse(fragment.as_bytes()).find(|(key, _)| key == "screen_name");
    match name {
        Some((_, name)) => account(&name.to_lowercase()),
        None => named_in_parameters(link),
    }
}

/// A follow button's link.
fn named_in_parameters(link: &Link<'_>) -> Parsed {
    if let Some(name) = link.param("screen_name") {
        return account(&name.to_lowercase()).spelt(name.trim_start_matches('@'));
    }
    match link.param("user_id") {
        Some(id) => by_id(&id),
        None => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// A share button; the account that it would mention is worth a look, no more.
fn share(link: &Link<'_>) -> Parsed {
    let via = link.param("via").map(|name| account(&name.to_lowercase()));
    match via {
        Some(account) if account.kind == Kind::Account => {
            account.named_by(Kind::Share, reason::SHARE_BUTTON, Strength::Candidate)
        }
        _ => Parsed::share(PLATFORM),
    }
}

fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    let is_name = (1..=15).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_name {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    if RESERVED.contains(&name) || matches!(name, "intent" | "share" | "statuses") {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    Parsed::at(PLATFORM, name, &format!("https://x.com/{name}"))
}

fn by_id(id: &str) -> Parsed {
    let is_id = (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    if !is_id {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(
        PLATFORM,
        format!("id:{id}"),
        &format!("https://x.com/i/user/{id}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    #[test]
    fn every_shape_of_a_profile_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                ("https://twitter.com/VilleDeLyon", "villedelyon"),
                ("https://x.com/villedelyon?s=20&t=abc", "villedelyon"),
                ("x.com/@VilleDeLyon", "villedelyon"),
                ("https://mobile.twitter.com/villedelyon", "villedelyon"),
                ("https://fr.twitter.com/villedelyon", "villedelyon"),
                ("https://nitter.net/villedelyon", "villedelyon"),
                ("https://twitter.com/#!/villedelyon", "villedelyon"),
                ("twitter.com/#!@villedelyon", "villedelyon"),
                ("https://twitter.com/villedelyon/lists", "villedelyon"),
                ("https://twitter.com/villedelyon/followers", "villedelyon"),
                ("https://twitter.com/villedelyon/following", "villedelyon"),
                ("https://twitter.com/villedelyon/media", "villedelyon"),
                (
                    "https://twitter.com/villedelyon/with_replies",
                    "villedelyon",
                ),
                ("https://twitter.com/villedelyon/likes", "villedelyon"),
                (
                    "https://twitter.com/intent/user?screen_name=villedelyon",
                    "villedelyon",
                ),
                (
                    "https://twitter.com/intent/follow?screen_name=VilleDeLyon",
                    "villedelyon",
                ),
                (
                    "https://twitter.com/intent/user?user_id=2244994945",
                    "id:2244994945",
                ),
                ("https://x.com/i/user/2244994945", "id:2244994945"),
                (
                    "https://syndication.twitter.com/srv/timeline-profile/screen-name/VilleDeLyon",
                    "villedelyon",
                ),
                (
                    "https://platform.twitter.com/widgets/follow_button.html?screen_name=villedelyon&show_count=false",
                    "villedelyon",
                ),
                (
                    "https://platform.twitter.com/widgets/follow_button.0a1b.fr.html#lang=fr&screen_name=VilleDeLyon",
                    "villedelyon",
                ),
                (
                    "https://x.com/i/flow/login?redirect_after_login=%2Fvilledelyon%3Flang%3Dfr",
                    "villedelyon",
                ),
                ("twitter://user?screen_name=villedelyon", "villedelyon"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author_only_when_the_url_does() {
        posts(
            PLATFORM,
            &[
                (
                    "https://twitter.com/villedelyon/status/1284154793376784385",
                    Some("villedelyon"),
                ),
                (
                    "https://twitter.com/villedelyon/statuses/1284154793376784385",
                    Some("villedelyon"),
                ),
                ("https://twitter.com/i/status/1284154793376784385", None),
                ("https://twitter.com/statuses/1284154793376784385", None),
                ("https://pic.twitter.com/abc", None),
            ],
        );
    }

    #[test]
    fn a_share_button_is_no_account_but_its_via_is_a_candidate() {
        let parsed = parse("https://twitter.com/intent/tweet?text=x&via=VilleDeLyon");
        assert_eq!(parsed.kind, Kind::Share);
        assert_eq!(parsed.account(), None);
        assert_eq!(parsed.owner().unwrap().handle, "villedelyon");
        assert_eq!(parsed.strength, Strength::Candidate);
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use crate::accounts::Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                (
                    "https://twitter.com/share?url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                ("https://twitter.com/share", Share, reason::SHARE_BUTTON),
                (
                    "https://platform.twitter.com/widgets/tweet_button.html?url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                ("https://twitter.com/fr/tos", Other, reason::SERVICE_PAGE),
                ("https://x.com/en/privacy", Other, reason::SERVICE_PAGE),
                ("https://x.com/i/flow/login", Other, reason::SERVICE_PAGE),
                (
                    "https://twitter.com/intent/tweet?text=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://twitter.com/home?status=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://twitter.com/hashtag/Lyon",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://twitter.com/i/lists/155",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://twitter.com/i/events/155",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://twitter.com/i/spaces/155",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://twitter.com/i/communities/155",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://platform.twitter.com/widgets.js",
                    Other,
                    reason::ASSET,
                ),
                ("https://analytics.twitter.com/x", Other, reason::ASSET),
                ("https://business.twitter.com/x", Other, reason::ASSET),
                ("https://help.x.com/fr", Other, reason::ASSET),
                ("https://developer.x.com/x", Other, reason::ASSET),
                ("https://syndication.twitter.com/x", Other, reason::ASSET),
                ("https://twitter.com/", Other, reason::HOME_PAGE),
                ("https://twitter.com/#", Other, reason::HOME_PAGE),
                ("https://twitter.com/username", Other, reason::PLACEHOLDER),
                ("https://twitter.com/twitter", Other, reason::PLACEHOLDER),
                ("https://twitter.com/wordpress", Other, reason::PLACEHOLDER),
                ("https://t.co/abc", Other, reason::SHORTENER),
                (
                    "https://twitter.com/ville-de-lyon",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                (
                    "https://twitter.com/unnombeaucouptroplong",
                    Other,
                    reason::INVALID_HANDLE,
                ),
            ],
        );
        for own in RESERVED {
            let parsed = parse(&format!("https://x.com/{own}"));
            assert_eq!(parsed.reason, Some(reason::SERVICE_PAGE), "{own}");
        }
    }
}
