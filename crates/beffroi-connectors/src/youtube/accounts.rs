//! YouTube channels by URL.
//!
//! Canonical handle: the channel id (`UC…`, its case kept) where the URL has it; else `@handle`,
//! `user:name` or `c:name` in lower case, which only the platform can turn into the id. Source of
//! the shapes: the fact sheet `youtube`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, is_locale, is_placeholder, reason};

const PLATFORM: Platform = Platform::Youtube;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &[
        "youtu.be",
        "youtube-nocookie.com",
        "youtube.com",
        "youtube.googleapis.com",
        "yt.be",
        "ytimg.com",
    ],
    judge,
};

/// First segments that are YouTube's own.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "ads",
    "api",
    "attribution_link",
    "c",
    "channel",
    "copyright",
    "create_channel",
    "creators",
    "feed",
    "feeds",
    "gaming",
    "hashtag",
    "howyoutubeworks",
    "iframe_api",
    "intl",
    "kids",
    "logout",
    "movies",
    "music",
    "my_videos",
    "new",
    "oembed",
    "oops",
    "opensearch",
    "paid_memberships",
    "playables",
    "player_api",
    "post",
    "premium",
    "press",
    "reporthistory",
    "results",
    "s",
    "signin",
    "source",
    "static",
    "subscribe_embed",
    "supported_browsers",
    "t",
    "trending",
    "tv",
    "upload",
    "user",
    "verify",
    "view_play_list",
    "watch_videos",
    "youtubei",
    "yt",
];

/// First segments that show one video.
const VIDEOS: &[&str] = &[
    "clip",
    "e",
    "embed",
    "live",
    "live_chat",
    "live_chat_replay",
    "shorts",
    "v",
    "video",
    "vi",
    "watch",
];

/// The domain under which YouTube has an address for one country: `youtube.fr`, `youtube.co.uk`,
/// `youtube.com.br`.
pub(crate) fn national_domain(host: &str) -> Option<&str> {
    let at = host.find("youtube.")?;
    if at > 0 && !host[..at].ends_with('.') {
        return None;
    }
    let domain = &host[at..];
    let suffix = &domain["youtube.".len()..];
    let country = suffix
        .strip_prefix("co.")
        .or_else(|| suffix.strip_prefix("com."))
        .unwrap_or(suffix);
    (country.len() == 2 && is_locale(country)).then_some(domain)
}

fn judge(link: &Link<'_>) -> Parsed {
    let is_assets = link.domain == "ytimg.com" || matches!(link.subdomain, "i" | "img" | "s");
    if is_assets {
        return Parsed::other(PLATFORM, reason::ASSET);
    }
    let serves_channels =
        link.on_main_site() || matches!(link.subdomain, "music" | "gaming" | "studio");
    if !serves_channels {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    let path = link.path();
    match path.as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["channel", _, ..] => by_id(link.spelt(1)),
        [handle, ..] if handle.starts_with('@') => {
            account("", handle.trim_start_matches('@')).spelt(link.spelt(0))
        }
        ["user", name, ..] => account("user", name).spelt(link.spelt(1)),
        ["c", name, ..] => account("c", name).spelt(link.spelt(1)),
        _ if matches!(link.domain, "youtu.be" | "yt.be") => Parsed::content(PLATFORM),
        ["redirect" | "signin" | "oops", ..] => link
            .follow(&["q", "next", "continue"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::WRAPPER)),
        ["feeds", "videos.xml", ..] => feed(link),
        ["playlist", ..] => playlist(link),
        ["embed", ..] => embed(link),
        ["subscription_center", ..] => match link.param("add_user") {
            Some(name) => account("user", &name.to_lowercase()),
            None => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        },
        // The oldest address of a channel.
        ["profile", ..] => match link.param("user") {
            Some(name) => account("user", &name.to_lowercase()),
            None => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        },
        ["subscribe_embed", ..] => subscribe_button(link),
        ["iframe_api" | "s" | "yts" | "favicon.ico", ..] => Parsed::other(PLATFORM, reason::ASSET),
        ["post", _, ..] => Parsed::content(PLATFORM),
        [first] if VIDEOS.contains(first) && link.param("v").is_none() => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        [first, ..] if VIDEOS.contains(first) => Parsed::content(PLATFORM),
        [first, ..] if RESERVED.contains(first) => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        // A bare name is the older form of `/c/name`.
        [name, ..] => account("c", name).spelt(link.spelt(0)),
    }
}

