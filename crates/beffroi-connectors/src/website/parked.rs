//! Pages that are not the body's site: for sale, a placeholder, somebody else's, a wall.
//!
//! Rule: a verdict needs words that no town's own page would bear; the hijack of an expired domain
//! needs two clues and the absence of everything that speaks of the body.

use beffroi_fetch::Head;
use beffroi_model::{Absent, Failed, Forbidden, Outcome, fold_name};

use super::{facts::PageFacts, names::Names};

/// A page with more visible text than this is a real page, whatever words it holds.
const PLACEHOLDER_TEXT_BYTES: u64 = 2_048;
/// More links within the site than this make it a real site.
const PLACEHOLDER_LINKS: usize = 12;

/// Of the sale of domain names, folded; the name itself is taken out of the text before.
const FOR_SALE: [&str; 20] = [
    "domaine a vendre",
    "domaine est a vendre",
    "acheter ce domaine",
    "achetez ce domaine",
    "domain is for sale",
    "domain may be for sale",
    "domain for sale",
    "buy this domain",
    "this domain is parked",
    "parked free courtesy",
    "domaine est parque",
    "domaine est actuellement reserve",
    "domaine a expire",
    "is parked",
    "domain has expired",
    "domain name is for sale",
    "domain name may be for sale",
    "name is for sale",
    "this site can be yours",
    "page is parked",
];

/// Of pages that stand for a site that is not there yet, or no longer, folded.
const PLACEHOLDERS: [&str; 28] = [
    "site en construction",
    "site est en construction",
    "page en construction",
    "en cours de construction",
    "bientot disponible",
    "bientot en ligne",
    "under construction",
    "coming soon",
    "site en maintenance",
    "en cours de maintenance",
    "index of",
    "apache2 debian default page",
    "apache2 ubuntu default page",
    "welcome to nginx",
    "it works",
    "felicitations votre domaine a bien ete cree",
    "votre site web a bien ete installe",
    "account suspended",
    "account has been suspended",
    "compte suspendu",
    "default web site page",
    "default plesk page",
    "web server s default page",
    "iis windows",
    "bientot un nouveau site",
    "en cours de creation",
    "temporairement indisponible",
    "error establishing a database connection",
];

/// Titles of walls against robots, folded.
const WALL_TITLES: [&str; 8] = [
    "just a moment",
    "un instant",
    "attention required",
    "access denied",
    "acces refuse",
    "captcha",
    "checking your browser",
    "verification de securite",
];

/// Of errors sent with status 200, folded; looked for in the title alone.
const SOFT_404_TITLES: [&str; 6] = [
    "page introuvable",
    "page non trouvee",
    "erreur 404",
    "404 not found",
    "page not found",
    "404",
];

/// Of the trades that buy expired domains, folded.
const FOREIGN_TRADES: [&str; 16] = [
    "casino",
    "slot",
    "poker",
    "betting",
    "paris sportifs",
    "bitcoin",
    "crypto",
    "viagra",
    "cialis",
    "pharmacy",
    "escort",
    "togel",
    "judi",
    "situs",
    "replica watches",
    "payday",
];

/// Words of every town's page, folded.
const CIVIC_WORDS: [&str; 10] = [
    "mairie",
    "conseil municipal",
    "commune",
    "communaute",
    "departement",
    "region",
    "metropole",
    "agglomeration",
    "municipal",
    "collectivite",
];

/// Why the page cannot be measured as the body's site; `None` when it can.
///
/// What the page shows has to be read for it, so that is asked for last: a page with a menu whose
/// title or links speak of the body is judged without.
pub(super) fn verdict(head: &Head, facts: &PageFacts, names: &Names) -> Option<Outcome> {
    let title = fold_name(&facts.title);
    if is_wall(head, &title, facts) {
        return Some(Outcome::Forbidden(Forbidden::Blocked));
    }
    let internal = facts.internal_links().take(PLACEHOLDER_LINKS + 1).count();
    let is_small = internal <= PLACEHOLDER_LINKS && shows_little(facts);
    let small_text = is_small.then(|| shown_words(head, facts));
    let says = |words: &[&str]| {
        let is_said = |word: &&str| {
            small_text
                .as_ref()
                .is_some_and(|text| has_words(text, word))
        };
        words.iter().any(is_said)
    };
    if says(&FOR_SALE) {
        return Some(Outcome::Absent(Absent::Parked));
    }
    if is_hijacked(head, facts, names, &title) {
        return Some(Outcome::Absent(Absent::Hijacked));
    }
    if says(&PLACEHOLDERS) {
        return Some(Outcome::Absent(Absent::UnderConstruction));
    }
    if is_small && SOFT_404_TITLES.iter().any(|words| has_words(&title, words)) {
        return Some(Outcome::Absent(Absent::NotFound));
    }
    let may_be_built_by_scripts =
        facts.links.is_empty() && facts.iframes.is_empty() && facts.scripts > 0;
    if may_be_built_by_scripts && facts.shown().text_bytes < 64 {
        return Some(Outcome::Failed(Failed::JsOnly));
    }
    None
}

fn shows_little(facts: &PageFacts) -> bool {
    facts.shown().text_bytes <= PLACEHOLDER_TEXT_BYTES
}

