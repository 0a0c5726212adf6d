//! Mastodon instances and the accounts of both open networks.

use beffroi_model::{Collectivity, Platform};

use super::{
    Declared,
    account::{Linked, Shown},
    build::Builder,
    host::{Dns, Role},
    names,
    presence::Presence,
    social::{Case, Character, Fate, SocialAccount},
};
use crate::{
    WorldSettings,
    draw::{Draw, hash},
};

/// A Mastodon instance, or another server that looks like one.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    /// Domain of its handles.
    pub(crate) domain: Box<str>,
    /// Host of its pages and API.
    pub(crate) host: Box<str>,
    pub(crate) kind: InstanceKind,
}

/// What an instance is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstanceKind {
    /// Mastodon 4.5, which counts quotes.
    Current,
    /// Mastodon 4.2, which does not.
    Older,
    /// Answers 401 to those who are not logged in.
    LoginRequired,
    /// Another software without Mastodon's API.
    OtherSoftware,
    /// Its domain does not exist any more.
    Gone,
}

/// Instances of all kinds. Accounts are spread evenly, so that no instance's budget (300 calls in
/// five minutes) holds up the night.
const INSTANCES: u16 = 30;

/// In a small France every second or third body would have no open network at all.
const SAMPLE_CHANCE: f64 = 0.15;

fn instance(number: u16) -> Instance {
    let kind = match number {
        7 => InstanceKind::LoginRequired,
        13 => InstanceKind::OtherSoftware,
        19 => InstanceKind::Gone,
        _ if number % 4 == 2 => InstanceKind::Older,
        _ => InstanceKind::Current,
    };
    // Every fifth has handles of the bare domain and pages on a host below it.
    let (domain, host) = if number % 5 == 4 {
        (
            format!("villes-{number}.test"),
            format!("social.villes-{number}.test"),
        )
    } else {
        (
            format!("social-{number}.test"),
            format!("social-{number}.test"),
        )
    };
    Instance {
        domain: domain.into(),
        host: host.into(),
        kind,
    }
}

/// Adds instances, the AppView and the accounts to a world whose sites exist.
pub(super) fn populate(builder: &mut Builder) {
    for number in 0..INSTANCES {
        let instance = instance(number);
        for name in [&instance.host, &instance.domain] {
            if builder.world.host_by_name.contains_key(name) {
                continue;
            }
            let mut host = builder.plain_host(name, Role::Mastodon(number));
            if instance.kind == InstanceKind::Gone {
                host.dns = Dns::NxDomain;
            }
            builder.add_host(host);
        }
        builder.world.instances.push(instance);
    }
    let appview = builder.plain_host("api.bsky.test", Role::Bluesky);
    builder.add_host(appview);
    for platform in [Platform::Mastodon, Platform::Bluesky] {
        let joined: Vec<u32> = (0..builder.world.bodies.len() as u32)
            .filter(|body| joins(builder, *body, platform))
            .collect();
        for (number, body) in joined.into_iter().enumerate() {
            join(builder, platform, number, body);
        }
    }
}

fn joins(builder: &Builder, body: u32, platform: Platform) -> bool {
    let world = &builder.world;
    let body = &world.bodies[body as usize];
    // Without a site of its own nobody could find the account, nor tell whose it is.
    let Declared::Site { site, .. } = body.declared else {
        return false;
    };
    if !world.sites[site as usize].folder.is_empty() {
        return false;
    }
    let WorldSettings {
        seed, population, ..
    } = world.settings;
    let mut chance = Presence::of(&body.collectivity).chance(platform, population);
    if world.settings.is_small() {
        chance = chance.max(SAMPLE_CHANCE);
    }
    let key = hash(body.collectivity.collectivity_id.as_str().as_bytes());
    Draw::new(seed, platform.as_str(), key).chance(chance)
}

