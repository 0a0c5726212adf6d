//! The pages of a made-up town: 50 KB each, in the proportions of a French municipal WordPress page
//! (a third of inline style and scripts, a menu of a hundred links, cards of news, a footer).
//!
//! Nothing is drawn by chance: the same name gives the same page on every machine.

use std::fmt::Write as _;

/// Bytes that a page is filled up to.
pub const PAGE_BYTES: usize = 50_000;

/// Where the pages of interest of a site are, with what the menu calls them.
pub const LIKELY_PAGES: [(&str, &str); 4] = [
    ("/reseaux-sociaux/", "Réseaux sociaux"),
    ("/contact/", "Contact"),
    ("/mentions-legales/", "Mentions légales"),
    ("/actualites/", "Actualités"),
];

/// Where the feed is.
pub const FEED: &str = "/feed/";

const TOPICS: [&str; 12] = [
    "La mairie",
    "Conseil municipal",
    "Urbanisme",
    "État civil",
    "Enfance et jeunesse",
    "Restauration scolaire",
    "Associations",
    "Médiathèque",
    "Déchets et tri",
    "Transports",
    "Marchés publics",
    "Patrimoine",
];

const SENTENCES: [&str; 8] = [
    "La commune vous informe que les travaux de la rue des Écoles commenceront lundi.",
    "Une réunion publique se tiendra à la salle des fêtes à 18&nbsp;h&nbsp;30&nbsp;; entrée libre.",
    "Les inscriptions au centre de loisirs sont ouvertes jusqu&rsquo;à la fin du mois.",
    "Le marché de Noël réunira cette année une quarantaine d'exposants sur la place.",
    "La médiathèque sera fermée pour inventaire du 3 au 7&nbsp;; les retours restent possibles.",
    "Le conseil municipal a voté le budget et le plan de plantation de deux cents arbres.",
    "Pensez à signaler les nids de frelons asiatiques auprès du service technique.",
    "Un défibrillateur a été installé à l&#8217;entrée du gymnase.",
];

/// A page of the town `town`; `title` tells which one.
pub fn page(town: &str, title: &str) -> String {
    let mut out = String::with_capacity(PAGE_BYTES + 4_096);
    head(&mut out, town, title);
    header(&mut out, town);
    out.push_str("<main id=\"main\" class=\"site-main\" role=\"main\">\n");
    let tail = footer(town);
    let mut card_number = 0;
    while out.len() + tail.len() < PAGE_BYTES {
        card(&mut out, card_number);
        card_number += 1;
    }
    out.push_str("</main>\n");
    out.push_str(&tail);
    out
}

/// The feed of the town `town`, ten entries.
pub fn feed(town: &str) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>\
         <title>Actualités</title>\n",
    );
    for entry in 0..10 {
        let _ = writeln!(
            out,
            "<item><title>{}</title><link>/actualites/{town}-{entry}/</link>\
             <guid isPermaLink=\"false\">{town}-{entry}</guid>\
             <pubDate>Mon, {:02} Nov 2026 08:00:00 +0100</pubDate>\
             <description><![CDATA[<p>{}</p>]]></description></item>",
            TOPICS[entry],
            1 + 2 * entry,
            SENTENCES[entry % SENTENCES.len()],
        );
    }
    out.push_str("</channel></rss>\n");
    out
}

