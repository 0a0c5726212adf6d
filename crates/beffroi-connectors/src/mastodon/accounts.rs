//! Accounts of Mastodon and its relatives by URL.
//!
//! Canonical handle: `user@host[:port]` in lower case. Anybody may run a server, so on a host that
//! is not known the shape only makes a candidate, to be confirmed by asking the host. Source of the
//! shapes: the fact sheet `mastodon`, section 1.

use beffroi_model::Platform;
use url::Url;

use crate::accounts::{
    Link, Parsed, Service, Strength, fediverse_origin, hosts, is_placeholder, reason, trimmed,
};
use crate::threads;

const PLATFORM: Platform = Platform::Mastodon;

/// The servers that are known: large ones and those that the French public sector uses.
pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &[
        "diaspodon.fr",
        "eldritch.cafe",
        "fosstodon.org",
        "framapiaf.org",
        "hachyderm.io",
        "joinmastodon.org",
        "mamot.fr",
        "mas.to",
        "masto.bike",
        "mastodon.gougere.fr",
        "mastodon.online",
        "mastodon.social",
        "mastodon.top",
        "mastodon.world",
        "mastodon.zaclys.com",
        "mstdn.social",
        "oc.todon.fr",
        "piaille.fr",
        "pouet.chapril.org",
        "social.numerique.gouv.fr",
        "techhub.social",
        "toot.aquilenet.fr",
    ],
    judge: judge_known_host,
};

/// Sections of an account's page in the web interface.
const SECTIONS: &[&str] = &[
    "collections",
    "featured",
    "followers",
    "following",
    "media",
    "outbox",
    "inbox",
    "tagged",
    "with_replies",
];

/// Names under `/users/` by which ordinary sites serve their own users.
const SITE_PAGES: &[&str] = &[
    "account", "all", "auth", "confirm", "edit", "index", "list", "login", "logout", "me", "new",
    "password", "profile", "register", "search", "session", "settings", "sign_in", "sign_out",
    "sign_up", "signin", "signup",
];

/// Endings by which an account's page is asked for in another form.
const FORMATS: &[&str] = &[".rss", ".atom", ".json"];