fn join(builder: &mut Builder, platform: Platform, number: usize, body_index: u32) {
    let (seed, as_of) = (builder.world.settings.seed, builder.world.settings.as_of);
    let body = &builder.world.bodies[body_index as usize];
    let key = hash(body.collectivity.collectivity_id.as_str().as_bytes());
    let mut draw = Draw::new(seed, "social", key ^ hash(platform.as_str().as_bytes()));
    // The first accounts are the planted cases, each of them on a sound account.
    let case = match number {
        0..12 => Case::PLANTED[number % Case::PLANTED.len()],
        _ => Case::Ordinary,
    };
    let instance = if case == Case::Ordinary {
        (number % usize::from(INSTANCES)) as u16
    } else {
        (number * 6 % usize::from(INSTANCES)) as u16
    };
    // One cause of trouble at a time: accounts of troubled servers are sound themselves.
    let is_troubled = platform == Platform::Mastodon
        && !matches!(
            builder.world.instances[usize::from(instance)].kind,
            InstanceKind::Current | InstanceKind::Older
        );
    let fate = match case {
        Case::Ordinary if !is_troubled => draw_fate(platform, &mut draw),
        _ => Fate::Sound,
    };
    let fit = |longest| names::handle(&body.collectivity, &body.slug, longest, seed);
    let (mastodon_name, bluesky_label, domain_label) = (fit(28), fit(18), fit(40));
    let population = body.collectivity.population;
    let index = builder.world.social.len() as u32;
    let mut account = match platform {
        Platform::Mastodon => mastodon(builder, body_index, index, instance, &mastodon_name),
        _ => {
            let name = match draw.below(3) {
                0 => format!("{domain_label}.test"),
                _ => format!("{bluesky_label}.bsky.social"),
            };
            bluesky(&body.collectivity, body_index, index, &name, &mut draw)
        }
    };
    account.fate = fate;
    account.case = case;
    account.key = draw.next();
    account.hides_counts =
        platform == Platform::Mastodon && case == Case::Ordinary && draw.chance(0.03);
    account.replies_restricted =
        platform == Platform::Bluesky && case == Case::Ordinary && draw.chance(0.04);
    account.live(&Character {
        population,
        case,
        platform,
        as_of,
    });
    if account.replies_restricted {
        account
            .posts
            .iter_mut()
            .for_each(|post| post.threads.clear());
    }
    let moves = fate == Fate::Sound
        && platform == Platform::Mastodon
        && case == Case::Ordinary
        && !is_troubled
        && draw.chance(0.04);
    builder.world.bodies[body_index as usize].social.push(index);
    builder.world.social.push(account);
    if moves {
        // The pages still link the former account; only the network knows of the new one.
        let target = index + 1;
        builder.world.social[index as usize].fate = Fate::MovedTo(target);
        let next = (instance + 1) % INSTANCES;
        let mut successor = mastodon(builder, body_index, target, next, &mastodon_name);
        successor.key = draw.next();
        successor.live(&Character {
            population,
            case,
            platform,
            as_of,
        });
        builder.world.social.push(successor);
    }
}

fn draw_fate(platform: Platform, draw: &mut Draw) -> Fate {
    let mastodon = platform == Platform::Mastodon;
    match draw.weighted(&[84., 3., 3., 3., 3.]) {
        1 => Fate::NotFound,
        2 => Fate::Suspended,
        3 if mastodon => Fate::Gone,
        3 => Fate::Deactivated,
        4 if mastodon => Fate::Limited,
        4 => Fate::OptedOut,
        _ => Fate::Sound,
    }
}

fn mastodon(builder: &Builder, body: u32, index: u32, instance: u16, name: &str) -> SocialAccount {
    let port = builder.world.settings.http_port;
    let host = &builder.world.instances[usize::from(instance)].host;
    let linked = Linked {
        platform: Platform::Mastodon,
        handle: format!("{name}@{host}:{port}").into(),
        href: format!("http://{host}:{port}/@{name}").into(),
        shown: Shown::RelMe,
    };
    blank(body, index, instance, name, String::new(), linked)
}

fn bluesky(
    collectivity: &Collectivity,
    body: u32,
    index: u32,
    name: &str,
    draw: &mut Draw,
) -> SocialAccount {
    const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut letters = Draw::new(
        hash(collectivity.collectivity_id.as_str().as_bytes()),
        "did",
        0,
    );
    let did: String = (0..24)
        .map(|_| char::from(BASE32[letters.below(32)]))
        .collect();
    let did = format!("did:plc:{did}");
    let handle = if draw.chance(0.1) {
        did.clone()
    } else {
        name.to_owned()
    };
    let linked = Linked {
        platform: Platform::Bluesky,
        handle: handle.as_str().into(),
        href: format!("https://bsky.app/profile/{handle}").into(),
        shown: if draw.chance(0.5) {
            Shown::Footer
        } else {
            Shown::Header
        },
    };
    blank(body, index, 0, name, did, linked)
}

fn blank(
    body: u32,
    index: u32,
    instance: u16,
    name: &str,
    did: String,
    linked: Linked,
) -> SocialAccount {
    SocialAccount {
        body,
        index,
        platform: linked.platform,
        instance,
        name: name.into(),
        did: did.into(),
        linked,
        fate: Fate::Sound,
        case: Case::Ordinary,
        key: 0,
        followers: 0,
        following: 0,
        posts_total: 0,
        hides_counts: false,
        replies_restricted: false,
        created_at: 0,
        posts: Vec::new(),
        boosts: Vec::new(),
    }
}
