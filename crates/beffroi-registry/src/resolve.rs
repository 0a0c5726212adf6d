//! From what a source says to rows about known collectivities; what fits none is an issue.
//!
//! Pure: the known bodies come in as an `Index`, the rows go out for the caller to store.

use std::collections::{BTreeMap, HashMap, HashSet};

use beffroi_model::{Category, Collectivity, CollectivityId};
use url::Url;

use crate::{
    BodyKey, Import, Index, Issue, Place, Severity, SourceInfo, SourceKind, Verdict,
    cells::{ColumnValue, collectivity_id},
};

/// An import, in terms of known collectivities.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// What was read.
    pub source: SourceInfo,
    /// Bodies that are new or changed, whole.
    pub collectivities: Vec<Collectivity>,
    /// Single columns of known bodies that the source sets right, in its order.
    pub corrections: Vec<OwnedCorrection>,
    /// Websites; a body of the directory may have several, the first is the main one.
    pub websites: Vec<OwnedWebsite>,
    /// Accounts.
    pub accounts: Vec<OwnedAccount>,
    /// What was wrong with the source and what fitted no body.
    pub issues: Vec<Issue>,
}

/// A column of a known collectivity, set right.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedCorrection {
    /// Whose.
    pub collectivity_id: CollectivityId,
    /// The column and its value.
    pub value: ColumnValue,
}

/// A website of a known collectivity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedWebsite {
    /// Whose.
    pub collectivity_id: CollectivityId,
    /// Its address; `None` says that the body has none.
    pub url: Option<Url>,
    /// The page that says so, where there is one.
    pub page: Option<String>,
}

/// An account that is, or is not, a known collectivity's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedAccount {
    /// Whose.
    pub collectivity_id: CollectivityId,
    /// Its address, not yet brought to its canonical form.
    pub url: Url,
    /// The network's name as the source writes it.
    pub label: Option<String>,
    /// Whether it is its own.
    pub verdict: Verdict,
    /// The page that says so, where there is one.
    pub page: Option<String>,
}

impl Resolved {
    /// Whether nothing of the source counts, so that it must not replace what an earlier one said.
    pub fn is_refused(&self) -> bool {
        self.issues
            .iter()
            .any(|issue| issue.severity == Severity::Fatal)
    }
}

/// Finds the collectivity of everything that the import says.
pub fn resolve(import: &Import, known: &Index) -> Resolved {
    let given = Index::new(import.collectivities.iter().cloned());
    let mut resolver = Resolver {
        file: &import.source.name,
        // The directory also lists arrondissements and communes that have merged since: nothing
        // that its reader could mend.
        severity: match import.source.kind {
            SourceKind::Directory => Severity::Warning,
            _ => Severity::Error,
        },
        known,
        given: &given,
        reported: HashSet::new(),
        issues: import.issues.clone(),
    };
    let websites = resolver.websites(import);
    let accounts = resolver.accounts(import);
    let mut corrections = Vec::new();
    let changed = resolver.corrected(import, &mut corrections);
    resolver.check_epci(import, &changed);
    let mut collectivities = import.collectivities.clone();
    for body in &mut collectivities {
        if let Some(corrected) = changed.get(&body.collectivity_id) {
            body.clone_from(corrected);
        }
    }
    let is_new = |body: &&Collectivity| given.get(&body.collectivity_id).is_none();
    collectivities.extend(changed.values().filter(is_new).cloned());
    let mut issues = resolver.issues;
    issues.sort_by_key(|issue| issue.place);
    Resolved {
        source: import.source.clone(),
        collectivities,
        corrections,
        websites,
        accounts,
        issues,
    }
}

struct Resolver<'a> {
    file: &'a str,
    severity: Severity,
    known: &'a Index,
    /// The bodies of the import itself, which come before those known already.
    given: &'a Index,
    /// Bodies that were told to be unknown, once for all that the source says of them.
    reported: HashSet<(BodyKey, Place)>,
    issues: Vec<Issue>,
}

