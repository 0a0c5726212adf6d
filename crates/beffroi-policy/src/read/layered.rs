//! The three rules as a table has them, for a platform or for one of its metrics.

use std::str::FromStr;

use strum::VariantNames as _;

use super::keys::{Reader, Table, listed};
use crate::{Combination, Policy, Publication, Rule, Shown, Source, Stored};

/// The three rules as far as a table has them.
#[derive(Default)]
pub(super) struct LayeredRules {
    store: Option<Rule<Stored>>,
    combine: Option<Rule<Combination>>,
    publish: Option<Rule<Publication>>,
}

impl LayeredRules {
    pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Self {
        Self {
            store: reader.rule(table, "store", &["days"], |reader, table| {
                let days = reader.days(table, "days")?;
                Some(Stored { days })
            }),
            combine: reader.rule(table, "combine", &["allowed"], |reader, table| {
                let allowed = reader.boolean(table, "allowed")?;
                Some(Combination { allowed })
            }),
            publish: reader.rule(
                table,
                "publish",
                &["how", "notice", "notice_fr"],
                Reader::publication,
            ),
        }
    }

    /// Which rules the table names, rightly written or not.
    pub(super) fn present(&self, table: &Table<'_>) -> [(&'static str, bool); 3] {
        ["store", "combine", "publish"].map(|key| (key, table.get(key).is_some()))
    }

    /// These rules, and where one is missing that of the others.
    pub(super) fn over(self, general: &Self) -> Option<Policy> {
        Some(Policy {
            store: self.store.or_else(|| general.store.clone())?,
            combine: self.combine.or_else(|| general.combine.clone())?,
            publish: self.publish.or_else(|| general.publish.clone())?,
        })
    }
}

impl Reader<'_> {
    fn rule<T>(
        &mut self,
        parent: &Table<'_>,
        key: &str,
        own: &[&str],
        read: impl FnOnce(&mut Self, &Table<'_>) -> Option<T>,
    ) -> Option<Rule<T>> {
        let table = self.table(parent, key)?;
        let known: Vec<&str> = own
            .iter()
            .copied()
            .chain(["source", "read", "note"])
            .collect();
        self.known_keys(&table, &known);
        let is = read(self, &table);
        let source = self.text_of(&table, "source");
        let read_at = self.date(&table, "read");
        let note = table.get("note").and_then(|_| self.text_of(&table, "note"));
        Some(Rule {
            is: is?,
            source: Source {
                source: source?,
                read: read_at?,
                note: note.unwrap_or_default(),
            },
        })
    }

    fn publication(&mut self, table: &Table<'_>) -> Option<Publication> {
        let word = self.text_of(table, "how")?;
        let Ok(how) = Shown::from_str(&word) else {
            let expected = listed(Shown::VARIANTS);
            self.wrong(
                table,
                "how",
                &format!("found `{word}`, expected one of {expected}"),
            );
            return None;
        };
        let notice = match table.get("notice") {
            Some(_) => self.text_of(table, "notice")?,
            None if how == Shown::Notice => {
                self.wrong(table, "notice", "missing, expected the words to be shown");
                return None;
            }
            None => String::new(),
        };
        let notice_fr = match table.get("notice_fr") {
            Some(_) if notice.is_empty() => {
                let problem = "there is no `notice` that it says in French; expected both";
                self.wrong(table, "notice_fr", problem);
                return None;
            }
            Some(_) => self.text_of(table, "notice_fr")?,
            None => notice.clone(),
        };
        Some(Publication {
            how,
            notice,
            notice_fr,
        })
    }
}
