//! The pages of a site in good order: home, contact, legal notice, news, networks, articles.

use std::fmt::Write as _;

use beffroi_model::Platform;
use jiff::{Timestamp, tz::Offset};

use super::{
    dialect::{Dialect, ballast, dialect},
    words::{SENTENCES, TITLES},
};
use crate::{
    draw::Draw,
    world::{
        Body, Publication, World,
        account::{self, Linked, Shown},
        site::{Cms, Feed, FeedShape, Page, PageEncoding, Placement, Site},
    },
};

/// What is shown in the middle of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Page(Page),
    /// The article of that number.
    Article(u32),
}

/// Writes a page in UTF-8.
pub(super) fn write_page(world: &World, site: &Site, content: Content, out: &mut String) {
    let writer = Writer {
        world,
        site,
        body: world.body_of(site),
        dialect: dialect(site.cms),
        own: links_on(world, site, content),
        traps: traps_of(world, site),
    };
    writer.write(content, out);
}

/// The body's own accounts that a page links.
fn own_links<'a>(world: &'a World, site: &Site) -> Vec<&'a Linked> {
    let body = world.body_of(site);
    let social = body
        .social
        .iter()
        .map(|index| &world.social[*index as usize].linked);
    body.accounts.iter().chain(social).collect()
}

fn links_on<'a>(world: &'a World, site: &Site, content: Content) -> Vec<&'a Linked> {
    let shown = match site.placement {
        Placement::Everywhere => true,
        Placement::Only(page) => content == Content::Page(page),
    };
    if shown {
        own_links(world, site)
    } else {
        Vec::new()
    }
}

/// The accounts on the site's pages that are not its own.
pub(crate) fn traps_of(world: &World, site: &Site) -> Vec<Linked> {
    let body = world.body_of(site);
    let partner = world
        .partner(body)
        .map(|p| (&p.collectivity, p.accounts.as_slice()));
    account::traps(site.key, &body.slug.replace('-', ""), partner)
}

struct Writer<'a> {
    world: &'a World,
    site: &'a Site,
    body: &'a Body,
    dialect: &'static Dialect,
    own: Vec<&'a Linked>,
    traps: Vec<Linked>,
}

