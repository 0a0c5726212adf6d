//! Accounts as pages link them: a body's own, and those that only look like it (traps).

use beffroi_model::{Category, Collectivity, Platform};

use super::{names::handle, presence::Presence};
use crate::{WorldSettings, draw::Draw};

/// An account that a page links.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linked {
    pub(crate) platform: Platform,
    /// Canonical handle.
    pub(crate) handle: Box<str>,
    /// The link as written on the page.
    pub(crate) href: Box<str>,
    pub(crate) shown: Shown,
}

/// Where and how a page shows an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The block of network icons in the header.
    Header,
    /// The block of network icons in the footer.
    Footer,
    /// Header and footer.
    Both,
    /// `sameAs` of the JSON-LD node, and the footer.
    JsonLd,
    /// An embedded widget of the platform.
    Widget,
    /// A link with `rel="me"`.
    RelMe,
    /// The block of alert services of the page's body.
    Alert,
    // Traps.
    /// The credit of the agency that made the site.
    Agency,
    /// The list of partners in the footer.
    Partner,
    /// The text of an article.
    Article,
    /// Inside a comment.
    Comment,
}

/// Networks whose presence is drawn from the table, in a fixed order.
const NETWORKS: [Platform; 9] = [
    Platform::Facebook,
    Platform::Instagram,
    Platform::X,
    Platform::Youtube,
    Platform::Linkedin,
    Platform::Tiktok,
    Platform::Threads,
    Platform::Snapchat,
    Platform::Telegram,
];

/// In a small France the newer networks would have no account at all.
const SAMPLE_CHANCE: f64 = 0.08;

const ALERT_APPS: [Platform; 4] = [
    Platform::Panneaupocket,
    Platform::Intramuros,
    Platform::Illiwap,
    Platform::Whatsapp,
];

/// The networks and alert apps of a body, Mastodon and Bluesky excepted.
pub(crate) fn own(
    body: &Collectivity,
    slug: &str,
    settings: &WorldSettings,
    draw: &mut Draw,
) -> Vec<Linked> {
    let presence = Presence::of(body);
    let seed = settings.seed;
    let mut accounts = Vec::new();
    for platform in NETWORKS.into_iter().chain(ALERT_APPS) {
        let mut chance = presence.chance(platform, settings.population);
        if settings.is_small() && NETWORKS.contains(&platform) {
            chance = chance.max(SAMPLE_CHANCE);
        }
        if !draw.chance(chance) {
            continue;
        }
        if platform == Platform::Illiwap && body.insee_code.is_none() {
            continue;
        }
        let (handle, href, widget) = spelling(platform, body, slug, seed, draw);
        let shown = if platform.is_presence_only() {
            Shown::Alert
        } else {
            match draw.below(10) {
                0..3 => Shown::Header,
                3..6 => Shown::Footer,
                6..8 => Shown::Both,
                8 => Shown::JsonLd,
                _ if widget => Shown::Widget,
                _ => Shown::Header,
            }
        };
        accounts.push(Linked {
            platform,
            handle: handle.into(),
            href: href.into(),
            shown,
        });
    }
    accounts
}

