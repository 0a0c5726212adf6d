//! Bursts of comments that are no praise: many more comments than usual, without as many more
//! reactions, and without answers of the account.

use super::{Alert, AlertKind, Day, alert::fr};
use crate::stats::{mad_sd, median};

/// Days before over which the usual is taken …
const BASELINE_DAYS: usize = 56;
/// … of which this many must have posts.
const MIN_BASELINE: usize = 10;
/// A raid is at least this many comments …
const MIN_COMMENTS: u64 = 50;
/// … this many robust standard deviations of the logarithm above the usual …
const MIN_DEVIATION: f64 = 4.0;
/// … and at least twelve times the usual.
const MIN_RISE: f64 = 2.5;
/// Smallest standard deviation of the logarithm of a day's comments that is believed.
const MIN_SPREAD: f64 = 0.5;
/// Where reactions rose by more than this part of the comments' rise (both in logarithms), people
/// liked what they commented.
const REACTIONS_PART: f64 = 0.5;
/// An account that answers more than this share of the threads is in a dialogue.
const MAX_ANSWERED: f64 = 0.1;

/// Days that look like a raid. Days are in time, one each. Where threads are not known, the reason says
/// that answers could not be looked at.
pub fn raids(days: &[Day]) -> Vec<Alert> {
    (0..days.len())
        .filter_map(|index| {
            raid(
                days[index],
                &days[index.saturating_sub(BASELINE_DAYS)..index],
            )
        })
        .collect()
}

fn raid(day: Day, before: &[Day]) -> Option<Alert> {
    let comments = day.comments.filter(|count| *count >= MIN_COMMENTS)?;
    let usual = |of: fn(&Day) -> Option<u64>| -> Vec<f64> {
        before
            .iter()
            .filter(|day| day.posts > 0)
            .filter_map(|day| Some((of(day)? as f64).ln_1p()))
            .collect()
    };
    let logs = usual(|day| day.comments);
    if logs.len() < MIN_BASELINE {
        return None;
    }
    let centre = median(&logs)?;
    let rise = (comments as f64).ln_1p() - centre;
    let deviation = rise / mad_sd(&logs)?.max(MIN_SPREAD);
    if deviation < MIN_DEVIATION || rise < MIN_RISE {
        return None;
    }
    let reactions = day.reactions?;
    let reactions_rise = (reactions as f64).ln_1p() - median(&usual(|day| day.reactions))?;
    if reactions_rise > REACTIONS_PART * rise {
        return None;
    }
    let answered = day
        .threads
        .filter(|threads| threads.opened > 0)
        .map(|threads| f64::from(threads.answered) / f64::from(threads.opened));
    if answered.is_some_and(|share| share > MAX_ANSWERED) {
        return None;
    }
    let usual_comments = centre.exp_m1();
    let mut figures = vec![
        ("comments", comments as f64),
        ("usual_comments", usual_comments),
        ("deviation", deviation),
        ("reactions_factor", reactions_rise.exp()),
    ];
    figures.extend(answered.map(|share| ("answered_share", share)));
    let factor = reactions_rise.exp();
    let (answers_fr, answers_en) = answered.map_or_else(
        || {
            (
                "les réponses n'ont pas pu être observées".to_owned(),
                "answers could not be looked at".to_owned(),
            )
        },
        |share| {
            let percent = share * 100.0;
            (
                format!("{percent:.0} % des fils ont reçu une réponse"),
                format!("{percent:.0} % of the threads were answered"),
            )
        },
    );
    Some(Alert {
        kind: AlertKind::Raid,
        on: day.date,
        figures,
        says_fr: format!(
            "{comments} commentaires où {usual_comments:.0} sont habituels ({} écarts types robustes \
             du logarithme), réactions multipliées par {}, et {answers_fr}",
            fr(deviation, 1),
            fr(factor, 2)
        ),
        says_en: format!(
            "{comments} comments where {usual_comments:.0} are usual ({deviation:.1} robust standard \
             deviations of the logarithm), reactions changed by a factor of {factor:.2}, and {answers_en}"
        ),
    })
}
