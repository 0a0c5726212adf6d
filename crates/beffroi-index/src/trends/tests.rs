//! Alerts on hand-built accounts: what is planted is found, what is ordinary is not.

use jiff::{
    ToSpan as _,
    civil::{Date, date},
};

use super::{Alert, AlertKind, Calendar, Day, DayThreads, follower_jumps, raids, silence};
use crate::stats::Draws;

/// An ordinary account over so many days: a post on two days of three, some reactions and comments,
/// a follower now and then.
fn ordinary(key: &str, days: usize) -> Vec<Day> {
    let mut draws = Draws::new(11, "ordinary", key);
    let mut followers = 800.0 + 8_000.0 * draws.unit();
    let mut between = |mean: f64| (mean * (0.9 * draws.normal()).exp()).round();
    let first = date(2026, 1, 1);
    (0..days)
        .map(|n| {
            followers *= 1.0 + 0.0004 * between(1.0);
            let posts = u32::from(n % 3 != 0);
            let active = f64::from(posts);
            Day {
                date: first.checked_add((n as i64).days()).unwrap(),
                followers: Some(followers as u64),
                posts,
                reactions: Some((active * between(25.0)) as u64),
                comments: Some((active * between(3.0)) as u64),
                shares: Some((active * between(4.0)) as u64),
                threads: None,
            }
        })
        .collect()
}

fn only(alerts: Vec<Alert>) -> Alert {
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    alerts.into_iter().next().unwrap()
}

#[test]
fn fans_that_come_without_interactions_look_bought() {
    let mut days = ordinary("bought", 120);
    for day in &mut days[60..] {
        day.followers = day.followers.map(|count| count + 5_000);
    }
    let alert = only(follower_jumps(&days));
    assert_eq!(alert.kind, AlertKind::FollowerJumpUp);
    assert_eq!(alert.on, days[60].date);
    assert_eq!(
        alert.figure("followers_after"),
        days[60].followers.map(|f| f as f64)
    );
    assert!(alert.figure("interactions_ratio").unwrap() < 2.0);
    assert!(
        alert.says_en.contains("followers went from"),
        "{}",
        alert.says_en
    );
}

#[test]
fn fans_that_come_with_a_crisis_post_are_no_alert() {
    let mut days = ordinary("crisis", 120);
    for day in &mut days[60..] {
        day.followers = day.followers.map(|count| count + 5_000);
    }
    days[60].reactions = Some(4_000);
    days[60].posts = 1;
    assert_eq!(follower_jumps(&days), []);
}

#[test]
fn a_purge_is_told_and_a_gap_in_the_series_is_no_jump() {
    let mut days = ordinary("purge", 120);
    for day in &mut days[30..] {
        day.followers = day.followers.map(|count| count * 7 / 10);
    }
    // Ten nights without a measurement, over which the account grew as always.
    for day in &mut days[80..90] {
        day.followers = None;
    }
    let alert = only(follower_jumps(&days));
    assert_eq!(
        (alert.kind, alert.on),
        (AlertKind::FollowerJumpDown, days[30].date)
    );
}

#[test]
fn jumps_without_known_interactions_accuse_nobody() {
    let mut days = ordinary("hidden", 120);
    for day in &mut days {
        (day.reactions, day.comments, day.shares) = (None, None, None);
        day.posts = 1;
    }
    for day in &mut days[60..] {
        day.followers = day.followers.map(|count| count + 5_000);
    }
    assert_eq!(follower_jumps(&days), []);
}

#[test]
fn a_burst_of_comments_without_likes_or_answers_is_a_raid() {
    let mut days = ordinary("raid", 120);
    let raided = Day {
        posts: 1,
        reactions: Some(20),
        comments: Some(400),
        threads: Some(DayThreads {
            opened: 380,
            answered: 0,
        }),
        ..days[70]
    };
    days[70] = raided;
    let alert = only(raids(&days));
    assert_eq!((alert.kind, alert.on), (AlertKind::Raid, days[70].date));
    assert_eq!(alert.figure("comments"), Some(400.0));
    assert_eq!(alert.figure("answered_share"), Some(0.0));
    assert!(
        alert.figure("expected_comments").unwrap() < 20.0,
        "{alert:?}"
    );
    // Liked as much as commented: a success. Answered: a dialogue.
    days[70].reactions = Some(3_000);
    assert_eq!(raids(&days), []);
    days[70] = Day {
        threads: Some(DayThreads {
            opened: 380,
            answered: 90,
        }),
        ..raided
    };
    assert_eq!(raids(&days), []);
    days[70] = Day {
        threads: None,
        ..raided
    };
    assert!(
        only(raids(&days))
            .says_en
            .contains("could not be looked at")
    );
}

#[test]
fn an_account_is_silent_by_the_measure_of_its_own_rhythm() {
    let today = date(2026, 10, 1);
    let back = |days: i64| today.checked_sub(days.days()).unwrap();
    let every =
        |gap: i64, last: i64| -> Vec<Date> { (0..20).map(|n| back(last + n * gap)).collect() };
    let calendar = Calendar::shipped();
    let alert = silence(&every(2, 40), today, &calendar).unwrap();
    assert_eq!((alert.kind, alert.on), (AlertKind::Silence, back(40)));
    assert_eq!(alert.figure("silent_days"), Some(40.0));
    assert_eq!(alert.figure("usual_gap_days"), Some(2.0));
    assert!(alert.says_en.contains("august"), "{}", alert.says_en);
    // Once a month is a rhythm, and forty days are no silence in it.
    assert_eq!(silence(&every(30, 40), today, &calendar), None);
    assert_eq!(silence(&every(2, 13), today, &calendar), None);
    assert_eq!(silence(&every(2, 40)[..5], today, &calendar), None);
}

#[test]
fn ordinary_accounts_seldom_raise_an_alert_and_planted_ones_do() {
    let mut wrong = 0;
    let mut bought = 0;
    let mut raided = 0;
    for n in 0..200 {
        let days = ordinary(&format!("account {n}"), 180);
        wrong += follower_jumps(&days).len() + raids(&days).len();
        let mut planted = days.clone();
        for day in &mut planted[100..] {
            day.followers = day.followers.map(|count| count + count / 3);
        }
        bought += usize::from(
            follower_jumps(&planted)
                .iter()
                .any(|a| a.on == planted[100].date),
        );
        let mut planted = days;
        planted[100].posts = 1;
        planted[100].comments = Some(200);
        planted[100].reactions = Some(15);
        raided += usize::from(raids(&planted).iter().any(|a| a.on == planted[100].date));
    }
    println!("{wrong} wrong alerts, {bought} bought fans and {raided} raids of 200 found");
    // 200 accounts over half a year: 36,000 account-days.
    assert!(wrong <= 20, "{wrong} wrong alerts");
    assert!(bought >= 170, "{bought} of 200 bought fans found");
    assert!(raided >= 190, "{raided} of 200 raids found");
}
