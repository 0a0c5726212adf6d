//! Which bodies are collectivities, and which of several speaks for one.
//!
//! A commune may have several town halls in the directory: delegated ones and annexes, told by
//! their names, are left out; of the others the one whose old key is of that commune and of the
//! lowest rank wins, then the one changed last, then the first.

use std::collections::{BTreeMap, btree_map::Entry};

use beffroi_model::fold_name;

use super::{
    DirectorySettings,
    reading::{Reading, Said, Standing},
    wire::{Pivot, WireBody},
};
use crate::{
    BodyKey, BodyKind, DeclaredAccount, DeclaredWebsite, DirectoryCounts, Import, Issue, Place,
    Severity, Verdict,
};

/// Words (folded) by which the name of a town hall says that it is not the commune's main one.
/// Phrases, because communes are called `Le Quartier` and `Demi-Quartier`.
const MINOR_PHRASES: [&str; 9] = [
    "mairie annexe",
    "mairie associee",
    "mairie deleguee",
    "mairie d arrondissement",
    "mairie de proximite",
    "mairie de quartier",
    "mairie de secteur",
    "commune associee",
    "commune deleguee",
];
/// Beginnings of names that tell a council when its type is not known.
const COUNCIL_NAMES: [(&str, BodyKind); 2] = [
    ("Conseil départemental - ", BodyKind::Departement),
    ("Conseil régional - ", BodyKind::Region),
];

/// The best body of each collectivity so far.
pub(super) struct Chosen<'a> {
    file: &'a str,
    settings: &'a DirectorySettings,
    best: BTreeMap<BodyKey, (Standing, Said)>,
    counts: DirectoryCounts,
    issues: Vec<Issue>,
}

impl<'a> Chosen<'a> {
    pub(super) fn new(file: &'a str, settings: &'a DirectorySettings) -> Self {
        Self {
            file,
            settings,
            best: BTreeMap::new(),
            counts: DirectoryCounts::default(),
            issues: Vec::new(),
        }
    }

    /// Looks at one body: its rank in the list, from 1, and its JSON.
    pub(super) fn take(&mut self, rank: u64, json: &str) {
        let Ok(body) = serde_json::from_str(json) else {
            // The body is not repeated: it may name persons.
            let reason = "the body is no object, or has a field twice; it was left out";
            let (severity, place) = (Severity::Error, Place::Body(rank));
            let issue = Issue::new(severity, self.file, place, None, "", reason);
            self.issues.push(issue);
            return;
        };
        let mut reading = Reading::new(self.file, rank, body);
        self.weigh(&mut reading);
        self.issues.append(&mut reading.issues);
    }

    /// Hands everything over, in the order of the keys.
    pub(super) fn finish(self, import: &mut Import) {
        for (body, (_, said)) in self.best {
            let place = Place::Body(said.rank);
            for (address, raw) in said.websites {
                import.websites.push(DeclaredWebsite {
                    body: body.clone(),
                    url: Some(address.url),
                    raw,
                    column: None,
                    page: said.page.clone(),
                    place,
                });
            }
            for (address, label) in said.accounts {
                import.accounts.push(DeclaredAccount {
                    body: body.clone(),
                    url: address.url,
                    column: None,
                    label,
                    verdict: Verdict::Own,
                    page: said.page.clone(),
                    place,
                });
            }
        }
        import.directory = Some(self.counts);
        import.issues.extend(self.issues);
    }

    fn weigh(&mut self, reading: &mut Reading) {
        let pivots = reading.field("pivot", WireBody::pivots);
        let Some(kind) = self.kind(&pivots, reading) else {
            return;
        };
        self.counts.of_interest += 1;
        if kind == BodyKind::Commune && is_minor(&reading.name()) {
            self.counts.delegated += 1;
            return;
        }
        let keys = match kind {
            BodyKind::Commune => {
                let of_communes = |pivot: &&Pivot| self.kind_of_type(pivot) == Some(kind);
                reading.commune_keys(pivots.iter().filter(of_communes))
            }
            BodyKind::Intercommunal | BodyKind::Departement | BodyKind::Region => {
                reading.council_key(kind).into_iter().collect()
            }
        };
        let said = reading.said();
        for key in keys {
            let standing = reading.standing(&key);
            match self.best.entry(key) {
                Entry::Vacant(free) => {
                    free.insert((standing, said.clone()));
                }
                Entry::Occupied(mut held) => {
                    self.counts.secondary += 1;
                    if standing < held.get().0 {
                        held.insert((standing, said.clone()));
                    }
                }
            }
        }
    }

    /// The kind of the body; one that is of no interest is counted under its type.
    fn kind(&mut self, pivots: &[Pivot], reading: &Reading) -> Option<BodyKind> {
        let by_type = pivots.iter().find_map(|pivot| self.kind_of_type(pivot));
        let by_name = || {
            let name = reading.name();
            COUNCIL_NAMES
                .into_iter()
                .find_map(|(beginning, kind)| name.starts_with(beginning).then_some(kind))
        };
        let kind = by_type.or_else(by_name);
        if kind.is_none() {
            let word = pivots.first().map_or("", |pivot| &pivot.type_word);
            *self.counts.other_types.entry(word.to_owned()).or_default() += 1;
        }
        kind
    }

    fn kind_of_type(&self, pivot: &Pivot) -> Option<BodyKind> {
        self.settings.types.get(&pivot.type_word).copied()
    }
}

/// Whether a town hall's name says that it is not the commune's main one.
fn is_minor(name: &str) -> bool {
    let name = fold_name(name);
    MINOR_PHRASES.iter().any(|phrase| name.contains(phrase))
}
