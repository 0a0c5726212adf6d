//! What an import yields: rows still in the words of their source, and what was wrong with it.
//! The same bytes always yield the same `Import`, so that importing twice changes nothing.

use std::collections::BTreeMap;

use beffroi_model::Collectivity;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{BodyKey, Column, Issue, Place, Severity, cells::ColumnValue};

/// Everything that one source says.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// What was read.
    pub source: SourceInfo,
    /// Bodies given whole.
    pub collectivities: Vec<Collectivity>,
    /// Where each of them stands in the source, in the same order.
    pub collectivity_places: Vec<Place>,
    /// Single columns of bodies that are known already.
    pub corrections: Vec<Correction>,
    /// Websites, or that a body has none.
    pub websites: Vec<DeclaredWebsite>,
    /// Accounts that are, or are not, a body's own.
    pub accounts: Vec<DeclaredAccount>,
    /// What was counted in the State's directory; `None` for the other sources.
    pub directory: Option<DirectoryCounts>,
    /// What was wrong.
    pub issues: Vec<Issue>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Its kind, told by its content.
    pub kind: SourceKind,
    /// Its name, as given by the caller.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Rows or bodies seen, good and bad.
    pub rows: u64,
}

/// The kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The registry shipped with the program.
    Shipped,
    /// The State's directory (DILA): archive, its JSON, or an export of its API.
    Directory,
    /// Whole bodies, in the columns of the shipped `collectivites.csv`.
    Collectivities,
    /// Websites of communes, in the columns of the shipped `mairies-sites.csv`.
    Websites,
    /// Corrections: `collectivity,field,value,note`.
    Corrections,
    /// None of these; the issues say why.
    Unknown,
}

/// A website that a source declares for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredWebsite {
    /// Whose.
    pub body: BodyKey,
    /// Its address; `None` says that the body has none. It may be a page of a network: telling
    /// that is the business of the account parsers.
    pub url: Option<Url>,
    /// The address as the source writes it.
    pub raw: String,
    /// The column that gives it; `None` in the directory.
    pub column: Option<Column>,
    /// The body's page on Service-Public, where the directory gives one.
    pub page: Option<String>,
    /// Where in the source.
    pub place: Place,
}

/// An account that a source declares for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredAccount {
    /// Whose.
    pub body: BodyKey,
    /// Its address, not yet brought to its canonical form.
    pub url: Url,
    /// The column that gives it; `None` in the directory.
    pub column: Option<Column>,
    /// The network's name as the source writes it; the address is to be believed first.
    pub label: Option<String>,
    /// Whether it is the body's own.
    pub verdict: Verdict,
    /// The body's page on Service-Public, where the directory gives one.
    pub page: Option<String>,
    /// Where in the source.
    pub place: Place,
}

/// Whether an account is the body's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Own,
    /// It is not, whatever discovery finds.
    NotOwn,
}

/// A column of a known body that a source sets right.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Whose.
    pub body: BodyKey,
    /// The column and its checked value.
    pub value: ColumnValue,
    /// Where in the source.
    pub place: Place,
}

/// What was counted while the State's directory went by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DirectoryCounts {
    /// Bodies of a type of interest.
    pub of_interest: u64,
    /// Town halls left out because their name says that they are delegated or annexes.
    pub delegated: u64,
    /// Bodies left out because another is the main one of the same collectivity.
    pub secondary: u64,
    /// Bodies of other types, by type; the empty word is a body without a type.
    pub other_types: BTreeMap<String, u64>,
}

impl Import {
    /// An import that holds nothing yet.
    pub(crate) fn empty(kind: SourceKind, name: &str) -> Self {
        Self {
            source: SourceInfo {
                kind,
                name: name.to_owned(),
                sha256: String::new(),
                rows: 0,
            },
            collectivities: Vec::new(),
            collectivity_places: Vec::new(),
            corrections: Vec::new(),
            websites: Vec::new(),
            accounts: Vec::new(),
            directory: None,
            issues: Vec::new(),
        }
    }

    /// The issues that left something out.
    pub fn errors(&self) -> impl Iterator<Item = &Issue> {
        self.issues
            .iter()
            .filter(|issue| issue.severity >= Severity::Error)
    }

