//! One body of the directory: whose it is, what it says, and what is wrong with it.
//!
//! A town hall that lists several communes speaks for each of them. A link of `site_internet` is
//! the body's website unless its label says something else.

use std::cmp::Reverse;

use beffroi_model::{Category, fold_name};
use jiff::civil::DateTime;

use super::wire::{Link, Pivot, WireBody};
use crate::{
    BodyKey, BodyKind, Column, Issue, Place, Severity,
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

/// A body, and the issues met so far.
pub(super) struct Reading<'a> {
    file: &'a str,
    rank: u64,
    body: WireBody,
    pub(super) issues: Vec<Issue>,
}

/// How well a body speaks for a collectivity; the least is the best.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Standing {
    /// Its old key is of another collectivity.
    of_another: bool,
    /// 1 for the main town hall, more for annexes.
    annex_rank: u32,
    modified: Reverse<Option<DateTime>>,
    rank: u64,
}

/// What a body says.
#[derive(Clone, Default)]
pub(super) struct Said {
    pub(super) rank: u64,
    pub(super) page: Option<String>,
    /// With the address as the directory writes it.
    pub(super) websites: Vec<(Address, String)>,
    /// With the network's name.
    pub(super) accounts: Vec<(Address, Option<String>)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a str, rank: u64, body: WireBody) -> Self {
        Self {
            file,
            rank,
            body,
            issues: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> String {
        self.body.name().unwrap_or_default()
    }

    /// A composite field, empty when it cannot be read.
    pub(super) fn field<T>(
        &mut self,
        name: &str,
        read: fn(&WireBody) -> Result<Vec<T>, Fault>,
    ) -> Vec<T> {
        read(&self.body).unwrap_or_else(|fault| {
            self.tell(Severity::Error, name, "", fault);
            Vec::new()
        })
    }

    /// The communes of a town hall.
    pub(super) fn commune_keys<'p>(
        &mut self,
        pivots: impl Iterator<Item = &'p Pivot>,
    ) -> Vec<BodyKey> {
        let mut codes: Vec<String> = pivots
            .flat_map(|pivot| pivot.insee_codes.iter().cloned())
            .collect();
        if codes.is_empty() {
            let old = || self.body.old_code().map(|code| code.insee_code);
            codes.extend(self.body.insee_code().or_else(old));
        }
        if codes.is_empty() {
            let reason = "a town hall without an INSEE code; add its website by a correction";
            self.tell(Severity::Error, "pivot", "", reason);
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

    /// The collectivity of a council: by SIREN, or by name where there is none.
    pub(super) fn council_key(&mut self, kind: BodyKind) -> Option<BodyKey> {
        let Some(siren) = self.body.siren() else {
            let name = self.name();
            let stem = name.split_once(" - ").map_or(&*name, |(_, stem)| stem);
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

    /// How well the body speaks for one of its collectivities.
    pub(super) fn standing(&self, key: &BodyKey) -> Standing {
        let old = self.body.old_code();
        let of_another = match (key, &old) {
            (BodyKey::Code(_, code), Some(old)) => old.insee_code != code.as_str(),
            _ => false,
        };
        Standing {
            of_another,
            annex_rank: old.map_or(1, |old| old.rank),
            modified: Reverse(self.body.modified()),
            rank: self.rank,
        }
    }

    /// The body's websites and accounts.
    pub(super) fn said(&mut self) -> Said {
        let mut said = Said {
            rank: self.rank,
            page: self.body.page(),
            ..Said::default()
        };
        for link in self.field("site_internet", WireBody::websites) {
            let label = link.folded_label();
            if handle_address(&label).is_some() {
                self.add_account(&mut said, "site_internet", link);
            } else if is_site_label(&label) {
                self.add_website(&mut said, link);
            }
        }
        for link in self.field("reseau_social", WireBody::networks) {
            self.add_account(&mut said, "reseau_social", link);
        }
        said
    }

    fn add_website(&mut self, said: &mut Said, link: Link) {
        if let Some(address) = self.address("site_internet", &link.address)
            && !holds(&said.websites, &address)
        {
            said.websites.push((address, link.address));
        }
    }

    fn add_account(&mut self, said: &mut Said, field: &str, link: Link) {
        let beginning = handle_address(&link.folded_label());
        let address = match (link.address.strip_prefix('@'), beginning) {
            (Some(handle), Some(beginning)) => {
                let whole = format!("{beginning}{handle}");
                let reason = format!("a handle without its address; read as `{whole}`");
                self.tell(Severity::Warning, field, &link.address, reason);
                self.address(field, &whole)
            }
            _ => self.address(field, &link.address),
        };
        if let Some(address) = address
            && !holds(&said.accounts, &address)
        {
            said.accounts.push((address, link.label));
        }
    }

    fn address(&mut self, field: &str, written: &str) -> Option<Address> {
        match address::parse(written) {
            Ok(address) => {
                if let Some(repair) = address.repair {
                    let reason = format!("{repair}; read as `{}`", address.url);
                    self.tell(Severity::Warning, field, written, reason);
                }
                Some(address)
            }
            Err(fault) => {
                self.tell(Severity::Error, field, written, fault);
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
        let issue = Issue::new(severity, self.file, place, column, value, reason);
        self.issues.push(issue);
    }
}

impl Link {
    fn folded_label(&self) -> String {
        fold_name(self.label.as_deref().unwrap_or_default())
    }
}

/// Whether an address was said already.
fn holds<T>(said: &[(Address, T)], address: &Address) -> bool {
    said.iter().any(|(known, _)| known.url == address.url)
}

fn is_site_label(folded: &str) -> bool {
    folded.is_empty() || SITE_LABELS.iter().any(|label| folded.starts_with(label))
}

fn handle_address(folded_label: &str) -> Option<&'static str> {
    HANDLE_ADDRESSES
        .into_iter()
        .find_map(|(network, address)| (network == folded_label).then_some(address))
}