impl<'a> Resolver<'a> {
    fn body(&self, key: &BodyKey) -> Option<&'a Collectivity> {
        self.given.resolve(key).or_else(|| self.known.resolve(key))
    }

    /// The body that a row means, or an issue.
    fn owner(&mut self, key: &BodyKey, place: Place) -> Option<&'a Collectivity> {
        let body = self.body(key);
        if body.is_none() && self.reported.insert((key.clone(), place)) {
            self.tell(self.severity, place, key, unresolved(key));
        }
        body
    }

    fn websites(&mut self, import: &Import) -> Vec<OwnedWebsite> {
        let mut owned: Vec<OwnedWebsite> = Vec::with_capacity(import.websites.len());
        let mut said: HashMap<&CollectivityId, &BodyKey> = HashMap::new();
        for site in &import.websites {
            let Some(body) = self.owner(&site.body, site.place) else {
                continue;
            };
            // A source speaks of a body under one key; under two it contradicts itself.
            let key = *said.entry(&body.collectivity_id).or_insert(&site.body);
            if *key != site.body {
                let reason = format!("a row above gives the same body's website, as `{key}`");
                self.tell(self.severity, site.place, &site.body, reason);
                continue;
            }
            owned.push(OwnedWebsite {
                collectivity_id: body.collectivity_id.clone(),
                url: site.url.clone(),
                page: site.page.clone(),
            });
        }
        owned
    }

    fn accounts(&mut self, import: &Import) -> Vec<OwnedAccount> {
        let mut owned = Vec::with_capacity(import.accounts.len());
        let mut said = HashSet::new();
        for account in &import.accounts {
            let Some(body) = self.owner(&account.body, account.place) else {
                continue;
            };
            if !said.insert((&body.collectivity_id, &account.url)) {
                let reason = "a row above speaks of the same body's same account";
                self.tell(self.severity, account.place, &account.body, reason);
                continue;
            }
            owned.push(OwnedAccount {
                collectivity_id: body.collectivity_id.clone(),
                url: account.url.clone(),
                label: account.label.clone(),
                verdict: account.verdict,
                page: account.page.clone(),
            });
        }
        owned
    }

    fn corrected(
        &mut self,
        import: &Import,
        kept: &mut Vec<OwnedCorrection>,
    ) -> BTreeMap<CollectivityId, Collectivity> {
        let mut changed: BTreeMap<CollectivityId, Collectivity> = BTreeMap::new();
        for correction in &import.corrections {
            let Some(body) = self.owner(&correction.body, correction.place) else {
                continue;
            };
            let id = &body.collectivity_id;
            let before = changed.get(id).unwrap_or(body);
            let mut after = before.clone();
            correction.value.apply(&mut after);
            let key = collectivity_id(after.siren, after.category, after.insee_code.as_ref());
            if key.as_ref() != Some(id) {
                let reason = "the change would give the body another key; give the whole body in \
                              the columns of `collectivites.csv`";
                self.tell(Severity::Error, correction.place, &correction.body, reason);
                continue;
            }
            kept.push(OwnedCorrection {
                collectivity_id: id.clone(),
                value: correction.value.clone(),
            });
            changed.insert(id.clone(), after);
        }
        changed
    }

    /// A reference to an EPCI that nobody knows is kept, with a warning.
    fn check_epci(&mut self, import: &Import, changed: &BTreeMap<CollectivityId, Collectivity>) {
        let given = import
            .collectivities
            .iter()
            .zip(&import.collectivity_places);
        let corrected = import.corrections.iter().filter_map(|correction| {
            let body = self.body(&correction.body)?;
            let after = changed.get(&body.collectivity_id)?;
            matches!(correction.value, ColumnValue::EpciSiren(_))
                .then_some((after, &correction.place))
        });
        let referring: Vec<(&Collectivity, &Place)> = given.chain(corrected).collect();
        for (body, place) in referring {
            let Some(epci) = body.epci_siren else {
                continue;
            };
            let key = BodyKey::Siren(epci);
            let is_epci = |epci: &Collectivity| epci.category.is_intercommunal();
            if !self.body(&key).is_some_and(is_epci) {
                let reason = format!(
                    "`{}` refers to an EPCI that is not known; import it, or correct `epci_siren`",
                    body.name
                );
                self.tell(Severity::Warning, *place, &key, reason);
            }
        }
    }

    fn tell(&mut self, severity: Severity, place: Place, key: &BodyKey, reason: impl Into<String>) {
        let value = key.to_string();
        self.issues
            .push(Issue::new(severity, self.file, place, None, &value, reason));
    }
}

fn unresolved(key: &BodyKey) -> String {
    match key {
        BodyKey::Code(Category::Commune, code) if is_arrondissement(code.as_str()) => {
            "an arrondissement of Paris, Lyon or Marseille, which is one commune here".into()
        }
        BodyKey::Code(Category::Commune, _) => {
            "no commune with this INSEE code is known; it may have merged: give the code in force"
                .into()
        }
        BodyKey::Siren(_) | BodyKey::Code(..) => {
            "no collectivity with this key is known; check it, or import the body first".into()
        }
        BodyKey::Named(..) => {
            "no SIREN, and not exactly one collectivity of that name; give it by a correction"
                .into()
        }
    }
}

