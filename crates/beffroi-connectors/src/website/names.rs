//! The names by which a page or a handle can be told to speak of a collectivity.

use beffroi_model::{Category, Subject, fold_name};

use super::parked::has_words;

/// Words of a name that say nothing by themselves.
const PARTICLES: [&str; 18] = [
    "le", "la", "les", "l", "de", "du", "des", "d", "en", "sur", "sous", "et", "a", "au", "aux",
    "lez", "pres", "cc",
];

/// Words of the legal kind, which many bodies share.
const KIND_WORDS: [&str; 12] = [
    "communaute",
    "communes",
    "commune",
    "agglomeration",
    "metropole",
    "urbaine",
    "departement",
    "region",
    "territoire",
    "etablissement",
    "public",
    "territorial",
];

/// Words with which bodies form their handles: `mairie-exemple`, `villedexemple`.
pub(super) const CIVIC_HANDLE_WORDS: [&str; 8] = [
    "mairie",
    "ville",
    "commune",
    "agglo",
    "metropole",
    "departement",
    "region",
    "village",
];

/// First words that so many communes share that the next ones alone tell them apart.
const COMMON_FIRST_WORDS: [&str; 4] = ["saint", "sainte", "st", "ste"];

/// Words of many names: in a handle they alone say nothing.
const WIDESPREAD_WORDS: [&str; 22] = [
    "nord", "ouest", "grand", "grande", "petit", "petite", "haut", "haute", "hauts", "bas",
    "basse", "pays", "vallee", "vallees", "terre", "terres", "rives", "coeur", "portes", "plaine",
    "loire", "centre",
];

/// Shorter names are looked for as whole words only: `ales` is in `lescigales`.
const SHORT_NAME_BYTES: usize = 5;

/// A handle that shares so many first letters with a long name is a cut of it.
const CUT_NAME_BYTES: usize = 7;

/// What one knows of a collectivity's names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Names {
    /// The whole name, folded; empty when unknown.
    folded: String,
    /// Its spellings without spaces, `saint` also as `st`.
    compact: Vec<String>,
    /// Its telling words.
    words: Vec<String>,
    postal_codes: Vec<String>,
    insee_code: Option<String>,
    category: Option<Category>,
}

impl Names {
    /// Of a collectivity.
    pub(super) fn of_subject(subject: &Subject) -> Self {
        let postal_codes: Vec<&str> = subject.postal_codes.iter().map(String::as_str).collect();
        let mut names = Self::of(&subject.name, &postal_codes);
        names.category = Some(subject.category);
        names.insee_code = subject
            .insee_code
            .as_ref()
            .map(|code| code.as_str().to_owned());
        names
    }

    /// Of a name alone.
    pub(super) fn of(name: &str, postal_codes: &[&str]) -> Self {
        let folded = fold_name(name);
        let is_telling =
            |word: &&str| !PARTICLES.contains(word) && !KIND_WORDS.contains(word) && word.len() > 1;
        let words: Vec<String> = folded
            .split(' ')
            .filter(is_telling)
            .map(str::to_owned)
            .collect();
        let mut compact = Vec::new();
        let mut add = |spelling: String| {
            if !spelling.is_empty() && !compact.contains(&spelling) {
                compact.push(spelling);
            }
        };
        add(folded.replace(' ', ""));
        add(words.concat());
        let short: Vec<&str> = words
            .iter()
            .map(|word| match word.as_str() {
                "saint" => "st",
                "sainte" => "ste",
                word => word,
            })
            .collect();
        add(short.concat());
        add(folded.replace("saint", "st").replace(' ', ""));
        let postal_codes = postal_codes.iter().map(|code| (*code).to_owned()).collect();
        Self {
            folded,
            compact,
            words,
            postal_codes,
            insee_code: None,
            category: None,
        }
    }

    /// The same names of a body of this legal kind.
    pub(super) fn of_category(self, category: Option<Category>) -> Self {
        Self { category, ..self }
    }

    /// Whether there is a name at all.
    pub(super) fn are_known(&self) -> bool {
        !self.compact.is_empty()
    }

