//! What is done for each link and each robots.txt, and the registry that is read at the start.

use beffroi_connectors::accounts;
use beffroi_fetch::Robots;
use divan::{Bencher, black_box, counter::ItemsCount};

const ADDRESSES: [&str; 12] = [
    "https://www.facebook.com/mairie.exemple/",
    "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexemple.fr",
    "https://www.instagram.com/ville_exemple/?hl=fr",
    "https://twitter.com/intent/tweet?text=Bonjour",
    "https://x.com/VilleExemple",
    "https://www.youtube.com/@villeexemple",
    "https://fr.linkedin.com/company/ville-d-exemple",
    "https://mastodon.example/@exemple",
    "https://bsky.app/profile/exemple.bsky.social",
    "https://www.exemple.fr/actualites/travaux-rue-des-ecoles/",
    "/wp-content/uploads/2026/11/bulletin.pdf",
    "mailto:mairie@exemple.fr",
];

const ROBOTS: &str = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\
                      Disallow: /*?s=\nDisallow: /*.pdf$\nCrawl-delay: 2\n\n\
                      User-agent: AhrefsBot\nUser-agent: SemrushBot\nDisallow: /\n\n\
                      Sitemap: https://www.exemple.fr/sitemap.xml\n";

fn main() {
    divan::main();
}

/// A dozen addresses as they stand in pages.
#[divan::bench]
fn account_addresses(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(ADDRESSES.len())).bench(|| {
        for address in ADDRESSES {
            black_box(accounts::parse(black_box(address)));
        }
    });
}

#[divan::bench]
fn robots_parse() -> Robots {
    Robots::parse(black_box(ROBOTS.as_bytes()))
}

#[divan::bench]
fn robots_match(bencher: Bencher<'_, '_>) {
    let rules = Robots::parse(ROBOTS.as_bytes()).rules_for("beffroi");
    bencher.bench(|| rules.allows(black_box("/actualites/2026/travaux-rue-des-ecoles/?page=2")));
}

/// 36,342 bodies and 21,464 websites.
#[divan::bench(sample_count = 5)]
fn shipped_registry() -> beffroi_registry::Import {
    beffroi_registry::shipped()
}