impl Writer<'_> {
    fn write(&self, content: Content, out: &mut String) {
        let mut draw = Draw::new(self.site.key, "page", 0);
        let home = matches!(content, Content::Page(Page::Home | Page::Entry));
        self.head(content, out);
        if home {
            let heavy = draw.log_normal(9_000.0, 0.9) as usize;
            ballast(out, heavy.min(60_000));
        }
        out.push_str("</head>\n");
        out.push_str(self.dialect.body_open);
        self.header(out);
        out.push_str(self.dialect.main_open);
        match content {
            Content::Page(Page::Contact) => self.contact(out),
            Content::Page(Page::Legal) => self.legal_notice(out),
            Content::Page(Page::Networks) => self.prose("Nos réseaux sociaux", 2, out),
            Content::Page(Page::News) => self.articles(5, out),
            Content::Page(_) => self.articles(6 + draw.below(12), out),
            Content::Article(number) => {
                self.prose(TITLES[number as usize % TITLES.len()], 6, out);
            }
        }
        self.alerts(out);
        self.widgets(out);
        self.trap_articles(out);
        if home && self.site.newsletter {
            out.push_str("<form action=\"/abonnement\" method=\"post\" class=\"newsletter\"><label for=\"nl\">Lettre d'information</label><input type=\"email\" id=\"nl\" name=\"newsletter_email\" placeholder=\"Votre adresse\"><button type=\"submit\">S'abonner à la newsletter</button></form>\n");
        }
        out.push_str(self.dialect.main_close);
        self.footer(out);
        out.push_str("</body>\n</html>\n");
    }

    fn head(&self, content: Content, out: &mut String) {
        let name = &self.body.collectivity.name;
        let hand_made = self.site.cms == Cms::HandMade;
        out.push_str(if hand_made {
            "<HTML>\n<head>\n"
        } else {
            "<!DOCTYPE html>\n<html lang=\"fr-FR\">\n<head>\n"
        });
        out.push_str(self.site.encoding.meta());
        let title = match content {
            Content::Page(Page::Contact) => "Contact - ",
            Content::Page(Page::Legal) => "Mentions légales - ",
            Content::Page(Page::News) => "Actualités - ",
            Content::Page(Page::Networks) => "Réseaux sociaux - ",
            Content::Article(_) => "Annonce - ",
            Content::Page(_) => "",
        };
        let _ = writeln!(
            out,
            "<title>{title}{} - Site officiel</title>",
            self.title()
        );
        if !hand_made {
            let _ = writeln!(
                out,
                "<meta name=\"description\" content=\"Site officiel : {name}. Vie municipale, démarches, agenda.\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta property=\"og:site_name\" content=\"{name}\">"
            );
        }
        out.push_str(self.dialect.head);
        if let (Content::Page(Page::Home | Page::Entry), Feed::Announced(shape)) =
            (content, self.site.feed)
        {
            self.feed_link(shape, out);
        }
        self.json_ld(out);
    }

    /// `Mairie de Foix`, `CC du Pays de Foix`.
    fn title(&self) -> String {
        match self.body.collectivity.category {
            beffroi_model::Category::Commune => {
                format!("Commune de {}", self.body.collectivity.name)
            }
            _ => self.body.collectivity.name.clone(),
        }
    }

    fn feed_link(&self, shape: FeedShape, out: &mut String) {
        let media_type = match shape {
            FeedShape::Atom => "application/atom+xml",
            FeedShape::Json => "application/feed+json",
            _ => "application/rss+xml",
        };
        let path = self.site.cms.path(Page::Feed).replace('&', "&amp;");
        let _ = writeln!(
            out,
            "<link rel=\"alternate\" type=\"{media_type}\" title=\"{} &raquo; Flux\" href=\"{}{path}\">",
            self.body.collectivity.name, self.site.folder,
        );
        if self.site.cms == Cms::WordPress {
            out.push_str("<link rel=\"alternate\" type=\"application/rss+xml\" title=\"Flux des commentaires\" href=\"/comments/feed/\">\n");
        }
    }

    fn json_ld(&self, out: &mut String) {
        let same_as: Vec<&str> = self
            .own
            .iter()
            .filter(|link| link.shown == Shown::JsonLd)
            .map(|link| &*link.href)
            .collect();
        if same_as.is_empty() {
            return;
        }
        let node = serde_json::json!({
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "name": self.title(), "url": self.world.base(self.site)},
                {"@type": "GovernmentOrganization", "name": self.title(), "sameAs": same_as},
            ],
        });
        let _ = writeln!(out, "<script type=\"application/ld+json\">{node}</script>");
    }

    fn header(&self, out: &mut String) {
        out.push_str(self.dialect.header_open);
        let _ = writeln!(
            out,
            "<div class=\"logo\"><a href=\"{}/\"><img src=\"/images/blason.png\" alt=\"{}\"></a></div>",
            self.site.folder,
            self.title()
        );
        self.networks(&[Shown::Header, Shown::Both, Shown::RelMe], out);
        out.push_str(self.dialect.header_close);
        out.push_str(self.dialect.menu_open);
        let mut item = |text: &str, path: &str| {
            let folder = &self.site.folder;
            let path = path.replace('&', "&amp;");
            let _ = match self.site.cms {
                Cms::HandMade => writeln!(out, "<TD><A HREF=\"{folder}{path}\">{text}</A></TD>"),
                _ => writeln!(
                    out,
                    "<li class=\"menu-item menu-item-type-post_type\"><a href=\"{folder}{path}\">{text}</a></li>"
                ),
            };
        };
        let cms = self.site.cms;
        item("Accueil", "/");
        for (text, number) in [
            ("La commune", 31),
            ("Vie municipale", 32),
            ("Enfance", 33),
            ("Démarches", 34),
        ] {
            item(text, &format!("{}{number}", cms.article_path()));
        }
        if self.site.folder.is_empty() {
            item("Actualités", cms.path(Page::News));
            item("Réseaux sociaux", cms.path(Page::Networks));
            if self.has_private_folder() {
                item("Contacter un agent", cms.path(Page::PrivateContact));
            }
            if self.site.contact {
                item("Contact", cms.path(Page::Contact));
            }
        }
        item("Page supprimée", "/ancienne-page-introuvable.php");
        out.push_str(self.dialect.menu_close);
    }

    /// A closed folder tempts the crawler where nothing is lost by leaving it.
    fn has_private_folder(&self) -> bool {
        let host = &self.world.hosts[self.site.host as usize];
        host.robots == crate::world::host::Robots::Partial
            && self.site.contact
            && self.site.placement == Placement::Everywhere
    }

    /// The block of network icons.
    fn networks(&self, shown: &[Shown], out: &mut String) {
        let mut links = self
            .own
            .iter()
            .filter(|link| shown.contains(&link.shown))
            .peekable();
        if links.peek().is_none() {
            return;
        }
        let _ = writeln!(out, "<ul class=\"{}\">", self.dialect.networks);
        for link in links {
            let word = network_word(link.platform);
            let rel = if link.shown == Shown::RelMe {
                " rel=\"me\""
            } else {
                ""
            };
            let href = link.href.replace('&', "&amp;");
            let _ = match self.site.cms {
                Cms::HandMade => writeln!(
                    out,
                    "<LI><A HREF={href} TARGET=_blank{rel}><IMG SRC=img/{}.gif ALT=\"{word}\"></A>",
                    link.platform
                ),
                _ => writeln!(
                    out,
                    "<li><a class=\"social {}\" href=\"{href}\" target=\"_blank\"{rel} aria-label=\"Suivez-nous sur {word}\" title=\"{word}\"><svg aria-hidden=\"true\"><use xlink:href=\"#{}\"></use></svg></a></li>",
                    link.platform, link.platform
                ),
            };
        }
        // A theme's placeholder that nobody filled in.
        out.push_str("<li><a class=\"social\" href=\"https://www.facebook.com/\" title=\"\"></a></li></ul>\n");
    }

    fn articles(&self, count: usize, out: &mut String) {
        let publications = self.site.publications(self.world.settings.as_of);
        let address = self.world.base(self.site);
        for publication in publications.iter().take(count) {
            self.article(publication, &address, out);
        }
    }

    fn article(&self, publication: &Publication, address: &str, out: &mut String) {
        let title = TITLES[publication.number as usize % TITLES.len()];
        let path = self.site.cms.article_path();
        let number = publication.number;
        let mut draw = Draw::new(self.site.key, "article", u64::from(number));
        out.push_str(self.dialect.article_open);
        let _ = write!(
            out,
            "<h2 class=\"entry-title\"><a href=\"{}{path}{number}\">{title}</a></h2><time datetime=\"{}\">Publié le {}</time>\n<div class=\"entry-content\"><p>",
            self.site.folder,
            iso(publication.at),
            french_date(publication.at),
        );
        for _ in 0..3 + draw.below(4) {
            out.push_str(draw.pick(&SENTENCES));
            out.push(' ');
        }
        // Unclosed and crossed elements, as editors leave them.
        out.push_str(match draw.below(6) {
            0 => "<b>À noter !<i> Entrée libre</b></i></p>",
            1 => "<p><div>",
            2 => "</p></div></div>",
            _ => "</p>",
        });
        let _ = writeln!(
            out,
            "<img src=\"/images/photo-{number}.jpg\" width=640 height=480 alt=\"\" loading=\"lazy\">\n<div class=\"partage\"><a href=\"https://www.facebook.com/sharer/sharer.php?u={address}{path}{number}\">Partager</a> <a href=\"https://twitter.com/intent/tweet?url={address}{path}{number}\">Tweeter</a> <a href=\"https://www.linkedin.com/shareArticle?mini=true&amp;url={address}\">LinkedIn</a> <a href=\"https://wa.me/?text={address}\">WhatsApp</a></div></div>"
        );
        out.push_str(self.dialect.article_close);
    }

    fn prose(&self, title: &str, paragraphs: usize, out: &mut String) {
        let mut draw = Draw::new(self.site.key, title, 1);
        let _ = writeln!(out, "<h1>{title}</h1>");
        for _ in 0..paragraphs {
            out.push_str("<p>");
            for _ in 0..4 {
                out.push_str(draw.pick(&SENTENCES));
                out.push(' ');
            }
            out.push_str("</p>\n");
        }
    }

    fn contact(&self, out: &mut String) {
        let postcode = self
            .body
            .collectivity
            .postal_codes
            .first()
            .map_or("", String::as_str);
        let _ = writeln!(
            out,
            "<h1>Contact</h1>\n<address>{}<br>1 place de la Mairie<br>{postcode} {}</address>\n<form class=\"contact-form\" action=\"/envoi\" method=\"post\"><input name=\"sujet\"><textarea name=\"message\"></textarea><button>Envoyer</button></form>",
            self.title(),
            self.body.collectivity.name
        );
    }

    fn legal_notice(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "<h1>Mentions légales</h1>\n<p>Éditeur : {}. Directeur de la publication : le représentant légal.</p>",
            self.title()
        );
        self.prose("Données personnelles", 4, out);
    }

    /// Alert services in the page's body: links, an embedded panel, or the bare word.
    fn alerts(&self, out: &mut String) {
        let mut links = self
            .own
            .iter()
            .filter(|link| link.shown == Shown::Alert)
            .peekable();
        let mut draw = Draw::new(self.site.key, "alerts", 0);
        if links.peek().is_none() {
            if draw.chance(0.05) {
                out.push_str(
                    "<p>Téléchargez l'application PanneauPocket sur votre téléphone.</p>\n",
                );
            }
            return;
        }
        out.push_str("<section class=\"alertes\"><h2>Restez informés</h2>\n");
        for link in links {
            let href = link.href.replace('&', "&amp;");
            let word = network_word(link.platform);
            let _ = match (link.platform, draw.below(3)) {
                (Platform::Panneaupocket, 0) => writeln!(
                    out,
                    "<iframe src=\"https://app.panneaupocket.com/embeded/{}?mode=widget\" width=\"320\" height=\"500\" title=\"PanneauPocket\"></iframe>",
                    link.handle
                ),
                (Platform::Illiwap, 0) => {
                    writeln!(out, "<iframe src=\"{href}\" title=\"illiwap\"></iframe>")
                }
                _ => writeln!(
                    out,
                    "<p><a href=\"{href}\">{word}</a> : recevez nos alertes.</p>"
                ),
            };
        }
        out.push_str("</section>\n");
    }

    /// Embedded panels of the networks.
    fn widgets(&self, out: &mut String) {
        for link in self.own.iter().filter(|link| link.shown == Shown::Widget) {
            let handle = &link.handle;
            let _ = match link.platform {
                Platform::Facebook => writeln!(
                    out,
                    "<iframe src=\"https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2F{handle}&amp;tabs=timeline&amp;width=340\" width=\"340\" height=\"500\"></iframe>"
                ),
                _ => writeln!(
                    out,
                    "<a class=\"twitter-timeline\" data-height=\"400\" href=\"https://twitter.com/{handle}?ref_src=twsrc%5Etfw\">Tweets by {handle}</a> <script async src=\"https://platform.twitter.com/widgets.js\"></script>"
                ),
            };
        }
    }

    fn trap_articles(&self, out: &mut String) {
        for link in &self.traps {
            let _ = match link.shown {
                Shown::Article => write!(
                    out,
                    "{}<p>L'association remercie les bénévoles. Plus de renseignements <a href=\"{}\">sur sa page</a>.</p>{}",
                    self.dialect.article_open, link.href, self.dialect.article_close
                ),
                Shown::Comment => writeln!(
                    out,
                    "<!-- ancien bloc <a href=\"{}\">Facebook</a> -->",
                    link.href
                ),
                _ => Ok(()),
            };
        }
        let mut draw = Draw::new(self.site.key, "video", 0);
        if draw.chance(0.2) {
            let _ = writeln!(
                out,
                "<iframe src=\"https://www.youtube.com/embed/a{:010x}\" allowfullscreen></iframe>",
                draw.next() >> 24
            );
        }
    }

    fn footer(&self, out: &mut String) {
        out.push_str(self.dialect.footer_open);
        self.networks(&[Shown::Footer, Shown::Both, Shown::JsonLd], out);
        let partners: Vec<&Linked> = self
            .traps
            .iter()
            .filter(|link| link.shown == Shown::Partner)
            .collect();
        if !partners.is_empty() {
            out.push_str("<div class=\"partenaires\"><h3>Nos partenaires</h3><ul>\n");
            if let Some(partner) = self.world.partner(self.body) {
                let _ = writeln!(
                    out,
                    "<li><a href=\"http://www.{}.test/\">{}</a></li>",
                    partner.slug, partner.collectivity.name
                );
            }
            for link in partners {
                // A national service goes by its own name, the EPCI by its official one.
                let whose = self
                    .world
                    .partner(self.body)
                    .filter(|partner| partner.accounts.iter().any(|own| own.handle == link.handle))
                    .map_or(&*link.handle, |partner| &partner.collectivity.name);
                let _ = writeln!(
                    out,
                    "<li><a href=\"{}\">{whose} sur {}</a></li>",
                    link.href.replace('&', "&amp;"),
                    network_word(link.platform)
                );
            }
            out.push_str("</ul></div>\n");
        }
        if self.site.legal_notice && self.site.folder.is_empty() {
            let path = self.site.cms.path(Page::Legal).replace('&', "&amp;");
            let _ = writeln!(
                out,
                "<a href=\"{path}\">Mentions légales</a> | <a href=\"/plan\">Plan</a>"
            );
        }
        out.push_str(self.dialect.credit);
        if let Some(agency) = account::agency(self.site.key) {
            let _ = write!(
                out,
                "<p class=\"credits\">Réalisation : <a href=\"https://{}/\" rel=\"nofollow\">{}</a>",
                agency.host,
                agency.name.replace('&', "&amp;")
            );
            for link in self.traps.iter().filter(|link| link.shown == Shown::Agency) {
                let _ = write!(
                    out,
                    " <a href=\"{}\">{}</a>",
                    link.href,
                    network_word(link.platform)
                );
            }
            out.push_str("</p>\n");
        }
        out.push_str(self.dialect.footer_close);
    }
}

