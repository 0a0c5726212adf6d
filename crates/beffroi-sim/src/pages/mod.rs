//! The pages of websites, written when they are asked for.

mod dialect;
mod feed;
mod html;
mod words;

use std::fmt::Write as _;

pub(crate) use self::html::traps_of;
use self::html::{Content, encode, write_page};
use crate::{
    answer::Answer,
    draw::hash,
    world::{
        World,
        site::{Cms, Entry, Page, Site, State},
    },
};

/// Bytes of a page that is larger than any crawler should read (its limit is 5 MiB).
const TOO_LARGE_BYTES: usize = 6 * 1024 * 1024;

/// What a site answers at a path (with its query), both of the whole host.
pub(crate) fn answer(world: &World, site: &Site, path_and_query: &str) -> Answer {
    let path = path_and_query
        .strip_prefix(&*site.folder)
        .unwrap_or(path_and_query);
    if path.is_empty() {
        return Answer::redirect(301, format!("{}/", world.base(site)));
    }
    match site.state {
        State::Alive => alive(world, site, path),
        State::Hangs => Answer::html(200, ""),
        State::NotFound => Answer::not_found(),
        State::Gone => Answer::html(410, "<h1>410 Gone</h1>"),
        State::ServerError => Answer::html(500, "<h1>Erreur interne du serveur</h1>"),
        State::Blocked => {
            let status = [403, 401, 451][(site.key % 3) as usize];
            Answer::html(status, "<title>Access denied</title><h1>Access denied</h1>")
        }
        _ if !is_home(path) => Answer::not_found(),
        State::Parked => Answer::html(200, PARKED),
        State::UnderConstruction => Answer::html(200, UNDER_CONSTRUCTION),
        State::Hijacked => Answer::html(200, HIJACKED),
        State::EmptyBody => Answer::html(200, ""),
        State::JsOnly => Answer::html(200, JS_ONLY),
        State::NotHtml => Answer::new(200, "application/pdf", "%PDF-1.7\n%bulletin municipal\n"),
        State::TooLarge => Answer::html(200, too_large()),
    }
}

fn is_home(path: &str) -> bool {
    path == "/" || path.starts_with("/?")
}

fn alive(world: &World, site: &Site, path: &str) -> Answer {
    let page = Page::ALL
        .into_iter()
        .find(|page| site.cms.path(*page) == path);
    let page = page.or_else(|| is_home(path).then_some(Page::Home));
    match page {
        Some(Page::Home) => match site.entry {
            Entry::MetaRefresh => Answer::html(
                200,
                "<html><head><META http-equiv=Refresh content=\"0; URL='accueil.html'\"></head><body></body></html>",
            ),
            Entry::ScriptRedirect => Answer::html(
                200,
                "<html><head><script>window.location.href = \"/accueil.html\";</script></head><body></body></html>",
            ),
            Entry::Frameset => Answer::html(
                200,
                "<HTML><HEAD><TITLE>Bienvenue</TITLE></HEAD><FRAMESET ROWS=\"100%,*\" BORDER=0><FRAME SRC=\"accueil.html\" NAME=principal></FRAMESET></HTML>",
            ),
            _ => page_answer(world, site, Content::Page(Page::Home)),
        },
        Some(Page::Entry) => match site.entry {
            Entry::MetaRefresh | Entry::ScriptRedirect | Entry::Frameset => {
                page_answer(world, site, Content::Page(Page::Entry))
            }
            _ => Answer::not_found(),
        },
        Some(Page::Feed) => match feed::feed(world, site) {
            Some((content_type, body)) => Answer::new(200, content_type, body),
            None => Answer::not_found(),
        },
        Some(Page::Sitemap) => match feed::sitemap(world, site) {
            Some(text) => Answer::new(200, "application/xml", text),
            None => Answer::not_found(),
        },
        Some(Page::Contact) if !site.contact => Answer::not_found(),
        Some(Page::Legal) if !site.legal_notice => Answer::not_found(),
        Some(page) => page_answer(world, site, Content::Page(page)),
        None if site.cms == Cms::WordPress && path == "/comments/feed/" => {
            Answer::new(200, "application/rss+xml", feed::comments_feed(world, site))
        }
        None => match path.strip_prefix(site.cms.article_path()).map(str::parse) {
            Some(Ok(number)) => page_answer(world, site, Content::Article(number)),
            _ => Answer::not_found(),
        },
    }
}

