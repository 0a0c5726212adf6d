//! How a source names a body: by SIREN, by category and code, or (directory only) by name.

use std::{fmt, str::FromStr};

use beffroi_model::{Category, InseeCode, Siren};
use serde::{Deserialize, Serialize};

use crate::cells;

/// A body as a source names it; an `Index` tells which collectivity that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BodyKey {
    /// By its SIREN.
    Siren(Siren),
    /// By its category and COG code.
    Code(Category, InseeCode),
    /// By its kind and its name: a body of the directory that has no SIREN.
    Named(BodyKind, String),
}

/// The kinds of body of the State's directory that are collectivities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// A town hall.
    Commune,
    /// An EPCI of any category, or an EPT.
    Intercommunal,
    /// A département's council.
    Departement,
    /// A region's council.
    Region,
}

impl BodyKind {
    /// Whether a collectivity of this category can be meant. The unique collectivities and those
    /// overseas appear in the directory now as a département, now as a region.
    pub fn admits(self, category: Category) -> bool {
        let unique = matches!(
            category,
            Category::CollectiviteTerritorialeUnique | Category::CollectiviteOutreMer
        );
        match self {
            Self::Commune => category == Category::Commune,
            Self::Intercommunal => category.is_intercommunal(),
            Self::Departement => category == Category::Departement || unique,
            Self::Region => category == Category::Region || unique,
        }
    }
}

/// Why a text names no body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidBodyKey(String);

impl FromStr for BodyKey {
    type Err = InvalidBodyKey;

    /// Reads a SIREN, a commune's INSEE code, or `category:insee_code`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key = if let Some((category, code)) = text.split_once(':') {
            cells::category(category)
                .and_then(|category| Ok(Self::Code(category, cells::insee_code(code)?)))
        } else if text.len() == 5 {
            cells::insee_code(text).map(|code| Self::Code(Category::Commune, code))
        } else if text.len() == 9 {
            cells::siren(text).map(Self::Siren)
        } else {
            Err(
                "names no collectivity: give a SIREN (nine digits), a commune's INSEE code (five \
                 characters, leading zeros kept) or `category:insee_code`, such as `departement:01`"
                    .to_owned(),
            )
        };
        key.map_err(InvalidBodyKey)
    }
}

impl fmt::Display for BodyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Siren(siren) => siren.fmt(f),
            Self::Code(category, code) => write!(f, "{category}:{code}"),
            Self::Named(_, name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_siren_a_commune_code_or_a_category_with_its_code() {
        for (text, shown) in [
            ("239710015", "239710015"),
            ("01004", "commune:01004"),
            ("2A004", "commune:2A004"),
            ("departement:01", "departement:01"),
            ("commune:98735", "commune:98735"),
        ] {
            assert_eq!(text.parse::<BodyKey>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_text_that_names_no_body_is_refused_with_the_remedy() {
        for (text, remedy) in [
            ("1004", "leading zeros kept"),
            ("", "give a SIREN"),
            ("239710016", "check digit"),
            ("ville:01004", "commune"),
            ("commune:x", "INSEE code"),
        ] {
            let message = text.parse::<BodyKey>().unwrap_err().to_string();
            assert!(message.contains(remedy), "{text}: {message}");
        }
    }

    #[test]
    fn a_unique_collectivity_can_be_a_departement_or_a_region_of_the_directory() {
        let corse = Category::CollectiviteTerritorialeUnique;
        assert!(BodyKind::Departement.admits(corse) && BodyKind::Region.admits(corse));
        assert!(!BodyKind::Region.admits(Category::Departement));
        assert!(!BodyKind::Commune.admits(Category::Metropole));
    }
}
