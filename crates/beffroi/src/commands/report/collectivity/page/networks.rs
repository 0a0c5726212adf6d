//! The table of all accounts and the website.

use super::super::{
    super::{
        columns::word,
        table::{self, Cell, Row},
    },
    chart::escaped,
    facts::Facts,
};
use crate::{gate::Gate, output::MISSING, words::Lang};

/// The mark of an E that lacks a component.
const PARTIAL: &str = "°";

/// The figures of the table whose absence is told below it; the index tells its own.
const SHOWN: [Cell; 6] = [
    Cell::Number("followers"),
    Cell::Number("posts_per_week"),
    Cell::Number("closed_posts"),
    Cell::Number("e"),
    Cell::Percent("reply_rate"),
    Cell::Ranks("rank_from", "rank_to", "ranked_of"),
];

pub(super) fn networks(facts: &Facts, gate: &Gate, lang: Lang) -> String {
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
    let mut notes: Vec<String> = table::flags(&facts.accounts, lang)
        .into_iter()
        .map(|(flag, line)| {
            let mark = if flag == "partial_e" { PARTIAL } else { "" };
            format!("{mark}{line} ({})", whose(facts, flag, lang))
        })
        .collect();
    notes.extend(table::reasons(&facts.accounts, &SHOWN, gate, lang));
    let legend: String = notes
        .iter()
        .map(|line| format!("{}. ", escaped(line)))
        .collect();
    format!(
        "<section>\n<h2>{title}</h2>\n<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n<p class=\"note\">{legend}</p>\n</section>\n"
    )
}

/// The platforms of the accounts that have a flag.
fn whose(facts: &Facts, flag: &str, lang: Lang) -> String {
    let all = || Row::all(&facts.accounts);
    if all().all(|row| row.has("flags", flag)) {
        return lang.pick("tous", "all").to_owned();
    }
    let flagged = all().filter(|row| row.has("flags", flag));
    let mut platforms: Vec<String> = flagged
        .map(|row| word(&row.text("platform"), lang))
        .collect();
    platforms.dedup();
    platforms.join(", ")
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
    // Of a series shorter than the window the rhythm is at least that.
    let rhythm = match figure("posts_per_week") {
        figure if row.has("flags", "short_series") => format!("≥ {figure}"),
        figure => figure,
    };
    let mark = match row.number("e") {
        Some(_) if row.has("flags", "partial_e") => PARTIAL,
        _ => "",
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
    let name = word(&row.text("platform"), lang);
    format!(
        "<tr><th scope=\"row\">{}</th><td class=\"text\">{account}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}{mark}</td><td>{percent}</td><td>{total}</td><td>{rank}</td></tr>\n",
        escaped(&name),
        escaped(&word(&row.text("state"), lang)),
        whole("followers"),
        rhythm,
        whole("closed_posts"),
        figure("e"),
    )
}
