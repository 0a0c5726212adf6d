//! Making the world: hosts first for the bodies that others live with (EPCI), then for all.

use std::{collections::HashMap, sync::atomic::AtomicI64};

use beffroi_model::{Category, Collectivity, Platform};

use super::{
    Body, Declared, World,
    account::{self, Linked, Shown},
    fediverse,
    host::{self, CertificateKind, Dns, Host, Robots, Role},
    names,
    network::{self, Networks},
    presence::Presence,
    sample,
    site::{Cms, Entry, Feed, FeedShape, Page, PageEncoding, Placement, Site, Sitemap, State},
};
use crate::{
    WorldSettings,
    apis::APIS,
    draw::{Draw, hash},
};

/// Sites that share one address on mutualised hosting, on average.
const SITES_PER_GROUP: usize = 12;

/// Communes that one EPCI portal hosts at the most: its pace would hold up the night otherwise.
const COMMUNES_PER_PORTAL: usize = 8;

impl World {
    /// Draws the world.
    pub fn generate(collectivities: &[Collectivity], settings: WorldSettings) -> Self {
        let bodies = match settings.limit {
            Some(limit) => sample::sample(collectivities, limit, settings.seed),
            None => collectivities.to_vec(),
        };
        let slugs = names::unique_slugs(&bodies);
        let body_by_siren = bodies
            .iter()
            .zip(0u32..)
            .filter_map(|(body, index)| Some((body.siren?, index)))
            .collect();
        let mut builder = Builder {
            groups: bodies.len() / (3 * SITES_PER_GROUP) + 1,
            world: Self {
                bodies: Vec::with_capacity(bodies.len()),
                sites: Vec::new(),
                hosts: Vec::new(),
                host_by_name: HashMap::new(),
                addresses: 0,
                social: Vec::new(),
                instances: Vec::new(),
                networks: Networks::default(),
                body_by_siren,
                shown_until: AtomicI64::new(i64::MAX),
                settings,
            },
            group_addresses: HashMap::new(),
            hosted: HashMap::new(),
        };
        for (collectivity, slug) in bodies.into_iter().zip(slugs) {
            builder.body(collectivity, slug);
        }
        // Communes may live on the portal of their EPCI, which must exist before.
        let (communes, others): (Vec<u32>, Vec<u32>) = (0..builder.world.bodies.len() as u32)
            .partition(|index| {
                builder.world.bodies[*index as usize].collectivity.category == Category::Commune
            });
        for index in others.into_iter().chain(communes) {
            builder.declare(index);
        }
        network::populate(&mut builder);
        fediverse::populate(&mut builder);
        builder.apis();
        builder.world
    }
}

/// The world while it is made.
pub(super) struct Builder {
    pub(super) world: World,
    groups: usize,
    group_addresses: HashMap<usize, (std::net::Ipv4Addr, u32)>,
    hosted: HashMap<u32, usize>,
}

impl Builder {
    fn seed(&self) -> u64 {
        self.world.settings.seed
    }

    fn body(&mut self, collectivity: Collectivity, slug: Box<str>) {
        let key = hash(collectivity.collectivity_id.as_str().as_bytes());
        let mut draw = Draw::new(self.seed(), "accounts", key);
        let accounts = account::own(&collectivity, &slug, &self.world.settings, &mut draw);
        let (declared, social) = (Declared::Nothing, Vec::new());
        self.world.bodies.push(Body {
            collectivity,
            slug,
            declared,
            accounts,
            social,
        });
    }

