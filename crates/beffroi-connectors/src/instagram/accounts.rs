//! Instagram accounts by URL.
//!
//! Canonical handle: the user name in lower case. Source of the shapes: the fact sheet
//! `instagram`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, Strength, is_placeholder, reason};

const PLATFORM: Platform = Platform::Instagram;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["cdninstagram.com", "ig.me", "instagr.am", "instagram.com"],
    judge,
};

/// First segments that are Instagram's own.
const RESERVED: &[&str] = &[
    "about",
    "accounts",
    "ads",
    "api",
    "ar",
    "challenge",
    "developer",
    "direct",
    "directory",
    "download",
    "emails",
    "explore",
    "graphql",
    "help",
    "invites",
    "j",
    "legal",
    "nametag",
    "oauth",
    "press",
    "privacy",
    "push",
    "session",
    "settings",
    "share",
    "static",
    "terms",
    "threads",
    "web",
    "your_activity",
];

/// First segments that have a rule of their own in [`judge`], hence are nobody's name either.
const FUNCTIONS: &[&str] = &[
    "_n", "_u", "embed.js", "p", "reel", "reels", "s", "stories", "tv",
];

fn judge(link: &Link<'_>) -> Parsed {
    if link.domain == "cdninstagram.com" {
        return Parsed::other(PLATFORM, reason::ASSET);
    }
    if !link.on_main_site() {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    let path = link.path();
    if link.domain == "ig.me" {
        return match path.as_slice() {
            ["m", name, ..] => account(name).weakened(Strength::Weak, Some(reason::NAMED_ONLY)),
            _ => Parsed::other(PLATFORM, reason::SHORTENER),
        };
    }
    match path.as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["p" | "reel" | "reels" | "s" | "tv" | "explore", ..] | ["stories", "highlights", ..] => {
            content(&path)
        }
        ["stories", name, ..] | ["_u" | "_n", name, ..] => account(name).spelt(link.spelt(1)),
        ["stories"] => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        ["embed.js", ..] => Parsed::other(PLATFORM, reason::ASSET),
        [first, ..] if RESERVED.contains(first) => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        [name, "p" | "reel" | "tv", _, ..] => account(name).spelt(link.spelt(0)).into_post(),
        [name, ..] => account(name).spelt(link.spelt(0)),
    }
}

fn content(path: &[&str]) -> Parsed {
    match path {
        ["p" | "reel" | "reels" | "s" | "tv"] | ["explore", ..] => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        _ => Parsed::content(PLATFORM),
    }
}

fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    if !is_user_name(name) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    if RESERVED.contains(&name) || FUNCTIONS.contains(&name) {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    Parsed::at(PLATFORM, name, &format!("https://www.instagram.com/{name}"))
}

/// 1 to 30 letters, digits, underscores and dots, no dot at either end nor two in a row. Threads
/// has the same names.
pub(crate) fn is_user_name(name: &str) -> bool {
    (1..=30).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_'))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
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
                ("https://www.instagram.com/VilleDeLyon/", "villedelyon"),
                ("instagram.com/villedelyon?igshid=abc&hl=fr", "villedelyon"),
                ("https://instagram.com/villedelyon?igsh=MzRl", "villedelyon"),
                ("https://www.instagram.com/_u/villedelyon", "villedelyon"),
                ("https://www.instagram.com/@villedelyon", "villedelyon"),
                (
                    "https://www.instagram.com/villedelyon/reels/",
                    "villedelyon",
                ),
                (
                    "https://www.instagram.com/villedelyon/tagged/",
                    "villedelyon",
                ),
                (
                    "https://www.instagram.com/villedelyon/channel/",
                    "villedelyon",
                ),
                (
                    "https://www.instagram.com/stories/villedelyon/123/",
                    "villedelyon",
                ),
                ("http://instagr.am/ville.de_lyon", "ville.de_lyon"),
                ("https://ig.me/m/villedelyon", "villedelyon"),
                (
                    "https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Fvilledelyon",
                    "villedelyon",
                ),
                ("instagram://user?username=villedelyon", "villedelyon"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author_only_when_the_url_does() {
        posts(
            PLATFORM,
            &[
                (
                    "https://www.instagram.com/villedelyon/p/BxKRx5C_n5i/",
                    Some("villedelyon"),
                ),
                (
                    "https://www.instagram.com/villedelyon/reel/Co-r5/",
                    Some("villedelyon"),
                ),
                ("https://www.instagram.com/p/BxKRx5CHn5i/", None),
                ("https://www.instagram.com/reel/BxKRx5CHn5i/", None),
                ("https://www.instagram.com/reels/BxKRx5CHn5i/", None),
                ("https://www.instagram.com/reels/videos/12", None),
                ("https://www.instagram.com/tv/BxKRx5CHn5i/", None),
                ("https://www.instagram.com/stories/highlights/1/", None),
                (
                    "https://www.instagram.com/s/aGlnaGxpZ2h0?story_media_id=1",
                    None,
                ),
            ],
        );
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use crate::accounts::Kind::Other;
        kinds(
            Some(PLATFORM),
            &[
                ("https://www.instagram.com/", Other, reason::HOME_PAGE),
                ("https://www.instagram.com/#", Other, reason::HOME_PAGE),
                (
                    "https://www.instagram.com/explore/tags/lyon/",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.instagram.com/explore/locations/1/lyon",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.instagram.com/reel/",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.instagram.com/reels/",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.instagram.com/invites/contact/?i=abc",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.instagram.com/stories",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                ("https://www.instagram.com/embed.js", Other, reason::ASSET),
                (
                    "https://www.instagram.com/instagram",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.instagram.com/votrecompte",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.instagram.com/username",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.instagram.com/ville-de-lyon",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                (
                    "https://www.instagram.com/a..b",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                (
                    "https://help.instagram.com/villedelyon",
                    Other,
                    reason::SERVICE_PAGE,
                ),
            ],
        );
        for own in RESERVED {
            let parsed = parse(&format!("https://www.instagram.com/{own}/x"));
            assert_eq!(parsed.kind, Other, "{own}");
            assert_eq!(parsed.owner(), None, "{own}");
        }
    }
}