/// Codes of the municipal arrondissements (COG 2026): Marseille, Lyon, Paris.
fn is_arrondissement(code: &str) -> bool {
    code.parse()
        .is_ok_and(|code: u32| matches!(code, 13_201..=13_216 | 69_381..=69_389 | 75_101..=75_120))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DirectorySettings, import_reader, shipped};
    use std::sync::OnceLock;

    const CORRECTIONS: &str = "collectivity,field,value,note\n";

    fn known() -> &'static Index {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(|| Index::new(shipped().collectivities))
    }

    fn resolved(text: &str) -> Resolved {
        let import = import_reader("f.csv", text.as_bytes(), &DirectorySettings::default());
        resolve(&import.unwrap(), known())
    }

    fn lines(resolved: &Resolved) -> Vec<String> {
        let issues = resolved.issues.iter();
        issues.map(|issue| issue.place.to_string()).collect()
    }

    #[test]
    fn a_correction_changes_its_columns_and_nothing_else() {
        let resolved = resolved(&format!(
            "{CORRECTIONS}01002,population,300,\n01002,name,Nouveau Nom,\n"
        ));
        assert_eq!(resolved.issues, []);
        let [body] = &resolved.collectivities[..] else {
            panic!("{:?}", resolved.collectivities)
        };
        let before = known().get(&body.collectivity_id).unwrap();
        let expected = Collectivity {
            name: "Nouveau Nom".into(),
            population: 300,
            ..before.clone()
        };
        assert_eq!(*body, expected);
    }

    #[test]
    fn a_row_about_an_unknown_body_is_told_and_the_others_are_kept() {
        let resolved = resolved(&format!(
            "{CORRECTIONS}99999,website,https://a.example,\n75101,website,https://b.example,\n\
             departement:99,population,1,\n01002,website,,\n01002,account,https://s.example/@a,\n"
        ));
        assert_eq!(lines(&resolved), ["line 2", "line 3", "line 4"]);
        assert!(resolved.issues[1].reason.contains("arrondissement"));
        assert_eq!(resolved.websites[0].url, None);
        assert_eq!(resolved.accounts[0].verdict, Verdict::Own);
        assert!(resolved.collectivities.is_empty());
    }

    #[test]
    fn one_body_under_two_keys_is_still_one_body() {
        let body = known().find("01002")[0];
        let siren = body.siren.unwrap();
        let resolved = resolved(&format!(
            "{CORRECTIONS}01002,website,https://a.example,\n{siren},website,https://b.example,\n\
             {siren},account,https://s.example/@a,\n01002,not_account,https://s.example/@a,\n"
        ));
        assert_eq!(lines(&resolved), ["line 3", "line 5"]);
        assert_eq!((resolved.websites.len(), resolved.accounts.len()), (1, 1));
    }

    #[test]
    fn a_correction_that_would_change_the_key_is_refused() {
        let resolved = resolved(&format!("{CORRECTIONS}commune:98735,insee_code,98736,\n"));
        assert_eq!(lines(&resolved), ["line 2"]);
        assert!(resolved.issues[0].reason.contains("another key"));
        assert!(resolved.collectivities.is_empty());
    }

    #[test]
    fn a_reference_to_an_unknown_epci_is_a_warning_at_its_line() {
        let header = crate::collectivities_csv::COLUMNS.join(",");
        let resolved_bodies = resolved(&format!(
            "{header}\n,99001,A,commune,1,99,84,200034718,,,\n,99002,B,commune,1,99,84,239710015,,,\n"
        ));
        assert_eq!(resolved_bodies.collectivities.len(), 2);
        assert_eq!(lines(&resolved_bodies), ["line 3"]);
        assert_eq!(resolved_bodies.issues[0].severity, Severity::Warning);
        let corrected = resolved(&format!("{CORRECTIONS}01002,epci_siren,239710015,\n"));
        assert_eq!(lines(&corrected), ["line 2"]);
        assert_eq!(corrected.collectivities.len(), 1);
    }

    #[test]
    fn a_body_of_the_directory_that_is_unknown_is_told_once_and_as_a_warning() {
        let resolved = resolved(
            r#"[{"pivot": [{"type_service_local": "mairie", "code_insee_commune": ["75101"]}],
                "site_internet": ["https://a.example", "https://b.example"],
                "reseau_social": ["https://s.example/@a"]}]"#,
        );
        assert_eq!(lines(&resolved), ["body 1"]);
        assert_eq!(resolved.issues[0].severity, Severity::Warning);
    }
}
