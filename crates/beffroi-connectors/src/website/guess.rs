//! Whose site a page is, when nobody knows: for the one-shot command.
//!
//! Rule: a name that stands beside the word of its legal kind ("Mairie de X", "Communauté de communes
//! du Y"), or that the host bears too, counts as known, and then speaks against the accounts of others
//! as well. Any other name can only speak for an account.

use beffroi_model::{Category, CollectivityId, fold_name};
use url::Url;

use super::{
    attribute::Owner,
    facts::PageFacts,
    json_ld,
    names::{Handle, NameMatch, Names},
};

/// Words that stand around the name of a body without being part of it, folded.
const FILLERS: [&str; 30] = [
    "site",
    "officiel",
    "internet",
    "web",
    "portail",
    "accueil",
    "bienvenue",
    "home",
    "page",
    "votre",
    "notre",
    "nouvelle",
    "sur",
    "a",
    "au",
    "dans",
    "de",
    "du",
    "des",
    "d",
    "la",
    "le",
    "les",
    "l",
    "et",
    "en",
    "ligne",
    "www",
    "fr",
    "mairie",
];

/// Words between a kind and the name, folded.
const ARTICLES: [&str; 8] = ["de", "du", "des", "d", "la", "le", "les", "l"];

/// Kinds as they stand before a name, folded, the longer first; whether an article must follow, since
/// the word means other things as well ("ville fleurie").
const KINDS: [(&str, Category, bool); 13] = [
    (
        "communaute de communes",
        Category::CommunauteCommunes,
        false,
    ),
    (
        "communaute d agglomeration",
        Category::CommunauteAgglomeration,
        false,
    ),
    ("communaute urbaine", Category::CommunauteUrbaine, false),
    ("conseil departemental", Category::Departement, false),
    ("conseil regional", Category::Region, false),
    ("commune nouvelle", Category::Commune, false),
    ("mairie", Category::Commune, false),
    ("ville", Category::Commune, true),
    ("village", Category::Commune, true),
    ("commune", Category::Commune, true),
    ("metropole", Category::Metropole, true),
    ("departement", Category::Departement, true),
    ("region", Category::Region, false),
];

/// Kinds as they stand behind a name: `Exemple Métropole`.
const KINDS_BEHIND: [(&str, Category); 3] = [
    ("metropole", Category::Metropole),
    ("agglomeration", Category::CommunauteAgglomeration),
    ("agglo", Category::CommunauteAgglomeration),
];

/// Folders in which the portal of a group keeps the pages of its communes.
const FOLDERS_OF_COMMUNES: [&str; 5] = [
    "communes",
    "commune",
    "les-communes",
    "nos-communes",
    "communes-membres",
];

/// Longer names are sentences.
const MAX_NAME_WORDS: usize = 8;

/// The owner of a page: by its address, its data, its `og:site_name`, its title.
pub(super) fn owner_of_page(facts: &PageFacts, url: &Url) -> Owner {
    if let Some(name) = commune_of_folder(url) {
        return known(&name, Some(Category::Commune));
    }
    let named = [
        json_ld::body_name(&facts.json_ld, url),
        facts.meta("og:site_name").map(str::to_owned),
        Some(facts.title.clone()),
    ];
    let named: Vec<String> = named.into_iter().flatten().collect();
    if let Some((name, category)) = named.iter().find_map(|text| with_kind(text)) {
        return known(&name, Some(category));
    }
    let guess = named
        .iter()
        .find_map(|text| segments(text).find_map(|part| bare_name(&part)));
    let names = Names::of(&guess.unwrap_or_default(), &[]);
    let is_in_host = url
        .host_str()
        .is_some_and(|host| names.compare(&Handle::new(host.to_owned())) == NameMatch::Whole);
    Owner {
        is_known: is_in_host,
        ..unknown(names)
    }
}

/// A body about which at most a guessed name is known.
pub(super) fn unknown(names: Names) -> Owner {
    Owner {
        collectivity_id: CollectivityId::from_stored("unknown".to_owned()),
        names,
        is_known: false,
    }
}

fn known(name: &str, category: Option<Category>) -> Owner {
    Owner {
        is_known: true,
        ..unknown(Names::of(name, &[]).of_category(category))
    }
}

/// `https://www.cc-rives.example/communes/exemple/` is a page of Exemple.
fn commune_of_folder(url: &Url) -> Option<String> {
    let folders: Vec<&str> = url
        .path_segments()?
        .filter(|part| !part.is_empty())
        .collect();
    let [.., parent, name] = folders.as_slice() else {
        return None;
    };
    FOLDERS_OF_COMMUNES
        .contains(&parent.to_ascii_lowercase().as_str())
        .then(|| without_numbers(&fold_name(name)))
        .filter(|name| !name.is_empty())
}

/// The parts of a title, folded.
fn segments(text: &str) -> impl Iterator<Item = String> {
    text.split(['|', '–', '—', '•', '·', ':', '>', ',', '('])
        .flat_map(|part| part.split(" - "))
        .map(fold_name)
}

/// The name and kind that a text puts together.
fn with_kind(text: &str) -> Option<(String, Category)> {
    segments(text).find_map(|part| kind_before(&part).or_else(|| kind_behind(&part)))
}

