//! How often alerts are right, and what they miss, on simulated countries where what happened is known:
//! straight from their histories to the alerts, without a store (that the store's days and weeks are these is
//! told by `tests/tests/program/judgement`).

mod days;
mod measured;
#[cfg(test)]
mod tests;

use beffroi_judge::LookedAt;
use beffroi_model::Platform;
use beffroi_sim::{AccountHistory, Population, World, WorldSettings};
use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};

use days::{DAYS, row};
use measured::Case;
pub use measured::Measured;

/// The judged night.
const NIGHT: Date = date(2026, 11, 23);

/// A country drawn from a seed, of so many bodies.
pub fn world(seed: u64, bodies: usize) -> World {
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

/// Adds the alerts of a country's Facebook pages to what was measured. `spoil` may change a history first.
pub fn measure(world: &World, measured: &mut Measured, spoil: impl Fn(&mut AccountHistory<'_>)) {
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
    let alerts = looked_at.finish(&mut held);
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
