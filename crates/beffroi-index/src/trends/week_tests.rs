//! Levels, odd weeks and the year's comparison on hand-built weeks: what is planted is found, what is ordinary
//! or shared is not.

use jiff::civil::{Date, date};

use super::{
    AlertKind, COMPARED_WEEKS, Calendar, Compared, Incomparable, LogWeeks, PeerChange, Season,
    Week, WeekGrid, YEAR_WEEKS, YearFigures, YearMetric, errors_to_expect, level_changes,
    odd_weeks, week_alerts, year_alert,
};
use crate::stats::Draws;

const COUNT: usize = 72;
const LAST: Date = date(2026, 11, 9);

fn grid() -> WeekGrid {
    WeekGrid::ending(LAST, COUNT, &Calendar::shipped())
}

/// Weeks of an account with so many posts each, whose interactions are log-normal about a level.
fn weeks(key: &str, posts: u32, level: impl Fn(usize) -> f64) -> Vec<Option<Week>> {
    let mut draws = Draws::new(5, "weeks", key);
    let week = |index: usize| {
        let each: Vec<u64> = (0..posts)
            .map(|_| (level(index) * (1.1 * draws.normal()).exp()).round() as u64)
            .collect();
        Week {
            posts,
            counted: posts,
            interactions: Some(each.iter().sum()),
            log_sum: each.iter().map(|count| (*count as f64).ln_1p()).sum(),
        }
    };
    (0..COUNT).map(week).map(Some).collect()
}

fn logs(weeks: &[Option<Week>]) -> LogWeeks {
    LogWeeks::of(weeks).unwrap()
}

#[test]
fn a_new_level_is_found_with_the_year_before() {
    let risen = logs(&weeks(
        "risen",
        3,
        |week| if week < 57 { 40.0 } else { 160.0 },
    ));
    let changes = level_changes(&risen, &Season::default(), 50);
    assert_eq!(changes.len(), 1, "{changes:?}");
    let change = changes[0];
    assert!(change.at.abs_diff(57) <= 1, "{change:?}");
    assert!((2.5..6.5).contains(&change.ratio), "{change:?}");
    assert_eq!(change.posts.0 + change.posts.1, 3 * COUNT as u32);
    // An old change is told no more, and is no change of later weeks.
    assert_eq!(level_changes(&risen, &Season::default(), 60), []);
    let alerts = week_alerts(&risen, &Season::default(), 50, &grid());
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let alert = &alerts[0];
    assert_eq!(
        (alert.kind, alert.on),
        (AlertKind::ChangePoint, grid().monday(change.at))
    );
    assert!(
        (2.0..8.0).contains(&alert.figure("year_ratio").unwrap()),
        "{alert:?}"
    );
    assert!(
        alert.says_fr.contains("un an plus tôt"),
        "{}",
        alert.says_fr
    );
    assert!(alert.says_en.contains("a year before"), "{}", alert.says_en);
}

#[test]
fn a_flood_is_an_odd_week_and_no_new_level() {
    let flood = |week: usize| if week == 66 { 1_500.0 } else { 30.0 };
    let flooded = logs(&weeks("flood", 5, flood));
    assert_eq!(level_changes(&flooded, &Season::default(), 50), []);
    let odd = odd_weeks(&flooded, &Season::default(), 50);
    assert_eq!(odd.len(), 1, "{odd:?}");
    assert_eq!(odd[0].0, 66);
    assert!(odd[0].1 > 5.0 && odd[0].2 > 15.0, "{odd:?}");
    // Of an episode of two weeks the first is told.
    let two = |week: usize| {
        if (65..67).contains(&week) {
            1_500.0
        } else {
            30.0
        }
    };
    let odd = odd_weeks(&logs(&weeks("flood", 5, two)), &Season::default(), 50);
    assert_eq!(odd.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), [65]);
    // A single post that goes round is chance.
    let mut one = weeks("one", 1, |_| 30.0);
    one[66].as_mut().unwrap().log_sum = 1_500_f64.ln_1p();
    assert_eq!(odd_weeks(&logs(&one), &Season::default(), 50), []);
}

#[test]
fn ordinary_series_have_neither_and_changed_ones_are_found_as_the_posts_allow() {
    let none = Season::default();
    let (mut wrong, mut found) = (0, 0);
    for n in 0..400 {
        let ordinary = logs(&weeks(&format!("ordinary {n}"), 1 + n % 6, |_| 25.0));
        wrong += level_changes(&ordinary, &none, 50).len() + odd_weeks(&ordinary, &none, 50).len();
        let step = |week: usize| if week < 56 { 25.0 } else { 100.0 };
        let risen = logs(&weeks(&format!("risen {n}"), 1 + n % 6, step));
        let is_found = !level_changes(&risen, &none, 50).is_empty();
        let could = errors_to_expect(&risen, 56, 4.0).unwrap() >= 6.0;
        found += usize::from(could && is_found);
        assert!(could || n % 6 < 2, "{n}");
    }
    // 400 series, of which 266 have two posts a week and more … at six errors nearly all are found.
    assert!(wrong <= 4, "{wrong} wrong");
    assert!(found >= 240, "{found}");
}

