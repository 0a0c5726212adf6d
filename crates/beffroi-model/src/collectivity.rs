//! French local authorities and their identifiers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::Stratum;

/// A SIREN number: nine digits, the last a Luhn check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Siren([u8; 9]);

/// Why a text is not a SIREN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSiren {
    /// Not nine ASCII digits.
    #[error("a SIREN is nine digits, found `{0}`")]
    Shape(String),
    /// The Luhn sum does not end in zero.
    #[error("`{0}` is not a SIREN: its check digit is wrong")]
    CheckDigit(String),
}

impl Siren {
    /// The nine digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a SIREN holds ASCII digits only")
    }
}

impl FromStr for Siren {
    type Err = InvalidSiren;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: [u8; 9] = text
            .as_bytes()
            .try_into()
            .map_err(|_| InvalidSiren::Shape(text.to_owned()))?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidSiren::Shape(text.to_owned()));
        }
        // Luhn: from the right, every second digit is doubled and its own digits are summed.
        let sum: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(index, digit)| {
                let value = u32::from(digit - b'0') * if index % 2 == 1 { 2 } else { 1 };
                value / 10 + value % 10
            })
            .sum();
        if !sum.is_multiple_of(10) {
            return Err(InvalidSiren::CheckDigit(text.to_owned()));
        }
        Ok(Self(digits))
    }
}

impl TryFrom<String> for Siren {
    type Error = InvalidSiren;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Siren> for String {
    fn from(siren: Siren) -> Self {
        siren.as_str().to_owned()
    }
}

impl fmt::Display for Siren {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Siren {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Siren({self})")
    }
}

/// An INSEE code (COG): commune `01001` or `2A004`, département `01`, région `84`, and the codes
/// of the unique collectivities (`20R`, `6AE`). Text, never a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InseeCode(String);

/// A text that is no INSEE code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an INSEE code is two to five upper-case letters and digits, found `{0}`")]
pub struct InvalidInseeCode(String);

impl InseeCode {
    /// The code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InseeCode {
    type Err = InvalidInseeCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shaped = (2..=5).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_digit())
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidInseeCode(text.to_owned()))
        }
    }
}

impl TryFrom<String> for InseeCode {
    type Error = InvalidInseeCode;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<InseeCode> for String {
    fn from(code: InseeCode) -> Self {
        code.0
    }
}

impl fmt::Display for InseeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The legal kind of a collectivity.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the legal words are the documentation")]
pub enum Category {
    Region,
    CollectiviteTerritorialeUnique,
    Departement,
    CollectiviteOutreMer,
    Metropole,
    CommunauteUrbaine,
    CommunauteAgglomeration,
    CommunauteCommunes,
    EtablissementPublicTerritorial,
    Commune,
}

impl Category {
    /// The category's word, as stored and printed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it groups communes (EPCI à fiscalité propre or EPT).
    pub fn is_intercommunal(self) -> bool {
        matches!(
            self,
            Self::Metropole
                | Self::CommunauteUrbaine
                | Self::CommunauteAgglomeration
                | Self::CommunauteCommunes
                | Self::EtablissementPublicTerritorial
        )
    }
}

/// The key of a collectivity: its SIREN, or `category:insee_code` for the 89 bodies of the
/// Pacific and Saint-Pierre-et-Miquelon that have none. (`01` alone is both the Ain and the
/// Guadeloupe region, hence the category.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectivityId(String);

impl CollectivityId {
    /// The key of a body that has a SIREN.
    pub fn from_siren(siren: Siren) -> Self {
        Self(siren.as_str().to_owned())
    }

    /// The key of a body without a SIREN.
    pub fn from_insee(category: Category, code: &InseeCode) -> Self {
        Self(format!("{category}:{code}"))
    }

    /// Takes back a key that was made by one of the constructors and then stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CollectivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A French local authority, as the registry knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collectivity {
    /// Its key.
    pub collectivity_id: CollectivityId,
    /// Its SIREN; 89 overseas bodies have none.
    pub siren: Option<Siren>,
    /// Its COG code; EPCI and EPT have none.
    pub insee_code: Option<InseeCode>,
    /// Its official name, accents kept.
    pub name: String,
    /// Its legal kind.
    pub category: Category,
    /// Population municipale, inhabitants.
    pub population: u32,
    /// Its département (for an EPCI, the one where most of its inhabitants live).
    pub department_code: String,
    /// Its region's COG code; overseas collectivities repeat their own.
    pub region_code: String,
    /// A commune's EPCI; for an EPT, the Métropole du Grand Paris.
    pub epci_siren: Option<Siren>,
    /// Postal codes, communes only.
    pub postal_codes: Vec<String>,
    /// Latitude of the town hall or chef-lieu, WGS84 degrees.
    pub latitude: Option<f64>,
    /// Longitude, WGS84 degrees.
    pub longitude: Option<f64>,
}

impl Collectivity {
    /// The population band in which it is compared.
    pub fn stratum(&self) -> Stratum {
        Stratum::of(self.population)
    }

    /// What a connector needs to know of it.
    pub fn subject(&self) -> Subject {
        Subject {
            collectivity_id: self.collectivity_id.clone(),
            name: self.name.clone(),
            category: self.category,
            insee_code: self.insee_code.clone(),
            postal_codes: self.postal_codes.clone(),
        }
    }
}

/// A collectivity as a connector sees it: enough to tell whether a link is its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its key.
    pub collectivity_id: CollectivityId,
    /// Its official name.
    pub name: String,
    /// Its legal kind.
    pub category: Category,
    /// Its COG code, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insee_code: Option<InseeCode>,
    /// Its postal codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postal_codes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_siren_is_nine_digits_with_a_right_check_digit() {
        assert_eq!("239710015".parse::<Siren>().unwrap().as_str(), "239710015");
        assert_eq!(
            "239710016".parse::<Siren>(),
            Err(InvalidSiren::CheckDigit("239710016".into()))
        );
        for bad in [
            "",
            "23971001",
            "2397100155",
            "23971001A",
            "２３９７１００１５",
        ] {
            assert_eq!(bad.parse::<Siren>(), Err(InvalidSiren::Shape(bad.into())));
        }
    }

    #[test]
    fn an_insee_code_keeps_its_letters_and_zeros() {
        for good in ["01", "2A004", "20R", "6AE", "98735"] {
            assert_eq!(good.parse::<InseeCode>().unwrap().as_str(), good);
        }
        for bad in ["", "1", "2a004", "R01", "123456", "01 01"] {
            assert!(bad.parse::<InseeCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_body_without_siren_is_keyed_by_category_and_code() {
        let id = CollectivityId::from_insee(Category::Commune, &"98735".parse().unwrap());
        assert_eq!(id.as_str(), "commune:98735");
    }
}
