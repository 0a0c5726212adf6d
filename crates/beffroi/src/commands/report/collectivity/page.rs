//! The page: one HTML document without scripts and without anything from elsewhere, to be read on any
//! screen and printed on one sheet of A4.

use std::fmt::Write as _;

use beffroi_index::trends::Calendar;

use super::{
    super::{
        columns::word,
        table::{self, Row},
    },
    chart::{self, escaped},
    facts::{Facts, Score, scores},
    platform, says,
};
use crate::{output::MISSING, words::Lang};

const STYLE: &str = include_str!("style.css");

/// The line that goes wherever the registry's data are shown (README, Licences).
const SOURCES: &str = "Sources : INSEE (COG 2026, populations de référence 2023), DGCL, La Poste, DILA / Service-Public.gouv.fr, IGN Admin Express ; découpage : Etalab. Licence Ouverte 2.0.";

/// Writes the page.
pub(super) fn write(facts: &Facts, footnotes: &[String], lang: Lang) -> String {
    let name = escaped(&facts.body.name);
    let title = lang.pick(
        "son dialogue avec ses habitants",
        "its dialogue with its people",
    );
    let code = lang.pick("fr", "en");
    let mut main = header(facts, lang);
    main.push_str(&indicators(facts, lang));
    main.push_str(&history(facts, lang));
    main.push_str(&networks(facts, lang));
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
    format!(
        "<header>\n<h1>{}</h1>\n<p class=\"sub\">{} {}</p>\n{}</header>\n",
        escaped(&body.name),
        escaped(&place),
        escaped(&when),
        overall(facts, lang)
    )
}

/// The index over all accounts, where there is one.
fn overall(facts: &Facts, lang: Lang) -> String {
    let Some(row) = Row::all(&facts.total).next() else {
        return String::new();
    };
    let withheld = row.number("is_withheld") == Some(1.0);
    let accounts = row.number("accounts").unwrap_or(0.0);
    let line = match (row.number("total"), row.number("total_sd"), lang) {
        _ if withheld => lang
            .pick(
                "Indice d'ensemble non publiable : il révélerait celui d'un compte que les conditions de son réseau protègent.",
                "Overall index not publishable: it would tell that of an account which its platform's terms protect.",
            )
            .to_owned(),
        (Some(total), sd, Lang::Fr) => format!(
            "Indice d'ensemble : <strong>{}</strong> sur 100{}, moyenne de {}.",
            lang.number(total, 0),
            sd.map_or(String::new(), |sd| format!(" (écart-type {})", lang.number(sd, 0))),
            lang.of_count(accounts as u64, "compte", "comptes")
        ),
        (Some(total), sd, Lang::En) => format!(
            "Overall index: <strong>{}</strong> of 100{}, mean of {}.",
            lang.number(total, 0),
            sd.map_or(String::new(), |sd| format!(" (standard deviation {})", lang.number(sd, 0))),
            lang.of_count(accounts as u64, "account", "accounts")
        ),
        (None, ..) => lang.pick("Pas d'indice d'ensemble.", "No overall index.").to_owned(),
    };
    let not_combined = row.text("not_combined");
    let left_out = if not_combined.is_empty() {
        String::new()
    } else {
        let what = lang.pick(
            "Non combinés, par leurs conditions :",
            "Not combined, by their terms:",
        );
        format!(" {what} {}.", escaped(&not_combined))
    };
    format!("<p>{line}{left_out}</p>\n")
}

