//! How often the alerts of the judgement are right, and what they miss, over twenty simulated countries where
//! what happened is known: the two tables of beffroi-judge's README. Fails when a share is below its floor.

use std::process::ExitCode;

use beffroi_benches::alerts::{Measured, measure, world};
use beffroi_index::trends::AlertKind;
use beffroi_sim::EventKind;

/// Bodies of a country: some 870 of them have a page.
const BODIES: usize = 1_100;

/// Alerts of which at least such a share has to be right.
const LEAST_RIGHT: [(AlertKind, f64); 5] = [
    (AlertKind::Raid, 0.9),
    (AlertKind::ChangePoint, 0.9),
    (AlertKind::YearEngagement, 0.9),
    (AlertKind::YearActivity, 0.9),
    (AlertKind::YearFollowers, 0.9),
];

/// Share of the raids that has to be found, of those that the data can tell.
const LEAST_RAIDS: f64 = 0.85;

fn main() -> ExitCode {
    let mut measured = Measured::default();
    for seed in 1..=20 {
        measure(&world(seed, BODIES), &mut measured, |_| {});
    }
    println!("{} accounts\n\n{measured}", measured.accounts());
    let right = LEAST_RIGHT.map(|(kind, least)| {
        let what = format!("`{kind}` is right");
        (what, measured.precision(kind), least)
    });
    let raids = measured.recall(AlertKind::Raid, EventKind::Raid);
    let found = ("raids are found".to_owned(), raids, LEAST_RAIDS);
    let mut reached = ExitCode::SUCCESS;
    for (what, share, least) in right.into_iter().chain([found]) {
        let share = share.map_or(0.0, |share| share.value);
        if share < least {
            eprintln!("{what}: {share:.2}, to be {least:.2} at the least");
            reached = ExitCode::FAILURE;
        }
    }
    reached
}
