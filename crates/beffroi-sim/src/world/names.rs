//! Names as the web writes them: slugs, host names and account handles of a body. No two bodies
//! get the same one, although 1,441 commune names are borne by more than one commune.

use std::collections::HashMap;

use beffroi_model::{Category, Collectivity, fold_name};

use crate::draw::hash;

/// The body's name in lower case with hyphens, with its category where the bare name would be a
/// town's: `l-hay-les-roses`, `departement-ain`.
pub(crate) fn slug(body: &Collectivity) -> String {
    let bare = fold_name(&body.name).replace(' ', "-");
    match body.category {
        Category::Departement => format!("departement-{bare}"),
        Category::Region if !bare.starts_with("region") => format!("region-{bare}"),
        Category::CollectiviteOutreMer => format!("collectivite-{bare}"),
        _ => bare,
    }
}

/// Slugs of all bodies, made unique by département, then by code.
pub(crate) fn unique_slugs(bodies: &[Collectivity]) -> Vec<Box<str>> {
    let mut bearers: HashMap<String, u32> = HashMap::new();
    let bare: Vec<String> = bodies.iter().map(slug).collect();
    for slug in &bare {
        *bearers.entry(slug.clone()).or_default() += 1;
    }
    let with_department: Vec<String> = bodies
        .iter()
        .zip(&bare)
        .map(|(body, slug)| format!("{slug}-{}", body.department_code.to_ascii_lowercase()))
        .collect();
    let mut in_department: HashMap<&str, u32> = HashMap::new();
    for slug in &with_department {
        *in_department.entry(slug).or_default() += 1;
    }
    bodies
        .iter()
        .zip(bare.iter().zip(&with_department))
        .map(|(body, (bare, with_department))| {
            if bearers[bare.as_str()] == 1 {
                bare.clone().into()
            } else if in_department[with_department.as_str()] == 1 {
                with_department.clone().into()
            } else {
                let id = body.collectivity_id.as_str();
                let code = body.insee_code.as_ref().map_or(id, |code| code.as_str());
                format!("{bare}-{}", code.to_ascii_lowercase()).into()
            }
        })
        .collect()
}

/// Cuts a handle to a platform's length; five digits of its hash keep it unique.
pub(crate) fn fit(handle: &str, longest: usize) -> String {
    if handle.len() <= longest {
        return handle.to_owned();
    }
    let digits = hash(handle.as_bytes()) % 100_000;
    format!("{}{digits:05}", &handle[..longest - 5])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::commune;

    #[test]
    fn bodies_of_one_name_get_different_slugs() {
        let bodies = [
            commune("Sainte-Colombe", "25515", 300),
            commune("Sainte-Colombe", "69189", 300),
            commune("L'Haÿ-les-Roses", "94038", 30_000),
        ];
        let slugs = unique_slugs(&bodies);
        assert_eq!(&*slugs[0], "sainte-colombe-25");
        assert_eq!(&*slugs[1], "sainte-colombe-69");
        assert_eq!(&*slugs[2], "l-hay-les-roses");
    }

    #[test]
    fn a_long_handle_is_cut_and_stays_unique() {
        let one = fit("mairiesaintremyenbouzemontsaintgenest", 15);
        let other = fit("mairiesaintremyenbouzemontsaintgenestb", 15);
        assert_eq!(one.len(), 15);
        assert_ne!(one, other);
        assert_eq!(fit("mairiefoix", 15), "mairiefoix");
    }
}
