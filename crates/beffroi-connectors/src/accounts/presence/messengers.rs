//! Messengers by URL: channels count as presence; numbers of persons, closed groups and share
//! buttons do not, and their codes and numbers are not kept. Source of the shapes: the fact sheet
//! `alert-apps`, section 2.

use beffroi_model::Platform;

use crate::accounts::{Kind, Link, Parsed, Service, Strength, reason};
use crate::facebook;

pub(super) const WHATSAPP: Service = Service {
    platform: Platform::Whatsapp,
    domains: &["wa.me", "whatsapp.com", "whatsapp.net"],
    judge: whatsapp,
};

pub(super) const MESSENGER: Service = Service {
    platform: Platform::Messenger,
    domains: &["m.me", "messenger.com"],
    judge: messenger,
};

pub(super) const SIGNAL: Service = Service {
    platform: Platform::Signal,
    domains: &["signal.group", "signal.me"],
    judge: |link| {
        let reason = if link.domain == "signal.group" {
            reason::PRIVATE_INVITE
        } else {
            reason::CONTACT
        };
        Parsed::other(Platform::Signal, reason)
    },
};

pub(super) const DISCORD: Service = Service {
    platform: Platform::Discord,
    domains: &["discord.com", "discord.gg", "discordapp.com"],
    judge: discord,
};

pub(super) const VIBER: Service = Service {
    platform: Platform::Viber,
    domains: &["viber.com"],
    judge: viber,
};

