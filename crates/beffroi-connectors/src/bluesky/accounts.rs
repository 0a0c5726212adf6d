//! Bluesky accounts by URL.
//!
//! Canonical handle: the DID where the URL has it, else the handle (a domain name) in lower case.
//! Source of the shapes: the fact sheet `bluesky`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Kind, Link, Parsed, Service, Strength, reason, trimmed};

const PLATFORM: Platform = Platform::Bluesky;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &[
        "blueskyweb.xyz",
        "brid.gy",
        "bsky.app",
        "bsky.dev",
        "bsky.network",
        "bsky.social",
        "bskyweb.xyz",
    ],
    judge,
};

/// Top-level domains that no handle may have (atproto.com/specs/handle, 2026).
const RESERVED_TLDS: &[&str] = &[
    "alt",
    "arpa",
    "example",
    "internal",
    "invalid",
    "local",
    "localhost",
    "onion",
];

/// Hosts of `bsky.app` and `bsky.dev` that serve files, not pages.
const ASSET_HOSTS: &[&str] = &["cdn", "video", "api", "public.api"];

fn judge(link: &Link<'_>) -> Parsed {
    match (link.domain, link.subdomain) {
        ("brid.gy", "ap" | "web" | "" | "www" | "fed" | "bsky") => {
            return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
        }
        ("brid.gy", _) => return Parsed::other(PLATFORM, reason::BRIDGED),
        ("bsky.social", "" | "www") => return Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        // `exemple.bsky.social` redirects to the profile.
        ("bsky.social", name) => return account(&format!("{name}.bsky.social")),
        ("bsky.app" | "bsky.dev", host) if ASSET_HOSTS.contains(&host) => {
            return Parsed::other(PLATFORM, reason::ASSET);
        }
        ("bsky.app" | "bsky.dev", _) => {}
        _ => return Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
    match link.path().as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["profile", name, "post", _, ..] => account(name).into_post(),
        ["profile", name, "feed" | "lists", _, ..] => {
            account(name).named_by(Kind::Other, reason::NAMED_ONLY, Strength::Weak)
        }
        ["profile", name, "labeler", ..] => {
            account(name).weakened(Strength::Weak, Some(reason::NAMED_ONLY))
        }
        ["profile", name, ..] => account(name),
        ["embed", name, collection, ..] if *collection == "app.bsky.feed.post" => {
            account(name).into_post()
        }
        ["intent", ..] => Parsed::share(PLATFORM),
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// `at://<did or handle>[/collection/key]` or a bare DID.
pub(crate) fn judge_identifier(text: &str) -> Parsed {
    let identifier = text
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("at://"))
        .map_or(text, |scheme| &text[scheme.len()..]);
    let mut segments = identifier.split(['/', '?', '#']);
    let account = account(trimmed(segments.next().unwrap_or_default()));
    match segments.next() {
        Some("app.bsky.feed.post") => account.into_post(),
        Some(collection) if collection.contains('.') && collection != "app.bsky.actor.profile" => {
            account.named_by(Kind::Other, reason::NAMED_ONLY, Strength::Weak)
        }
        _ => account,
    }
}

/// `@name.with.dots` in a text: surely Bluesky's under its own domain, otherwise a candidate.
pub(crate) fn judge_mention(handle: &str) -> Parsed {
    let parsed = account(handle);
    let handle = parsed.handle.as_deref().unwrap_or_default();
    if handle.ends_with(".bsky.social") {
        return parsed;
    }
    let is_domain = psl::domain(handle.as_bytes()).is_some_and(|domain| domain.suffix().is_known());
    if is_domain {
        parsed.weakened(Strength::Candidate, Some(reason::UNCONFIRMED_SHAPE))
    } else {
        Parsed::unusable(reason::BARE_HANDLE)
    }
}

/// The account of a DID or a handle.
fn account(identifier: &str) -> Parsed {
    let identifier = identifier.trim_start_matches('@').to_ascii_lowercase();
    if identifier.ends_with(".brid.gy") {
        return Parsed::other(PLATFORM, reason::BRIDGED);
    }
    if !is_did(&identifier) && !is_handle(&identifier) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    let url = format!("https://bsky.app/profile/{identifier}");
    Parsed::at(PLATFORM, identifier, &url)
}

/// `did:plc:` and 24 characters of base 32, or `did:web:` and a host.
fn is_did(text: &str) -> bool {
    match text.strip_prefix("did:plc:") {
        Some(key) => {
            key.len() == 24
                && key
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b))
        }
        None => text.strip_prefix("did:web:").is_some_and(has_host_syntax),
    }
}

fn is_handle(text: &str) -> bool {
    let tld = text.rsplit('.').next().unwrap_or_default();
    has_host_syntax(text) && !RESERVED_TLDS.contains(&tld)
}