fn judge_known_host(link: &Link<'_>) -> Parsed {
    if let Some(parsed) = judge_shape(link, true) {
        return parsed;
    }
    match link.path().as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["share", ..] => Parsed::share(PLATFORM),
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// Judges a URL of a host that may run anything; `None` when it has none of Mastodon's shapes, or
/// a name that no server of Mastodon's would give.
pub(crate) fn judge_unknown_host(link: &Link<'_>) -> Option<Parsed> {
    let parsed =
        judge_shape(link, false).filter(|parsed| parsed.reason != Some(reason::INVALID_HANDLE))?;
    Some(Parsed {
        reason: parsed.reason.or(Some(reason::UNCONFIRMED_HOST)),
        strength: Strength::Candidate,
        ..parsed
    })
}

/// `user@host`, as written in a text or after `acct:`.
pub(crate) fn judge_mention(user: &str, host: &str) -> Parsed {
    let host_end = host.find(['/', '?', '#', '@']).unwrap_or(host.len());
    let host = trimmed(&host[..host_end]);
    let Ok(server) = Url::parse(&format!("https://{host}/")) else {
        return Parsed::unusable(reason::NOT_A_URL);
    };
    let Some(name) = server.host_str().filter(|_| server.username().is_empty()) else {
        return Parsed::unusable(reason::NOT_A_URL);
    };
    if name.ends_with("brid.gy") {
        return Parsed::other(PLATFORM, reason::BRIDGED);
    }
    let user = trimmed(user).to_lowercase();
    match hosts::platform(name) {
        Some(Platform::Mastodon) => account(&user, &server),
        Some(Platform::Threads) => threads::accounts::account(&user),
        Some(other) => Parsed::other(other, reason::INVALID_HANDLE),
        None if hosts::has_rules(name) => Parsed::unusable(reason::INVALID_HANDLE),
        None => {
            account(&user, &server).weakened(Strength::Candidate, Some(reason::UNCONFIRMED_HOST))
        }
    }
}

fn judge_shape(link: &Link<'_>, known: bool) -> Option<Parsed> {
    let path = link.path();
    let path = match path.as_slice() {
        ["web" | "deck", rest @ ..] => rest,
        whole => whole,
    };
    match path {
        ["accounts", id, ..] if link.path()[0] == "web" && is_number(id) => {
            Some(Parsed::other(PLATFORM, reason::UNRESOLVED_ID))
        }
        ["ap", "users", id, ..] if is_number(id) => {
            Some(Parsed::other(PLATFORM, reason::UNRESOLVED_ID))
        }
        ["users", name, rest @ ..] => {
            let is_site_page = is_number(name) || SITE_PAGES.contains(name);
            if is_site_page && !known {
                return None;
            }
            by_path(name, rest, link, known)
        }
        [name, rest @ ..] => by_path(name.strip_prefix('@')?, rest, link, known),
        [] => None,
    }
}

/// An account by the segment that names it and those that follow.
fn by_path(name: &str, rest: &[&str], link: &Link<'_>, known: bool) -> Option<Parsed> {
    let account = match name.split_once('@') {
        // Another server's account, shown here.
        Some((user, host)) => judge_mention(user, host),
        None => account(without_format(name), link.url),
    };
    match rest {
        [] => Some(account),
        ["statuses", _, ..] => Some(account.into_post()),
        [section, ..] if SECTIONS.contains(section) => Some(account),
        [post, ..] if is_number(post) => Some(account.into_post()),
        // `/@author/a-title` is how blogs write their articles.
        _ => known.then_some(account),
    }
}

/// The account of a user on the server of `url`.
fn account(user: &str, url: &Url) -> Parsed {
    let user = user.trim_start_matches('@');
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let is_name = (1..=64).contains(&user.len())
        && user.bytes().all(|b| is_part(b) || matches!(b, b'.' | b'-'))
        && user.bytes().next().is_some_and(is_part)
        && user.bytes().next_back().is_some_and(is_part);
    let origin = fediverse_origin(url).filter(|_| is_name);
    let Some((host, origin)) = origin else {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    };
    if is_placeholder(user) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    Parsed::at(
        PLATFORM,
        format!("{user}@{host}"),
        &format!("{origin}/@{user}"),
    )
}

fn without_format(name: &str) -> &str {
    FORMATS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod account_tests {
    use super::*;
    use crate::accounts::Kind;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    #[test]
    fn every_shape_of_a_profile_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                ("https://social.example/@mairie", "mairie@social.example"),
                ("https://social.example/@Mairie/", "mairie@social.example"),
                (
                    "https://social.example/@mairie/with_replies",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/@mairie/media",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/@mairie/tagged/x",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/@mairie/featured",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/users/mairie",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/web/@mairie",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/deck/@mairie",
                    "mairie@social.example",
                ),
                (
                    "https://social.example/@mairie@autre.example",
                    "mairie@autre.example",
                ),
                (
                    "https://social.example/@mairie.rss",
                    "mairie@social.example",
                ),
                ("https://social.example/%40mairie", "mairie@social.example"),
                ("http://social.example/@mairie", "mairie@social.example"),
                (
                    "https://SOCIAL.example.:443/@mairie",
                    "mairie@social.example",
                ),
                ("acct:mairie@social.example", "mairie@social.example"),
                ("@Mairie@Social.Example", "mairie@social.example"),
                ("https://mastodon.social/@mairie", "mairie@mastodon.social"),
                ("https://café.example/@mairie", "mairie@xn--caf-dma.example"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_author() {
        posts(
            PLATFORM,
            &[
                (
                    "https://social.example/@mairie/112233445566",
                    Some("mairie@social.example"),
                ),
                (
                    "https://social.example/@mairie/112233445566/embed",
                    Some("mairie@social.example"),
                ),
                (
                    "https://social.example/users/mairie/statuses/123",
                    Some("mairie@social.example"),
                ),
            ],
        );
    }

    #[test]
    fn plain_http_and_a_port_are_part_of_who_an_account_is() {
        let parsed = parse("http://127.0.0.1:9000/@Mairie");
        assert_eq!(parsed.handle.as_deref(), Some("mairie@127.0.0.1:9000"));
        assert_eq!(
            parsed.url.unwrap().as_str(),
            "http://127.0.0.1:9000/@mairie"
        );
        assert_eq!(parsed.strength, Strength::Candidate);
    }

    #[test]
    fn a_shape_on_an_unknown_host_is_a_candidate_and_on_a_known_one_sure() {
        let unknown = parse("https://social.example/@mairie");
        assert_eq!(unknown.strength, Strength::Candidate);
        assert_eq!(unknown.reason, Some(reason::UNCONFIRMED_HOST));
        let known = parse("https://social.numerique.gouv.fr/@codegouvfr");
        assert_eq!((known.strength, known.reason), (Strength::Strong, None));
        assert_eq!(
            parse("@mairie@social.example").strength,
            Strength::Candidate
        );
    }

    #[test]
    fn what_is_no_account_of_a_known_server_says_why() {
        use Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                ("https://mastodon.social/", Other, reason::HOME_PAGE),
                (
                    "https://mastodon.social/share?text=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://mastodon.social/web/accounts/42",
                    Other,
                    reason::UNRESOLVED_ID,
                ),
                (
                    "https://social.example/ap/users/1154",
                    Other,
                    reason::UNRESOLVED_ID,
                ),
                ("https://mastodon.social/@", Other, reason::INVALID_HANDLE),
            ],
        );
        for own in [
            "about",
            "explore",
            "public",
            "tags/x",
            "auth/sign_in",
            "settings",
            "terms",
            "privacy-policy",
            "directory",
            "home",
            "local",
            "authorize_interaction?uri=x",
            "interact/1",
            "invite/x",
            "media_proxy/1",
            "system/x",
            "api/v1/x",
            "nodeinfo/2.0",
            ".well-known/x",
            "oauth/x",
            "embed.js",
        ] {
            let parsed = parse(&format!("https://mastodon.social/{own}"));
            assert_eq!(parsed.reason, Some(reason::SERVICE_PAGE), "{own}");
        }
    }

    #[test]
    fn the_share_buttons_of_the_fediverse_are_no_accounts() {
        for button in [
            "https://mastodonshare.com/?text=x",
            "https://toot.kytta.dev/?text=x",
            "https://share.joinmastodon.org/#text=x",
        ] {
            assert_eq!(parse(button).kind, Kind::Share, "{button}");
        }
    }

    #[test]
    fn the_shape_proves_nothing_on_hosts_of_other_kinds() {
        for link in [
            "https://medium.com/@x",
            "https://www.exemple.fr/@auteur/un-article",
            "https://www.exemple.fr/users/sign_in",
            "https://www.exemple.fr/users/12",
            "https://www.exemple.fr/users",
            "https://www.exemple.fr/@",
            "https://www.exemple.fr/@un%20nom",
            "https://www.patreon.com/c/x",
            "https://www.exemple.fr/about",
        ] {
            assert_eq!(parse(link).kind, Kind::NotSocial, "{link}");
        }
        for other in ["https://www.tiktok.com/@xy", "https://www.youtube.com/@xy"] {
            assert_ne!(parse(other).platform, Some(PLATFORM), "{other}");
        }
    }

    #[test]
    fn an_account_that_mirrors_another_network_is_told() {
        let parsed = parse("@mairie.bsky.social@bsky.brid.gy");
        assert_eq!(
            (parsed.kind, parsed.reason),
            (Kind::Other, Some(reason::BRIDGED))
        );
    }
}
