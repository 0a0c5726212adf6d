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
/// Room for numbers of seven figures.
const LINE_LEFT: f64 = 50.0;
const LINE_RIGHT: f64 = 352.0;

/// Room for the name of a marked period.
const LABEL_WIDTH: f64 = 44.0;

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

/// A figure over the weeks, with August and the elections marked. The point of a week whose stratum was not
/// covered is hollow.
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
    let ticks = axis(low, top);
    let (bottom, top) = (ticks[0], ticks[ticks.len() - 1]);
    // A single week stands in the middle.
    let step = (LINE_RIGHT - LINE_LEFT) / weeks.len().saturating_sub(1).max(1) as f64;
    let x = |index: usize| match weeks.len() {
        1 => (LINE_LEFT + LINE_RIGHT) / 2.0,
        _ => LINE_LEFT + step * index as f64,
    };
    let y = |value: f64| LINE_BOTTOM - (LINE_BOTTOM - LINE_TOP) * (value - bottom) / (top - bottom);
    let mut svg = marks(weeks, calendar, lang, step, x);
    for tick in ticks {
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
    for (place, (index, value)) in points.iter().enumerate() {
        // A point without a neighbour has no line to be seen by.
        let is_alone = (place == 0 || points[place - 1].0 + 1 != *index)
            && points
                .get(place + 1)
                .is_none_or(|next| *index + 1 != next.0);
        let (class, radius) = match (weeks[*index].is_covered, is_alone) {
            (false, _) => ("hollow", 2.6),
            (true, true) => ("dot", 2.6),
            (true, false) => ("dot", 1.4),
        };
        let _ = write!(
            svg,
            r#"<circle class="{class}" cx="{:.1}" cy="{:.1}" r="{radius}"/>"#,
            x(*index),
            y(*value)
        );
    }
    let ends: &[(usize, &str)] = match weeks.len() {
        1 => &[(0, "middle")],
        count => &[(0, "start"), (count - 1, "end")],
    };
    for (index, anchor) in ends.iter().copied() {
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
        Lang::Fr if points.len() == 1 => {
            format!(
                "1 semaine connue : {from} (semaine du {})",
                weeks[first.0].monday
            )
        }
        Lang::En if points.len() == 1 => {
            format!("1 week known: {from} (week of {})", weeks[first.0].monday)
        }
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
    let uncovered = points.iter().filter(|it| !weeks[it.0].is_covered).count();
    let told = match (uncovered, lang) {
        (0, _) => told,
        (count, Lang::Fr) => format!("{told} ; points creux (strate mal couverte) : {count}"),
        (count, Lang::En) => format!("{told}; hollow points (stratum not covered): {count}"),
    };
    framed(id, title, &told, LINE_HEIGHT, &svg)
}

/// The lines of an axis that shows the values: up to six round numbers, so that a reader can tell what lies
/// between them. From 0 when the values are near it.
fn axis(low: f64, high: f64) -> Vec<f64> {
    let low = if low < high * 0.5 { 0.0 } else { low };
    let span = (high - low).max(high.abs() * 0.02).max(0.01);
    let step = round_up(span / 4.0);
    let first = (low / step).floor();
    let last = (high / step).ceil().max(first + 2.0);
    let steps = (last - first) as u32;
    (0..=steps)
        .map(|index| (first + f64::from(index)) * step)
        .collect()
}

/// The next of 1, 2, 2.5, 5, 10 times a power of ten.
fn round_up(value: f64) -> f64 {
    let power = 10.0_f64.powf(value.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter();
    // A digit of slack: 2.0000000001 is 2.
    let found = factor
        .map(|it| it * power)
        .find(|it| *it >= value * (1.0 - 1e-9));
    found.unwrap_or(10.0 * power)
}

/// Bands over the weeks that touch August or an election, one for each run of weeks, `step` a week and
/// within the axis.
fn marks(
    weeks: &[Week],
    calendar: &Calendar,
    lang: Lang,
    step: f64,
    x: impl Fn(usize) -> f64,
) -> String {
    let class = |week: &Week| {
        let sunday = week.monday.checked_add(jiff::Span::new().days(6));
        let names = calendar.marks(week.monday, sunday.unwrap_or(week.monday));
        names.first().map(|name| match *name {
            "august" => "august",
            _ => "election",
        })
    };
    let mut runs: Vec<(&'static str, usize, usize)> = Vec::new();
    for (index, week) in weeks.iter().enumerate() {
        let Some(class) = class(week) else { continue };
        match runs.last_mut() {
            Some((last, _, end)) if *last == class && *end + 1 == index => *end = index,
            _ => runs.push((class, index, index)),
        }
    }
    let mut svg = String::new();
    for (class, first, end) in runs {
        let left = (x(first) - step / 2.0).max(LINE_LEFT);
        let width = (x(end) + step / 2.0).min(LINE_RIGHT) - left;
        let label = match class {
            "august" => lang.pick("août", "August"),
            _ => lang.pick("élections", "elections"),
        };
        // A name that begins near the end would leave the drawing.
        let (at, anchor) = if left > LINE_RIGHT - LABEL_WIDTH {
            (LINE_RIGHT, "end")
        } else {
            (left, "start")
        };
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{left:.1}" y="{LINE_TOP}" width="{width:.1}" height="{:.1}"/><text class="mark" x="{at:.1}" y="{:.1}" text-anchor="{anchor}">{label}</text>"#,
            LINE_BOTTOM - LINE_TOP,
            LINE_TOP - 4.0
        );
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
mod tests;