/// At least two labels of letters, digits and inner hyphens; the last does not start with a digit.
fn has_host_syntax(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let tld = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(is_label)
        && !tld.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod account_tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    const DID: &str = "did:plc:abcdefghijklmnopqrstuvwx";

    #[test]
    fn every_shape_of_a_profile_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                (
                    "https://bsky.app/profile/exemple.bsky.social",
                    "exemple.bsky.social",
                ),
                (
                    "https://bsky.app/profile/Mairie-Exemple.fr",
                    "mairie-exemple.fr",
                ),
                (
                    "https://bsky.app/profile/did:plc:abcdefghijklmnopqrstuvwx",
                    DID,
                ),
                (
                    "https://bsky.app/profile/did%3Aplc%3Aabcdefghijklmnopqrstuvwx",
                    DID,
                ),
                (
                    "https://bsky.app/profile/did:web:mairie-exemple.fr",
                    "did:web:mairie-exemple.fr",
                ),
                (
                    "https://bsky.app/profile/exemple.bsky.social/follows",
                    "exemple.bsky.social",
                ),
                (
                    "https://bsky.app/profile/exemple.bsky.social/followers",
                    "exemple.bsky.social",
                ),
                (
                    "https://bsky.app/profile/exemple.bsky.social/search",
                    "exemple.bsky.social",
                ),
                (
                    "https://bsky.app/profile/exemple.bsky.social?x=1",
                    "exemple.bsky.social",
                ),
                (
                    "https://bsky.app/profile/exemple.bsky.social/labeler",
                    "exemple.bsky.social",
                ),
                (
                    "https://bsky.app/profile/@exemple.bsky.social",
                    "exemple.bsky.social",
                ),
                ("https://exemple.bsky.social", "exemple.bsky.social"),
                ("exemple.bsky.social", "exemple.bsky.social"),
                ("@Exemple.bsky.social", "exemple.bsky.social"),
                ("@mairie-exemple.fr", "mairie-exemple.fr"),
                ("at://exemple.bsky.social", "exemple.bsky.social"),
                ("at://did:plc:abcdefghijklmnopqrstuvwx", DID),
                (DID, DID),
                (
                    "https://staging.bsky.app/profile/exemple.bsky.social",
                    "exemple.bsky.social",
                ),
                (
                    "https://main.bsky.dev/profile/exemple.bsky.social",
                    "exemple.bsky.social",
                ),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author() {
        posts(
            PLATFORM,
            &[
                (
                    "https://bsky.app/profile/exemple.bsky.social/post/3kabc",
                    Some("exemple.bsky.social"),
                ),
                (
                    "https://embed.bsky.app/embed/did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3kabc",
                    Some(DID),
                ),
                (
                    "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3kabc",
                    Some(DID),
                ),
            ],
        );
    }

    #[test]
    fn a_list_or_a_feed_only_names_its_owner() {
        for link in [
            "https://bsky.app/profile/exemple.bsky.social/feed/aaa",
            "https://bsky.app/profile/exemple.bsky.social/lists/3kabc",
        ] {
            let parsed = parse(link);
            assert_eq!(parsed.kind, Kind::Other, "{link}");
            assert_eq!(parsed.account(), None, "{link}");
            assert_eq!(parsed.owner().unwrap().handle, "exemple.bsky.social");
        }
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                ("https://exemple.ap.brid.gy", Other, reason::BRIDGED),
                (
                    "https://bsky.app/profile/mairie.social.ap.brid.gy",
                    Other,
                    reason::BRIDGED,
                ),
                (
                    "https://bsky.app/profile/mairie.fr.web.brid.gy",
                    Other,
                    reason::BRIDGED,
                ),
                (
                    "https://bsky.app/profile/handle.invalid",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                (
                    "https://bsky.app/profile/did:plc:court",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                (
                    "https://bsky.app/profile/exemple",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                ("https://bsky.app/", Other, reason::HOME_PAGE),
                (
                    "https://bsky.app/intent/compose?text=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                ("https://go.bsky.app/AbCdEf", Other, reason::SHORTENER),
                (
                    "https://cdn.bsky.app/img/avatar/plain/x",
                    Other,
                    reason::ASSET,
                ),
                ("https://blueskyweb.xyz", Other, reason::SERVICE_PAGE),
                (
                    "https://bsky.social/about/join",
                    Other,
                    reason::SERVICE_PAGE,
                ),
            ],
        );
        for own in [
            "search?q=x",
            "hashtag/x",
            "settings",
            "notifications",
            "messages",
            "feeds",
            "lists",
            "moderation",
            "support/tos",
            "starter-pack/x/y",
            "start/x/y",
            "profile",
        ] {
            let parsed = parse(&format!("https://bsky.app/{own}"));
            assert_eq!(parsed.reason, Some(reason::SERVICE_PAGE), "{own}");
        }
    }

    #[test]
    fn a_domain_as_a_mention_is_only_a_candidate() {
        assert_eq!(parse("@mairie-exemple.fr").strength, Strength::Candidate);
        assert_eq!(
            parse("@ville.de.trifouilly").reason,
            Some(reason::BARE_HANDLE)
        );
    }
}
