//! Bursts of comments that are no praise: many more comments than reactions account for, by the measure of
//! the account's own past, and without answers of the account.

use super::{Alert, AlertKind, Day, alert::fr};
use crate::stats::{mad_sd, median, moderated_sd, quantile};

/// Days before over which the usual is taken, of those that are known …
const BASELINE_DAYS: usize = 120;
/// … of which this many must have posts.
const MIN_BASELINE: usize = 4;
/// A raid is at least this many comments …
const MIN_COMMENTS: u64 = 50;
/// … this many robust standard deviations above what the day's reactions let expect …
const MIN_DEVIATION: f64 = 3.5;
/// … and this many times what nine of ten days with posts do not exceed.
const MIN_TIMES: f64 = 1.5;
/// Comments for each reaction, where an account says little: some 8 for 78 (Quintly 2013, pages of all
/// sizes).
const COMMENTS_PER_REACTION: f64 = 0.1;
/// Standard deviation of the logarithm of a day's comments about what its reactions let expect, where
/// nothing is known of an account, and the days that this weighs.
const PRIOR_SD: f64 = 0.8;
const PRIOR_DAYS: f64 = 8.0;
/// Smallest one that is believed.
const MIN_SPREAD: f64 = 0.5;
/// An account that answers more than this share of the threads is in a dialogue.
const MAX_ANSWERED: f64 = 0.2;

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

/// Whether a raid of so many comments could be told at all on a day, from the days before it: enough days
/// with posts, and more comments than any of them had. What fails this is hidden by the account's own past,
/// not by the method.
pub fn can_tell_raid(before: &[Day], comments: u64) -> bool {
    let before = &before[before.len().saturating_sub(BASELINE_DAYS)..];
    let known: Vec<u64> = before
        .iter()
        .filter(|day| day.posts > 0)
        .filter_map(|day| day.comments)
        .collect();
    known.len() >= MIN_BASELINE
        && comments >= MIN_COMMENTS
        && known.iter().all(|usual| *usual < comments)
}

/// `ln(1 + count)`.
fn log(count: u64) -> f64 {
    (count as f64).ln_1p()
}

/// What reactions alone let expect of the logarithm of comments.
fn by_reactions(reactions: u64) -> f64 {
    (COMMENTS_PER_REACTION * reactions as f64).ln_1p()
}

fn raid(day: Day, before: &[Day]) -> Option<Alert> {
    let comments = day.comments.filter(|count| *count >= MIN_COMMENTS)?;
    let reactions = day.reactions?;
    let usual: Vec<(u64, u64)> = before
        .iter()
        .filter(|day| day.posts > 0)
        .filter_map(|day| Some((day.comments?, day.reactions?)))
        .collect();
    if usual.len() < MIN_BASELINE {
        return None;
    }
    // The logarithm of comments, less what reactions let expect: in it a post that goes round is no raid.
    let apart: Vec<f64> = usual
        .iter()
        .map(|(comments, reactions)| log(*comments) - by_reactions(*reactions))
        .collect();
    let own = mad_sd(&apart)?;
    let spread = moderated_sd(own, apart.len() as f64, PRIOR_SD, PRIOR_DAYS).max(MIN_SPREAD);
    let expected = (by_reactions(reactions) + median(&apart)?).max(0.0);
    let deviation = (log(comments) - expected) / spread;
    let logs: Vec<f64> = usual.iter().map(|(comments, _)| log(*comments)).collect();
    let most = quantile(&logs, 0.9)?.exp_m1();
    if deviation < MIN_DEVIATION || comments as f64 <= MIN_TIMES * most {
        return None;
    }
    let answered = day
        .threads
        .filter(|threads| threads.opened > 0)
        .map(|threads| f64::from(threads.answered) / f64::from(threads.opened));
    if answered.is_some_and(|share| share > MAX_ANSWERED) {
        return None;
    }
    let usual_comments = median(&logs)?.exp_m1();
    let expected_comments = expected.exp_m1();
    let reactions_of: Vec<f64> = usual.iter().map(|(_, reactions)| log(*reactions)).collect();
    let factor = (log(reactions) - median(&reactions_of)?).exp();
    let mut figures = vec![
        ("comments", comments as f64),
        ("usual_comments", usual_comments),
        ("expected_comments", expected_comments),
        ("deviation", deviation),
        ("reactions_factor", factor),
    ];
    figures.extend(answered.map(|share| ("answered_share", share)));
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
            "{comments} commentaires où {usual_comments:.0} sont habituels et où les réactions du jour en \
             laissent attendre {expected_comments:.0} ({} écarts types robustes du logarithme), réactions \
             multipliées par {}, et {answers_fr}",
            fr(deviation, 1),
            fr(factor, 2)
        ),
        says_en: format!(
            "{comments} comments where {usual_comments:.0} are usual and the day's reactions let expect \
             {expected_comments:.0} ({deviation:.1} robust standard deviations of the logarithm), reactions \
             changed by a factor of {factor:.2}, and {answers_en}"
        ),
    })
}
