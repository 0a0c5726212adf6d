//! Population bands in which a collectivity is compared with its peers.
//!
//! Only the population is stored; bands are computed from it. Lower bounds are included.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// The work scale of reports: the bounds that the DGCL, INSEE and the observatoire share.
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
#[expect(missing_docs, reason = "the bounds are in the names")]
pub enum Stratum {
    #[serde(rename = "<500")]
    #[strum(serialize = "<500")]
    Under500,
    #[serde(rename = "500-1999")]
    #[strum(serialize = "500-1999")]
    From500,
    #[serde(rename = "2000-3499")]
    #[strum(serialize = "2000-3499")]
    From2000,
    #[serde(rename = "3500-4999")]
    #[strum(serialize = "3500-4999")]
    From3500,
    #[serde(rename = "5000-9999")]
    #[strum(serialize = "5000-9999")]
    From5000,
    #[serde(rename = "10000-19999")]
    #[strum(serialize = "10000-19999")]
    From10000,
    #[serde(rename = "20000-49999")]
    #[strum(serialize = "20000-49999")]
    From20000,
    #[serde(rename = "50000-99999")]
    #[strum(serialize = "50000-99999")]
    From50000,
    #[serde(rename = ">=100000")]
    #[strum(serialize = ">=100000")]
    From100000,
}

impl Stratum {
    /// The band of a population (population municipale, inhabitants).
    pub fn of(population: u32) -> Self {
        match population {
            0..500 => Self::Under500,
            500..2_000 => Self::From500,
            2_000..3_500 => Self::From2000,
            3_500..5_000 => Self::From3500,
            5_000..10_000 => Self::From5000,
            10_000..20_000 => Self::From10000,
            20_000..50_000 => Self::From20000,
            50_000..100_000 => Self::From50000,
            100_000.. => Self::From100000,
        }
    }

    /// The band's label, as stored and printed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The scale of the Observatoire socialmedia des territoires (2018 and 2023 editions).
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
pub enum ObservatoireBand {
    /// Under 2,000 inhabitants.
    Village,
    /// 2,000 to 19,999.
    PetiteVille,
    /// 20,000 to 99,999.
    VilleMoyenne,
    /// 100,000 and more.
    GrandeVille,
}

impl ObservatoireBand {
    /// The band of a population.
    pub fn of(population: u32) -> Self {
        match population {
            0..2_000 => Self::Village,
            2_000..20_000 => Self::PetiteVille,
            20_000..100_000 => Self::VilleMoyenne,
            100_000.. => Self::GrandeVille,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_bounds_are_included() {
        for (population, label) in [
            (0, "<500"),
            (499, "<500"),
            (500, "500-1999"),
            (1_999, "500-1999"),
            (2_000, "2000-3499"),
            (3_500, "3500-4999"),
            (5_000, "5000-9999"),
            (10_000, "10000-19999"),
            (20_000, "20000-49999"),
            (50_000, "50000-99999"),
            (99_999, "50000-99999"),
            (100_000, ">=100000"),
        ] {
            assert_eq!(Stratum::of(population).as_str(), label, "{population}");
        }
        assert_eq!(ObservatoireBand::of(1_999), ObservatoireBand::Village);
        assert_eq!(ObservatoireBand::of(20_000), ObservatoireBand::VilleMoyenne);
    }
}