    /// The body's legal kind, where it is known.
    pub(super) fn category(&self) -> Option<Category> {
        self.category
    }

    /// Whether a folded text holds the name or a postcode of the body.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let name = !self.folded.is_empty() && has_words(text, &self.folded);
        name || self.postal_codes.iter().any(|code| has_words(text, code))
    }

    /// Whether a name given elsewhere (of a JSON-LD node, of a host) is this body's.
    pub(super) fn fit(&self, name: &str) -> bool {
        let folded = fold_name(name);
        !self.words.is_empty()
            && (has_words(&folded, &self.folded)
                || self.words.iter().all(|word| has_words(&folded, word)))
    }

    /// How much of the name a handle bears.
    pub(super) fn compare(&self, handle: &Handle) -> NameMatch {
        let Handle {
            folded,
            compact: plain,
            ..
        } = handle;
        let bears = |name: &str| {
            if name.len() > SHORT_NAME_BYTES {
                plain.contains(name)
            } else {
                folded
                    .split(' ')
                    .any(|word| is_name_with_trimmings(word, name))
            }
        };
        if self.compact.iter().any(|name| bears(name)) {
            return NameMatch::Whole;
        }
        let is_telling = |word: &&String| {
            !COMMON_FIRST_WORDS.contains(&word.as_str())
                && !WIDESPREAD_WORDS.contains(&word.as_str())
        };
        let (mut found, mut all) = (0, 0);
        for word in self.words.iter().filter(is_telling) {
            all += 1;
            found += usize::from(bears(word));
        }
        // Long names of groups are cut: `cadupaysx` for the CA du Pays d'X.
        let is_cut = self
            .category
            .is_some_and(|category| category != Category::Commune)
            && self
                .compact
                .iter()
                .any(|name| common_start(name, plain) >= CUT_NAME_BYTES);
        if all > 0 && found == all {
            NameMatch::Whole
        } else if found > 0 || is_cut {
            NameMatch::Part
        } else {
            NameMatch::None
        }
    }

    /// Whether a word of a legal kind may be the body's own: it is in its name, or the body groups
    /// communes as such words say.
    pub(super) fn is_of_kind(&self, word: &str) -> bool {
        has_words(&self.folded, word)
            || match self.category {
                Some(Category::Departement) => word == "departement",
                Some(Category::Region) => word == "region",
                Some(category) => {
                    category.is_intercommunal()
                        && !matches!(word, "office" | "association" | "club" | "partenaire")
                }
                None => false,
            }
    }

    /// Whether the name itself holds a part of a word.
    pub(super) fn hold(&self, part: &str) -> bool {
        self.compact.iter().any(|name| name.contains(part))
    }

    /// Whether a handle or slug holds a postcode or the INSEE code of the body.
    pub(super) fn codes_are_in(&self, handle: &str) -> bool {
        self.codes().any(|code| has_number(handle, code))
    }

    /// Whether a handle or slug holds somebody else's postcode: five digits that are none of ours.
    pub(super) fn foreign_code_in(&self, handle: &str) -> bool {
        !self.postal_codes.is_empty()
            && handle
                .split(|c: char| !c.is_ascii_digit())
                .any(|digits| digits.len() == 5 && !self.codes().any(|code| code == digits))
    }

    fn codes(&self) -> impl Iterator<Item = &str> {
        self.postal_codes
            .iter()
            .chain(&self.insee_code)
            .map(String::as_str)
    }

    /// Whether the name is shared by so many bodies that it proves nothing alone: a single short
    /// word, or a saint without a place.
    pub(super) fn are_ambiguous(&self) -> bool {
        match self.words.as_slice() {
            [only] => only.len() <= 6,
            [first, _] => COMMON_FIRST_WORDS.contains(&first.as_str()),
            _ => false,
        }
    }
}

/// What a handle or a slug is called, read once for all the questions asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handle {
    /// As the address writes it.
    pub(super) spelling: String,
    /// Its words in lower case, without accents.
    folded: String,
    /// The same without spaces.
    pub(super) compact: String,
}

