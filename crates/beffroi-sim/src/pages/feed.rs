//! Feeds and sitemaps, with the faults that real ones have.

use std::fmt::Write as _;

use super::{html::civil, words::TITLES};
use crate::world::{
    Publication, World,
    site::{Feed, FeedShape, Site, Sitemap},
};

/// Media type and bytes of the site's feed, when it has one.
pub(super) fn feed(world: &World, site: &Site) -> Option<(&'static str, Vec<u8>)> {
    let shape = match site.feed {
        Feed::None => return None,
        Feed::Announced(shape) => shape,
        Feed::Usual => FeedShape::Rss,
    };
    let as_of = world.settings.as_of;
    let base = world.base(site);
    let mut items: Vec<Item> = Vec::new();
    if let Some(at) = site.future_item(as_of) {
        items.push(Item {
            at,
            number: 0,
            base: &base,
            site,
        });
    }
    items.extend(
        site.feed_items(as_of)
            .into_iter()
            .map(|Publication { number, at }| Item {
                at,
                number,
                base: &base,
                site,
            }),
    );
    let name = &world.body_of(site).collectivity.name;
    Some(match shape {
        FeedShape::Atom => (
            "application/atom+xml; charset=utf-8",
            atom(name, &items).into_bytes(),
        ),
        FeedShape::Json => (
            "application/feed+json",
            json(name, &base, &items).into_bytes(),
        ),
        FeedShape::Rss1252 => {
            let text = rss(name, &base, &items, "windows-1252", "&amp;");
            (
                "application/rss+xml",
                encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
            )
        }
        FeedShape::RssPreceded => {
            let text = rss(name, &base, &items, "UTF-8", "&amp;");
            (
                "text/html; charset=UTF-8",
                format!("\u{FEFF}\n\n{text}").into_bytes(),
            )
        }
        FeedShape::RssBareAmpersand => (
            "application/xml",
            rss(name, &base, &items, "UTF-8", "&").into_bytes(),
        ),
        FeedShape::Rss => {
            let text = rss(name, &base, &items, "UTF-8", "&amp;");
            ("application/rss+xml; charset=UTF-8", text.into_bytes())
        }
    })
}

struct Item<'a> {
    at: i64,
    number: u32,
    base: &'a str,
    site: &'a Site,
}

impl Item<'_> {
    fn title(&self, ampersand: &str) -> String {
        match self.number {
            0 => "Agenda : la fête du village".to_owned(),
            number => TITLES[number as usize % TITLES.len()].replace('&', ampersand),
        }
    }

    fn link(&self) -> String {
        let article = self.site.cms.article_path();
        format!("{}{article}{}", self.base, self.number)
    }

    fn rfc_3339(&self) -> String {
        civil(self.at)
            .strftime("%Y-%m-%dT%H:%M:%S+01:00")
            .to_string()
    }
}

fn rss(name: &str, base: &str, items: &[Item], encoding: &str, ampersand: &str) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n<title>{name}</title>\n<link>{base}/</link>\n<description>Informations municipales</description>\n"
    );
    for item in items {
        let date = civil(item.at).strftime("%a, %d %b %Y %H:%M:%S +0100");
        let link = item.link();
        let _ = writeln!(
            text,
            "<item><title>{}</title><link>{link}</link><guid isPermaLink=\"true\">{link}</guid><pubDate>{date}</pubDate><description>Lire la suite</description></item>",
            item.title(ampersand),
        );
    }
    text.push_str("</channel>\n</rss>\n");
    text
}

fn atom(name: &str, items: &[Item]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{name}</title><id>urn:site</id>\n"
    );
    for item in items {
        let (link, date) = (item.link(), item.rfc_3339());
        let _ = writeln!(
            text,
            "<entry><title>{}</title><id>{link}</id><link href=\"{link}\"/><published>{date}</published><updated>{date}</updated></entry>",
            item.title("&amp;"),
        );
    }
    text.push_str("</feed>\n");
    text
}

fn json(name: &str, base: &str, items: &[Item]) -> String {
    let items: Vec<_> = items
        .iter()
        .map(|item| {
            serde_json::json!({
                "id": item.link(),
                "url": item.link(),
                "title": item.title("&"),
                "content_text": "Lire la suite",
                "date_published": item.rfc_3339(),
            })
        })
        .collect();
    serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": name,
        "home_page_url": base,
        "items": items,
    })
    .to_string()
}

/// WordPress's feed of the visitors' comments, which is no feed of the body's.
pub(super) fn comments_feed(world: &World, site: &Site) -> String {
    let key = site.key;
    let date = civil(world.settings.as_of.as_second() - 3_600).strftime("%a, %d %b %Y %H:%M:%S");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Commentaires</title><item><title>citizen-canary-{key:x}</title><link>http://x.test/#c1</link><pubDate>{date} +0100</pubDate><description>citizen-canary-text-{key:x}</description></item></channel></rss>\n"
    )
}

/// The site's sitemap, when it has one.
pub(super) fn sitemap(world: &World, site: &Site) -> Option<String> {
    if site.sitemap == Sitemap::None {
        return None;
    }
    let base = world.base(site);
    let as_of = world.settings.as_of;
    let article = site.cms.article_path();
    let now = civil(as_of.as_second())
        .strftime("%Y-%m-%dT%H:%M:%S+01:00")
        .to_string();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
    for page in ["/", "/plan"] {
        let _ = match site.sitemap {
            Sitemap::Lying => {
                writeln!(
                    text,
                    "<url><loc>{base}{page}</loc><lastmod>{now}</lastmod></url>"
                )
            }
            _ => writeln!(text, "<url><loc>{base}{page}</loc></url>"),
        };
    }
    for publication in site.publications(as_of) {
        let date = match site.sitemap {
            Sitemap::Lying => now.clone(),
            _ => civil(publication.at)
                .strftime("%Y-%m-%dT%H:%M:%S+01:00")
                .to_string(),
        };
        let number = publication.number;
        let _ = writeln!(
            text,
            "<url><loc>{base}{article}{number}</loc><lastmod>{date}</lastmod></url>"
        );
    }
    text.push_str("</urlset>\n");
    Some(text)
}