/// Canonical handle, link as people paste it, and whether the platform has a widget for it.
fn spelling(
    platform: Platform,
    body: &Collectivity,
    slug: &str,
    seed: u64,
    draw: &mut Draw,
) -> (String, String, bool) {
    let fit = |longest| handle(body, slug, longest, seed);
    let number = |draw: &mut Draw, low: i64, high: i64| draw.between(low, high).to_string();
    match platform {
        Platform::Facebook => match draw.below(20) {
            0 => {
                let id = number(draw, 100_060_000_000_000, 100_069_999_999_999);
                (
                    id.clone(),
                    format!("https://www.facebook.com/profile.php?id={id}"),
                    false,
                )
            }
            1 => {
                let id = number(draw, 100_060_000_000_000, 100_069_999_999_999);
                (
                    id.clone(),
                    format!("https://www.facebook.com/p/{slug}-{id}/"),
                    false,
                )
            }
            spelling => {
                let handle = fit(45);
                let shout = capitalised(&handle);
                let href = match spelling {
                    2..8 => format!("https://www.facebook.com/{handle}/"),
                    8..11 => format!("https://www.facebook.com/{shout}"),
                    11..13 => format!("https://fr-fr.facebook.com/{shout}?ref=page_internal"),
                    13 => format!("//m.facebook.com/{handle}/about"),
                    14 => format!("http://facebook.com/pg/{handle}/posts/"),
                    15 => format!(
                        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2F{handle}&h=AT0"
                    ),
                    _ => format!("https://www.facebook.com/{handle}?locale=fr_FR"),
                };
                (handle, href, true)
            }
        },
        Platform::Instagram => {
            let handle = fit(30);
            let href = match draw.below(3) {
                0 => format!("https://www.instagram.com/{}/", capitalised(&handle)),
                1 => format!("https://instagram.com/{handle}?igshid=MzRlODBiNWFlZA==&hl=fr"),
                _ => format!("https://www.instagram.com/{handle}/"),
            };
            (handle, href, false)
        }
        Platform::X => {
            let handle = fit(15);
            let href = match draw.below(4) {
                0 => format!("https://twitter.com/{}", capitalised(&handle)),
                1 => format!("https://x.com/{handle}?s=20"),
                2 => format!("https://mobile.twitter.com/{handle}"),
                _ => format!("https://twitter.com/{handle}"),
            };
            (handle, href, true)
        }
        Platform::Youtube => {
            if draw.chance(0.4) {
                let id: String = (0..22).map(|_| *draw.pick(&BASE64_URL) as char).collect();
                let href = format!("https://www.youtube.com/channel/UC{id}");
                (format!("UC{id}"), href, false)
            } else {
                let handle = fit(30);
                let shout = capitalised(&handle);
                let (kind, href) = match draw.below(10) {
                    0 => (
                        "user:",
                        format!("http://www.youtube.com/user/{shout}?feature=watch"),
                    ),
                    1 => ("c:", format!("https://www.youtube.com/c/{shout}")),
                    2..6 => ("@", format!("https://www.youtube.com/@{shout}/videos")),
                    _ => ("@", format!("https://youtube.com/@{handle}?si=abc")),
                };
                (format!("{kind}{handle}"), href, false)
            }
        }
        Platform::Linkedin => {
            let vanity = match body.category {
                Category::Commune => format!("ville-de-{slug}"),
                _ => slug.to_owned(),
            };
            let href = match draw.below(2) {
                0 => format!("https://www.linkedin.com/company/{vanity}/"),
                _ => format!("https://fr.linkedin.com/company/{vanity}/about?trk=public"),
            };
            (format!("company:{vanity}"), href, false)
        }
        Platform::Tiktok => {
            let handle = fit(24);
            (
                handle.clone(),
                format!("https://www.tiktok.com/@{handle}?lang=fr"),
                false,
            )
        }
        Platform::Threads => {
            let handle = fit(30);
            (
                handle.clone(),
                format!("https://www.threads.net/@{handle}"),
                false,
            )
        }
        Platform::Snapchat => {
            let handle = fit(15);
            (
                handle.clone(),
                format!("https://www.snapchat.com/add/{handle}"),
                false,
            )
        }
        Platform::Telegram => {
            let handle = fit(32);
            (handle.clone(), format!("https://t.me/s/{handle}"), false)
        }
        Platform::Panneaupocket => {
            let id = number(draw, 100_000_000, 999_999_999);
            let postcode = body.postal_codes.first().map_or("00000", String::as_str);
            let bare = super::names::slug(body);
            let href = format!("https://app.panneaupocket.com/ville/{id}-{bare}-{postcode}");
            (id, href, true)
        }
        Platform::Intramuros => (
            slug.to_owned(),
            format!("https://www.intramuros.org/{slug}"),
            false,
        ),
        Platform::Illiwap => {
            let code = body.insee_code.as_ref().map_or("", |code| code.as_str());
            let href = format!("https://station.illiwap.com/fr/public/{code}/actu/embed");
            (code.to_owned(), href, true)
        }
        _ => {
            let code: String = (0..19).map(|_| *draw.pick(&ALPHANUMERIC) as char).collect();
            let code = format!("0029V{code}");
            (
                code.clone(),
                format!("https://whatsapp.com/channel/{code}"),
                false,
            )
        }
    }
}