impl Handle {
    pub(super) fn new(spelling: String) -> Self {
        let folded = fold_name(&spelling);
        Self {
            compact: folded.replace(' ', ""),
            folded,
            spelling,
        }
    }
}

/// How much of a name a handle bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameMatch {
    /// All of its telling words.
    Whole,
    /// Some of them.
    Part,
    /// None.
    None,
}

fn common_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Whether a word is a short name with what bodies put around it: `mairiedemetz57`, `villedemetz`.
fn is_name_with_trimmings(word: &str, name: &str) -> bool {
    const AROUND: [&str; 13] = [
        "mairie",
        "ville",
        "commune",
        "village",
        "agglo",
        "metropole",
        "officiel",
        "de",
        "du",
        "d",
        "la",
        "le",
        "les",
    ];
    let Some(at) = word.find(name) else {
        return false;
    };
    let mut before = &word[..at];
    while let Some(rest) = AROUND.iter().find_map(|around| before.strip_suffix(around)) {
        before = rest;
    }
    let mut after = word[at + name.len()..].trim_matches(|c: char| c.is_ascii_digit());
    while let Some(rest) = AROUND.iter().find_map(|around| after.strip_prefix(around)) {
        after = rest;
    }
    before.is_empty() && after.is_empty()
}

fn has_number(text: &str, number: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| {
            part == number
                || part
                    .strip_suffix(number)
                    .is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_digit()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_compared_with_the_names_spellings() {
        for (name, handle, expected) in [
            (
                "Exemple-sur-Loire",
                "mairie.exemplesurloire",
                NameMatch::Whole,
            ),
            ("Exemple-sur-Loire", "VilleExempleLoire", NameMatch::Whole),
            (
                "Saint-Éloi-de-Fourques",
                "mairie-st-eloi-de-fourques",
                NameMatch::Whole,
            ),
            ("Exemple-sur-Vologne", "exemple45", NameMatch::Part),
            ("Exemple-sur-Loire", "prefet45", NameMatch::None),
            ("CC du Pays d'Exemple", "pays_d_exemple", NameMatch::Whole),
            ("L'Haÿ-les-Roses", "ville_lhaylesroses", NameMatch::Whole),
        ] {
            assert_eq!(
                Names::of(name, &[]).compare(&Handle::new(handle.to_owned())),
                expected,
                "{name} {handle}"
            );
        }
    }

    #[test]
    fn a_short_name_is_looked_for_as_a_word() {
        let ales = Names::of("Alès", &[]);
        let compare = |handle: &str| ales.compare(&Handle::new(handle.to_owned()));
        assert_eq!(compare("harmonielescigales"), NameMatch::None);
        for handle in ["villedales", "ales_officiel", "mairie.ales30", "AlesAgglo"] {
            assert_eq!(compare(handle), NameMatch::Whole, "{handle}");
        }
    }

    #[test]
    fn codes_in_a_slug_are_compared_whole() {
        let names = Names::of("Exemple", &["45000"]);
        assert!(names.codes_are_in("250252113-exemple-45000"));
        assert!(names.codes_are_in("mairie45000"));
        assert!(!names.codes_are_in("1450001"));
        assert!(names.foreign_code_in("340053572-gendarmerie-14400"));
        assert!(!names.foreign_code_in("340053572-exemple-45000"));
    }

    #[test]
    fn a_saint_without_a_place_is_ambiguous() {
        assert!(Names::of("Saint-Martin", &[]).are_ambiguous());
        assert!(!Names::of("Saint-Martin-de-Crau", &[]).are_ambiguous());
        assert!(!Names::of("Villeurbanne", &[]).are_ambiguous());
    }

    #[test]
    fn a_name_fits_when_its_words_are_there() {
        let names = Names::of("Exemple-sur-Loire", &[]);
        assert!(names.fit("Mairie d'Exemple sur Loire"));
        assert!(!names.fit("Communauté de communes des Trois Rives"));
    }
}