    /// Decides what the registry says of the body's website, and makes the site.
    fn declare(&mut self, index: u32) {
        let body = &self.world.bodies[index as usize];
        let collectivity = &body.collectivity;
        let key = hash(collectivity.collectivity_id.as_str().as_bytes());
        let mut draw = Draw::new(self.seed(), "declared", key);
        let presence = Presence::of(collectivity);
        let population = self.world.settings.population;
        if !draw.chance(presence.chance(Platform::Website, population)) {
            return;
        }
        let slug = body.slug.clone();
        let village = collectivity.category == Category::Commune && collectivity.population < 3_500;
        let portal = collectivity
            .epci_siren
            .and_then(|siren| self.world.body_by_siren.get(&siren).copied());
        let site_key = draw.next();
        if village {
            match draw.weighted(&[900., 12., 5., 12., 14., 25., 3.]) {
                1 => return self.not_a_site(index, Platform::Intramuros),
                2 => return self.not_a_site(index, Platform::Lapagelocale),
                3 => {
                    return self.shared_folder(
                        index,
                        site_key,
                        "sites.google.com",
                        "/view/mairie-",
                    );
                }
                4 => {
                    let name = format!("mairie-{slug}.e-monsite.com");
                    return self.own_host(index, site_key, &name, Some(Cms::EMonsite), &mut draw);
                }
                5 => {
                    if let Some(host) = portal.and_then(|portal| self.portal_host(portal)) {
                        return self.hosted(index, site_key, host);
                    }
                }
                6 => return self.not_a_site(index, Platform::Facebook),
                _ => {}
            }
        }
        let name = host_name(&self.world.bodies[index as usize], &mut draw);
        self.own_host(index, site_key, &name, None, &mut draw);
    }

    /// The host of a body's own site, when it is sound enough to be a portal.
    fn portal_host(&mut self, portal: u32) -> Option<u32> {
        let Declared::Site { site, .. } = self.world.bodies[portal as usize].declared else {
            return None;
        };
        let site = &self.world.sites[site as usize];
        let host = &self.world.hosts[site.host as usize];
        let sound = site.state == State::Alive
            && site.entry == Entry::Direct
            && site.cms == Cms::Typo3
            && site.feed != Feed::Usual
            && site.sitemap == Sitemap::None
            && host.certificate == CertificateKind::Good
            && !host.busy_at_first
            && matches!(
                host.robots,
                Robots::None | Robots::AllowAll | Robots::Partial
            );
        let communes = self.hosted.entry(portal).or_default();
        if !sound || *communes >= COMMUNES_PER_PORTAL {
            return None;
        }
        *communes += 1;
        Some(site.host)
    }

    /// The declared address is a page of a service.
    fn not_a_site(&mut self, index: u32, platform: Platform) {
        let (port, seed) = (self.world.settings.http_port, self.seed());
        let body = &mut self.world.bodies[index as usize];
        let slug = &body.slug;
        let (url, handle) = match platform {
            Platform::Intramuros => (
                format!("http://www.intramuros.org:{port}/{slug}"),
                slug.to_string(),
            ),
            Platform::Lapagelocale => {
                let postcode = body.collectivity.postal_codes.first();
                let page = format!("{}-{slug}", postcode.map_or("00000", String::as_str));
                (format!("http://lapagelocale.fr:{port}/{page}"), page)
            }
            _ => {
                let handle = names::handle(&body.collectivity, slug, 45, seed);
                (format!("https://www.facebook.com/{handle}"), handle)
            }
        };
        let account = Linked {
            platform,
            handle: handle.into(),
            href: url.as_str().into(),
            shown: Shown::Header,
        };
        body.accounts.clear();
        body.declared = Declared::NotASite {
            url: url.into(),
            account,
        };
    }

    /// A site in a folder of a builder's host.
    fn shared_folder(&mut self, index: u32, key: u64, host_name: &str, prefix: &str) {
        let host = self
            .world
            .host_by_name
            .get(host_name)
            .copied()
            .unwrap_or_else(|| {
                let mut host = self.plain_host(host_name, Role::Sites(Vec::new()));
                host.robots = Robots::AllowAll;
                self.add_host(host)
            });
        let folder = format!("{prefix}{}", self.world.bodies[index as usize].slug);
        self.folder_site(index, key, host, folder, Cms::HandMade);
    }

