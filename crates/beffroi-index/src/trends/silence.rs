//! An account that stopped posting, by the measure of its own rhythm.

use jiff::civil::Date;

use super::{Alert, AlertKind, Calendar, alert::marked};
use crate::stats::quantile;

/// Silence below this many days is none, however busy the account.
const MIN_DAYS: f64 = 14.0;
/// Silence is this many times the gap that nine of ten of the account's own gaps do not exceed.
const TIMES_USUAL: f64 = 3.0;
/// Fewest gaps from which a rhythm is told.
const MIN_GAPS: usize = 8;

/// Whether an account is silent on `today`, from the dates of its posts of the last year, in any
/// order. Told with the periods of the calendar that the silence touches, as they may explain it.
pub fn silence(posted_on: &[Date], today: Date, calendar: &Calendar) -> Option<Alert> {
    let mut dates: Vec<Date> = posted_on
        .iter()
        .copied()
        .filter(|date| *date <= today)
        .collect();
    dates.sort_unstable();
    dates.dedup();
    let days_between = |from: Date, to: Date| f64::from(to.since(from).map_or(0, |s| s.get_days()));
    let gaps: Vec<f64> = dates
        .windows(2)
        .map(|pair| days_between(pair[0], pair[1]))
        .collect();
    if gaps.len() < MIN_GAPS {
        return None;
    }
    let last = *dates.last()?;
    let silent = days_between(last, today);
    let usual = quantile(&gaps, 0.9)?;
    if silent < MIN_DAYS || silent <= TIMES_USUAL * usual {
        return None;
    }
    let marks = calendar.marks(last, today);
    let (touched_fr, touched_en) = marked(&marks, "ce silence touche :", "the silence touches");
    Some(Alert {
        kind: AlertKind::Silence,
        on: last,
        figures: vec![("silent_days", silent), ("usual_gap_days", usual)],
        says_fr: format!(
            "aucune publication depuis {silent:.0} jours, quand neuf intervalles sur dix ne dépassent pas \
             {usual:.0} jours{touched_fr}"
        ),
        says_en: format!(
            "no post for {silent:.0} days, where nine of ten gaps were at most {usual:.0} days{touched_en}"
        ),
    })
}
