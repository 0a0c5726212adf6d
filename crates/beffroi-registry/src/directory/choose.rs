//! Which bodies are collectivities, which town hall is a commune's main one, and what each says.
//!
//! A commune may have several town halls in the directory: delegated ones and annexes, told by
//! their names, are left out; of the others the one whose old key is of that commune and of the
//! lowest rank wins, then the one changed last, then the first. A town hall that lists several
//! communes speaks for each of them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
};

use beffroi_model::{Category, fold_name};
use jiff::civil::DateTime;

use super::{
    DirectorySettings,
    wire::{Link, Pivot, WireBody},
};
use crate::{
    BodyKey, BodyKind, Column, DeclaredAccount, DeclaredWebsite, DirectoryCounts, Import, Issue,
    Place, Severity, Verdict,
    address::{self, Address},
    cells::{self, Fault},
};

/// Beginnings of the labels (folded) under which a link is the body's own site; without a label
/// it is, too. Other labels are services: appointments, procedures, maps.
const SITE_LABELS: [&str; 6] = [
    "site officiel",
    "site internet",
    "site web",
    "site de la commune",
    "site de la mairie",
    "site de la ville",
];
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
/// Where the handle of a network lives, by the network's name (folded), for handles given bare.
const HANDLE_ADDRESSES: [(&str, &str); 8] = [
    ("facebook", "https://www.facebook.com/"),
    ("instagram", "https://www.instagram.com/"),
    ("threads", "https://www.threads.com/@"),
    ("twitter", "https://x.com/"),
    ("x", "https://x.com/"),
    ("tiktok", "https://www.tiktok.com/@"),
    ("youtube", "https://www.youtube.com/@"),
    ("telegram", "https://t.me/"),
];

/// The best body of each collectivity so far.
pub(super) struct Chosen<'a> {
    file: &'a str,
    settings: &'a DirectorySettings,
    best: BTreeMap<BodyKey, (Standing, Said)>,
    counts: DirectoryCounts,
    issues: Vec<Issue>,
}

/// How well a body speaks for a collectivity; the least is the best.
type Standing = (NotItsOwn, u32, Reverse<Option<DateTime>>, u64);
/// Whether the body's old key is of another collectivity.
type NotItsOwn = bool;

/// What a body says.
#[derive(Clone, Default)]
struct Said {
    rank: u64,
    page: Option<String>,
    websites: Vec<(Address, String)>,
    accounts: Vec<(Address, Option<String>)>,
}

