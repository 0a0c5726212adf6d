//! The index of the collectivity over its accounts, and its rank among its peers, in sentences.

use super::{
    super::{columns::word, table::Row},
    facts::Facts,
    says::doubt,
};
use crate::words::Lang;

/// Its sentences: what its networks come to together; the index with its interval, the rank with its peers, what
/// was left out. None of a body that has no account in the night's plan.
pub(super) fn lines(facts: &Facts, lang: Lang) -> Vec<String> {
    let figures = Row::all(&facts.figures).next();
    let mut lines = Vec::from_iter(figures.and_then(|row| together(&row, &facts.window, lang)));
    lines.extend(of_index(facts, lang));
    lines
}

/// What is known of its accounts together; none where nothing is, or may be told.
fn together(row: &Row<'_>, window: &str, lang: Lang) -> Option<String> {
    let figure = |name: &str| row.number(name).map(|it| lang.figure(it));
    let mut parts = Vec::new();
    if let Some(posts) = figure("posts_per_week") {
        let what = lang.pick("publications par semaine", "posts a week");
        parts.push(format!("{posts} {what}"));
    }
    if let Some(interactions) = figure("interactions_per_inhabitant") {
        let what = lang.pick(
            "interactions pour mille habitants et par semaine",
            "interactions per thousand inhabitants and week",
        );
        parts.push(format!("{interactions} {what}"));
    }
    if let Some(rate) = row.number("reply_rate") {
        let rate = lang.percent(rate);
        let delay = figure("reply_delay_median").map_or(String::new(), |hours| match lang {
            Lang::Fr => format!(" (délai médian {hours} h)"),
            Lang::En => format!(" (median delay {hours} h)"),
        });
        parts.push(match lang {
            Lang::Fr => format!("réponse à {rate} % des fils{delay}"),
            Lang::En => format!("replies to {rate} % of the threads{delay}"),
        });
    }
    if parts.is_empty() {
        return None;
    }
    let doubt = doubt(row.has("flags", "not_covered"), lang);
    let (parts, platforms) = (parts.join(", "), row.text("platforms"));
    Some(match lang {
        Lang::Fr => format!("Ensemble, sur {window} jours ({platforms}) : {parts}{doubt}."),
        Lang::En => format!("Together, over {window} days ({platforms}): {parts}{doubt}."),
    })
}

fn of_index(facts: &Facts, lang: Lang) -> Vec<String> {
    let Some(row) = Row::all(&facts.total).next() else {
        return Vec::new();
    };
    if row.number("is_withheld") == Some(1.0) {
        return vec![withheld(&row, lang).to_owned()];
    }
    let mut lines = vec![index(&row, lang)];
    if let Some(sentence) = rank(&row, lang) {
        lines[0].push(' ');
        lines[0].push_str(&sentence);
    }
    // A wider group is told with the rank.
    let flags: Vec<String> = ["partial_e", "not_covered"]
        .iter()
        .filter(|flag| row.has("flags", flag))
        .map(|flag| word(flag, lang))
        .collect();
    if row.number("total").is_some() && !flags.is_empty() {
        let what = lang.pick(
            "Réserves de l'indice d'ensemble :",
            "Reservations on the overall index:",
        );
        lines.push(format!("{what} {}.", flags.join(", ")));
    }
    let not_combined = row.text("not_combined");
    if !not_combined.is_empty() {
        let what = lang.pick(
            "Non combinés, par leurs conditions :",
            "Not combined, by their terms:",
        );
        lines.push(format!("{what} {not_combined}."));
    }
    lines
}

fn withheld(row: &Row<'_>, lang: Lang) -> &'static str {
    // Without its accounts' platforms nobody can say what it would tell.
    if row.number("accounts") > Some(0.0)
        && row.text("peers").is_empty()
        && row.text("why").is_empty()
    {
        return lang.pick(
            "Indice d'ensemble non montré : cette nuit a été jugée par une version plus ancienne ; `beffroi judge` la juge à nouveau.",
            "Overall index not shown: this night was judged by an older version; `beffroi judge` judges it again.",
        );
    }
    lang.pick(
        "Indice d'ensemble non publiable : il révélerait celui d'un compte que les conditions de son réseau protègent.",
        "Overall index not publishable: it would tell that of an account which its platform's terms protect.",
    )
}

fn index(row: &Row<'_>, lang: Lang) -> String {
    let values = ["total", "total_low", "total_high"].map(|name| row.number(name));
    let [Some(total), Some(low), Some(high)] = values else {
        let why = word(&row.text("why"), lang);
        return match lang {
            Lang::Fr => format!("Pas d'indice d'ensemble : {why}."),
            Lang::En => format!("No overall index: {why}."),
        };
    };
    let [total, low, high] = [total, low, high].map(|it| lang.number(it, 0));
    let accounts = row.number("accounts").unwrap_or(0.0) as u64;
    match lang {
        Lang::Fr => format!(
            "Indice d'ensemble : {total} sur 100 (entre {low} et {high}), moyenne de {}.",
            lang.of_count(accounts, "compte", "comptes")
        ),
        Lang::En => format!(
            "Overall index: {total} of 100 (between {low} and {high}), mean of {}.",
            lang.of_count(accounts, "account", "accounts")
        ),
    }
}

/// The rank with its tie group and peers; a wider group than category and stratum is said to be one.
fn rank(row: &Row<'_>, lang: Lang) -> Option<String> {
    row.number("total")?;
    let ranks = ["rank_from", "rank_to", "ranked_of"].map(|name| row.number(name));
    let [Some(from), Some(to), Some(of)] = ranks else {
        let why = word(&row.text("why"), lang);
        return Some(match lang {
            Lang::Fr => format!("Pas de rang : {why}."),
            Lang::En => format!("No rank: {why}."),
        });
    };
    let [from, to, of] = [from, to, of].map(|it| lang.number(it, 0));
    let peers = row.text("peers");
    let widened = match row.number("widened") {
        Some(1.0) => lang.pick(
            ", groupe élargi faute de 20 pairs de même catégorie et strate",
            ", a wider group for want of 20 peers of the same category and stratum",
        ),
        _ => "",
    };
    let is_tied = from != to;
    Some(match (lang, is_tied) {
        (Lang::Fr, true) => {
            format!("Rang {from} à {to} (ex æquo) sur {of} pairs ({peers}{widened}).")
        }
        (Lang::Fr, false) => format!("Rang {from} sur {of} pairs ({peers}{widened})."),
        (Lang::En, true) => {
            format!("Ranks {from} to {to} (tied) of {of} peers ({peers}{widened}).")
        }
        (Lang::En, false) => format!("Rank {from} of {of} peers ({peers}{widened})."),
    })
}
