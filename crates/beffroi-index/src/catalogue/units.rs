//! The units of the catalogue in French.

/// A unit in French; `None` for one that is no metric's.
pub fn french_unit(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "0 to 1" => "0 à 1",
        "0 to 100" => "0 à 100",
        "comments per post" => "commentaires par publication",
        "comments per post and thousand followers" => {
            "commentaires par publication et mille abonnés"
        }
        "components" => "composantes",
        "days" => "jours",
        "followers" => "abonnés",
        "followers per thousand inhabitants" => "abonnés pour mille habitants",
        "hours" => "heures",
        "interactions" => "interactions",
        "interactions per post and thousand followers" => {
            "interactions par publication et mille abonnés"
        }
        "interactions per thousand followers" => "interactions pour mille abonnés",
        "interactions per thousand inhabitants and week" => {
            "interactions pour mille habitants et par semaine"
        }
        "networks" => "réseaux",
        "percent of followers" => "pour cent des abonnés",
        "percentile" => "centile",
        "posts per week" => "publications par semaine",
        "probability" => "probabilité",
        "ranks" => "rangs",
        "ratio" => "rapport",
        "reactions per post" => "réactions par publication",
        "reactions per post and thousand followers" => "réactions par publication et mille abonnés",
        "share of accounts" => "part des comptes",
        "share of posts" => "part des publications",
        "share of threads" => "part des fils",
        "share per week" => "part par semaine",
        "shares per post" => "partages par publication",
        "shares per post and thousand followers" => "partages par publication et mille abonnés",
        "threads" => "fils",
        "views" => "vues",
        "weighted interactions per thousand followers" => {
            "interactions pondérées pour mille abonnés"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_unit_of_the_shipped_catalogue_is_there_in_french() {
        for metric in Catalogue::shipped().iter() {
            assert!(french_unit(&metric.unit).is_some(), "{}", metric.unit);
        }
    }
}
