use beffroi_index::trends::AlertKind;
use beffroi_model::Platform;
use beffroi_sim::{AccountHistory, EventKind, Population, World, WorldSettings};
use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};

use super::{
    days::{DAYS, row},
    measured::{Case, Measured},
};
use crate::{alerts::LookedAt, trend::finish};

const NIGHT: Date = date(2026, 11, 23);

fn world(seed: u64, bodies: usize) -> World {
    World::generate(
        &beffroi_registry::shipped().collectivities,
        WorldSettings {
            seed,
            population: Population::High,
            as_of: NIGHT
                .at(2, 0, 0, 0)
                .to_zoned(TimeZone::UTC)
                .expect("a night of this century has its moments")
                .timestamp(),
            https_share: 0.05,
            http_port: 8480,
            https_port: 8443,
            limit: Some(bodies),
        },
    )
}

/// Adds a world's alerts to what was measured. `spoil` may change a history first.
fn measure(world: &World, measured: &mut Measured, spoil: impl Fn(&mut AccountHistory<'_>)) {
    let looked_at = LookedAt::of(NIGHT, NIGHT);
    let histories: Vec<AccountHistory<'_>> = world
        .histories(Platform::Facebook, DAYS)
        .map(|mut history| {
            spoil(&mut history);
            history
        })
        .collect();
    let rows: Vec<_> = histories
        .iter()
        .map(|history| row(history, NIGHT))
        .collect();
    let mut held: Vec<_> = rows.iter().map(|row| looked_at.account(row)).collect();
    let alerts = finish(&mut held, &looked_at.grid, looked_at.since_week());
    for (((history, row), held), alerts) in histories.iter().zip(&rows).zip(&held).zip(&alerts) {
        let case = Case {
            history,
            row,
            held,
            alerts,
        };
        measured.add(&case, &looked_at);
    }
}

/// A country large enough for every kind of event, small enough for every day.
fn small_world() -> World {
    world(7, 420)
}

#[test]
fn alerts_are_right_and_what_a_platform_does_to_all_raises_none() {
    let world = small_world();
    let mut measured = Measured::default();
    measure(&world, &mut measured, |_| {});
    println!("{} accounts\n{}", measured.accounts, measured.told());
    for (kind, least) in [
        (AlertKind::Raid, 0.8),
        (AlertKind::ChangePoint, 0.7),
        (AlertKind::YearEngagement, 0.7),
        (AlertKind::YearFollowers, 0.9),
        (AlertKind::Silence, 0.8),
    ] {
        let precision = measured.precision(kind).unwrap();
        assert!(precision.value >= least, "{kind}: {precision:?}");
    }
    for (kind, event, least) in [
        (AlertKind::Raid, EventKind::Raid, 0.6),
        (AlertKind::ChangePoint, EventKind::Risen, 0.5),
        (AlertKind::YearFollowers, EventKind::Deserted, 0.8),
        (AlertKind::Silence, EventKind::Silenced, 0.8),
    ] {
        let recall = measured.recall(kind, event).unwrap();
        assert!(recall.value >= least, "{kind}: {recall:?}");
    }

    // A new rule of the platform takes two thirds from everybody from one day on.
    let mut ruled = Measured::default();
    let rule = date(2026, 8, 20);
    measure(&world, &mut ruled, |history| {
        for post in &mut history.posts {
            let day = post.published_at.to_zoned(TimeZone::UTC).date();
            if day >= rule {
                post.reactions /= 3;
                post.comments /= 3;
                post.shares /= 3;
            }
        }
    });
    for kind in [AlertKind::ChangePoint, AlertKind::YearEngagement] {
        let (before, after) = (measured.wrong(kind), ruled.wrong(kind));
        assert!(
            after <= before + ruled.accounts / 50,
            "{kind}: {before}, then {after}"
        );
    }
}

#[test]
#[ignore = "the figures of the README: minutes"]
fn how_right_alerts_are_over_many_worlds() {
    let mut measured = Measured::default();
    for seed in 1..=20 {
        measure(&world(seed, 1_100), &mut measured, |_| {});
    }
    println!("{} accounts\n{}", measured.accounts, measured.told());
    for kind in [
        AlertKind::Raid,
        AlertKind::ChangePoint,
        AlertKind::YearEngagement,
        AlertKind::YearActivity,
        AlertKind::YearFollowers,
    ] {
        let precision = measured.precision(kind).unwrap();
        assert!(precision.value >= 0.9, "{kind}: {precision:?}");
    }
    let raids = measured.recall(AlertKind::Raid, EventKind::Raid).unwrap();
    assert!(raids.value >= 0.85, "{raids:?}");
}