/// The Atom feed of a channel, which sites advertise for its news.
fn feed(link: &Link<'_>) -> Parsed {
    if let Some(id) = link.param("channel_id") {
        return by_id(&id);
    }
    if let Some(name) = link.param("user") {
        return account("user", &name.to_lowercase());
    }
    match link.param("playlist_id") {
        Some(id) => by_uploads(&id),
        None => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// The frame of a subscribe button.
fn subscribe_button(link: &Link<'_>) -> Parsed {
    if let Some(id) = link.param("channelid") {
        return by_id(&id);
    }
    match link.param("channel") {
        Some(name) => account("user", &name.to_lowercase()),
        None => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

fn playlist(link: &Link<'_>) -> Parsed {
    by_uploads(&link.param("list").unwrap_or_default())
}

/// An embedded player: of one video, of a channel's live stream or of its uploads.
fn embed(link: &Link<'_>) -> Parsed {
    if let Some(id) = link.param("channel") {
        return by_id(&id);
    }
    let Some(list) = link.param("list") else {
        return Parsed::content(PLATFORM);
    };
    if link.param("listType").as_deref() == Some("user_uploads") {
        return account("user", &list.to_lowercase());
    }
    match uploads_owner(&list) {
        Some(id) => by_id(&id),
        None => Parsed::content(PLATFORM),
    }
}

/// The channel of a list of uploads (`UU…`); other lists do not name their owner.
fn by_uploads(list: &str) -> Parsed {
    match uploads_owner(list) {
        Some(id) => by_id(&id),
        None => Parsed::other(PLATFORM, reason::CONTENT),
    }
}

fn uploads_owner(list: &str) -> Option<String> {
    let id = format!("UC{}", list.strip_prefix("UU")?);
    is_channel_id(&id).then_some(id)
}

fn by_id(id: &str) -> Parsed {
    if !is_channel_id(id) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(
        PLATFORM,
        id,
        &format!("https://www.youtube.com/channel/{id}"),
    )
}

/// Whether it is a channel's permanent id: `UC` and 22 characters of base64url.
pub(super) fn is_channel_id(id: &str) -> bool {
    id.len() == 24
        && id.starts_with("UC")
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A channel by name; the kind is empty (`@handle`), `user` or `c`.
fn account(kind: &str, name: &str) -> Parsed {
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '\u{b7}' | ' ');
    let is_name = name.chars().count() <= 100
        && name.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
        && name.chars().all(is_part);
    if !is_name {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    match kind {
        "" => Parsed::at(
            PLATFORM,
            format!("@{name}"),
            &format!("https://www.youtube.com/@{name}"),
        ),
        kind => Parsed::at(
            PLATFORM,
            format!("{kind}:{name}"),
            &format!("https://www.youtube.com/{kind}/{name}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    const ID: &str = "UCabcdefghijklmnopqrstuv";

    #[test]
    fn every_shape_of_a_channel_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                (
                    "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/videos",
                    ID,
                ),
                (
                    "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv?view_as=subscriber",
                    ID,
                ),
                (
                    "https://music.youtube.com/channel/UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.fr/channel/UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.co.uk/channel/UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.com/embed/live_stream?channel=UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.com/playlist?list=UUabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.com/embed/videoseries?list=UUabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://youtube.com/@VilleDeExemple/videos",
                    "@villedeexemple",
                ),
                (
                    "https://m.youtube.com/@ville-exemple?si=xyz",
                    "@ville-exemple",
                ),
                ("https://www.youtube.com/%40ville-exemple", "@ville-exemple"),
                (
                    "http://www.youtube.com/user/mairieexemple?feature=watch",
                    "user:mairieexemple",
                ),
                (
                    "https://www.youtube.com/user/MairieExemple?sub_confirmation=1",
                    "user:mairieexemple",
                ),
                (
                    "https://www.youtube.com/embed?listType=user_uploads&list=mairieexemple",
                    "user:mairieexemple",
                ),
                (
                    "https://www.youtube.com/c/Ville%20Exemple",
                    "c:ville exemple",
                ),
                (
                    "https://www.youtube.com/c/Ville%2520Exemple",
                    "c:ville exemple",
                ),
                (
                    "https://www.youtube.com/profile?gl=FR&user=MairieExemple",
                    "user:mairieexemple",
                ),
                (
                    "https://www.youtube.com/subscribe_embed?usegapi=1&channelid=UCabcdefghijklmnopqrstuv",
                    ID,
                ),
                (
                    "https://www.youtube.com/subscribe_embed?channel=MairieExemple",
                    "user:mairieexemple",
                ),
                (
                    "https://www.youtube.com/%2540ville-exemple",
                    "@ville-exemple",
                ),
                (
                    "https://www.youtube.com/signin?next=%2F%40ville-exemple",
                    "@ville-exemple",
                ),
                ("https://www.youtube.com/villeexemple", "c:villeexemple"),
                (
                    "https://www.youtube.com/c/VilleExemple/featured",
                    "c:villeexemple",
                ),
                (
                    "https://www.youtube.com/redirect?q=https%3A%2F%2Fwww.youtube.com%2F%40villeexemple",
                    "@villeexemple",
                ),
                (
                    "https://accounts.google.com/ServiceLogin?continue=https%3A%2F%2Fwww.youtube.com%2Fsignin%3Fnext%3D%252F%252Fwww.youtube.com%252F%2540villeexemple",
                    "@villeexemple",
                ),
            ],
        );
    }

    #[test]
    fn a_video_names_nobody() {
        posts(
            PLATFORM,
            &[
                ("https://youtu.be/abcdefghijk", None),
                ("https://www.youtube.com/watch?v=abcdefghijk", None),
                ("https://www.youtube.com/embed/abcdefghijk", None),
                (
                    "https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0",
                    None,
                ),
                ("https://www.youtube.com/shorts/abcdefghijk", None),
                ("https://www.youtube.com/live/abcdefghijk", None),
                ("https://youtube.googleapis.com/v/abcdefghijk", None),
                (
                    "https://www.youtube.com/live_chat?v=abcdefghijk&embed_domain=www.exemple.fr",
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
                (
                    "https://www.youtube.com/playlist?list=PLabc",
                    Other,
                    reason::CONTENT,
                ),
                (
                    "https://www.youtube.com/results?search_query=x",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.youtube.com/hashtag/x",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.youtube.com/feed/subscriptions",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.youtube.com/shorts",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.youtube.com/yt/about/fr/",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                ("https://www.youtube.com/", Other, reason::HOME_PAGE),
                ("https://www.youtube.com/iframe_api", Other, reason::ASSET),
                (
                    "https://img.youtube.com/vi/abcdefghijk/0.jpg",
                    Other,
                    reason::ASSET,
                ),
                (
                    "https://i.ytimg.com/vi/abcdefghijk/0.jpg",
                    Other,
                    reason::ASSET,
                ),
                (
                    "https://www.youtube.com/channel/UCcourt",
                    Other,
                    reason::INVALID_HANDLE,
                ),
                (
                    "https://www.youtube.com/user/youtube",
                    Other,
                    reason::PLACEHOLDER,
                ),
            ],
        );
        for own in RESERVED.iter().chain(VIDEOS) {
            let parsed = parse(&format!("https://www.youtube.com/{own}"));
            assert_eq!(parsed.owner(), None, "{own}");
        }
    }

    #[test]
    fn only_countries_have_a_domain_of_their_own() {
        assert_eq!(national_domain("www.youtube.fr"), Some("youtube.fr"));
        assert_eq!(national_domain("youtube.com.br"), Some("youtube.com.br"));
        assert_eq!(national_domain("youtube.exemple.fr"), None);
        assert_eq!(national_domain("monyoutube.fr"), None);
    }
}
