//! The page's charts, as SVG without a script: bars of percentiles with their intervals, and lines over
//! weeks. Written by hand: two shapes are less than any chart crate asks for, and every mark has its
//! place in the accessible text. Each chart has a title and a description; the numbers stand in a table
//! beside it.

use std::fmt::Write as _;

use beffroi_index::trends::Calendar;
use jiff::civil::Date;

use super::{
    facts::{Score, Week},
    says,
};
use crate::words::Lang;

/// Width of the drawing, in its own units; it scales with the page.
const WIDTH: f64 = 360.0;

/// Height of an indicator's bar with its space.
const BAR_STEP: f64 = 30.0;

/// Room for the indicators' names.
const BAR_LEFT: f64 = 84.0;

/// Room for the percentiles.
const BAR_RIGHT: f64 = 66.0;

const LINE_HEIGHT: f64 = 118.0;
const LINE_TOP: f64 = 14.0;
const LINE_BOTTOM: f64 = 98.0;
const LINE_LEFT: f64 = 40.0;
const LINE_RIGHT: f64 = 352.0;

/// A text as HTML and SVG may hold it.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

/// The four indicators as bars from 0 to 100, each with its interval, the peers' middle marked.
pub(super) fn bars(scores: &[Score], lang: Lang) -> String {
    let at = |percentile: f64| {
        BAR_LEFT + (WIDTH - BAR_LEFT - BAR_RIGHT) * percentile.clamp(0.0, 100.0) / 100.0
    };
    let height = BAR_STEP * scores.len() as f64 + 18.0;
    let title = lang.pick(
        "Quatre indicateurs parmi les pairs",
        "Four indicators among peers",
    );
    let mut told = Vec::new();
    let mut svg = String::new();
    for tick in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let x = at(tick);
        let class = if tick == 50.0 { "middle" } else { "grid" };
        let bottom = height - 16.0;
        let _ = write!(
            svg,
            r#"<line class="{class}" x1="{x:.1}" y1="2" x2="{x:.1}" y2="{bottom:.1}"/><text class="tick" x="{x:.1}" y="{:.1}" text-anchor="middle">{tick:.0}</text>"#,
            height - 4.0
        );
    }
    for (index, score) in scores.iter().enumerate() {
        let y = BAR_STEP * index as f64 + 5.0;
        let name = says::name(score.indicator, lang);
        let middle = y + 10.0;
        let _ = write!(
            svg,
            r#"<text class="name" x="0" y="{:.1}">{name}</text>"#,
            middle + 4.0
        );
        let Some((value, low, high)) = score.value else {
            let none = lang.pick("non connu", "not known");
            let _ = write!(
                svg,
                r#"<text class="tick" x="{:.1}" y="{:.1}">{none}</text>"#,
                at(0.0) + 4.0,
                middle + 4.0
            );
            told.push(format!("{name}: {none}"));
            continue;
        };
        let (left, right, from, to) = (at(0.0), at(value), at(low), at(high));
        let _ = write!(
            svg,
            r#"<rect class="bar" x="{left:.1}" y="{y:.1}" width="{:.1}" height="20"/><line class="range" x1="{from:.1}" y1="{middle:.1}" x2="{to:.1}" y2="{middle:.1}"/><line class="range" x1="{from:.1}" y1="{:.1}" x2="{from:.1}" y2="{:.1}"/><line class="range" x1="{to:.1}" y1="{:.1}" x2="{to:.1}" y2="{:.1}"/><text class="value" x="{WIDTH}" y="{:.1}" text-anchor="end">{value:.0} [{low:.0}–{high:.0}]</text>"#,
            right - left,
            middle - 5.0,
            middle + 5.0,
            middle - 5.0,
            middle + 5.0,
            middle + 4.0,
        );
        told.push(format!("{name}: {value:.0} ({low:.0}–{high:.0})"));
    }
    framed("bars", title, &told.join("; "), height, &svg)
}

/// A figure over the weeks, with August and the elections marked.
pub(super) fn line(
    id: &str,
    title: &str,
    weeks: &[Week],
    figure: impl Fn(&Week) -> Option<f64>,
    calendar: &Calendar,
    lang: Lang,
) -> String {
    let points: Vec<(usize, f64)> = weeks
        .iter()
        .enumerate()
        .filter_map(|(index, week)| Some((index, figure(week)?)))
        .collect();
    let Some(top) = points.iter().map(|it| it.1).reduce(f64::max) else {
        return String::new();
    };
    let low = points.iter().map(|it| it.1).fold(f64::INFINITY, f64::min);
    let (bottom, top) = axis(low, top);
    let last = weeks.len().saturating_sub(1).max(1) as f64;
    let x = |index: usize| LINE_LEFT + (LINE_RIGHT - LINE_LEFT) * index as f64 / last;
    let y = |value: f64| LINE_BOTTOM - (LINE_BOTTOM - LINE_TOP) * (value - bottom) / (top - bottom);
    let mut svg = marks(weeks, calendar, lang, x);
    for tick in [bottom, (bottom + top) / 2.0, top] {
        let at = y(tick);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LINE_LEFT}" y1="{at:.1}" x2="{LINE_RIGHT}" y2="{at:.1}"/><text class="tick" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            LINE_LEFT - 4.0,
            at + 3.0,
            lang.figure(tick)
        );
    }
    // A week without a figure breaks the line: what is not known is not drawn.
    let mut path = String::new();
    let mut previous = None;
    for (index, value) in &points {
        let is_next = previous.is_some_and(|it| it + 1 == *index);
        let command = if is_next { 'L' } else { 'M' };
        let _ = write!(path, "{command}{:.1} {:.1}", x(*index), y(*value));
        previous = Some(*index);
    }
    let _ = write!(svg, r#"<path class="line" d="{path}"/>"#);
    for (index, value) in &points {
        let _ = write!(
            svg,
            r#"<circle class="dot" cx="{:.1}" cy="{:.1}" r="1.4"/>"#,
            x(*index),
            y(*value)
        );
    }
    for (index, anchor) in [(0, "start"), (weeks.len() - 1, "end")] {
        let _ = write!(
            svg,
            r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
            x(index),
            LINE_HEIGHT - 6.0,
            weeks[index].monday
        );
    }
    let (first, end) = (points[0], points[points.len() - 1]);
    let [from, to] = [first.1, end.1].map(|it| lang.figure(it));
    let told = match lang {
        Lang::Fr => format!(
            "{} semaines connues, de {from} (semaine du {}) à {to} (semaine du {})",
            points.len(),
            weeks[first.0].monday,
            weeks[end.0].monday
        ),
        Lang::En => format!(
            "{} weeks known, from {from} (week of {}) to {to} (week of {})",
            points.len(),
            weeks[first.0].monday,
            weeks[end.0].monday
        ),
    };
    framed(id, title, &told, LINE_HEIGHT, &svg)
}