/// Title and text, folded, without the name of the host: "le domaine exemple.fr est à vendre".
fn shown_words(head: &Head, facts: &PageFacts) -> String {
    let text = fold_name(&format!("{} {}", facts.title, facts.shown().sample));
    let host = fold_name(head.url.host_str().unwrap_or_default());
    let bare = host.strip_prefix("www ").unwrap_or(&host);
    if bare.is_empty() || !has_words(&text, bare) {
        return text;
    }
    let words = text.replace(&host, " ").replace(bare, " ");
    words.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_wall(head: &Head, title: &str, facts: &PageFacts) -> bool {
    let challenged = head
        .header("cf-mitigated")
        .is_some_and(|value| value.contains("challenge"));
    let says_so = || WALL_TITLES.iter().any(|words| has_words(title, words));
    challenged || facts.links.len() <= 5 && says_so() && shows_little(facts)
}

/// Two clues, and nothing that speaks of the body.
fn is_hijacked(head: &Head, facts: &PageFacts, names: &Names, title: &str) -> bool {
    /// Links of whose texts that is asked.
    const MAX_LABELS: usize = 200;

    let is_civic =
        |text: &str| CIVIC_WORDS.iter().any(|word| has_words(text, word)) || names.are_in(text);
    if is_civic(title) {
        return false;
    }
    let mut labels = String::new();
    for link in facts.links.iter().take(MAX_LABELS) {
        let label = fold_name(&link.label);
        if is_civic(&label) {
            return false;
        }
        labels.push_str(&label);
        labels.push(' ');
    }
    let text = shown_words(head, facts);
    // Once more for the labels: a name may stand in two of them.
    if is_civic(&labels) || is_civic(&text) {
        return false;
    }
    let foreign_lang = facts.lang.as_ref().is_some_and(|lang| {
        !lang.trim().is_empty() && !lang.to_ascii_lowercase().starts_with("fr")
    });
    let speaks = |word: &&str| has_words(&text, word) || has_words(&labels, word);
    let foreign_trade = FOREIGN_TRADES.iter().any(speaks);
    let letters = facts.shown().sample.chars().filter(|c| c.is_alphabetic());
    let (asian, all) = letters.fold((0_usize, 0_usize), |(asian, all), c| {
        (asian + usize::from(is_asian(c)), all + 1)
    });
    let foreign_script = all >= 20 && asian * 5 > all;
    [foreign_lang, foreign_trade, foreign_script]
        .into_iter()
        .filter(|clue| *clue)
        .count()
        >= 2
}

fn is_asian(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0E7F | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF)
}

/// Whether the words stand in a folded text as whole words.
pub(super) fn has_words(text: &str, words: &str) -> bool {
    let mut from = 0;
    while let Some(at) = text[from..].find(words) {
        let (start, end) = (from + at, from + at + words.len());
        let begins = start == 0 || text.as_bytes()[start - 1] == b' ';
        let ends = end == text.len() || text.as_bytes()[end] == b' ';
        if begins && ends {
            return true;
        }
        from = end;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::website::extract::extract;

    fn judge(html: &str) -> Option<Outcome> {
        let head = Head {
            url: "https://www.exemple.example/".parse().unwrap(),
            status: 200,
            headers: Default::default(),
        };
        let facts = extract(html, "www.exemple.example", 100);
        verdict(&head, &facts, &Names::of("Exemple-sur-Loire", &["45000"]))
    }

    #[test]
    fn pages_that_are_no_site_are_told_apart() {
        let parked = Outcome::Absent(Absent::Parked);
        let construction = Outcome::Absent(Absent::UnderConstruction);
        for (html, expected) in [
            (
                "<title>exemple.example</title><p>Ce nom de domaine est à vendre</p>",
                parked,
            ),
            ("<title>x</title><h1>Buy this domain</h1>", parked),
            ("<p>Le domaine exemple.example est à vendre</p>", parked),
            ("<p>The domain www.exemple.example is for sale!</p>", parked),
            ("<h1>exemple.example is parked</h1>", parked),
            ("<title>Account Suspended</title>", construction),
            ("<title>IIS Windows Server</title>", construction),
            ("<p>Site temporairement indisponible</p>", construction),
            ("<title>Site en construction</title>", construction),
            ("<title>Index of /</title><a href=a>a</a>", construction),
            ("<title>Welcome to nginx!</title>", construction),
            (
                "<title>Just a moment...</title>",
                Outcome::Forbidden(Forbidden::Blocked),
            ),
            (
                "<title>Erreur 404</title><p>Rien ici</p>",
                Outcome::Absent(Absent::NotFound),
            ),
            (
                "<div id=root></div><script src=/app.js></script>",
                Outcome::Failed(Failed::JsOnly),
            ),
        ] {
            assert_eq!(judge(html), Some(expected), "{html}");
        }
    }

    #[test]
    fn a_hijacked_domain_needs_two_clues_and_no_word_of_the_body() {
        let casino = "<html lang=en><title>Best online casino</title><p>Play slot games now</p>";
        assert_eq!(judge(casino), Some(Outcome::Absent(Absent::Hijacked)));
        let thai = "<html lang=th><title>สล็อต</title><p>สล็อตเว็บตรงแตกง่ายจ่ายจริงสมัครฟรี</p>";
        assert_eq!(judge(thai), Some(Outcome::Absent(Absent::Hijacked)));
        for honest in [
            "<html lang=en><title>Welcome</title><p>Holiday homes</p>",
            "<html lang=fr><title>Casino</title><p>Casino de la plage</p>",
            "<html lang=en><title>Mairie</title><p>casino municipal</p>",
            "<html lang=en><title>Exemple sur Loire</title><p>casino</p>",
        ] {
            assert_eq!(judge(honest), None, "{honest}");
        }
    }

    #[test]
    fn a_real_page_may_speak_of_construction() {
        let menu: String = (0..20)
            .map(|i| format!("<a href=/p{i}>Page {i}</a>"))
            .collect();
        assert_eq!(
            judge(&format!(
                "<title>Mairie</title>{menu}<p>Site en construction</p>"
            )),
            None
        );
    }
}
