//! The units of the reports' columns, in French too.

use beffroi_index::catalogue::french_unit;

use crate::words::Lang;

/// A unit in a language. One that nobody has translated stays as it is.
pub(super) fn unit(unit: &str, lang: Lang) -> &str {
    match lang {
        Lang::Fr => french_unit(unit)
            .or_else(|| of_columns(unit))
            .unwrap_or(unit),
        Lang::En => unit,
    }
}

/// In French, those that no metric of the catalogue has.
fn of_columns(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "0 or 1" => "0 ou 1",
        "accounts" => "comptes",
        "code" => "code",
        "collectivities" => "collectivités",
        "date" => "date",
        "group" => "groupe",
        "handle" => "identifiant",
        "indicator → weight" => "indicateur → poids",
        "inhabitants" => "habitants",
        "jobs" => "tâches",
        "key" => "clé",
        "letters" => "lettres",
        "metric → reason" => "chiffre → raison",
        "name" => "nom",
        "names" => "noms",
        "percent or accounts" => "pour cent ou comptes",
        "points" => "points",
        "posts" => "publications",
        "rank" => "rang",
        "robust standard deviations" => "écarts types robustes",
        "share" => "part",
        "text" => "texte",
        "time, UTC" => "heure, UTC",
        "unit of the metric" => "unité du chiffre",
        "URL" => "URL",
        "UUID" => "UUID",
        "version" => "version",
        "word" => "mot",
        "words" => "mots",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::report::columns::Dictionary;

    #[test]
    fn every_unit_of_a_column_is_there_in_french() {
        for column in Dictionary::shipped().own() {
            let known = french_unit(&column.unit).or_else(|| of_columns(&column.unit));
            assert!(known.is_some(), "{}: {}", column.name, column.unit);
        }
        assert_eq!(unit("share of threads", Lang::Fr), "part des fils");
        assert_eq!(unit("share of threads", Lang::En), "share of threads");
    }
}
