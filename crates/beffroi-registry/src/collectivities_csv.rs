//! Whole bodies, in the columns of the shipped `collectivites.csv`.
//!
//! A row either yields a body all of whose columns hold, or one issue.

use std::collections::HashSet;

use beffroi_model::{Category, Collectivity, CollectivityId, InseeCode};

use crate::{
    Import, Issue, cells,
    csv_lines::{Row, Sheet},
};

/// The columns, in the order of the shipped file; any order is read.
pub(crate) const COLUMNS: [&str; 11] = [
    "siren",
    "insee_code",
    "name",
    "category",
    "population",
    "department_code",
    "region_code",
    "epci_siren",
    "postal_codes",
    "latitude",
    "longitude",
];

/// Reads the bodies into `import`.
pub(crate) fn read(sheet: &Sheet, import: &mut Import) {
    import.issues.extend(sheet.check_columns(&COLUMNS));
    let columns = sheet.indices(COLUMNS);
    let mut seen = Seen::default();
    let (bodies, places) = (&mut import.collectivities, &mut import.collectivity_places);
    import.source.rows += sheet.for_each(&mut import.issues, |row| {
        let body = collectivity(row, columns)?;
        seen.check(row, columns, &body)?;
        bodies.push(body);
        places.push(row.place());
        Ok(())
    });
}

/// The keys that were met: a body appears once, and so does a category's code.
#[derive(Default)]
struct Seen {
    ids: HashSet<CollectivityId>,
    codes: HashSet<(Category, InseeCode)>,
}

impl Seen {
    fn check(
        &mut self,
        row: &Row,
        columns: [usize; 11],
        body: &Collectivity,
    ) -> Result<(), Box<Issue>> {
        let [siren, insee_code, ..] = columns;
        if self.ids.contains(&body.collectivity_id) {
            let index = if body.siren.is_some() {
                siren
            } else {
                insee_code
            };
            return Err(row.issue(index, "a row above has the same key; keep one of the two"));
        }
        if let Some(code) = &body.insee_code
            && !self.codes.insert((body.category, code.clone()))
        {
            return Err(row.issue(
                insee_code,
                "a row above has the same category and INSEE code; keep one of the two",
            ));
        }
        self.ids.insert(body.collectivity_id.clone());
        Ok(())
    }
}

fn collectivity(row: &Row, columns: [usize; 11]) -> Result<Collectivity, Box<Issue>> {
    let [
        siren_at,
        insee_at,
        name_at,
        category_at,
        population_at,
        department_at,
        region_at,
        epci_at,
        postal_at,
        latitude_at,
        longitude_at,
    ] = columns;
    let siren = row.read(siren_at, |text| cells::optional(text, cells::siren))?;
    let category = row.read(category_at, cells::category)?;
    let insee_code = row.read(insee_at, |text| match category {
        Category::Commune => cells::commune_code(text).map(Some),
        _ => cells::optional(text, cells::insee_code),
    })?;
    let Some(collectivity_id) = cells::collectivity_id(siren, category, insee_code.as_ref()) else {
        return Err(row.issue(siren_at, "neither SIREN nor INSEE code; give at least one"));
    };
    let latitude = row.read(latitude_at, cells::latitude)?;
    let longitude = row.read(longitude_at, cells::longitude)?;
    if latitude.is_some() != longitude.is_some() {
        let missing = if latitude.is_none() {
            latitude_at
        } else {
            longitude_at
        };
        return Err(row.issue(missing, "a point needs both coordinates; give both or none"));
    }
    Ok(Collectivity {
        collectivity_id,
        siren,
        insee_code,
        name: row.read(name_at, cells::name)?,
        category,
        population: row.read(population_at, cells::population)?,
        department_code: row.read(department_at, cells::territory_code)?,
        region_code: row.read(region_at, cells::territory_code)?,
        epci_siren: row.read(epci_at, |text| cells::optional(text, cells::siren))?,
        postal_codes: row.read(postal_at, cells::postal_codes)?,
        latitude,
        longitude,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, SourceKind, csv_source};

    const GOOD: &str = "219990017,99001,Exempleville,commune,461,99,84,,99100;99101,48.85,2.35";

    fn import(rows: &[&str]) -> Import {
        let text = format!("{}\n{}\n", COLUMNS.join(","), rows.join("\n"));
        csv_source::import("bodies.csv", text.as_bytes())
    }

    #[test]
    fn a_good_row_gives_a_body_with_all_its_columns() {
        let import = import(&[GOOD]);
        assert_eq!(import.issues, []);
        assert_eq!(import.source.kind, SourceKind::Collectivities);
        let body = &import.collectivities[0];
        assert_eq!(body.collectivity_id.as_str(), "219990017");
        assert_eq!(body.insee_code.as_ref().unwrap().as_str(), "99001");
        assert_eq!((body.population, body.latitude), (461, Some(48.85)));
        assert_eq!(body.postal_codes, ["99100", "99101"]);
    }

    #[test]
    fn each_fault_is_told_with_its_column_and_the_good_row_is_kept() {
        for (bad, column, word) in [
            (
                "219990012,99002,B,commune,1,99,84,,,,",
                "siren",
                "check digit",
            ),
            (
                ",9902,B,commune,1,99,84,,,,",
                "insee_code",
                "five characters",
            ),
            (",99-02,B,commune,1,99,84,,,,", "insee_code", "INSEE code"),
            (
                ",,B,communaute_communes,1,99,84,,,,",
                "siren",
                "at least one",
            ),
            (",99002,,commune,1,99,84,,,,", "name", "missing"),
            (",99002,B,ville,1,99,84,,,,", "category", "no category"),
            (
                ",99002,B,commune,1 000,99,84,,,,",
                "population",
                "digits only",
            ),
            (
                ",99002,B,commune,1,,84,,,,",
                "department_code",
                "two or three",
            ),
            (
                ",99002,B,commune,1,99,Grand Est,,,,",
                "region_code",
                "two or three",
            ),
            (
                ",99002,B,commune,1,99,84,123,,,",
                "epci_siren",
                "nine digits",
            ),
            (
                ",99002,B,commune,1,99,84,,9910,,",
                "postal_codes",
                "five digits",
            ),
            (",99002,B,commune,1,99,84,,,95,2", "latitude", "-90 to 90"),
            (",99002,B,commune,1,99,84,,,48,", "longitude", "both"),
            (GOOD, "siren", "same key"),
            (
                ",99001,B,commune,1,99,84,,,,",
                "insee_code",
                "same category",
            ),
        ] {
            let import = import(&[GOOD, bad]);
            assert_eq!(import.collectivities.len(), 1, "{bad}");
            let [issue] = &import.issues[..] else {
                panic!("{bad}: {:?}", import.issues)
            };
            assert_eq!(issue.place, Place::Line(3));
            let found = issue.column.as_ref().unwrap();
            assert_eq!(found.name, column, "{bad}");
            assert_eq!(COLUMNS[found.position.unwrap() - 1], column);
            assert!(issue.reason.contains(word), "{bad}: {}", issue.reason);
        }
    }

    #[test]
    fn the_columns_are_read_in_any_order() {
        let text = "name;longitude;latitude;postal_codes;epci_siren;region_code;department_code;\
                    population;category;insee_code;siren\nB;;;\"1;\";;84;99;7;commune;99002;\n";
        let import = csv_source::import("b.csv", text.replace("1;", "99100;").as_bytes());
        assert_eq!(import.issues, []);
        let id = import.collectivities[0].collectivity_id.as_str();
        assert_eq!(id, "commune:99002");
    }
}
