//! The registry that ships with the program; provenance and licence are in `data/README.md`.

use sha2::{Digest, Sha256};

use crate::{Import, SourceKind, csv_source, source::hexadecimal};

const COLLECTIVITIES: &str = include_str!("../data/collectivites.csv");
const WEBSITES: &str = include_str!("../data/mairies-sites.csv");

/// To be shown wherever the registry's data are: the line that its licences ask for.
pub const ATTRIBUTION: &str = "Sources : INSEE (COG 2026, populations de référence 2023), DGCL, \
     La Poste, DILA / Service-Public.gouv.fr, IGN Admin Express ; découpage : Etalab. \
     Licence Ouverte 2.0.";

/// The registry shipped: 36,342 bodies and the websites of 21,464 communes.
pub fn shipped() -> Import {
    let mut import = csv_source::import("collectivites.csv", COLLECTIVITIES.as_bytes());
    let mut sites = csv_source::import("mairies-sites.csv", WEBSITES.as_bytes());
    import.websites = sites.websites;
    import.issues.append(&mut sites.issues);
    import.source.kind = SourceKind::Shipped;
    import.source.name = "shipped".to_owned();
    import.source.rows += sites.source.rows;
    import.source.sha256 = hexadecimal(
        &Sha256::new()
            .chain_update(COLLECTIVITIES)
            .chain_update(WEBSITES)
            .finalize(),
    );
    import
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use beffroi_model::{Category, InseeCode, Siren};

    use super::*;
    use crate::{BodyKey, Index, Resolved, resolve};

    fn resolved() -> (Import, Resolved) {
        let import = shipped();
        let resolved = resolve(&import, &Index::default());
        (import, resolved)
    }

    #[test]
    fn the_shipped_registry_is_whole_and_without_a_fault() {
        let (import, resolved) = resolved();
        assert_eq!(resolved.issues, []);
        assert_eq!(resolved.collectivities.len(), 36_342);
        assert_eq!(resolved.websites.len(), 21_464);
        assert_eq!(import.source.rows, 36_342 + 21_464);
        let mut categories: BTreeMap<Category, usize> = BTreeMap::new();
        for body in &resolved.collectivities {
            *categories.entry(body.category).or_default() += 1;
        }
        // The counts of data/README.md and of the registers that it names.
        assert_eq!(
            categories.into_values().collect::<Vec<_>>(),
            [14, 4, 94, 6, 22, 14, 230, 989, 11, 34_958]
        );
        let without_siren = resolved
            .collectivities
            .iter()
            .filter(|body| body.siren.is_none());
        assert_eq!(without_siren.count(), 89);
    }

    #[test]
    fn importing_twice_is_the_same_and_the_version_is_of_the_content() {
        let (first, second) = (shipped(), shipped());
        assert_eq!(first, second);
        // Changes when the data change, and only then.
        assert_eq!(first.source.version(), "f531abbd6321");
    }

    #[test]
    fn the_members_of_the_ept_are_bodies_of_the_registry() {
        let index = Index::new(shipped().collectivities);
        let members = include_str!("../data/ept-membres.csv").lines().skip(1);
        let mut count = 0;
        for line in members {
            let (code, ept) = line.split_once(',').unwrap();
            let code: InseeCode = code.parse().unwrap();
            let ept: Siren = ept.parse().unwrap();
            assert!(
                index
                    .resolve(&BodyKey::Code(Category::Commune, code))
                    .is_some()
            );
            let ept = index.resolve(&BodyKey::Siren(ept)).unwrap();
            assert_eq!(ept.category, Category::EtablissementPublicTerritorial);
            count += 1;
        }
        assert_eq!(count, 129);
    }
}
