//! The reports that are one statement and one table, as data.

mod engagement;
mod movers;
mod platforms;
mod presence;
mod ranking;

use super::{RunOf, table::Cell};
use crate::gate::Use;

pub(super) use self::{
    engagement::{ACCOUNT, DIALOGUE, ENGAGEMENT, ENGAGEMENT_OF_COLLECTIVITIES, PEERS},
    movers::{MOVERS_WEEK, MOVERS_YEAR},
    platforms::PLATFORMS,
    presence::{COVERAGE, DORMANT, EVENTS, OVER_TIME, PRESENCE, PUBLISHED, PUBLISHED_FR},
    ranking::{MOVERS, RANKING, RANKING_OF_COLLECTIVITIES, RANKSHIFT},
};

/// A report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// Its statement.
    pub(super) sql: &'static str,
    /// The columns that the policies may withhold.
    pub(super) gated: &'static [&'static str],
    /// How it uses them.
    pub(super) used: Use,
    /// How many nights it compares.
    pub(super) nights: RunOf,
    /// What a terminal shows of it.
    pub(super) cells: &'static [Cell],
    /// Title, in French and English.
    pub(super) title: (&'static str, &'static str),
    /// What has to be known to read it, in French and English.
    pub(super) note: (&'static str, &'static str),
    /// What it shows of whose absence is told, in French and English.
    pub(super) nothing: (&'static str, &'static str),
}

const NO_SCORES: (&str, &str) = (
    "aucun indice pour cette nuit et ces filtres ; `beffroi rollup --night NUIT` juge une nuit",
    "no index for this night and these filters; `beffroi rollup --night NIGHT` judges a night",
);
const NOBODY: (&str, &str) = ("rien pour ces filtres", "nothing for these filters");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::report::columns::Dictionary;

    const ALL: [Kind; 18] = [
        ENGAGEMENT,
        PEERS,
        PLATFORMS,
        RANKING,
        RANKING_OF_COLLECTIVITIES,
        ENGAGEMENT_OF_COLLECTIVITIES,
        RANKSHIFT,
        DIALOGUE,
        MOVERS,
        MOVERS_WEEK,
        MOVERS_YEAR,
        DORMANT,
        EVENTS,
        ACCOUNT,
        OVER_TIME,
        PUBLISHED,
        PUBLISHED_FR,
        COVERAGE,
    ];

    #[test]
    fn tables_show_columns_that_the_statements_have_and_somebody_explained() {
        let dictionary = Dictionary::shipped();
        for kind in ALL {
            assert!(!kind.cells.is_empty(), "{}", kind.name);
            for cell in kind.cells {
                let column = cell.column();
                let is_there = kind.sql.split(|c: char| c != '_' && !c.is_alphanumeric());
                assert!(
                    is_there.into_iter().any(|word| word == column),
                    "{}: {column}",
                    kind.name
                );
                assert!(dictionary.get(column).is_some(), "{column}");
            }
        }
    }

    #[test]
    fn every_statement_heeds_what_is_withheld() {
        for kind in ALL {
            for column in kind.gated {
                assert!(
                    kind.sql.contains(&format!("['{column}'], ")),
                    "{} does not heed `{column}`",
                    kind.name
                );
            }
        }
    }
}
