//! What happens in a round, drawn from its seed.

use std::{fmt, time::Duration};

use crate::chaos::{Draw, Kind};

/// How many different worlds the rounds are spread over.
pub const WORLDS: u64 = 6;

/// A fault in a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// When: once the simulator has been asked this share of what a clean night asks, in [0, 1].
    pub at: f64,
    /// For how long; of a kill, how long nobody takes the place.
    pub lasting: Duration,
    /// Which worker it hits, modulo their number.
    pub victim: usize,
}

/// A round.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// What everything follows from.
    pub seed: u64,
    /// The simulated world, by its own seed.
    pub world: u64,
    /// Workers at the beginning.
    pub workers: usize,
    /// What goes wrong, in order.
    pub faults: Vec<Fault>,
}

impl Script {
    /// The round of a seed. Its kind follows from the seed too, so that as many seeds in a row as there
    /// are kinds meet each kind once. `only` puts one kind in the place of that.
    pub fn of(seed: u64, only: Option<Kind>) -> Self {
        let kinds = Kind::all();
        let kind = only.unwrap_or(kinds[(seed % kinds.len() as u64) as usize]);
        let mut draw = Draw::new(seed);
        let world = 1 + draw.number(0..WORLDS);
        let workers = draw.number(2..5) as usize;
        let mut faults = Vec::new();
        if kind != Kind::Calm {
            faults.push(fault(kind, &mut draw, 0.05, 0.6));
        }
        // Troubles seldom come alone: the same again, or a worker dies besides.
        if kind != Kind::Calm && draw.is(0.3) {
            let second = if kind.is_of_servers() {
                Kind::WorkerKilled
            } else {
                draw.one(&[
                    kind,
                    Kind::WorkerKilled,
                    Kind::WorkerPaused,
                    Kind::StoreKilled,
                ])
            };
            faults.push(fault(second, &mut draw, 0.6, 0.85));
        }
        Self {
            seed,
            world,
            workers,
            faults,
        }
    }

    /// A night of a world without faults.
    pub fn clean(world: u64) -> Self {
        Self {
            seed: 0,
            world,
            workers: 2,
            faults: Vec::new(),
        }
    }

    /// The kind under which the round is counted.
    pub fn kind(&self) -> Kind {
        self.faults.first().map_or(Kind::Calm, |fault| fault.kind)
    }
}

fn fault(kind: Kind, draw: &mut Draw, from: f64, to: f64) -> Fault {
    let (at, victim) = (draw.between(from, to), draw.number(0..1 << 16) as usize);
    let lasting = match kind {
        // Longer than any hold, and now and then for a whole minute.
        Kind::WorkerPaused if draw.is(0.1) => Duration::from_secs(60),
        Kind::WorkerPaused => draw.secs(1.0, 15.0),
        // The broker notices a silent peer after 10 to 20 s.
        Kind::WorkerBrokerStalled | Kind::CoordinatorBrokerStalled => draw.secs(1.0, 30.0),
        Kind::WorkerStoreStalled | Kind::CoordinatorStoreStalled => draw.secs(1.0, 15.0),
        Kind::SitesSilent | Kind::SitesReset => draw.secs(0.5, 3.0),
        _ => draw.secs(0.5, 6.0),
    };
    Fault {
        kind,
        at,
        lasting,
        victim,
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "world {}, {} workers", self.world, self.workers)?;
        for fault in &self.faults {
            let share = (fault.at * 100.0).round();
            let secs = fault.lasting.as_secs_f64();
            write!(f, ", {} at {share} % for {secs:.1} s", fault.kind)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_tells_the_whole_round_and_a_row_of_seeds_meets_every_kind() {
        assert_eq!(Script::of(4711, None), Script::of(4711, None));
        let kinds = Kind::all().len() as u64;
        let met: BTreeSet<Kind> = (100..100 + kinds)
            .map(|seed| Script::of(seed, None).kind())
            .collect();
        assert_eq!(met.len() as u64, kinds);
        assert_eq!(
            Script::of(3, Some(Kind::StoreKilled)).kind(),
            Kind::StoreKilled
        );
        for seed in 0..500 {
            let Script {
                workers,
                faults,
                world,
                ..
            } = Script::of(seed, None);
            assert!((2..=4).contains(&workers));
            assert!((1..=WORLDS).contains(&world));
            assert!(faults.iter().all(|fault| (0.05..0.85).contains(&fault.at)));
        }
    }
}
