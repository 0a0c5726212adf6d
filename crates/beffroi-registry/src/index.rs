//! Look-up of known collectivities by key, by what a user types, and by a source's own words.

use std::{cmp::Reverse, collections::HashMap, sync::OnceLock};

use beffroi_model::{Category, Collectivity, CollectivityId, InseeCode, Siren, fold_name};

use crate::{BodyKey, BodyKind};

/// Legal words (folded) that open the names of bodies and that sources write in different ways.
const LEGAL_WORDS: [&str; 20] = [
    "conseil",
    "departement",
    "departemental",
    "region",
    "regional",
    "collectivite",
    "europeenne",
    "territoriale",
    "unique",
    "communaute",
    "communes",
    "agglomeration",
    "urbaine",
    "metropole",
    "etablissement",
    "public",
    "territorial",
    "cc",
    "ca",
    "cu",
];
/// Small words that follow them.
const SMALL_WORDS: [&str; 8] = ["de", "du", "des", "d", "la", "le", "les", "l"];

/// The collectivities that are known.
#[derive(Debug, Default)]
pub struct Index {
    bodies: Vec<Collectivity>,
    by_id: HashMap<CollectivityId, usize>,
    by_siren: HashMap<Siren, usize>,
    by_code: HashMap<InseeCode, Vec<usize>>,
    /// Folded names in the order of `bodies`, made when first asked for.
    folded: OnceLock<Vec<String>>,
    /// Bodies other than communes by folded name without legal words, made when first asked for.
    councils: OnceLock<HashMap<String, Vec<usize>>>,
}

impl Index {
    /// An index of these bodies; of two with the same key the last one counts.
    pub fn new(bodies: impl IntoIterator<Item = Collectivity>) -> Self {
        let mut index = Self::default();
        for body in bodies {
            match index.by_id.get(&body.collectivity_id) {
                Some(&at) => index.bodies[at] = body,
                None => {
                    let at = index.bodies.len();
                    index.by_id.insert(body.collectivity_id.clone(), at);
                    index.bodies.push(body);
                }
            }
        }
        for (at, body) in index.bodies.iter().enumerate() {
            if let Some(siren) = body.siren {
                index.by_siren.insert(siren, at);
            }
            if let Some(code) = &body.insee_code {
                index.by_code.entry(code.clone()).or_default().push(at);
            }
        }
        index
    }

    /// All bodies, in the order given.
    pub fn bodies(&self) -> &[Collectivity] {
        &self.bodies
    }

    /// The body of that key.
    pub fn get(&self, id: &CollectivityId) -> Option<&Collectivity> {
        self.by_id.get(id).map(|&at| &self.bodies[at])
    }

    /// The body that a source means; `None` when none is known or several could be meant.
    pub fn resolve(&self, key: &BodyKey) -> Option<&Collectivity> {
        match key {
            BodyKey::Siren(siren) => self.by_siren.get(siren).map(|&at| &self.bodies[at]),
            BodyKey::Code(category, code) => self.by_category_and_code(*category, code),
            BodyKey::Named(kind, name) => self.by_kind_and_name(*kind, name),
        }
    }

    /// The bodies that a user may mean by a SIREN, an INSEE code, `category:code`, a key, or a
    /// name or part of one; best first, the larger before the smaller.
    pub fn find(&self, query: &str) -> Vec<&Collectivity> {
        let query = query.trim();
        // A SIREN is often written in groups of three.
        let ungrouped: String = query.split_whitespace().collect();
        if let Some(body) = ungrouped.parse().ok().and_then(|key| self.resolve(&key)) {
            return vec![body];
        }
        let code: Option<InseeCode> = query.to_ascii_uppercase().parse().ok();
        if let Some(found) = code.and_then(|code| self.by_code.get(&code)) {
            return found.iter().map(|&at| &self.bodies[at]).collect();
        }
        self.by_name(query)
    }

    fn by_category_and_code(&self, category: Category, code: &InseeCode) -> Option<&Collectivity> {
        let found = self.by_code.get(code)?;
        found
            .iter()
            .map(|&at| &self.bodies[at])
            .find(|body| body.category == category)
    }

    fn by_kind_and_name(&self, kind: BodyKind, name: &str) -> Option<&Collectivity> {
        let folded = fold_name(name);
        let found = self.councils().get(without_legal_words(&folded))?;
        let mut found = found
            .iter()
            .map(|&at| &self.bodies[at])
            .filter(|body| kind.admits(body.category));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn by_name(&self, query: &str) -> Vec<&Collectivity> {
        let wanted = fold_name(query);
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(Likeness, &Collectivity)> = self
            .bodies
            .iter()
            .zip(self.folded())
            .filter_map(|(body, folded)| Some((likeness(folded, &wanted)?, body)))
            .collect();
        found.sort_by_key(|(likeness, body)| (*likeness, Reverse(body.population)));
        found.into_iter().map(|(_, body)| body).collect()
    }

    fn councils(&self) -> &HashMap<String, Vec<usize>> {
        self.councils.get_or_init(|| {
            let mut councils: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, body) in self.bodies.iter().enumerate() {
                if body.category != Category::Commune {
                    let folded = fold_name(&body.name);
                    let name = without_legal_words(&folded).to_owned();
                    councils.entry(name).or_default().push(at);
                }
            }
            councils
        })
    }