    /// A commune's pages on the portal of its EPCI.
    fn hosted(&mut self, index: u32, key: u64, host: u32) {
        let folder = format!("/communes/{}", self.world.bodies[index as usize].slug);
        self.folder_site(index, key, host, folder, Cms::Typo3);
    }

    fn folder_site(&mut self, index: u32, key: u64, host: u32, folder: String, cms: Cms) {
        let mut site = self.site(index, host, key, cms);
        // A folder has no feed, no sitemap and no other pages of its own: what lies at the root
        // of the host belongs to its owner.
        site.state = State::Alive;
        site.entry = Entry::Direct;
        site.encoding = PageEncoding::Utf8;
        site.placement = Placement::Everywhere;
        site.feed = Feed::None;
        site.sitemap = Sitemap::None;
        site.folder = folder.into();
        let url = format!("{}/", self.world.base(&site));
        // Under a foreign roof only a handle that bears the name is known to be the commune's.
        let body = &mut self.world.bodies[index as usize];
        let compact = body.slug.replace('-', "");
        body.accounts
            .retain(|account| account.handle.contains(&compact));
        self.add_site(site, url);
    }

    fn own_host(&mut self, index: u32, key: u64, name: &str, cms: Option<Cms>, draw: &mut Draw) {
        let intercommunal = self.world.bodies[index as usize]
            .collectivity
            .category
            .is_intercommunal();
        let cms = cms.unwrap_or_else(|| {
            const ALL: [Cms; 8] = [
                Cms::WordPress,
                Cms::Spip,
                Cms::Joomla,
                Cms::Drupal,
                Cms::Typo3,
                Cms::Wix,
                Cms::EMonsite,
                Cms::HandMade,
            ];
            let typo3 = if intercommunal { 40. } else { 4. };
            ALL[draw.weighted(&[42., 9., 9., 8., typo3, 5., 4., 15.])]
        });
        let mut host = self.plain_host(name, Role::Sites(Vec::new()));
        self.furnish(&mut host, draw);
        let host_index = self.add_host(host);
        let site = self.site(index, host_index, key, cms);
        let url = self.entry_url(&site, draw);
        self.add_site(site, url);
    }

    /// The manners of a site's own host.
    fn furnish(&mut self, host: &mut Host, draw: &mut Draw) {
        host.https = draw.chance(self.world.settings.https_share);
        host.certificate = match draw.weighted(&[75., 7., 6., 6., 6.]) {
            1 => CertificateKind::Expired,
            2 => CertificateKind::WrongName,
            3 => CertificateKind::SelfSigned,
            4 => CertificateKind::UnknownAuthority,
            _ => CertificateKind::Good,
        };
        host.dns = match draw.weighted(&[98.2, 1.5, 0.2]) {
            1 => Dns::NxDomain,
            2 => Dns::ServFail,
            _ => Dns::Address,
        };
        host.robots = match draw.weighted(&[33., 20., 38., 1.5, 0.6, 0.3, 1., 2., 0.2, 0.3]) {
            0 => Robots::None,
            1 => Robots::AllowAll,
            2 => Robots::Partial,
            3 => Robots::SoftNotFound,
            4 => Robots::DisallowAll,
            5 => Robots::DisallowUs,
            6 => Robots::AllowUsOnly,
            7 => Robots::Delay(draw.between(1, 2) as u8),
            8 => Robots::DelayTooLong,
            _ => Robots::ServerError,
        };
        host.latency_ms = match draw.weighted(&[90., 8., 1.5, 0.3]) {
            1 => draw.between(20, 120) as u16,
            2 => draw.between(200, 600) as u16,
            3 => draw.between(800, 2_000) as u16,
            _ => 0,
        };
        host.gzip = draw.chance(0.12);
        host.validators = draw.chance(0.35);
        host.busy_at_first = draw.chance(0.002);
        if draw.chance(0.35) {
            let group = draw.below(self.groups);
            let (address, address_index) = *self
                .group_addresses
                .entry(group)
                .or_insert((host.address, host.address_index));
            host.address = address;
            host.address_index = address_index;
        }
    }