/// A body under way, with all that a message needs.
struct Reading<'a> {
    file: &'a str,
    rank: u64,
    body: WireBody,
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
        let Ok(body) = serde_json::from_str::<WireBody>(json) else {
            // The body is not repeated: it may name persons.
            let reason = "the body is no object, or has a field twice; it was left out";
            let place = Place::Body(rank);
            self.issues.push(Issue::new(
                Severity::Error,
                self.file,
                place,
                None,
                "",
                reason,
            ));
            return;
        };
        let mut reading = Reading {
            file: self.file,
            rank,
            body,
            issues: Vec::new(),
        };
        self.weigh(&mut reading);
        self.issues.append(&mut reading.issues);
    }

    /// Hands everything over, in the order of the keys.
    pub(super) fn finish(self, import: &mut Import) {
        for (body, (_, said)) in self.best {
            let place = Place::Body(said.rank);
            let page = said.page;
            import
                .websites
                .extend(
                    said.websites
                        .into_iter()
                        .map(|(address, raw)| DeclaredWebsite {
                            body: body.clone(),
                            url: Some(address.url),
                            raw,
                            page: page.clone(),
                            place,
                        }),
                );
            import
                .accounts
                .extend(
                    said.accounts
                        .into_iter()
                        .map(|(address, label)| DeclaredAccount {
                            body: body.clone(),
                            url: address.url,
                            label,
                            verdict: Verdict::Own,
                            page: page.clone(),
                            place,
                        }),
                );
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
        let name = reading.body.name().unwrap_or_default();
        if kind == BodyKind::Commune && is_minor(&name) {
            self.counts.delegated += 1;
            return;
        }
        let keys = match kind {
            BodyKind::Commune => reading.commune_keys(&pivots),
            _ => reading.council_key(kind, &name).into_iter().collect(),
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
        let by_type = pivots
            .iter()
            .find_map(|pivot| self.settings.types.get(&pivot.type_word).copied());
        let by_name = || {
            let name = reading.body.name()?;
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
}

impl Reading<'_> {
    /// A composite field, empty when it cannot be read.
    fn field<T>(&mut self, name: &str, read: fn(&WireBody) -> Result<Vec<T>, Fault>) -> Vec<T> {
        read(&self.body).unwrap_or_else(|fault| {
            self.tell(Severity::Error, name, "", fault);
            Vec::new()
        })
    }

    fn commune_keys(&mut self, pivots: &[Pivot]) -> Vec<BodyKey> {
        let mut codes: Vec<String> = pivots
            .iter()
            .flat_map(|pivot| pivot.insee_codes.iter().cloned())
            .collect();
        if codes.is_empty() {
            let elsewhere = self.body.insee_code();
            let old = || self.body.old_code().map(|code| code.insee_code);
            codes.extend(elsewhere.or_else(old));
        }
        if codes.is_empty() {
            self.tell(
                Severity::Error,
                "pivot",
                "",
                "a town hall without an INSEE code; add its website by a correction",
            );
        }
        let mut keys = Vec::new();
        for code in codes {
            match cells::commune_code(&code) {
                Ok(code) => keys.push(BodyKey::Code(Category::Commune, code)),
                Err(fault) => self.tell(Severity::Error, "pivot", &code, fault),
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn council_key(&mut self, kind: BodyKind, name: &str) -> Option<BodyKey> {
        let Some(siren) = self.body.siren() else {
            let stem = name.split_once(" - ").map_or(name, |(_, stem)| stem);
            return Some(BodyKey::Named(kind, stem.to_owned()));
        };
        match cells::siren(&siren) {
            Ok(siren) => Some(BodyKey::Siren(siren)),
            Err(fault) => {
                self.tell(Severity::Error, "siren", &siren, fault);
                None
            }
        }
    }

    fn standing(&self, key: &BodyKey) -> Standing {
        let old = self.body.old_code();
        let not_its_own = match (key, &old) {
            (BodyKey::Code(_, code), Some(old)) => old.insee_code != code.as_str(),
            _ => false,
        };
        let annex_rank = old.map_or(1, |old| old.rank);
        let modified = Reverse(self.body.modified());
        (not_its_own, annex_rank, modified, self.rank)
    }

    fn said(&mut self) -> Said {
        let mut said = Said {
            rank: self.rank,
            page: self.body.page(),
            ..Said::default()
        };
        for link in self.field("site_internet", WireBody::websites) {
            let label = fold_name(link.label.as_deref().unwrap_or_default());
            if handle_address(&label).is_some() {
                self.add_account(&mut said, link);
            } else if is_site_label(&label) {
                self.add_website(&mut said, link);
            }
        }
        for link in self.field("reseau_social", WireBody::networks) {
            self.add_account(&mut said, link);
        }
        said
    }

    fn add_website(&mut self, said: &mut Said, link: Link) {
        if let Some(address) = self.address("site_internet", &link.address, &link.address)
            && said
                .websites
                .iter()
                .all(|(known, _)| known.url != address.url)
        {
            said.websites.push((address, link.address));
        }
    }

    fn add_account(&mut self, said: &mut Said, link: Link) {
        let label = fold_name(link.label.as_deref().unwrap_or_default());
        let written = match (link.address.strip_prefix('@'), handle_address(&label)) {
            (Some(handle), Some(beginning)) => format!("{beginning}{handle}"),
            _ => link.address.clone(),
        };
        if let Some(address) = self.address("reseau_social", &written, &link.address)
            && said
                .accounts
                .iter()
                .all(|(known, _)| known.url != address.url)
        {
            said.accounts.push((address, link.label));
        }
    }

    fn address(&mut self, field: &str, written: &str, raw: &str) -> Option<Address> {
        match address::parse(written) {
            Ok(address) => {
                if let Some(repair) = address.repair {
                    let reason = format!("{repair}; read as `{}`", address.url);
                    self.tell(Severity::Warning, field, raw, reason);
                }
                Some(address)
            }
            Err(fault) => {
                self.tell(Severity::Error, field, raw, fault);
                None
            }
        }
    }

    /// Notes an issue; the body's own id lets it be found in the directory.
    fn tell(&mut self, severity: Severity, field: &str, value: &str, reason: impl Into<String>) {
        let mut reason = reason.into();
        if let Some(id) = self.body.id() {
            reason.push_str(&format!("; body `{id}`"));
        }
        let (place, column) = (Place::Body(self.rank), Some(Column::field(field)));
        self.issues.push(Issue::new(
            severity, self.file, place, column, value, reason,
        ));
    }
}

/// Whether a town hall's name says that it is not the commune's main one.
fn is_minor(name: &str) -> bool {
    let name = fold_name(name);
    MINOR_PHRASES.iter().any(|phrase| name.contains(phrase))
}

fn is_site_label(folded: &str) -> bool {
    folded.is_empty() || SITE_LABELS.iter().any(|label| folded.starts_with(label))
}

fn handle_address(folded_label: &str) -> Option<&'static str> {
    HANDLE_ADDRESSES
        .into_iter()
        .find_map(|(network, address)| (network == folded_label).then_some(address))
}
