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
