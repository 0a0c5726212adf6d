//! PeerTube channels and accounts by URL.
//!
//! Canonical handle: `channel:name@host[:port]` or `account:name@host[:port]` in lower case. Anybody
//! may run a server and other software has the same paths, so all of these are candidates, to be
//! confirmed by asking the host. `/@name` is Mastodon's as well and is told there. Source of the
//! shapes: the fact sheet `peertube`, section 1.

use beffroi_model::Platform;
use url::Url;

use crate::accounts::{Link, Parsed, Service, Strength, fediverse_origin, hosts, reason};

const PLATFORM: Platform = Platform::Peertube;

/// Only the project's own hosts are known beforehand.
pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["joinpeertube.org", "sepiasearch.org"],
    judge: |_| Parsed::other(PLATFORM, reason::SERVICE_PAGE),
};

/// Names under `/a/`, `/c/` and `/accounts/` by which ordinary sites serve pages of their own.
const SITE_PAGES: &[&str] = &[
    "account",
    "activate",
    "confirm",
    "create",
    "edit",
    "login",
    "logout",
    "me",
    "new",
    "password",
    "password_reset",
    "profile",
    "register",
    "reset",
    "settings",
    "signin",
    "signup",
];

/// Sections of a channel's or an account's page.
const SECTIONS: &[&str] = &[
    "about",
    "search",
    "video-channels",
    "video-playlists",
    "videos",
];

/// Who publishes: a channel or the account that owns it.
#[derive(Clone, Copy)]
enum Actor {
    Channel,
    Account,
}

/// Judges a URL of a host that may run anything; `None` when it has none of PeerTube's shapes.
pub(crate) fn judge_unknown_host(link: &Link<'_>) -> Option<Parsed> {
    let parsed = judge_shape(link)?;
    Some(Parsed {
        reason: parsed.reason.or(Some(reason::UNCONFIRMED_HOST)),
        strength: Strength::Candidate,
        ..parsed
    })
}

fn judge_shape(link: &Link<'_>) -> Option<Parsed> {
    match link.path().as_slice() {
        ["c" | "video-channels", name, rest @ ..] if is_page(rest) => {
            actor(Actor::Channel, name, link.url)
        }
        ["a" | "accounts", name, rest @ ..] if is_page(rest) => {
            actor(Actor::Account, name, link.url)
        }
        ["w", "p", id] | ["videos", "watch", "playlist", id] | ["video-playlists", "embed", id]
            if is_video_id(id) =>
        {
            Some(Parsed::other(PLATFORM, reason::CONTENT))
        }
        ["w", id] | ["videos", "watch" | "embed", id] if is_video_id(id) => {
            Some(Parsed::content(PLATFORM))
        }
        ["feeds", "videos.xml" | "videos.atom" | "videos.json"] => feed(link),
        _ => None,
    }
}

/// The feed of a channel or an account; by number only the server can tell whose.
fn feed(link: &Link<'_>) -> Option<Parsed> {
    if let Some(name) = link.param("videoChannelName") {
        return actor(Actor::Channel, &name.to_lowercase(), link.url);
    }
    if let Some(name) = link.param("accountName") {
        return actor(Actor::Account, &name.to_lowercase(), link.url);
    }
    let by_number = link
        .param("videoChannelId")
        .or_else(|| link.param("accountId"));
    by_number.map(|_| Parsed::other(PLATFORM, reason::UNRESOLVED_ID))
}

/// `name`, or `name@host` for another server's actor shown here.
fn actor(actor: Actor, name: &str, url: &Url) -> Option<Parsed> {
    let (name, host) = name.split_once('@').unwrap_or((name, ""));
    let remote = match host {
        "" => None,
        host => {
            let server = Url::parse(&format!("https://{host}/")).ok()?;
            if server.host_str().is_none_or(hosts::has_rules) {
                return None;
            }
            Some(server)
        }
    };
    let is_number = name.bytes().all(|b| b.is_ascii_digit());
    let is_name = (1..=50).contains(&name.len())
        && name.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-')
        })
        && name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if is_number || !is_name || SITE_PAGES.contains(&name) {
        return None;
    }
    let (host, origin) = fediverse_origin(remote.as_ref().unwrap_or(url))?;
    let (kind, path) = match actor {
        Actor::Channel => ("channel", "c"),
        Actor::Account => ("account", "a"),
    };
    Some(Parsed::at(
        PLATFORM,
        format!("{kind}:{name}@{host}"),
        &format!("{origin}/{path}/{name}"),
    ))
}