    /// What a site is made of. Sites in a sad state are kept simple, so that one cause of trouble
    /// shows at a time.
    fn site(&self, body: u32, host: u32, key: u64, cms: Cms) -> Site {
        let mut draw = Draw::new(key, "site", 0);
        let people = self.world.bodies[body as usize].collectivity.population;
        let state = match draw.weighted(&[940., 6., 1., 5., 8., 8., 7., 3., 1.5, 3., 1., 0.3, 0.3])
        {
            1 => State::NotFound,
            2 => State::Gone,
            3 => State::ServerError,
            4 => State::Blocked,
            5 => State::Parked,
            6 => State::UnderConstruction,
            7 => State::Hijacked,
            8 => State::EmptyBody,
            9 => State::JsOnly,
            10 => State::NotHtml,
            11 => State::TooLarge,
            12 => State::Hangs,
            _ => State::Alive,
        };
        let entry = match draw.weighted(&[900., 30., 20., 10., 4., 5.]) {
            1 => Entry::Www,
            2 => Entry::FormerDomain,
            3 => Entry::MetaRefresh,
            4 => Entry::ScriptRedirect,
            5 => Entry::Frameset,
            _ => Entry::Direct,
        };
        let modern = matches!(cms, Cms::WordPress | Cms::Drupal | Cms::Wix | Cms::Typo3);
        let encoding = if modern || !draw.chance(0.35) {
            if draw.chance(0.02) {
                PageEncoding::Utf8Meta
            } else {
                PageEncoding::Utf8
            }
        } else {
            match draw.below(6) {
                0 => PageEncoding::Utf8Bom,
                1 => PageEncoding::Utf8WrongMeta,
                2 => PageEncoding::Windows1252,
                3 => PageEncoding::Latin1Meta,
                4 => PageEncoding::Undeclared1252,
                _ => PageEncoding::Iso8859_15,
            }
        };
        let contact = draw.chance(0.85);
        let legal_notice = draw.chance(0.75);
        let placement = match draw.weighted(&[85., 6., 4., 3., 2.]) {
            1 if contact => Placement::Only(Page::Contact),
            2 => Placement::Only(Page::Networks),
            3 if legal_notice => Placement::Only(Page::Legal),
            4 => Placement::Only(Page::News),
            _ => Placement::Everywhere,
        };
        let feed = match cms {
            Cms::HandMade | Cms::EMonsite if draw.chance(0.6) => Feed::None,
            Cms::WordPress | Cms::Spip | Cms::Drupal if draw.chance(0.15) => Feed::Usual,
            _ if draw.chance(0.15) => Feed::None,
            _ => Feed::Announced(match draw.weighted(&[70., 3., 4., 3., 17., 3.]) {
                1 => FeedShape::RssPreceded,
                2 => FeedShape::RssBareAmpersand,
                3 => FeedShape::Rss1252,
                4 => FeedShape::Atom,
                5 => FeedShape::Json,
                _ => FeedShape::Rss,
            }),
        };
        let sitemap = if feed == Feed::None && cms != Cms::Typo3 {
            match draw.weighted(&[40., 35., 25.]) {
                1 => Sitemap::Honest,
                2 => Sitemap::Lying,
                _ => Sitemap::None,
            }
        } else {
            Sitemap::None
        };
        // A known CMS without the feed at its usual path: nothing answers there.
        let rhythm = draw.log_normal(
            match people {
                0..2_000 => 0.5,
                2_000..10_000 => 1.2,
                10_000..100_000 => 2.5,
                _ => 5.0,
            },
            0.6,
        );
        Site {
            body,
            host,
            folder: "".into(),
            key,
            state,
            entry: if state == State::Alive {
                entry
            } else {
                Entry::Direct
            },
            cms,
            encoding,
            placement: if entry == Entry::Direct {
                placement
            } else {
                Placement::Everywhere
            },
            feed,
            feed_len: if draw.chance(0.3) { 20 } else { 10 },
            sitemap,
            legal_notice,
            contact,
            newsletter: draw.chance(0.25),
            rhythm: rhythm.min(10.0) as f32,
            silent_days: if draw.chance(0.15) {
                draw.between(90, 600) as u16
            } else {
                0
            },
        }
    }

