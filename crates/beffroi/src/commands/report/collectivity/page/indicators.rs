//! The four indicators of the account of which most is known: chart, table, reservations.

use super::super::{
    super::{columns::word, table::Row},
    chart::{self, escaped},
    facts::{Facts, Score, scores},
    says,
};
use crate::{output::MISSING, words::Lang};

pub(super) fn indicators(facts: &Facts, lang: Lang) -> String {
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
    let rows: String = scores.iter().map(|it| score_row(it, &lead, lang)).collect();
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

fn score_row(score: &Score, row: &Row<'_>, lang: Lang) -> String {
    let name = says::name(score.indicator, lang);
    let why = row.reason(&format!("{}_score", score.indicator));
    let why = why.map_or_else(String::new, |why| {
        format!(" ({})", escaped(&word(&why, lang)))
    });
    let value = score.value.map_or_else(
        || format!("{MISSING}{why}"),
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
