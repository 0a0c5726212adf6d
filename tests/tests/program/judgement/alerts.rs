//! How often alerts are right, and what they miss, where what happened is known.

use std::collections::BTreeMap;

use beffroi_sim::{AccountHistory, Event, EventKind, HistoryPost};
use beffroi_tests::Engine;
use jiff::{civil::Date, tz::TimeZone};

/// An alert as it was written.
struct Told {
    account: String,
    kind: String,
    day: Date,
    fr: String,
    en: String,
}

/// The alert that an event should raise, and how many days they may be apart.
fn raised_by(kind: EventKind) -> Option<(&'static str, i32)> {
    match kind {
        EventKind::FansBought => Some(("follower_jump_up", 1)),
        EventKind::FansPurged => Some(("follower_jump_down", 1)),
        EventKind::Raid => Some(("raid", 0)),
        // The silence begins with the last post before it.
        EventKind::Silenced => Some(("silence", 21)),
        EventKind::Risen | EventKind::Fallen => Some(("change_point", 28)),
        EventKind::Crisis => Some(("week_change", 6)),
        // Told against the year before, on no day of their own.
        EventKind::Faded => Some(("year_engagement", 366)),
        EventKind::Slowed => Some(("year_activity", 366)),
        EventKind::Deserted => Some(("year_followers", 366)),
    }
}

fn days_between(a: Date, b: Date) -> i32 {
    (a - b).get_days().abs()
}

/// Whether an alert tells of what happened. What else an event may be seen by (a follower jump in the year's
/// comparison …) is told apart in the tests of `beffroi-judge`, over many worlds.
fn is_right(told: &Told, event: Option<Event>) -> bool {
    let Some(event) = event else { return false };
    raised_by(event.kind)
        .is_some_and(|(kind, apart)| told.kind == kind && days_between(told.day, event.on) <= apart)
}

/// The year's comparison is that of the posts themselves: thirteen weeks, the last of which ended a week ago.
pub(super) fn year_before(engine: &Engine, accounts: &BTreeMap<&str, &AccountHistory<'_>>) {
    let text = engine.query(
        "SELECT account_id, year_from, week, activity, activity_before, engagement, followers_ratio IS NULL, \
         followers_peers FROM beffroi.account_trend FORMAT TSV",
    );
    let (mut compared, mut engaged, mut followed) = (0, 0, 0);
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let history = accounts[fields[0]];
        let (from, last): (Date, Date) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        assert_eq!((last - from).get_days(), 12 * 7);
        let within = |back: i32| -> Vec<u64> {
            let days = |post: &HistoryPost| {
                let day = post.published_at.to_zoned(TimeZone::UTC).date();
                (day - from).get_days() + back
            };
            let of = history
                .posts
                .iter()
                .filter(|post| (0..91).contains(&days(post)));
            of.map(|post| post.reactions + post.comments + post.shares)
                .collect()
        };
        followed += usize::from(fields[6] == "0" && fields[7].starts_with("facebook, "));
        if let (Ok(now), Ok(before)) = (fields[3].parse::<f64>(), fields[4].parse::<f64>()) {
            assert!((now - within(0).len() as f64 / 13.0).abs() < 1e-9, "{line}");
            assert!(
                (before - within(364).len() as f64 / 13.0).abs() < 1e-9,
                "{line}"
            );
            compared += 1;
        }
        if let Ok(engagement) = fields[5].parse::<f64>() {
            let logs: Vec<f64> = within(0)
                .iter()
                .map(|count| (*count as f64).ln_1p())
                .collect();
            let typical = (logs.iter().sum::<f64>() / logs.len() as f64).exp_m1();
            assert!(
                (engagement - typical).abs() <= 1e-4 * (1.0 + typical),
                "{line}: {typical}"
            );
            engaged += 1;
        }
    }
    assert_eq!(text.lines().count(), accounts.len());
    let few = accounts.len() / 2;
    assert!(
        compared > few && engaged > few && followed > few,
        "{compared} {engaged} {followed}"
    );
}

/// Compares the alerts with what happened, prints how right they are, and bounds it.
pub(super) fn judged(engine: &Engine, accounts: &BTreeMap<&str, &AccountHistory<'_>>) {
    let text = engine.query(
        "SELECT account_id, kind, day, says_fr, says_en FROM beffroi.alert ORDER BY kind, account_id, day FORMAT TSV",
    );
    let alerts: Vec<Told> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            Told {
                account: fields[0].to_owned(),
                kind: fields[1].to_owned(),
                day: fields[2].parse().unwrap(),
                fr: fields[3].to_owned(),
                en: fields[4].to_owned(),
            }
        })
        .collect();
    let mut precision: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for told in &alerts {
        assert!(!told.fr.is_empty() && told.fr != told.en, "{}", told.fr);
        assert!(
            told.fr.chars().any(|letter| letter.is_ascii_digit()),
            "{}",
            told.fr
        );
        let event = accounts[told.account.as_str()].event;
        let (right, all) = precision.entry(&told.kind).or_default();
        *right += usize::from(is_right(told, event));
        *all += 1;
    }
    let mut recall: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (id, history) in accounts {
        let Some((kind, _)) = history.event.and_then(|event| raised_by(event.kind)) else {
            continue;
        };
        let is_told = alerts
            .iter()
            .any(|told| told.account == *id && told.kind == kind && is_right(told, history.event));
        let (found, all) = recall.entry(kind).or_default();
        *found += usize::from(is_told);
        *all += 1;
    }
    let share = |(part, of): (usize, usize)| part as f64 / of.max(1) as f64;
    for (kind, counts) in &precision {
        println!("{kind}: {} of {} alerts right", counts.0, counts.1);
    }
    for (kind, counts) in &recall {
        println!("{kind}: {} of {} events found", counts.0, counts.1);
    }
    for (kind, least_precision, least_recall) in [
        ("follower_jump_up", 0.8, 0.6),
        ("follower_jump_down", 0.8, 0.6),
        ("raid", 0.9, 0.6),
        ("silence", 0.8, 0.7),
        ("change_point", 0.7, 0.5),
    ] {
        let right = share(*precision.get(kind).unwrap_or(&(0, 0)));
        let found = share(*recall.get(kind).unwrap_or(&(0, 0)));
        assert!(right >= least_precision, "{kind}: precision {right}");
        assert!(found >= least_recall, "{kind}: recall {found}");
    }
}