    fn folded(&self) -> &[String] {
        self.folded.get_or_init(|| {
            self.bodies
                .iter()
                .map(|body| fold_name(&body.name))
                .collect()
        })
    }
}

/// How a name answers a query, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Same,
    SameButForLegalWords,
    Begins,
    HoldsWords,
    Holds,
}

fn likeness(name: &str, wanted: &str) -> Option<Likeness> {
    if name == wanted {
        return Some(Likeness::Same);
    }
    if without_legal_words(name) == without_legal_words(wanted) {
        return Some(Likeness::SameButForLegalWords);
    }
    let at = name.find(wanted)?;
    let before_is_free = at == 0 || name.as_bytes()[at - 1] == b' ';
    let after = name.as_bytes().get(at + wanted.len());
    let whole_words = before_is_free && after.is_none_or(|&byte| byte == b' ');
    Some(match (at, whole_words) {
        (0, _) => Likeness::Begins,
        (_, true) => Likeness::HoldsWords,
        (_, false) => Likeness::Holds,
    })
}

/// A folded name without the legal and small words at its beginning: `departement de l ain` is
/// `ain`, `le havre` is `havre`. The last word is kept whatever it is.
fn without_legal_words(folded: &str) -> &str {
    let mut rest = folded;
    while let Some((word, after)) = rest.split_once(' ') {
        if !LEGAL_WORDS.contains(&word) && !SMALL_WORDS.contains(&word) {
            break;
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    fn index() -> &'static Index {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(|| Index::new(shipped().collectivities))
    }

    fn names(query: &str) -> Vec<&str> {
        let found = index().find(query).into_iter();
        found.map(|body| body.name.as_str()).collect()
    }

    #[test]
    fn a_body_is_found_by_siren_code_and_category_with_code() {
        assert_eq!(names("239710015"), ["Région Guadeloupe"]);
        assert_eq!(names("239 710 015"), ["Région Guadeloupe"]);
        assert_eq!(names(" 01002 "), ["L'Abergement-de-Varey"]);
        assert_eq!(names("2a004"), ["Ajaccio"]);
        assert_eq!(names("departement:01"), ["Département de l'Ain"]);
        assert_eq!(names("commune:98735"), ["Papeete"]);
        assert_eq!(names("01"), ["Région Guadeloupe", "Département de l'Ain"]);
        assert!(names("239710016").is_empty());
    }

    #[test]
    fn a_name_finds_all_that_bear_it_the_best_and_largest_first() {
        let found = names("sainte colombe");
        assert_eq!(
            found
                .iter()
                .filter(|name| **name == "Sainte-Colombe")
                .count(),
            12
        );
        assert!(found[..12].iter().all(|name| *name == "Sainte-Colombe"));
        assert_eq!(names("SAINT-ETIENNE")[0], "Saint-Étienne");
        assert_eq!(names("ain")[0], "Département de l'Ain");
        assert_eq!(names("Lyon")[0], "Lyon");
        assert_eq!(names("havre")[0], "Le Havre");
        assert!(names("nowhere at all").is_empty() && names(" ").is_empty());
    }

    #[test]
    fn a_council_of_the_directory_is_known_by_its_name() {
        for (kind, name, known) in [
            (BodyKind::Departement, "Ain", "Département de l'Ain"),
            (
                BodyKind::Departement,
                "Bouches-du-Rhône",
                "Département des Bouches-du-Rhône",
            ),
            (
                BodyKind::Departement,
                "La Réunion",
                "Département de La Réunion",
            ),
            (
                BodyKind::Region,
                "Conseil régional de Bretagne",
                "Région Bretagne",
            ),
            (BodyKind::Region, "Corse", "Collectivité de Corse"),
            (
                BodyKind::Intercommunal,
                "Communauté urbaine d'Alençon",
                "CU d'Alençon",
            ),
        ] {
            let body = index().resolve(&BodyKey::Named(kind, name.into()));
            assert_eq!(body.map(|body| body.name.as_str()), Some(known), "{name}");
        }
        let nobody = BodyKey::Named(BodyKind::Departement, "Bretagne".into());
        assert_eq!(index().resolve(&nobody), None);
    }

    #[test]
    fn of_two_bodies_with_one_key_the_last_counts() {
        let body = shipped().collectivities[0].clone();
        let renamed = Collectivity {
            name: "Autre".into(),
            ..body.clone()
        };
        let index = Index::new([body.clone(), renamed]);
        assert_eq!(index.bodies().len(), 1);
        assert_eq!(index.get(&body.collectivity_id).unwrap().name, "Autre");
    }
}
