//! Accounts of the networks that have an API or public pages of their own, Mastodon and Bluesky
//! excepted. In memory an account is a name and a key; audience, posts and dialogue are drawn from
//! the key when they are asked for, so that all of France costs little.

mod fate;
mod life;

use std::collections::HashMap;

use beffroi_model::{Collectivity, Platform};

use super::{
    Declared,
    account::{Linked, Shown},
    build::Builder,
    names,
    presence::Presence,
    social::Case,
};
use crate::draw::{Draw, hash};

pub(crate) use self::{
    fate::Fate,
    life::{Law, Life, Post},
};

/// Networks whose accounts can be measured.
pub(crate) const PLATFORMS: [Platform; 10] = [
    Platform::Facebook,
    Platform::Instagram,
    Platform::Threads,
    Platform::X,
    Platform::Youtube,
    Platform::Linkedin,
    Platform::Snapchat,
    Platform::Tiktok,
    Platform::Telegram,
    Platform::Peertube,
];

/// Accounts of each network on which a case is planted.
const PLANTED: usize = 12;

/// PeerTube instances: few, as on the real web.
pub(crate) const PEERTUBE_INSTANCES: u32 = 4;

/// In a small France next to nobody would be on PeerTube.
const SAMPLE_CHANCE: f64 = 0.06;

/// An account of a network.
#[derive(Debug, Clone)]
pub(crate) struct NetworkAccount {
    /// Index of the body.
    pub(crate) body: u32,
    /// Its own index among all network accounts.
    pub(crate) index: u32,
    pub(crate) platform: Platform,
    /// All that is not written here is drawn from it.
    pub(crate) key: u64,
    pub(crate) fate: Fate,
    pub(crate) case: Case,
    /// The canonical handle under which pages link it.
    pub(crate) handle: Box<str>,
}

/// The accounts of all networks, found by their canonical handles.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    pub(crate) accounts: Vec<NetworkAccount>,
    by_handle: HashMap<Platform, HashMap<Box<str>, u32>>,
}

impl NetworkAccount {
    /// Whether something holds that holds for this share of accounts; `subject` names it.
    pub(crate) fn is(&self, subject: &str, share: f64) -> bool {
        self.draw(subject).chance(share)
    }

    /// A number of its own within bounds, the same for ever: a permanent id.
    pub(crate) fn number(&self, subject: &str, low: i64, high: i64) -> u64 {
        self.draw(subject).between(low, high) as u64
    }

    /// The draws of one subject.
    pub(crate) fn draw(&self, subject: &str) -> Draw {
        Draw::new(self.key, subject, 0)
    }

    /// The bare name of the handle: without `@`, `company:` and the like, and host.
    pub(crate) fn name(&self) -> &str {
        let kinds = ["channel:", "company:", "user:", "c:", "@"];
        let mut bare = kinds
            .iter()
            .filter_map(|kind| self.handle.strip_prefix(kind));
        let name = bare.next().unwrap_or(&self.handle);
        name.split('@').next().unwrap_or(name)
    }
}

impl Networks {
    /// The account that is linked as this.
    pub(crate) fn linked(&self, platform: Platform, handle: &str) -> Option<&NetworkAccount> {
        let index = self.by_handle.get(&platform)?.get(handle)?;
        Some(&self.accounts[*index as usize])
    }

    fn add(&mut self, account: NetworkAccount) {
        let handles = self.by_handle.entry(account.platform).or_default();
        // Two bodies may link one account; it is the first one's.
        if handles.contains_key(&account.handle) {
            return;
        }
        handles.insert(account.handle.clone(), account.index);
        self.accounts.push(account);
    }
}

/// Host of a PeerTube instance.
pub(crate) fn peertube_host(number: u32) -> String {
    format!("video-{number}.test")
}

