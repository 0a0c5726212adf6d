//! The effective registry: what the imports say together. A pure function of their facts.
//!
//! Bodies: the latest shipped registry, then files of whole bodies in the order of their import, then
//! corrections of single columns. Websites: a correction before a file, a file before the State's
//! directory, the directory before the shipped registry; within a kind the latest. Accounts: the
//! latest directory's and every correction's; a correction that an account is not its own holds
//! against all sources.

use std::collections::{BTreeMap, HashMap, HashSet};

use beffroi_connectors::accounts::{
    self, Kind,
    website::{InvalidSite, is_home_path, parse_declared},
};
use beffroi_model::{
    ACCOUNT_RULES_VERSION, AccountRef, Collectivity, CollectivityId, FindMethod, Platform,
};
use beffroi_registry::ColumnValue;
use beffroi_store::{
    AccountRow, CollectivityRow, Day, FactRow, ImportRow, Millis, RegistryVersionRow,
};
use sha2::{Digest, Sha256};
use url::Url;

/// How sure one is of what a source declares.
const DECLARED: f32 = 0.9;

/// How sure one is of what somebody corrected by hand.
const CORRECTED: f32 = 1.0;

/// Names of facts.
pub(crate) mod field {
    pub(crate) const BODY: &str = "body";
    pub(crate) const WEBSITE: &str = "website";
    pub(crate) const ACCOUNT: &str = "account";
    pub(crate) const NOT_ACCOUNT: &str = "not_account";
}

/// The registry that counts.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Effective {
    pub(crate) bodies: BTreeMap<CollectivityId, Collectivity>,
    accounts: Vec<Declared>,
    imports: Vec<String>,
}

/// What is said of a body's websites, by the source that has precedence so far.
#[derive(Default)]
struct Websites<'a> {
    precedence: u8,
    facts: Vec<(&'a FactRow, &'a ImportRow)>,
}

#[derive(Debug, PartialEq)]
struct Declared {
    collectivity_id: CollectivityId,
    account: AccountRef,
    kind: String,
    is_own: bool,
    page: String,
    /// A website's address as declared, with the path that its canonical form may drop.
    declared_url: Option<Url>,
}

/// A stored fact that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the import `{import_id}` holds a body that cannot be read: `{value}`")]
pub(crate) struct UnreadableFact {
    import_id: String,
    value: String,
    #[source]
    source: serde_json::Error,
}