/// Ends of an axis that shows the values with some room; from 0 when they are near it.
fn axis(low: f64, high: f64) -> (f64, f64) {
    let room = ((high - low) * 0.1).max(high.abs() * 0.02).max(0.01);
    let bottom = if low < high * 0.5 {
        0.0
    } else {
        (low - room).max(0.0)
    };
    (bottom, high + room)
}

/// Bands over the weeks that touch August or an election.
fn marks(weeks: &[Week], calendar: &Calendar, lang: Lang, x: impl Fn(usize) -> f64) -> String {
    let mut svg = String::new();
    let width = x(1) - x(0);
    let mut named: Option<(&'static str, usize)> = None;
    for (index, week) in weeks.iter().enumerate() {
        let sunday = week.monday.checked_add(jiff::Span::new().days(6));
        let names = calendar.marks(week.monday, sunday.unwrap_or(week.monday));
        let Some(name) = names.first() else { continue };
        let class = if *name == "august" {
            "august"
        } else {
            "election"
        };
        let left = (x(index) - width / 2.0).max(LINE_LEFT);
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{left:.1}" y="{LINE_TOP}" width="{width:.1}" height="{:.1}"/>"#,
            LINE_BOTTOM - LINE_TOP
        );
        let is_first = named.is_none_or(|(last, at)| last != class || at + 1 != index);
        if is_first {
            let label = match class {
                "august" => lang.pick("août", "August"),
                _ => lang.pick("élections", "elections"),
            };
            let _ = write!(
                svg,
                r#"<text class="mark" x="{left:.1}" y="{:.1}">{label}</text>"#,
                LINE_TOP - 4.0
            );
        }
        named = Some((class, index));
    }
    svg
}

fn framed(id: &str, title: &str, told: &str, height: f64, svg: &str) -> String {
    let [title, told] = [title, told].map(escaped);
    format!(
        r#"<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{title}</title><desc id="{id}-desc">{told}</desc>{svg}</svg>"#
    )
}

/// Names of the periods that touch the weeks, for the text beside a chart.
pub(super) fn marked(weeks: &[Week], calendar: &Calendar) -> Vec<String> {
    let mondays = || weeks.iter().map(|week| week.monday);
    let (Some(first), Some(last)) = (mondays().min(), mondays().max()) else {
        return Vec::new();
    };
    let last: Date = last.checked_add(jiff::Span::new().days(6)).unwrap_or(last);
    calendar
        .marks(first, last)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use beffroi_index::index::Indicator;
    use jiff::civil::date;

    use super::*;

    fn weeks(followers: &[Option<f64>]) -> Vec<Week> {
        let week = |(index, followers): (usize, &Option<f64>)| Week {
            monday: date(2026, 7, 20)
                .checked_add(jiff::Span::new().weeks(i64::try_from(index).unwrap()))
                .unwrap(),
            followers: *followers,
            e: None,
        };
        followers.iter().enumerate().map(week).collect()
    }

    #[test]
    fn what_is_not_known_breaks_the_line_and_august_is_marked() {
        let weeks = weeks(&[Some(10.0), Some(12.0), None, Some(13.0)]);
        let calendar = Calendar::shipped();
        let svg = line(
            "f",
            "Abonnés",
            &weeks,
            |it| it.followers,
            &calendar,
            Lang::Fr,
        );
        let path = svg
            .split(" d=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert!(
            svg.contains("août") && svg.contains("class=\"august\""),
            "{svg}"
        );
        assert!(
            svg.contains("<title id=\"f-title\">")
                && svg.contains("<desc id=\"f-desc\">3 semaines")
        );
        assert_eq!(marked(&weeks, &calendar), ["august"]);
        let none = line("e", "E", &weeks, |it| it.e, &calendar, Lang::Fr);
        assert_eq!(none, "");
    }

    #[test]
    fn a_bar_has_its_interval_and_an_unknown_one_has_none() {
        let score = |value| Score {
            indicator: Indicator::Dialogue,
            value,
            rank: None,
            peers: String::new(),
        };
        let known = bars(&[score(Some((78.0, 61.0, 90.0)))], Lang::En);
        assert!(
            known.contains("78 [61–90]") && known.contains("class=\"range\""),
            "{known}"
        );
        let unknown = bars(&[score(None)], Lang::En);
        assert!(
            unknown.contains("not known") && !unknown.contains("class=\"bar\""),
            "{unknown}"
        );
    }

    #[test]
    fn a_hostile_name_stays_a_text() {
        assert_eq!(
            escaped("<script>'\"&\u{7}"),
            "&lt;script&gt;&#39;&quot;&amp;"
        );
    }
}