    /// Makes the hosts between the declared address and the site, and gives that address.
    fn entry_url(&mut self, site: &Site, draw: &mut Draw) -> String {
        let world = &self.world;
        let host = &world.hosts[site.host as usize];
        let WorldSettings {
            http_port,
            https_port,
            ..
        } = world.settings;
        let slash = if draw.chance(0.5) { "/" } else { "" };
        let https = host.https;
        let direct = if https && (host.certificate != CertificateKind::Good || draw.chance(0.6)) {
            format!("https://{}:{https_port}{slash}", host.name)
        } else {
            // An https host at the http port sends everything to https.
            format!("http://{}:{http_port}{slash}", host.name)
        };
        let name = host.name.clone();
        let former = match site.entry {
            Entry::Www => match name.strip_prefix("www.") {
                Some(bare) => bare.to_owned(),
                None => format!("www.{name}"),
            },
            Entry::FormerDomain => format!("www.ancien-site-{}", name.trim_start_matches("www.")),
            _ => return direct,
        };
        if host.dns != Dns::Address || host.certificate != CertificateKind::Good {
            return direct;
        }
        let redirecting = self.plain_host(&former, Role::RedirectTo(world.sites.len() as u32));
        self.add_host(redirecting);
        format!("http://{former}:{http_port}{slash}")
    }

    fn add_site(&mut self, site: Site, url: String) {
        let index = self.world.sites.len() as u32;
        if let Role::Sites(sites) = &mut self.world.hosts[site.host as usize].role {
            sites.push(index);
        }
        let body = &mut self.world.bodies[site.body as usize];
        body.declared = Declared::Site {
            site: index,
            url: url.into(),
        };
        self.world.sites.push(site);
    }

    /// The hosts of the networks' APIs.
    fn apis(&mut self) {
        for (api, number) in APIS.iter().zip(0..) {
            for name in api.hosts() {
                let host = self.plain_host(&name, Role::Api(number));
                self.add_host(host);
            }
        }
    }

    /// A host without quirks, at an address of its own.
    pub(super) fn plain_host(&mut self, name: &str, role: Role) -> Host {
        let address_index = self.world.addresses;
        self.world.addresses += 1;
        Host {
            name: name.into(),
            address: host::address(address_index, self.seed()),
            address_index,
            dns: Dns::Address,
            https: false,
            certificate: CertificateKind::Good,
            robots: Robots::None,
            latency_ms: 0,
            gzip: false,
            validators: false,
            busy_at_first: false,
            role,
        }
    }

    pub(super) fn add_host(&mut self, host: Host) -> u32 {
        let index = self.world.hosts.len() as u32;
        self.world.host_by_name.insert(host.name.clone(), index);
        self.world.hosts.push(host);
        index
    }
}

/// A host name as municipalities choose them. The slug is unique, hence so is the name.
fn host_name(body: &Body, draw: &mut Draw) -> String {
    let slug = &body.slug;
    if body.collectivity.category != Category::Commune {
        return format!("www.{slug}.test");
    }
    match draw.below(6) {
        0 => format!("www.{slug}.test"),
        1 => format!("{slug}.test"),
        2 => format!("www.mairie-{slug}.test"),
        3 => format!("mairie-{slug}.test"),
        4 => format!("www.ville-{slug}.test"),
        _ => format!("www.commune-{slug}.test"),
    }
}
