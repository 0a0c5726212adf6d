//! The dictionary of the reports' columns: the catalogue of metrics, `columns.toml`, and the rules for
//! the ends of intervals and of tie groups.

use std::collections::BTreeMap;

use beffroi_index::catalogue::{Catalogue, Status, Title};
use serde::{Deserialize, Serialize};

use crate::words::Lang;

const FILE: &str = include_str!("columns.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    short: BTreeMap<String, Title>,
    columns: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fr: String,
    en: String,
    unit: String,
    meaning: String,
}

/// What is known of columns.
pub(super) struct Dictionary {
    catalogue: Catalogue,
    file: File,
}

/// A column of a report, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) title_fr: String,
    pub(super) title_en: String,
    pub(super) unit: String,
    /// A metric's formula, in the notation of config/metrics.toml; else what the column means.
    pub(super) formula: String,
    /// The formula as a French table shows it; `None` where there is no French text.
    #[serde(skip)]
    pub(super) formula_fr: Option<String>,
    pub(super) source: String,
}

/// Endings of columns that stand beside another, with what they add to its title, and their meaning.
const ENDINGS: [(&str, &str, &str, &str); 6] = [
    (
        "_low",
        "borne basse",
        "lower end",
        "lower end of its interval",
    ),
    (
        "_high",
        "borne haute",
        "upper end",
        "upper end of its interval",
    ),
    ("_rank_from", "rang", "rank", "first rank of its tie group"),
    (
        "_rank_to",
        "rang (fin)",
        "rank (end)",
        "last rank of its tie group",
    ),
    ("_of", "sur", "of", "ranked peers, itself among them"),
    (
        "_peers",
        "pairs",
        "peers",
        "the group in which it is compared",
    ),
];

impl Dictionary {
    /// The shipped one.
    pub(super) fn shipped() -> Self {
        Self {
            catalogue: Catalogue::shipped(),
            file: toml::from_str(FILE).expect("the shipped file is tested"),
        }
    }

    /// What a column is; `None` for one that nobody has explained.
    pub(super) fn get(&self, name: &str) -> Option<Column> {
        if let Some(metric) = self.catalogue.get(name) {
            let status = match metric.status {
                Status::Verified => "",
                Status::FromMemory => " (from memory)",
                Status::Ours => " (defined here)",
            };
            return Some(Column {
                name: name.to_owned(),
                title_fr: metric.title.fr.clone(),
                title_en: metric.title.en.clone(),
                unit: metric.unit.clone(),
                formula: metric.formula.clone(),
                formula_fr: Some(metric.french_formula().to_owned()),
                source: format!("{}{status}", metric.source),
            });
        }
        if let Some(entry) = self.file.columns.get(name) {
            return Some(Column {
                name: name.to_owned(),
                title_fr: entry.fr.clone(),
                title_en: entry.en.clone(),
                unit: entry.unit.clone(),
                formula: entry.meaning.clone(),
                formula_fr: None,
                source: "beffroi".to_owned(),
            });
        }
        ENDINGS.iter().find_map(|(ending, fr, en, meaning)| {
            let stem = name.strip_suffix(ending)?;
            let of = self
                .get(stem)
                .or_else(|| self.get(&format!("{stem}_score")))?;
            Some(Column {
                name: name.to_owned(),
                title_fr: format!("{}, {fr}", of.title_fr),
                title_en: format!("{}, {en}", of.title_en),
                unit: match *ending {
                    "_low" | "_high" => of.unit,
                    "_peers" => "group".to_owned(),
                    _ => "rank".to_owned(),
                },
                formula: format!("{meaning} ({})", of.name),
                formula_fr: None,
                source: of.source,
            })
        })
    }

    /// Every column that is no metric of the catalogue.
    #[cfg(test)]
    pub(super) fn own(&self) -> impl Iterator<Item = Column> {
        self.file.columns.keys().filter_map(|name| self.get(name))
    }

    /// The heading of a column in a table.
    pub(super) fn heading(&self, name: &str, lang: Lang) -> String {
        if let Some(short) = self.file.short.get(name) {
            return lang.pick(&short.fr, &short.en).clone();
        }
        self.get(name).map_or_else(
            || name.replace('_', " "),
            |column| lang.pick(column.title_fr, column.title_en),
        )
    }
}