fn is_page(rest: &[&str]) -> bool {
    match rest {
        [] => true,
        [section] => SECTIONS.contains(section),
        _ => false,
    }
}

/// A UUID, or its short form of 22 characters; links to a comment have `;threadId=12` behind it.
fn is_video_id(id: &str) -> bool {
    let id = id.split(';').next().unwrap_or_default();
    match id.len() {
        36 => id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'),
        22 => id.bytes().all(|b| b.is_ascii_alphanumeric()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Kind;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    const CHANNEL: &str = "channel:ville_exemple@video.example.fr";
    const ACCOUNT: &str = "account:mairie@video.example.fr";

    #[test]
    fn every_shape_of_a_channel_or_an_account_gives_it() {
        accounts(
            PLATFORM,
            &[
                ("https://video.example.fr/c/ville_exemple", CHANNEL),
                ("https://video.example.fr/c/Ville_Exemple/videos", CHANNEL),
                (
                    "https://video.example.fr/c/ville_exemple/video-playlists",
                    CHANNEL,
                ),
                (
                    "https://video.example.fr/video-channels/ville_exemple",
                    CHANNEL,
                ),
                ("https://video.example.fr/a/mairie", ACCOUNT),
                ("https://video.example.fr/a/mairie/video-channels", ACCOUNT),
                ("https://video.example.fr/accounts/mairie", ACCOUNT),
                (
                    "https://video.example.fr/c/ville@autre.example",
                    "channel:ville@autre.example",
                ),
                (
                    "https://video.example.fr/feeds/videos.xml?videoChannelName=ville_exemple",
                    CHANNEL,
                ),
            ],
        );
    }

    #[test]
    fn a_video_names_nobody() {
        posts(
            PLATFORM,
            &[
                ("https://video.example.fr/w/kkGMgK9ZtnKfYAgnEtQxbv", None),
                (
                    "https://video.example.fr/w/kkGMgK9ZtnKfYAgnEtQxbv;threadId=12",
                    None,
                ),
                (
                    "https://video.example.fr/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                    None,
                ),
                (
                    "https://video.example.fr/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                    None,
                ),
            ],
        );
    }

    #[test]
    fn a_playlist_and_a_numbered_feed_are_no_accounts() {
        use Kind::Other;
        kinds(
            Some(PLATFORM),
            &[
                (
                    "https://video.example.fr/w/p/kkGMgK9ZtnKfYAgnEtQxbv",
                    Other,
                    reason::CONTENT,
                ),
                (
                    "https://video.example.fr/videos/watch/playlist/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                    Other,
                    reason::CONTENT,
                ),
                (
                    "https://video.example.fr/video-playlists/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                    Other,
                    reason::CONTENT,
                ),
                (
                    "https://video.example.fr/feeds/videos.xml?videoChannelId=12",
                    Other,
                    reason::UNRESOLVED_ID,
                ),
                (
                    "https://video.example.fr/feeds/videos.xml?accountId=12",
                    Other,
                    reason::UNRESOLVED_ID,
                ),
            ],
        );
    }

    #[test]
    fn what_any_site_may_have_is_not_social() {
        for own in [
            "",
            "videos/overview",
            "videos/trending",
            "videos/recently-added",
            "videos/local",
            "videos/browse",
            "about/instance",
            "login",
            "signup",
            "search?search=x",
            "my-account/settings",
            "my-library/videos",
            "admin/x",
            "download/x",
            "static/x",
            "lazy-static/x",
            "client/x",
            "remote-interaction",
            "plugins/x",
            "accounts/login",
            "c/12",
            "a/b/c/d",
            "w/actualites",
        ] {
            let parsed = parse(&format!("https://video.example.fr/{own}"));
            assert_eq!(parsed.kind, Kind::NotSocial, "{own}");
        }
    }

    #[test]
    fn the_shape_only_makes_a_candidate() {
        let parsed = parse("https://video.example.fr/c/ville_exemple");
        assert_eq!(parsed.strength, Strength::Candidate);
        assert_eq!(parsed.reason, Some(reason::UNCONFIRMED_HOST));
    }
}