fn head(out: &mut String, town: &str, title: &str) {
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"fr-FR\">\n<head>\n<meta charset=\"UTF-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - Commune de Sainte-Épreuve {town}</title>\n\
         <meta name=\"description\" content=\"Site officiel de la commune\">\n\
         <meta property=\"og:site_name\" content=\"Sainte-Épreuve {town}\">\n\
         <meta name=\"generator\" content=\"WordPress 6.8.3\">\n\
         <link rel=\"alternate\" type=\"application/rss+xml\" title=\"Flux\" href=\"{FEED}\">\n\
         <script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@graph\":[\
         {{\"@type\":\"GovernmentOrganization\",\"name\":\"Mairie de Sainte-Épreuve {town}\",\
         \"sameAs\":[\"https://www.facebook.com/sainte.epreuve.{town}\"]}}]}}</script>\n"
    );
    for sheet in 0..12 {
        let _ = writeln!(
            out,
            "<link rel='stylesheet' id='extension-{sheet}-css' \
             href='/wp-content/plugins/extension-{sheet}/style.css?ver=6.8.3' media='all'>"
        );
    }
    out.push_str("<style id='global-styles-inline-css'>\n");
    for rule in 0..90 {
        let _ = writeln!(
            out,
            ".has-couleur-{rule}-color{{color:var(--wp--preset--color--couleur-{rule}) !important;}}\
             .bloc-{rule}>*{{margin-block-start:{rule}px;}}"
        );
    }
    out.push_str("</style>\n<script>\nvar reglages = {");
    for setting in 0..60 {
        let _ = write!(
            out,
            "\"option_{setting}\":{{\"actif\":true,\"delai\":{setting}}},"
        );
    }
    out.push_str(
        "\"fin\":0};\nif (1 < 2 && document.body) { reglages.pret = true; }\n</script>\n</head>\n",
    );
}

fn header(out: &mut String, town: &str) {
    out.push_str("<body class=\"home wp-singular page-template-default\">\n<header id=\"masthead\" class=\"site-header\">\n");
    let _ = writeln!(
        out,
        "<div class=\"site-branding\"><a href=\"/\" rel=\"home\"><img src=\"/wp-content/uploads/blason.png\" \
         width=\"120\" height=\"140\" alt=\"Sainte-Épreuve {town}\"></a></div>\n\
         <nav id=\"site-navigation\" class=\"main-navigation\" aria-label=\"Menu principal\">\n<ul class=\"menu\">"
    );
    for (path, label) in LIKELY_PAGES {
        let _ = writeln!(
            out,
            "<li class=\"menu-item\"><a href=\"{path}\">{label}</a></li>"
        );
    }
    for item in 0..96 {
        let topic = TOPICS[item % TOPICS.len()];
        let _ = writeln!(
            out,
            "<li id=\"menu-item-{item}\" class=\"menu-item menu-item-type-post_type menu-item-object-page menu-item-{item}\">\
             <a href=\"/rubrique-{}/page-{item}/\">{topic}</a></li>",
            item / 12,
        );
    }
    out.push_str("</ul>\n</nav>\n</header>\n");
}

fn card(out: &mut String, card: usize) {
    let _ = write!(
        out,
        "<article id=\"post-{card}\" class=\"post-{card} post type-post status-publish format-standard has-post-thumbnail hentry\">\n\
         <a class=\"vignette\" href=\"/actualites/article-{card}/\" aria-hidden=\"true\" tabindex=\"-1\">\
         <img loading=\"lazy\" decoding=\"async\" width=\"768\" height=\"512\" \
         src=\"/wp-content/uploads/2026/11/photo-{card}-768x512.jpg\" alt=\"\" \
         srcset=\"/wp-content/uploads/2026/11/photo-{card}-768x512.jpg 768w, \
         /wp-content/uploads/2026/11/photo-{card}-300x200.jpg 300w, \
         /wp-content/uploads/2026/11/photo-{card}-1024x683.jpg 1024w\" sizes=\"(max-width: 768px) 100vw, 768px\"></a>\n\
         <div class=\"entry-content\"><h2 class=\"entry-title\"><a href=\"/actualites/article-{card}/\">{}</a></h2>\n\
         <span class=\"posted-on\"><time datetime=\"2026-11-{:02}\">{} novembre 2026</time></span>\n",
        TOPICS[card % TOPICS.len()],
        1 + card % 28,
        1 + card % 28,
    );
    for sentence in 0..4 {
        let _ = writeln!(
            out,
            "<p>{}</p>",
            SENTENCES[(card + sentence) % SENTENCES.len()]
        );
    }
    if card.is_multiple_of(5) {
        let _ = writeln!(
            out,
            "<p><a href=\"https://www.association-{card}.example/\" target=\"_blank\" rel=\"noopener\">Le site de l'association</a></p>"
        );
    }
    out.push_str("</div>\n</article>\n");
}