fn indicators(facts: &Facts, lang: Lang) -> String {
    let Some(lead) = facts.lead() else {
        let none = lang.pick(
            "Aucun compte n'a d'indicateur publiable cette nuit-là.",
            "No account has an indicator to publish that night.",
        );
        let title = lang.pick("Quatre indicateurs", "Four indicators");
        return format!("<section>\n<h2>{title}</h2>\n<p>{none}</p>\n</section>\n");
    };
    let scores = scores(&lead);
    let account = escaped(&format!(
        "{} ({})",
        lead.text("platform"),
        lead.text("account")
    ));
    let title = lang.pick("Quatre indicateurs", "Four indicators");
    let posts = lead.number("closed_posts").unwrap_or(0.0);
    let n = lang.of_count(
        posts as u64,
        lang.pick("publication", "post"),
        lang.pick("publications", "posts"),
    );
    let caption = lang.pick(
        "Centile parmi les pairs, intervalle de 90 %, rang (ex æquo)",
        "Percentile among peers, interval of 90 %, tie rank",
    );
    let headings = lang.pick(
        ["Indicateur", "Centile", "Rang", "Pairs"],
        ["Indicator", "Percentile", "Rank", "Peers"],
    );
    let rows: String = scores.iter().map(|it| score_row(it, lang)).collect();
    format!(
        "<section>\n<h2>{title} – {account}</h2>\n<div class=\"pair\">\n<div>{}</div>\n<div class=\"wide\"><table>\n<caption>{caption}, n = {n}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\" class=\"text\">{}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n</div>\n{}</section>\n",
        chart::bars(&scores, lang),
        headings[0],
        headings[1],
        headings[2],
        headings[3],
        flags(&lead, lang)
    )
}

fn score_row(score: &Score, lang: Lang) -> String {
    let name = says::name(score.indicator, lang);
    let value = score.value.map_or_else(
        || MISSING.to_owned(),
        |(value, low, high)| format!("{value:.0} [{low:.0}–{high:.0}]"),
    );
    let rank = score.rank.map_or_else(
        || MISSING.to_owned(),
        |(from, to, of)| {
            let of = lang.number(of, 0);
            if from == to {
                format!("{from:.0} / {of}")
            } else {
                format!("{from:.0}–{to:.0} / {of}")
            }
        },
    );
    let peers = escaped(&score.peers);
    format!(
        "<tr><th scope=\"row\">{name}</th><td>{value}</td><td>{rank}</td><td class=\"text\">{peers}</td></tr>\n"
    )
}

/// The reservations of an account, in words.
fn flags(row: &Row<'_>, lang: Lang) -> String {
    let Some(flags) = row.get("flags").as_array().filter(|it| !it.is_empty()) else {
        return String::new();
    };
    let flags = flags.iter().filter_map(|it| it.as_str());
    let words: Vec<String> = flags.map(|it| word(it, lang)).collect();
    let title = lang.pick("Réserves :", "Reservations:");
    format!(
        "<p class=\"note\">{title} {}.</p>\n",
        escaped(&words.join(", "))
    )
}

fn history(facts: &Facts, lang: Lang) -> String {
    let weeks = facts.history();
    let calendar = Calendar::shipped();
    let followers_title = lang.pick("Abonnés, par semaine", "Followers, by week");
    let e_title = lang.pick(
        "Engagement E sur 7 jours, par semaine",
        "Engagement E over 7 days, by week",
    );
    let followers = chart::line(
        "followers",
        followers_title,
        &weeks,
        |it| it.followers,
        &calendar,
        lang,
    );
    let e = chart::line("engagement", e_title, &weeks, |it| it.e, &calendar, lang);
    if followers.is_empty() && e.is_empty() {
        return String::new();
    }
    let title = lang.pick("Cinquante-deux semaines", "Fifty-two weeks");
    let none = lang.pick("Non connu.", "Not known.");
    let figure = |title: &str, svg: String| {
        let svg = if svg.is_empty() {
            format!("<p>{none}</p>")
        } else {
            svg
        };
        format!("<div><h3>{title}</h3>{svg}</div>\n")
    };
    let headings = lang.pick(
        ["Semaine du", "Abonnés", "E"],
        ["Week of", "Followers", "E"],
    );
    let mut rows = String::new();
    for week in &weeks {
        let [followers, e] = [week.followers, week.e]
            .map(|it| it.map_or_else(|| MISSING.to_owned(), |it| lang.figure(it)));
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{followers}</td><td>{e}</td></tr>",
            week.monday
        );
    }
    let marks: Vec<String> = chart::marked(&weeks, &calendar)
        .iter()
        .map(|it| word(it, lang))
        .collect();
    let marks = if marks.is_empty() {
        String::new()
    } else {
        let what = lang.pick("Périodes marquées :", "Periods marked:");
        format!(
            "<p class=\"note\">{what} {}.</p>\n",
            escaped(&marks.join(", "))
        )
    };
    let table = lang.pick("Les chiffres en tableau", "The figures as a table");
    format!(
        "<section>\n<h2>{title}</h2>\n<div class=\"pair\">\n{}{}</div>\n{marks}<details>\n<summary>{table}</summary>\n<table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n</section>\n",
        figure(followers_title, followers),
        figure(e_title, e),
        headings[0],
        headings[1],
        headings[2]
    )
}