fn whatsapp(link: &Link<'_>) -> Parsed {
    const PLATFORM: Platform = Platform::Whatsapp;
    let path = link.path();
    match (link.domain, link.subdomain, path.as_slice()) {
        ("whatsapp.com", "chat", [_, ..]) => Parsed::other(PLATFORM, reason::PRIVATE_INVITE),
        ("whatsapp.com", "" | "www", ["channel", _, rest @ ..]) => {
            let channel = channel(link.spelt(1));
            match rest {
                [] => channel,
                _ => channel.into_post(),
            }
        }
        ("wa.me" | "whatsapp.com", _, ["send", ..] | [])
            if link.param("text").is_some() && link.param("phone").is_none() =>
        {
            Parsed::share(PLATFORM)
        }
        ("whatsapp.com", _, ["send", ..]) | ("wa.me", _, [_, ..]) => {
            Parsed::other(PLATFORM, reason::CONTACT)
        }
        ("whatsapp.com" | "wa.me", "" | "www", []) => Parsed::other(PLATFORM, reason::HOME_PAGE),
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// A channel by its code, whose case counts. Real codes start with `0029`; templates hold invented
/// ones.
fn channel(code: &str) -> Parsed {
    let is_code = (1..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_code {
        return Parsed::other(Platform::Whatsapp, reason::INVALID_HANDLE);
    }
    let url = format!("https://whatsapp.com/channel/{code}");
    let channel = Parsed::at(Platform::Whatsapp, code, &url);
    if code.starts_with("0029") && (22..=28).contains(&code.len()) {
        channel
    } else {
        channel.weakened(Strength::Weak, Some(reason::UNCONFIRMED_SHAPE))
    }
}

/// The Facebook page that answers: same handle.
fn messenger(link: &Link<'_>) -> Parsed {
    const PLATFORM: Platform = Platform::Messenger;
    let path = link.path();
    let name = match (link.domain, path.as_slice()) {
        // Group chats and the channels of communities.
        ("m.me", ["ch" | "cm" | "j", _, ..]) => {
            return Parsed::other(PLATFORM, reason::PRIVATE_INVITE);
        }
        ("messenger.com", ["t", name, ..]) | ("m.me", [name, ..]) => name,
        (_, []) => return Parsed::other(PLATFORM, reason::HOME_PAGE),
        _ => return Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    };
    let page = facebook::accounts::account(name);
    match (page.kind, &page.handle) {
        (Kind::Account, Some(handle)) => {
            Parsed::at(PLATFORM, handle.as_str(), &format!("https://m.me/{handle}"))
        }
        _ => Parsed::other(PLATFORM, page.reason.unwrap_or(reason::INVALID_HANDLE)),
    }
}

/// An open invitation, by its code, whose case counts.
fn discord(link: &Link<'_>) -> Parsed {
    const PLATFORM: Platform = Platform::Discord;
    let code = match (link.domain, link.path().as_slice()) {
        ("discord.gg", [_, ..]) => link.spelt(0),
        ("discord.com" | "discordapp.com", ["invite", _, ..]) => link.spelt(1),
        (_, []) => return Parsed::other(PLATFORM, reason::HOME_PAGE),
        _ => return Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    };
    let is_code = (2..=32).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_code {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    Parsed::at(PLATFORM, code, &format!("https://discord.gg/{code}")).weakened(Strength::Weak, None)
}

fn viber(link: &Link<'_>) -> Parsed {
    const PLATFORM: Platform = Platform::Viber;
    match (link.subdomain, link.path().as_slice()) {
        ("invite", _) => Parsed::other(PLATFORM, reason::PRIVATE_INVITE),
        ("chats", ["chat", ..]) => Parsed::other(PLATFORM, reason::CONTACT),
        ("chats", [name, ..])
            if name.len() <= 64
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) =>
        {
            Parsed::at(PLATFORM, *name, &format!("https://chats.viber.com/{name}"))
                .weakened(Strength::Weak, None)
        }
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    const CODE: &str = "0029VbAbcdefGhijKlmnoP1q";

    #[test]
    fn a_channel_is_an_account_and_keeps_its_case() {
        accounts(
            Platform::Whatsapp,
            &[
                (
                    "https://whatsapp.com/channel/0029VbAbcdefGhijKlmnoP1q",
                    CODE,
                ),
                (
                    "https://www.whatsapp.com/channel/0029VbAbcdefGhijKlmnoP1q",
                    CODE,
                ),
            ],
        );
        posts(
            Platform::Whatsapp,
            &[(
                "https://www.whatsapp.com/channel/0029VbAbcdefGhijKlmnoP1q/120",
                Some(CODE),
            )],
        );
        assert_eq!(
            parse(&format!("https://whatsapp.com/channel/{CODE}")).strength,
            Strength::Strong
        );
    }

    #[test]
    fn an_invented_channel_code_is_weak() {
        let parsed = parse("https://whatsapp.com/channel/IKESA");
        assert_eq!(parsed.strength, Strength::Weak);
    }

    #[test]
    fn persons_groups_and_share_buttons_are_no_accounts_and_leave_no_number() {
        use Kind::{Other, Share};
        kinds(
            Some(Platform::Whatsapp),
            &[
                (
                    "https://chat.whatsapp.com/AbCdEf",
                    Other,
                    reason::PRIVATE_INVITE,
                ),
                ("https://wa.me/33612345678", Other, reason::CONTACT),
                ("https://wa.me/33612345678?text=x", Other, reason::CONTACT),
                (
                    "https://api.whatsapp.com/send?phone=33612345678",
                    Other,
                    reason::CONTACT,
                ),
                ("whatsapp://send?phone=33612345678", Other, reason::CONTACT),
                ("https://wa.me/message/AbCdEf", Other, reason::CONTACT),
                ("https://wa.me/c/33612345678", Other, reason::CONTACT),
                ("https://wa.me/?text=x", Share, reason::SHARE_BUTTON),
                (
                    "https://api.whatsapp.com/send?text=Bonjour",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://web.whatsapp.com/send?text=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                ("whatsapp://send?text=x", Share, reason::SHARE_BUTTON),
                ("https://www.whatsapp.com/", Other, reason::HOME_PAGE),
                (
                    "https://www.whatsapp.com/download",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.whatsapp.com/legal",
                    Other,
                    reason::SERVICE_PAGE,
                ),
            ],
        );
    }

    #[test]
    fn other_messengers_are_told() {
        accounts(
            Platform::Messenger,
            &[
                ("https://m.me/Ville.De.Lyon", "villedelyon"),
                ("https://www.messenger.com/t/villedelyon", "villedelyon"),
            ],
        );
        accounts(
            Platform::Discord,
            &[
                ("https://discord.gg/AbCdEf", "AbCdEf"),
                ("https://discord.com/invite/AbCdEf", "AbCdEf"),
            ],
        );
        accounts(
            Platform::Viber,
            &[("https://chats.viber.com/Ville", "ville")],
        );
        kinds(
            Some(Platform::Messenger),
            &[(
                "https://m.me/j/AbYxCd/",
                Kind::Other,
                reason::PRIVATE_INVITE,
            )],
        );
        kinds(
            Some(Platform::Signal),
            &[(
                "https://signal.group/#CjQKIA",
                Kind::Other,
                reason::PRIVATE_INVITE,
            )],
        );
    }
}