fn footer(town: &str) -> String {
    let mut out = String::from(
        "<footer id=\"colophon\" class=\"site-footer\">\n<ul class=\"social-links\">\n",
    );
    for (name, address) in [
        (
            "Facebook",
            format!("https://www.facebook.com/sainte.epreuve.{town}/"),
        ),
        (
            "Instagram",
            format!("https://www.instagram.com/sainte_epreuve_{town}/"),
        ),
        (
            "YouTube",
            format!("https://www.youtube.com/@sainte-epreuve-{town}"),
        ),
        (
            "LinkedIn",
            format!("https://www.linkedin.com/company/sainte-epreuve-{town}/"),
        ),
    ] {
        let _ = writeln!(
            out,
            "<li><a href=\"{address}\" target=\"_blank\" rel=\"noopener\" aria-label=\"{name}\">\
             <svg class=\"icon\" aria-hidden=\"true\" viewBox=\"0 0 24 24\"><path d=\"M12 2C6.5 2 2 6.5 2 12c0 5 3.7 9.1 8.4 9.9v-7H7.9V12h2.5V9.8c0-2.5 1.5-3.9 3.8-3.9 1.1 0 2.2.2 2.2.2v2.5h-1.3c-1.2 0-1.6.8-1.6 1.6V12h2.8l-.4 2.9h-2.3v7C18.3 21.1 22 17 22 12c0-5.5-4.5-10-10-10z\"></path></svg></a></li>"
        );
    }
    out.push_str("</ul>\n<ul class=\"share-buttons\">\n");
    for address in [
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexemple.example%2F",
        "https://twitter.com/intent/tweet?url=https%3A%2F%2Fexemple.example%2F&amp;text=Actualit%C3%A9s",
        "https://www.linkedin.com/shareArticle?mini=true&amp;url=https%3A%2F%2Fexemple.example%2F",
    ] {
        let _ = writeln!(
            out,
            "<li><a href=\"{address}\" rel=\"nofollow\">Partager</a></li>"
        );
    }
    out.push_str(
        "</ul>\n<form action=\"/contact/\" method=\"post\"><label for=\"m\">Message</label>\
         <textarea id=\"m\" name=\"message\"></textarea><input type=\"email\" name=\"newsletter\"></form>\n\
         <p>Mairie, 1 place de la République. Ouverte du lundi au vendredi.</p>\n</footer>\n</body>\n</html>\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use beffroi_connectors::website::accounts_on_page;

    use super::*;

    #[test]
    fn pages_have_their_size_and_name_their_accounts() {
        let html = page("grandbourg", "Accueil");
        assert!(
            html.len().abs_diff(PAGE_BYTES) < 3_000,
            "{} bytes",
            html.len()
        );
        let found = accounts_on_page(&html, &"http://127.1.0.7/".parse().unwrap());
        let handles: Vec<_> = found
            .iter()
            .map(|account| account.handle.as_str())
            .collect();
        for network in [
            "epreuvegrandbourg",
            "epreuvegrandbourg",
            "epreuvegrandbourg",
        ] {
            assert!(
                handles.iter().any(|handle| handle.contains(network)),
                "{handles:?}"
            );
        }
    }

    #[test]
    fn pages_are_the_same_each_time_and_differ_from_site_to_site() {
        assert_eq!(page("a", "Contact"), page("a", "Contact"));
        assert_ne!(page("a", "Contact"), page("b", "Contact"));
    }
}
