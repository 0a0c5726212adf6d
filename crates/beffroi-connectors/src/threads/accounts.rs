//! Threads accounts by URL.
//!
//! Canonical handle: the user name in lower case, the same as on Instagram. Source of the shapes:
//! the fact sheet `threads`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, Strength, is_placeholder, reason};
use crate::instagram::accounts::is_user_name;

const PLATFORM: Platform = Platform::Threads;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["threads.com", "threads.net"],
    judge,
};

/// First segments that are Threads' own.
const RESERVED: &[&str] = &[
    "about",
    "activity",
    "custom_feed",
    "download",
    "explore",
    "liked",
    "login",
    "privacy",
    "saved",
    "search",
    "settings",
    "tag",
    "terms",
];

fn judge(link: &Link<'_>) -> Parsed {
    if !link.on_main_site() {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    match link.path().as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["t" | "post", ..] => Parsed::content(PLATFORM),
        ["intent", "follow", ..] => match link.param("username") {
            Some(name) => {
                account(&name.to_lowercase()).weakened(Strength::Weak, Some(reason::NAMED_ONLY))
            }
            None => Parsed::share(PLATFORM),
        },
        ["intent", ..] => Parsed::share(PLATFORM),
        [first, rest @ ..] => match first.strip_prefix('@') {
            Some(name) => {
                let account = account(name).spelt(link.spelt(0).trim_start_matches('@'));
                match rest {
                    ["post", _, ..] => account.into_post(),
                    _ => account,
                }
            }
            None if RESERVED.contains(first) => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
            None => Parsed::other(PLATFORM, reason::UNCONFIRMED_SHAPE),
        },
    }
}

/// The account of a user name.
pub(crate) fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    if !is_user_name(name) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(PLATFORM, name, &format!("https://www.threads.com/@{name}"))
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
                ("https://www.threads.net/@VilleDeLyon", "villedelyon"),
                (
                    "https://www.threads.com/@villedelyon?xmt=AQ&igshid=x",
                    "villedelyon",
                ),
                (
                    "https://www.threads.com/@villedelyon/replies",
                    "villedelyon",
                ),
                ("https://www.threads.com/@villedelyon/media", "villedelyon"),
                (
                    "https://www.threads.net/intent/follow?username=VilleDeLyon",
                    "villedelyon",
                ),
                (
                    "https://l.threads.net/?u=https%3A%2F%2Fwww.threads.net%2F%40villedelyon",
                    "villedelyon",
                ),
                ("@villedelyon@threads.net", "villedelyon"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author_only_when_the_url_does() {
        posts(
            PLATFORM,
            &[
                (
                    "https://www.threads.com/@villedelyon/post/C8abc",
                    Some("villedelyon"),
                ),
                ("https://www.threads.net/t/C8abc", None),
                ("https://www.threads.net/post/C8abc", None),
            ],
        );
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use crate::accounts::Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                ("https://www.threads.net/", Other, reason::HOME_PAGE),
                (
                    "https://www.threads.net/intent/post?text=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.threads.net/villedelyon",
                    Other,
                    reason::UNCONFIRMED_SHAPE,
                ),
                (
                    "https://www.threads.net/@username",
                    Other,
                    reason::PLACEHOLDER,
                ),
                ("https://www.threads.net/@", Other, reason::INVALID_HANDLE),
            ],
        );
        for own in RESERVED {
            let parsed = parse(&format!("https://www.threads.com/{own}/x"));
            assert_eq!(parsed.reason, Some(reason::SERVICE_PAGE), "{own}");
        }
    }
}
