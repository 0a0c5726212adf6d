//! Names that templates and site builders put where the account should be.

/// Compared without case, dots, hyphens and underscores. The networks' and builders' own accounts
/// are what their templates link to by default. Sorted.
const PLACEHOLDERS: &[&str] = &[
    "divi",
    "drupal",
    "elegantthemes",
    "elementor",
    "emonsite",
    "envato",
    "facebook",
    "instagram",
    "jimdo",
    "joomla",
    "joomshaper",
    "linkedin",
    "mapage",
    "mapagefacebook",
    "moncompte",
    "nomdelacommune",
    "nomdelapage",
    "nomdevotrepage",
    "nomdutilisateur",
    "null",
    "pagefacebook",
    "pagename",
    "prestashop",
    "snapchat",
    "spip",
    "squarespace",
    "telegram",
    "themeforest",
    "threads",
    "tiktok",
    "twitter",
    "typo3",
    "undefined",
    "username",
    "votrechaine",
    "votrecommune",
    "votrecompte",
    "votreentreprise",
    "votrefacebook",
    "votreidentifiant",
    "votremairie",
    "votrenom",
    "votrepage",
    "votrepagefacebook",
    "votrepseudo",
    "votresite",
    "votreville",
    "webnode",
    "weebly",
    "wix",
    "wordpress",
    "wordpressdotcom",
    "yootheme",
    "youraccount",
    "yourchannel",
    "yourcompany",
    "yourfacebook",
    "yourfacebookpage",
    "yourhandle",
    "yourname",
    "yourpage",
    "yourprofile",
    "yoursite",
    "yourtwitter",
    "yourusername",
    "youtube",
];

/// No placeholder is longer.
const MAX_LEN: usize = 32;

/// Whether a name is a template's, not an account's.
pub(crate) fn is_placeholder(name: &str) -> bool {
    if name.len() > MAX_LEN || !name.is_ascii() {
        return false;
    }
    let folded: String = name
        .chars()
        .filter(|c| !matches!(c, '.' | '-' | '_' | '@'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    PLACEHOLDERS.binary_search(&folded.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_as_its_search_needs() {
        assert!(PLACEHOLDERS.is_sorted());
        assert!(PLACEHOLDERS.iter().all(|name| name.len() <= MAX_LEN));
    }

    #[test]
    fn template_names_are_known_however_they_are_written() {
        for name in [
            "VotreCommune",
            "votre-page",
            "Your_Username",
            "WordPress",
            "nom-de-votre-page",
        ] {
            assert!(is_placeholder(name), "{name}");
        }
        for name in ["villedelyon", "page", "", "mairie.exemple"] {
            assert!(!is_placeholder(name), "{name}");
        }
    }
}
