//! The page: one HTML document without scripts and without anything from elsewhere, to be read on any
//! screen and printed on one sheet of A4.

mod history;
mod indicators;
mod networks;

use std::fmt::Write as _;

use self::{history::history, indicators::indicators, networks::networks};
use super::{chart::escaped, facts::Facts, overall, says};
use crate::{gate::Gate, words::Lang};

const STYLE: &str = include_str!("../style.css");

/// The line that goes wherever the registry's data are shown (README, Licences).
const SOURCES: &str = "Sources : INSEE (COG 2026, populations de référence 2023), DGCL, La Poste, DILA / Service-Public.gouv.fr, IGN Admin Express ; découpage : Etalab. Licence Ouverte 2.0.";

/// Writes the page.
pub(super) fn write(facts: &Facts, footnotes: &[String], gate: &Gate, lang: Lang) -> String {
    let name = escaped(&facts.body.name);
    let title = lang.pick(
        "son dialogue avec ses habitants",
        "its dialogue with its people",
    );
    let code = lang.pick("fr", "en");
    let mut main = header(facts, lang);
    main.push_str(&indicators(facts, lang));
    main.push_str(&history(facts, lang));
    main.push_str(&networks(facts, gate, lang));
    main.push_str(&words(facts, lang));
    let footer = footer(facts, footnotes, lang);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name} – {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{main}</main>\n{footer}</body>\n</html>\n"
    )
}

fn header(facts: &Facts, lang: Lang) -> String {
    let body = &facts.body;
    let inhabitants = lang.of_count(
        body.population.into(),
        lang.pick("habitant", "inhabitant"),
        lang.pick("habitants", "inhabitants"),
    );
    let category = body.category.as_str().replace('_', " ");
    let place = match lang {
        Lang::Fr => format!(
            "{category}, {inhabitants} (strate {}), département {}. SIREN {}.",
            body.stratum().as_str(),
            body.department_code,
            body.collectivity_id
        ),
        Lang::En => format!(
            "{category}, {inhabitants} (stratum {}), département {}. SIREN {}.",
            body.stratum().as_str(),
            body.department_code,
            body.collectivity_id
        ),
    };
    let when = match lang {
        Lang::Fr => format!(
            "Nuit du {} ; {} jours de publications ; indice {}.",
            facts.night, facts.window, facts.index
        ),
        Lang::En => format!(
            "Night of {}; {} days of posts; index {}.",
            facts.night, facts.window, facts.index
        ),
    };
    let overall: String = overall::lines(facts, lang)
        .iter()
        .map(|line| format!("<p>{}</p>\n", escaped(line)))
        .collect();
    format!(
        "<header>\n<h1>{}</h1>\n<p class=\"sub\">{} {}</p>\n{}</header>\n",
        escaped(&body.name),
        escaped(&place),
        escaped(&when),
        overall
    )
}

fn words(facts: &Facts, lang: Lang) -> String {
    let mut sections = String::new();
    for (title, lines) in says::all(facts, lang) {
        let list = if lines.is_empty() {
            let none = lang.pick(
                "Rien que les intervalles permettent d'affirmer.",
                "Nothing that the intervals allow to say.",
            );
            format!("<p>{none}</p>")
        } else {
            let items: String = lines
                .iter()
                .map(|it| format!("<li>{}</li>", escaped(it)))
                .collect();
            format!("<ul>{items}</ul>")
        };
        let _ = writeln!(sections, "<section>\n<h2>{title}</h2>\n{list}\n</section>");
    }
    sections
}

fn footer(facts: &Facts, footnotes: &[String], lang: Lang) -> String {
    let method = match lang {
        Lang::Fr => format!(
            "Méthode : quatre indicateurs, chacun un centile parmi les pairs (même réseau, mêmes composantes de E, même catégorie et strate, au moins 20, sinon le groupe plus large) ; engagement et dialogue tirés vers les pairs à proportion de leur peu de données ; intervalles de 90 %. E : réactions, commentaires et partages par publication et mille abonnés (Bonsón, Royo & Ratkai 2015), sur des publications d'au moins 7 jours. « — » : non connu, jamais zéro. L'indice ne dit rien de la qualité du service public. Collecte {}.",
            facts.run_id
        ),
        Lang::En => format!(
            "Method: four indicators, each a percentile among the peers (same platform, same components of E, same category and stratum, at least 20, else the wider group); engagement and dialogue are drawn towards the peers in proportion to how little is known; intervals of 90 %. E: reactions, comments and shares per post and thousand followers (Bonsón, Royo & Ratkai 2015), over posts at least 7 days old. `—`: not known, never zero. The index says nothing of the quality of public service. Run {}.",
            facts.run_id
        ),
    };
    let notes: String = footnotes
        .iter()
        .map(|it| format!("<p>* {}</p>\n", escaped(it)))
        .collect();
    format!(
        "<footer>\n<p>{}</p>\n{notes}<p>{}</p>\n</footer>\n",
        escaped(&method),
        escaped(SOURCES)
    )
}