const BASE64_URL: [&u8; 64] =
    byte_references(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
const ALPHANUMERIC: [&u8; 62] =
    byte_references(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

const fn byte_references<const N: usize>(bytes: &'static [u8; N]) -> [&'static u8; N] {
    let mut references = [&bytes[0]; N];
    let mut index = 1;
    while index < N {
        references[index] = &bytes[index];
        index += 1;
    }
    references
}

fn capitalised(handle: &str) -> String {
    let mut text = handle.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// An agency that makes municipal sites and signs them.
pub(crate) struct Agency {
    pub(crate) name: &'static str,
    pub(crate) host: &'static str,
    pub(crate) handle: &'static str,
}

const AGENCIES: [Agency; 8] = [
    Agency {
        name: "Agence Kornog",
        host: "www.kornog-web.test",
        handle: "agencekornog",
    },
    Agency {
        name: "Pixel & Terroir",
        host: "www.pixelterroir.test",
        handle: "pixelterroir",
    },
    Agency {
        name: "Studio Belvédère",
        host: "www.studio-belvedere.test",
        handle: "studiobelvedere",
    },
    Agency {
        name: "NetVillage",
        host: "www.netvillage-sites.test",
        handle: "netvillagesites",
    },
    Agency {
        name: "Ligne Claire",
        host: "www.ligneclaire-web.test",
        handle: "ligneclaireweb",
    },
    Agency {
        name: "Octopode",
        host: "www.octopode-web.test",
        handle: "octopodeweb",
    },
    Agency {
        name: "Mille et Un Clics",
        host: "www.milleclics.test",
        handle: "milleclicsfr",
    },
    Agency {
        name: "Graphiweb Ouest",
        host: "www.graphiwebouest.test",
        handle: "graphiwebouest",
    },
];

/// The agency that signs the site, if any does.
pub(crate) fn agency(key: u64) -> Option<&'static Agency> {
    let mut draw = Draw::new(key, "agency", 0);
    draw.chance(0.4)
        .then(|| &AGENCIES[draw.below(AGENCIES.len())])
}

/// Accounts on the site's pages that are not the body's, told apart from its own by name.
pub(crate) fn traps(
    key: u64,
    own_compact: &str,
    partner: Option<(&Collectivity, &[Linked])>,
) -> Vec<Linked> {
    let mut draw = Draw::new(key, "traps", 0);
    let mut traps = Vec::new();
    let mut add = |platform, handle: &str, href: String, shown| {
        traps.push(Linked {
            platform,
            handle: handle.into(),
            href: href.into(),
            shown,
        });
    };
    if let Some(Agency { handle, .. }) = agency(key) {
        add(
            Platform::Facebook,
            handle,
            format!("https://www.facebook.com/{handle}"),
            Shown::Agency,
        );
        add(
            Platform::X,
            handle,
            format!("https://twitter.com/{handle}"),
            Shown::Agency,
        );
    }
    if let Some((_, accounts)) = partner {
        for account in accounts
            .iter()
            .filter(|a| !a.platform.is_presence_only())
            .take(2)
        {
            add(
                account.platform,
                &account.handle,
                account.href.to_string(),
                Shown::Partner,
            );
        }
    }
    if draw.chance(0.3) {
        let national = draw.pick(&["gouvernementfr", "servicepublicfr", "meteofrance"]);
        add(
            Platform::X,
            national,
            format!("https://twitter.com/{national}"),
            Shown::Partner,
        );
    }
    if draw.chance(0.35) {
        let club = draw.pick(&[
            "randonneursdudimanche",
            "lesamisdelabibliotheque",
            "clubdepetanquelajoyeuse",
            "foyerruraldesaines",
            "harmonielescigales",
        ]);
        add(
            Platform::Facebook,
            club,
            format!("https://www.facebook.com/{club}/"),
            Shown::Article,
        );
    }
    if draw.chance(0.1) {
        let brigade = draw.between(100_000_000, 999_999_999).to_string();
        let href = format!(
            "https://app.panneaupocket.com/ville/{brigade}-brigade-de-gendarmerie-de-bellecombe-14400"
        );
        add(Platform::Panneaupocket, &brigade, href, Shown::Article);
    }
    if draw.chance(0.15) {
        let former = format!("ancienne{own_compact}");
        add(
            Platform::Facebook,
            &former,
            format!("https://www.facebook.com/{former}"),
            Shown::Comment,
        );
    }
    traps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Population,
        testing::{commune, settings},
    };

    #[test]
    fn the_high_world_has_far_more_pages_of_villages_than_the_low_one() {
        let pages = |population| {
            (0..2_000)
                .filter(|key| {
                    let body = commune("Bellecombe", "25000", 1_000);
                    let mut draw = Draw::new(1, "accounts", *key);
                    own(&body, "bellecombe", &settings(population), &mut draw)
                        .iter()
                        .any(|account| account.platform == Platform::Facebook)
                })
                .count()
        };
        let (low, high) = (pages(Population::Low), pages(Population::High));
        // 8 and 65 % of the villages, which are 9.4 and 76.5 % of the 85 % with a site.
        assert!((150..225).contains(&low), "{low} of 2,000");
        assert!((1_450..1_610).contains(&high), "{high} of 2,000");
    }

    #[test]
    fn handles_keep_to_the_platforms_lengths() {
        let body = commune(
            "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson",
            "51513",
            200_000,
        );
        let slug = super::super::names::slug(&body);
        for key in 0..50 {
            let mut draw = Draw::new(1, "accounts", key);
            for account in own(&body, &slug, &settings(Population::High), &mut draw) {
                let longest = match account.platform {
                    Platform::X | Platform::Snapchat => 15,
                    Platform::Tiktok => 24,
                    Platform::Instagram | Platform::Threads => 30,
                    _ => 100,
                };
                assert!(account.handle.len() <= longest, "{account:?}");
            }
        }
    }
}
