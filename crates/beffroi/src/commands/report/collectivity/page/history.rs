//! A year of weeks of the account of which most is known: two charts and their table.

use std::fmt::Write as _;

use beffroi_index::trends::Calendar;

use super::super::{
    super::columns::word,
    chart::{self, escaped},
    facts::Facts,
};
use crate::{output::MISSING, words::Lang};

/// The mark of a week whose stratum was not covered.
const NOT_COVERED: &str = " ?";

pub(super) fn history(facts: &Facts, lang: Lang) -> String {
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
        let mark = if week.is_covered { "" } else { NOT_COVERED };
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{}{mark}</th><td>{followers}</td><td>{e}</td></tr>",
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
    let uncovered = if weeks.iter().all(|it| it.is_covered) {
        String::new()
    } else {
        let what = lang.pick(
            "Point creux, « ? » dans le tableau : trop peu de comptes de la strate ont été mesurés cette semaine-là",
            "Hollow point, `?` in the table: too few accounts of the stratum were measured that week",
        );
        format!("<p class=\"note\">{}.</p>\n", escaped(what))
    };
    let table = lang.pick("Les chiffres en tableau", "The figures as a table");
    format!(
        "<section>\n<h2>{title}</h2>\n<div class=\"pair\">\n{}{}</div>\n{marks}{uncovered}<details>\n<summary>{table}</summary>\n<table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n</section>\n",
        figure(followers_title, followers),
        figure(e_title, e),
        headings[0],
        headings[1],
        headings[2]
    )
}