fn page_answer(world: &World, site: &Site, content: Content) -> Answer {
    let mut text = String::with_capacity(48 * 1024);
    write_page(world, site, content, &mut text);
    let body = match site.encoding.encoding() {
        encoding if encoding == encoding_rs::UTF_8 && text.is_ascii() => text.into_bytes(),
        _ => encode(site.encoding, &text),
    };
    let answer = Answer::new(200, site.encoding.content_type(), body);
    match site.cms {
        Cms::WordPress => answer.header("link", "</wp-json/>; rel=\"https://api.w.org/\""),
        Cms::Spip => answer.header("composed-by", "SPIP 4.3.6 @ www.spip.net"),
        Cms::Drupal => answer.header("x-generator", "Drupal 10 (https://www.drupal.org)"),
        Cms::Wix => answer.header(
            "x-wix-request-id",
            format!("1762000000.{}", site.key % 100_000),
        ),
        Cms::Joomla | Cms::Typo3 | Cms::EMonsite | Cms::HandMade => answer,
    }
}

/// The validator of a page that never changes while the world stands.
pub(crate) fn etag(world: &World, site: &Site, path: &str) -> String {
    let as_of = world.settings.as_of.as_second() as u64;
    format!("\"{:x}\"", site.key ^ hash(path.as_bytes()) ^ as_of)
}

const PARKED: &str = "<!DOCTYPE html><html lang=\"fr\"><head><title>Ce nom de domaine est à vendre</title></head><body><h1>Ce nom de domaine est à vendre</h1><p>Acheter ce domaine sur <a href=\"https://sedo.com/search/details/?domain=x\">Sedo</a>. This domain is for sale.</p></body></html>";

const UNDER_CONSTRUCTION: &str = "<!DOCTYPE html><html lang=\"fr\"><head><title>Site en construction</title></head><body><h1>Site en construction</h1><p>Notre site sera bientôt disponible.</p></body></html>";

const HIJACKED: &str = "<!DOCTYPE html><html lang=\"id\"><head><title>Slot Gacor Online Casino | Situs Judi Terpercaya</title><meta name=\"description\" content=\"online casino slot poker bonus\"></head><body><h1>Online casino, slot gacor, poker</h1><p>Daftar sekarang dan dapatkan bonus. Best online casino, viagra, crypto bonus.</p><a href=\"https://www.facebook.com/slotgacorofficial\">Facebook</a> <a href=\"https://t.me/slotgacorbonus\">Telegram</a></body></html>";

const JS_ONLY: &str = "<!DOCTYPE html><html lang=\"fr\"><head><title></title><script defer src=\"/static/js/main.4f1c.js\"></script></head><body><div id=\"root\"></div></body></html>";

fn too_large() -> String {
    let mut text = String::with_capacity(TOO_LARGE_BYTES + 200);
    text.push_str(
        "<!DOCTYPE html><html lang=\"fr\"><head><title>Délibérations</title></head><body>",
    );
    while text.len() < TOO_LARGE_BYTES {
        let at = text.len();
        let _ = writeln!(text, "<p id=p{at}>Le conseil municipal a délibéré.</p>");
    }
    text.push_str("</body></html>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Population, TruthLine, WorldSettings, testing::country};

    fn world(seed: u64) -> World {
        let settings = WorldSettings {
            seed,
            population: Population::High,
            as_of: "2026-11-23T05:00:00Z".parse().unwrap(),
            https_share: 0.1,
            http_port: 8480,
            https_port: 8443,
            limit: None,
        };
        World::generate(&country(), settings)
    }

    fn pages(world: &World) -> Vec<Answer> {
        world
            .sites
            .iter()
            .flat_map(|site| {
                Page::ALL.map(|page| {
                    answer(
                        world,
                        site,
                        &format!("{}{}", site.folder, site.cms.path(page)),
                    )
                })
            })
            .collect()
    }

    fn truths(world: &World) -> Vec<TruthLine> {
        (0..world.len()).map(|index| world.truth(index)).collect()
    }

    #[test]
    fn the_same_seed_serves_the_same_bytes_and_truth_and_another_seed_others() {
        let (one, same, other) = (world(1), world(1), world(2));
        assert!(pages(&one) == pages(&same) && truths(&one) == truths(&same));
        assert_eq!(one.registry_csv(), same.registry_csv());
        assert!(pages(&one) != pages(&other) && truths(&one) != truths(&other));
    }

    #[test]
    fn home_pages_are_as_heavy_as_real_ones() {
        let world = world(1);
        let mut bytes: Vec<usize> = world
            .sites
            .iter()
            .filter(|site| site.state == State::Alive && site.entry == Entry::Direct)
            .map(|site| {
                answer(&world, site, &format!("{}/", site.folder))
                    .body
                    .len()
            })
            .collect();
        bytes.sort_unstable();
        let (low, median, high) = (
            bytes[bytes.len() / 10],
            bytes[bytes.len() / 2],
            bytes[bytes.len() * 99 / 100],
        );
        assert!(
            low > 8_000 && (15_000..50_000).contains(&median),
            "{low} {median}"
        );
        assert!((40_000..120_000).contains(&high), "{high}");
    }

    #[test]
    fn a_large_page_is_larger_than_any_limit() {
        assert!(too_large().len() > 5 * 1024 * 1024);
    }
}
