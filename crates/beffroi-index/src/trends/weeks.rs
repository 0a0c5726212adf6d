//! The alerts of an account's weeks: changes of level and odd weeks, each told beside the year before.

use super::{
    Alert, AlertKind, LevelChange, LogWeeks, Season, WeekGrid,
    alert::{fr, marked},
    grid::YEAR_WEEKS,
    level_changes, odd_weeks,
};

/// The alerts of an account's weeks at or after one of them: changes of level, and odd weeks.
///
/// The weeks that the calendar marks otherwise than the one before are no odd weeks: August and elections
/// explain them.
pub fn week_alerts(weeks: &LogWeeks, season: &Season, since: usize, grid: &WeekGrid) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = level_changes(weeks, season, since)
        .iter()
        .map(|change| level_alert(change, weeks, grid))
        .collect();
    for (at, errors, factor) in odd_weeks(weeks, season, since) {
        if at == 0 || grid.different_marks(at, at - 1).is_empty() {
            alerts.push(odd_alert(at, errors, factor, weeks, grid));
        }
    }
    alerts
}

fn level_alert(change: &LevelChange, weeks: &LogWeeks, grid: &WeekGrid) -> Alert {
    let year = AYearBefore::of(weeks, change.at..weeks.len(), grid);
    let LevelChange {
        before,
        after,
        ratio,
        errors,
        posts,
        ..
    } = *change;
    let mut figures = vec![
        ("before", before),
        ("after", after),
        ("ratio", ratio),
        ("errors", errors),
        ("posts_before", f64::from(posts.0)),
        ("posts_after", f64::from(posts.1)),
    ];
    figures.extend(year.ratio.map(|ratio| ("year_ratio", ratio)));
    Alert {
        kind: AlertKind::ChangePoint,
        on: grid.monday(change.at),
        figures,
        says_fr: format!(
            "interactions d'une publication typique passées d'un niveau de {} ({} publications) à {} ({}), \
             hors saison commune au réseau, à {} erreurs types{}",
            fr(before, 1),
            posts.0,
            fr(after, 1),
            posts.1,
            fr(errors, 1),
            year.fr
        ),
        says_en: format!(
            "interactions of a typical post went from a level of {before:.1} ({} posts) to {after:.1} ({}), \
             without the season that the platform shares, {errors:.1} standard errors apart{}",
            posts.0, posts.1, year.en
        ),
    }
}

fn odd_alert(at: usize, errors: f64, factor: f64, weeks: &LogWeeks, grid: &WeekGrid) -> Alert {
    let year = AYearBefore::of(weeks, at..at + 1, grid);
    let posts = weeks.count(at);
    let apart = errors.abs();
    let mut figures = vec![("posts", posts), ("factor", factor), ("errors", errors)];
    figures.extend(year.ratio.map(|ratio| ("year_ratio", ratio)));
    Alert {
        kind: AlertKind::WeekChange,
        on: grid.monday(at),
        figures,
        says_fr: format!(
            "interactions d'une publication typique de la semaine ({posts:.0} publications) multipliées par {} par \
             rapport aux six mois d'avant, hors saison commune au réseau, à {} erreurs types{}",
            fr(factor, 2),
            fr(apart, 1),
            year.fr
        ),
        says_en: format!(
            "interactions of a typical post of the week ({posts:.0} posts) changed by a factor of {factor:.2} against \
             the half year before, without the season that the platform shares, {apart:.1} standard errors away{}",
            year.en
        ),
    }
}

/// Weeks beside the same weeks of the year before and their neighbours, in words.
struct AYearBefore {
    ratio: Option<f64>,
    fr: String,
    en: String,
}

impl AYearBefore {
    fn of(weeks: &LogWeeks, now: std::ops::Range<usize>, grid: &WeekGrid) -> Self {
        let none = Season::default();
        let levels = now.start.checked_sub(YEAR_WEEKS + 1).and_then(|start| {
            let before = start..(now.end - YEAR_WEEKS + 1).min(weeks.len());
            Some((
                weeks.level(now.clone(), &none)?,
                weeks.level(before, &none)?,
            ))
        });
        let Some((level, before)) = levels else {
            return Self {
                ratio: None,
                fr: " ; un an plus tôt : inconnu".to_owned(),
                en: "; a year before: not known".to_owned(),
            };
        };
        let marks = grid.different_marks(now.start, now.start - YEAR_WEEKS);
        let (marks_fr, marks_en) = marked(
            &marks,
            "les deux semaines diffèrent par :",
            "the two weeks differ by",
        );
        let (ratio, before) = ((level - before).exp(), before.exp_m1().max(0.0));
        Self {
            ratio: Some(ratio),
            fr: format!(
                " ; un an plus tôt {} par publication (facteur {}){marks_fr}",
                fr(before, 1),
                fr(ratio, 2)
            ),
            en: format!("; a year before {before:.1} a post (a factor of {ratio:.2}){marks_en}"),
        }
    }
}