/// A word of the data (flag, reason, state, finding) in a language; unknown words stay as they are.
pub(super) fn word(word: &str, lang: Lang) -> String {
    let pair = match word {
        "partial_e" => ("E partiel", "partial E"),
        "young_posts" => ("publ. jeunes", "young posts"),
        "short_series" => ("série courte", "short series"),
        "assumed_followers" => ("abonnés supposés", "assumed followers"),
        "widened_peers" => ("pairs élargis", "widened peers"),
        "peers_changed" => ("autres pairs", "other peers"),
        "implausible" => ("saut douteux", "implausible jump"),
        "not_covered" => ("strate mal couverte", "stratum not covered"),
        "underrated" => ("sous-estimé", "underrated"),
        "overrated" => ("surestimé", "overrated"),
        "within_ties" => ("ex æquo", "within ties"),
        "rose" => ("monte", "rose"),
        "fell" => ("baisse", "fell"),
        "departed" => ("a quitté le réseau", "departed"),
        "closed" => ("fermé", "closed"),
        "opened" => ("ouvert", "opened"),
        "came_back" => ("revenu", "came back"),
        "moved" => ("déplacé", "moved"),
        "renamed" => ("renommé", "renamed"),
        "active" => ("actif", "active"),
        "dormant" => ("dormant", "dormant"),
        "absent" => ("introuvable", "absent"),
        "forbidden" => ("interdit", "forbidden"),
        "failed" => ("en échec", "failed"),
        "unknown" => ("inconnu", "unknown"),
        "website_down" => ("site en panne", "website down"),
        "hosting_only" => ("hébergement seul", "hosting only"),
        "website_without_https" => ("site sans https", "website without https"),
        "website_stale" => ("site sans nouvelles", "stale website"),
        "any_network" => ("un réseau", "any network"),
        "one_network" => ("un seul", "one alone"),
        "alert_app" => ("app d'alerte", "alert app"),
        "website" => ("site", "website"),
        "website_https" => ("site https", "https site"),
        "follower_jump_up" => ("saut d'abonnés à la hausse", "jump of followers upwards"),
        "follower_jump_down" => ("saut d'abonnés à la baisse", "jump of followers downwards"),
        "raid" => ("afflux hostile", "raid"),
        "silence" => ("silence", "silence"),
        "change_point" => ("rupture", "change point"),
        "week_change" => ("semaine à part", "odd week"),
        "year_engagement" => ("engagement sur un an", "engagement over a year"),
        "year_activity" => ("activité sur un an", "activity over a year"),
        "year_followers" => ("abonnés sur un an", "followers over a year"),
        "other_seasons" => ("autres saisons", "other seasons"),
        "august" => ("août", "August"),
        "election_municipal" => ("élections municipales", "municipal elections"),
        "election_departmental_regional" => (
            "élections départementales et régionales",
            "departmental and regional elections",
        ),
        "election_presidential" => ("élection présidentielle", "presidential election"),
        "election_european" => ("élections européennes", "European elections"),
        "election_legislative" => ("élections législatives", "legislative elections"),
        "not_given_by_platform" => ("non donné par le réseau", "not given by the platform"),
        "hidden_by_owner" => ("caché par le compte", "hidden by the owner"),
        "not_in_answer" => ("absent de la réponse", "not in the answer"),
        "not_asked" => ("non demandé", "not asked"),
        "call_failed" => ("appel en échec", "call failed"),
        "login_required" => ("connexion exigée", "login required"),
        "permission_missing" => ("autorisation manquante", "permission missing"),
        "truncated" => ("réponse tronquée", "truncated"),
        "no_data" => ("pas de données", "no data"),
        "replies_restricted" => ("réponses restreintes", "replies restricted"),
        "not_measured" => ("non mesuré", "not measured"),
        "retention_expired" => ("durée de conservation passée", "retention expired"),
        "not_publishable" => ("non publiable", "not publishable"),
        "too_few_threads" => ("trop peu de fils", "too few threads"),
        "too_few_peers" => ("trop peu de pairs", "too few peers"),
        "too_few_posts" => ("trop peu de publications", "too few posts"),
        "too_few_followers" => ("trop peu d'abonnés", "too few followers"),
        "too_few_to_rank" => (
            "trop peu de publications ou d'abonnés pour un rang",
            "too few posts or followers to be ranked",
        ),
        "percent" => ("%", "%"),
        "accounts" => ("comptes", "accounts"),
        "too_few_weeks" => ("trop peu de semaines", "too few weeks"),
        "not_estimated" => ("non estimé", "not estimated"),
        "not_applicable" => ("sans objet", "not applicable"),
        "too_few_accounts" => ("trop peu de comptes", "too few accounts"),
        "no_ranked_account" => ("aucun compte classé", "no ranked account"),
        "not_to_be_combined" => (
            "les conditions des réseaux interdisent de combiner les comptes",
            "the platforms' terms forbid to combine the accounts",
        ),
        "not_in_registry" => ("hors du registre", "not in the registry"),
        other => return other.replace('_', " "),
    };
    lang.pick(pair.0, pair.1).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_those_of_the_catalogue_and_intervals_follow_their_figure() {
        let dictionary = Dictionary::shipped();
        let e = dictionary.get("e").unwrap();
        assert!(e.formula.contains("P3 + C3 + V3") && e.source.contains("Bonsón"));
        assert!(e.source.ends_with("(from memory)"));
        let low = dictionary.get("reply_rate_low").unwrap();
        assert_eq!(low.title_fr, "taux de réponse, borne basse");
        assert_eq!(low.unit, "share of threads");
        let rank = dictionary.get("engagement_rank_from").unwrap();
        assert_eq!(rank.title_en, "engagement, rank");
        assert_eq!(dictionary.get("nobody"), None);
    }

    #[test]
    fn every_short_title_is_of_a_column() {
        let dictionary = Dictionary::shipped();
        for name in dictionary.file.short.keys() {
            assert!(dictionary.get(name).is_some(), "{name}");
        }
        assert_eq!(dictionary.heading("followers", Lang::Fr), "abonnés");
        assert_eq!(dictionary.heading("night", Lang::En), "night");
    }
}