fn networks(facts: &Facts, lang: Lang) -> String {
    let title = lang.pick("Réseaux et site", "Networks and website");
    let headings = lang.pick(
        [
            "Réseau",
            "Compte",
            "État",
            "Abonnés",
            "Publ./sem.",
            "n",
            "E",
            "Réponses %",
            "Indice",
            "Rang",
        ],
        [
            "Network",
            "Account",
            "State",
            "Followers",
            "Posts/week",
            "n",
            "E",
            "Replies %",
            "Index",
            "Rank",
        ],
    );
    let head: String = headings
        .iter()
        .enumerate()
        .map(|(index, it)| {
            let class = if index == 1 || index == 2 {
                " class=\"text\""
            } else {
                ""
            };
            format!("<th scope=\"col\"{class}>{it}</th>")
        })
        .collect();
    let mut rows = String::new();
    for row in Row::all(&facts.accounts) {
        rows.push_str(&network(&row, lang));
    }
    if rows.is_empty() {
        let none = lang.pick(
            "Aucun compte ni site connu.",
            "No account and no website known.",
        );
        return format!("<section>\n<h2>{title}</h2>\n<p>{none}</p>\n</section>\n");
    }
    let legend: String = table::legend(&facts.accounts, lang)
        .iter()
        .map(|line| format!("{}. ", escaped(line)))
        .collect();
    format!(
        "<section>\n<h2>{title}</h2>\n<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n<p class=\"note\">{legend}</p>\n</section>\n"
    )
}

fn network(row: &Row<'_>, lang: Lang) -> String {
    let missing = || MISSING.to_owned();
    let figure = |name: &str| row.number(name).map_or_else(missing, |it| lang.figure(it));
    let whole = |name: &str| {
        row.number(name)
            .map_or_else(missing, |it| lang.number(it, 0))
    };
    let percent = row
        .number("reply_rate")
        .map_or_else(missing, |it| lang.percent(it));
    let interval = |names: [&str; 3]| {
        let [a, b, c] = names.map(|it| row.number(it));
        Some((a?, b?, c?))
    };
    let total = interval(["total", "total_low", "total_high"]).map_or_else(
        || {
            let why = row.text("why");
            if why.is_empty() {
                missing()
            } else {
                escaped(&word(&why, lang))
            }
        },
        |(value, low, high)| format!("{value:.0} [{low:.0}–{high:.0}]"),
    );
    let rank = interval(["rank_from", "rank_to", "ranked_of"])
        .map_or_else(missing, |(from, to, of)| {
            format!("{from:.0}–{to:.0} / {}", lang.number(of, 0))
        });
    let mark = if row.has("flags", "partial_e") {
        "*"
    } else {
        ""
    };
    let url = row.text("url");
    let handle = escaped(&row.text("account"));
    // An address from the web is a link only when it is one of the web's.
    let account = if url.starts_with("https://") || url.starts_with("http://") {
        format!(
            "<a href=\"{}\" rel=\"nofollow noopener\">{handle}</a>",
            escaped(&url)
        )
    } else {
        handle
    };
    let name = row.text("platform");
    let name = platform(&name).map_or(name, |it| it.as_str().to_owned());
    format!(
        "<tr><th scope=\"row\">{}</th><td class=\"text\">{account}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}{mark}</td><td>{percent}</td><td>{total}</td><td>{rank}</td></tr>\n",
        escaped(&name),
        escaped(&word(&row.text("state"), lang)),
        whole("followers"),
        figure("posts_per_week"),
        whole("closed_posts"),
        figure("e"),
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