/// Gives life to every account of a measurable network that a body's pages link.
pub(in crate::world) fn populate(builder: &mut Builder) {
    for body in 0..builder.world.bodies.len() as u32 {
        join_peertube(builder, body);
    }
    let mut planted: HashMap<Platform, usize> = HashMap::new();
    for (body, number) in builder.world.bodies.iter().zip(0u32..) {
        let declared = match &body.declared {
            Declared::NotASite { account, .. } => Some(account),
            Declared::Nothing | Declared::Site { .. } => None,
        };
        for linked in body.accounts.iter().chain(declared) {
            if !PLATFORMS.contains(&linked.platform) {
                continue;
            }
            // Cases are planted on accounts that a crawler finds.
            let can_be_found = !matches!(body.declared, Declared::Nothing);
            let count = planted.entry(linked.platform).or_default();
            let case = if can_be_found && *count < PLANTED {
                *count += 1;
                Case::PLANTED[(*count - 1) % Case::PLANTED.len()]
            } else {
                Case::Ordinary
            };
            let networks = &mut builder.world.networks;
            let key = hash(portless(linked).as_bytes()) ^ hash(linked.platform.as_str().as_bytes());
            let mut draw = Draw::new(builder.world.settings.seed, "network", key);
            let (fate, case) = fate::draw(linked.platform, case, &mut draw);
            networks.add(NetworkAccount {
                body: number,
                index: networks.accounts.len() as u32,
                platform: linked.platform,
                key: draw.next(),
                fate,
                case,
                handle: linked.handle.clone(),
            });
        }
    }
}

/// The handle without the port of an instance: an account is the same whatever port is free.
fn portless(linked: &Linked) -> &str {
    match linked.platform {
        Platform::Peertube => linked.handle.rsplit_once(':').map_or("", |it| it.0),
        _ => &linked.handle,
    }
}

/// Puts a channel on a PeerTube instance on the pages of a few bodies.
fn join_peertube(builder: &mut Builder, index: u32) {
    let world = &builder.world;
    let body = &world.bodies[index as usize];
    // Without a site of its own nobody could tell whose the channel is.
    let Declared::Site { site, .. } = body.declared else {
        return;
    };
    if !world.sites[site as usize].folder.is_empty() {
        return;
    }
    let settings = &world.settings;
    let mut chance =
        Presence::of(&body.collectivity).chance(Platform::Peertube, settings.population);
    if settings.is_small() {
        chance = chance.max(SAMPLE_CHANCE);
    }
    let mut draw = Draw::new(settings.seed, "peertube", key_of(&body.collectivity));
    if !draw.chance(chance) {
        return;
    }
    let name = names::handle(&body.collectivity, &body.slug, 40, settings.seed);
    let host = peertube_host(draw.below(PEERTUBE_INSTANCES as usize) as u32);
    let port = settings.http_port;
    let linked = Linked {
        platform: Platform::Peertube,
        handle: format!("channel:{name}@{host}:{port}").into(),
        href: format!("http://{host}:{port}/c/{name}").into(),
        shown: Shown::RelMe,
    };
    builder.world.bodies[index as usize].accounts.push(linked);
}

fn key_of(collectivity: &Collectivity) -> u64 {
    hash(collectivity.collectivity_id.as_str().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(platform: Platform, handle: &str) -> NetworkAccount {
        NetworkAccount {
            body: 0,
            index: 0,
            platform,
            key: 7,
            fate: Fate::Sound,
            case: Case::Ordinary,
            handle: handle.into(),
        }
    }

    #[test]
    fn the_bare_name_of_a_handle_is_what_stands_before_the_host() {
        for (platform, handle, name) in [
            (Platform::Facebook, "mairiex", "mairiex"),
            (Platform::Youtube, "@mairiex", "mairiex"),
            (Platform::Linkedin, "company:ville-de-x", "ville-de-x"),
            (
                Platform::Peertube,
                "channel:mairiex@video-1.test:8480",
                "mairiex",
            ),
        ] {
            assert_eq!(account(platform, handle).name(), name);
        }
    }

    #[test]
    fn numbers_are_kept_and_differ_by_subject() {
        let account = account(Platform::X, "mairiex");
        let number = |subject| account.number(subject, 1, 1 << 60);
        assert_eq!(number("id"), number("id"));
        assert_ne!(number("id"), number("post"));
    }
}