    /// Has every address judged by whoever knows the networks: `website` and `account` say why an
    /// address is of no use as such. In a file made by hand the row is left out. The State's
    /// directory is not its reader's to mend: there it is a warning, and the row is kept for the
    /// day when its address is understood.
    pub fn judge_addresses(
        &mut self,
        website: impl Fn(&Url) -> Result<(), String>,
        account: impl Fn(&Url) -> Result<(), String>,
    ) {
        let severity = match self.source.kind {
            SourceKind::Directory => Severity::Warning,
            _ => Severity::Error,
        };
        let file = &self.source.name;
        let issues = &mut self.issues;
        let mut is_kept =
            |judged: Result<(), String>, place, column: &Option<Column>, raw: &str| {
                let Err(reason) = judged else {
                    return true;
                };
                let column = column.clone();
                issues.push(Issue::new(severity, file, place, column, raw, reason));
                severity == Severity::Warning
            };
        self.websites.retain(|site| {
            let judged = site.url.as_ref().map_or(Ok(()), &website);
            is_kept(judged, site.place, &site.column, &site.raw)
        });
        self.accounts.retain(|it| {
            let judged = account(&it.url);
            is_kept(judged, it.place, &it.column, it.url.as_str())
        });
        self.issues.sort_by_key(|issue| issue.place);
    }

    /// Leaves out everything that was read. A part of a source would be taken for the whole: what
    /// it does not say would seem to be gone.
    pub(crate) fn refuse(&mut self, place: Place, value: &str, reason: impl Into<String>) {
        self.collectivities.clear();
        self.collectivity_places.clear();
        self.corrections.clear();
        self.websites.clear();
        self.accounts.clear();
        let file = &self.source.name;
        let issue = Issue::new(Severity::Fatal, file, place, None, value, reason);
        self.issues.push(issue);
    }
}

impl SourceInfo {
    /// The version of an import: the first twelve digits of the content's hash, so that the same
    /// content is the same version under any name and at any time.
    pub fn version(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DirectorySettings, import_reader};

    fn judged(text: &str) -> Import {
        let settings = DirectorySettings::default();
        let mut import = import_reader("input", text.as_bytes(), &settings).unwrap();
        let refuse = |word: &'static str| {
            move |url: &Url| match url.path() {
                "/bad" => Err(format!("no {word}")),
                _ => Ok(()),
            }
        };
        import.judge_addresses(refuse("website"), refuse("account"));
        import
    }

    #[test]
    fn rows_of_a_file_whose_address_is_of_no_use_are_left_out_and_told() {
        let import = judged(
            "value,field,collectivity\nhttps://a.example/bad,website,01004\n,website,01005\n\
             https://a.example/bad,account,01004\nhttps://a.example/good,account,01004\n\
             https://a.example/bad,not_account,01005\n",
        );
        assert_eq!((import.websites.len(), import.accounts.len()), (1, 1));
        let told: Vec<String> = import.issues.iter().map(Issue::to_string).collect();
        let line = |line: u64, word: &str| {
            format!(
                "input, line {line}, column 1 (`value`): no {word} (found `https://a.example/bad`)"
            )
        };
        assert_eq!(
            told,
            [line(2, "website"), line(4, "account"), line(6, "account")]
        );
        assert_eq!(import.errors().count(), 3);
        let import = judged("insee_code,website\n01004,https://a.example/bad\n");
        assert_eq!((import.websites.len(), import.errors().count()), (0, 1));
        assert!(
            import.issues[0]
                .to_string()
                .contains("column 2 (`website`)")
        );
    }

    #[test]
    fn those_of_the_directory_are_kept_with_a_warning() {
        let import = judged(
            r#"[{"pivot": [{"type_service_local": "mairie", "code_insee_commune": ["01004"]}],
                "site_internet": ["https://a.example/bad"],
                "reseau_social": ["https://a.example/bad", "https://a.example/good"]}]"#,
        );
        assert_eq!((import.websites.len(), import.accounts.len()), (1, 2));
        assert_eq!((import.issues.len(), import.errors().count()), (2, 0));
    }
}
