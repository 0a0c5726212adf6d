//! What holds for any text: no panic, canonical handles and URLs lead back to themselves.

use proptest::prelude::*;
use url::Url;

use super::{is_canonical, parse};
use crate::accounts::{cleaned, first_address, parse_url};

/// One real shape of each sort, to be mutated.
const SHAPES: &[&str] = &[
    "https://www.facebook.com/Ville.de.Lyon/posts/pfbid0abc?x=1",
    "https://www.facebook.com/pages/category/City/Mairie-X-123456789012/",
    "https://www.facebook.com/profile.php?id=100064512345678",
    "https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fvilledelyon",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2Fville",
    "https://www.instagram.com/Ville_De.Lyon/reel/abc",
    "https://www.threads.net/@VilleDeLyon/post/C8abc",
    "https://twitter.com/#!/VilleDeLyon",
    "https://twitter.com/intent/tweet?via=VilleDeLyon",
    "https://www.youtube.com/@Ville·É.x-y_z/videos",
    "https://www.youtube.com/c/Ville%20Exemple",
    "https://www.youtube.com/embed/videoseries?list=UUabcdefghijklmnopqrstuv",
    "https://fr.linkedin.com/company/mairie-de-s%C3%A8te/about",
    "https://www.snapchat.com/fr-FR/add/VilleDeTest",
    "https://www.tiktok.com/@Ville.De_Lyon/video/7079929224945093934",
    "http://127.0.0.1:9000/@Mairie.x/112233",
    "https://social.example/@mairie@autre.example:8443",
    "https://bsky.app/profile/did:plc:abcdefghijklmnopqrstuvwx/post/3k",
    "https://video.example.fr:8443/c/ville_exemple@autre.example/videos",
    "https://ville_exemple.t.me/12",
    "https://app.panneaupocket.com/ville/250252113-exemple-57220",
    "https://station.illiwap.com/fr/public/22047/actu/embed",
    "https://www.intramuros.org/la-garde04",
    "https://whatsapp.com/channel/0029VbAbcdefGhijKlmnoP1q",
    "https://m.me/Ville.De.Lyon",
    "https://play.google.com/store/apps/details?id=fr.neocity.Exemple",
    "https://apps.apple.com/fr/app/ma-ville/id1234567890",
    "acct:Mairie@Social.Example",
    "at://Exemple.bsky.social/app.bsky.feed.post/3k",
];

/// What is put into a shape: the characters that rules and repairs look at, and odd letters.
const INSERTS: &[&str] = &[
    "", "/", "//", "@", ".", "..", "-", "_", "%20", "%40", "%2F", "%25", "%E9", "%00", "?", "&",
    "#", "#!", "!", ":", ";", ",", " ", "\\", "é", "İ", "ß", "Σ", "\u{300}", "\u{200b}", "𝐀",
    "http://", "www.", "fr.", "12345678", "A",
];

/// A shape cut in two anywhere, with something put in or a part left out.
fn mutated() -> impl Strategy<Value = String> {
    let parts = (
        proptest::sample::select(SHAPES),
        any::<proptest::sample::Index>(),
        0..6usize,
        proptest::sample::select(INSERTS),
        proptest::sample::select(INSERTS),
    );
    parts.prop_map(|(shape, at, dropped, first, second)| {
        let chars: Vec<char> = shape.chars().collect();
        let at = at.index(chars.len());
        let end = (at + dropped).min(chars.len());
        let head: String = chars[..at].iter().collect();
        let tail: String = chars[end..].iter().collect();
        format!("{head}{first}{second}{tail}")
    })
}

/// A text gets repairs that a URL does not; without need of any the two must agree.
fn needs_no_repair(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    matches!(url.scheme(), "http" | "https")
        && host.contains('.')
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        && first_address(&cleaned(url.as_str())) == url.as_str()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_judged_and_what_it_names_is_canonical(text in "\\PC{0,80}") {
        is_canonical(&parse(&text), &text);
    }

    #[test]
    fn any_name_on_any_platform_is_judged_and_canonical(
        start in proptest::sample::select(SHAPES),
        name in "[@#!]?[\\PC]{0,20}",
    ) {
        let host_end = start.match_indices('/').nth(2).map_or(start.len(), |(at, _)| at + 1);
        let text = format!("{}{name}", &start[..host_end]);
        is_canonical(&parse(&text), &text);
    }

    #[test]
    fn a_mutated_shape_is_judged_and_canonical(text in mutated()) {
        is_canonical(&parse(&text), &text);
    }

    #[test]
    fn a_url_and_its_text_are_judged_alike(text in mutated()) {
        if let Ok(url) = Url::parse(&text) {
            let judged = parse_url(&url);
            is_canonical(&judged, &text);
            if needs_no_repair(&url) {
                prop_assert_eq!(judged.account(), parse(url.as_str()).account());
            }
        }
    }
}
