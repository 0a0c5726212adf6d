//! Facebook pages by URL.
//!
//! Canonical handle: the user name in lower case without its dots (Facebook ignores both), or the
//! page's number. Source of the shapes: the fact sheet `facebook`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Kind, Link, Parsed, Service, Strength, is_locale, is_placeholder, reason};

const PLATFORM: Platform = Platform::Facebook;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["facebook.com", "facebook.net", "fb.com", "fb.watch"],
    judge,
};

/// First segments that are Facebook's own. Names ending in `.php` are as well.
const RESERVED: &[&str] = &[
    "about",
    "adpreferences",
    "ads",
    "adsmanager",
    "ajax",
    "allactivity",
    "apps",
    "badges",
    "biz",
    "bookmarks",
    "business",
    "careers",
    "checkpoint",
    "communitystandards",
    "composer",
    "connect",
    "cookies",
    "developers",
    "directory",
    "donate",
    "extern",
    "feed",
    "find-friends",
    "flx",
    "friends",
    "full_data_use_policy",
    "fundraisers",
    "games",
    "gaming",
    "hashtag",
    "help",
    "home",
    "invite",
    "jobs",
    "legal",
    "lite",
    "live",
    "local",
    "login",
    "marketplace",
    "media",
    "messages",
    "mobile",
    "notes",
    "notifications",
    "oauth",
    "offers",
    "payments",
    "permalink",
    "places",
    "policies",
    "policy",
    "posts",
    "privacy",
    "profile",
    "public",
    "questions",
    "recover",
    "reg",
    "safety",
    "saved",
    "search",
    "security",
    "settings",
    "signup",
    "sitemap",
    "stories",
    "story",
    "support",
    "terms",
    "topic",
    "tr",
    "translations",
    "unsupportedbrowser",
    "v",
    "watchparty",
    "welcome",
    "whatsapp",
];

/// First segments that have a rule of their own in [`judge`], hence are nobody's name either.
const FUNCTIONS: &[&str] = &[
    "dialog", "event", "events", "group", "groups", "images", "p", "pages", "people", "pg",
    "photo", "photos", "plugins", "reel", "reels", "share", "sharer", "video", "videos", "watch",
];

/// Sections of a page whose next segment is one publication.
const PUBLICATIONS: &[&str] = &[
    "events", "notes", "photos", "posts", "reel", "reels", "reviews", "stories", "videos",
];

/// Shortest number that Facebook gives to a page, as told apart from a postcode or a year in the
/// name of a page (`Mairie-de-X-57220`).
const ID_DIGITS: usize = 8;

