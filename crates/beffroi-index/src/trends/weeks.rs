//! Weeks of interactions that left their usual, each told beside the year before.

use jiff::civil::Date;

use super::{
    Alert, AlertKind, Calendar, Change,
    alert::{fr, marked},
    change_points, week_over_week, year_over_year,
};

/// A change of level has a p-value below this …
const ALPHA: f64 = 0.01;
/// … at least so many weeks on each side …
const SHORTEST: usize = 5;
/// … and a level at least this many times as high or as low.
const MIN_RATIO: f64 = 2.0;
/// A week's change lies this many robust standard deviations from the account's usual changes …
const MIN_DEVIATION: f64 = 8.0;
/// … and is of at least this many interactions.
const MIN_INTERACTIONS: f64 = 50.0;

/// The alerts of an account's weeks that begin on `since` or later. Weeks are given by their Monday with
/// their interactions, each once, in any order, those alone whose posts are closed; a missing week is
/// missing, not 0.
///
/// - *Change of level*: Pettitt's test by ranks, so that one odd week makes none.
/// - *Change of a week* against the week before, by the measure of the account's own usual changes. The
///   weeks that the calendar marks differently (August, elections) are not told: they explain it.
///
/// An end of all interactions is neither: silence and dormancy tell it.
pub fn week_alerts(weeks: &[(Date, f64)], since: Date, calendar: &Calendar) -> Vec<Alert> {
    let mut weeks = weeks.to_vec();
    weeks.sort_by_key(|(monday, _)| *monday);
    let mut alerts = levels(&weeks, since, calendar);
    for (index, (monday, value)) in weeks.iter().enumerate() {
        // Of 150,000 accounts few have as many: this is looked at first.
        let before = index
            .checked_sub(1)
            .map_or(*value, |before| weeks[before].1);
        if *monday < since || (value - before).abs() < MIN_INTERACTIONS {
            continue;
        }
        let Some(change) = week_over_week(&weeks, *monday, calendar) else {
            continue;
        };
        if change.value == 0.0 || change.before == 0.0 {
            continue;
        }
        // What goes with a new level, or comes back from an odd week, is told once.
        let is_far = change
            .deviation
            .is_some_and(|deviation| deviation.abs() >= MIN_DEVIATION);
        if is_far && change.marks.is_empty() && !is_return(&weeks, *monday, &change) {
            alerts.push(week(*monday, &change, &weeks, calendar));
        }
    }
    alerts
}

/// Whether the change only undoes the one before it: two weeks ago it was as it is now.
fn is_return(weeks: &[(Date, f64)], monday: Date, change: &Change) -> bool {
    let earlier = weeks.iter().rev().filter(|(week, _)| *week < monday).nth(1);
    earlier.is_some_and(|(_, value)| {
        let step = change.value.ln_1p() - change.before.ln_1p();
        (change.value.ln_1p() - value.ln_1p()).abs() < step.abs() / 2.0
    })
}

fn levels(weeks: &[(Date, f64)], since: Date, calendar: &Calendar) -> Vec<Alert> {
    let values: Vec<f64> = weeks.iter().map(|(_, value)| *value).collect();
    let mut alerts = Vec::new();
    for change in change_points(&values, ALPHA, SHORTEST) {
        let monday = weeks[change.at].0;
        let ratio = (change.after + 1.0) / (change.before + 1.0);
        let is_small = (1.0 / MIN_RATIO..MIN_RATIO).contains(&ratio);
        if monday < since || is_small || change.after == 0.0 {
            continue;
        }
        let year = year_over_year(weeks, monday, calendar);
        let (year_fr, year_en) = a_year_before(year.as_ref());
        let mut figures = vec![
            ("before", change.before),
            ("after", change.after),
            ("ratio", ratio),
            ("p_value", change.p_value),
        ];
        figures.extend(year.map(|year| ("year_ratio", year.ratio)));
        let (before, after, p_value) = (change.before, change.after, change.p_value);
        alerts.push(Alert {
            kind: AlertKind::ChangePoint,
            on: monday,
            figures,
            says_fr: format!(
                "interactions par semaine passées d'un niveau de {before:.0} à {after:.0} (médianes ; test \
                 de Pettitt, p = {}){year_fr}",
                fr(p_value, 5)
            ),
            says_en: format!(
                "interactions a week went from a level of {before:.0} to {after:.0} (medians; Pettitt's \
                 test, p = {p_value:.5}){year_en}"
            ),
        });
    }
    alerts
}

fn week(monday: Date, change: &Change, weeks: &[(Date, f64)], calendar: &Calendar) -> Alert {
    let year = year_over_year(weeks, monday, calendar);
    let (year_fr, year_en) = a_year_before(year.as_ref());
    let deviation = change.deviation.unwrap_or_default();
    let mut figures = vec![
        ("interactions", change.value),
        ("week_before", change.before),
        ("ratio", change.ratio),
        ("deviation", deviation),
    ];
    figures.extend(year.as_ref().map(|year| ("year_ratio", year.ratio)));
    let (value, before) = (change.value, change.before);
    Alert {
        kind: AlertKind::WeekChange,
        on: monday,
        figures,
        says_fr: format!(
            "{value:.0} interactions dans la semaine, {before:.0} la semaine d'avant, à {deviation:.0} écarts \
             types robustes des variations habituelles de ce compte{year_fr}"
        ),
        says_en: format!(
            "{value:.0} interactions in the week, {before:.0} in the week before, {deviation:.0} robust \
             standard deviations from this account's usual changes{year_en}"
        ),
    }
}

/// The same week a year before, in French and English, with what makes the two weeks unlike.
fn a_year_before(year: Option<&Change>) -> (String, String) {
    let Some(year) = year else {
        return (
            " ; un an plus tôt : inconnu".to_owned(),
            "; a year before: not known".to_owned(),
        );
    };
    let (marks_fr, marks_en) = marked(
        &year.marks,
        "les deux semaines diffèrent par :",
        "the two weeks differ by",
    );
    (
        format!(
            " ; un an plus tôt {:.0} (facteur {}){marks_fr}",
            year.before,
            fr(year.ratio, 2)
        ),
        format!(
            "; a year before {:.0} (a factor of {:.2}){marks_en}",
            year.before, year.ratio
        ),
    )
}
