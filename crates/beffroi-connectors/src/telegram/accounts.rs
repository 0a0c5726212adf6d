//! Telegram channels by URL.
//!
//! Canonical handle: the user name in lower case. Source of the shapes: the fact sheet `telegram`,
//! section 1. An invitation to a closed group is not kept: its code opens the group.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, is_placeholder, reason};

const PLATFORM: Platform = Platform::Telegram;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["t.me", "telegram.dog", "telegram.me", "telegram.org"],
    judge,
};

/// First segments and sub-domains that are Telegram's own.
const RESERVED: &[&str] = &[
    "a",
    "addemoji",
    "addlist",
    "addstickers",
    "addstyle",
    "addtheme",
    "auction",
    "auth",
    "bg",
    "boost",
    "c",
    "call",
    "confirmphone",
    "contact",
    "giftcode",
    "invoice",
    "iv",
    "joinchat",
    "k",
    "login",
    "m",
    "msg",
    "nft",
    "proxy",
    "s",
    "setlanguage",
    "share",
    "socks",
    "web",
    "www",
    "z",
];

/// Pages of `telegram.org`, which is a site before it is a host of names.
const SITE_PAGES: &[&str] = &[
    "android",
    "api",
    "apps",
    "blog",
    "css",
    "desktop",
    "evolution",
    "file",
    "img",
    "ios",
    "js",
    "moderation",
    "press",
    "privacy",
    "support",
    "tour",
];

fn judge(link: &Link<'_>) -> Parsed {
    let path = link.path();
    match (link.subdomain, link.domain) {
        ("" | "www", _) => {}
        (_, "telegram.org") => return judge_web_client(link),
        (name, _) if RESERVED.contains(&name) => {
            return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
        }
        // `ville_exemple.t.me`, whose paths are those behind the name.
        (name, _) => {
            let account = account(name);
            return match path.as_slice() {
                [post, ..] if is_number(post) => account.into_post(),
                _ => account,
            };
        }
    }
    match path.as_slice() {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        ["joinchat", _, ..] => Parsed::other(PLATFORM, reason::PRIVATE_INVITE),
        ["share", ..] | ["msg", ..] => Parsed::share(PLATFORM),
        ["s", name, rest @ ..] => named(name, link.spelt(1), rest),
        ["c", ..] => Parsed::content(PLATFORM),
        ["js", ..] => Parsed::other(PLATFORM, reason::ASSET),
        [first, ..] if RESERVED.contains(first) => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
        [first, ..] if link.domain == "telegram.org" && SITE_PAGES.contains(first) => {
            Parsed::other(PLATFORM, reason::SERVICE_PAGE)
        }
        [first, ..] if first.starts_with('+') => match first.strip_prefix('+') {
            Some(phone) if is_number(phone) => Parsed::other(PLATFORM, reason::CONTACT),
            _ => Parsed::other(PLATFORM, reason::PRIVATE_INVITE),
        },
        [name, rest @ ..] => named(name, link.spelt(0), rest),
    }
}

/// `web.telegram.org/k/#@ville_exemple`, in older clients `#/im?p=@ville_exemple`: the account
/// stands in the fragment.
fn judge_web_client(link: &Link<'_>) -> Parsed {
    let fragment = link.url.fragment().unwrap_or_default();
    let name = fragment.strip_prefix("/im?p=").unwrap_or(fragment);
    match name.strip_prefix('@') {
        Some(name) if link.subdomain.starts_with("web") => account(&name.to_lowercase()),
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

fn named(name: &str, spelt: &str, rest: &[&str]) -> Parsed {
    let account = account(name).spelt(spelt.trim_start_matches('@'));
    match rest {
        [post, ..] if is_number(post) => account.into_post(),
        _ => account,
    }
}

fn account(name: &str) -> Parsed {
    let name = name.trim_start_matches('@');
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    let is_name = (4..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_name || RESERVED.contains(&name) {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    if name.ends_with("bot") {
        return Parsed::other(PLATFORM, reason::BOT);
    }
    Parsed::at(PLATFORM, name, &format!("https://t.me/{name}"))
}

fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    #[test]
    fn every_shape_of_a_channel_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                ("https://t.me/ville_exemple", "ville_exemple"),
                ("https://telegram.me/Ville_Exemple", "ville_exemple"),
                ("https://telegram.dog/ville_exemple", "ville_exemple"),
                ("https://ville_exemple.t.me", "ville_exemple"),
                ("https://t.me/s/ville_exemple", "ville_exemple"),
                ("https://t.me/s/ville_exemple?before=120", "ville_exemple"),
                ("https://t.me/s/ville_exemple?q=%23tag", "ville_exemple"),
                ("tg://resolve?domain=ville_exemple", "ville_exemple"),
                ("tg:resolve?domain=ville_exemple", "ville_exemple"),
                (
                    "https://web.telegram.org/#/im?p=@ville_exemple",
                    "ville_exemple",
                ),
                ("https://t.me/@ville_exemple", "ville_exemple"),
                (
                    "https://web.telegram.org/k/#@Ville_Exemple",
                    "ville_exemple",
                ),
            ],
        );
    }

    #[test]
    fn a_message_names_its_channel() {
        posts(
            PLATFORM,
            &[
                ("https://t.me/ville_exemple/123", Some("ville_exemple")),
                ("https://t.me/s/ville_exemple/123", Some("ville_exemple")),
                (
                    "https://t.me/ville_exemple/12?single",
                    Some("ville_exemple"),
                ),
                (
                    "https://t.me/ville_exemple/12?embed=1",
                    Some("ville_exemple"),
                ),
                (
                    "https://t.me/ville_exemple/12?comment=456",
                    Some("ville_exemple"),
                ),
                (
                    "tg://resolve?domain=ville_exemple&post=12",
                    Some("ville_exemple"),
                ),
                ("https://t.me/c/1234567890/55", None),
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
                    "https://t.me/joinchat/AAAAbbbb",
                    Other,
                    reason::PRIVATE_INVITE,
                ),
                ("https://t.me/+AbCdEf", Other, reason::PRIVATE_INVITE),
                ("tg://join?invite=AAAAbbbb", Other, reason::PRIVATE_INVITE),
                ("tg://msg_url?url=x", Share, reason::SHARE_BUTTON),
                ("https://t.me/+33612345678", Other, reason::CONTACT),
                ("https://t.me/share/url?url=x", Share, reason::SHARE_BUTTON),
                (
                    "https://telegram.me/share/url?url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                ("https://t.me/exemple_bot?start=x", Other, reason::BOT),
                ("https://t.me/iv?url=x", Other, reason::SERVICE_PAGE),
                ("https://t.me/$abc", Other, reason::INVALID_HANDLE),
                ("https://t.me/", Other, reason::HOME_PAGE),
                ("https://telegram.org/", Other, reason::HOME_PAGE),
                (
                    "https://telegram.org/js/telegram-widget.js?22",
                    Other,
                    reason::ASSET,
                ),
                ("https://telegram.org/privacy", Other, reason::SERVICE_PAGE),
                ("https://telegram.org/faq", Other, reason::INVALID_HANDLE),
            ],
        );
        for own in RESERVED {
            let parsed = parse(&format!("https://t.me/{own}"));
            assert_eq!(parsed.owner(), None, "{own}");
        }
    }
}
