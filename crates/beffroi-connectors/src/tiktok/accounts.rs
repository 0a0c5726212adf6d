//! TikTok accounts by URL.
//!
//! Canonical handle: the user name in lower case. Source of the shapes: the fact sheet `tiktok`,
//! section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, is_placeholder, reason};

const PLATFORM: Platform = Platform::Tiktok;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["tiktok.com", "tiktokcdn.com"],
    judge,
};

/// First segments that are TikTok's own.
const RESERVED: &[&str] = &[
    "about",
    "business",
    "channel",
    "creators",
    "discover",
    "effect",
    "explore",
    "following",
    "foryou",
    "legal",
    "live",
    "login",
    "messages",
    "music",
    "place",
    "safety",
    "search",
    "setting",
    "signup",
    "tag",
    "upload",
];

fn judge(link: &Link<'_>) -> Parsed {
    if link.domain == "tiktokcdn.com" || !link.on_main_site() {
        return Parsed::other(PLATFORM, reason::ASSET);
    }
    match link.path().as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["t", _, ..] => Parsed::other(PLATFORM, reason::SHORTENER),
        ["share", "user", ..] => Parsed::other(PLATFORM, reason::UNRESOLVED_ID),
        ["share", ..] => Parsed::share(PLATFORM),
        ["link", "v2", ..] => link
            .follow(&["target"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::WRAPPER)),
        ["embed", name, ..] if name.starts_with('@') => account(name).spelt(spelt(link, 1)),
        ["v" | "embed" | "player", ..] => Parsed::content(PLATFORM),
        [name, rest @ ..] if name.starts_with('@') => {
            let account = account(name).spelt(spelt(link, 0));
            match rest {
                ["video" | "photo", _, ..] => account.into_post(),
                _ => account,
            }
        }
        [first, ..] if RESERVED.contains(first) || first.contains(".js") => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        // Only a redirection would tell whether it is an account.
        _ => Parsed::other(PLATFORM, reason::UNCONFIRMED_SHAPE),
    }
}

fn spelt<'a>(link: &'a Link<'_>, index: usize) -> &'a str {
    link.spelt(index).trim_start_matches('@')
}

/// Whether a text, in lower case, may be the name of an account.
pub(super) fn is_user_name(name: &str) -> bool {
    (2..=24).contains(&name.len())
        && !name.ends_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_'))
}

fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    if !is_user_name(name) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(PLATFORM, name, &format!("https://www.tiktok.com/@{name}"))
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
                ("https://www.tiktok.com/@VilleDeLyon", "villedelyon"),
                (
                    "https://www.tiktok.com/@villedelyon?lang=fr&is_from_webapp=1&_t=x&_r=1",
                    "villedelyon",
                ),
                ("https://www.tiktok.com/@villedelyon/live", "villedelyon"),
                (
                    "https://www.tiktok.com/@villedelyon/playlist/x-12",
                    "villedelyon",
                ),
                ("https://www.tiktok.com/embed/@villedelyon", "villedelyon"),
                ("https://m.tiktok.com/%40villedelyon", "villedelyon"),
                (
                    "https://www.tiktok.com/link/v2?aid=1988&scene=bio_url&target=https%3A%2F%2Fwww.tiktok.com%2F%40villedelyon",
                    "villedelyon",
                ),
                ("https://fr.tiktok.com/@ville.de_lyon", "ville.de_lyon"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author_only_when_the_url_does() {
        posts(
            PLATFORM,
            &[
                (
                    "https://www.tiktok.com/@villedelyon/video/7079929224945093934",
                    Some("villedelyon"),
                ),
                (
                    "https://www.tiktok.com/@villedelyon/photo/7079929224945093934",
                    Some("villedelyon"),
                ),
                ("https://m.tiktok.com/v/7079929224945093934.html", None),
                ("https://www.tiktok.com/embed/v2/7079929224945093934", None),
                ("https://www.tiktok.com/player/v1/7079929224945093934", None),
            ],
        );
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use crate::accounts::Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                ("https://vm.tiktok.com/ZMabc/", Other, reason::SHORTENER),
                ("https://vt.tiktok.com/ZMabc/", Other, reason::SHORTENER),
                ("https://www.tiktok.com/t/ZTRabc/", Other, reason::SHORTENER),
                (
                    "https://www.tiktok.com/share?url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.tiktok.com/share/user/123?x",
                    Other,
                    reason::UNRESOLVED_ID,
                ),
                (
                    "https://analytics.tiktok.com/i18n/pixel/events.js",
                    Other,
                    reason::ASSET,
                ),
                ("https://ads.tiktok.com/x", Other, reason::ASSET),
                ("https://developers.tiktok.com/x", Other, reason::ASSET),
                (
                    "https://www.tiktok.com/embed.js",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.tiktok.com/villedelyon",
                    Other,
                    reason::UNCONFIRMED_SHAPE,
                ),
                ("https://www.tiktok.com/", Other, reason::HOME_PAGE),
                ("https://www.tiktok.com/@", Other, reason::INVALID_HANDLE),
                (
                    "https://www.tiktok.com/@username",
                    Other,
                    reason::PLACEHOLDER,
                ),
                ("https://www.tiktok.com/@tiktok", Other, reason::PLACEHOLDER),
            ],
        );
        for own in RESERVED {
            let parsed = parse(&format!("https://www.tiktok.com/{own}/x"));
            assert_eq!(parsed.reason, Some(reason::SERVICE_PAGE), "{own}");
        }
    }
}
