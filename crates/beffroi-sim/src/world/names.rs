//! Names as the web writes them: slugs, host names and account handles of a body. No two bodies
//! get the same one, although 1,441 commune names are borne by more than one commune.

use std::collections::HashMap;

use beffroi_model::{Category, Collectivity, fold_name};

use crate::draw::{Draw, hash};

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

/// The body's handle without punctuation, cut to a platform's length as people cut: without the
/// first word, by the commune's code, or by whole words (two letters then keep it unique).
pub(crate) fn handle(body: &Collectivity, slug: &str, longest: usize, seed: u64) -> String {
    let compact = slug.replace('-', "");
    let prefix = match body.category {
        Category::Commune => {
            let mut draw = Draw::new(seed, "stem", hash(slug.as_bytes()));
            draw.pick(&["mairie", "villede", "commune", "mairiede"])
        }
        _ => "",
    };
    let full = format!("{prefix}{compact}");
    if full.len() <= longest {
        return full;
    }
    if compact.len() <= longest {
        return compact;
    }
    if let (Category::Commune, Some(code)) = (body.category, &body.insee_code) {
        return format!("mairie{}", code.as_str().to_ascii_lowercase());
    }
    let mut cut = String::new();
    for word in slug.split('-') {
        if cut.len() + word.len() + 2 > longest {
            break;
        }
        cut.push_str(word);
    }
    let letters = hash(slug.as_bytes());
    for place in [0, 8] {
        cut.push(char::from(b'a' + (letters >> place) as u8 % 26));
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{body, commune};

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
    fn a_long_handle_is_cut_as_people_cut() {
        let village = commune("Saint-Remy-en-Bouzemont", "51513", 300);
        let handle_of = |longest| handle(&village, &slug(&village), longest, 1);
        assert!(handle_of(40).ends_with("saintremyenbouzemont"));
        assert_eq!(handle_of(20), "saintremyenbouzemont");
        assert_eq!(handle_of(15), "mairie51513");
        let group = body(
            "CC du Pays de Bouzemont",
            Category::CommunauteCommunes,
            "51",
            9_000,
        );
        let cut = handle(&group, &slug(&group), 15, 1);
        assert!(cut.starts_with("ccdupaysde") && cut.len() == 12, "{cut}");
    }
}