#[test]
fn what_all_accounts_share_is_a_season_and_no_change_of_one() {
    // A rule of the platform takes three quarters from everybody.
    let ruled = |week: usize| if week < 57 { 80.0 } else { 20.0 };
    let all: Vec<LogWeeks> = (0..60)
        .map(|n| logs(&weeks(&format!("ruled {n}"), 3, ruled)))
        .collect();
    let season = Season::of(&all.iter().collect::<Vec<_>>(), &grid());
    let none = Season::default();
    let alone = all
        .iter()
        .filter(|one| !level_changes(one, &none, 50).is_empty());
    assert!(alone.count() > 50);
    let beside = all
        .iter()
        .filter(|one| !level_changes(one, &season, 50).is_empty());
    assert_eq!(beside.count(), 0);
    // Of few accounts nothing is known to be shared.
    let few = Season::of(&all.iter().take(5).collect::<Vec<_>>(), &grid());
    assert!(!level_changes(&all[0], &few, 50).is_empty());
}

#[test]
fn weeks_without_posts_or_figures_are_no_zeros() {
    let mut sparse = weeks("sparse", 2, |_| 40.0);
    for (index, week) in sparse.iter_mut().enumerate() {
        if index % 2 == 0 {
            *week = if index % 4 == 0 {
                None
            } else {
                Some(Week::EMPTY)
            };
        }
    }
    let logs = logs(&sparse);
    assert_eq!(level_changes(&logs, &Season::default(), 0), []);
    assert_eq!(odd_weeks(&logs, &Season::default(), 0), []);
    assert!(LogWeeks::of(&vec![Some(Week::EMPTY); COUNT]).is_none());
    // Without posts on a side nothing can be told, whatever the change.
    assert_eq!(errors_to_expect(&logs, COUNT - 2, 4.0), None);
}

fn year(weeks: &[Option<Week>], followers: (Option<u64>, Option<u64>)) -> YearFigures {
    YearFigures::of(weeks, LogWeeks::of(weeks).as_ref(), followers)
}

/// The comparisons of sixty peers whose posts get `factor` times what they got a year before.
fn peers(factor: f64) -> Vec<Compared> {
    let level = |week: usize| {
        if week < COUNT - COMPARED_WEEKS {
            40.0
        } else {
            40.0 * factor
        }
    };
    let of = |n: usize| year(&weeks(&format!("peer {n}"), 4, level), (None, None));
    (0..60).map(|n| of(n).engagement.unwrap()).collect()
}

#[test]
fn a_year_is_compared_beside_the_peers() {
    let peers = PeerChange::of(&peers(0.5)).unwrap();
    assert!((0.4..0.62).contains(&peers.median.exp()), "{peers:?}");
    assert_eq!(peers.peers, 60);
    let alert = |factor: f64| {
        let level = |week: usize| {
            if week < COUNT - COMPARED_WEEKS {
                40.0
            } else {
                40.0 * factor
            }
        };
        let compared = year(&weeks("one", 4, level), (None, None))
            .engagement
            .unwrap();
        year_alert(YearMetric::Engagement, &compared, &peers, &grid())
    };
    // It fell as the peers did; it stayed, which is not far enough; it rose, where they fell.
    assert_eq!(alert(0.5), None);
    let rose = alert(3.0).unwrap();
    assert_eq!(rose.kind, AlertKind::YearEngagement);
    assert_eq!(rose.on, grid().monday(COUNT - COMPARED_WEEKS));
    assert!(rose.figure("ratio").unwrap() > 2.0 && rose.figure("deviation").unwrap() > 4.0);
    assert!(rose.says_en.contains("60 peers"), "{}", rose.says_en);
    // Summer and autumn of 2026 have no election, those of 2025 the time before the municipal one.
    assert!(
        rose.says_fr.contains("élections municipales"),
        "{}",
        rose.says_fr
    );
    assert!(
        rose.says_en.contains("election_municipal"),
        "{}",
        rose.says_en
    );
    assert!(!rose.says_en.contains("august"), "{}", rose.says_en);
}

#[test]
fn what_cannot_be_compared_has_its_reason() {
    let mut short = weeks("short", 3, |_| 40.0);
    short[..COUNT - YEAR_WEEKS].fill(None);
    let compared = year(&short, (Some(900), None));
    assert_eq!(compared.engagement, Err(Incomparable::TooFewPosts));
    assert_eq!(compared.activity, Err(Incomparable::NoData));
    assert_eq!(compared.followers, Err(Incomparable::NoData));
    let small = year(&weeks("small", 3, |_| 40.0), (Some(40), Some(20)));
    assert_eq!(small.followers, Err(Incomparable::TooFewFollowers));
    let grown = year(&weeks("grown", 3, |_| 40.0), (Some(1_500), Some(1_000)));
    let followers = grown.followers.unwrap();
    assert!((followers.log_ratio - 1.5_f64.ln()).abs() < 1e-12);
    let activity = grown.activity.unwrap();
    assert_eq!(
        (activity.now, activity.before, activity.log_ratio),
        (3.0, 3.0, 0.0)
    );
    // Thirty-nine and a half posts on each side, of an account that is never irregular.
    assert!((activity.error - (2.0_f64 / 39.5).sqrt()).abs() < 1e-12);
    assert_eq!(PeerChange::of(&[followers; 29]), None);
}
