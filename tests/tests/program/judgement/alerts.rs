//! How often alerts are right, and what they miss, where what happened is known.

use std::collections::BTreeMap;

use beffroi_sim::{AccountHistory, Event, EventKind};
use beffroi_tests::Engine;
use jiff::civil::Date;

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
        EventKind::Risen => Some(("change_point", 21)),
        EventKind::Crisis => None,
    }
}

fn days_between(a: Date, b: Date) -> i32 {
    (a - b).get_days().abs()
}

/// Whether an alert tells of what happened. A week that changed is right when anything happened in it or in
/// the week before.
fn is_right(told: &Told, event: Option<Event>) -> bool {
    let Some(event) = event else { return false };
    if told.kind == "week_change" {
        return days_between(told.day, event.on) <= 14;
    }
    raised_by(event.kind)
        .is_some_and(|(kind, apart)| told.kind == kind && days_between(told.day, event.on) <= apart)
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
        ("raid", 0.9, 0.2),
        ("silence", 0.8, 0.7),
        ("change_point", 0.4, 0.1),
    ] {
        let right = share(*precision.get(kind).unwrap_or(&(0, 0)));
        let found = share(*recall.get(kind).unwrap_or(&(0, 0)));
        assert!(right >= least_precision, "{kind}: precision {right}");
        assert!(found >= least_recall, "{kind}: recall {found}");
    }
}
