//! Snapchat accounts by URL.
//!
//! Canonical handle: the user name in lower case. Source of the shapes: the fact sheet `snapchat`,
//! section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, is_locale, is_placeholder, reason};

const PLATFORM: Platform = Platform::Snapchat;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["sc-cdn.net", "snapchat.com"],
    judge,
};

fn judge(link: &Link<'_>) -> Parsed {
    if link.domain == "sc-cdn.net" {
        return Parsed::other(PLATFORM, reason::ASSET);
    }
    if !matches!(link.subdomain, "" | "www" | "m" | "story") {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    let path = link.path();
    // `/fr-FR/…` only: two letters alone could be anything.
    let locales = usize::from(
        path.first()
            .is_some_and(|first| first.len() == 5 && is_locale(first)),
    );
    match &path[locales..] {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["add" | "s" | "u", name, ..] => account(name).spelt(link.spelt(locales + 1)),
        ["p", ..] => Parsed::other(PLATFORM, reason::UNRESOLVED_ID),
        ["spotlight", ..] => Parsed::content(PLATFORM),
        ["scan" | "share", ..] => Parsed::share(PLATFORM),
        [name, rest @ ..] if name.starts_with('@') => {
            let account = account(name).spelt(link.spelt(locales).trim_start_matches('@'));
            match rest {
                ["spotlight", _, ..] => account.into_post(),
                _ => account,
            }
        }
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// Whether a text, in lower case, may be the name of an account.
pub(super) fn is_user_name(name: &str) -> bool {
    (3..=15).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
        })
        // A stop at the end is the sentence's, and would be lost in the canonical URL.
        && !name.ends_with('.')
}

fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    if !is_user_name(name) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(PLATFORM, name, &format!("https://www.snapchat.com/@{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, posts};

    #[test]
    fn every_shape_of_a_profile_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                ("https://www.snapchat.com/add/VilleDeTest", "villedetest"),
                (
                    "https://www.snapchat.com/add/villedetest?share_id=x&locale=fr-FR",
                    "villedetest",
                ),
                ("https://www.snapchat.com/@villedetest", "villedetest"),
                (
                    "https://www.snapchat.com/@villedetest?sender_web_id=x&is_copy_url=true",
                    "villedetest",
                ),
                ("https://story.snapchat.com/@villedetest", "villedetest"),
                ("https://story.snapchat.com/s/villedetest", "villedetest"),
                ("https://story.snapchat.com/u/villedetest", "villedetest"),
                (
                    "https://www.snapchat.com/add/villedetest/abcdef",
                    "villedetest",
                ),
                (
                    "https://www.snapchat.com/fr-FR/add/villedetest",
                    "villedetest",
                ),
                ("snapchat://add/villedetest", "villedetest"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author_only_when_the_url_does() {
        posts(
            PLATFORM,
            &[
                ("https://www.snapchat.com/spotlight/W7_abc", None),
                (
                    "https://www.snapchat.com/@villedetest/spotlight/W7_abc",
                    Some("villedetest"),
                ),
            ],
        );
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use crate::accounts::Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                (
                    "https://www.snapchat.com/p/1234-uuid/1",
                    Other,
                    reason::UNRESOLVED_ID,
                ),
                (
                    "https://www.snapchat.com/lens/abc",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.snapchat.com/unlock/?type=SNAPCODE&uuid=x",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.snapchat.com/discover/x",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.snapchat.com/explore/x",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                ("https://www.snapchat.com/map", Other, reason::SERVICE_PAGE),
                (
                    "https://www.snapchat.com/place/x",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.snapchat.com/download",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.snapchat.com/scan?attachmentUrl=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.snapchat.com/share?link=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                ("https://www.snapchat.com/", Other, reason::HOME_PAGE),
                ("https://www.snapchat.com/fr-FR/", Other, reason::HOME_PAGE),
                (
                    "https://www.snapchat.com/en-US/privacy",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                ("https://t.snapchat.com/abc", Other, reason::SHORTENER),
                (
                    "https://accounts.snapchat.com/accounts/login",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.snapchat.com/add/1ville",
                    Other,
                    reason::INVALID_HANDLE,
                ),
            ],
        );
    }
}
