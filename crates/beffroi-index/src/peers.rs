//! With whom a collectivity is compared: those of its category and stratum, and when they are fewer
//! than twenty, the next wider group. The group that was taken is always told.
//!
//! The order: category and stratum; category and the observatoire's four bands; category; family
//! (communes, groupings, départements and regions); all. Collectivities of unknown population
//! begin at the category.

use std::{collections::BTreeMap, fmt};

use beffroi_model::{Category, ObservatoireBand, Stratum};

/// Categories that do alike things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Régions, départements and the unique and overseas collectivities.
    Territorial,
    /// Groupings of communes.
    Intercommunal,
    /// Communes.
    Communal,
}

impl Family {
    /// The family of a category.
    pub fn of(category: Category) -> Self {
        match category {
            Category::Region
            | Category::CollectiviteTerritorialeUnique
            | Category::Departement
            | Category::CollectiviteOutreMer => Self::Territorial,
            Category::Metropole
            | Category::CommunauteUrbaine
            | Category::CommunauteAgglomeration
            | Category::CommunauteCommunes
            | Category::EtablissementPublicTerritorial => Self::Intercommunal,
            Category::Commune => Self::Communal,
        }
    }
}

/// A peer group, from the narrowest kind to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeerGroup {
    /// The same category and stratum.
    Stratum(Category, Stratum),
    /// The same category and one of four wide bands.
    Band(Category, ObservatoireBand),
    /// The same category, of any size.
    Category(Category),
    /// Categories that do alike things.
    Family(Family),
    /// Everybody.
    All,
}

impl PeerGroup {
    /// The groups that a collectivity belongs to, the narrowest first.
    pub fn of(category: Category, population: Option<u32>) -> Vec<Self> {
        let sized = population.into_iter().flat_map(|population| {
            [
                Self::Stratum(category, Stratum::of(population)),
                Self::Band(category, ObservatoireBand::of(population)),
            ]
        });
        sized
            .chain([
                Self::Category(category),
                Self::Family(Family::of(category)),
                Self::All,
            ])
            .collect()
    }
}

impl fmt::Display for PeerGroup {
    /// `commune 500-1999`, `commune village`, `commune`, `family communal`, `all`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stratum(category, stratum) => write!(f, "{category} {stratum}"),
            Self::Band(category, band) => write!(f, "{category} {band}"),
            Self::Category(category) => write!(f, "{category}"),
            Self::Family(Family::Territorial) => f.write_str("family territorial"),
            Self::Family(Family::Intercommunal) => f.write_str("family intercommunal"),
            Self::Family(Family::Communal) => f.write_str("family communal"),
            Self::All => f.write_str("all"),
        }
    }
}

/// The group in which a collectivity was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peers {
    /// Which.
    pub group: PeerGroup,
    /// How many of its members can be ranked.
    pub size: usize,
    /// Whether it is wider than category and stratum, for want of peers.
    pub is_widened: bool,
}

/// How many rankable members each group has.
#[derive(Debug, Clone, Default)]
pub struct PeerCounts(BTreeMap<PeerGroup, usize>);

impl PeerCounts {
    /// Counts one more collectivity in all its groups.
    pub fn add(&mut self, category: Category, population: Option<u32>) {
        for group in PeerGroup::of(category, population) {
            *self.0.entry(group).or_default() += 1;
        }
    }

    /// The narrowest group with at least `min` members; `None` when even all are fewer.
    pub fn choose(&self, category: Category, population: Option<u32>, min: usize) -> Option<Peers> {
        PeerGroup::of(category, population)
            .into_iter()
            .find_map(|group| {
                let size = self.0.get(&group).copied().unwrap_or(0);
                (size >= min).then_some(Peers {
                    group,
                    size,
                    is_widened: !matches!(group, PeerGroup::Stratum(..)),
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_group_that_is_large_enough_is_taken() {
        let mut counts = PeerCounts::default();
        for _ in 0..20 {
            counts.add(Category::Commune, Some(800));
        }
        for _ in 0..5 {
            counts.add(Category::Commune, Some(300));
        }
        for _ in 0..3 {
            counts.add(Category::Departement, Some(600_000));
        }
        let chosen = |category, population| counts.choose(category, population, 20).unwrap();
        let own = chosen(Category::Commune, Some(900));
        assert_eq!(own.group.to_string(), "commune 500-1999");
        assert_eq!((own.size, own.is_widened), (20, false));
        let band = chosen(Category::Commune, Some(300));
        assert_eq!(band.group.to_string(), "commune village");
        assert_eq!((band.size, band.is_widened), (25, true));
        let city = chosen(Category::Commune, Some(30_000));
        assert_eq!(city.group.to_string(), "commune");
        assert_eq!(chosen(Category::Commune, None).group, city.group);
        let department = chosen(Category::Departement, Some(600_000));
        assert_eq!((department.group, department.size), (PeerGroup::All, 28));
        assert_eq!(counts.choose(Category::Region, Some(1), 29), None);
    }

    #[test]
    fn departments_and_regions_are_one_family() {
        let mut counts = PeerCounts::default();
        for _ in 0..12 {
            counts.add(Category::Departement, Some(600_000));
            counts.add(Category::Region, Some(5_000_000));
            counts.add(Category::Commune, Some(1_000));
        }
        let region = counts
            .choose(Category::Region, Some(3_000_000), 20)
            .unwrap();
        assert_eq!(region.group.to_string(), "family territorial");
        assert_eq!(region.size, 24);
    }
}