fn kind_before(part: &str) -> Option<(String, Category)> {
    KINDS.iter().find_map(|(kind, category, needs_article)| {
        let (before, after) = split_at_words(part, kind)?;
        let is_at_start = before
            .split(' ')
            .all(|word| word.is_empty() || FILLERS.contains(&word));
        let has_article = after
            .split(' ')
            .next()
            .is_some_and(|word| ARTICLES.contains(&word));
        let name = name_at_start(after);
        let is_good = is_at_start && (has_article || !needs_article) && !name.is_empty();
        is_good.then_some((name, *category))
    })
}

fn kind_behind(part: &str) -> Option<(String, Category)> {
    KINDS_BEHIND.iter().find_map(|(kind, category)| {
        let name = name_at_start(part.strip_suffix(kind)?.trim_end());
        (!name.is_empty()).then_some((name, *category))
    })
}

/// What stands before and behind whole words of a folded text.
fn split_at_words<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let (before, after) = text.split_once(words)?;
    let is_whole = (before.is_empty() || before.ends_with(' '))
        && (after.is_empty() || after.starts_with(' '));
    is_whole.then_some((before.trim_end(), after.trim_start()))
}

/// The name with which a folded text begins: without articles before it, numbers, and what is said of
/// the site behind it.
fn name_at_start(text: &str) -> String {
    let words = text
        .split(' ')
        .skip_while(|word| FILLERS.contains(word))
        .take_while(|word| {
            !matches!(
                *word,
                "site" | "officiel" | "accueil" | "bienvenue" | "portail"
            )
        });
    let name = without_numbers(&words.collect::<Vec<_>>().join(" "));
    if name.split(' ').count() > MAX_NAME_WORDS {
        return String::new();
    }
    name
}

/// What is left of a part of a title without fillers; `None` when that is nothing.
fn bare_name(part: &str) -> Option<String> {
    let name = name_at_start(part);
    let is_filler = name.split(' ').all(|word| FILLERS.contains(&word));
    (!name.is_empty() && !is_filler).then_some(name)
}

/// Postcodes and numbers of departments are no part of a name.
fn without_numbers(text: &str) -> String {
    let words = text
        .split(' ')
        .filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::website::extract::extract;

    fn guess(url: &str, html: &str) -> (Names, bool) {
        let url: Url = url.parse().unwrap();
        let facts = extract(html, url.host_str().unwrap(), 100);
        let owner = owner_of_page(&facts, &url);
        (owner.names, owner.is_known)
    }

    #[test]
    fn a_name_beside_its_kind_is_known() {
        for (title, name, category) in [
            (
                "Commune de Vallonbourg - Site officiel",
                "vallonbourg",
                Category::Commune,
            ),
            (
                "Mairie d'Exemple-sur-Loire (45)",
                "exemple sur loire",
                Category::Commune,
            ),
            (
                "Bienvenue sur le site de la ville de La Rive",
                "rive",
                Category::Commune,
            ),
            (
                "Accueil | Mairie Vallonbourg",
                "vallonbourg",
                Category::Commune,
            ),
            (
                "Site officiel - Commune nouvelle du Val",
                "val",
                Category::Commune,
            ),
            (
                "Communauté de communes du Pays des Rives",
                "pays des rives",
                Category::CommunauteCommunes,
            ),
            ("Exemple Métropole", "exemple", Category::Metropole),
            (
                "Conseil départemental du Loiret",
                "loiret",
                Category::Departement,
            ),
            ("Région Exemple", "exemple", Category::Region),
        ] {
            let html = format!("<title>{title}</title>");
            let (names, is_known) = guess("http://127.0.0.1/", &html);
            let expected = Names::of(name, &[]).of_category(Some(category));
            assert_eq!((names, is_known), (expected, true), "{title}");
        }
    }

    #[test]
    fn other_names_are_guesses_unless_the_host_bears_them() {
        for title in [
            "Vallonbourg",
            "Vallonbourg, ville fleurie",
            "Tourisme et ville de demain",
            "Accueil - Vallonbourg",
        ] {
            let html = format!("<title>{title}</title>");
            assert!(!guess("http://127.0.0.1/", &html).1, "{title}");
        }
        assert!(guess("https://www.vallonbourg.example/", "<title>Vallonbourg").1);
        assert!(!guess("https://www.vallonbourg.example/", "<title>Accueil").1);
    }

    #[test]
    fn the_data_and_the_site_name_speak_before_the_title() {
        let html = r#"<meta property="og:site_name" content="Ville d'Exemple">
            <title>Commune d'Autre</title>
            <script type="application/ld+json">{"@type":"Organization","name":"Agence Pixel",
              "url":"https://pixel.example/"}</script>"#;
        let (names, is_known) = guess("https://www.exemple.example/", html);
        assert!(is_known);
        assert_eq!(
            names,
            Names::of("exemple", &[]).of_category(Some(Category::Commune))
        );
    }

    #[test]
    fn a_folder_of_a_portal_names_its_commune() {
        let html = "<title>Communauté de communes des Rives</title>";
        let (names, is_known) = guess("https://www.cc-rives.example/communes/vallonbourg/", html);
        assert!(is_known);
        assert_eq!(
            names,
            Names::of("vallonbourg", &[]).of_category(Some(Category::Commune))
        );
    }
}
