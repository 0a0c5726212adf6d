use beffroi_index::trends::AlertKind;
use beffroi_sim::{EventKind, World};
use jiff::{civil::date, tz::TimeZone};

use super::{Measured, measure, world};

/// A country large enough for every kind of event, small enough for every day.
fn small_world() -> World {
    world(7, 420)
}

#[test]
fn alerts_are_right_and_what_a_platform_does_to_all_raises_none() {
    let world = small_world();
    let mut measured = Measured::default();
    measure(&world, &mut measured, |_| {});
    println!("{measured}");
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
            after <= before + ruled.accounts() / 50,
            "{kind}: {before}, then {after}"
        );
    }
}