fn judge(link: &Link<'_>) -> Parsed {
    if link.domain == "fb.watch" {
        return Parsed::content(PLATFORM);
    }
    if link.domain == "facebook.net" {
        return Parsed::other(PLATFORM, reason::ASSET);
    }
    if !serves_pages(link.subdomain) {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    let path = link.path();
    // `/v19.0/plugins/page.php`: the version of the widgets.
    let versions = usize::from(path.first().is_some_and(|first| is_version(first)));
    match &path[versions..] {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["l.php", ..] | ["flx", "warn", ..] => link
            .follow(&["u"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::WRAPPER)),
        ["login" | "login.php", ..] => link
            .follow(&["next"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::SERVICE_PAGE)),
        ["plugins", plugin, ..] => judge_plugin(plugin, link),
        [
            "sharer" | "sharer.php" | "share.php" | "share_channel" | "dialog",
            ..,
        ]
        | ["share"] => Parsed::share(PLATFORM),
        ["share", ..] => Parsed::other(PLATFORM, reason::SHORTENER),
        ["profile.php", ..] => by_id(&link.param("id").unwrap_or_default()),
        [
            "permalink.php" | "story.php" | "photo.php" | "video.php" | "photo",
            ..,
        ] => match link.param("id") {
            Some(id) => by_id(&id).into_post(),
            None => Parsed::content(PLATFORM),
        },
        ["watch"] if link.param("v").is_none() => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        [
            "watch" | "reel" | "reels" | "video" | "videos" | "photos",
            ..,
        ] => Parsed::content(PLATFORM),
        ["groups" | "group", ..] => Parsed::other(PLATFORM, reason::GROUP),
        ["events" | "event", ..] => Parsed::other(PLATFORM, reason::EVENT),
        ["tr" | "images" | "rsrc.php", ..] => Parsed::other(PLATFORM, reason::ASSET),
        ["pages", "create", ..] | ["pages"] => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        // The name may end in figures as well: a date, a telephone number.
        ["pages", name, id, ..] if *name != "category" && is_number(id) => {
            by_id(id).spelt(link.spelt(versions + 1))
        }
        ["pages", rest @ ..] => numbered(rest, link, versions + 1),
        ["people", _, id, ..] => by_id(id).spelt(link.spelt(versions + 1)),
        ["p", ..] => numbered(&path[versions + 1..], link, versions + 1),
        ["pg", name, rest @ ..] => named(name, link.spelt(versions + 1), rest),
        [first, ..] if RESERVED.contains(first) || is_file(first) => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        [name, rest @ ..] => named(name, link.spelt(versions), rest),
    }
}

/// Widgets: the page plugin shows an account, a like button only does when it is a page's.
fn judge_plugin(plugin: &str, link: &Link<'_>) -> Parsed {
    let target = link.follow(&["href"]);
    match plugin.strip_suffix(".php").unwrap_or(plugin) {
        "page" | "likebox" | "like_box" | "fan" | "follow" | "activity" | "post" | "video" => {
            target
                .or_else(|| link.param("id").map(|id| by_id(&id)))
                .unwrap_or_else(|| Parsed::other(PLATFORM, reason::SERVICE_PAGE))
        }
        "like" => match target {
            Some(page) if page.kind == Kind::Account && page.platform == Some(PLATFORM) => {
                page.weakened(Strength::Weak, Some(reason::NAMED_ONLY))
            }
            _ => Parsed::share(PLATFORM),
        },
        "share_button" | "send" | "save" | "quote" | "recommendations" => Parsed::share(PLATFORM),
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// An account by the first segment of its page, or one of its publications.
fn named(name: &str, spelt: &str, rest: &[&str]) -> Parsed {
    let account = account(name).spelt(spelt);
    match rest {
        [section, _, ..] if PUBLICATIONS.contains(section) => account.into_post(),
        _ => account,
    }
}

/// The account of a user name or a number; also of the same page as Messenger names it.
pub(crate) fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    if is_number(name) {
        return by_id(name);
    }
    if let Some(id) = trailing_id(name) {
        return by_id(id);
    }
    let handle: String = name.chars().filter(|c| *c != '.').collect();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if handle.is_empty() || handle.len() > 100 || !handle.chars().all(is_name) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    if RESERVED.contains(&handle.as_str()) || FUNCTIONS.contains(&handle.as_str()) {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    if is_number(&handle) {
        return by_id(&handle);
    }
    let url = format!("https://www.facebook.com/{handle}");
    let account = Parsed::at(PLATFORM, handle.as_str(), &url);
    if handle.bytes().all(|b| b.is_ascii_alphanumeric()) {
        account
    } else {
        // No user name has hyphens or accents today; links to old page names still do.
        account.weakened(Strength::Weak, Some(reason::UNCONFIRMED_SHAPE))
    }
}

/// The account of a number.
fn by_id(id: &str) -> Parsed {
    let is_id = (5..=20).contains(&id.len()) && !id.starts_with('0') && is_number(id);
    if !is_id {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(PLATFORM, id, &format!("https://www.facebook.com/{id}"))
}

/// The account whose number is a segment of its own, or ends one: `Mairie-X/1234…`,
/// `category/City/Mairie-X-1234…`.
fn numbered(segments: &[&str], link: &Link<'_>, offset: usize) -> Parsed {
    for (index, segment) in segments.iter().enumerate() {
        if segment.len() >= ID_DIGITS && is_number(segment) {
            let name = if index == 0 {
                ""
            } else {
                link.spelt(offset + index - 1)
            };
            return by_id(segment).spelt(name);
        }
        if let Some(id) = trailing_id(segment) {
            return by_id(id).spelt(link.spelt(offset + index));
        }
    }
    Parsed::other(PLATFORM, reason::INVALID_HANDLE)
}

/// The number at the end of `Mairie-de-X-123456789012`.
fn trailing_id(segment: &str) -> Option<&str> {
    let (_, id) = segment.rsplit_once('-')?;
    (id.len() >= ID_DIGITS && is_number(id)).then_some(id)
}

fn serves_pages(subdomain: &str) -> bool {
    let label = subdomain.strip_prefix("www.").unwrap_or(subdomain);
    matches!(
        label,
        "" | "www" | "m" | "mbasic" | "touch" | "web" | "mobile"
    ) || is_locale(label)
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| {
        number.starts_with(|c: char| c.is_ascii_digit()) && number.contains('.')
    })
}

fn is_number(segment: &str) -> bool {
    segment.bytes().all(|b| b.is_ascii_digit())
}

fn is_file(segment: &str) -> bool {
    [".php", ".html", ".htm", ".js", ".ico", ".png", ".txt"]
        .iter()
        .any(|ending| segment.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    #[test]
    fn every_shape_of_a_page_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                ("https://www.facebook.com/VilledeLyon/", "villedelyon"),
                (
                    "https://fr-fr.facebook.com/Ville.de.Lyon?ref=page_internal",
                    "villedelyon",
                ),
                ("//m.facebook.com/villedelyon/about", "villedelyon"),
                ("https://mbasic.facebook.com/villedelyon", "villedelyon"),
                ("http://fb.com/villedelyon", "villedelyon"),
                (
                    "www.facebook.com/villedelyon/?locale=fr_FR&amp;fref=ts",
                    "villedelyon",
                ),
                ("https://www.facebook.com/#!/villedelyon", "villedelyon"),
                (
                    "https://www.facebook.com/profile.php?id=100064512345678",
                    "100064512345678",
                ),
                (
                    "https://www.facebook.com/pages/Mairie-de-Trifouilly/123456789012",
                    "123456789012",
                ),
                (
                    "https://www.facebook.com/pages/Mairie-20201234567/123456789012",
                    "123456789012",
                ),
                (
                    "https://www.facebook.com/pages/category/City/Mairie-X-123456789012/",
                    "123456789012",
                ),
                (
                    "https://www.facebook.com/profile.php%3Fid=100064512345678",
                    "100064512345678",
                ),
                (
                    "https://www.facebook.com/profile.php?id%3D100064512345678",
                    "100064512345678",
                ),
                (
                    "https://www.facebook.com/plugins/follow?href=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon",
                    "villedelyon",
                ),
                (
                    "https://www.facebook.com/plugins/page.php?href=https%253A%252F%252Fwww.facebook.com%252Fvilledelyon",
                    "villedelyon",
                ),
                (
                    "https://www.facebook.com/login.php?next=%2Fvilledelyon%2F",
                    "villedelyon",
                ),
                (
                    "https://www.facebook.com/Mairie-de-X-123456789012/",
                    "123456789012",
                ),
                (
                    "https://www.facebook.com/p/Mairie-de-X-100064512345678/",
                    "100064512345678",
                ),
                (
                    "https://www.facebook.com/people/Mairie-X/100064512345678/",
                    "100064512345678",
                ),
                ("https://www.facebook.com/123456789012", "123456789012"),
                (
                    "https://www.facebook.com/pg/villedelyon/posts/",
                    "villedelyon",
                ),
                (
                    "https://www.facebook.com/villedelyon/photos/",
                    "villedelyon",
                ),
                ("https://www.facebook.com/mairie.exemple", "mairieexemple"),
                (
                    "https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon",
                    "villedelyon",
                ),
                (
                    "//www.facebook.com/v2.5/plugins/likebox.php?href=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon&width=292",
                    "villedelyon",
                ),
                (
                    "https://www.facebook.com/plugins/fan.php?id=123456789012",
                    "123456789012",
                ),
                (
                    "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon%2F",
                    "villedelyon",
                ),
                (
                    "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon%3Ffref%3Dts&h=AT0",
                    "villedelyon",
                ),
                (
                    "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon%2F",
                    "villedelyon",
                ),
                ("fb://page/123456789012", "123456789012"),
            ],
        );
    }

    #[test]
    fn a_publication_names_its_page() {
        posts(
            PLATFORM,
            &[
                (
                    "https://www.facebook.com/villedelyon/posts/pfbid0abc",
                    Some("villedelyon"),
                ),
                (
                    "https://www.facebook.com/permalink.php?story_fbid=1&id=598338556946671",
                    Some("598338556946671"),
                ),
                (
                    "https://m.facebook.com/story.php?story_fbid=1&id=369911139724526",
                    Some("369911139724526"),
                ),
                (
                    "https://www.facebook.com/108824017345866/videos/311658803718223",
                    Some("108824017345866"),
                ),
                (
                    "https://www.facebook.com/villedelyon/photos/a.309/440",
                    Some("villedelyon"),
                ),
                (
                    "https://www.facebook.com/villedelyon/reel/311658803718223",
                    Some("villedelyon"),
                ),
                (
                    "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon%2Fposts%2F12",
                    Some("villedelyon"),
                ),
                ("https://www.facebook.com/watch/?v=311658803718223", None),
                ("https://www.facebook.com/photo.php?fbid=12", None),
                ("https://www.facebook.com/reel/123", None),
                ("https://fb.watch/abc/", None),
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
                    "https://www.facebook.com/groups/175634843342347/",
                    Other,
                    reason::GROUP,
                ),
                ("https://www.facebook.com/events/123/", Other, reason::EVENT),
                (
                    "https://www.facebook.com/sharer/sharer.php?u=https://x.fr",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/sharer.php?u=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/share.php?u=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/dialog/share?x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/dialog/feed?x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fwww.exemple.fr",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/share_channel/?link=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/plugins/share_button.php?href=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.facebook.com/share/1AbCdEf/",
                    Other,
                    reason::SHORTENER,
                ),
                (
                    "https://www.facebook.com/share/p/1AbCdEf/",
                    Other,
                    reason::SHORTENER,
                ),
                (
                    "https://www.facebook.com/share/v/1AbCdEf/",
                    Other,
                    reason::SHORTENER,
                ),
                ("https://fb.me/abc", Other, reason::SHORTENER),
                (
                    "https://www.facebook.com/tr?id=12&ev=PageView",
                    Other,
                    reason::ASSET,
                ),
                (
                    "https://connect.facebook.net/fr_FR/sdk.js",
                    Other,
                    reason::ASSET,
                ),
                ("https://www.facebook.com/", Other, reason::HOME_PAGE),
                ("facebook.com", Other, reason::HOME_PAGE),
                ("https://www.facebook.com/#", Other, reason::HOME_PAGE),
                (
                    "https://www.facebook.com/facebook",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.facebook.com/wordpress",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.facebook.com/VotreCommune",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.facebook.com/votrepage",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://www.facebook.com/username",
                    Other,
                    reason::PLACEHOLDER,
                ),
                (
                    "https://business.facebook.com/villedelyon",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.facebook.com/profile.php",
                    Other,
                    reason::INVALID_HANDLE,
                ),
            ],
        );
        for own in [
            "home.php",
            "login",
            "help/12",
            "policies",
            "privacy",
            "legal",
            "business",
            "ads",
            "hashtag/x",
            "marketplace",
            "gaming",
            "stories/1/2",
            "messages",
            "search?q=x",
            "pages/create",
            "public/Jean",
            "media/set/?set=a.1",
            "notes",
            "settings",
            "recover",
            "watch/",
            "robots.txt",
        ]
        .iter()
        .chain(RESERVED)
        {
            let parsed = parse(&format!("https://www.facebook.com/{own}"));
            assert_eq!(parsed.kind, Other, "{own}");
            assert_eq!(parsed.owner(), None, "{own}");
        }
    }

    #[test]
    fn the_spelling_is_kept_beside_the_handle() {
        let parsed = parse("https://fr-fr.facebook.com/Ville.de.Lyon");
        assert_eq!(parsed.spelling.as_deref(), Some("Ville.de.Lyon"));
        let parsed = parse("https://www.facebook.com/people/Mairie-X/100064512345678/");
        assert_eq!(parsed.spelling.as_deref(), Some("Mairie-X"));
    }

    #[test]
    fn a_name_that_facebook_would_refuse_today_is_weak() {
        let parsed = parse("https://www.facebook.com/Mairie-de-Sète");
        assert_eq!(parsed.handle.as_deref(), Some("mairie-de-sète"));
        assert_eq!(parsed.strength, Strength::Weak);
    }
}