impl Effective {
    /// Computes it from the complete imports, oldest first.
    pub(crate) fn of(imports: &[(ImportRow, Vec<FactRow>)]) -> Result<Self, UnreadableFact> {
        let mut effective = Self::default();
        let mut websites: HashMap<CollectivityId, Websites<'_>> = HashMap::new();
        for (import, facts) in counting(imports) {
            effective.imports.push(import.import_id.clone());
            let precedence = precedence(&import.kind);
            let mut cleared = HashSet::new();
            for fact in facts {
                let id = CollectivityId::from_stored(fact.collectivity_id.clone());
                match fact.field.as_str() {
                    field::BODY => {
                        let body =
                            serde_json::from_str(&fact.value).map_err(|source| UnreadableFact {
                                import_id: import.import_id.clone(),
                                value: fact.value.chars().take(80).collect(),
                                source,
                            })?;
                        effective.bodies.insert(id, body);
                    }
                    // What cannot be read as a site was told at the import, and says nothing: it
                    // must not take the place of what another source says.
                    field::WEBSITE if judge_website_text(&fact.value).is_err() => {}
                    field::WEBSITE => {
                        let said = websites.entry(id.clone()).or_default();
                        if precedence < said.precedence {
                            continue;
                        }
                        // The first word of an import on a body replaces what was said before.
                        if cleared.insert(id) {
                            *said = Websites {
                                precedence,
                                facts: Vec::new(),
                            };
                        }
                        said.facts.push((fact, import));
                    }
                    field::ACCOUNT | field::NOT_ACCOUNT => {
                        if let Some(account) = accounts::parse(&fact.value).account() {
                            effective.accounts.push(Declared {
                                collectivity_id: id,
                                account,
                                kind: import.kind.clone(),
                                is_own: fact.field == field::ACCOUNT,
                                page: page(fact, import),
                                declared_url: None,
                            });
                        }
                    }
                    column => {
                        let value = ColumnValue::read(column, &fact.value);
                        if let (Some(value), Some(body)) = (value, effective.bodies.get_mut(&id)) {
                            value.apply(body);
                        }
                    }
                }
            }
        }
        for (id, said) in websites {
            for (fact, import) in said.facts {
                // Empty: the source says that there is none.
                let Ok(site) = parse_declared(&fact.value) else {
                    continue;
                };
                effective.accounts.push(Declared {
                    collectivity_id: id.clone(),
                    account: site.account,
                    kind: import.kind.clone(),
                    is_own: true,
                    page: page(fact, import),
                    declared_url: fact.value.parse().ok(),
                });
            }
        }
        effective
            .accounts
            .retain(|it| effective.bodies.contains_key(&it.collectivity_id));
        part_shared_hosts(&mut effective.accounts);
        effective.accounts.sort_by(|a, b| {
            let key = |it: &Declared| {
                (
                    it.collectivity_id.clone(),
                    it.account.account_id(),
                    it.kind.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        Ok(effective)
    }

    /// SHA-256 of the content, hexadecimal.
    pub(crate) fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for body in self.bodies.values() {
            hash.update(serde_json::to_vec(body).expect("a body is plain JSON"));
        }
        for it in &self.accounts {
            let line = format!(
                "{}{}{}{}{}",
                it.collectivity_id,
                it.account.account_id(),
                it.account.url,
                it.kind,
                it.is_own
            );
            hash.update(line);
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The rows of a new version.
    pub(crate) fn rows(
        &self,
        sha256: String,
        now: jiff::Timestamp,
    ) -> (RegistryVersionRow, Vec<CollectivityRow>, Vec<AccountRow>) {
        let version = RegistryVersionRow {
            version: now.into(),
            sha256,
            imports: self.imports.clone(),
            collectivities: self.bodies.len() as u64,
            accounts: self.accounts.len() as u64,
        };
        let night = Day::from(now.to_zoned(jiff::tz::TimeZone::UTC).date());
        let bodies = self
            .bodies
            .values()
            .map(|body| CollectivityRow::of(body, version.version))
            .collect();
        let accounts = self
            .accounts
            .iter()
            .map(|it| {
                let how = if it.kind == "directory" {
                    FindMethod::Directory
                } else {
                    FindMethod::Registry
                };
                AccountRow {
                    collectivity_id: it.collectivity_id.to_string(),
                    platform: it.account.platform.to_string(),
                    account_id: it.account.account_id().as_uuid(),
                    source: it.kind.clone(),
                    seen_in: version.seen_in(),
                    handle: it.account.handle.clone(),
                    url: it.account.url.to_string(),
                    verdict: if it.is_own { "own" } else { "not_own" }.to_owned(),
                    confidence: if it.kind == "corrections" {
                        CORRECTED
                    } else {
                        DECLARED
                    },
                    evidence_pages: vec![it.page.clone()],
                    evidence_how: vec![how.to_string()],
                    night,
                    seen_at: Millis::from(now),
                    rules_version: ACCOUNT_RULES_VERSION,
                    superseded_by: 0,
                }
            })
            .collect();
        (version, bodies, accounts)
    }

    /// Number of websites and of other accounts.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let websites = self
            .accounts
            .iter()
            .filter(|it| it.account.platform == Platform::Website)
            .count();
        (websites, self.accounts.len() - websites)
    }
}

/// Why an address is of no use as a body's website, if so.
pub(crate) fn judge_website(url: &Url) -> Result<(), String> {
    judge_website_text(url.as_str())
}

fn judge_website_text(text: &str) -> Result<(), String> {
    match parse_declared(text) {
        Ok(_) | Err(InvalidSite::Empty) => Ok(()),
        Err(InvalidSite::NotAnAccount {
            platform, reason, ..
        }) => Err(no_account(&platform.to_string(), reason)),
        Err(InvalidSite::Email(_) | InvalidSite::NotAUrl(_)) => {
            Err("not the address of a public website; write it whole, `https://www.…`".to_owned())
        }
    }
}

/// Why an address is of no use as a body's account, if so.
pub(crate) fn judge_account(url: &Url) -> Result<(), String> {
    let parsed = accounts::parse(url.as_str());
    if parsed.account().is_some() {
        return Ok(());
    }
    match (parsed.platform, parsed.reason) {
        (Some(platform), reason) => Err(no_account(
            &platform.to_string(),
            reason.unwrap_or(accounts::reason::CONTENT),
        )),
        (None, Some(reason)) if parsed.kind != Kind::NotSocial => {
            Err(no_account("the web", reason))
        }
        (None, _) => Err(
            "of no network that is known; a website belongs into the field `website`".to_owned(),
        ),
    }
}

fn no_account(of: &str, reason: &str) -> String {
    format!(
        "an address of {of} but not an account's ({}); write the address of the account itself",
        reason.replace('_', " ")
    )
}

/// A host that several bodies declare is a shared host (the portal of an EPCI with a page for each
/// commune): whoever declares a page below its home has that page as its site, not the whole host.
fn part_shared_hosts(declared: &mut [Declared]) {
    let mut owners: HashMap<String, HashSet<CollectivityId>> = HashMap::new();
    let websites = |it: &&mut Declared| it.account.platform == Platform::Website;
    for it in declared.iter_mut().filter(websites) {
        owners
            .entry(it.account.handle.clone())
            .or_default()
            .insert(it.collectivity_id.clone());
    }
    for it in declared.iter_mut().filter(websites) {
        let Some(url) = &it.declared_url else {
            continue;
        };
        let path = url.path().trim_end_matches('/');
        let is_part = owners[&it.account.handle].len() > 1
            && !is_home_path(url.path())
            && !it.account.handle.ends_with(path);
        if is_part {
            it.account.handle.push_str(path);
            it.account.url = url.clone();
        }
    }
}

/// The imports that count: of the shipped registry and of the directory only the latest, of files
/// all; bodies before what refers to them.
fn counting(imports: &[(ImportRow, Vec<FactRow>)]) -> Vec<&(ImportRow, Vec<FactRow>)> {
    let is_latest = |index: usize| {
        let kind = &imports[index].0.kind;
        !matches!(kind.as_str(), "shipped" | "directory")
            || imports[index + 1..]
                .iter()
                .all(|(later, _)| later.kind != *kind)
    };
    let mut counting: Vec<_> = imports
        .iter()
        .enumerate()
        .filter(|(index, _)| is_latest(*index))
        .map(|(_, it)| it)
        .collect();
    counting.sort_by_key(|(import, _)| precedence(&import.kind));
    counting
}

fn precedence(kind: &str) -> u8 {
    match kind {
        "shipped" => 0,
        "directory" => 1,
        "corrections" => 3,
        _ => 2,
    }
}

fn page(fact: &FactRow, import: &ImportRow) -> String {
    if fact.label.is_empty() {
        import.name.clone()
    } else {
        fact.label.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::Category;

    fn import(kind: &str, number: i64, facts: &[(&str, &str, &str)]) -> (ImportRow, Vec<FactRow>) {
        let import_id = format!("{kind}:{number}");
        let row = ImportRow {
            import_id: import_id.clone(),
            kind: kind.to_owned(),
            name: format!("{kind}.csv"),
            sha256: String::new(),
            state: "complete".to_owned(),
            facts: facts.len() as u64,
            issues: 0,
            imported_at: Millis(number),
        };
        let facts = facts
            .iter()
            .map(|(id, field, value)| FactRow {
                import_id: import_id.clone(),
                collectivity_id: (*id).to_owned(),
                field: (*field).to_owned(),
                value: (*value).to_owned(),
                label: String::new(),
            })
            .collect();
        (row, facts)
    }

    fn body() -> String {
        let code: beffroi_model::InseeCode = "99001".parse().unwrap();
        serde_json::to_string(&Collectivity {
            collectivity_id: CollectivityId::from_insee(Category::Commune, &code),
            siren: None,
            insee_code: Some(code),
            name: "Exempleville".to_owned(),
            category: Category::Commune,
            population: 1_200,
            department_code: "99".to_owned(),
            region_code: "99".to_owned(),
            epci_siren: None,
            postal_codes: vec![],
            latitude: None,
            longitude: None,
        })
        .unwrap()
    }

    const ID: &str = "commune:99001";

    fn sites(effective: &Effective) -> Vec<&str> {
        effective
            .accounts
            .iter()
            .map(|it| it.account.url.as_str())
            .collect()
    }

    #[test]
    fn a_correction_of_a_website_holds_against_a_later_import_of_another_source() {
        let body = body();
        let shipped = |n| {
            import(
                "shipped",
                n,
                &[(ID, "body", &body), (ID, "website", "https://old.example/")],
            )
        };
        let correction = import("corrections", 2, &[(ID, "website", "https://new.example/")]);
        let effective = Effective::of(&[shipped(1), correction, shipped(3)]).unwrap();
        assert_eq!(sites(&effective), ["https://new.example/"]);
    }

    #[test]
    fn a_corrected_column_holds_and_the_others_follow_later_imports() {
        let old = body();
        let correction = import("corrections", 2, &[(ID, "name", "Exemple-la-Ville")]);
        let new = old.replace("1200", "1300");
        let imports = [
            import("shipped", 1, &[(ID, "body", &old)]),
            correction,
            import("shipped", 3, &[(ID, "body", &new)]),
        ];
        let effective = Effective::of(&imports).unwrap();
        let body = effective.bodies.values().next().unwrap();
        assert_eq!(
            (body.name.as_str(), body.population),
            ("Exemple-la-Ville", 1300)
        );
    }

    #[test]
    fn an_empty_correction_says_that_there_is_no_website() {
        let body = body();
        let shipped = import(
            "shipped",
            1,
            &[(ID, "body", &body), (ID, "website", "https://old.example/")],
        );
        let correction = import("corrections", 2, &[(ID, "website", "")]);
        assert!(sites(&Effective::of(&[shipped, correction]).unwrap()).is_empty());
    }

    #[test]
    fn a_website_that_is_none_removes_nothing() {
        let body = body();
        let shipped = import(
            "shipped",
            1,
            &[(ID, "body", &body), (ID, "website", "https://old.example/")],
        );
        let group = [(ID, "website", "https://www.facebook.com/groups/9")];
        for kind in ["directory", "websites", "corrections"] {
            let effective = Effective::of(&[shipped.clone(), import(kind, 2, &group)]).unwrap();
            assert_eq!(sites(&effective), ["https://old.example/"], "{kind}");
        }
    }

    #[test]
    fn addresses_are_judged_in_words() {
        for (address, of, why) in [
            ("https://www.facebook.com/groups/123", "facebook", "group"),
            (
                "https://www.facebook.com/ville/posts/1",
                "facebook",
                "content",
            ),
            (
                "https://www.facebook.com/sharer.php?u=x",
                "facebook",
                "share button",
            ),
        ] {
            let url: Url = address.parse().unwrap();
            for judged in [judge_website(&url), judge_account(&url)] {
                let told = judged.expect_err(address);
                assert!(told.contains(of) && told.contains(why), "{address}: {told}");
            }
        }
        let account = "https://www.facebook.com/exempleville".parse().unwrap();
        assert_eq!(
            (judge_website(&account), judge_account(&account)),
            (Ok(()), Ok(()))
        );
        let site = "https://www.exemple.fr/mairie".parse().unwrap();
        assert_eq!(judge_website(&site), Ok(()));
        assert!(judge_account(&site).unwrap_err().contains("`website`"));
        let local = "http://intranet/".parse().unwrap();
        assert!(
            judge_website(&local)
                .unwrap_err()
                .contains("public website")
        );
    }

    #[test]
    fn a_page_on_a_host_that_several_declare_is_a_site_of_its_own() {
        let (town, portal) = (body(), body().replace("99001", "99002"));
        let other = ID.replace("99001", "99002");
        let shipped = import(
            "shipped",
            1,
            &[
                (ID, "body", &town),
                (&other, "body", &portal),
                (
                    ID,
                    "website",
                    "https://www.cc.example/communes/exempleville/",
                ),
                (&other, "website", "https://www.cc.example/"),
            ],
        );
        let effective = Effective::of(&[shipped]).unwrap();
        let handles: Vec<_> = effective
            .accounts
            .iter()
            .map(|it| it.account.handle.as_str())
            .collect();
        assert_eq!(
            handles,
            ["www.cc.example/communes/exempleville", "www.cc.example"]
        );
    }

    #[test]
    fn a_page_on_a_host_of_its_own_is_the_host() {
        let body = body();
        let site = (ID, "website", "https://www.exempleville.example/fr/mairie");
        let effective = Effective::of(&[import("shipped", 1, &[(ID, "body", &body), site])]);
        assert_eq!(
            effective.unwrap().accounts[0].account.handle,
            "www.exempleville.example"
        );
    }

    #[test]
    fn only_the_latest_directory_counts() {
        let body = body();
        let shipped = import("shipped", 1, &[(ID, "body", &body)]);
        let old = import(
            "directory",
            2,
            &[(ID, "account", "https://www.facebook.com/exempleville")],
        );
        let new = import("directory", 3, &[]);
        let effective = Effective::of(&[shipped, old, new]).unwrap();
        assert!(effective.accounts.is_empty());
        assert_eq!(effective.bodies.len(), 1);
    }

    #[test]
    fn the_same_imports_have_the_same_hash_and_others_another() {
        let body = body();
        let one = Effective::of(&[import("shipped", 1, &[(ID, "body", &body)])]).unwrap();
        let again = Effective::of(&[import("shipped", 9, &[(ID, "body", &body)])]).unwrap();
        assert_eq!(one.sha256(), again.sha256());
        let facts = [
            (ID, "body", body.as_str()),
            (ID, "website", "https://a.example"),
        ];
        let more = Effective::of(&[import("shipped", 1, &facts)]).unwrap();
        assert_ne!(one.sha256(), more.sha256());
    }
}
