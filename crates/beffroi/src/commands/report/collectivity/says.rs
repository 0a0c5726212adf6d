//! What the page says in words: each sentence with its figures and its interval, and none that the
//! interval does not bear.

use beffroi_index::index::Indicator;

use super::{
    super::{columns::word, table::Row},
    facts::{Facts, Score, scores},
};
use crate::words::Lang;

/// Percentile above or below which, with its whole interval, an indicator is said to be good or not:
/// the median of the peers.
const MIDDLE: f64 = 50.0;

/// Sections of sentences with their titles.
pub(super) fn all(facts: &Facts, lang: Lang) -> Vec<(String, Vec<String>)> {
    vec![
        (
            lang.pick("Ce qu'elle fait bien", "What it does well")
                .to_owned(),
            judged(facts, lang, |score| score.1 > MIDDLE),
        ),
        (
            lang.pick("Où ses pairs font mieux", "Where its peers do better")
                .to_owned(),
            judged(facts, lang, |score| score.2 < MIDDLE),
        ),
        (
            lang.pick("Ce qui a changé", "What changed").to_owned(),
            changes(facts, lang),
        ),
    ]
}

/// The name of an indicator.
pub(super) fn name(indicator: Indicator, lang: Lang) -> &'static str {
    match indicator {
        Indicator::Audience => "Audience",
        Indicator::Activity => lang.pick("Activité", "Activity"),
        Indicator::Engagement => "Engagement",
        Indicator::Dialogue => "Dialogue",
    }
}

/// What an indicator looks at.
pub(super) fn meaning(indicator: Indicator, lang: Lang) -> &'static str {
    match indicator {
        Indicator::Audience => lang.pick(
            "abonnés pour mille habitants",
            "followers per thousand inhabitants",
        ),
        Indicator::Activity => lang.pick("publications par semaine", "posts per week"),
        Indicator::Engagement => lang.pick(
            "réactions des abonnés aux publications",
            "followers' interactions with posts",
        ),
        Indicator::Dialogue => lang.pick(
            "réponses aux habitants et leur délai",
            "replies to visitors and their delay",
        ),
    }
}

/// The indicators whose whole interval lies on one side of the middle.
fn judged(facts: &Facts, lang: Lang, is_meant: impl Fn((f64, f64, f64)) -> bool) -> Vec<String> {
    let Some(lead) = facts.lead() else {
        return Vec::new();
    };
    let sentence = |score: Score| {
        let (value, low, high) = score.value.filter(|it| is_meant(*it))?;
        let [value, low, high] = [value, low, high].map(|it| lang.number(it, 0));
        let name = name(score.indicator, lang);
        let meaning = meaning(score.indicator, lang);
        let peers = score
            .rank
            .map_or(String::new(), |(_, _, of)| lang.number(of, 0));
        let doubt = doubt(lead.has("flags", "not_covered"), lang);
        Some(match lang {
            Lang::Fr => format!(
                "{name} ({meaning}) : centile {value} parmi {peers} pairs (entre {low} et {high}){doubt}."
            ),
            Lang::En => format!(
                "{name} ({meaning}): percentile {value} among {peers} peers (between {low} and {high}){doubt}."
            ),
        })
    };
    scores(&lead).into_iter().filter_map(sentence).collect()
}

fn changes(facts: &Facts, lang: Lang) -> Vec<String> {
    let mut lines: Vec<String> = Row::all(&facts.accounts)
        .filter_map(|row| change(facts, &row, lang))
        .collect();
    lines.extend(followers(facts, lang));
    for row in Row::all(&facts.events) {
        let said = row.text(lang.pick("says_fr", "says_en"));
        let kind = word(&row.text("kind"), lang);
        let colon = lang.pick(" :", ":");
        let doubt = doubt(row.has("flags", "not_covered"), lang);
        lines.push(format!(
            "{}, {}, {kind}{colon} {said}{doubt}",
            row.text("day"),
            row.text("platform")
        ));
    }
    lines
}

/// The index of an account against the earlier night: beyond the intervals or within them.
fn change(facts: &Facts, row: &Row<'_>, lang: Lang) -> Option<String> {
    let before = facts.before?;
    let now = (
        row.number("total")?,
        row.number("total_low")?,
        row.number("total_high")?,
    );
    let then = (
        row.number("total_before")?,
        row.number("total_before_low")?,
        row.number("total_before_high")?,
    );
    let platform = row.text("platform");
    let [a, b] = [then.0, now.0].map(|it| lang.number(it, 0));
    let is_beyond = now.1 > then.2 || now.2 < then.1;
    let what = match (is_beyond, now.0 > then.0) {
        (false, _) => lang.pick(
            "sans changement au-delà des intervalles",
            "no change beyond the intervals",
        ),
        (true, true) => lang.pick("hausse", "rise"),
        (true, false) => lang.pick("baisse", "fall"),
    };
    let doubt = doubt(
        row.has("flags", "not_covered") || row.number("before_is_covered") == Some(0.0),
        lang,
    );
    Some(match lang {
        Lang::Fr => format!("Indice sur {platform}, de {a} le {before} à {b} : {what}{doubt}."),
        Lang::En => format!("Index on {platform}, from {a} on {before} to {b}: {what}{doubt}."),
    })
}

/// The followers of the first account, from the first week known to the last.
fn followers(facts: &Facts, lang: Lang) -> Option<String> {
    let history = facts.history();
    let known = || history.iter().filter_map(|it| Some((it, it.followers?)));
    let ((first, from), (last, to)) = (known().next()?, known().next_back()?);
    let doubt = doubt(!first.is_covered || !last.is_covered, lang);
    let (first, last) = (first.monday, last.monday);
    if first == last || from == 0.0 {
        return None;
    }
    let percent = 100.0 * (to / from - 1.0);
    let sign = if percent > 0.0 { "+" } else { "" };
    let [from, to] = [from, to].map(|it| lang.number(it, 0));
    let percent = lang.number(percent, 1);
    Some(match lang {
        Lang::Fr => {
            format!("Abonnés : de {from} (semaine du {first}) à {to}, {sign}{percent} %{doubt}.")
        }
        Lang::En => {
            format!("Followers: from {from} (week of {first}) to {to}, {sign}{percent} %{doubt}.")
        }
    })
}

/// What is added to a sentence whose figures are of a night that measured too little of the stratum.
pub(super) fn doubt(is_uncovered: bool, lang: Lang) -> String {
    if is_uncovered {
        format!(" ({})", word("not_covered", lang))
    } else {
        String::new()
    }
}