fn network_word(platform: Platform) -> &'static str {
    match platform {
        Platform::Facebook => "Facebook",
        Platform::Instagram => "Instagram",
        Platform::X => "Twitter",
        Platform::Youtube => "YouTube",
        Platform::Linkedin => "LinkedIn",
        Platform::Tiktok => "TikTok",
        Platform::Threads => "Threads",
        Platform::Snapchat => "Snapchat",
        Platform::Telegram => "Telegram",
        Platform::Mastodon => "Mastodon",
        Platform::Bluesky => "Bluesky",
        Platform::Panneaupocket => "PanneauPocket",
        Platform::Illiwap => "illiwap",
        Platform::Intramuros => "IntraMuros",
        Platform::Whatsapp => "Chaîne WhatsApp",
        _ => "Réseau",
    }
}

/// Hours between Paris and UTC in winter; the simulated web ignores summer time.
pub(super) const PARIS: i8 = 1;

fn iso(at: i64) -> String {
    civil(at).strftime("%Y-%m-%dT%H:%M:%S+01:00").to_string()
}

pub(super) fn civil(at: i64) -> jiff::civil::DateTime {
    let timestamp = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::constant(PARIS).to_datetime(timestamp)
}

/// `12 novembre 2026`.
fn french_date(at: i64) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let date = civil(at).date();
    format!(
        "{} {} {}",
        date.day(),
        MONTHS[(date.month() - 1) as usize],
        date.year()
    )
}

/// The bytes of a page in the site's encoding. What the encoding lacks becomes a character
/// reference, as browsers do in forms.
pub(super) fn encode(encoding: PageEncoding, text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 3);
    if encoding == PageEncoding::Utf8Bom {
        bytes.extend_from_slice(b"\xEF\xBB\xBF");
    }
    if encoding.encoding() == encoding_rs::UTF_8 {
        bytes.extend_from_slice(text.as_bytes());
    } else {
        bytes.extend_from_slice(&encoding.encoding().encode(text).0);
    }
    bytes
}
