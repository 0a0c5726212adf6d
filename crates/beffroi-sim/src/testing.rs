//! Bodies for the tests of this crate.

use beffroi_model::{Category, Collectivity, CollectivityId, InseeCode};

use crate::{Population, WorldSettings};

/// Settings of a whole France.
pub(crate) fn settings(population: Population) -> WorldSettings {
    WorldSettings {
        seed: 1,
        population,
        as_of: "2026-11-23T05:00:00Z".parse().unwrap(),
        https_share: 0.05,
        http_port: 8480,
        https_port: 8443,
        limit: None,
    }
}

/// A commune of mainland France that exists only here.
pub(crate) fn commune(name: &str, insee: &str, population: u32) -> Collectivity {
    body(name, Category::Commune, insee, population)
}

/// A body of any category.
pub(crate) fn body(name: &str, category: Category, insee: &str, population: u32) -> Collectivity {
    let code: InseeCode = insee.parse().unwrap();
    Collectivity {
        collectivity_id: CollectivityId::from_insee(category, &code),
        siren: None,
        insee_code: Some(code),
        name: name.to_owned(),
        category,
        population,
        department_code: insee[..2].to_owned(),
        region_code: "84".to_owned(),
        epci_siren: None,
        postal_codes: vec![format!("{}000", &insee[..2])],
        latitude: None,
        longitude: None,
    }
}

const FIRST: [&str; 20] = [
    "Saint-Aubin",
    "Villeneuve",
    "Bellecombe",
    "Montreval",
    "Châteauvieux",
    "Rochebrune",
    "Fontclaire",
    "Valmorel",
    "Beaulieu",
    "Noirmont",
    "Hautecour",
    "L'Épinay",
    "Grandchamp",
    "Sainte-Foy",
    "Clairvaux",
    "Marcillac",
    "Puyvert",
    "Œuilly",
    "Bois-Joli",
    "Neuville",
];
const SECOND: [&str; 20] = [
    "sur-Loire",
    "le-Château",
    "les-Bains",
    "en-Forez",
    "d'Anjou",
    "aux-Bois",
    "la-Rivière",
    "de-Comminges",
    "le-Haut",
    "sous-Bois",
    "du-Gard",
    "lès-Dole",
    "sur-Mer",
    "la-Forêt",
    "en-Vexin",
    "les-Mines",
    "au-Mont",
    "de-Born",
    "la-Plaine",
    "des-Landes",
];

/// A country of 400 communes of all sizes, 40 communautés de communes and 10 départements.
pub(crate) fn country() -> Vec<Collectivity> {
    let sizes = [
        90, 300, 700, 1_500, 2_600, 6_000, 14_000, 33_000, 70_000, 180_000,
    ];
    let mut bodies = Vec::new();
    for (i, first) in FIRST.iter().enumerate() {
        for (j, second) in SECOND.iter().enumerate() {
            let number = i * 20 + j;
            let insee = format!("{:02}{:03}", 10 + number % 80, number);
            bodies.push(commune(
                &format!("{first}-{second}"),
                &insee,
                sizes[number % 10],
            ));
        }
    }
    for number in 0..40 {
        let name = format!("CC {} et environs", FIRST[number % 20]);
        let insee = format!("{:02}9{:02}", 10 + number, number);
        bodies.push(body(&name, Category::CommunauteCommunes, &insee, 20_000));
    }
    for (number, second) in SECOND.iter().take(10).enumerate() {
        let name = format!("Haut-{second}");
        bodies.push(body(
            &name,
            Category::Departement,
            &format!("{}", 20 + number),
            400_000,
        ));
    }
    bodies
}
