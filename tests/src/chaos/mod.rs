//! Nights under faults. A round is one night of a small France, worked by several processes over wires
//! that can be stalled and cut; something goes wrong in the middle; afterwards the night must be as
//! complete, as true and as polite as one in which nothing did.
//!
//! Everything about a round follows from its seed, save what the machine's own timing adds. A fault
//! begins when the simulator has been asked a share of what a clean night asks, and not after seconds,
//! so that it strikes the same phase of a night on a slow machine as on a fast one.

mod disk;
mod draw;
mod figures;
mod inject;
mod kind;
mod moved;
mod round;
mod script;
mod servers;
mod verdict;
mod world;

pub use disk::SmallDisk;
pub use draw::Draw;
pub use figures::Figures;
pub use kind::Kind;
pub use moved::{Change, Disturbed, Handover, handovers, lanes_of_hosts, name_of, too_early};
pub use round::{Report, Rounds, on_own_ports};
pub use script::{Fault, Script, WORLDS};
pub use servers::Servers;
pub use world::{HOLD, Member, Place, World, WorldSettings};
